"""Every address of the site. The API's version appears here and nowhere else."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config.health import alive, ready
from config.metrics import metrics
from desk.api import Satisfaction, SatisfactionBehind
from desk.keys_api import PATHS as keys_paths  # noqa: N811
from desk.setup.api import PATHS as settings_paths  # noqa: N811
from desk.texts_api import PATHS as texts_paths  # noqa: N811
from desk.views.shell import nowhere
from integrations.api.tokens import Revocation, Token
from tickets.api.base import NoSuchPage

api: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="tickets/api.html"),
        name="api-docs",
    ),
    path("", include("tickets.api.urls")),
    path("", include("remedies.api.urls")),
    path("", include("escalation.api.urls")),
    path("", include("feedback.api.urls")),
    path("", include("integrations.api.urls")),
    *settings_paths,
    *keys_paths,
    *texts_paths,
    path("reports/satisfaction/", Satisfaction.as_view(), name="api-satisfaction"),
    path(
        "reports/satisfaction/tickets/",
        SatisfactionBehind.as_view(),
        name="api-satisfaction-tickets",
    ),
    re_path("", NoSuchPage.as_view()),  # whatever else there is, line breaks included
]

# Only the client credentials grant is offered: no consent pages.
oauth: list[URLPattern | URLResolver] = [
    path("token/", Token.as_view(), name="token"),
    path("revoke/", Revocation.as_view(), name="revoke-token"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", alive, name="healthz"),
    path("readyz", ready, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("oauth/", include((oauth, "oauth2_provider"))),
    path("api/v1/", include(api)),
    re_path(r"^api/", NoSuchPage.as_view()),  # another version: a problem, and no page
    path("", include("desk.urls")),
    re_path(r"^desk/.*/$", nowhere),  # without its last stroke an address is tried with it first
]

# What goes wrong, as those who meet it read: people a page, programs a problem.
handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
