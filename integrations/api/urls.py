"""Addresses of the API of integrations, below /api/v1/."""

from django.urls import URLPattern, path

from integrations.api import views

urlpatterns: list[URLPattern] = [
    path("dead-letters/", views.DeadLetters.as_view(), name="api-dead-letters"),
    path("dead-letters/<int:letter>/retry/", views.Retry.as_view(), name="api-retry"),
]
