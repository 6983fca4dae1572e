"""How the desk asks is edited here, with history; what customers said is only looked at."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin

from feedback.models import Answer, FollowUp, Idea, Survey, SurveySettings


def _configures(request: HttpRequest) -> bool:
    return bool(request.user.is_staff)


@admin.register(SurveySettings)
class SurveySettingsAdmin(SimpleHistoryAdmin):
    """One row: when to ask, and what is poor."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Managers and administrators configure."""
        return _configures(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether it may be looked at."""
        return _configures(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether it may be changed."""
        return _configures(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Once."""
        return _configures(request) and not SurveySettings.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: without a row the defaults hold."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """There is one row."""
        obj.pk = 1
        super().save_model(request, obj, form, change)


class _OnlyLook(admin.ModelAdmin):
    """Written by services; here one only looks, and at nothing confidential."""

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without what belongs to confidential tickets: access is decided elsewhere."""
        return super().get_queryset(request).exclude(ticket__confidential=True)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the section is shown."""
        return _configures(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether it may be looked at."""
        return _configures(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


@admin.register(Survey)
class SurveyAdmin(_OnlyLook):
    """Who was asked."""

    list_display = ("ticket", "status", "due_at", "sent_at", "ended_at")
    list_filter = ("status",)
    list_select_related = ("ticket",)
    exclude = ("token",)


@admin.register(Answer)
class AnswerAdmin(_OnlyLook):
    """What customers said."""

    list_display = ("ticket", "handling", "result", "effort", "felt_heard", "fair", "at")
    list_select_related = ("ticket",)


@admin.register(FollowUp)
class FollowUpAdmin(_OnlyLook):
    """Who still has to be called."""

    list_display = ("ticket", "team", "why", "opened_at", "closed_at")
    list_filter = ("team", ("closed_at", admin.EmptyFieldListFilter))
    list_select_related = ("ticket", "team")


@admin.register(Idea)
class IdeaAdmin(_OnlyLook):
    """Ideas and what became of them."""

    list_display = ("title", "author", "status", "created_at")
    list_filter = ("status",)
    list_select_related = ("author",)
