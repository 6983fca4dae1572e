"""How the person who asks wants the desk: what its pages keep for him, on whatever screen."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.api.base import AccessView
from tickets.api.fields import Input
from tickets.api.filters import refuse_unknown
from tickets.api.schema import operation
from tickets.api.shapes import Shape, one_of
from tickets.models import User
from tickets.models.desk import Density, Sort
from tickets.services.people import prefer_next_after_sending
from tickets.services.views import queue_settings, set_queue_settings


class DeskSettingsShape(Shape):
    """How you want the desk."""

    density = one_of(Density)
    sort = one_of(Sort)
    next_after_sending = serializers.BooleanField(
        help_text="Whether the next ticket opens once a reply is sent."
    )


class DeskSettingsInput(Input):
    """All of it: what is left out is as usual."""

    density = one_of(Density, default=Density.COMFORTABLE.value)
    sort = one_of(Sort, default=Sort.DUE.value)
    next_after_sending = serializers.BooleanField(required=False, default=True)


def _settings(person: User) -> dict[str, Any]:
    row = queue_settings(person)
    return {
        "density": row.density,
        "sort": row.sort,
        "next_after_sending": person.next_after_sending,
    }


class DeskSettings(AccessView):
    """How you want the desk."""

    @operation(
        "desk_settings_read", "Read how you want the desk", tag="people",
        answers=DeskSettingsShape,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """How close the rows of the queue stand, in which order it opens, and whether the next
        ticket opens after a reply. For people only."""
        refuse_unknown(request.query_params)
        return Response(_settings(self.person))

    @operation(
        "desk_settings_set", "Say how you want the desk", tag="people",
        request=DeskSettingsInput, answers=DeskSettingsShape,
    )  # fmt: skip
    def put(self, request: Request) -> Response:
        """All of it; what is left out is as usual. The theme is a choice of each browser."""
        person = self.person
        values = self.parse(DeskSettingsInput)
        prefer_next_after_sending(person, values["next_after_sending"])
        set_queue_settings(person, density=values["density"], sort=values["sort"])
        return Response(_settings(person))
