"""One's own single keys over the API: the same keys, checks and storage as on their page."""

from typing import Any

from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from desk.own_keys import ALL, PLACES, keep_own_keys, keys_of, own_of
from tickets.api.base import AccessView
from tickets.api.fields import Input, Text
from tickets.api.filters import refuse_unknown
from tickets.api.schema import operation
from tickets.api.shapes import Shape
from tickets.models import User


class KeyShape(Shape):
    """A single key of the desk."""

    place = serializers.ChoiceField(
        choices=[place or ALL for place in PLACES], help_text="Where it holds."
    )
    key = serializers.CharField(help_text="As the pages have it; a capital is typed with Shift.")
    own = serializers.CharField(allow_blank=True, help_text="As you have it; empty: none.")
    does = serializers.CharField(help_text="In your language.")


class KeysShape(Shape):
    """Your single keys."""

    off = serializers.BooleanField(help_text="Whether single keys do nothing at all.")
    keys = KeyShape(many=True)


class KeysInput(Input):
    """All of it: what is left out is as on the pages."""

    off = serializers.BooleanField(required=False, default=False)
    own = serializers.DictField(
        child=serializers.DictField(
            child=Text(allow_blank=True, trim_whitespace=False, max_length=60), allow_empty=True
        ),
        required=False, default=dict,
        help_text='Your keys by place and key, such as {"ticket": {"n": "k"}, "all": {"u": ""}}.',
    )  # fmt: skip


def _keys(person: User) -> dict[str, Any]:
    return {
        "off": bool(person.own_keys.get("off")),
        "keys": [
            {"place": place or ALL, "key": key, "own": own, "does": str(keys_of(place)[key])}
            for place in PLACES
            for key, own in own_of(person, place).items()
        ],
    }


class Keys(AccessView):
    """Your single keys."""

    @operation("own_keys_read", "Read your single keys", tag="people", answers=KeysShape)
    def get(self, request: Request) -> Response:
        """Every single key of the desk, what it does, and as which you have it. People only."""
        refuse_unknown(request.query_params)
        return Response(_keys(self.person))

    @operation(
        "own_keys_set", "Say which single keys you want", tag="people",
        request=KeysInput, answers=KeysShape,
    )  # fmt: skip
    def put(self, request: Request) -> Response:
        """A key is one letter, digit or sign, or empty for none. Two alike where both would be
        heard are refused. What is left out is as the pages have it."""
        person = self.person
        values = self.parse(KeysInput)
        own = {"" if place == ALL else place or "?": keys for place, keys in values["own"].items()}
        keep_own_keys(person, off=values["off"], own=own)
        return Response(_keys(person))

    @operation("own_keys_reset", "Have your single keys as the pages have them", tag="people",
               answers={204: None})  # fmt: skip
    def delete(self, request: Request) -> Response:
        """All as they were, and switched on."""
        keep_own_keys(self.person, off=False, own={})
        return Response(status=204)


PATHS = [path("me/keys/", Keys.as_view(), name="api-own-keys")]
