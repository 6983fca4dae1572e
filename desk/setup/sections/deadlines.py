"""Escalation paths and deadline policies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext, gettext_noop

from desk.setup.compound import Group, Rows
from desk.setup.errors import SetupInvalid
from desk.setup.fields import Choice, Data, Flag, Text, Whole, Words, told
from desk.setup.pictures import ladder_of, promises_of
from desk.setup.section import Attention, Doc, Preview, Section, stored
from desk.setup.sections import options
from escalation.errors import PolicyInvalid
from escalation.models import DeadlinePolicy, EscalationPath
from escalation.policies.kinds import Kind
from escalation.policies.paths import CALLERS, Path
from escalation.policies.policy import Policy
from escalation.services.versioning import publish
from tickets.models import Category, Team, User
from tickets.rules import Channel, Stage

_CALLED = {
    "rep": gettext_noop("a rep asks for help"),
    "customer": gettext_noop("the customer asks for somebody above"),
    "poor_answer": gettext_noop("a poor answer to a survey"),
    "exception_ignored": gettext_noop("an exception is not decided"),
}


def _unknown(name: str, key: str) -> str:
    words = gettext("There is no category “%(key)s”.")
    if name == "team":
        words = gettext("There is no team “%(key)s”.")
    return words % {"key": key}


class Paths(Section):
    """When, to whom, what."""

    key = "paths"
    title = gettext_noop("Escalation paths")
    one = gettext_noop("path")
    about = gettext_noop("Who is told when a deadline comes near or is missed, step by step.")
    icon = "arrow-up-right"
    group = gettext_noop("Time")
    moves_deadlines = True
    previews = True
    columns = ("steps", "called_by")
    fields = (
        Text(name="name", label=gettext_noop("Name"), required=True),
        Rows(
            name="steps",
            label=gettext_noop("Steps"),
            required=True,
            sparse=True,
            help=gettext_noop(
                "From the first to the last. Times are working time from the deadline."
            ),
            columns=(
                Text(
                    name="after",
                    label=gettext_noop("After"),
                    limit=20,
                    help=gettext_noop("1h, 2wd, -30m"),
                ),
                Text(name="before", label=gettext_noop("Or before"), limit=20),
                Words(
                    name="to",
                    label=gettext_noop("To whom"),
                    limit=300,
                    help=gettext_noop(
                        "owner, lead, supervisors, team, rota, role:manager, person:…, rota:…"
                    ),
                ),
                Words(
                    name="do",
                    label=gettext_noop("Does"),
                    limit=60,
                    help=gettext_noop(
                        "notify, mail, webhook, reassign, raise_pain, call_back:4h, add_delay,"
                        " tell_customer:8h"
                    ),
                ),
                Text(name="answer_within", label=gettext_noop("Answer within"), limit=20),
            ),
            rest="at, time, for, letter",
        ),
        Words(
            name="called_by",
            label=gettext_noop("Also climbed without a clock when"),
            boxes=True,
            options=lambda: [(name, told(_CALLED.get(name, name))) for name in CALLERS],
        ),
    )

    def documents(self) -> dict[str, Doc]:
        """By name."""
        return {
            row.key: {"name": row.name, "steps": row.steps, "called_by": list(row.called_by)}
            for row in EscalationPath.objects.order_by("name")
        }

    def write(
        self, key: str, doc: Doc, *, before: Doc | None, by: User | None, now: dt.datetime
    ) -> None:
        """One."""
        row = EscalationPath.objects.filter(key=key).first() or EscalationPath(key=key)
        row.name, row.steps, row.called_by = doc["name"], doc["steps"], doc["called_by"]
        stored(row)

    def remove(self, key: str, *, by: User | None, now: dt.datetime) -> None:
        """One that no policy in force names."""
        named = [
            row.name
            for row in DeadlinePolicy.objects.filter(active=True)
            if any(one.get("path") == key for one in row.data.get("targets", ()))
        ]
        if named:
            raise SetupInvalid(
                [("", gettext("%(named)s climbs this path.") % {"named": ", ".join(named)})]
            )
        EscalationPath.objects.get(key=key).delete()

    def preview(self, key: str, doc: Doc, *, now: dt.datetime, zone: dt.tzinfo) -> Preview | None:
        """A ladder."""
        path = Path.parse(doc["steps"], key=key)
        return Preview("desk/setup/preview_path.html", {"rungs": ladder_of(path, doc["steps"])})

    def attention(self, documents: dict[str, Doc]) -> Iterable[Attention]:
        """Steps that name who left."""
        words = {
            w
            for doc in documents.values()
            for step in doc["steps"]
            for w in step.get("to", ())
            if str(w).startswith("person:")
        }
        if not words:
            return
        here = {
            email.lower()
            for email in User.objects.filter(is_active=True).values_list("email", flat=True)
        }
        for key, doc in documents.items():
            for step in doc["steps"]:
                for word in step.get("to", ()):
                    kind, _, email = str(word).partition(":")
                    if kind == "person" and email.lower() not in here:
                        told = gettext("%(doc)s tells %(email)s, who does not work here.") % {
                            "doc": doc["name"],
                            "email": email,
                        }
                        yield Attention(told, f"{self.url}{key}/")


class DeadlinePolicies(Section):
    """Which promises of time hold for which complaints."""

    key = "deadlines"
    title = gettext_noop("Deadline policies")
    one = gettext_noop("deadline policy")
    about = gettext_noop(
        "Which promises of time hold for which complaints. The first that fits counts."
    )
    icon = "timer"
    group = gettext_noop("Time")
    moves_deadlines = True
    previews = True
    removable = False
    columns = ("order", "match", "targets", "active")
    more = ((gettext_noop("Try a draft on the past"), "/desk/drafts/"),)
    fields = (
        Text(name="name", label=gettext_noop("Name"), required=True),
        Whole(
            name="order",
            label=gettext_noop("Place"),
            default=100,
            help=gettext_noop("The first that fits counts."),
        ),
        Flag(name="active", label=gettext_noop("In force"), default=True),
        Choice(
            name="calendar",
            label=gettext_noop("Calendar"),
            options=options.calendars,
            open=True,
            blank=gettext_noop("the usual one"),
        ),
        Group(
            name="match",
            label=gettext_noop("For which complaints"),
            sparse=True,
            help=gettext_noop("What is empty does not matter."),
            fields=(
                Words(
                    name="category",
                    label=gettext_noop("Categories"),
                    help=gettext_noop("Keys, with commas."),
                ),
                Words(
                    name="channel",
                    label=gettext_noop("Channels"),
                    boxes=True,
                    options=options.of_enum(Channel),
                ),
                Words(name="tier", label=gettext_noop("Customers of the tier")),
                Words(
                    name="team",
                    label=gettext_noop("Teams"),
                    help=gettext_noop("Keys, with commas."),
                ),
                Words(
                    name="stage",
                    label=gettext_noop("Stages"),
                    boxes=True,
                    options=options.of_enum(Stage),
                ),
                Data(
                    name="pain",
                    label=gettext_noop("Pain"),
                    help=gettext_noop("A level, or {min: 4}."),
                    rows=1,
                ),
                Data(
                    name="facts",
                    label=gettext_noop("Facts"),
                    help=gettext_noop("Conditions, as YAML."),
                    rows=2,
                ),
            ),
        ),
        Rows(
            name="targets",
            label=gettext_noop("Promises"),
            required=True,
            sparse=True,
            columns=(
                Choice(
                    name="kind",
                    label=gettext_noop("Kind"),
                    required=True,
                    options=options.of_enum(Kind),
                ),
                Data(
                    name="within",
                    label=gettext_noop("Within"),
                    help=gettext_noop("4h, 2wd, or a rule as YAML"),
                ),
                Words(name="warn", label=gettext_noop("Warn at"), help="75%, -2h"),
                Choice(name="path", label=gettext_noop("Path"), options=options.paths, open=True),
                Data(name="max_pause", label=gettext_noop("Longest pause"), help="28d"),
                Choice(
                    name="calendar",
                    label=gettext_noop("Calendar"),
                    options=options.calendars,
                    open=True,
                    blank=gettext_noop("as above"),
                ),
            ),
            rest="starts, meets, pauses, statutory, extension …",
        ),
        Text(name="note", label=gettext_noop("What is new in this version"), limit=300),
    )

    def documents(self) -> dict[str, Doc]:
        """The version of each that counts: the active one, else the newest."""
        found: dict[str, DeadlinePolicy] = {}
        for row in DeadlinePolicy.objects.order_by("order", "key", "-active", "-version"):
            found.setdefault(row.key, row)
        return {key: self._doc(row) for key, row in found.items()}

    def _doc(self, row: DeadlinePolicy) -> Doc:
        data = row.data
        return {
            "name": row.name,
            "order": row.order,
            "active": row.active,
            "calendar": data.get("calendar", ""),
            "match": data.get("match") or {},
            "targets": data.get("targets", []),
            "note": row.note,
        }

    def write(
        self, key: str, doc: Doc, *, before: Doc | None, by: User | None, now: dt.datetime
    ) -> None:
        """What is in use is not edited: another meaning is the next version."""
        rows = DeadlinePolicy.objects.filter(key=key).order_by("-active", "-version")
        row = rows.first() or DeadlinePolicy(key=key, created_at=now, created_by=by)
        data = data_of(doc)
        changed = {
            name
            for name in ("name", "data")
            if row._state.adding or getattr(row, name) != (data if name == "data" else doc["name"])
        }
        row.name, row.order, row.note = doc["name"], doc["order"], doc["note"]
        row.active, row.data = doc["active"], data
        self._known(doc)
        try:
            Policy.parse(data, name=doc["name"])
        except PolicyInvalid as error:
            place, _, words = error.message.partition(": ")
            raise SetupInvalid([(place, words) if words else ("targets", place)]) from error
        row.clean()
        active = row.active
        made = publish(row, changed=changed, by=by, now=now)
        if made.active != active:
            made.active = active
            made.save()

    def _known(self, doc: Doc) -> None:
        """What it is for has to exist: a slip of the pen would silently fit nothing."""
        wrong = []
        for name, model in (("category", Category), ("team", Team)):
            asked = doc["match"].get(name) or []
            known = set(model.objects.filter(key__in=asked).values_list("key", flat=True))
            wrong += [(f"match.{name}", _unknown(name, key)) for key in asked if key not in known]
        if wrong:
            raise SetupInvalid(wrong)

    def preview(self, key: str, doc: Doc, *, now: dt.datetime, zone: dt.tzinfo) -> Preview | None:
        """What would be promised to a complaint that comes in now."""
        policy = Policy.parse(data_of(doc), name=doc["name"])
        rows = promises_of(policy, now=now, zone=zone)
        version = DeadlinePolicy.objects.filter(key=key, active=True).first()
        return Preview("desk/setup/preview_deadlines.html", {"rows": rows, "version": version})

    def attention(self, documents: dict[str, Doc]) -> Iterable[Attention]:
        """Nothing is promised."""
        if not any(doc["active"] for doc in documents.values()):
            words = gettext("No deadline policy is in force: nothing says when an answer is due.")
            yield Attention(words, self.url)


def data_of(doc: Doc) -> Doc:
    """The policy in the language of docs/deadlines.md."""
    data: Doc = {"targets": doc["targets"]}
    if doc["calendar"]:
        data["calendar"] = doc["calendar"]
    if doc["match"]:
        data["match"] = doc["match"]
    return data
