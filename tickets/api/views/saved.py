"""Saved views of the queue, and several tickets changed at once."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.api.base import AccessView, CommandView
from tickets.api.fields import ById, ByKey, Input, Moment, Text, Values, Whole
from tickets.api.filters import refuse_unknown
from tickets.api.schema import operation
from tickets.api.shapes import Shape, one_of, values_of
from tickets.api.versions import etag
from tickets.errors import Invalid, Missing, named_as
from tickets.models import Category, SavedView, Team, User
from tickets.models.desk import Sort
from tickets.selecting import NAMES
from tickets.services import pairing, together
from tickets.services.views import (
    access_view,
    change_view,
    may_change,
    move_view,
    put_back_view,
    remove_view,
    save_view,
    visible_views,
)

SORTS = values_of(Sort)
VIEW = OpenApiParameter("view", int, "path", description="The view's id.")
_CRITERIA = f"Joined by and; values of one by or: {', '.join(NAMES)}."


class ViewShape(Shape):
    """A view: which tickets, and in which order."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    criteria = serializers.DictField(help_text=_CRITERIA)
    sort = serializers.ChoiceField(choices=SORTS)
    team = serializers.CharField(allow_null=True, help_text="The team it is shared with.")
    position = serializers.IntegerField(help_text="Its place, among yours or the team's.")
    mine = serializers.BooleanField(help_text="Whether you may change it.")
    version = serializers.IntegerField()


class NewView(Input):
    """A view to keep."""

    name = Text(max_length=60)
    criteria = Values(required=False, default=dict, help_text=_CRITERIA)
    sort = one_of(Sort, default=Sort.DUE.value)
    team = ByKey(queryset=Team.objects.filter(active=True), required=False, allow_null=True)


class ViewChange(Input):
    """What becomes different; what is left out stays."""

    name = Text(max_length=60, required=False)
    criteria = Values(required=False, help_text=_CRITERIA)
    sort = one_of(Sort, required=False)
    team = ByKey(
        queryset=Team.objects.filter(active=True), required=False, allow_null=True,
        help_text="Null: yours alone.",
    )  # fmt: skip
    position = Whole(required=False, min_value=0, max_value=1000)


def _shown(view: SavedView, who: Any) -> dict[str, Any]:
    return {
        "id": view.pk,
        "name": view.name,
        "criteria": view.criteria,
        "sort": view.sort,
        "team": view.team.key if view.team else None,
        "position": view.position,
        "mine": may_change(who, view),
        "version": view.version,
    }


def _answer(view: SavedView, who: Any, status: int = 200) -> Response:
    return Response(_shown(view, who), status=status, headers={"ETag": etag(view.version)})


class Views(CommandView):
    """Your views, and those shared with your teams."""

    @operation(
        "views_list", "List saved views", tag="views", answers=ViewShape(many=True), filters=False
    )
    def get(self, request: Request) -> Response:
        """In their order. `GET /tickets/?view=` lists what one of them holds."""
        refuse_unknown(request.query_params, ())
        return Response([_shown(row, self.principal) for row in visible_views(self.principal)])

    @operation(
        "views_create", "Save a view", tag="views", request=NewView, answers={201: ViewShape}
    )
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Yours alone, or with `team` shared with everyone who works there. For people only."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Keep it."""
        data = self.parse(NewView)
        with named_as(**{name: f"criteria.{name}" for name in NAMES if name != "team"}):
            row = save_view(
                self.principal, name=data["name"], criteria=data["criteria"], sort=data["sort"],
                team=data.get("team"), now=self.now,
            )  # fmt: skip
        return _answer(row, self.principal, 201)


class OneView(AccessView):
    """One view."""

    versioned = True

    @operation("views_read", "Read a saved view", tag="views", answers=ViewShape, parameters=[VIEW])
    def get(self, request: Request, view: int) -> Response:
        """With its version in `ETag`."""
        refuse_unknown(request.query_params, ())
        return _answer(access_view(self.principal, view), self.principal)

    @operation(
        "views_update", "Change a saved view", tag="views", request=ViewChange,
        answers=ViewShape, parameters=[VIEW],
    )  # fmt: skip
    def patch(self, request: Request, view: int) -> Response:
        """Whoever made it may, and who watches over its team. Only what is sent changes."""
        row = access_view(self.principal, view)
        data = self.parse(ViewChange)
        place = data.pop("position", None)
        if "team" in data:
            data["share"] = data.pop("team") or False
        if data:
            with named_as(**{name: f"criteria.{name}" for name in NAMES if name != "team"}):
                row = change_view(self.principal, row, now=self.now, seen=self.seen, **data)
        if place is not None:
            move_view(self.principal, row, to=place)
        return _answer(access_view(self.principal, view), self.principal)

    @operation(
        "views_delete", "Take a saved view away", tag="views", answers={204: None},
        parameters=[VIEW],
    )  # fmt: skip
    def delete(self, request: Request, view: int) -> Response:
        """For a day it can be put back."""
        row = access_view(self.principal, view)
        remove_view(self.principal, row, now=self.now, seen=self.seen)
        return Response(status=204)


class PutBackView(CommandView):
    """A view that was taken away comes back."""

    @operation(
        "views_put_back", "Put a saved view back", tag="views", request=None,
        answers={200: ViewShape}, parameters=[VIEW],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Within a day of taking it away."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Put it back."""
        return _answer(put_back_view(self.principal, kwargs["view"]), self.principal)


class BulkInput(Input):
    """What is to be done, and to which tickets."""

    do = serializers.ChoiceField(choices=["take", "assign", "tag", "category", "snooze", "link"])
    tickets = serializers.ListField(
        child=Text(max_length=24), min_length=1, max_length=together.MOST,
        help_text="Their numbers.",
    )  # fmt: skip
    owner = ById(
        queryset=User.objects.filter(is_active=True), required=False, help_text="For assign."
    )
    brief = Text(max_length=2000, required=False, allow_blank=True, default="")
    tag = Text(max_length=40, required=False, help_text="For tag.")
    category = ByKey(
        queryset=Category.objects.filter(active=True), required=False, help_text="For category."
    )
    until = Moment(required=False, help_text="For snooze.")
    reason = Text(
        max_length=200, required=False, allow_blank=True, default="", help_text="For snooze."
    )


class RefusedShape(Shape):
    """A ticket that stays as it was."""

    number = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class BulkShape(Shape):
    """What came of it."""

    id = serializers.IntegerField(
        allow_null=True, help_text="For undoing it. Null where nothing changed."
    )
    done = serializers.ListField(child=serializers.CharField(), help_text="Numbers.")
    refused = RefusedShape(many=True)


def _result(done: together.Done) -> Response:
    return Response(
        {
            "id": done.act.pk if done.act else None,
            "done": list(done.numbers),
            "refused": [
                {"number": one.number, "code": one.code, "message": one.message}
                for one in done.refused
            ],
        }
    )


class BulkActs(CommandView):
    """Several tickets at once."""

    @operation(
        "bulk_do", "Change several tickets at once", tag="tickets", request=BulkInput,
        answers={200: BulkShape},
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Each is checked by itself, and what is refused stops none of the others."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Do it."""
        data = self.parse(BulkInput)
        who, numbers, now = self.principal, data["tickets"], self.now
        if data["do"] == "take":
            return _result(together.take_all(who, numbers, now=now))
        if data["do"] == "link":
            return _result(pairing.link_all(who, numbers, now=now))
        wanted = {
            "assign": "owner", "tag": "tag", "category": "category", "snooze": "until"
        }[data["do"]]  # fmt: skip
        if wanted not in data:
            raise Missing(what=wanted, field=wanted)
        if wanted == "owner":
            brief = data["brief"]
            return _result(together.assign_all(who, numbers, data["owner"], now=now, brief=brief))
        if wanted == "until":
            until, reason = data["until"], data["reason"]
            return _result(together.snooze_all(who, numbers, until, now=now, reason=reason))
        if wanted == "tag":
            return _result(together.tag_all(who, numbers, data["tag"], now=now))
        return _result(together.file_all(who, numbers, data["category"], now=now))


class UndoBulk(CommandView):
    """An act on several tickets is undone."""

    @operation(
        "bulk_undo", "Undo a change of several tickets", tag="tickets", request=None,
        answers={200: BulkShape},
        parameters=[OpenApiParameter("act", int, "path", description="As `bulk_do` answered.")],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Within a quarter of an hour, by whoever did it. What somebody changed since stays."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Undo it."""
        return _result(together.undo(self.principal, kwargs["act"], now=self.now))


def chosen_view(who: Any, value: str) -> SavedView:
    """The view that `?view=` names. Raises `Invalid`, `NotFound`."""
    if not (value.isascii() and value.isdecimal() and len(value) < 10):
        raise Invalid("A view's id is a number.", field="view")
    return access_view(who, int(value))
