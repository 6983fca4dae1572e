"""Integrations in the Django admin: API clients, endpoints, and what could not be delivered."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin

from integrations import clients, webhooks
from integrations.access import access_dead_letter, dead_letters
from integrations.models import ApiClient, DeadLetter, Endpoint, ReceivedMail
from integrations.outbox import retry_dead
from tickets.admin import (
    ForConfigurers,
    OnlyLook,
    administers,
    principal_of,
    without_hidden,
)
from tickets.errors import DomainError
from tickets.models import User


class _ForAdministrators(ForConfigurers):
    """Keys to the house are the administrators' alone."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return administers(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators."""
        return administers(request)


class ClientForm(forms.ModelForm):
    """What is chosen for a client."""

    scopes = forms.MultipleChoiceField(
        choices=[(key, f"{key} – {words}") for key, words in settings.SCOPES.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="What its tokens may ask for at most. None chosen: every scope.",
    )

    class Meta:
        model = ApiClient
        fields: ClassVar[list[str]] = ["name", "scopes", "teams", "active"]

    def clean_name(self) -> str:
        """Raises `ValidationError` where the name is taken."""
        name: str = self.cleaned_data["name"]
        if ApiClient.objects.filter(name=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError("There is an API client of that name.")
        return name


@admin.register(ApiClient)
class ApiClientAdmin(_ForAdministrators, admin.ModelAdmin):
    """Programs that speak to the API. The secret is shown once, when a client is made."""

    form = ClientForm
    list_display = ("name", "client_id", "active", "created_at")
    list_select_related = ("application",)
    filter_horizontal = ("teams",)

    @admin.display(description="client id")
    def client_id(self, client: ApiClient) -> str:
        """What it signs in with."""
        return str(client.application.client_id)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The name stays: events carry it."""
        return ["name", "client_id"] if obj else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Make the client with its application, or change it."""
        if change:
            obj.save(update_fields=["scopes"])
            clients.set_active(obj, active=obj.active)
            return
        made = clients.make_client(
            obj.name,
            now=timezone.now(),
            scopes=obj.scopes,
            by=request.user if isinstance(request.user, User) else None,
        )
        vars(obj).update(vars(made.client))  # the form goes on with this instance
        self.message_user(
            request,
            f"Client id {made.client_id}, secret {made.client_secret} – copy the secret now, it "
            "is not shown again.",
            messages.WARNING,
        )


class EndpointForm(forms.ModelForm):
    """An endpoint, its types of events as a list with commas."""

    class Meta:
        model = Endpoint
        fields: ClassVar[list[str]] = [
            "name",
            "url",
            "types",
            "teams",
            "include_confidential",
            "active",
        ]

    def clean_url(self) -> str:
        """Raises `ValidationError` where events may not go there."""
        url: str = self.cleaned_data["url"]
        try:
            webhooks.check_url(url)
        except DomainError as error:
            raise ValidationError(error.message) from None
        return url


@admin.register(Endpoint)
class EndpointAdmin(_ForAdministrators, SimpleHistoryAdmin):
    """Other systems that are told of events."""

    form = EndpointForm
    list_display = ("name", "url", "active")
    filter_horizontal = ("teams",)
    readonly_fields = ("secret",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """With the secret, for those who set up the other side."""
        return [*EndpointForm.Meta.fields, *(["secret"] if obj and administers(request) else [])]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """A new one gets its secret."""
        if not change:
            obj.secret, obj.created_at = webhooks.new_secret(), timezone.now()
        super().save_model(request, obj, form, change)


@admin.register(DeadLetter)
class DeadLetterAdmin(OnlyLook, admin.ModelAdmin):
    """What could not be delivered. Choose some and have them tried again."""

    list_display = ("created_at", "kind", "ticket", "attempts", "last_error")
    list_filter = ("kind",)
    actions = ("try_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeadLetter]:
        """Those that the reader may see."""
        return dead_letters(principal_of(request)).order_by("-id")

    @admin.action(description="Try again")
    def try_again(self, request: HttpRequest, rows: QuerySet[DeadLetter]) -> None:
        """Put the chosen ones back into the outbox."""
        who, now, done = principal_of(request), timezone.now(), 0
        for row in rows:
            try:
                access_dead_letter(who, row.pk)
                retry_dead(row.pk, actor=who.actor, now=now)
            except DomainError as error:
                self.message_user(request, f"{row}: {error.message}", messages.ERROR)
            else:
                done += 1
        self.message_user(request, f"{done} are tried again.", messages.SUCCESS)


@admin.register(ReceivedMail)
class ReceivedMailAdmin(OnlyLook, admin.ModelAdmin):
    """What came in by mail and what became of it."""

    list_display = ("received_at", "result", "sender", "subject", "ticket")
    list_filter = ("result",)
    list_select_related = ("ticket",)
    search_fields = ("=key", "=sender")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReceivedMail]:
        """Without what belongs to tickets that the reader may not see."""
        rows: QuerySet[ReceivedMail] = super().get_queryset(request)
        return without_hidden(rows, principal_of(request))
