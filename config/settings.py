"""Settings, read from the environment. docs/operations.md lists every variable.

The defaults are those of a production site. A local run (`make run`, `make
test`, a bare `manage.py`) is one without DATABASE_URL and REDIS_URL, or with
AMENDS_LOCAL=1: it speaks plain HTTP, and its secrets are made once under var/.
"""

import logging
import sys
from email.utils import formataddr, parseaddr
from typing import Any

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.embedded import stack_urls
from config.local_secrets import local_secrets
from config.logs import logging_config
from config.paths import BASE_DIR, var_dir
from config.rest import (  # noqa: F401 - Django reads them from here
    REST_FRAMEWORK,
    SCOPES,
    SPECTACULAR_SETTINGS,
)

django_stubs_ext.monkeypatch()  # generic models, views and fields may be subscripted

env = environ.Env()
if env.str("AMENDS_ENV_FILE", default=""):
    env.read_env(env.str("AMENDS_ENV_FILE"))

VAR_DIR = var_dir()
LOCAL: bool = env.bool(
    "AMENDS_LOCAL", default=not (env.str("DATABASE_URL", "") and env.str("REDIS_URL", ""))
)
DEBUG: bool = env.bool("DEBUG", default=False)

# Secrets and hosts

SECRET_KEY: str = env.str("SECRET_KEY", default="") or (
    local_secrets(VAR_DIR)["secret_key"] if LOCAL else env.str("SECRET_KEY")
)
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"] if LOCAL else []
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Where customers reach this site; links in mail start with it.
SITE_URL: str = env.str(
    "SITE_URL", default=f"http://localhost:{env.int('PORT', default=8000)}" if LOCAL else ""
).rstrip("/")

# The organisation, as its customers know it: on their pages, and as the sender of mail.
BRAND_NAME: str = env.str("BRAND_NAME", default="Amends")

# What is installed

LOCAL_APPS = [
    "tickets", "remedies", "escalation", "feedback", "integrations", "desk", "desk.setup",
]  # fmt: skip

INSTALLED_APPS = [
    *reversed(LOCAL_APPS),
    "config.apps.ProjectConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "config.apps.StaticFiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "anymail",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "lucide",
    "oauth2_provider",
    "rest_framework",
    "rules.apps.AutodiscoverRulesConfig",
    "simple_history",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "desk.live.middleware.PulseMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.compressing.PagesCompressed",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "config.guessing.GuessingMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database, cache and broker

_urls = stack_urls()
# One connection for each thread of gunicorn, kept: nobody has to be asked for it
# at each request, and PgBouncer can stand in front of it. A lost server is
# noticed by the health check at the next request.
DATABASES: dict[str, Any] = {
    "default": env.db_url_config(_urls.database)
    | {
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=600),
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"TEMPLATE": env.str("AMENDS_TEST_TEMPLATE", default=None)},
    }
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["ENGINE"] = "config.database"  # any other is refused by a check
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)

REDIS_URL = _urls.redis
CACHES = {
    "default": {
        "BACKEND": "config.cache.DispensableRedisCache",
        "LOCATION": _urls.cache,
        "KEY_PREFIX": "amends",
        # Short, because a page does not wait for a cache.
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.3},
    }
}
SILENCED_SYSTEM_CHECKS = [
    # An e-mail address is unique by a constraint on its lower case.
    "auth.W004",
]

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

CELERY_BROKER_URL = REDIS_URL
if REDIS_URL.startswith("redis:"):  # over TLS kombu knows its own transport only
    CELERY_BROKER_TRANSPORT = "config.broker:Transport"
CELERY_TASK_DEFAULT_QUEUE = "amends"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_EAGER_RESULT = False
# A task that a dying worker held is taken up by another one.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 120
CELERY_TASK_TIME_LIMIT = 150
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# Ringing the bell must not hold a request up: no retry, and short time-outs.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 1.0
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than any task may run, so that none is delivered twice while it runs.
    "visibility_timeout": 300,
    "socket_connect_timeout": 1.0,
    "socket_timeout": 2.0,
    "retry_on_timeout": False,
    "max_retries": 0,
    "health_check_interval": 25,
}
# How often beat rings for the sweep and the outbox, in seconds.
TICK_SECONDS: float = env.float("TICK_SECONDS", default=1.0)
BEAT_SCHEDULE_FILE: str = env.str("BEAT_SCHEDULE_FILE", default=str(VAR_DIR / "beat-schedule"))
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# Time, language, people

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
FORMAT_MODULE_PATH = "config.formats"

AUTH_USER_MODEL = "tickets.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
if env.list("PASSWORD_HASHERS", default=[]):
    PASSWORD_HASHERS = env.list("PASSWORD_HASHERS")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "config.accounts.StaffAccountAdapter"
ACCOUNT_FORMS = {"login": "config.accounts.SignIn"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Accounts are made by an administrator, who knows the address.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PREVENT_ENUMERATION = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Amends"

# The API

# Django reads this one itself, to find what our API clients refer to.
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER: dict[str, Any] = {
    "SCOPES": SCOPES,
    # Each client gets at most the scopes that an administrator gave it.
    "SCOPES_BACKEND_CLASS": "integrations.clients.ClientScopes",
    # A client that names no scope gets none by accident.
    "DEFAULT_SCOPES": ["tickets:read"],
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "OAUTH2_GRANT_TYPES_SUPPORTED": ["client_credentials"],
    "OAUTH2_RESPONSE_TYPES_SUPPORTED": [],
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}
# How much one client or person may ask, such as 3000/min; empty: as much as he likes.
API_RATE: str = env.str("API_RATE", default="" if LOCAL else "3000/min")

# How many complaints one network address may send by the public form; empty: no limit.
FORM_RATE: str = env.str("FORM_RATE", default="" if LOCAL else "30/hour")

# What Prometheus must send as its bearer token to read /metrics; empty: no such page.
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")

# How many private links that lead nowhere one network address may try; empty: no limit.
LINK_RATE: str = env.str("LINK_RATE", default="" if LOCAL else "20/min")

# Remedies: where granted credits are sent, signed as standard-webhooks says; empty: by hand.
REMEDY_WEBHOOK_URL: str = env.str("REMEDY_WEBHOOK_URL", default="")
REMEDY_WEBHOOK_SECRET: str = env.str("REMEDY_WEBHOOK_SECRET", default="")
# Where that system lists what it paid, for the nightly comparison; empty: none.
REMEDY_WEBHOOK_STATUS_URL: str = env.str("REMEDY_WEBHOOK_STATUS_URL", default="")
REMEDY_WEBHOOK_KINDS: list[str] = env.list("REMEDY_WEBHOOK_KINDS", default=["credit"])

# Pages and files

STATIC_URL = "static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(VAR_DIR / "static"))
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "config.staticfiles.PackageFinder",
]
# Tests and DEBUG serve assets from where they lie; elsewhere names carry a hash.
STATIC_MANIFEST: bool = env.bool("AMENDS_STATIC_MANIFEST", default=not DEBUG)
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_USE_FINDERS = not STATIC_MANIFEST
WHITENOISE_AUTOREFRESH = not STATIC_MANIFEST
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "config.staticfiles.HashedAssets"
        if STATIC_MANIFEST
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(VAR_DIR / "media"))
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A team of 500, or a category of 500 facts, is one form of the settings.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# Mail

if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
elif env.str("EMAIL_BACKEND", default="") or not LOCAL:
    EMAIL_BACKEND = env.str("EMAIL_BACKEND", default="django.core.mail.backends.smtp.EmailBackend")
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = env.str("EMAIL_FILE_PATH", default=str(VAR_DIR / "mail"))
EMAIL_TIMEOUT = 10
ANYMAIL: dict[str, Any] = env.json("ANYMAIL", default={})
_from_name, _from = parseaddr(env.str("DEFAULT_FROM_EMAIL", default="complaints@localhost"))
DEFAULT_FROM_EMAIL = formataddr((_from_name or BRAND_NAME, _from))
# Mail to this address becomes complaints and answers; with +tags where the server knows them.
INBOUND_MAIL_ADDRESS: str = env.str("INBOUND_MAIL_ADDRESS", default="")
# The key of the category that complaints by mail begin in. Empty: the first of the form.
INBOUND_MAIL_CATEGORY: str = env.str("INBOUND_MAIL_CATEGORY", default="")
# Where it is fetched: imaps://user:password@host/INBOX. Empty: nothing is fetched.
INBOUND_IMAP_URL: str = env.str("INBOUND_IMAP_URL", default="")
SERVER_EMAIL: str = env.str("SERVER_EMAIL", default=DEFAULT_FROM_EMAIL)

# Security

SECURE_SSL_REDIRECT: bool = env.bool("SECURE_SSL_REDIRECT", default=not LOCAL)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS: int = env.int("SECURE_HSTS_SECONDS", default=0 if LOCAL else 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_SECONDS > 0
SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = not LOCAL
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_SECURE = not LOCAL
CSRF_FAILURE_VIEW = "config.errors.forbidden"
X_FRAME_OPTIONS = "DENY"
TRUST_PROXY: bool = env.bool("TRUST_PROXY", default=False)
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Whether webhooks may go to this machine's own network, over plain HTTP too.
WEBHOOKS_TO_PRIVATE_ADDRESSES: bool = env.bool("WEBHOOKS_TO_PRIVATE_ADDRESSES", default=False)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        # Bootstrap draws its carets and ticks as data: pictures in its stylesheet.
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Logs

LOG_LEVEL: str = env.str("LOG_LEVEL", default="INFO")
LOG_FORMAT: str = env.str("LOG_FORMAT", default="console" if sys.stderr.isatty() else "json")
LOGGING = logging_config(LOG_LEVEL, LOG_FORMAT)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
# One line a request, when it is over; and nobody's address in it, which is personal data and,
# behind a proxy, the proxy's.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
