"""What the person who asks has typed on a ticket and not sent: his own, and nobody else's."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.access import access_ticket
from tickets.api.base import AccessView
from tickets.api.fields import Input, Text, Whole
from tickets.api.filters import refuse_unknown
from tickets.api.schema import operation
from tickets.api.shapes import Shape
from tickets.api.views.base import NUMBER
from tickets.errors import NotAllowed, NotFound
from tickets.models import Draft, Ticket, User
from tickets.rules import DraftKind
from tickets.services.drafts import BODY_MAX, FIELD_MAX, discard_draft, drafts_on, save_draft

KINDS = [kind.value for kind in DraftKind]
KIND = OpenApiParameter("kind", str, "path", enum=KINDS, description="The form it stands in.")


class DraftFileShape(Shape):
    """A file that goes with what is sent."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")


class DraftShape(Shape):
    """What was typed into one form."""

    kind = serializers.ChoiceField(choices=KINDS)
    body = serializers.CharField()
    others = serializers.DictField(child=serializers.CharField())
    files = DraftFileShape(many=True)
    revision = serializers.IntegerField()
    saved_at = serializers.DateTimeField()


class DraftInput(Input):
    """What stands in the form now."""

    body = Text(max_length=BODY_MAX, allow_blank=True, trim_whitespace=False)
    others = serializers.DictField(
        child=Text(max_length=FIELD_MAX, allow_blank=True), required=False, default=dict,
        help_text="The form's other fields, by name, as typed.",
    )  # fmt: skip
    revision = Whole(
        min_value=0, required=False, allow_null=True, default=None,
        help_text="The one that you have seen, 0 for none; left out, whatever is there is "
        "written over.",
    )  # fmt: skip


def _shape(row: Draft) -> dict[str, Any]:
    files = [
        {"id": file.pk, "name": file.name, "content_type": file.content_type, "size": file.size}
        for file in row.files.all()
    ]
    return {
        "kind": row.kind,
        "body": row.body,
        "others": row.fields,
        "files": files,
        "revision": row.revision,
        "saved_at": row.saved_at,
    }


def _mine(view: AccessView, number: str) -> tuple[Ticket, User]:
    """The ticket and who writes. Raises `NotAllowed` for an integration: drafts are people's."""
    if view.principal.user is None:
        raise NotAllowed(who=_("A person who is signed in"))
    return access_ticket(view.principal, number, verb="work"), view.principal.user


def _kind(name: str) -> DraftKind:
    if name not in KINDS:
        raise NotFound(field="kind")
    return DraftKind(name)


class Drafts(AccessView):
    """Your drafts on a ticket."""

    @operation(
        "drafts_list", "List your drafts on a ticket", tag="tickets", parameters=[NUMBER],
        answers=DraftShape(many=True), filters=False,
    )  # fmt: skip
    def get(self, request: Request, number: str) -> Response:
        """One for each form that something stands in. For people only."""
        refuse_unknown(request.query_params)
        ticket, user = _mine(self, number)
        rows = drafts_on(ticket, user=user).values()
        return Response([_shape(row) for row in rows if not row.is_empty or row.files.all()])


class OneDraft(AccessView):
    """Your draft in one form of a ticket."""

    @operation(
        "drafts_read", "Read a draft of yours", tag="tickets", parameters=[NUMBER, KIND],
        answers=DraftShape,
    )  # fmt: skip
    def get(self, request: Request, number: str, kind: str) -> Response:
        """Where nothing stands, this is a 404."""
        ticket, user = _mine(self, number)
        row = drafts_on(ticket, user=user).get(_kind(kind).value)
        if row is None or (row.is_empty and not row.files.all()):
            raise NotFound(field="kind")
        return Response(_shape(row))

    @operation(
        "drafts_save", "Save a draft of yours", tag="tickets", parameters=[NUMBER, KIND],
        request=DraftInput, answers=DraftShape,
    )  # fmt: skip
    def put(self, request: Request, number: str, kind: str) -> Response:
        """As often as you like; nobody hears of it. Where it was changed since the `revision` that
        you have seen, this is a 409 `draft_changed`, and nothing is written over."""
        ticket, user = _mine(self, number)
        data = self.parse(DraftInput)
        row = save_draft(
            ticket, _kind(kind), user=user, body=data["body"], fields=data["others"],
            base=data["revision"], now=self.now,
        )  # fmt: skip
        return Response(_shape(row))

    @operation(
        "drafts_discard", "Discard a draft of yours", tag="tickets", parameters=[NUMBER, KIND],
        answers={204: None},
    )  # fmt: skip
    def delete(self, request: Request, number: str, kind: str) -> Response:
        """With its files. Harmless where there is none."""
        ticket, user = _mine(self, number)
        discard_draft(ticket, _kind(kind), user=user, now=self.now)
        return Response(status=204)
