"""What the person who asks was told, and how he wants to be told."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.api.base import AccessView, CommandView
from tickets.api.fields import Input, Text, Whole
from tickets.api.filters import refuse_unknown
from tickets.api.pagination import NEWEST_ID, CursorPages
from tickets.api.schema import PAGE, operation, paged
from tickets.api.shapes import Shape
from tickets.errors import Invalid
from tickets.models import Alert, AlertSettings
from tickets.rules import ToldBy
from tickets.services.alerts import alerts_of, read_alerts, set_alert_settings, settings_of

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class AlertShape(Shape):
    """One thing to know about a ticket."""

    id = serializers.IntegerField()
    ticket = serializers.CharField(help_text="Its number.")
    text = serializers.CharField()
    urgent = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    held_until = serializers.DateTimeField(
        allow_null=True, help_text="The end of the quiet hours in which it was made."
    )
    mailed_at = serializers.DateTimeField(allow_null=True)
    told_at = serializers.DateTimeField(
        allow_null=True, help_text="When a browser showed it, or the mail of the day named it."
    )
    told_by = serializers.ChoiceField(choices=[value.value for value in ToldBy], allow_blank=True)
    read_at = serializers.DateTimeField(allow_null=True)


class ReadInput(Input):
    """Up to which one."""

    up_to = Whole(min_value=0, help_text="The id of the newest alert that was read.")


class ReadCount(Shape):
    """How many were new."""

    read = serializers.IntegerField()


class SettingsShape(Shape):
    """When and how you are told, in your own time zone."""

    time_zone = serializers.CharField()
    language = serializers.CharField(help_text="Empty: whichever your browser asks for.")
    quiet_from = serializers.TimeField(allow_null=True)
    quiet_until = serializers.TimeField(allow_null=True)
    quiet_days = serializers.ListField(child=serializers.ChoiceField(choices=DAYS))
    urgent_anyway = serializers.BooleanField()
    digest_after = serializers.IntegerField()
    digest_minutes = serializers.IntegerField()
    notify = serializers.BooleanField()
    daily_at = serializers.TimeField(allow_null=True)


class SettingsInput(Input):
    """All of it: what is left out is as usual, your time zone and language as they are."""

    time_zone = Text(
        max_length=64, required=False, allow_blank=True, default="",
        help_text="Yours from now on, such as Europe/London.",
    )  # fmt: skip
    language = Text(
        max_length=10, required=False, allow_blank=True, allow_null=True, default=None,
        help_text="In which the desk speaks to you: en, de, or empty for your browser's.",
    )  # fmt: skip
    quiet_from = serializers.TimeField(required=False, allow_null=True, default=None)
    quiet_until = serializers.TimeField(required=False, allow_null=True, default=None)
    quiet_days = serializers.ListField(
        child=serializers.ChoiceField(choices=DAYS), required=False, default=list,
        max_length=7,
    )  # fmt: skip
    urgent_anyway = serializers.BooleanField(required=False, default=False)
    digest_after = Whole(required=False, default=5)
    digest_minutes = Whole(required=False, default=15)
    notify = serializers.BooleanField(
        required=False, default=False,
        help_text="Browsers in which you allowed it show what rings; it is not mailed then.",
    )  # fmt: skip
    daily_at = serializers.TimeField(
        required=False, allow_null=True, default=None,
        help_text="When you get a mail with what you have not read; null for none.",
    )  # fmt: skip


def _alert(row: Alert) -> dict[str, Any]:
    return {
        "id": row.pk,
        "ticket": row.ticket.number,
        "text": row.text,
        "urgent": row.urgent,
        "created_at": row.created_at,
        "held_until": row.held_until,
        "mailed_at": row.mailed_at,
        "told_at": row.told_at,
        "told_by": row.told_by,
        "read_at": row.read_at,
    }


def _settings(row: AlertSettings) -> dict[str, Any]:
    return {
        "time_zone": row.user.time_zone,
        "language": row.user.language,
        "quiet_from": row.quiet_from,
        "quiet_until": row.quiet_until,
        "quiet_days": [DAYS[day] for day in row.quiet_days],
        "urgent_anyway": row.urgent_anyway,
        "digest_after": row.digest_after,
        "digest_minutes": row.digest_minutes,
        "notify": row.notify,
        "daily_at": row.daily_at,
    }


class Alerts(AccessView):
    """Your alerts."""

    @operation(
        "alerts_list", "List what you were told", tag="alerts", parameters=PAGE,
        answers=paged(AlertShape), filters=False,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Newest first, also what was read or your quiet hours hold back. For people only."""
        refuse_unknown(request.query_params)
        pages = CursorPages(NEWEST_ID)
        page = pages.take(alerts_of(self.person), request)
        return pages.get_paginated_response([_alert(row) for row in page])


class ReadAlerts(CommandView):
    """They are read."""

    @operation(
        "alerts_read", "Note that you read your alerts", tag="alerts", request=ReadInput,
        answers={200: ReadCount},
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """What is newer than `up_to` stays, and what your quiet hours hold back."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Read them."""
        count = read_alerts(self.person, up_to=self.parse(ReadInput)["up_to"], now=self.now)
        return Response({"read": count})


class Settings(AccessView):
    """When and how you are told."""

    @operation(
        "alert_settings_read", "Read when and how you are told", tag="alerts",
        answers=SettingsShape,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Quiet hours, and from how many on mails become one. For people only."""
        return Response(_settings(settings_of(self.person)))

    @operation(
        "alert_settings_set", "Say when and how you are told", tag="alerts",
        request=SettingsInput, answers=SettingsShape,
    )  # fmt: skip
    def put(self, request: Request) -> Response:
        """In your own time zone. In quiet hours nothing rings; it is kept, and reaches you when
        they end, unless you are on duty."""
        person = self.person
        values = self.parse(SettingsInput)
        days = [DAYS.index(day) for day in values.pop("quiet_days")]
        if len(days) != len(set(days)):
            raise Invalid("Each day once.", field="quiet_days")
        row = set_alert_settings(person, quiet_days=days, now=self.now, **values)
        return Response(_settings(row))
