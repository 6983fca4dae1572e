"""What the measured complaints say: made up, the same in every run, of the length of real ones."""

import csv
import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

#: The moment around which the filled tables lie.
EPOCH = dt.datetime(2026, 6, 1, 9, 0, tzinfo=dt.UTC)

_OPENINGS = (
    "Our broadband went down on the 9th and nobody could tell us why.",
    "The engineer was booked twice and came neither time.",
    "I was charged for a month in which nothing worked.",
    "The bill has a fee on it that no one had mentioned to me.",
    "The parcel was marked as delivered, and it was not.",
    "My flight left four hours late and we missed the last train home.",
)
_DETAILS = (
    "I rang on three days and explained it from the start each time.",
    "My partner works from home and lost two days of pay.",
    "We had to buy mobile data, which cost more than the line does in a month.",
    "I was told that somebody would call back within the day.",
    "Nobody called.",
    "The chat ended by itself when I asked for a name.",
    "I have the reference that I was given, and the dates of all my calls.",
    "My mother is 83 and depends on the alarm that runs over this line.",
    "I have been a customer for eleven years and never complained before.",
    "What I want is that it works, and that I am not charged for the time it did not.",
)
_NAMES = ("Ines", "Omar", "Ruth", "Tom", "Priya", "Lena", "Jack", "Mei", "Karl", "Aoife")
_FAMILIES = ("Calloway", "Okafor", "Lindqvist", "Marsh", "Iyer", "Brandt", "Doyle", "Ferro")
_COMPANIES = ("Harbour Bank", "Northgate Credit", "Alder & Finch", "Meridian Cards", "Oakline")
_PRODUCTS = (
    ("Credit card", "General-purpose card", "Problem with a purchase", "Card was charged twice"),
    ("Mortgage", "Conventional mortgage", "Trouble during payment", "Payment not credited"),
    ("Checking account", "Current account", "Managing an account", "Fee charged"),
    ("Debt collection", "Medical debt", "Attempts to collect", "Debt is not yours"),
)
_RESPONSES = (
    "Closed with explanation",
    "Closed with non-monetary relief",
    "Closed with monetary relief",
    "In progress",
)
#: The columns of the CFPB's public file, in its order.
CFPB_COLUMNS = (
    "complaint_id", "received", "sent_to_company", "product", "sub_product", "issue", "sub_issue",
    "narrative", "company", "company_public_response", "company_response", "timely", "disputed",
    "state", "zip3", "tags", "submitted_via", "consent",
)  # fmt: skip


def subject(number: int) -> str:
    """The matter in one line."""
    return _OPENINGS[number % len(_OPENINGS)].rstrip(".")[:90]


def story(number: int, *, sentences: int = 5) -> str:
    """What somebody tells: an opening and some of the details, about 70 characters each."""
    chance = random.Random(number)
    return " ".join([_OPENINGS[number % len(_OPENINGS)], *chance.sample(_DETAILS, sentences - 1)])


def person(number: int) -> tuple[str, str]:
    """A name and an e-mail address of its own."""
    first = _NAMES[number % len(_NAMES)]
    family = _FAMILIES[number // len(_NAMES) % len(_FAMILIES)]
    return f"{first} {family}", f"{first}.{family}.{number}@example.org".lower()


def cfpb_rows(count: int, *, first: int = 0) -> Iterator[dict[str, str]]:
    """Complaints as the CFPB publishes them; a third of them tell a story."""
    for number in range(first, first + count):
        chance = random.Random(number)
        product, sub_product, issue, sub_issue = chance.choice(_PRODUCTS)
        received = dt.date(2019, 1, 1) + dt.timedelta(days=chance.randrange(700))
        sent = received + dt.timedelta(days=chance.choice((0, 0, 0, 1, 3)))
        told = number % 3 == 0
        values = (
            str(9_000_000 + number), received.isoformat(), sent.isoformat(), product, sub_product,
            issue, sub_issue, story(number, sentences=9) if told else "",
            chance.choice(_COMPANIES), "", chance.choice(_RESPONSES),
            chance.choice(("1", "1", "1", "0")), "", chance.choice(("NY", "CA", "TX", "FL")),
            str(chance.randrange(100, 999)), chance.choice(("", "", "Older American")), "Web",
            "Consent provided" if told else "Other",
        )  # fmt: skip
        yield dict(zip(CFPB_COLUMNS, values, strict=True))


def write_cfpb(path: Path, count: int, *, first: int = 0) -> None:
    """A CSV file of `count` complaints. Other `first`, other complaints."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, CFPB_COLUMNS)
        writer.writeheader()
        writer.writerows(cfpb_rows(count, first=first))
