"""Packs of published rules on the command line: list, show, install."""

import datetime as dt
from collections.abc import Iterator

from escalation.law.regimes import pack, pack_names
from escalation.services.defaults import ensure_defaults


def shown(name: str) -> Iterator[str]:
    """Every pack, or the rules of one with their sources. Raises LookupError for none."""
    if not name:
        yield from (f"{each.key:32}{each.name}" for each in map(pack, pack_names()))
        return
    chosen = pack(name)
    yield f"{chosen.name} ({', '.join(chosen.regimes)})"
    for provision in chosen.provisions:
        yield f"\n{provision.clock}: {provision.law.words()}"
        yield f"  {provision.words}"
        yield f"  {provision.source} [{provision.basis}]"
    if chosen.installs:
        yield f"\nInstalls: {', '.join(chosen.installs)}"


def install(name: str, *, now: dt.datetime) -> Iterator[str]:
    """Add the calendars and policies of a pack that are not there yet.

    Raises LookupError where there is no such pack or it brings only rules to look up, and
    ValidationError for one with mistakes.
    """
    chosen = pack(name)
    if not chosen.installs:
        raise LookupError(f"{name} brings rules to look up, and nothing to install: --show.")
    added = ensure_defaults(now=now, pack=name)
    yield f"{added} added of: {', '.join(chosen.installs)}"
    if chosen.provisions:
        yield "A policy of law waits in the admin: say whom it is for, and activate it."
