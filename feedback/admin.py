"""How the desk asks is edited here, with history; what customers said is only looked at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from feedback.models import Answer, FollowUp, Idea, Survey, SurveySettings
from tickets.admin import ForConfigurers, OnlyLook, configures, principal_of, without_hidden


@admin.register(SurveySettings)
class SurveySettingsAdmin(ForConfigurers, SimpleHistoryAdmin):
    """One row: when to ask, and what is poor."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Once."""
        return configures(request) and not SurveySettings.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: without a row the defaults hold."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """There is one row."""
        obj.pk = 1
        super().save_model(request, obj, form, change)


class _OfTickets(OnlyLook, admin.ModelAdmin):
    """Written by services; here one only looks, and at nothing of tickets one may not see."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows of visible tickets."""
        return without_hidden(super().get_queryset(request), principal_of(request))


@admin.register(Survey)
class SurveyAdmin(_OfTickets):
    """Who was asked."""

    list_display = ("ticket", "status", "due_at", "sent_at", "ended_at")
    list_filter = ("status",)
    list_select_related = ("ticket",)
    exclude = ("token",)


@admin.register(Answer)
class AnswerAdmin(_OfTickets):
    """What customers said."""

    list_display = ("ticket", "handling", "result", "effort", "felt_heard", "fair", "at")
    list_select_related = ("ticket",)


@admin.register(FollowUp)
class FollowUpAdmin(_OfTickets):
    """Who still has to be called."""

    list_display = ("ticket", "team", "why", "opened_at", "closed_at")
    list_filter = ("team", ("closed_at", admin.EmptyFieldListFilter))
    list_select_related = ("ticket", "team")


@admin.register(Idea)
class IdeaAdmin(_OfTickets):
    """Ideas and what became of them."""

    list_display = ("title", "author", "status", "created_at")
    list_filter = ("status",)
    list_select_related = ("author",)
