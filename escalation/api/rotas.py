"""Rotas: who is on duty when."""

import datetime as dt
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from escalation.access import access_rota
from escalation.models import Rota
from escalation.policies.rota import WEEKDAYS
from escalation.services.rotas import MOST_SLOTS, NewSlot, on_duty, set_slots
from tickets.api.base import AccessView
from tickets.api.fields import Input, Whole
from tickets.api.filters import refuse_unknown
from tickets.api.render import person
from tickets.api.schema import operation
from tickets.api.shapes import Person, Shape
from tickets.errors import Invalid
from tickets.models import User

KEY = OpenApiParameter("key", str, "path", description="Its key.")
AT = OpenApiParameter("at", dt.datetime, description="On duty at this instant; by default now.")


class SlotShape(Shape):
    """One person's duty, in the rota's time zone."""

    id = serializers.IntegerField()
    person = Person()
    weekday = serializers.ChoiceField(choices=list(WEEKDAYS), allow_null=True)
    on = serializers.DateField(allow_null=True, help_text="Then it stands for the weekday's.")
    starts = serializers.TimeField()
    ends = serializers.TimeField(help_text="At or before the start: on the next day.")


class RotaShape(Shape):
    """A rota, with who is on duty."""

    key = serializers.CharField()
    name = serializers.CharField()
    team = serializers.CharField(allow_null=True, help_text="Its key; null: for every team.")
    time_zone = serializers.CharField()
    on_duty = Person(many=True)


class RotaWithSlots(RotaShape):
    """The same, with its slots."""

    slots = SlotShape(many=True)


class SlotInput(Input):
    """One person's duty: on a weekday or on a date."""

    person = Whole(min_value=1, help_text="A user's id.")
    weekday = serializers.ChoiceField(choices=list(WEEKDAYS), required=False, allow_null=True)
    on = serializers.DateField(required=False, allow_null=True)
    starts = serializers.TimeField()
    ends = serializers.TimeField()


class SlotsInput(Input):
    """Every slot of the rota."""

    slots = SlotInput(many=True, max_length=MOST_SLOTS)  # type: ignore[call-arg]


def _shown(rota: Rota, *, at: dt.datetime) -> dict[str, Any]:
    return {
        "key": rota.key,
        "name": rota.name,
        "team": rota.team.key if rota.team is not None else None,
        "time_zone": rota.time_zone,
        "on_duty": [person(user) for user in on_duty(rota, at=at)],
    }


def _with_slots(rota: Rota, *, at: dt.datetime) -> dict[str, Any]:
    slots = [
        {
            "id": row.pk,
            "person": person(row.user),
            "weekday": WEEKDAYS[row.weekday] if row.weekday is not None else None,
            "on": row.on,
            "starts": row.starts,
            "ends": row.ends,
        }
        for row in rota.slots.select_related("user")
    ]
    return {**_shown(rota, at=at), "slots": slots}


class _Rota(AccessView):
    read_scope = "config:read"

    def moment(self, request: Request) -> dt.datetime:
        """The instant that was asked about. Raises `Invalid`."""
        text = request.query_params.get("at", "")
        if not text:
            return self.now
        try:
            moment = dt.datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or not 1971 <= moment.year <= 9000:
            raise Invalid("A moment with its offset, such as 2026-11-24T11:18:00Z.", field="at")
        return moment.astimezone(dt.UTC)


class Rotas(_Rota):
    """All of them."""

    @operation(
        "rotas_list", "List rotas with who is on duty", tag="configuration",
        answers=RotaShape(many=True), parameters=[AT], filters=False,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """By name."""
        refuse_unknown(request.query_params, ["at"])
        at = self.moment(request)
        return Response([_shown(row, at=at) for row in Rota.objects.select_related("team")])


class OneRota(_Rota):
    """One of them."""

    @operation(
        "rotas_read", "Read a rota", tag="configuration", answers=RotaWithSlots,
        parameters=[KEY, AT],
    )  # fmt: skip
    def get(self, request: Request, key: str) -> Response:
        """With its slots."""
        refuse_unknown(request.query_params, ["at"])
        rota = access_rota(self.principal, key)
        return Response(_with_slots(rota, at=self.moment(request)))


class Slots(_Rota):
    """The slots of one."""

    @operation(
        "rotas_set_slots", "Say who is on duty when", tag="configuration", request=SlotsInput,
        answers=RotaWithSlots, parameters=[KEY],
    )  # fmt: skip
    def put(self, request: Request, key: str) -> Response:
        """The slots that are sent stand in the place of all there were. For supervisors of the
        rota's team, managers and administrators."""
        rota = access_rota(self.principal, key, change=True)
        items = self.parse(SlotsInput)["slots"]
        people = User.objects.in_bulk([item["person"] for item in items])
        set_slots(rota, [_slot(item, people, index) for index, item in enumerate(items)])
        return Response(_with_slots(rota, at=self.now))


def _slot(item: dict[str, Any], people: dict[int, User], index: int) -> NewSlot:
    who = people.get(item["person"])
    if who is None:
        raise Invalid("Nobody here has this id.", field=f"slots.{index}.person")
    name = item.get("weekday")
    return NewSlot(
        user=who,
        weekday=WEEKDAYS.index(name) if name else None,
        on=item.get("on"),
        starts=item["starts"],
        ends=item["ends"],
    )
