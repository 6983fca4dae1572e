"""What Linden brought over from the desk it had before: complaints of the year before this one.

They come as every import does, in one batch, so that two hundred of them take a second or two.
Dealt out the same every time: each of the newer customers complained once, some of them again.
"""

import datetime as dt
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from desk.demo.content import ContentInvalid, Shopper, newcomers, read, shoppers
from desk.demo.moments import Moments
from integrations.importing.loading import Loader, load_rows
from integrations.importing.mapping import parse_mapping
from integrations.importing.reading import Reject, Row

SEED = 19940611
#: They were brought over so long ago; the oldest and the youngest had come so many days ago.
BROUGHT = dt.timedelta(days=192)
DAYS = (540, 220)
#: So many customers of those who complained came again, each with two more.
AGAIN = 18
#: Of customers who have a story on this desk, so many had one before.
KNOWN = 16


def bring_over(moments: Moments) -> int:
    """Import them all; returns how many. Raises `ContentInvalid` for one that is refused."""
    mapping = parse_mapping(read("earlier")["mapping"], kind="jsonl")
    rows: list[Row | Reject] = list(_rows(moments))
    outcome = load_rows(Loader(mapping, now=moments.now - BROUGHT), rows)
    if outcome.rejects:
        first = outcome.rejects[0]
        raise ContentInvalid(f"earlier.yaml: {first.id}: {first.field}: {first.reason}")
    return outcome.imported


def _rows(moments: Moments) -> Iterator[Row]:
    chance = random.Random(SEED)  # noqa: S311 - the same demo every time
    data = read("earlier")
    who = newcomers()
    again = [each for each in chance.sample(who, AGAIN) for _ in range(2)]
    known = chance.sample([each for each in shoppers() if each not in who], KNOWN)
    everyone = [*who, *again, *known]
    chance.shuffle(everyone)
    oldest, youngest = DAYS
    for at, shopper in enumerate(everyone):
        days = round(oldest - (oldest - youngest) * at / len(everyone))
        kinds = data["languages"].get(shopper.language) or data["about"]
        values = _complaint(chance, chance.choice(kinds), shopper, data["places"])
        came = moments.today - dt.timedelta(days=days)
        yield Row(at + 1, {"ref": f"L-{20000 + at}", **values, **_days(chance, came)})


def _complaint(
    chance: random.Random, kind: Mapping[str, Any], who: Shopper, places: Sequence[str]
) -> dict[str, Any]:
    told = chance.choice(kind["says"]).format(
        day=chance.choice(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")),
        month=chance.choice(("March", "April", "May", "June", "July")),
        hour=chance.choice(("eight", "nine", "one", "six")),
        hours=chance.randint(3, 6),
        days=chance.randint(2, 9),
        place=chance.choice(places),
    )
    paid = chance.choice(kind["paid"]) if kind["result"] != "not_upheld" else 0
    return {
        "who": {"name": who.name, "email": who.email},
        "told": told,
        "about": kind["subject"],
        "via": chance.choice(kind["via"]),
        "lang": who.language if who.language in {"de", "fr", "es"} else "en",
        "kind": kind["kind"],
        "answer": kind["answer"],
        "result": kind["result"],
        "finding": kind["finding"],
        "paid": f"{paid}.00" if paid else "",
    }


def _days(chance: random.Random, came: dt.date) -> dict[str, str]:
    """When it came, was seen, answered, settled and closed: at daytime of the days of the week."""
    came -= dt.timedelta(days=max(came.weekday() - 4, 0))

    def at(after: int, hour: int) -> str:
        day = came + dt.timedelta(days=after)
        day += dt.timedelta(days=max(7 - day.weekday(), 0) if day.weekday() > 4 else 0)
        return f"{day:%Y-%m-%d}T{hour:02}:{chance.randint(0, 59):02}:00"

    answered = chance.choice((1, 1, 2, 4))
    settled = answered + chance.choice((2, 3, 5, 9))
    return {
        "came": at(0, chance.randint(8, 10)),
        "seen": at(0, chance.randint(11, 13)),
        "replied": at(answered, 14),
        "ended": at(settled, 15),
        "shut": at(settled + 7, 16),
    }
