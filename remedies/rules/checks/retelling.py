"""What a tally says, in sentences. Pure."""

from collections.abc import Iterable
from decimal import Decimal

from remedies.rules.checks.comparing import BANDS, Tally
from remedies.rules.language.words import money
from tickets.money import words


def signed(minor: int, currency: str) -> str:
    """A difference: +£1,940.00, −£20.00, or £0.00."""
    if not minor:
        return words(0, currency)
    return f"{'+' if minor > 0 else '−'}{words(abs(minor), currency)}"


def finding(tally: Tally) -> str:
    """The whole in a few sentences: how many, how many change, what it costs, exceptions."""
    if not tally.looked_at:
        return "No complaint came in during this time."
    many = _tickets(tally.looked_at)
    if not tally.concerned:
        return f"{many}, and none of them falls under what the draft changes."
    if not tally.changed:
        return f"{many}, and none would have got anything else."
    cost = _listed([signed(line.delta, key) for key, line in sorted(tally.totals.items())])
    change = "1 changes" if tally.changed == 1 else f"{tally.changed:,} change"
    return f"{many}, {change}, {cost}. {exceptions(tally)}"


def exceptions(tally: Tally) -> str:
    """How many offers a rep could not have granted alone, now and then."""
    now, then = tally.beyond_now, tally.beyond_then
    if now == then == 0:
        return "None would need an exception."
    if now == then:
        return f"Exceptions stay at {now:,}."
    return f"Exceptions {'fall' if then < now else 'rise'} from {now:,} to {then:,}."


def notes(tally: Tally) -> list[str]:
    """What should be known beside it."""
    found = []
    if 0 < tally.concerned < tally.looked_at:
        found.append(f"{_tickets(tally.concerned)} fall under what the draft changes.")
    if tally.less:
        found.append(f"{_tickets(tally.less)} would have got less.")
    if tally.unreadable:
        found.append(
            f"{_tickets(tally.unreadable)} left out: their facts can't be read by both policies, "
            "or they pay in different currencies."
        )
    return found


def size_words(band: int, currency: str) -> str:
    """ "nothing", "to £10", "to £25" …, "above £1,000"."""
    if band == 0:
        return "nothing"
    if band == len(BANDS):
        return f"above {_whole(BANDS[-1], currency)}"
    return f"to {_whole(BANDS[band], currency)}"


def _whole(major: int, currency: str) -> str:
    return money(Decimal(major), currency)


def _tickets(count: int) -> str:
    return f"{count:,} ticket{'' if count == 1 else 's'}"


def _listed(parts: Iterable[str]) -> str:
    listed = list(parts)
    return " and ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)
