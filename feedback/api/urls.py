"""Addresses of feedback under /api/v1/."""

from django.urls import path

from feedback.api import insight, views

urlpatterns = [
    path("insight/tickets/", insight.InsightTickets.as_view(), name="api-insight-tickets"),
    path("insight/ideas/", insight.InsightIdeas.as_view(), name="api-insight-ideas"),
    path("insight/<str:tab>/", insight.InsightTab.as_view(), name="api-insight"),
    path("surveys/", views.Surveys.as_view(), name="api-surveys"),
    path("surveys/<int:key>/", views.OneSurvey.as_view(), name="api-survey"),
    path("surveys/<int:key>/answer/", views.AnswerSurvey.as_view(), name="api-answer-survey"),
    path("answers/", views.Answers.as_view(), name="api-answers"),
    path("follow-ups/", views.FollowUps.as_view(), name="api-followups"),
    path("follow-ups/<int:key>/close/", views.CloseFollowUp.as_view(), name="api-close-followup"),
    path("ideas/", views.Ideas.as_view(), name="api-ideas"),
    path("ideas/<int:key>/vote/", views.VoteForIdea.as_view(), name="api-vote-idea"),
    path("ideas/<int:key>/answer/", views.AnswerIdea.as_view(), name="api-answer-idea"),
    path("kudos/", views.AllKudos.as_view(), name="api-kudos"),
]
