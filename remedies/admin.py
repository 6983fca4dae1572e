"""Configuration of remedies in the admin: policies with their history, authority.

Offers, exceptions and the ledger are made by services; here they are read.
"""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.forms import (
    CheckboxSelectMultiple,
    ModelForm,
    TypedMultipleChoiceField,
    ValidationError,
)
from django.http import HttpRequest
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin

from remedies.active import compiled
from remedies.models import (
    Authority,
    Budget,
    DecisionLevel,
    ExceptionRequest,
    Offer,
    OfferComponent,
    Refusal,
    Remedy,
    RemedyEntry,
    RemedyPolicy,
)
from remedies.rules.language.draft import ComponentKind
from remedies.rules.routing import Who
from remedies.rules.states import PolicyStatus
from remedies.services import activate, save_draft
from tickets.admin import (
    ForConfigurers,
    OnlyLook,
    administers,
    configures,
    principal_of,
    without_hidden,
)
from tickets.errors import DomainError
from tickets.models import User
from tickets.money import decimals_of
from tickets.rules import Role


class PolicyForm(ModelForm):
    """The text of a policy, checked as it is saved."""

    class Meta:
        model = RemedyPolicy
        fields = ["source"]

    def clean_source(self) -> str:
        """The text, if it can be read: else every problem with its line."""
        source: str = self.cleaned_data["source"]
        try:
            policy = compiled(source)
        except DomainError as error:
            raise ValidationError(error.message) from None
        if self.instance.pk and policy.name != self.instance.key:
            raise ValidationError(f"This text is of the policy {policy.name}.")
        return source


def person(request: HttpRequest) -> User | None:
    """The one who is signed in."""
    return None if isinstance(request.user, AnonymousUser) else request.user


@admin.register(RemedyPolicy)
class RemedyPolicyAdmin(ForConfigurers, SimpleHistoryAdmin):
    """Drafts are edited; what was ever in force is read. Putting in force is an action."""

    form = PolicyForm
    list_display = ["key", "version", "title", "status", "active_from", "created_by"]
    list_filter = ["status", "key"]
    readonly_fields = ["key", "version", "title", "status", "categories", "active_from"]
    actions = ["put_in_force"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A draft may be thrown away."""
        return configures(request) and obj is not None and obj.status == PolicyStatus.DRAFT

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Everything, once it is no draft."""
        fields = super().get_readonly_fields(request, obj)
        if obj is not None and obj.status != PolicyStatus.DRAFT:
            return [*fields, "source"]
        return fields

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Over the draft, or as the next version."""
        if form.changed_data or not change:
            saved = save_draft(obj.source, by=person(request), now=timezone.now())
            obj.pk, obj.key, obj.version = saved.pk, saved.key, saved.version

    @admin.action(description="Put in force now; the version before is retired")
    def put_in_force(self, request: HttpRequest, queryset: QuerySet[RemedyPolicy]) -> None:
        """Runs the policy's own cases first."""
        for policy in queryset:
            try:
                activate(policy, by=person(request), now=timezone.now())
            except DomainError as error:
                messages.error(request, f"{policy}: {error.message}")
            else:
                messages.success(request, f"{policy} is in force.")


@admin.register(Authority)
class AuthorityAdmin(ForConfigurers, SimpleHistoryAdmin):
    """Limits, in minor units. What a manager may grant himself, an administrator says."""

    list_display = [
        "role", "kind", "currency", "per_remedy", "per_ticket", "per_customer", "period_days",
    ]  # fmt: skip
    list_filter = ["role", "currency"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody raises the limits of the role that he holds himself; administrators may."""
        return super().has_change_permission(request, obj) and (
            obj is None or administers(request) or obj.role != _role_of(request)
        )

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **more: Any) -> Any:
        """Nor does he add limits for it."""
        field = super().formfield_for_choice_field(db_field, request, **more)
        if db_field.name == "role" and not administers(request):
            own = _role_of(request)
            field.choices = [one for one in field.choices if one[0] != own]
        return field


@admin.register(Budget)
class BudgetAdmin(ForConfigurers, SimpleHistoryAdmin):
    """What a person or a team may give away in a period, in minor units."""

    list_display = ["user", "team", "currency", "amount", "every"]
    list_filter = ["currency", "every"]
    autocomplete_fields = ["user"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody raises his own; administrators may."""
        return super().has_change_permission(request, obj) and (
            obj is None or administers(request) or obj.user_id != request.user.pk
        )


class LevelForm(ModelForm):
    """A level, with what belongs together checked before the database does."""

    kinds = TypedMultipleChoiceField(
        choices=[(kind.value, kind.value) for kind in ComponentKind],
        required=False,
        widget=CheckboxSelectMultiple,
        help_text="None chosen: all.",
    )

    class Meta:
        model = DecisionLevel
        fields = [
            "name", "order", "currency", "up_to", "kinds", "team", "who", "members_of", "people",
            "needed", "own_limits", "active",
        ]  # fmt: skip

    def clean_currency(self) -> str:
        """One that there is, or none."""
        currency: str = self.cleaned_data["currency"].upper()
        if currency:
            try:
                decimals_of(currency)
            except DomainError as error:
                raise ValidationError(error.message) from None
        return currency

    def clean(self) -> dict[str, Any]:
        """A sum has a currency; a team or people are named where they decide."""
        data = super().clean() or self.cleaned_data
        if data.get("up_to") is not None and not data.get("currency"):
            self.add_error("currency", "A sum is in a currency: name it, or leave the sum empty.")
        if data.get("who") == Who.TEAM and not data.get("members_of"):
            self.add_error("members_of", "Name the team whose members decide.")
        if data.get("who") != Who.TEAM and data.get("members_of"):
            self.add_error("members_of", "Leave this empty, or choose “team” above.")
        people = data.get("people") or []
        if data.get("who") == Who.PEOPLE and not people:
            self.add_error("people", "Name those who decide.")
        elif data.get("who") == Who.PEOPLE and len(people) < (data.get("needed") or 1):
            self.add_error("needed", "More have to say yes than there are people.")
        return data


@admin.register(DecisionLevel)
class DecisionLevelAdmin(ForConfigurers, SimpleHistoryAdmin):
    """Who decides exceptions, up to which sum in minor units. Used ones are switched off."""

    form = LevelForm
    list_display = [
        "name", "order", "who", "team", "currency", "up_to", "kinds", "needed", "own_limits",
        "active",
    ]  # fmt: skip
    list_filter = ["active", "currency", "who"]
    list_select_related = ["team"]
    autocomplete_fields = ["people"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was routed to a level keeps it; it can be switched off."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody widens a level that he decides at himself; administrators may."""
        return super().has_change_permission(request, obj) and (
            obj is None
            or administers(request)
            or not (
                (obj.who == Who.MANAGERS and _role_of(request) == Role.MANAGER)
                or (obj.who == Who.PEOPLE and obj.people.filter(pk=request.user.pk or 0).exists())
            )
        )


def _role_of(request: HttpRequest) -> str:
    return str(getattr(request.user, "role", ""))


class ReadOnly(OnlyLook, admin.ModelAdmin):
    """For what only services write, of tickets that one may see."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows of visible tickets."""
        return without_hidden(super().get_queryset(request), principal_of(request))


class ComponentLines(OnlyLook, admin.TabularInline):
    """The components of an offer."""

    model = OfferComponent
    extra = 0
    can_delete = False
    fields = ("position", "kind", "title", "rule", "amount", "adjusted_from", "accepted")
    readonly_fields = ("position", "kind", "title", "rule", "amount", "adjusted_from", "accepted")


class EntryLines(OnlyLook, admin.TabularInline):
    """The ledger's lines of a remedy."""

    model = RemedyEntry
    extra = 0
    can_delete = False
    fields = ("kind", "amount", "currency", "at", "actor_name", "reason", "gateway_ref")
    readonly_fields = ("kind", "amount", "currency", "at", "actor_name", "reason", "gateway_ref")


@admin.register(Offer)
class OfferAdmin(ReadOnly):
    """Offers as they are."""

    list_display = ["id", "ticket", "status", "total", "currency", "created_at"]
    list_filter = ["status", "currency"]
    list_select_related = ["ticket"]
    inlines = [ComponentLines]


@admin.register(ExceptionRequest)
class ExceptionAdmin(ReadOnly):
    """Exceptions as they are."""

    list_display = [
        "id", "ticket", "status", "grounds", "asked_total", "currency", "requester", "decider",
    ]  # fmt: skip
    list_filter = ["status", "currency", "decline_code"]
    list_select_related = ["ticket", "requester", "decider"]


@admin.register(Remedy)
class RemedyAdmin(ReadOnly):
    """The ledger."""

    list_display = ["id", "ticket", "kind", "amount", "currency", "status", "granted_at"]
    list_filter = ["status", "kind", "gateway"]
    list_select_related = ["ticket"]
    inlines = [EntryLines]


@admin.register(Refusal)
class RefusalAdmin(ReadOnly):
    """Refusals as they were sent."""

    list_display = ["id", "ticket", "refused_by", "at"]
    list_select_related = ["ticket", "refused_by"]
