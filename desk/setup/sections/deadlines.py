"""Escalation paths and deadline policies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from desk.setup.compound import Group, Rows
from desk.setup.errors import SetupInvalid
from desk.setup.fields import Choice, Data, Flag, Text, Whole, Words
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
    "rep": "a rep asks for help", "customer": "the customer asks for somebody above",
    "poor_answer": "a poor answer to a survey", "exception_ignored": "an exception is not decided",
}  # fmt: skip


class Paths(Section):
    """When, to whom, what."""

    key = "paths"
    title = "Escalation paths"
    one = "path"
    about = "Who is told when a deadline comes near or is missed, step by step."
    icon = "arrow-up-right"
    group = "Time"
    moves_deadlines = True
    previews = True
    columns = ("steps", "called_by")
    fields = (
        Text(name="name", label="Name", required=True),
        Rows(name="steps", label="Steps", required=True, sparse=True,
             help="From the first to the last. Times are working time from the deadline.", columns=(
            Text(name="after", label="After", limit=20, help="1h, 2wd, -30m"),
            Text(name="before", label="Or before", limit=20),
            Words(name="to", label="To whom", limit=300,
                  help="owner, lead, supervisors, team, rota, role:manager, person:…, rota:…"),
            Words(name="do", label="Does", limit=60,
                  help="notify, mail, webhook, reassign, raise_pain, call_back:4h, add_delay,"
                       " tell_customer:8h"),
            Text(name="answer_within", label="Answer within", limit=20),
        ), rest="at, time, for, letter"),
        Words(name="called_by", label="Also climbed without a clock when", boxes=True,
              options=lambda: [(name, _CALLED.get(name, name)) for name in CALLERS]),
    )  # fmt: skip

    def documents(self) -> dict[str, Doc]:
        """By name."""
        return {row.key: {"name": row.name, "steps": row.steps, "called_by": list(row.called_by)}
                for row in EscalationPath.objects.order_by("name")}  # fmt: skip

    def write(self, key: str, doc: Doc, *, before: Doc | None, by: User | None,
              now: dt.datetime) -> None:  # fmt: skip
        """One."""
        row = EscalationPath.objects.filter(key=key).first() or EscalationPath(key=key)
        row.name, row.steps, row.called_by = doc["name"], doc["steps"], doc["called_by"]
        stored(row)

    def remove(self, key: str, *, by: User | None, now: dt.datetime) -> None:
        """One that no policy in force names."""
        named = [row.name for row in DeadlinePolicy.objects.filter(active=True)
                 if any(one.get("path") == key for one in row.data.get("targets", ()))]  # fmt: skip
        if named:
            raise SetupInvalid([("", f"{', '.join(named)} climbs this path.")])
        EscalationPath.objects.get(key=key).delete()

    def preview(self, key: str, doc: Doc, *, now: dt.datetime, zone: dt.tzinfo) -> Preview | None:
        """A ladder."""
        path = Path.parse(doc["steps"], key=key)
        return Preview("desk/setup/preview_path.html", {"rungs": ladder_of(path, doc["steps"])})

    def attention(self, documents: dict[str, Doc]) -> Iterable[Attention]:
        """Steps that name who left."""
        words = {w for doc in documents.values() for step in doc["steps"]
                 for w in step.get("to", ()) if str(w).startswith("person:")}  # fmt: skip
        if not words:
            return
        here = {email.lower() for email in
                User.objects.filter(is_active=True).values_list("email", flat=True)}  # fmt: skip
        for key, doc in documents.items():
            for step in doc["steps"]:
                for word in step.get("to", ()):
                    kind, _, email = str(word).partition(":")
                    if kind == "person" and email.lower() not in here:
                        told = f"{doc['name']} tells {email}, who does not work here."
                        yield Attention(told, f"{self.url}{key}/")


class DeadlinePolicies(Section):
    """Which promises of time hold for which complaints."""

    key = "deadlines"
    title = "Deadline policies"
    one = "deadline policy"
    about = "Which promises of time hold for which complaints. The first that fits counts."
    icon = "timer"
    group = "Time"
    moves_deadlines = True
    previews = True
    removable = False
    columns = ("order", "match", "targets", "active")
    more = (("Try a draft on the past", "/desk/drafts/"),)
    fields = (
        Text(name="name", label="Name", required=True),
        Whole(name="order", label="Place", default=100, help="The first that fits counts."),
        Flag(name="active", label="In force", default=True),
        Choice(name="calendar", label="Calendar", options=options.calendars, open=True,
               blank="the usual one"),
        Group(name="match", label="For which complaints", sparse=True,
              help="What is empty does not matter.", fields=(
            Words(name="category", label="Categories", help="Keys, with commas."),
            Words(name="channel", label="Channels", boxes=True, options=options.of_enum(Channel)),
            Words(name="tier", label="Customers of the tier"),
            Words(name="team", label="Teams", help="Keys, with commas."),
            Words(name="stage", label="Stages", boxes=True, options=options.of_enum(Stage)),
            Data(name="pain", label="Pain", help="A level, or {min: 4}.", rows=1),
            Data(name="facts", label="Facts", help="Conditions, as YAML.", rows=2),
        )),
        Rows(name="targets", label="Promises", required=True, sparse=True, columns=(
            Choice(name="kind", label="Kind", required=True, options=options.of_enum(Kind)),
            Data(name="within", label="Within", help="4h, 2wd, or a rule as YAML"),
            Words(name="warn", label="Warn at", help="75%, -2h"),
            Choice(name="path", label="Path", options=options.paths, open=True),
            Data(name="max_pause", label="Longest pause", help="28d"),
            Choice(name="calendar", label="Calendar", options=options.calendars, open=True,
                   blank="as above"),
        ), rest="starts, meets, pauses, statutory, extension …"),
        Text(name="note", label="What is new in this version", limit=300),
    )  # fmt: skip

    def documents(self) -> dict[str, Doc]:
        """The version of each that counts: the active one, else the newest."""
        found: dict[str, DeadlinePolicy] = {}
        for row in DeadlinePolicy.objects.order_by("order", "key", "-active", "-version"):
            found.setdefault(row.key, row)
        return {key: self._doc(row) for key, row in found.items()}

    def _doc(self, row: DeadlinePolicy) -> Doc:
        data = row.data
        return {
            "name": row.name, "order": row.order, "active": row.active,
            "calendar": data.get("calendar", ""), "match": data.get("match") or {},
            "targets": data.get("targets", []), "note": row.note,
        }  # fmt: skip

    def write(self, key: str, doc: Doc, *, before: Doc | None, by: User | None,
              now: dt.datetime) -> None:  # fmt: skip
        """What is in use is not edited: another meaning is the next version."""
        rows = DeadlinePolicy.objects.filter(key=key).order_by("-active", "-version")
        row = rows.first() or DeadlinePolicy(key=key, created_at=now, created_by=by)
        data = data_of(doc)
        changed = {name for name in ("name", "data") if row._state.adding
                   or getattr(row, name) != (data if name == "data" else doc["name"])}  # fmt: skip
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
            wrong += [(f"match.{name}", f"There is no {name} “{key}”.")
                      for key in asked if key not in known]  # fmt: skip
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
            words = "No deadline policy is in force: nothing says when an answer is due."
            yield Attention(words, self.url)


def data_of(doc: Doc) -> Doc:
    """The policy in the language of docs/deadlines.md."""
    data: Doc = {"targets": doc["targets"]}
    if doc["calendar"]:
        data["calendar"] = doc["calendar"]
    if doc["match"]:
        data["match"] = doc["match"]
    return data
