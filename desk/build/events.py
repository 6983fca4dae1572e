"""Events in words: what stands on the lines between the messages."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from desk.present import EventsView, EventView
from desk.words import listed, moment_words
from tickets.models import Event

#: Shown as messages, not as lines.
SAID = frozenset({"message_received", "reply_sent", "note_added"})

CHANNELS = {
    "form": "web form",
    "email": "e-mail",
    "phone": "phone",
    "api": "API",
    "letter": "letter",
    "in_person": "in person",
    "social": "social media",
    "chat": "chat",
}

KINDS = {
    "acknowledge": "acknowledgement",
    "first_response": "first response",
    "next_reply": "next reply",
    "next_update": "next update",
    "decide": "decision",
    "resolve": "resolution",
    "deliver_remedy": "remedy delivered",
    "approve": "exception",
    "promise": "promise",
    "follow_up": "follow-up",
}
"""What people call each kind of deadline."""


def kind_words(kind: str) -> str:
    """ "next reply" for "next_reply"."""
    return KINDS.get(kind, kind.replace("_", " "))


def _status(data: Mapping[str, Any]) -> str:
    to = str(data.get("to", "")).replace("_", " ")
    return f"now {to}" if to else "status changed"


def _given(data: Mapping[str, Any]) -> str:
    brief = f": “{data['brief']}”" if data.get("brief") else ""
    return f"given to {data.get('to', 'somebody')}{brief}"


def _decided(data: Mapping[str, Any]) -> str:
    cause = f", cause: {data['cause']}" if data.get("cause") else ""
    outcome = str(data.get("outcome", "")).replace("_", " ")
    return f"“{data.get('text', 'point')}” {outcome}{cause}"


def _clocks(verb: str) -> Callable[[Mapping[str, Any]], str]:
    def words(data: Mapping[str, Any]) -> str:
        rows = data.get("deadlines") or []
        kinds = [kind_words(str(row["kind"])) for row in rows if isinstance(row, dict)]
        if data.get("kind"):
            kinds = [kind_words(str(data["kind"]))]
        return f"{listed(list(dict.fromkeys(kinds))) or 'deadline'} {verb}"

    return words


def _escalated(data: Mapping[str, Any]) -> str:
    rows = [row for row in data.get("deadlines") or [] if isinstance(row, dict)]
    kinds = listed(list(dict.fromkeys(kind_words(str(row.get("kind", ""))) for row in rows)))
    told = listed([str(name) for name in data.get("told") or []])
    step = f", step {data['step']}" if data.get("step") and data.get("by") == "clock" else ""
    words = str(data.get("words") or "escalated")
    return f"{words}{f' for {kinds}' if kinds else ''}{step}{f': told {told}' if told else ''}"


def _then(verb: str, key: str) -> Callable[[Mapping[str, Any]], str]:
    """The act, and what was said with it, if anything was."""

    def words(data: Mapping[str, Any]) -> str:
        return f"{verb}: {data[key]}" if data.get(key) else verb

    return words


def _money(verb: str) -> Callable[[Mapping[str, Any]], str]:
    def words(data: Mapping[str, Any]) -> str:
        told = str(data.get("words") or "")
        return f"{verb}, {told}" if told else verb

    return words


def _labels(verb: str) -> Callable[[Mapping[str, Any]], str]:
    def words(data: Mapping[str, Any]) -> str:
        names = [str(name) for name in data.get("labels") or data.get("names") or []]
        return f"{verb} {listed(names)}" if names else verb

    return words


def _answer(data: Mapping[str, Any]) -> str:
    scores = data.get("scores") or {}
    told = ", ".join(f"{name.replace('_', ' ')} {score}" for name, score in scores.items())
    words = f" “{data['words']}”" if data.get("words") else ""
    return f"survey answered: {told or 'in words'}{words}"


def _merged_in(data: Mapping[str, Any]) -> str:
    kept = [
        f"{row.get('label')} {row.get('kept')} kept (there {row.get('other')})"
        for row in data.get("conflicts") or []
        if isinstance(row, dict)
    ]
    words = f"{data.get('other', 'another ticket')} became part of this: {data.get('reason', '')}"
    return f"{words}; {listed(kept)}" if kept else words


def _points(data: Mapping[str, Any]) -> str:
    return listed([f"“{text}”" for text in data.get("points") or []]) or "a part"


def _back(because: str) -> str:
    """Why it is back in the queue; a reason that is not known says nothing."""
    return {
        "due": _("back in the queue, as was wished"),
        "customer": _("back in the queue: the customer was heard of"),
        "deadline": _("back in the queue: a clock has something to say"),
        "mention": _("back in the queue: its owner was mentioned"),
        "colleague": _("back in the queue: it was decided"),
        "owner": _("back in the queue: somebody else owns it"),
        "finished": _("no longer put aside"),
        "undone": _("not put aside after all"),
    }.get(because, _("back in the queue"))


_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "ticket_created": lambda d: (
        f"received by {CHANNELS.get(str(d.get('channel')), d.get('channel', 'us'))}"
    ),
    "acknowledged": lambda d: "acknowledged",
    "assigned": _given,
    "handed_over": _given,
    "assignment_undone": lambda d: (
        f"given back to {d['to']}" if d.get("to") else "given back: nobody owns it"
    ),
    "team_changed": lambda d: f"moved to {d.get('to', 'another team')}",
    "category_changed": lambda d: f"filed under {d.get('to', '')}",
    "subject_changed": lambda d: f"matter now “{d.get('to', '')}”",
    "information_requested": _labels("asked for"),
    "information_given": lambda d: "the customer answered",
    "status_changed": _status,
    "resolved": _then("resolved", "summary"),
    "closed": lambda d: "closed",
    "reopened": lambda d: "reopened",
    "facts_set": _labels("noted"),
    "factors_set": lambda d: "how it affected the customer noted",
    "loss_set": lambda d: f"loss {d['words']}" if d.get("words") else "loss not known",
    "pain_assessed": lambda d: f"pain assessed at {d.get('level', '?')}",
    "pain_overridden": lambda d: f"pain set to {d.get('level', '?')}",
    "point_added": lambda d: f"point “{d.get('text', '')}” added",
    "point_decided": _decided,
    "corrective_action_added": lambda d: f"we will change: {d.get('text', '')}",
    "corrective_action_done": lambda d: f"changed: {d.get('text', '')}",
    "tags_changed": lambda d: "tags changed",
    "linked": lambda d: f"linked with {d.get('other', 'another ticket')}",
    "unlinked": lambda d: f"no longer linked with {d.get('other', 'another ticket')}",
    "attachment_added": lambda d: "files added",
    "confidential_changed": lambda d: "confidential" if d.get("confidential") else "open to team",
    "person_named": lambda d: f"{d.get('name', 'somebody')} named",
    "person_unnamed": lambda d: f"{d.get('name', 'somebody')} no longer named",
    "review_asked": lambda d: f"review asked for: {d.get('reason', '')}",
    "decision_overturned": lambda d: (
        f"the decision on “{d.get('text', '')}” did not hold: {str(d.get('words', '')).lower()}"
    ),
    "review_decided": lambda d: (
        "the review decided otherwise" if d.get("overturned") else "the review came to the same"
    ),
    "went_external": lambda d: f"went to {d.get('body', 'an outside body')}",
    "tier_changed": lambda d: f"customer’s tier changed to {d.get('to') or 'none'}",
    "customer_merged": lambda d: f"customer merged with {d.get('from', '')}",
    "merged": lambda d: f"became part of {d.get('other', 'another ticket')}: {d.get('reason', '')}",
    "merged_in": _merged_in,
    "merge_undone": lambda d: (
        _("a ticket of its own again, no longer part of %(other)s") % {"other": d.get("other", "")}
    ),
    "merge_undone_in": lambda d: (
        _("%(other)s is no longer part of this") % {"other": d.get("other", "")}
    ),
    "split_off": lambda d: f"{_points(d)} went to {d.get('other', 'another ticket')}",
    "split_from": lambda d: f"{_points(d)} came from {d.get('other', 'another ticket')}",
    "promise_made": lambda d: f"promised: {d.get('what', '')}",
    "promise_kept": lambda d: "promise kept",
    "customer_escalated": lambda d: "the customer asked for somebody above",
    "abuse_reported": lambda d: f"the contact was abusive; {d.get('to', 'somebody above')} has it",
    "snoozed": _then("put aside", "reason"),
    "snooze_ended": lambda d: _back(str(d.get("because", ""))),
    "deadlines_set": _clocks("clock started"),
    "deadlines_met": _clocks("kept"),
    "deadlines_cancelled": _clocks("no longer needed"),
    "deadlines_paused": _clocks("clock paused"),
    "deadlines_resumed": _clocks("clock resumed"),
    "deadlines_moved": _clocks("moved"),
    "deadlines_adopted": _clocks("carried over from its first start"),
    "deadline_warned": _clocks("due soon"),
    "deadline_breached": _clocks("missed"),
    "deadline_extended": _clocks("extended"),
    "escalated": _escalated,
    "escalation_acknowledged": lambda d: "somebody is on it",
    "taken_over": lambda d: "taken over",
    "deescalated": lambda d: f"de-escalated: {d.get('reason', '')}",
    "paged": lambda d: "systems outside asked to ring somebody",
    "delay_owed": lambda d: "our delay added to the offer",
    "offer_drafted": _money("offer drafted"),
    "offer_redrafted": _money("offer worked out anew"),
    "offer_adjusted": lambda d: f"{d.get('title', 'offer')} adjusted",
    "offer_sent": _money("offer sent"),
    "offer_accepted": lambda d: "offer accepted in part" if d.get("part") else "offer accepted",
    "offer_declined": lambda d: "offer declined",
    "offer_expired": lambda d: "offer ran out",
    "offer_withdrawn": lambda d: "offer taken back",
    "offer_superseded": lambda d: "offer replaced",
    "exception_requested": _money("exception asked for"),
    "exception_decided": lambda d: f"exception {d.get('decision', 'decided')!s}",
    "exception_half_approved": _then("one said yes to the exception", "words"),
    "exception_moved_up": _then("exception", "words"),
    "exception_reopened": _then("exception open again", "words"),
    "exception_asked_back": lambda d: f"asked back: {d.get('question', '')}",
    "exception_answered": _then("question answered", "words"),
    "exception_withdrawn": lambda d: "exception withdrawn",
    "refusal_sent": lambda d: "refused, with reasons",
    "remedy_granted": _money("granted"),
    "remedy_fulfilled": _money("delivered"),
    "remedy_failed": _money("could not be delivered"),
    "remedy_cancelled": _money("taken back"),
    "survey_planned": lambda d: "survey planned",
    "survey_sent": lambda d: "survey sent",
    "survey_cancelled": lambda d: "survey called off",
    "survey_expired": lambda d: "survey not answered",
    "answer_received": _answer,
    "followup_opened": lambda d: f"follow-up opened: {d.get('why', '')}",
    "followup_closed": lambda d: f"followed up: {d.get('result', '')}",
    "kudos_given": lambda d: "kudos given",
    "mail_sent": lambda d: f"mail sent: {d.get('subject', '')}",
    "outbox_dead": lambda d: f"{d.get('kind', 'message')} could not be delivered",
    "outbox_retried": lambda d: f"{d.get('kind', 'message')} tried again",
    "machine_mail_received": lambda d: f"automatic mail came: {d.get('subject', '')}",
    "remedy_recorded": lambda d: "remedy of the past recorded",
}


def event_words(event: Event) -> str:
    """One event in a few words, without its actor; an unknown type by its own name."""
    words = _WORDS.get(event.type)
    if words is not None:
        return words(event.data)
    told = event.data.get("words") or event.data.get("summary")
    plain = event.type.replace("_", " ")
    return f"{plain}: {told}" if told else plain


_SHORT = {
    "deadlines_set": "clocks started",
    "deadlines_met": "promises kept",
    "deadlines_cancelled": "clocks ended",
    "deadlines_paused": "clocks paused",
    "deadlines_resumed": "clocks resumed",
    "deadlines_moved": "dates moved",
    "deadline_warned": "due soon",
    "deadline_breached": "deadline missed",
    "escalated": "escalated",
    "facts_set": "facts noted",
    "point_decided": "a point decided",
    "promise_made": "promise made",
    "snoozed": "put aside",
    "snooze_ended": "back in the queue",
    "assigned": "owner found",
    "handed_over": "handed over",
    "assignment_undone": "given back",
}


def short_words(event: Event) -> str:
    """One event in two or three words, for a line that folds several."""
    return _SHORT.get(event.type) or event_words(event).split(":")[0].split(", ")[0]


def event_why(event: Event) -> str:
    """The reason somebody gave, if they did."""
    return str(event.data.get("reason") or "")


def event_view(event: Event, *, now: dt.datetime, zone: ZoneInfo) -> EventView:
    """One event as a line."""
    words = event_words(event)
    return EventView(
        words=words[:1].upper() + words[1:],
        when=moment_words(event.at, now=now, zone=zone),
        exact=event.at.isoformat(),
        who=event.actor_name,
        why=event_why(event),
    )


def folded(events: Sequence[Event], *, now: dt.datetime, zone: ZoneInfo) -> EventsView:
    """A run of events as one line: how many, from when to when, and what is in them."""
    views = tuple(event_view(event, now=now, zone=zone) for event in events)
    if len(events) == 1:
        return EventsView(f"{views[0].words}, {views[0].when}, {views[0].who}", views)
    kinds = list(dict.fromkeys(short_words(event) for event in events))
    more = f" and {len(kinds) - 3} more" if len(kinds) > 3 else ""
    return EventsView(
        f"{len(events)} events, {views[-1].when}: {', '.join(kinds[:3])}{more}", views
    )
