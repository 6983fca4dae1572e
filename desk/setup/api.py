"""The settings over the API: the same sections, documents, checks and history as the pages."""

from __future__ import annotations

import re
from typing import Any

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from desk.setup import files, keeping
from desk.setup.access import check_may_change, check_may_see
from desk.setup.errors import SetupInvalid
from desk.setup.keeping import Author, Item
from desk.setup.models import SetupChange
from desk.setup.rules import Deed, Way
from desk.setup.section import sections
from tickets.api.base import AccessView, CommandView
from tickets.api.fields import Input, Text, storable
from tickets.api.filters import refuse_unknown
from tickets.api.pagination import NEWEST_ID, CursorPages
from tickets.api.schema import PAGE, operation, paged
from tickets.api.shapes import Shape, one_of
from tickets.errors import Invalid

#: Conditions in deadline policies and remedy packs lie deepest.
DEEPEST = 30
_TAG = re.compile(r'(?:W/)?"([0-9a-f]{16})"')
SECTION = OpenApiParameter("section", str, "path", description="Such as teams.")
KEY = OpenApiParameter("key", str, "path", description="The key of the document.")
IF_MATCH = OpenApiParameter(
    "If-Match", str, "header", description="The revision that the change was made from, quoted."
)


class SectionShape(Shape):
    """A kind of thing that the desk is set up with."""

    key = serializers.CharField()
    title = serializers.CharField()
    about = serializers.CharField()
    documents = serializers.IntegerField()
    in_person = serializers.BooleanField(help_text="Only people change it, no integration.")
    schema = serializers.DictField(help_text="JSON Schema of a document.")


class DocumentShape(Shape):
    """One document of a section."""

    key = serializers.CharField()
    revision = serializers.CharField(help_text="What `If-Match` compares.")
    document = serializers.DictField()


class ChangeShape(Shape):
    """A change of a document."""

    number = serializers.IntegerField()
    deed = one_of(Deed)
    way = one_of(Way)
    at = serializers.DateTimeField()
    by = serializers.CharField()
    before = serializers.DictField(allow_null=True)
    after = serializers.DictField(allow_null=True)


class PlannedShape(Shape):
    """A document that a file makes or changes."""

    section = serializers.CharField()
    key = serializers.CharField()
    before = serializers.DictField(allow_null=True)
    after = serializers.DictField()


class PlanShape(Shape):
    """What a file changes."""

    in_force = serializers.BooleanField(help_text="False: only looked at.")
    stamp = serializers.CharField(help_text="A short name of exactly these changes.")
    same = serializers.IntegerField(help_text="Documents that are so already.")
    changes = PlannedShape(many=True)


class FileInput(Input):
    """A file, and what to do with it."""

    file = serializers.DictField(help_text="With `amends` and `sections`.")
    dry_run = serializers.BooleanField(default=False, help_text="Only say what would change.")
    stamp = Text(
        required=False, max_length=16, default="",
        help_text="Of a dry run: refuse where it would by now change something else.",
    )  # fmt: skip


class _Settings(AccessView):
    read_scope = "config:read"
    write_scope = "config:write"

    @property
    def author(self) -> Author:
        """Who changes something, as history names him."""
        return Author(self.principal, self.now, Way.API)

    def tag(self, request: Request) -> str | None:
        """The revision that the sender saw; None where he sent none. Raises `Invalid`."""
        raw = request.headers.get("If-Match", "").strip()
        if raw in {"", "*"}:
            return None
        match = _TAG.fullmatch(raw)
        if match is None:
            raise Invalid("If-Match is a revision in quotes, as ETag gives it.", field="If-Match")
        return match[1]


def _answer(item: Item, *, status: int = 200) -> Response:
    return Response(_shown(item), status=status, headers={"ETag": f'"{item.revision}"'})


def _shown(item: Item) -> dict[str, Any]:
    return {"key": item.key, "revision": item.revision, "document": item.doc}


class Sections(_Settings):
    """What there is to set up."""

    @operation("settings_list", "List the sections of the settings", tag="configuration",
               answers=SectionShape(many=True), filters=False)  # fmt: skip
    def get(self, request: Request) -> Response:
        """In the order in which a file is read, each with the schema of its documents."""
        check_may_see(self.principal)
        refuse_unknown(request.query_params, ())
        return Response([
            {
                "key": key, "title": one.title, "about": one.about,
                "documents": len(one.documents()), "in_person": one.in_person,
                "schema": one.schema(),
            }
            for key, one in sections().items()
        ])  # fmt: skip


class Documents(_Settings):
    """The documents of a section."""

    @operation("settings_documents", "List the documents of a section", tag="configuration",
               answers=DocumentShape(many=True), parameters=[SECTION], filters=False)  # fmt: skip
    def get(self, request: Request, section: str) -> Response:
        """All of them, in the order of the page."""
        check_may_see(self.principal)
        refuse_unknown(request.query_params, ())
        found = keeping.section_called(section)
        return Response([_shown(Item(found, *one)) for one in found.documents().items()])


class Document(_Settings):
    """One document."""

    @operation("settings_read", "Read a document of the settings", tag="configuration",
               answers=DocumentShape, parameters=[SECTION, KEY])  # fmt: skip
    def get(self, request: Request, section: str, key: str) -> Response:
        """With its revision, as `ETag` too."""
        return _answer(keeping.find(keeping.section_called(section), key, self.principal))

    @operation("settings_write", "Write a document of the settings", tag="configuration",
               request=OpenApiTypes.OBJECT, answers=DocumentShape,
               parameters=[SECTION, KEY, IF_MATCH])  # fmt: skip
    def put(self, request: Request, section: str, key: str) -> Response:
        """The whole document; what is left out is as the schema says is usual. With `If-Match` only
        where nobody changed it since. A new one is made under the key."""
        check_may_change(self.principal)
        found = keeping.section_called(section)
        if found.single and key != found.single:
            raise Invalid("The only one is called {single}.", single=found.single, field="key")
        raw = request.data
        if not isinstance(raw, dict) or not storable(raw, DEEPEST):
            raise Invalid("A document is an object, of values that can be stored.")
        checked = found.checked(raw)
        if found.identity and found.key_of(checked) != key:
            raise Invalid(
                "By what it says it is called {key}.", key=found.key_of(checked), field="key"
            )
        if not found.identity and not _is_key(key):
            raise Invalid("A key has up to 60 letters, digits, hyphens and _.", field="key")
        return _answer(keeping.save(found, key, raw, self.author, seen=self.tag(request)))

    @operation("settings_remove", "Remove a document of the settings", tag="configuration",
               answers={204: None}, parameters=[SECTION, KEY, IF_MATCH])  # fmt: skip
    def delete(self, request: Request, section: str, key: str) -> Response:
        """What is in use is kept (409): it is switched off. History keeps what was removed."""
        check_may_change(self.principal)
        keeping.remove(keeping.section_called(section), key, self.author, seen=self.tag(request))
        return Response(status=204)


def _is_key(key: str) -> bool:
    plain = key.replace("-", "").replace("_", "")
    return plain.isascii() and plain.isalnum() and len(key) <= 60


class History(_Settings):
    """Changes of a document."""

    @operation("settings_history", "List the changes of a document", tag="configuration",
               answers=paged(ChangeShape), parameters=[SECTION, KEY, *PAGE])  # fmt: skip
    def get(self, request: Request, section: str, key: str) -> Response:
        """The newest first; of one that was removed too."""
        refuse_unknown(request.query_params)
        rows = keeping.history(keeping.section_called(section), key, self.principal)
        pages = CursorPages(NEWEST_ID)
        page = pages.take(rows.order_by(), request)
        return pages.get_paginated_response([_change(row) for row in page])


def _change(row: SetupChange) -> dict[str, Any]:
    return {
        "number": row.number, "deed": row.deed, "way": row.way, "at": row.at, "by": row.by_name,
        "before": row.before, "after": row.after,
    }  # fmt: skip


class Restore(_Settings, CommandView):
    """Go back to a document as it was."""

    @operation(
        "settings_restore", "Restore a document as it was after a change", tag="configuration",
        answers=DocumentShape,
        parameters=[SECTION, KEY, OpenApiParameter("number", int, "path"), IF_MATCH],
    )  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Also one that was removed. To restore is a change like any other."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Restore it."""
        check_may_change(self.principal)
        found = keeping.section_called(kwargs["section"])
        seen = self.tag(self.request)
        item = keeping.restore(found, kwargs["key"], kwargs["number"], self.author, seen=seen)
        return _answer(item)


class Export(_Settings):
    """Everything as one file."""

    @operation("settings_export", "Export the configuration", tag="configuration",
               answers=OpenApiTypes.OBJECT)  # fmt: skip
    def get(self, request: Request) -> Response:
        """The file as JSON. No secret is in it."""
        refuse_unknown(request.query_params, ())
        return Response(files.export(self.principal))


class FileSchema(_Settings):
    """What may stand in a file."""

    @operation("settings_schema", "Read the schema of a configuration file",
               tag="configuration", answers=OpenApiTypes.OBJECT)  # fmt: skip
    def get(self, request: Request) -> Response:
        """JSON Schema, draft 2020-12."""
        check_may_see(self.principal)
        refuse_unknown(request.query_params, ())
        return Response(files.schema())


class Import(_Settings, CommandView):
    """A file put in force."""

    @operation("settings_import", "Import a configuration file", tag="configuration",
               request=FileInput, answers=PlanShape)  # fmt: skip
    def post(self, request: Request, **kwargs: Any) -> Response:
        """All of it or nothing; what the file does not name stays as it is. Once it is in force,
        sending it again changes nothing."""
        return super().post(request, **kwargs)

    def do(self, **kwargs: Any) -> Response:
        """Look at it, or put it in force."""
        check_may_change(self.principal)
        data = self.parse(FileInput)
        if not storable(data["file"], DEEPEST):
            raise SetupInvalid([("file", "It has values that can't be stored.")])
        author = Author(self.principal, self.now, Way.FILE)
        if data["dry_run"]:
            found = files.plan(data["file"], author)
        else:
            found = files.put(data["file"], author, stamp=data["stamp"])
        changes = [
            {"section": one.section.key, "key": one.key, "before": one.before, "after": one.after}
            for one in found.steps
        ]
        return Response({"in_force": not data["dry_run"], "stamp": found.stamp,
                         "same": found.same, "changes": changes})  # fmt: skip


PATHS = [
    path("settings/", Sections.as_view(), name="api-settings"),
    path("settings/export/", Export.as_view(), name="api-settings-export"),
    path("settings/import/", Import.as_view(), name="api-settings-import"),
    path("settings/schema/", FileSchema.as_view(), name="api-settings-schema"),
    path("settings/<slug:section>/", Documents.as_view(), name="api-settings-section"),
    path("settings/<slug:section>/<str:key>/", Document.as_view(), name="api-setting"),
    path("settings/<slug:section>/<str:key>/history/", History.as_view()),
    path("settings/<slug:section>/<str:key>/history/<int:number>/restore/", Restore.as_view()),
]
