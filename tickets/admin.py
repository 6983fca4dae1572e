"""Configuration is edited here, with history; what happened is only looked at.

Managers and administrators come in (`User.is_staff`). People and their roles are the
administrators' alone, so that nobody promotes himself.
"""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin

from tickets.access import Principal, visible_tickets
from tickets.catalogue import catalogue
from tickets.errors import DomainError
from tickets.filling import ALWAYS, unknown_in
from tickets.models import (
    AlertSettings,
    Category,
    Event,
    FactDefinition,
    Membership,
    Outbox,
    Recourse,
    ReusableText,
    RootCause,
    Team,
    Untold,
    User,
)
from tickets.rules import Role
from tickets.services.alerts import checked_days
from tickets.services.telling import try_again
from tickets.tree import DEEPEST, depths


def configures(request: HttpRequest) -> bool:
    """Whether the one who asks sets the desk up."""
    return isinstance(request.user, User) and request.user.is_staff


def administers(request: HttpRequest) -> bool:
    """Whether the one who asks makes accounts and deletes."""
    return configures(request) and getattr(request.user, "role", "") == Role.ADMIN


def principal_of(request: HttpRequest) -> Principal:
    """The one who asks, for what he may see; one who sees nothing where nobody signed in."""
    if not isinstance(request.user, User):
        return Principal()
    return Principal.of_user(request.user, now=timezone.now())


def without_hidden(rows: QuerySet[Any], who: Principal) -> QuerySet[Any]:
    """Rows without those of tickets that `who` may not see; what has no ticket stays."""
    return rows.filter(Q(ticket=None) | Q(ticket__in=visible_tickets(who)))


class ForConfigurers:
    """Rights of an admin page that managers and administrators edit."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the section is shown."""
        return configures(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether it may be looked at."""
        return configures(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether something may be added."""
        return configures(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether it may be changed."""
        return configures(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether it may be deleted; the database keeps what is in use."""
        return administers(request)


class OnlyLook(ForConfigurers):
    """Rights of an admin page of what only services write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


class CategoryForm(forms.ModelForm):
    """A category that is not below itself."""

    class Meta:
        model = Category
        fields: ClassVar[list[str]] = [
            "name",
            "key",
            "parent",
            "team",
            "icon",
            "public",
            "active",
            "order",
            "guidance",
        ]

    def clean_parent(self) -> Category | None:
        """Raises `ValidationError` where the tree would become a ring, or too deep."""
        parent: Category | None = self.cleaned_data["parent"]
        own = self.instance.pk or 0
        above: dict[int, int | None] = dict(Category.objects.values_list("pk", "parent_id"))
        above[own] = parent.pk if parent else None
        found = depths(above)
        if not found[own]:
            raise ValidationError("A category can't lie below itself.")
        if max(found.values()) > DEEPEST:
            raise ValidationError(f"At most {DEEPEST} lie one below the other.")
        return parent


class FactInline(ForConfigurers, admin.TabularInline):
    """The facts of a category."""

    model = FactDefinition
    extra = 0
    fields = ("name", "label", "kind", "choices", "unit", "required", "on_form", "help", "order")


@admin.register(Category)
class CategoryAdmin(ForConfigurers, SimpleHistoryAdmin):
    """What a complaint may be about, and the facts it asks for."""

    form = CategoryForm
    inlines: ClassVar[list[Any]] = [FactInline]
    list_display = ("name", "key", "parent", "team", "public", "active", "order")
    list_filter = ("active", "public", "team")
    list_select_related = ("parent", "team")
    search_fields = ("name", "key")
    prepopulated_fields: ClassVar[dict[str, Any]] = {"key": ("name",)}


@admin.register(FactDefinition)
class FactDefinitionAdmin(ForConfigurers, SimpleHistoryAdmin):
    """Facts, those for every category included."""

    list_display = ("label", "name", "kind", "category", "required", "on_form", "order")
    list_filter = ("kind", "required", "category")
    list_select_related = ("category",)
    search_fields = ("name", "label")


class ReusableTextForm(forms.ModelForm):
    """A text whose facts exist, so that it can be filled in."""

    class Meta:
        model = ReusableText
        fields: ClassVar[list[str]] = [
            "name", "key", "use", "category", "language", "body", "active", "order",
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Names of facts that the category does not know are told, with those that there are."""
        data: dict[str, Any] = super().clean() or {}
        entry = catalogue().by_id.get(data["category"].pk) if data.get("category") else None
        known = {*ALWAYS, *(entry.facts if entry else ())}
        if entry is None:
            known |= {name for one in catalogue().by_id.values() for name in one.facts}
        if wrong := unknown_in(data.get("body") or "", known):
            names = ", ".join(wrong)
            self.add_error("body", f"Unknown: {names}. There are: {', '.join(sorted(known))}.")
        return data


@admin.register(ReusableText)
class ReusableTextAdmin(ForConfigurers, SimpleHistoryAdmin):
    """Texts that people begin with."""

    form = ReusableTextForm
    list_display = ("name", "use", "category", "language", "active", "order")
    list_filter = ("use", "language", "active")
    search_fields = ("name", "body")
    prepopulated_fields: ClassVar[dict[str, Any]] = {"key": ("name",)}


@admin.register(RootCause)
class RootCauseAdmin(ForConfigurers, SimpleHistoryAdmin):
    """Why things go wrong, in the desk's own list."""

    list_display = ("name", "key", "active")
    list_filter = ("active",)
    search_fields = ("name", "key")
    prepopulated_fields: ClassVar[dict[str, Any]] = {"key": ("name",)}


@admin.register(Recourse)
class RecourseAdmin(ForConfigurers, SimpleHistoryAdmin):
    """What a customer can do after our answer, and until when."""

    list_display = ("__str__", "review_days", "body", "body_months")


class MembershipInline(ForConfigurers, admin.TabularInline):
    """Who works where: an administrator's to say, for it says what one sees."""

    model = Membership
    extra = 0
    autocomplete_fields: ClassVar[list[str]] = ["user", "team"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return administers(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return administers(request)


@admin.register(Team)
class TeamAdmin(ForConfigurers, admin.ModelAdmin):
    """Teams, and who belongs to them."""

    inlines: ClassVar[list[Any]] = [MembershipInline]
    list_display = ("name", "key", "lead", "email", "time_zone", "is_default", "active")
    list_filter = ("active",)
    list_select_related = ("lead",)
    search_fields = ("name", "key")
    autocomplete_fields: ClassVar[list[str]] = ["lead"]
    prepopulated_fields: ClassVar[dict[str, Any]] = {"key": ("name",)}


@admin.register(User)
class PersonAdmin(UserAdmin):
    """Those who work here. Managers look, administrators change."""

    inlines: ClassVar[list[Any]] = [MembershipInline]
    ordering = ("name",)
    list_display = ("name", "email", "role", "is_active", "away_from", "away_until", "substitute")
    list_filter = ("role", "is_active", "teams")
    list_select_related = ("substitute",)
    search_fields = ("name", "email")
    autocomplete_fields: ClassVar[list[str]] = ["substitute"]
    readonly_fields = ("last_login", "created_at")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "role", "is_active")}),
        ("Language and time", {"fields": ("language", "time_zone")}),
        ("Out of office", {"fields": ("away_from", "away_until", "substitute")}),
        ("When", {"fields": ("last_login", "created_at")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "role", "usable_password", "password1", "password2")}),
    )

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the section is shown."""
        return configures(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether it may be looked at."""
        return configures(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Administrators."""
        return administers(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return administers(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: who left is made inactive, for events name him."""
        return False


@admin.register(Event)
class EventAdmin(OnlyLook, admin.ModelAdmin):
    """What happened, to the tickets that the reader may see."""

    list_display = ("recorded_at", "ticket", "type", "actor_name", "at")
    list_filter = ("actor_kind",)
    list_select_related = ("ticket",)
    search_fields = ("=ticket__number", "=type")
    search_help_text = "A ticket's number or a type of event."
    ordering = ("-id",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        """Events of visible tickets."""
        rows: QuerySet[Event] = super().get_queryset(request)
        return rows.filter(ticket__in=visible_tickets(principal_of(request)))


@admin.register(Outbox)
class OutboxAdmin(OnlyLook, admin.ModelAdmin):
    """What leaves the process; dead letters wait here for a person."""

    list_display = ("created_at", "kind", "state", "attempts", "next_attempt_at", "last_error")
    list_filter = ("state", "kind")
    search_fields = ("=key", "=ticket__number")
    ordering = ("-id",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Outbox]:
        """Without what belongs to tickets that the reader may not see."""
        rows: QuerySet[Outbox] = super().get_queryset(request)
        return without_hidden(rows, principal_of(request))


class AlertSettingsForm(forms.ModelForm):
    """Quiet hours that leave somebody to be reached."""

    class Meta:
        model = AlertSettings
        fields: ClassVar[list[str]] = [
            "user", "quiet_from", "quiet_until", "quiet_days", "urgent_anyway", "digest_after",
            "digest_minutes",
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The same checks as on the person's own page."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        names = ("quiet_from", "quiet_until", "quiet_days", "digest_after", "digest_minutes")
        try:
            data["quiet_days"] = checked_days(*(data[name] for name in names))
        except DomainError as error:
            self.add_error(error.field, error.message)
        return data


@admin.register(AlertSettings)
class AlertSettingsAdmin(ForConfigurers, admin.ModelAdmin):
    """When and how each person is told. Everybody sets his own (Your alerts); an administrator
    mends them for who is away or can't."""

    form = AlertSettingsForm
    list_display = ("user", "quiet_from", "quiet_until", "quiet_days", "urgent_anyway",
                    "digest_after", "digest_minutes")  # fmt: skip
    list_select_related = ("user",)
    search_fields = ("user__name", "user__email")
    autocomplete_fields: ClassVar[list[str]] = ["user"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return administers(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return administers(request)


@admin.register(Untold)
class UntoldAdmin(OnlyLook, admin.ModelAdmin):
    """People who could not be mailed what they should know, with how it failed."""

    list_display = ("user", "since", "failures", "next_attempt_at", "last_error")
    list_select_related = ("user",)
    actions = ("again",)

    @admin.action(description="Try again now", permissions=["view"])
    def again(self, request: HttpRequest, rows: QuerySet[Untold]) -> None:
        """The next minute's round takes them."""
        count = try_again(list(rows.values_list("user", flat=True)), now=timezone.now())
        self.message_user(request, f"{count} are tried again now.")
