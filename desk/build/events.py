"""Events in words: what stands on the lines between the messages."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import pgettext, pgettext_lazy

from desk.build.codes import CHANNELS, KINDS, kind_words, standing_in_words
from desk.present import EventsView, EventView
from desk.words import listed, moment_words
from remedies.rules.retelling import told
from tickets.languages import Spoken
from tickets.models import Event
from tickets.saying import retold

__all__ = ["CHANNELS", "KINDS", "SAID", "event_view", "event_words", "folded", "kind_words"]

#: Shown as messages, not as lines.
SAID = frozenset({"message_received", "reply_sent", "note_added"})


def _status(data: Mapping[str, Any]) -> str:
    to = standing_in_words(data.get("to", ""))
    return _("now %(to)s") % {"to": to} if to else _("status changed")


def _given(data: Mapping[str, Any]) -> str:
    brief = f": “{retold(str(data['brief']))}”" if data.get("brief") else ""
    return _("given to %(to)s%(brief)s") % {"to": data.get("to") or _("somebody"), "brief": brief}


def _decided(data: Mapping[str, Any]) -> str:
    cause = (_(", cause: %(cause)s") % {"cause": data["cause"]}) if data.get("cause") else ""
    outcome = standing_in_words(data.get("outcome", ""))
    text = data.get("text") or _("point")
    return f"“{text}” {outcome}{cause}"


def _clocks(sentence: Promise) -> Callable[[Mapping[str, Any]], str]:
    def words(data: Mapping[str, Any]) -> str:
        rows = data.get("deadlines") or []
        kinds = [kind_words(str(row["kind"])) for row in rows if isinstance(row, dict)]
        if data.get("kind"):
            kinds = [kind_words(str(data["kind"]))]
        said = listed(list(dict.fromkeys(kinds))) or _("deadline")
        return str(sentence) % {"clocks": said}

    return words


def _escalated(data: Mapping[str, Any]) -> str:
    rows = [row for row in data.get("deadlines") or [] if isinstance(row, dict)]
    kinds = listed(list(dict.fromkeys(kind_words(str(row.get("kind", ""))) for row in rows)))
    told = listed([str(name) for name in data.get("told") or []])
    step = (
        (_(", step %(step)s") % {"step": data["step"]})
        if data.get("step") and data.get("by") == "clock"
        else ""
    )
    words = str(data.get("words") or _("escalated"))
    what = _(" for %(kinds)s") % {"kinds": kinds} if kinds else ""
    who = _(": told %(told)s") % {"told": told} if told else ""
    return f"{words}{what}{step}{who}"


def _then(verb: str | Promise, key: str) -> Callable[[Mapping[str, Any]], str]:
    """The act, and what was said with it, if anything was."""

    def words(data: Mapping[str, Any]) -> str:
        return f"{verb}: {told(str(data[key]))}" if data.get(key) else str(verb)

    return words


def _money(verb: str | Promise) -> Callable[[Mapping[str, Any]], str]:
    def words(data: Mapping[str, Any]) -> str:
        said = told(str(data.get("words") or ""))
        return f"{verb}, {said}" if said else str(verb)

    return words


def _labels(verb: str | Promise) -> Callable[[Mapping[str, Any]], str]:
    def words(data: Mapping[str, Any]) -> str:
        names = [str(name) for name in data.get("labels") or data.get("names") or []]
        return f"{verb} {listed(names)}" if names else str(verb)

    return words


_ASKED = Spoken(
    {
        "handling": _l("handling"),
        "result": _l("result"),
        "felt_heard": _l("felt heard"),
        "effort": _l("effort"),
        "fairness": _l("fairness"),
    }
)


def _answer(data: Mapping[str, Any]) -> str:
    scores = data.get("scores") or {}
    told = ", ".join(
        f"{_ASKED.get(name, name.replace('_', ' '))} {score}" for name, score in scores.items()
    )
    words = f" “{data['words']}”" if data.get("words") else ""
    return _("survey answered: %(scores)s%(words)s") % {
        "scores": told or _("in words"),
        "words": words,
    }


def _merged_in(data: Mapping[str, Any]) -> str:
    kept = [
        (
            _("%(label)s %(kept)s kept (there %(other)s)")
            % {"label": row.get("label"), "kept": row.get("kept"), "other": row.get("other")}
        )
        for row in data.get("conflicts") or []
        if isinstance(row, dict)
    ]
    words = _("%(other)s became part of this: %(reason)s") % {
        "other": data.get("other") or _("another ticket"),
        "reason": data.get("reason", ""),
    }
    return f"{words}; {listed(kept)}" if kept else words


def _points(data: Mapping[str, Any]) -> str:
    return listed([f"“{text}”" for text in data.get("points") or []]) or _("a part")


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


_IDEAS = Spoken({"planned": _l("planned"), "done": _l("done"), "declined": _l("declined")})

_DECIDED = Spoken(
    {
        "approved": _l("exception approved"),
        "amended": _l("exception amended"),
        "declined": _l("exception declined"),
        "pending": _l("exception pending"),
    }
)

_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "ticket_created": lambda d: (
        _("received by %(channel)s")
        % {"channel": CHANNELS.get(str(d.get("channel")), d.get("channel") or _("us"))}
    ),
    "acknowledged": lambda d: pgettext("complaint", "acknowledged"),
    "assigned": _given,
    "handed_over": _given,
    "assignment_undone": lambda d: (
        (_("given back to %(to)s") % {"to": d["to"]})
        if d.get("to")
        else _("given back: nobody owns it")
    ),
    "team_changed": lambda d: _("moved to %(to)s") % {"to": d.get("to") or _("another team")},
    "category_changed": lambda d: _("filed under %(to)s") % {"to": d.get("to", "")},
    "subject_changed": lambda d: _("matter now “%(to)s”") % {"to": d.get("to", "")},
    "information_requested": _labels(pgettext_lazy("facts", "asked for")),
    "information_given": lambda d: _("the customer answered"),
    "status_changed": _status,
    "resolved": _then(_l("resolved"), "summary"),
    "closed": lambda d: _("closed"),
    "reopened": lambda d: _("reopened"),
    "facts_set": _labels(_l("noted")),
    "factors_set": lambda d: _("how it affected the customer noted"),
    "loss_set": lambda d: (
        (_("loss %(words)s") % {"words": d["words"]}) if d.get("words") else _("loss not known")
    ),
    "pain_assessed": lambda d: _("pain assessed at %(level)s") % {"level": d.get("level", "?")},
    "pain_overridden": lambda d: _("pain set to %(level)s") % {"level": d.get("level", "?")},
    "point_added": lambda d: _("point “%(text)s” added") % {"text": d.get("text", "")},
    "point_decided": _decided,
    "corrective_action_added": lambda d: (
        _("we will change: %(text)s") % {"text": d.get("text", "")}
    ),
    "corrective_action_done": lambda d: _("changed: %(text)s") % {"text": d.get("text", "")},
    "tags_changed": lambda d: _("tags changed"),
    "linked": lambda d: (
        _("linked with %(other)s") % {"other": d.get("other") or _("another ticket")}
    ),
    "unlinked": lambda d: (
        _("no longer linked with %(other)s") % {"other": d.get("other") or _("another ticket")}
    ),
    "attachment_added": lambda d: _("files added"),
    "confidential_changed": lambda d: (
        _("confidential") if d.get("confidential") else _("open to team")
    ),
    "person_named": lambda d: _("%(name)s named") % {"name": d.get("name") or _("somebody")},
    "person_unnamed": lambda d: (
        _("%(name)s no longer named") % {"name": d.get("name") or _("somebody")}
    ),
    "review_asked": lambda d: _("review asked for: %(reason)s") % {"reason": d.get("reason", "")},
    "decision_overturned": lambda d: (
        _("the decision on “%(text)s” did not hold: %(what)s")
        % {"text": d.get("text", ""), "what": str(d.get("words", "")).lower()}
    ),
    "review_decided": lambda d: (
        _("the review decided otherwise")
        if d.get("overturned")
        else _("the review came to the same")
    ),
    "went_external": lambda d: (
        _("went to %(body)s") % {"body": d.get("body") or _("an outside body")}
    ),
    "tier_changed": lambda d: (
        _("customer’s tier changed to %(tier)s") % {"tier": d.get("to") or _("none")}
    ),
    "customer_merged": lambda d: _("customer merged with %(from)s") % {"from": d.get("from", "")},
    "merged": lambda d: (
        _("became part of %(other)s: %(reason)s")
        % {"other": d.get("other") or _("another ticket"), "reason": d.get("reason", "")}
    ),
    "merged_in": _merged_in,
    "merge_undone": lambda d: (
        _("a ticket of its own again, no longer part of %(other)s") % {"other": d.get("other", "")}
    ),
    "merge_undone_in": lambda d: (
        _("%(other)s is no longer part of this") % {"other": d.get("other", "")}
    ),
    "split_off": lambda d: (
        _("%(points)s went to %(other)s")
        % {"points": _points(d), "other": d.get("other") or _("another ticket")}
    ),
    "split_from": lambda d: (
        _("%(points)s came from %(other)s")
        % {"points": _points(d), "other": d.get("other") or _("another ticket")}
    ),
    "promise_made": lambda d: _("promised: %(what)s") % {"what": retold(str(d.get("what", "")))},
    "promise_kept": lambda d: _("promise kept"),
    "customer_escalated": lambda d: _("the customer asked for somebody above"),
    "abuse_reported": lambda d: (
        _("the contact was abusive; %(to)s has it") % {"to": d.get("to") or _("somebody above")}
    ),
    "snoozed": _then(_l("put aside"), "reason"),
    "snooze_ended": lambda d: _back(str(d.get("because", ""))),
    "deadlines_set": _clocks(_l("%(clocks)s clock started")),
    "deadlines_met": _clocks(_l("%(clocks)s kept")),
    "deadlines_cancelled": _clocks(_l("%(clocks)s no longer needed")),
    "deadlines_paused": _clocks(_l("%(clocks)s clock paused")),
    "deadlines_resumed": _clocks(_l("%(clocks)s clock resumed")),
    "deadlines_moved": _clocks(_l("%(clocks)s moved")),
    "deadlines_adopted": _clocks(_l("%(clocks)s carried over from its first start")),
    "deadline_warned": _clocks(_l("%(clocks)s due soon")),
    "deadline_breached": _clocks(_l("%(clocks)s missed")),
    "deadline_extended": _clocks(_l("%(clocks)s extended")),
    "escalated": _escalated,
    "escalation_acknowledged": lambda d: _("somebody is on it"),
    "taken_over": lambda d: _("taken over"),
    "deescalated": lambda d: (
        _("de-escalated: %(reason)s") % {"reason": retold(str(d.get("reason", "")))}
    ),
    "paged": lambda d: _("systems outside asked to ring somebody"),
    "delay_owed": lambda d: _("our delay added to the offer"),
    "offer_drafted": _money(_l("offer drafted")),
    "offer_redrafted": _money(_l("offer worked out anew")),
    "offer_adjusted": lambda d: _("%(title)s adjusted") % {"title": d.get("title") or _("offer")},
    "offer_sent": _money(_l("offer sent")),
    "offer_granted": _money(_l("granted because we were late")),
    "offer_accepted": lambda d: (
        _("offer accepted in part") if d.get("part") else _("offer accepted")
    ),
    "offer_declined": lambda d: _("offer declined"),
    "offer_expired": lambda d: _("offer ran out"),
    "offer_withdrawn": lambda d: _("offer taken back"),
    "offer_superseded": lambda d: _("offer replaced"),
    "exception_requested": _money(_l("exception asked for")),
    "exception_decided": lambda d: _DECIDED.get(str(d.get("decision")), _("exception decided")),
    "exception_half_approved": _then(_l("one said yes to the exception"), "words"),
    "exception_yes_withdrawn": _then(_l("a yes to the exception taken back"), "words"),
    "exception_moved_up": _then(_l("exception"), "words"),
    "exception_reopened": _then(_l("exception open again"), "words"),
    "exception_asked_back": lambda d: (
        _("asked back: %(question)s") % {"question": d.get("question", "")}
    ),
    "exception_answered": _then(_l("question answered"), "words"),
    "exception_withdrawn": lambda d: _("exception withdrawn"),
    "refusal_sent": lambda d: _("refused, with reasons"),
    "remedy_granted": _money(_l("granted")),
    "remedy_fulfilled": _money(_l("delivered")),
    "remedy_late": _money(_l("promised and not there by its date")),
    "remedy_failed": _money(_l("could not be delivered")),
    "remedy_cancelled": _money(_l("taken back")),
    "survey_planned": lambda d: _("survey planned"),
    "survey_sent": lambda d: _("survey sent"),
    "survey_cancelled": lambda d: _("survey called off"),
    "survey_expired": lambda d: _("survey not answered"),
    "answer_received": _answer,
    "followup_opened": lambda d: _("follow-up opened: %(why)s") % {"why": d.get("why", "")},
    "followup_closed": lambda d: _("followed up: %(result)s") % {"result": d.get("result", "")},
    "kudos_given": lambda d: _("kudos given"),
    "idea_suggested": lambda d: _("idea: %(title)s") % {"title": d.get("title", "")},
    "idea_answered": lambda d: (
        _("idea answered: %(title)s, %(status)s")
        % {"title": d.get("title", ""), "status": _IDEAS.get(str(d.get("status")), "")}
    ),
    "mail_sent": lambda d: _("mail sent: %(subject)s") % {"subject": d.get("subject", "")},
    "outbox_dead": lambda d: (
        _("%(kind)s could not be delivered") % {"kind": d.get("kind") or _("message")}
    ),
    "outbox_retried": lambda d: _("%(kind)s tried again") % {"kind": d.get("kind") or _("message")},
    "machine_mail_received": lambda d: (
        _("automatic mail came: %(subject)s") % {"subject": d.get("subject", "")}
    ),
    "remedy_recorded": lambda d: _("remedy of the past recorded"),
}


def event_words(event: Event) -> str:
    """One event in a few words, without its actor; an unknown type by its own name."""
    words = _WORDS.get(event.type)
    if words is not None:
        return words(event.data)
    said = event.data.get("words") or event.data.get("summary")
    plain = event.type.replace("_", " ")
    return f"{plain}: {said}" if said else plain


_SHORT = Spoken(
    {
        "deadlines_set": _l("clocks started"),
        "deadlines_met": _l("promises kept"),
        "deadlines_cancelled": _l("clocks ended"),
        "deadlines_paused": _l("clocks paused"),
        "deadlines_resumed": _l("clocks resumed"),
        "deadlines_moved": _l("dates moved"),
        "deadline_warned": _l("due soon"),
        "deadline_breached": _l("deadline missed"),
        "escalated": _l("escalated"),
        "facts_set": _l("facts noted"),
        "point_decided": _l("a point decided"),
        "promise_made": _l("promise made"),
        "snoozed": _l("put aside"),
        "snooze_ended": _l("back in the queue"),
        "assigned": _l("owner found"),
        "handed_over": _l("handed over"),
        "assignment_undone": _l("given back"),
    }
)


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
    told = {"count": len(events), "when": views[-1].when, "kinds": ", ".join(kinds[:3])}
    if len(kinds) > 3:
        said = _("%(count)s events, %(when)s: %(kinds)s and %(more)s more")
        return EventsView(said % {**told, "more": len(kinds) - 3}, views)
    return EventsView(_("%(count)s events, %(when)s: %(kinds)s") % told, views)
