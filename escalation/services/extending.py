"""What a policy says of extensions, enforced: how far, how often, with which letter."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from escalation.clock import Days
from escalation.errors import DeadlinePassed, ExtensionRefused
from escalation.law.limits import dated, extends, longest
from escalation.law.rules import Law
from escalation.models import Deadline, Extension
from escalation.policies.kinds import Kind
from escalation.services.clocks import Clocks
from tickets import services as desk
from tickets.actors import Actor
from tickets.languages import speaking
from tickets.models import Message, Ticket
from tickets.rules import Channel
from tickets.saying import spelled
from tickets.services.texts import needed

#: Promises among ourselves: to extend one, nobody has to write to the customer.
INTERNAL = frozenset({Kind.APPROVE.value, Kind.FOLLOW_UP.value})


def check_extension(clocks: Clocks, row: Deadline, to: dt.datetime, *, now: dt.datetime) -> None:
    """Whether the policy allows the date.

    Raises `DeadlinePassed` where it is missed, `ExtensionRefused`, saying what is allowed, where
    the date is not later, too late, or was moved often enough.
    """
    _check_not_missed(clocks, row, now=now)
    if to <= row.due_at or to <= now:
        raise ExtensionRefused(why=_("the new date is not later"), field="to")
    latest, most = _latest(clocks, row)
    if to > latest:
        # On a page by the reader's clock, as he typed the date; in UTC over the API.
        local = localtime(latest)
        words = f"{spelled(local, _('%a %-d %b %Y, %H:%M'))} {local:%Z}"
        told = {"most": most, "latest": words}
        why = _("it is more than %(most)s; %(latest)s is the latest") % told
        raise ExtensionRefused(why=why, field="to")


def latest_date(clocks: Clocks, row: Deadline, *, now: dt.datetime) -> dt.datetime:
    """The latest date to which it can be extended. Raises `DeadlinePassed`, and `ExtensionRefused`
    where no date would do."""
    _check_not_missed(clocks, row, now=now)
    return _latest(clocks, row)[0]


def _check_not_missed(clocks: Clocks, row: Deadline, *, now: dt.datetime) -> None:
    breach = clocks.clock_of(row).at(now).breach_at()
    if row.breached_at is not None or (breach is not None and breach < now):
        raise DeadlinePassed


def _latest(clocks: Clocks, row: Deadline) -> tuple[dt.datetime, str]:
    """How far the policy lets it go, and that length in words. Raises `ExtensionRefused` where it
    was moved often enough."""
    target = clocks.target_of(row)
    rule = target.extension
    before = list(Extension.objects.filter(deadline=row).order_by("pk"))
    if len(before) >= rule.times:
        raise ExtensionRefused(why=rule.times_words(), field="to")
    calendar = clocks.setup.calendar_for(clocks.version_of(row), target, clocks.ticket.team_id)
    law, most = target.length, rule.longest_words()
    latest = rule.latest(calendar, before[0].due_before if before else row.due_at)
    latest = date_meant(clocks, row, latest)
    law = rule.up_to or (law if isinstance(law, Law) and extends(law) else None)
    if rule.at_most is None and law is not None:
        # The published rule says how far, counted as it counts.
        law, most = law.given(clocks.ticket.facts), _("its rule allows")
        latest = longest(law, calendar, row.started_at)
    return latest, most


def date_meant(clocks: Clocks, row: Deadline, to: dt.datetime) -> dt.datetime:
    """The instant that a later date means for this promise: what a rule of law limits ends with its
    day, and is moved from a day without work, as the rule says; else it is what was said."""
    target = clocks.target_of(row)
    calendar = clocks.setup.calendar_for(clocks.version_of(row), target, clocks.ticket.team_id)
    if isinstance(target.length, Law):
        return dated(target.length, calendar, to)
    if isinstance(target.length, Days) and target.statutory and target.length.end_of_day:
        return calendar.close_of_day(calendar.local(to).date())
    return to


def tell_customer(
    clocks: Clocks,
    row: Deadline,
    letter: str,
    *,
    before: dt.datetime,
    to: dt.datetime,
    reason: str,
    actor: Actor,
    now: dt.datetime,
) -> Message | None:
    """Write to the customer: the letter given, as it is, or that of the policy where none is.

    The policy's names the new date, in his own time zone, and the reason. A letter that puts a
    promise off does not keep it, whatever else it keeps. Raises `Missing` where there is no letter.
    Promises among ourselves are not written about.
    """
    if row.kind in INTERNAL:
        return None
    ticket = clocks.ticket
    with speaking(ticket.language):
        blanks = _blanks(ticket, before=before, to=to, reason=reason)
    usual = clocks.target_of(row).extension.letter
    body = letter.strip() or (usual.format(**blanks) if usual else "")
    body = needed(body, what=_("the letter that tells the customer"), field="letter", limit=20_000)
    return desk.reply(
        ticket,
        body=body,
        channel=Channel.EMAIL,
        puts_off=(row.kind, row.subject),
        actor=actor,
        now=now,
    )


def _blanks(ticket: Ticket, *, before: dt.datetime, to: dt.datetime, reason: str) -> dict[str, str]:
    zone = ZoneInfo(ticket.customer.time_zone or "UTC")
    return {
        "name": ticket.customer.name,
        "number": ticket.number,
        "subject": ticket.subject,
        "due": _words(to, zone),
        "before": _words(before, zone),
        "reason": reason,
    }


def _words(moment: dt.datetime, zone: ZoneInfo) -> str:
    """A moment as a letter says it: "Friday 27 November 2026, 12:00 (London)"."""
    local = moment.astimezone(zone)
    place = zone.key.rpartition("/")[2].replace("_", " ")
    return spelled(local, _("%A %-d %B %Y, %H:%M")) + f" ({place})"
