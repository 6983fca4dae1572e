"""Published deadlines as cases, each run by the rule of its regime's pack.

Where no pack has the regime or the clock, the case is judged by the words of its own rule, and so
it is where the pack's rule rests on general knowledge only and the words say something else. Both
are said on stderr: such a case shows what the arithmetic can do, not what the packs know.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from escalation.errors import PolicyInvalid
from escalation.hours import WEEKDAYS, Calendar
from escalation.law.regimes import pack_of
from escalation.law.rules import Rule
from escalation.law.terms import Case, Clear, Reckoned, Term, as_moment
from escalation.law.text import rule
from escalation.worktime import WorkTimeError
from tests.oracle import wording
from tests.oracle.cases import Failure, Vector, all_of_them, judged, told

#: What a fact is called in our packs, by what a case may call it.
NAMES = {
    "acknowledgement": "acknowledged", "acknowledgment": "acknowledged", "ack": "acknowledged",
    "stage1_acknowledged": "acknowledged", "stage2_acknowledged": "acknowledged",
    "stage1_acknowledgement": "acknowledged", "stage2_acknowledgement": "acknowledged",
    "holding": "holding_response", "holding_reply": "holding_response",
    "holding_letter": "holding_response", "progress": "in_progress",
    "marked_in_progress": "in_progress", "deadlock_letter": "deadlock",
    "deadlock_reached": "deadlock", "final_reply": "final_response",
    "final_letter": "final_response", "final_decision": "final_response",
    "extension": "extension_agreed", "extended": "extension_agreed",
    "extension_notified": "extension_agreed", "extension_explained": "extension_agreed",
    "clarification_request": "clarification_requested",
    "clarification_asked": "clarification_requested",
    "clarification_answered": "clarification_received",
    "clarification": "clarification_received", "complete": "complete_file",
    "file_complete": "complete_file", "complete_complaint_file": "complete_file",
    "file_completed": "complete_file", "file_received": "complete_file",
    "knew": "knowledge", "known": "knowledge", "aware": "knowledge", "awareness": "knowledge",
    "knowledge_of": "knowledge", "became_aware": "knowledge", "knowledge_date": "knowledge",
    "last_updated": "last_update", "previous_update": "last_update", "update": "last_update",
    "n": "occurrence", "number": "occurrence", "update_number": "occurrence",
    "nth": "occurrence", "cycle": "occurrence", "occurrence_number": "occurrence",
    "hearing_day": "hearing", "served": "service", "date_of_service": "service",
    "claim_form_served": "service", "date_of_notice": "notice", "notice_given": "notice",
    "responded": "response", "account_age": "account_age_days", "due_date": "due",
    "original_due": "due", "original_due_date": "due", "current_due": "due",
    "extended_to": "extended_until", "extension_until": "extended_until",
    "date_of_failure": "failure", "pos": "point_of_sale", "foreign_initiated": "foreign",
}  # fmt: skip
SUFFIXES = (
    "_on", "_at", "_date", "_day", "_sent", "_declared", "_issued", "_marked", "_made", "_given",
    "_time", "_agreed", "_granted", "_occurred", "_held", "_completed",
)  # fmt: skip
STARTS = (
    "received", "complaint_received", "complaint", "receipt", "raised", "first_raised", "reported",
    "report", "requested", "request", "request_received", "choice", "chosen", "submitted", "sent",
    "notice_received", "notified", "start", "from", "escalated", "escalation_requested",
    "stage2_requested", "stage2_request", "started",
)  # fmt: skip
ZONES = {
    "england": "Europe/London", "scotland": "Europe/London", "kingdom": "Europe/London",
    "ireland": "Europe/Dublin", "wales": "Europe/London", "germany": "Europe/Berlin",
    "berlin": "Europe/Berlin", "bavaria": "Europe/Berlin", "france": "Europe/Paris",
    "target": "Europe/Brussels", "europe": "Europe/Brussels", "states": "America/New_York",
    "us ": "America/New_York", "federal": "America/New_York",
}  # fmt: skip


def run(
    paths: Sequence[Path], *, core_only: bool = False, pack: Path | None = None, **_: object
) -> tuple[int, list[Failure]]:
    """How many cases pass, and those that do not. `core_only` says nothing about deadlines."""
    return judged(paths, "cases", judge, wanted=all_of_them)


def judge(case: Vector) -> Failure | None:
    """What is wrong with one case; None when it passes."""
    try:
        given = Given.of(case)
        reckoned = answer(given)
    except (PolicyInvalid, WorkTimeError, ValueError, LookupError) as error:
        return Failure(case["id"], case["expected"], told(error))
    if reckoned is None:
        return Failure(case["id"], case["expected"], f"no rule for {given.regime} {given.clock}")
    got = {name: given.shown(name, reckoned) for name in case["expected"]}
    if all(given.agrees(name, case["expected"][name], reckoned) for name in got):
        return None
    return Failure(case["id"], case["expected"], got)


@dataclass(frozen=True, slots=True)
class Given:
    """A case as our rules take it."""

    id: str
    regime: str
    clock: str
    sentence: str
    shapes: frozenset[str]
    case: Case

    @classmethod
    def of(cls, vector: Vector) -> Given:
        """Read a case, whatever its inputs are called. Raises ValueError for one without date."""
        inputs = vector["inputs"]
        calendar = calendar_of(inputs)
        facts = facts_of(inputs, calendar)
        dates = [n for n, value in facts.items() if as_moment(value, calendar) is not None]
        start = next((name for name in STARTS if name in dates), dates[0] if dates else None)
        if start is None:
            raise ValueError("there is no date to start from")
        moment = as_moment(facts[start], calendar)
        assert moment is not None
        if start in STARTS:
            facts["received"] = facts.pop(start)
        stage, clock = inputs.get("stage"), str(inputs.get("clock", ""))
        if stage is not None and "stage" not in clock:
            clock = f"stage{re.sub(r'[^0-9]', '', str(stage)) or 1}_{clock}"
        return cls(
            id=vector["id"],
            regime=str(vector.get("regime", "")),
            clock=clock,
            sentence=str(inputs.get("rule", "")),
            shapes=frozenset(vector.get("shapes", ())),
            case=Case(calendar, moment, facts),
        )

    @property
    def dates(self) -> list[str]:
        """Names of the facts that are dates."""
        facts, calendar = self.case.facts, self.case.calendar
        return [n for n, value in facts.items() if as_moment(value, calendar) is not None]

    def shown(self, name: str, reckoned: Reckoned) -> str:
        """Our value for a key of `expected`."""
        if name.endswith(("date", "day")):
            return str(reckoned.day)
        return self.case.calendar.local(reckoned.due).isoformat()

    def agrees(self, name: str, expected: Any, reckoned: Reckoned) -> bool:
        """Whether a value of `expected` is ours. Moments are compared as instants."""
        if isinstance(expected, str) and len(expected) > 10:
            return as_moment(expected, self.case.calendar) == reckoned.due
        return bool(expected == self.shown("due_date", reckoned))


def answer(given: Given) -> Reckoned | None:
    """Our result: by the pack of the regime, or by the words of the case."""
    holder = pack_of(given.regime)
    provision = None if holder is None else holder.provision(given.clock)
    said = by_words(given)
    worded = None if said is None else said.reckon(given.case)
    if provision is None:
        _tell(f"{given.id}: no pack has {given.regime} {given.clock}, judged by its words")
        return worded
    found = provision.law.rule.reckon(given.case)
    if worded is None or worded.day == found.day:
        return found
    _tell(f"{given.id}: the pack says {found.day}, its words {worded.day} ({provision.basis})")
    plain = isinstance(said, Term | Clear) and provision.basis == "general knowledge"
    return worded if plain else found


def by_words(given: Given) -> Rule | None:
    """The rule that the sentence of the case states, if it can be read."""
    roll = "none"
    if "roll-forward" in given.shapes or (
        given.regime.startswith("de-") and "no-roll" not in given.shapes
    ):
        roll = "next"  # BGB section 193
    data = wording.read(given.sentence, given.dates, roll=roll)
    if data is None:
        return None
    if "cpr" in given.regime and "clear_days" in data:
        data["short"] = 5
    try:
        return rule(data, "rule")
    except PolicyInvalid as error:
        _tell(f"{given.id}: its words give no rule: {error.message}")
        return None


def _tell(text: str) -> None:
    print(text, file=sys.stderr)


# -- reading inputs -------------------------------------------------------------------------------


def facts_of(inputs: Mapping[str, Any], calendar: Calendar) -> dict[str, Any]:
    """The inputs by the names that packs use."""
    facts: dict[str, Any] = {}
    for key, value in inputs.items():
        if key in ("calendar", "calendars", "clock", "rule", "timezone", "business_hours"):
            continue
        if isinstance(value, str | int | float | bool):
            facts.setdefault(_name(key), value)
    opened, received = (as_moment(facts.get(n), calendar) for n in ("account_opened", "received"))
    if opened is not None and received is not None:
        facts.setdefault("account_age_days", (received - opened).days)
        del facts["account_opened"]
    if facts.get("new_account") is True:
        facts.setdefault("account_age_days", 0)
    return facts


def _name(key: str) -> str:
    name = key.lower().replace("-", "_")
    for _ in range(3):
        if name in NAMES:
            return NAMES[name]
        if name in STARTS:
            return name
        suffix = next((s for s in SUFFIXES if name.endswith(s) and len(name) > len(s)), None)
        if suffix is None:
            return name
        name = name.removesuffix(suffix)
    return name


def calendar_of(inputs: Mapping[str, Any]) -> Calendar:
    """The calendar of the case; of several, the days on which all of them work."""
    listed = inputs.get("calendars") or inputs.get("calendar") or []
    found = [listed] if isinstance(listed, Mapping) else list(listed)
    opens, closes = "09:00", "17:00"
    hours = inputs.get("business_hours") or next((c["hours"] for c in found if "hours" in c), None)
    if isinstance(hours, str) and "-" in hours:
        opens, closes = (part.strip() for part in hours.split("-", 1))
    closes = str(inputs.get("close_of_business", closes))
    weekend = {day[:3].lower() for c in found for day in c.get("weekend", ("sat", "sun"))}
    zone = inputs.get("timezone") or inputs.get("tz")
    if not zone:
        names = " ".join(str(c.get("name", "")) for c in found).lower() + " "
        zone = next((tz for word, tz in ZONES.items() if word in names), "UTC")
    return _calendar(
        str(zone),
        json.dumps({day: [[opens, closes]] for day in WEEKDAYS if day not in (weekend or ())}),
        json.dumps(sorted({str(day) for c in found for day in c.get("holidays", ())})),
    )


@lru_cache(maxsize=256)
def _calendar(zone: str, hours: str, holidays: str) -> Calendar:
    return Calendar.parse(
        {"tz": zone, "hours": json.loads(hours), "holidays": json.loads(holidays)}
    )
