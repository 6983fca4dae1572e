"""Which facts of a ticket that is split are true of which part.

A sum is worked out from facts, and would be offered twice where both parts had them. So what is
counted (money, numbers, lengths of time) stays, unless whoever splits says otherwise; what names a
thing or a moment (an account, when it was reported) is true of both.
"""

from collections.abc import Mapping
from typing import Any

from tickets.catalogue import Entry
from tickets.change import Change
from tickets.errors import FactUnknown, Invalid
from tickets.rules import EventType, FactKind, FactShare

#: Facts that sums are worked out from.
COUNTED = frozenset({FactKind.MONEY, FactKind.NUMBER, FactKind.DURATION})


def usual_share(name: str, *, old: Entry, new: Entry) -> FactShare:
    """Where a fact goes if nobody says: with the category that asks for it, where only one does;
    else it stays where it is counted, and is in both otherwise."""
    if name not in new.facts:
        return FactShare.HERE
    if name not in old.facts:
        return FactShare.THERE
    return FactShare.HERE if new.facts[name].kind in COUNTED else FactShare.BOTH


def divide(
    facts: Mapping[str, Any], chosen: Mapping[str, str], *, old: Entry, new: Entry
) -> dict[str, FactShare]:
    """Where each fact goes: as `chosen` by name, else as usual.

    Raises `Invalid` for what is no fact of the ticket or no share, `FactUnknown` for one that the
    category of the new ticket has no place for.
    """
    shares = {name: usual_share(name, old=old, new=new) for name in facts}
    for name, share in chosen.items():
        if name not in facts:
            raise Invalid(
                "“{name}” is no fact of this ticket.", name=name[:60], field=f"facts.{name[:60]}"
            )
        if share not in set(FactShare):
            raise Invalid("A fact is here, there, or in both.", field=f"facts.{name}")
        if share != FactShare.HERE and name not in new.facts:
            known = ", ".join(sorted(new.facts)) or "none"
            raise FactUnknown(name=name, known=known, field=f"facts.{name}")
        shares[name] = FactShare(share)
    return shares


def going(facts: Mapping[str, Any], shares: Mapping[str, FactShare]) -> dict[str, Any]:
    """The facts of the new ticket."""
    return {name: value for name, value in facts.items() if shares[name] != FactShare.HERE}


def leave(giver: Change, shares: Mapping[str, FactShare], *, old: Entry, to: str) -> None:
    """Take away from the old ticket what is true of the new one alone, as a change of facts."""
    gone = sorted(name for name, share in shares.items() if share == FactShare.THERE)
    if giver.put("facts", dict.fromkeys(gone)):
        labels = [old.facts[name].label if name in old.facts else name for name in gone]
        giver.record(EventType.FACTS_SET, data={"names": gone, "labels": labels, "to": to})
