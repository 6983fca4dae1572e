"""Calendars, policies and paths are edited here, with history; deadlines are only looked at."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin

from escalation.models import (
    Climb,
    Deadline,
    DeadlinePolicy,
    DutySlot,
    Escalation,
    EscalationPath,
    Rota,
    WorkCalendar,
)
from escalation.services.versioning import publish
from escalation.tasks import rederive_open
from tickets.models import User
from tickets.rules import Role


class _ForConfigurers(SimpleHistoryAdmin):
    """Managers and administrators configure (`User.is_staff`); only these delete."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the section is shown."""
        return _configures(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether it may be looked at."""
        return _configures(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether something may be added."""
        return _configures(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether it may be changed."""
        return _configures(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether it may be deleted; the database keeps what is in use."""
        return _configures(request) and getattr(request.user, "role", "") == Role.ADMIN


def _configures(request: HttpRequest) -> bool:
    return bool(request.user.is_staff)


class _MovesDeadlines(_ForConfigurers):
    """After a change, open deadlines are worked out anew in the background."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Save, and ring for the open deadlines."""
        super().save_model(request, obj, form, change)
        if change:
            transaction.on_commit(rederive_open.delay)
            messages.info(request, "Open deadlines are worked out anew, from their own start.")


@admin.register(WorkCalendar)
class WorkCalendarAdmin(_MovesDeadlines):
    """Hours, holidays and special days."""

    list_display = ("name", "key", "time_zone", "country", "subdivision", "is_default")
    search_fields = ("name", "key")


@admin.register(EscalationPath)
class EscalationPathAdmin(_MovesDeadlines):
    """When, to whom, what."""

    list_display = ("name", "key", "called_by")
    search_fields = ("name", "key")


@admin.register(DeadlinePolicy)
class DeadlinePolicyAdmin(_ForConfigurers):
    """Policies. Saving a changed one publishes a new version and keeps the old."""

    list_display = ("name", "key", "version", "order", "active", "note", "created_at")
    list_filter = ("active",)
    search_fields = ("name", "key")
    readonly_fields = ("version", "created_at", "created_by")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """What is in use is not edited: the change becomes the next version."""
        by = request.user if isinstance(request.user, User) else None
        stands = publish(obj, changed=set(form.changed_data), by=by, now=timezone.now())
        obj.pk = stands.pk
        transaction.on_commit(rederive_open.delay)
        messages.info(request, f"{stands} holds from now on.")


class _Slots(admin.TabularInline):
    """Who is on duty."""

    model = DutySlot
    extra = 1

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As with the rota."""
        return _configures(request)

    has_add_permission = has_view_permission
    has_change_permission = has_view_permission
    has_delete_permission = has_view_permission


@admin.register(Rota)
class RotaAdmin(_ForConfigurers):
    """Who is on duty when."""

    list_display = ("name", "key", "team", "time_zone")
    list_select_related = ("team",)
    search_fields = ("name", "key")
    inlines = (_Slots,)


class _OnlyLook(admin.ModelAdmin):
    """Changed by services, under the lock of the ticket; here one only looks."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the section is shown."""
        return _configures(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether it may be looked at."""
        return _configures(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


@admin.register(Deadline)
class DeadlineAdmin(_OnlyLook):
    """Deadlines, with those whose step keeps failing."""

    list_display = ("ticket", "kind", "status", "due_at", "breached_at", "next_at", "failures")
    list_filter = ("status", "kind")
    list_select_related = ("ticket",)
    show_full_result_count = False


@admin.register(Escalation)
class EscalationAdmin(_OnlyLook):
    """Steps that were taken."""

    list_display = ("ticket", "level", "step", "due_at", "done_at", "acknowledged_by")
    list_filter = ("level",)
    list_select_related = ("ticket", "acknowledged_by")
    show_full_result_count = False


@admin.register(Climb)
class ClimbAdmin(_OnlyLook):
    """Calls, with those whose step keeps failing."""

    list_display = ("ticket", "level", "started_at", "next_at", "acknowledged_by", "failures")
    list_filter = ("level",)
    list_select_related = ("ticket", "acknowledged_by")
    show_full_result_count = False
