"""Policies that are nearly right: packs with a part taken out, moved, or put in the wrong place."""

import json
import random
from pathlib import Path
from typing import Any

from remedies.rules.language.source import plain, read_source

PACKS = sorted((Path(__file__).parents[3] / "remedies" / "packs").glob("*.yaml"))
REHEARSED = sorted((Path(__file__).parents[2] / "data" / "policies").glob("*/*.yaml"))
SOURCES = [path.read_text(encoding="utf-8") for path in (*PACKS, *REHEARSED)]
DATA = [plain(read_source(text).data) for text in SOURCES]
JUNK: list[Any] = [
    None, True, False, 0, -1, 0.1, 10**18, 10**400, "", " ", "nan", "inf", "1e99", "missing", "now",
    "today", "currency", "pain", "price", "x" * 300, "yes", "open", "2026-02-30", "12:30", "\u2028",
    "3 h", [], {}, [[]], [None], {"": 1}, {"fact": "pain"}, {"fact": "pain", "is": []},
    {"percent": 5, "of": {"percent": 5, "of": 3}}, {"table": "pain", "rows": []}, [1, [2, [3]]],
    {"when": {}}, {"rule": None}, {"not": {"not": "now"}}, {"amount": {"amount": {"amount": 1}}},
    {"interest_on": 5, "from": "today", "to": "today", "rates": [{}]}, {"days_from": 1, "to": 2},
    {"count_of": ["x"]}, {"moment_of": "today", "at": "25:00"}, {"value": []}, {"minor": 1},
    {"each": 1, "per": []}, {"matrix": [1, 2], "columns": [], "rows": []}, {"tiers": 1, "bands": 3},
]  # fmt: skip


def places(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a tree of data."""
    found = [path]
    inner: Any = part.items() if isinstance(part, dict) else ()
    for key, value in enumerate(part) if isinstance(part, list) else inner:
        found += places(value, (*path, key))
    return found


def at(data: Any, path: tuple[Any, ...]) -> Any:
    """What stands at a place."""
    for key in path:
        data = data[key]
    return data


def mutated(chance: random.Random) -> str:
    """A shipped or tried policy with one to four things wrong, as JSON (which is YAML too)."""
    data = json.loads(json.dumps(chance.choice(DATA)))
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        every = places(data)[1:]
        rules = [path for path in every if path[0] != "cases"]
        path = chance.choice((rules if chance.random() < 0.9 else every) or [()])
        if not path:
            continue
        around, key = at(data, path[:-1]), path[-1]
        how = chance.randrange(8)
        if how == 0:
            del around[key]
        elif how == 1 and isinstance(around, dict):
            words = ["at_least", "gives", "when", "fact", "of", "amount", "rule", f"{key}s"]
            around[chance.choice(words)] = around.pop(key)
        elif how == 2:
            around[key] = json.loads(json.dumps(at(data, chance.choice(places(data)))))
        elif how == 3:
            around[key] = [around[key]]
        elif how == 4:
            around[key] = {chance.choice(["amount", "not", "any", "fact", "value"]): around[key]}
        elif how == 5 and isinstance(around, list):
            around.append(json.loads(json.dumps(around[key])))
        else:
            around[key] = json.loads(json.dumps(chance.choice(JUNK)))
    return json.dumps(data)


def any_facts(chance: random.Random, names: list[str]) -> dict[str, Any]:
    """Facts of any kind at all, some of them right."""
    values: list[Any] = [
        *JUNK, 1, 3, 59, 60, 120, 180, 1500, "49.99", "2024-02-29", "2025-06-01", "delay", True,
        {"minor": 4999, "currency": "EUR"}, {"amount": "1e3", "currency": "GBP"}, float("nan"),
        float("inf"), ["2024-01-01"], [1, 2], "2026-03-29T01:30:00+00:00", b"x", object(), {1: 2},
        {"weekend": ["sat"], "holidays": ["2024-04-01"]}, {"weekend": 5}, 10**30, "P9999999999W",
    ]  # fmt: skip
    return {name: chance.choice(values) for name in names if chance.random() < 0.8}
