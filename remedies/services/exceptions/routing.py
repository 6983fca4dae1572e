"""Who is asked to decide: the route of a request, telling people, and the next ones in turn."""

from collections.abc import Callable, Sequence

from remedies.errors import NobodyDecides
from remedies.levels import levels, levels_by_key, people_of, stand_in
from remedies.models import ExceptionRequest, OfferComponent, Refusal
from remedies.rules.language.draft import ComponentKind
from remedies.rules.routing import Level, route, told_first
from remedies.rules.states import DECIDED, UNDECIDED, RemedyEvent
from remedies.services.authorities import asked_of, used_on
from remedies.services.exceptions.plans import planned
from tickets.change import Change
from tickets.models import TicketPerson, User
from tickets.money import Money
from tickets.rules import PersonRelation
from tickets.saying import Kept, Phrase

#: Why others are asked, as it is kept.
NOT_IN_TIME = Kept("not decided in time, so {who} are asked")


def at_stake(
    change: Change, row: ExceptionRequest, parts: Sequence[OfferComponent], *, key: str
) -> int:
    """What is given on the ticket beyond law and loss with the sums under `key`, in minor units:
    with what was granted and promised before, so that small requests are no way round a level."""
    wanted, _ = planned(row.offer, parts, row.items, key=key, reason="")
    used = used_on(
        change.ticket, currency=row.currency, periods=set(), now=change.now, besides=row.offer
    )
    before = sum(used.ticket.values(), 0)
    return before + sum(one.ours for one in asked_of(wanted))


def kinds_of(row: ExceptionRequest) -> frozenset[ComponentKind]:
    """The kinds of which the request asks for more than stands in the draft; else of all."""
    more = [item for item in row.items if (item["asked"] or 0) != (item["policy"] or 0)]
    return frozenset(ComponentKind(item["kind"]) for item in more or row.items)


def route_of(change: Change, row: ExceptionRequest, amount: int) -> tuple[Level, ...]:
    """The levels that may decide about so much, lowest first."""
    return route(
        levels(),
        amount,
        kinds=kinds_of(row),
        currency=row.currency,
        team=change.ticket.team_id,
    )


def begin_route(
    change: Change, row: ExceptionRequest, parts: Sequence[OfferComponent]
) -> list[Level]:
    """Say on the request who may decide it; returns the levels to tell at once.

    Raises `NobodyDecides` where no level reaches so far, or nobody of them may.
    """
    row.at_stake = at_stake(change, row, parts, key="asked")
    fit = route_of(change, row, row.at_stake)
    seated = people_of(fit, change.ticket) if fit else {}
    who = eligible(change, row)
    able = [{u.pk for u in seated.get(level.id, ()) if who(u.pk)} for level in fit]
    first = told_first(fit, able)
    if not first:
        raise NobodyDecides(amount=Money(row.at_stake, row.currency).said(), field="amounts")
    row.route = [level.id for level in fit]
    row.told = [level.id for level in first]
    return list(first)


def eligible(change: Change, row: ExceptionRequest) -> Callable[[int], bool]:
    """Whether somebody may decide the request if he has a level for it: not the requester, nor
    who decided on the ticket before, nor whom it complains about; of a confidential ticket its
    owner and those named on it. One query."""
    ticket = change.ticket
    out = {row.requester_id, *earlier_deciders(change, row)}
    people = dict(TicketPerson.objects.filter(ticket=ticket.pk).values_list("user_id", "relation"))
    about, named = PersonRelation.COMPLAINED_ABOUT.value, PersonRelation.NAMED.value

    def may(user: int) -> bool:
        if user in out or people.get(user) == about:
            return False
        return not ticket.confidential or user == ticket.owner_id or people.get(user) == named

    return may


def earlier_deciders(change: Change, row: ExceptionRequest) -> set[int]:
    """Those who decided another exception of the ticket, or refused it. A decision that was taken
    back, or lost its ground with the sums it was about, is none."""
    decided = {
        other.decider_id
        for other in change.all(ExceptionRequest)
        if other.pk != row.pk and other.status in DECIDED and other.decider_id is not None
    }
    refused = {no.refused_by_id for no in change.all(Refusal) if no.refused_by_id is not None}
    return decided | refused


def tell(
    change: Change,
    row: ExceptionRequest,
    to: Sequence[Level],
    *,
    text: Phrase | None = None,
    key: str = "",
) -> list[User]:
    """Alert those who decide at these levels; for one who is away his substitute. Returns whom."""
    may = eligible(change, row)
    told: dict[int, User] = {}
    for people in people_of(to, change.ticket).values() if to else ():
        for user in people:
            person = stand_in(user, now=change.now)
            if may(person.pk):
                told[person.pk] = person
    said = text or Phrase(
        "{name} asks for an exception on {number}",
        name=row.requester.name,
        number=change.ticket.number,
    )
    for person in told.values():
        change.alert(person, key=key or f"exception:{row.pk}", text=said)
    return list(told.values())


def tell_all(
    change: Change, row: ExceptionRequest, *, text: Phrase | None = None, key: str = ""
) -> None:
    """Alert everybody who was asked to decide so far."""
    tell(change, row, levels_by_key(row.told), text=text, key=key)


def move_up(change: Change, exception_id: int) -> bool:
    """Nobody decided in time: the next level is asked as well. Returns whether there is one."""
    row = next((e for e in change.all(ExceptionRequest) if e.pk == exception_id), None)
    if row is None or row.status not in UNDECIDED:
        return False
    rest = [key for key in row.route if key not in row.told]
    after = next(iter(levels_by_key(rest)), None)
    if after is None:
        return False
    row.told = [*row.told, after.id]
    change.save(row, "told")
    number = change.ticket.number
    told = tell(
        change,
        row,
        [after],
        text=Phrase(
            "Nobody decided the exception on {number} in time; now it is yours", number=number
        ),
        key=f"exception:{row.pk}:{after.id}",
    )
    change.record(
        RemedyEvent.EXCEPTION_MOVED_UP,
        data={
            "exception": row.pk,
            "level": after.name,
            "told": [person.name for person in told],
            "words": NOT_IN_TIME(who=after.name),
        },
        changes={f"exceptions.{row.pk}.told": (row.told[:-1], row.told)},
    )
    return True
