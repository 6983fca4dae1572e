"""What can be done on a ticket's page: each action's form, words and service call in one table."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from desk.build.mentions import Mentioned, find_mentioned
from desk.build.team import colleagues
from desk.forms import ticket as ticket_forms
from desk.keys import ALSO, KEYS, key_words
from desk.words import number_words
from tickets import services
from tickets.access import Principal
from tickets.actors import Actor
from tickets.catalogue import catalogue
from tickets.change import changing
from tickets.errors import Invalid
from tickets.facts import words_of
from tickets.models import Ticket
from tickets.money import plain_typed
from tickets.rules import OPEN_STATUSES, WAITING_STATUSES, Channel, Stage, Status
from tickets.saying import Kept


@dataclass(frozen=True, slots=True)
class Doing:
    """One action being done: on which ticket, by whom, with what was typed."""

    ticket: Ticket
    who: Principal
    now: dt.datetime
    zone: ZoneInfo
    #: The version that the reader saw; None where nothing of others has happened since.
    seen: int | None = None
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        """The one whom the event names."""
        return self.who.actor


OPEN = frozenset(status.value for status in OPEN_STATUSES)
WAITING = frozenset(status.value for status in WAITING_STATUSES)
CLOSED = frozenset({Status.RESOLVED.value, Status.CLOSED.value})
EVER = OPEN | CLOSED


Extras = Callable[[Doing], dict[str, Any]]


def _nothing(_: Doing) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. `run` calls one service and returns what to say afterwards.

    `tab` actions stand in the composer, `menu` ones behind "More", `owed` ones under the offer.
    """

    verb: str
    title: str | Promise
    button: str | Promise
    form: type[forms.Form]
    run: Callable[[Doing], str]
    icon: str = "circle-check"
    place: str = "menu"
    extras: Extras = _nothing
    hint: str | Promise = ""
    #: Statuses in which it makes sense; in others the menu leaves it out. The service decides.
    when: frozenset[str] = EVER
    verb_needed: str = "work"
    #: What of the ticket's page is shown afterwards.
    then: str = ""

    @property
    def key(self) -> str:
        """Its key, if it has one."""
        return KEYS.get(self.verb, "")

    @property
    def also(self) -> str:
        """Other words by which people look for it."""
        return str(ALSO.get(self.verb, ""))

    @property
    def key_words(self) -> str:
        """Its key as it is shown."""
        return key_words(self.key)


def _common(do: Doing) -> dict[str, Any]:
    return {"actor": do.actor, "now": do.now, "seen": do.seen}


def _reply(do: Doing) -> str:
    services.reply(
        do.ticket,
        body=do.data["body"],
        uploads=do.data.get("attachments") or (),
        promised_next=do.data.get("promised_next"),
        promises=do.data.get("promises") or (),
        **_common(do),
    )
    return _("Reply sent.") + promised_words(do)


def promised_words(do: Doing) -> str:
    """What became a deadline with what was sent."""
    if not (count := len(do.data.get("promises") or ())):
        return ""
    said = ngettext(
        "%(count)s promise set as a deadline.", "%(count)s promises set as a deadline.", count
    )
    return f" {said % {'count': number_words(count)}}"


def with_promises(do: Doing, send: Callable[[Doing], None]) -> str:
    """Send something, with the promises in it, in one unit of work."""
    with changing(do.ticket, actor=do.actor, now=do.now, seen=do.seen):
        send(do)
        for what, due in do.data.get("promises") or ():
            services.make_promise(do.ticket, what=what, due=due, actor=do.actor, now=do.now)
    return promised_words(do)


def _note(do: Doing) -> str:
    found = whom_it_mentions(do)
    services.add_note(
        do.ticket,
        body=do.data["body"],
        uploads=do.data.get("attachments") or (),
        mentions=found.people,
        actor=do.actor,
        now=do.now,
    )
    return " ".join(filter(None, (_("Note kept."), found.words)))


def whom_it_mentions(do: Doing) -> Mentioned:
    """Whom a note tells. Raises `Invalid` for a name that several have, so that nobody is told
    who was not meant."""
    found = find_mentioned(do.data["body"], do.ticket)
    if found.unclear:
        raise Invalid(found.unclear, field="body")
    return found


def _promise(do: Doing) -> str:
    due = do.data["due"] or do.data["day"]
    services.make_promise(do.ticket, what=do.data["what"], due=due, **_common(do))
    return _("Promised. It is a deadline now.")


#: What is promised, as it is kept.
CALL_ABOUT = Kept("Call {name} back: {about}")
CALL = Kept("Call {name} back")


def _call_back(do: Doing) -> str:
    name = do.ticket.customer.name.split(" ")[0]
    due = do.data["due"] or do.data["day"]
    about = do.data.get("about")
    what = CALL_ABOUT(name=name, about=about) if about else CALL(name=name)
    services.make_promise(do.ticket, what=what, due=due, **_common(do))
    return _("The call-back is a deadline now.")


def _ask(do: Doing) -> str:
    def send(do: Doing) -> None:
        services.request_information(
            do.ticket,
            facts=do.data.get("facts") or [],
            body=do.data["body"],
            actor=do.actor,
            now=do.now,
        )

    return _("Asked. The clock pauses until the customer answers.") + with_promises(do, send)


def _unknown_facts(do: Doing) -> dict[str, Any]:
    """What can be asked; and what can't, since it is known, with its value."""
    entry = catalogue().entry(do.ticket.category_id)
    zone = do.ticket.customer.time_zone
    facts = do.ticket.facts
    return {
        "unknown": [(name, spec.label) for name, spec in entry.facts.items() if name not in facts],
        "known": [
            (spec.label, words_of(spec, facts[name], zone=zone))
            for name, spec in entry.facts.items()
            if name in facts
        ],
    }


def _take(do: Doing) -> str:
    services.take(do.ticket, **_common(do))
    return _("%(number)s is yours.") % {"number": do.ticket.number}


def _hand_over(do: Doing) -> str:
    services.assign(do.ticket, do.data["to"], brief=do.data.get("brief") or "", **_common(do))
    return _("Given to %(name)s.") % {"name": do.data["to"].name}


def _team(do: Doing) -> dict[str, Any]:
    people = colleagues(do.who, do.now, team_id=do.ticket.team_id)
    return {"people": [person for person in people if person.pk != do.ticket.owner_id]}


def _pain(do: Doing) -> str:
    services.override_pain(do.ticket, do.data["level"], reason=do.data["reason"], **_common(do))
    return _("Pain is %(level)s now.") % {"level": do.data["level"]}


def _decide(do: Doing) -> str:
    services.decide_point(
        do.ticket,
        do.data["point"].pk,
        outcome=do.data["outcome"],
        finding=do.data.get("finding") or "",
        root_cause=do.data.get("root_cause"),
        because=do.data.get("because") or "",
        **_common(do),
    )
    return _("Decided.")


def _points(do: Doing) -> dict[str, Any]:
    return {"points": list(do.ticket.points.all()), "again": do.ticket.stage != Stage.FIRST}


def _add_point(do: Doing) -> str:
    services.add_point(do.ticket, do.data["text"], **_common(do))
    return _("Point added.")


def _facts(do: Doing) -> str:
    hidden = {"version", "events"}
    facts = {name: value for name, value in do.data.items() if name not in hidden}
    services.set_facts(do.ticket, facts, **_common(do))
    return _("Facts noted. The offer is worked out anew.")


def _fact_specs(do: Doing) -> dict[str, Any]:
    entry = catalogue().entry(do.ticket.category_id)
    zone = do.ticket.customer.time_zone
    known = {
        name: _typed(entry.facts[name], value, zone)
        for name, value in do.ticket.facts.items()
        if name in entry.facts
    }
    return {"specs": list(entry.facts.values()), "known": known}


def _typed(spec: Any, value: Any, zone: str) -> str:
    """A stored fact in the form in which its control takes it."""
    if spec.kind == "money":
        return f"{words_of(spec, value)}"
    if spec.kind == "yes_no":
        return "yes" if value else "no"
    if spec.kind == "moment":
        return f"{dt.datetime.fromisoformat(value).astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"
    if spec.kind == "number":
        return plain_typed(str(value))
    return str(value)


def _wait(do: Doing) -> str:
    services.wait_for_third_party(do.ticket, for_what=do.data["for_what"], **_common(do))
    return _("Waiting. Our own clocks run on.")


def _resume(do: Doing) -> str:
    why = _("%(actor)s goes on.") % {"actor": do.actor.name}
    services.resume(do.ticket, why=why, **_common(do))
    return _("Work goes on.")


def _resolve(do: Doing) -> str:
    services.resolve(do.ticket, summary=do.data.get("summary") or "", **_common(do))
    return _("Resolved. The customer will be asked how it was.")


def _close(do: Doing) -> str:
    services.close(do.ticket, **_common(do))
    return _("Closed.")


def _reopen(do: Doing) -> str:
    services.reopen(do.ticket, reason=do.data["reason"], **_common(do))
    return _("Open again.")


def _review(do: Doing) -> str:
    late = do.data.get("late_because") or ""
    services.ask_review(do.ticket, reason=do.data["reason"], late_because=late, **_common(do))
    return _("A review by another person is asked for.")


def _heard(do: Doing) -> str:
    services.receive_message(
        do.ticket,
        body=do.data["body"],
        channel=Channel(do.data["channel"]),
        actor=do.actor,
        now=do.now,
    )
    return _("Noted as the customer's words.")


def _abusive(do: Doing) -> str:
    above = services.report_abuse(do.ticket, what=do.data["what"], **_common(do))
    said = _("%(above)s has it now. Thank you for saying so; take a moment.")
    return said % {"above": above.name}


def _tags(do: Doing) -> str:
    services.set_tags(do.ticket, do.data["tags"].split(","), **_common(do))
    return _("Tags kept.")


_ACTIONS = (
    Action("reply", _l("Reply"), _l("Send reply"), ticket_forms.ReplyForm, _reply, "reply", "tab"),
    Action("note", _l("Note"), _l("Keep note"), ticket_forms.NoteForm, _note, "notebook-pen",
           "tab"),
    Action("promise", _l("Promise"), _l("Promise it"), ticket_forms.PromiseForm, _promise, "flag",
           "tab", hint=_l("It becomes a deadline of this ticket.")),
    Action("ask", _l("Ask for fact"), _l("Send question"), ticket_forms.AskForm, _ask,
           "circle-question-mark", "tab", _unknown_facts,
           _l("Clocks that may pause, pause until the customer answers.")),
    Action("take", _l("Take it"), _l("Take it"), ticket_forms.NoFields, _take, "user-round", "bar"),
    Action("hand-over", _l("Hand over"), _l("Hand over"), ticket_forms.OwnerForm, _hand_over,
           "arrow-right-left", "menu", _team, when=OPEN),
    Action("pain", _l("Change pain"), _l("Set pain"), ticket_forms.PainForm, _pain, "activity",
           "link"),
    Action("decide", _l("Decide a point"), _l("Decide"), ticket_forms.DecideForm, _decide, "gavel",
           "menu", _points),
    Action("point", _l("Add a point"), _l("Add point"), ticket_forms.PointForm, _add_point, "plus"),
    Action("facts", _l("Correct facts"), _l("Keep facts"), ticket_forms.FactsForm, _facts,
           "list-checks", "link", _fact_specs),
    Action("call-back", _l("Promise a call-back"), _l("Promise the call"),
           ticket_forms.CallBackForm, _call_back, "phone-forwarded", when=OPEN,
           hint=_l("It becomes a deadline of this ticket.")),
    Action("heard", _l("Customer called or wrote"), _l("Note it"), ticket_forms.HeardForm, _heard,
           "phone"),
    Action("abusive", _l("The contact was abusive"), _l("Hand it over"), ticket_forms.AbuseForm,
           _abusive, "shield-alert", when=OPEN),
    Action("wait", _l("Wait for somebody else"), _l("Wait"), ticket_forms.WaitForm, _wait,
           "hourglass", when=OPEN - WAITING),
    Action("resume", _l("Go on"), _l("Go on"), ticket_forms.NoFields, _resume, "play",
           when=WAITING),
    Action("tags", _l("Tags"), _l("Keep tags"), ticket_forms.TagsForm, _tags, "tag"),
    Action("resolve", _l("Resolve"), _l("Resolve"), ticket_forms.ResolveForm, _resolve,
           "circle-check", when=OPEN),
    Action("review", _l("Customer asks for a review"), _l("Start the review"),
           ticket_forms.ReviewForm, _review, "scale"),
    Action("close", _l("Close"), _l("Close"), ticket_forms.NoFields, _close, "lock",
           when=frozenset({"resolved"})),
    Action("reopen", _l("Reopen"), _l("Reopen"), ticket_forms.ReasonForm, _reopen, "rotate-ccw",
           when=CLOSED),
)  # fmt: skip

ACTIONS: dict[str, Action] = {}


def register(*actions: Action) -> None:
    """Add actions, also of other modules (offers, exceptions, deadlines), to the table."""
    ACTIONS.update({action.verb: action for action in actions})


register(*_ACTIONS)


def form_for(action: Action, do: Doing, data: Any = None, files: Any = None) -> Any:
    """The action's form, bound if there is data; it carries what the reader saw."""
    initial = {
        "version": do.ticket.version,
        "events": do.ticket.event_count,
        "tags": ", ".join(do.ticket.tags),
        "level": do.ticket.pain,
    }
    auto_id = f"{action.verb}_%s"  # several of these forms stand on one page
    return action.form(data, files, initial=initial, auto_id=auto_id, **action.extras(do))
