"""Rows of the board of clocks: whose, how late, and what the escalation path does next."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, gettext_lazy, ngettext

from desk.build.clocks import clock_of
from desk.build.events import kind_words
from desk.build.people import avatar
from desk.glyphs import AvatarView, ClockView, LoadView, PainView, PathView
from desk.late import Load, TeamLoad
from desk.sharing import Proposal, Share
from desk.words import day_words, listed, short_moment_words
from escalation.models import Deadline
from escalation.people import directory
from escalation.plan import BREACH, RESUME
from escalation.policies.kinds import Kind
from escalation.policies.paths import Path
from escalation.services.setup import setup
from tickets.access import Principal, may
from tickets.models import Ticket

_WHO = {
    "owner": gettext_lazy("its owner"),
    "lead": gettext_lazy("the lead"),
    "supervisors": gettext_lazy("supervisors"),
    "team": gettext_lazy("the team"),
    "rota": gettext_lazy("whoever is on duty"),
}


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One clock on the board."""

    id: int
    number: str
    url: str
    kind: str
    customer: str
    matter: str
    clock: ClockView
    pain: PainView | None
    owner: AvatarView
    owner_name: str
    path: PathView
    why: str
    acknowledged: bool
    mine: bool
    #: Whether the reader may act on it, or only look.
    may: bool


def board_row(deadline: Deadline, *, who: Principal, now: dt.datetime, zone: ZoneInfo) -> BoardRow:
    """One deadline as a row; reads ticket, customer and owner, so select them."""
    ticket = deadline.ticket
    kind = kind_words(deadline.kind)
    owner = ticket.owner
    return BoardRow(
        id=deadline.pk,
        number=ticket.number,
        url=f"/desk/tickets/{ticket.number}/",
        kind=kind[:1].upper() + kind[1:],
        customer=ticket.customer.name,
        matter=ticket.subject,
        clock=clock_of(deadline, now=now, zone=zone),
        pain=PainView(ticket.pain) if ticket.pain else None,
        owner=avatar(owner),
        owner_name=owner.get_short_name() if owner else gettext("Nobody"),
        path=path_view(deadline, now=now, zone=zone),
        why=_why(ticket, now=now, zone=zone),
        acknowledged=deadline.acknowledged_at is not None,
        mine=owner is not None and owner == who.user,
        may=may(who, "work", ticket),
    )


def path_view(deadline: Deadline, *, now: dt.datetime, zone: ZoneInfo) -> PathView:
    """The steps of the path that are taken, and the next one with its time."""
    path = _path_of(deadline)
    total = len(path.steps) if path else 0
    taken = sum(1 for key in deadline.steps_taken if key.startswith("path:"))
    if deadline.acknowledged_by is not None:
        name = deadline.acknowledged_by.get_short_name()
        return PathView(
            taken, total, gettext("%(name)s is on it") % {"name": name}, acknowledged=True
        )
    if deadline.next_at is None:
        return PathView(taken, total, gettext("nothing further"))
    when = short_moment_words(deadline.next_at, now=now, zone=zone)
    key = deadline.next_step
    if key.startswith(RESUME):
        return PathView(taken, total, gettext("resumes by itself %(when)s") % {"when": when})
    if key == BREACH:
        return PathView(taken, total, gettext("%(when)s it is missed") % {"when": when})
    if key.startswith("warn"):
        owner = deadline.ticket.owner
        return PathView(
            taken,
            total,
            gettext("%(when)s reminder to %(owner)s")
            % {"when": when, "owner": owner.get_short_name() if owner else gettext("the team")},
        )
    return PathView(
        taken,
        total,
        gettext("%(when)s to %(who)s")
        % {"when": when, "who": _told(path, key, deadline.ticket, deadline.next_at)},
    )


def _path_of(deadline: Deadline) -> Path | None:
    known = setup()
    version = known.versions.get(deadline.policy_id)
    target = version.policy.by_kind.get(Kind(deadline.kind)) if version else None
    return known.path_for(target) if target else None


def _told(path: Path | None, key: str, ticket: Ticket, at: dt.datetime) -> str:
    """Names of those whom a step tells, or what the path calls them."""
    step = next((step for step in path.steps if step.when.key == key), None) if path else None
    if step is None:
        return gettext("the next step")
    people = directory()
    names = [
        people.people[pk].get_short_name()
        for word in step.to
        for pk in people.called(word, ticket, at=at)
        if pk in people.people
    ]
    words = list(dict.fromkeys(names)) or [str(_WHO.get(word, word)) for word in step.to]
    told = listed(words)
    if len(words) > 3:
        shown = {"names": ", ".join(words[:2]), "count": len(words) - 2}
        told = gettext("%(names)s and %(count)s more") % shown
    return (
        gettext("%(told)s, then another owner") % {"told": told}
        if "reassign" in step.actions
        else told
    )


def _why(ticket: Ticket, *, now: dt.datetime, zone: ZoneInfo) -> str:
    owner = ticket.owner
    if owner is None:
        return gettext("Nobody owns it.")
    if not owner.is_away(now):
        return ""
    told = {"name": owner.get_short_name()}
    words = gettext("%(name)s is away.") % told
    if owner.away_until:
        told["day"] = day_words(owner.away_until, now=now, zone=zone)
        words = gettext("%(name)s is away to %(day)s.") % told
    if owner.substitute is None:
        return words
    stands_in = gettext("%(name)s stands in.") % {"name": owner.substitute.get_short_name()}
    return f"{words} {stands_in}"


def load_view(
    load: Load,
    *,
    most: float,
    now: dt.datetime,
    zone: ZoneInfo,
    answers: float | None = None,
) -> LoadView:
    """A person's clocks of today as a bar; `most` is what fills it, and `answers` what one can
    answer in the hours left."""
    whole = max(most, 1)
    away = ""
    if load.user is not None and load.user.is_away(now):
        until = load.user.away_until
        away = gettext("away")
        if until:
            away = gettext("away to %(day)s") % {"day": day_words(until, now=now, zone=zone)}
        if load.user.substitute is not None:
            told = {"away": away, "name": load.user.substitute.get_short_name()}
            away = gettext("%(away)s, %(name)s stands in") % told
    return LoadView(
        who=avatar(load.user),
        words=str(load.due) if load.due else gettext("none"),
        late_words=gettext("%(late)s late") % {"late": load.late} if load.late else "",
        late=load.late / whole,
        due=(load.due - load.late) / whole,
        room=None if answers is None or load.user is None or away else answers / whole,
        away=away,
    )


def team_load_view(load: TeamLoad, *, most: int) -> LoadView:
    """A team's clocks of today as a bar, with how many of its people are away."""
    whole = max(most, 1)
    told = {"away": load.away, "people": load.people}
    return LoadView(
        who=None,
        name=load.team.name,
        words=str(load.due) if load.due else gettext("none"),
        late_words=gettext("%(late)s late") % {"late": load.late} if load.late else "",
        late=load.late / whole,
        due=(load.due - load.late) / whole,
        away=gettext("%(away)s of %(people)s away") % told if load.away else "",
    )


@dataclass(frozen=True, slots=True)
class ShareView:
    """What one person would get: names of customers, and what the form sends."""

    name: str
    customers: str
    given: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProposalView:
    """The proposal to share out what nobody owns, in words."""

    lead: str
    words: str
    button: str
    shares: tuple[ShareView, ...]


def proposal_view(found: Proposal, *, now: dt.datetime, zone: ZoneInfo) -> ProposalView:
    """Who would get what, and why."""
    told = {
        "count": found.count,
        "when": short_moment_words(found.first_due, now=now, zone=zone),
    }
    words = ngettext(
        "%(count)s ticket with a clock of today has no owner. Its clock: %(when)s.",
        "%(count)s tickets with a clock of today have no owner. The first clock: %(when)s.",
        found.count,
    )
    one = found.shares[0].person.get_short_name() if len(found.shares) == 1 else ""
    if one:
        button = ngettext("Give it to %(name)s", "Give all %(count)s to %(name)s", found.count)
    else:
        button = gettext("Share them out")
    return ProposalView(
        lead=_room_words(found.shares),
        words=words % told,
        button=button % {"name": one, "count": found.count},
        shares=tuple(
            ShareView(
                share.person.name,
                listed([ticket.customer.name for ticket in share.tickets]),
                tuple(f"{ticket.number}:{share.person.pk}" for ticket in share.tickets),
            )
            for share in found.shares
        ),
    )


def _room_words(shares: tuple[Share, ...]) -> str:
    """Why these people."""
    most = max(shares, key=lambda share: share.room or 0)
    name = most.person.get_short_name()
    if most.on_duty:
        return gettext("%(name)s is on duty.") % {"name": name}
    if most.room is None:
        return gettext("%(name)s has least to do today.") % {"name": name}
    if most.room == 0:
        return gettext("Nobody has room left today; %(name)s has least to do.") % {"name": name}
    words = ngettext("%(name)s has room for one.", "%(name)s has room for %(count)s.", most.room)
    return words % {"name": name, "count": most.room}
