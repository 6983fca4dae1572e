"""What a tally says, in sentences. Pure."""

from collections.abc import Iterable
from decimal import Decimal

from remedies.rules.checks.comparing import BANDS, Tally
from remedies.rules.language.words import money
from remedies.rules.retelling import told
from tickets.money import Money, said_count
from tickets.saying import gettext, ngettext


def signed(minor: int, currency: str) -> str:
    """A difference: +£1,940.00, −£20.00, or £0.00."""
    if not minor:
        return Money(0, currency).said()
    return f"{'+' if minor > 0 else '−'}{Money(abs(minor), currency).said()}"


def finding(tally: Tally) -> str:
    """The whole in a few sentences: how many, how many change, what it costs, exceptions."""
    if not tally.looked_at:
        return gettext("No complaint came in during this time.")
    many = _tickets(tally.looked_at)
    if not tally.concerned:
        words = gettext("%(tickets)s, and none of them falls under what the draft changes.")
        return words % {"tickets": many}
    if not tally.changed:
        return gettext("%(tickets)s, and none would have got anything else.") % {"tickets": many}
    cost = _listed([signed(line.delta, key) for key, line in sorted(tally.totals.items())])
    changes = ngettext("%(count)s changes", "%(count)s change", tally.changed)
    return f"{many}, {changes % {'count': said_count(tally.changed)}}, {cost}. {exceptions(tally)}"


def exceptions(tally: Tally) -> str:
    """How many offers a rep could not have granted alone, now and then."""
    now, then = tally.beyond_now, tally.beyond_then
    if now == then == 0:
        return gettext("None would need an exception.")
    if now == then:
        return gettext("Exceptions stay at %(count)s.") % {"count": said_count(now)}
    words = gettext("Exceptions rise from %(now)s to %(then)s.")
    if then < now:
        words = gettext("Exceptions fall from %(now)s to %(then)s.")
    return words % {"now": said_count(now), "then": said_count(then)}


def notes(tally: Tally) -> list[str]:
    """What should be known beside it."""
    found = []
    if 0 < tally.concerned < tally.looked_at:
        words = gettext("%(tickets)s fall under what the draft changes.")
        found.append(words % {"tickets": _tickets(tally.concerned)})
    if tally.less:
        words = gettext("%(tickets)s would have got less.")
        found.append(words % {"tickets": _tickets(tally.less)})
    if tally.unreadable:
        words = gettext(
            "%(tickets)s left out: their facts can't be read by both policies, "
            "or they pay in different currencies."
        )
        found.append(words % {"tickets": _tickets(tally.unreadable)})
    return found


def size_words(band: int, currency: str) -> str:
    """ "nothing", "to £10", "to £25" …, "above £1,000"."""
    if band == 0:
        return gettext("nothing")
    if band == len(BANDS):
        return gettext("above %(sum)s") % {"sum": _whole(BANDS[-1], currency)}
    return gettext("to %(sum)s") % {"sum": _whole(BANDS[band], currency)}


def _whole(major: int, currency: str) -> str:
    return told(money(Decimal(major), currency))


def _tickets(count: int) -> str:
    words = ngettext("%(count)s ticket", "%(count)s tickets", count)
    return words % {"count": said_count(count)}


def _listed(parts: Iterable[str]) -> str:
    listed = list(parts)
    last = gettext("and")
    return f" {last} ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)
