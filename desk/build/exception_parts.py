"""What an exception's case shows beside the sums: why it is one, who decides, what it costs."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext

from desk.glyphs import MeterView
from desk.words import day_words, listed, moment_words, money_words
from remedies.access import may_decide
from remedies.levels import levels_by_key
from remedies.models import ExceptionRequest, Refusal, RuleProposal
from remedies.rules.grounds import Ground, told_of
from remedies.rules.routing import BUILT_IN, Level, Who
from remedies.rules.states import DECIDED, ExceptionStatus
from remedies.services.exceptions.weighing import Weighing
from tickets.access import Principal
from tickets.models import Attachment
from tickets.saying import retold

GROUNDS = {
    Ground.POLICY: gettext_lazy("Above policy"),
    Ground.AUTHORITY: gettext_lazy("Above authority"),
    Ground.EXCLUSION: gettext_lazy("Against an exclusion"),
}


_DECIDED: dict[str, str | Promise] = {
    ExceptionStatus.APPROVED.value: gettext_lazy("%(name)s approved it %(when)s: “%(reason)s”"),
    ExceptionStatus.AMENDED.value: gettext_lazy(
        "%(name)s approved it with %(total)s %(when)s: “%(reason)s”"
    ),
    ExceptionStatus.DECLINED.value: gettext_lazy("%(name)s declined it %(when)s: “%(reason)s”"),
}


@dataclass(frozen=True, slots=True)
class GroundView:
    """One reason why it is an exception."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class VoiceView:
    """Somebody who said yes already."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class FileView:
    """A file that shows it."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class RuleNote:
    """That the exception is becoming the rule."""

    words: str
    url: str


def grounds_of(row: ExceptionRequest) -> tuple[GroundView, ...]:
    """Why it needs somebody above, as it was when it was asked for; the limits are the asker's."""
    name = row.requester.get_short_name()
    return tuple(
        GroundView(str(GROUNDS[Ground(one["ground"])]), told_of(one["words"], name))
        for one in row.because or ()
    )


def voices_of(row: ExceptionRequest) -> tuple[VoiceView, ...]:
    """Who said yes and whose yes stands. Reads what was prefetched."""
    found = []
    for yes in row.approvals.all():
        if yes.void_at is not None:
            continue
        told = {"total": money_words(yes.total, row.currency), "reason": yes.reason}
        words = gettext("said yes to %(total)s: “%(reason)s”") % told
        if yes.stands_in_for:
            told["name"] = yes.stands_in_for.get_short_name()
            words = gettext("said yes for %(name)s to %(total)s: “%(reason)s”") % told
        found.append(VoiceView(yes.user.get_short_name(), words))
    return tuple(found)


def needed_words(row: ExceptionRequest) -> str:
    """Who decides it: "2 supervisors of the team, or a manager"."""
    told = [level for level in levels_by_key(row.route) if level.id in row.told]
    return gettext(", or ").join(_deciders(level) for level in told)


def _deciders(level: Level) -> str:
    """Whose yes it takes: by their part where it says who they are, else by the level's name."""
    needed, name = level.needed, retold(level.name)
    if level.who == Who.SUPERVISORS:
        words = ngettext("a supervisor of the team", "%(count)s supervisors of the team", needed)
    elif level in BUILT_IN and level.who == Who.MANAGERS:
        words = ngettext("a manager", "%(count)s managers", needed)
    elif level in BUILT_IN:
        words = ngettext("an administrator", "%(count)s administrators", needed)
    elif needed == 1 and level.who in (Who.MANAGERS, Who.ADMINS):
        return name
    else:
        words = ngettext("one of %(name)s", "%(count)s of %(name)s", needed)
    return words % {"count": needed, "name": name}


def after_words(row: ExceptionRequest) -> str:
    """Who is asked next where nobody decides in time; "" where nobody is above."""
    rest = [key for key in row.route if key not in row.told]
    after = next(iter(levels_by_key(rest)), None)
    return gettext("then %(name)s") % {"name": _deciders(after)} if after is not None else ""


def files_of(row: ExceptionRequest) -> tuple[FileView, ...]:
    """The files of the ticket that show it. One query, none where there are none."""
    if not row.attachments:
        return ()
    files = Attachment.objects.filter(pk__in=row.attachments, ticket=row.ticket_id)
    return tuple(FileView(one.name, f"/desk/files/{one.pk}/") for one in files)


def why_not(row: ExceptionRequest, who: Principal) -> str:
    """Why the reader can't decide it, in words; "" where he can."""
    user = who.user
    if user is None or not may_decide(who, row):
        names = listed([retold(level.name) for level in levels_by_key(row.told)])
        return (
            gettext("%(names)s decide this.") % {"names": names}
            if names
            else gettext("A supervisor of the team decides this.")
        )
    if user.pk == row.requester_id:
        return gettext("Nobody decides his own request. A supervisor of the team does.")
    if any(y.user_id == user.pk and y.void_at is None for y in row.approvals.all()):
        return gettext("You said yes. Another person has to as well.")
    decided = ExceptionRequest.objects.filter(
        ticket=row.ticket_id, decider=user, status__in=[status.value for status in DECIDED]
    ).exclude(pk=row.pk)
    if decided.exists() or Refusal.objects.filter(ticket=row.ticket_id, refused_by=user).exists():
        return gettext("You decided on this ticket before. Another person decides this one.")
    return ""


def decided_words(row: ExceptionRequest, *, now: dt.datetime, zone: ZoneInfo) -> str:
    """Who decided it, when and why; "" while it waits or where nobody did."""
    said = _DECIDED.get(row.status)
    if said is None or row.decider is None or row.decided_at is None:
        return ""
    told = {
        "name": row.decider.get_short_name(),
        "when": moment_words(row.decided_at, now=now, zone=zone),
        "total": money_words(row.decided_total or 0, row.currency),
        "reason": row.decision_reason,
    }
    return str(said) % told


def cost_meters(row: ExceptionRequest, weighed: Weighing) -> tuple[MeterView, ...]:
    """The budgets that it comes from: those of the ticket's team in this period."""
    more = weighed.more
    found = []
    for pot in weighed.budgets:
        whole, left = max(pot.amount, 1), pot.amount - pot.used - more
        limit = money_words(pot.amount, row.currency)
        said = money_words(abs(left), row.currency)
        rest = (
            gettext("left of %(limit)s") % {"limit": limit}
            if left >= 0
            else gettext("over %(limit)s") % {"limit": limit}
        )
        found.append(
            MeterView(pot.label, said, rest, pot.used / whole, more / whole, over=left < 0)
        )
    return tuple(found)


def rule_note(found: RuleProposal | None) -> RuleNote | None:
    """The changed rule that Amends proposes for exceptions like this one."""
    if found is None:
        return None
    cost = money_words(found.more, found.currency)
    days = (found.looked_at - found.since).days
    words = ngettext(
        "%(approved)s of %(decided)s like it were approved, %(cost)s beyond the rule in "
        "%(days)s day.",
        "%(approved)s of %(decided)s like it were approved, %(cost)s beyond the rule in "
        "%(days)s days.",
        days,
    ) % {"approved": found.approved, "decided": found.decided, "cost": cost, "days": days}
    return RuleNote(words, f"/desk/exceptions/rules/{found.pk}/")


def paid_words(row: ExceptionRequest, *, now: dt.datetime, zone: ZoneInfo) -> str:
    """What happens after a yes: by when the sums are paid where the policy says it."""
    days = [part.pay_within_days for part in row.offer.components.all() if part.pay_within_days]
    if not days:
        return ""
    by = day_words(now + dt.timedelta(days=max(days)), now=now, zone=zone)
    return gettext("Once accepted, it is paid by %(day)s.") % {"day": by}


def total_now(row: ExceptionRequest, voices: Sequence[VoiceView]) -> int:
    """What a yes comes to: what the first one said yes to, else what was asked for."""
    if not voices:
        return row.asked_total
    return sum(item["decided"] or 0 for item in row.items)
