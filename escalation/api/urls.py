"""Addresses of escalation under /api/v1/."""

from django.urls import path

from escalation.api import board, previews, report_views, rotas, standing, views

urlpatterns = [
    path("deadlines/", views.Deadlines.as_view(), name="api-deadlines"),
    path("deadlines/board/", board.Board.as_view(), name="api-board"),
    path("deadlines/<int:key>/", views.OneDeadline.as_view(), name="api-deadline"),
    path("deadlines/<int:key>/explain/", views.Explain.as_view(), name="api-explain"),
    path(
        "deadlines/<int:key>/acknowledge/",
        views.AcknowledgeDeadline.as_view(),
        name="api-acknowledge-deadline",
    ),
    path("deadlines/<int:key>/extend/", views.ExtendDeadline.as_view(), name="api-extend-deadline"),
    path("reports/deadlines/", report_views.DeadlineReport.as_view(), name="api-report-deadlines"),
    path(
        "reports/deadlines/tickets/",
        report_views.PromisesBehind.as_view(),
        name="api-report-deadlines-tickets",
    ),
    path("simulations/", report_views.Simulations.as_view(), name="api-simulations"),
    path("simulations/<int:key>/", report_views.OneSimulation.as_view(), name="api-simulation"),
    path(
        "simulations/<int:key>/cancel/",
        report_views.CancelSimulation.as_view(),
        name="api-simulation-cancel",
    ),
    path("reckonings/", previews.Reckonings.as_view(), name="api-reckonings"),
    path("reckonings/<int:key>/", previews.OneReckoning.as_view(), name="api-reckoning"),
    path(
        "reckonings/<int:key>/cancel/",
        previews.CancelReckoning.as_view(),
        name="api-reckoning-cancel",
    ),
    path("escalations/", views.Escalations.as_view(), name="api-escalations"),
    path("escalations/<int:key>/", views.OneEscalation.as_view(), name="api-escalation"),
    path(
        "escalations/<int:key>/acknowledge/",
        standing.AcknowledgeStep.as_view(),
        name="api-acknowledge-escalation",
    ),
    path("rotas/", rotas.Rotas.as_view(), name="api-rotas"),
    path("rotas/<slug:key>/", rotas.OneRota.as_view(), name="api-rota"),
    path("rotas/<slug:key>/slots/", rotas.Slots.as_view(), name="api-rota-slots"),
    path(
        "tickets/<str:number>/deadlines/explain/",
        views.ExplainTicket.as_view(),
        name="api-explain-ticket",
    ),
    path("tickets/<str:number>/escalate/", views.Escalate.as_view(), name="api-escalate"),
    path("tickets/<str:number>/escalation/", standing.Standing.as_view(), name="api-escalation-of"),
    path(
        "tickets/<str:number>/de-escalate/", standing.Deescalate.as_view(), name="api-de-escalate"
    ),
    path("tickets/<str:number>/take-over/", views.TakeOver.as_view(), name="api-take-over"),
]
