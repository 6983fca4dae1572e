"""Addresses of escalation under /api/v1/."""

from django.urls import path

from escalation.api import views

urlpatterns = [
    path("deadlines/", views.Deadlines.as_view(), name="api-deadlines"),
    path("deadlines/<int:key>/", views.OneDeadline.as_view(), name="api-deadline"),
    path("deadlines/<int:key>/explain/", views.Explain.as_view(), name="api-explain"),
    path(
        "deadlines/<int:key>/acknowledge/",
        views.AcknowledgeDeadline.as_view(),
        name="api-acknowledge-deadline",
    ),
    path("deadlines/<int:key>/extend/", views.ExtendDeadline.as_view(), name="api-extend-deadline"),
    path("escalations/", views.Escalations.as_view(), name="api-escalations"),
    path("escalations/<int:key>/", views.OneEscalation.as_view(), name="api-escalation"),
    path(
        "tickets/<str:number>/deadlines/explain/",
        views.ExplainTicket.as_view(),
        name="api-explain-ticket",
    ),
    path("tickets/<str:number>/escalate/", views.Escalate.as_view(), name="api-escalate"),
    path("tickets/<str:number>/take-over/", views.TakeOver.as_view(), name="api-take-over"),
]
