"""Addresses of remedies under /api/v1/."""

from django.urls import URLPattern, path

from remedies.api import (
    backtest_views,
    exception_views,
    fairness,
    letters,
    outcomes,
    policy_views,
    refusing,
    views,
)
from remedies.api.pain import PATHS as PAIN_PATHS
from remedies.api.proposals import PATHS as PROPOSAL_PATHS
from remedies.api.reconciling import PATHS as RECONCILING_PATHS
from remedies.api.verbs import EXCEPTION_ACTS, OFFER_ACTS, REMEDY_ACTS
from remedies.api.vouchers import PATHS as VOUCHER_PATHS

_ACTS = {"offers": OFFER_ACTS, "exceptions": EXCEPTION_ACTS, "remedies": REMEDY_ACTS}

urlpatterns: list[URLPattern] = [
    path("offers/", views.Offers.as_view(), name="api-offers"),
    path("offers/<int:key>/", views.OneOffer.as_view(), name="api-offer"),
    path(
        "offers/<int:key>/request-exception/",
        exception_views.AskException.as_view(),
        name="api-request-exception",
    ),
    path("offers/<int:key>/preview/", letters.PreviewOffer.as_view(), name="api-offer-preview"),
    path("apology-check/", letters.CheckApology.as_view(), name="api-apology-check"),
    path("exceptions/", exception_views.Exceptions.as_view(), name="api-exceptions"),
    path("exceptions/decide/", exception_views.DecideTogether.as_view(), name="api-decide"),
    path("exceptions/<int:key>/", exception_views.OneException.as_view(), name="api-exception"),
    path(
        "exceptions/<int:key>/weighing/",
        exception_views.WeighException.as_view(),
        name="api-exception-weighing",
    ),
    *PROPOSAL_PATHS,
    path("remedies/", views.Remedies.as_view(), name="api-remedies"),
    path("remedies/<int:key>/", views.OneRemedy.as_view(), name="api-remedy"),
    path("refusals/", refusing.Refusals.as_view(), name="api-refusals"),
    path("reports/fairness/", fairness.FairnessSeen.as_view(), name="api-fairness"),
    path("reports/outcomes/", outcomes.OutcomesSeen.as_view(), name="api-outcomes"),
    path(
        "reports/fairness/tickets/", fairness.FairnessBehind.as_view(), name="api-fairness-tickets"
    ),
    path(
        "reports/outcomes/tickets/", outcomes.OutcomesBehind.as_view(), name="api-outcomes-tickets"
    ),
    path(
        "reports/offer-times/tickets/",
        fairness.OfferTimesBehind.as_view(),
        name="api-offer-times-tickets",
    ),
    path("reports/offer-times/", fairness.OfferTimesSeen.as_view(), name="api-offer-times"),
    path("policies/", policy_views.Policies.as_view(), name="api-policies"),
    path("policies/<slug:key>/", policy_views.Versions.as_view(), name="api-policy"),
    path("policies/<slug:key>/history/", policy_views.History.as_view()),
    path("policies/<slug:key>/<int:version>/", policy_views.OneVersion.as_view()),
    path("policies/<slug:key>/<int:version>/differences/", policy_views.Differences.as_view()),
    path("policies/<slug:key>/<int:version>/save/", policy_views.Save.as_view()),
    path("policies/<slug:key>/<int:version>/discard/", policy_views.Discard.as_view()),
    path("policies/<slug:key>/<int:version>/activate/", policy_views.Activate.as_view()),
    path("policies/<slug:key>/<int:version>/unschedule/", policy_views.Unschedule.as_view()),
    path("policies/<slug:key>/<int:version>/retire/", policy_views.Retire.as_view()),
    path("policy-checks/", policy_views.Check.as_view(), name="api-policy-checks"),
    path("policy-evaluations/", policy_views.Evaluate.as_view(), name="api-policy-evaluations"),
    path("policy-previews/", policy_views.OnTicket.as_view(), name="api-policy-previews"),
    *PAIN_PATHS,
    path("backtests/", backtest_views.Backtests.as_view(), name="api-backtests"),
    path("backtests/<int:key>/", backtest_views.OneBacktest.as_view(), name="api-backtest"),
    path("backtests/<int:key>/cancel/", backtest_views.CancelBacktest.as_view()),
    path("backtests/<int:key>/tickets/<str:number>/", backtest_views.BacktestTicket.as_view()),
    *RECONCILING_PATHS,
    *VOUCHER_PATHS,
    path("pain-factors/", views.Factors.as_view(), name="api-pain-factors"),
    path("tickets/<str:number>/authority/", views.AuthorityOnTicket.as_view()),
    path("tickets/<str:number>/draft-offer/", views.Redraft.as_view(), name="api-draft-offer"),
    path("tickets/<str:number>/components/", views.AddComponent.as_view(), name="api-components"),
    path(
        "tickets/<str:number>/request-exception/",
        exception_views.AskOnTicket.as_view(),
        name="api-ask-on-ticket",
    ),
    path(
        "tickets/<str:number>/refusal/preview/",
        refusing.PreviewRefusal.as_view(),
        name="api-refusal-preview",
    ),
    path("tickets/<str:number>/refuse/", refusing.Refuse.as_view(), name="api-refuse"),
    *(
        path(f"{of}/<int:key>/{act.address}", views.view_of(act, of), name=f"api-{of}-{act.name}")
        for of, acts in _ACTS.items()
        for act in acts
    ),
]
