"""Calendars, policies and paths are edited here, with history; deadlines are only looked at."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from simple_history.admin import SimpleHistoryAdmin

from escalation.models import (
    CalendarDay,
    Climb,
    Deadline,
    DeadlinePolicy,
    DutySlot,
    Escalation,
    EscalationPath,
    Rederivation,
    Rota,
    WorkCalendar,
)
from escalation.services import previews, rederiving
from escalation.services.drafting import draft_of_calendar, draft_of_policy
from escalation.services.setup import setup
from escalation.services.versioning import publish
from escalation.tasks import rederive_open
from tickets.admin import ForConfigurers, OnlyLook, configures, principal_of, without_hidden
from tickets.errors import DomainError
from tickets.models import User


def _begin(request: HttpRequest, why: str) -> None:
    """Begin a new reckoning in the background; its own page says how far it is, and what moved."""
    by = request.user if isinstance(request.user, User) else None
    job = rederiving.start(why[:1].upper() + why[1:], now=timezone.now(), by=by)
    transaction.on_commit(rederive_open.delay)
    words = 'Open deadlines are worked out anew, from their own start. <a href="{}">What moves</a>'
    messages.info(request, format_html(words, reverse("desk-reckoning", args=[job.pk])))


_PREVIEW = "_preview"


class _Previewed(SimpleHistoryAdmin):
    """With a second button: what the change would move, seen before it is saved.

    The form is saved and rolled back: so the draft is what would stand in the database, with its
    version and special days, and mistakes are told as when it is saved.
    """

    change_form_template = "escalation/previewed_form.html"

    def draft_of(self, obj: Any) -> dict[str, Any]:
        """What was saved, as a draft."""
        raise NotImplementedError(f"{type(self).__name__} has no draft.")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form; or with the second button, a preview."""
        if request.method != "POST" or _PREVIEW not in request.POST:
            return super().changeform_view(request, object_id, form_url, extra_context)
        try:
            with transaction.atomic():
                answer = super().changeform_view(request, object_id, form_url, extra_context)
                transaction.set_rollback(True)
        finally:
            setup.forget()
        if not isinstance(answer, _Drafted):
            return answer
        try:
            job = previews.begin(answer.draft, who=principal_of(request), now=timezone.now())
        except DomainError as error:
            return HttpResponse(error.message, status=409, content_type="text/plain")
        transaction.on_commit(rederive_open.delay)
        return redirect("desk-reckoning", job.pk)

    def response_add(self, request: HttpRequest, obj: Any, *rest: Any, **more: Any) -> HttpResponse:
        """Where it goes on after a new one."""
        if _PREVIEW in request.POST:
            return _Drafted(self.draft_of(obj))
        return super().response_add(request, obj, *rest, **more)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Where it goes on after a change."""
        if _PREVIEW in request.POST:
            return _Drafted(self.draft_of(obj))
        return super().response_change(request, obj)


class _Drafted(HttpResponse):
    """Never sent: carries the draft out of what is rolled back."""

    def __init__(self, draft: dict[str, Any]) -> None:
        super().__init__()
        self.draft = draft


class _MovesDeadlines(ForConfigurers, SimpleHistoryAdmin):
    """After a change, open deadlines are worked out anew in the background."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Save, and ring for the open deadlines."""
        super().save_model(request, obj, form, change)
        if (change or isinstance(obj, CalendarDay)) and _PREVIEW not in request.POST:
            _begin(request, f"{obj._meta.verbose_name} {obj}")


class _Days(ForConfigurers, admin.TabularInline):
    """Dates of the calendar of their own, the newest first."""

    model = CalendarDay
    extra = 1


@admin.register(WorkCalendar)
class WorkCalendarAdmin(_MovesDeadlines, _Previewed):
    """Hours, holidays and special days."""

    inlines = (_Days,)
    list_display = ("name", "key", "time_zone", "country", "subdivision", "is_default")
    search_fields = ("name", "key")

    def draft_of(self, obj: WorkCalendar) -> dict[str, Any]:
        """The calendar, with its days as they would be."""
        return draft_of_calendar(WorkCalendar.objects.get(pk=obj.pk))


@admin.register(CalendarDay)
class CalendarDayAdmin(_MovesDeadlines, _Previewed):
    """Closed and special days of every calendar, year by year."""

    list_display = ("day", "calendar", "name", "hours")
    list_filter = ("calendar",)
    list_select_related = ("calendar",)
    date_hierarchy = "day"
    search_fields = ("name",)

    def draft_of(self, obj: CalendarDay) -> dict[str, Any]:
        """Its calendar, as it would be."""
        return draft_of_calendar(WorkCalendar.objects.get(pk=obj.calendar_id))

    def delete_model(self, request: HttpRequest, obj: CalendarDay) -> None:
        """Delete, and have open deadlines worked out anew."""
        super().delete_model(request, obj)
        _begin(request, f"calendar day {obj} deleted")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[CalendarDay]) -> None:
        """The same for several at once: one reckoning."""
        super().delete_queryset(request, queryset)
        _begin(request, "calendar days deleted")


@admin.register(EscalationPath)
class EscalationPathAdmin(_MovesDeadlines):
    """When, to whom, what."""

    list_display = ("name", "key", "called_by")
    search_fields = ("name", "key")


@admin.register(DeadlinePolicy)
class DeadlinePolicyAdmin(ForConfigurers, _Previewed):
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
        if _PREVIEW in request.POST:
            return
        _begin(request, f"deadline policy {stands}")
        messages.info(request, f"{stands} holds from now on.")

    def draft_of(self, obj: DeadlinePolicy) -> dict[str, Any]:
        """The version that would hold."""
        return draft_of_policy(DeadlinePolicy.objects.get(pk=obj.pk))


class _Slots(ForConfigurers, admin.TabularInline):
    """Who is on duty."""

    model = DutySlot
    extra = 1

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever plans the duty."""
        return configures(request)


@admin.register(Rota)
class RotaAdmin(ForConfigurers, SimpleHistoryAdmin):
    """Who is on duty when."""

    list_display = ("name", "key", "team", "time_zone")
    list_select_related = ("team",)
    search_fields = ("name", "key")
    inlines = (_Slots,)


class _OfTickets(OnlyLook, admin.ModelAdmin):
    """Changed by services, under the lock of the ticket; here one looks at what one may see."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows of visible tickets."""
        return without_hidden(super().get_queryset(request), principal_of(request))


@admin.register(Deadline)
class DeadlineAdmin(_OfTickets):
    """Deadlines, with those whose step keeps failing."""

    list_display = ("ticket", "kind", "status", "due_at", "breached_at", "next_at", "failures")
    list_filter = ("status", "kind")
    list_select_related = ("ticket",)
    show_full_result_count = False


@admin.register(Escalation)
class EscalationAdmin(_OfTickets):
    """Steps that were taken."""

    list_display = ("ticket", "level", "step", "due_at", "done_at", "acknowledged_by")
    list_filter = ("level",)
    list_select_related = ("ticket", "acknowledged_by")
    show_full_result_count = False


@admin.register(Climb)
class ClimbAdmin(_OfTickets):
    """Calls, with those whose step keeps failing."""

    list_display = ("ticket", "level", "started_at", "next_at", "acknowledged_by", "failures")
    list_filter = ("level",)
    list_select_related = ("ticket", "acknowledged_by")
    show_full_result_count = False


@admin.register(Rederivation)
class RederivationAdmin(OnlyLook, admin.ModelAdmin):
    """New reckonings and previews: how far they are, and what moves."""

    list_display = ("__str__", "created_at", "created_by", "percent", "found", "finished_at")
    list_filter = ("preview",)
    list_select_related = ("created_by",)
    fields = ("why", "preview", "created_at", "created_by", "tickets", "percent", "found",
              "most_urgent", "finished_at")  # fmt: skip

    @admin.display(description="Done")
    def percent(self, job: Rederivation) -> str:
        """How far it is."""
        if job.is_cancelled:
            return f"stopped by {job.cancelled_by}"
        return f"{rederiving.progress(job).percent} %"

    @admin.display(description="Found")
    def found(self, job: Rederivation) -> str:
        """ "412 deadlines move, 3 would be missed at once"."""
        return rederiving.progress(job).words(preview=job.preview)

    @admin.display(description="Most urgent")
    def most_urgent(self, job: Rederivation) -> str:
        """Where some of those that move are named, as far as the reader may see them."""
        return format_html('<a href="{}">See them</a>', reverse("desk-reckoning", args=[job.pk]))
