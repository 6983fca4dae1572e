"""Published rules of law as data: the packs of `escalation/packs`, read into values. Pure.

A pack holds the rules of one regime, each with its clock, its words, its source and on what it
rests; and where a desk can live by them, the calendars and deadline policies that it installs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from escalation.law.rules import Law
from escalation.law.text import rule
from escalation.reading import only, words, wrong

PACKS = Path(__file__).resolve().parent.parent / "packs"
#: On what a rule rests: read again in its source, part of it, or known and not read again.
BASES = ("re-read", "mixed", "general knowledge")
#: What a pack may install, and what one of it is called.
KINDS = {"calendars": "calendar", "paths": "path", "policies": "policy"}
KEYS = {"name", "regimes", "calendar", "rules", *KINDS}


@dataclass(frozen=True, slots=True)
class Provision:
    """One clock of a regime: how long it is, in whose words, and where that is written."""

    clock: str
    names: frozenset[str]
    words: str
    law: Law
    source: str
    basis: str
    #: How it may be extended, as a policy writes it; None where the regime says nothing of it.
    extension: Mapping[str, Any] | str | None = None
    #: The rule of the clock that is this one with its extension.
    longest: Law | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of a regime, and what a desk installs to live by them."""

    key: str
    name: str
    regimes: tuple[str, ...]
    calendar: str
    provisions: tuple[Provision, ...]
    installs: tuple[str, ...]

    def provision(self, clock: str) -> Provision | None:
        """The rule of a clock, by its name or another name of it."""
        return next((p for p in self.provisions if clock in p.names), None)


def pack_names() -> list[str]:
    """Names of all packs, in order."""
    return sorted(path.stem for path in PACKS.glob("*.yaml"))


@lru_cache(maxsize=128)
def pack(name: str) -> Pack:
    """The pack of that name. Raises PolicyInvalid, naming the place, and LookupError for none."""
    if name not in pack_names():
        raise LookupError(f"There is no pack {name!r}.")
    return read_pack(yaml.safe_load((PACKS / f"{name}.yaml").read_text(encoding="utf-8")), key=name)


def pack_of(regime: str) -> Pack | None:
    """The pack that holds a regime."""
    return next((p for p in map(pack, pack_names()) if regime in p.regimes), None)


def read_pack(data: Any, *, key: str) -> Pack:
    """Read a pack from its data. Raises PolicyInvalid, naming the place."""
    if not isinstance(data, Mapping):
        raise wrong(key, "a pack is a mapping")
    only(data, KEYS, key)
    rules = data.get("rules", [])
    provisions = tuple(_provision(item, f"{key}.rules[{i}]") for i, item in enumerate(rules))
    provisions = tuple(_joined(one, provisions, f"{key}.rules") for one in provisions)
    seen: set[str] = set()
    for index, provision in enumerate(provisions):
        if twice := seen & provision.names:
            raise wrong(f"{key}.rules[{index}].clock", f"{min(twice)} stands there twice")
        seen |= provision.names
    return Pack(
        key=key,
        name=str(data.get("name", key)),
        regimes=tuple(words(data.get("regimes", []), f"{key}.regimes")),
        calendar=str(data.get("calendar", "")),
        provisions=provisions,
        installs=tuple(
            f"{KINDS[kind]} {item['key']}" for kind in KINDS for item in data.get(kind, [])
        ),
    )


def _provision(item: Any, where: str) -> Provision:
    if not isinstance(item, Mapping):
        raise wrong(where, "a rule is a mapping")
    only(item, {"clock", "also", "words", "within", "source", "basis", "extension"}, where)
    for name in ("clock", "words", "within", "source", "basis"):
        if not item.get(name):
            raise wrong(f"{where}.{name}", "every rule says it")
    if item["basis"] not in BASES:
        raise wrong(f"{where}.basis", f"one of {', '.join(BASES)}")
    return Provision(
        clock=str(item["clock"]),
        names=frozenset([str(item["clock"]), *words(item.get("also", []), f"{where}.also")]),
        words=str(item["words"]).strip(),
        law=Law(rule(item["within"], f"{where}.within")),
        source=str(item["source"]),
        basis=str(item["basis"]),
        extension=item.get("extension"),
    )


def _joined(one: Provision, every: tuple[Provision, ...], where: str) -> Provision:
    """A rule with that of its extension: `extension: {clock: response_extended, letter: …}`."""
    if not isinstance(one.extension, Mapping) or "clock" not in one.extension:
        return one
    name = one.extension["clock"]
    other = next((each for each in every if name in each.names), None)
    if other is None:
        raise wrong(f"{where}.{one.clock}.extension.clock", f"{name} is none of its clocks")
    rest = {key: value for key, value in one.extension.items() if key != "clock"}
    return replace(one, extension=rest, longest=other.law)


def provision_of(data: Mapping[str, Any], where: str) -> Provision:
    """The rule that `{pack: fca-disp, clock: final_response}` names. Raises PolicyInvalid."""
    only(data, {"pack", "clock"}, where)
    try:
        chosen = pack(str(data["pack"]))
    except LookupError:
        raise wrong(f"{where}.pack", f"one of {', '.join(pack_names())}") from None
    found = chosen.provision(str(data.get("clock", "")))
    if found is None:
        names = ", ".join(provision.clock for provision in chosen.provisions) or "it has none"
        raise wrong(f"{where}.clock", f"one of {names}")
    return found
