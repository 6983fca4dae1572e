"""A row becomes a record that is complete and in order, or says which field is at fault."""

import datetime as dt
from typing import Any

import pytest

from integrations.importing.mapping import parse_mapping
from integrations.importing.reading import Reject, Row
from integrations.importing.records import Record, record_of, slug_of
from tickets.money import Money

NOW = dt.datetime(2026, 11, 24, 11, 18, tzinfo=dt.UTC)

RAW: dict[str, Any] = {
    "source": "shop",
    "time_zone": "Europe/Berlin",
    "currency": "EUR",
    "id": "ref",
    "customer": {"name": "who", "email": "mail", "since": "since"},
    "ticket": {
        "body": {"first": ["told", {"template": "{about}: {detail}"}]},
        "channel": {"column": "via", "values": {"Web": "form", "": "phone"}},
        "tags": "tags",
        "loss": "cost",
        "confidential": "secret",
    },
    "category": "about",
    "received": {"column": "came", "formats": ["iso", "%d.%m.%Y %H:%M", "epoch"]},
    "resolved": "solved",
    "closed": {"column": "ended", "time": "17:00", "unless": {"state": ["open", "new"]}},
    "outcome": {
        "column": "state",
        "values": {"won": "upheld", "lost": "not_upheld"},
        "default": None,
    },
    "remedy": {
        "kind": {"column": "state", "values": {"won": "refund"}, "default": None},
        "amount": "paid",
        "currency": "paid_in",
    },
}
MAPPING = parse_mapping(RAW, kind="csv")


def at(*parts: int) -> dt.datetime:
    """A moment in UTC."""
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[misc,arg-type]


GOOD = {
    "ref": "7",
    "who": "Ines Calloway",
    "mail": "ines@example.org",
    "told": "It broke.",
    "about": "Café & Bar",
    "came": "2026-03-02T09:30:00",
    "ended": "2026-03-09",
    "state": "won",
    "paid": "12.50",
}


def read(**over: Any) -> Record | Reject:
    """What a row with these cells becomes."""
    return record_of(Row(2, GOOD | over), MAPPING, now=NOW)


def good(**over: Any) -> Record:
    """The same, and it is a record."""
    found = read(**over)
    assert isinstance(found, Record), found
    return found


def test_a_row_becomes_a_record_in_utc_and_minor_units() -> None:
    record = good()

    assert record.received == dt.datetime(2026, 3, 2, 8, 30, tzinfo=dt.UTC)
    assert record.closed == record.resolved == dt.datetime(2026, 3, 9, 16, tzinfo=dt.UTC)
    assert (record.category, record.category_name) == ("cafe-bar", "Café & Bar")
    assert (record.channel, record.outcome) == ("phone", "upheld")
    assert record.remedy is not None
    assert record.remedy.money == Money(1250, "EUR")
    assert record.remedy.at == record.closed


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-07-01T12:00:00", at(2026, 7, 1, 10)),
        ("2026-07-01T12:00:00Z", at(2026, 7, 1, 12)),
        ("2026-07-01T12:00:00-05:00", at(2026, 7, 1, 17)),
        ("2026-07-01", at(2026, 6, 30, 22)),
        ("01.07.2026 12:00", at(2026, 7, 1, 10)),
        ("1782907200", at(2026, 7, 1, 12)),
        (1782907200, at(2026, 7, 1, 12)),
        # The hour that is there twice: the first of the two is meant.
        ("2026-10-25T02:30:00", at(2026, 10, 25, 0, 30)),
    ],
)
def test_moments_in_many_forms(text: Any, moment: dt.datetime) -> None:
    assert good(came=text, ended="").received == moment


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ({"ref": ""}, "id", "missing"),
        ({"ref": "x" * 121}, "id", "invalid"),
        ({"who": " "}, "customer.name", "missing"),
        ({"since": "soon"}, "customer.since", "invalid"),
        ({"told": "", "about": "", "detail": ""}, "body", "missing"),
        ({"about": "!!!"}, "category", "missing"),
        ({"via": "Owl"}, "ticket.channel", "invalid"),
        ({"came": ""}, "received", "missing"),
        ({"came": "yesterday"}, "received", "invalid"),
        ({"came": "2026-13-01"}, "received", "invalid"),
        ({"came": "99999999999999"}, "received", "invalid"),
        ({"came": True}, "received", "invalid"),
        ({"came": "2026-12-24T00:00:00"}, "received", "in_the_future"),
        ({"came": "1800-01-01"}, "received", "invalid"),
        ({"ended": "2027-01-01"}, "closed", "in_the_future"),
        ({"ended": "2026-03-01"}, "closed", "invalid"),
        ({"solved": "2026-03-20"}, "resolved", "invalid"),
        ({"paid": "a lot"}, "remedy.amount", "invalid"),
        ({"paid": "12.505"}, "remedy.amount", "invalid"),
        ({"paid": "-1"}, "remedy.amount", "invalid"),
        ({"paid": "NaN"}, "remedy.amount", "invalid"),
        ({"paid": ["12"]}, "remedy.amount", "invalid"),
        ({"paid_in": "BTC"}, "remedy.amount", "currency_unknown"),
        ({"cost": "1e99"}, "loss", "invalid"),
        ({"tags": 5}, "tags", "invalid"),
        ({"secret": "perhaps"}, "confidential", "invalid"),
        ({"who": {"first": "Ines"}}, "customer.name", "invalid"),
    ],
)
def test_what_is_wrong_with_a_row_is_named(cells: dict[str, Any], field: str, code: str) -> None:
    found = read(**cells)

    assert isinstance(found, Reject), found
    assert (found.line, found.field, found.code) == (2, field, code)
    assert found.reason
    if field != "id":
        assert found.id == "7"


def test_a_condition_leaves_a_moment_out() -> None:
    record = good(state="open")

    assert record.closed is None
    assert record.resolved is None
    assert record.remedy is None


def test_a_template_leaves_no_crumbs_of_empty_columns() -> None:
    assert good(told="", about="Delay", detail="").body == "Delay"
    assert good(told="", about="Delay", detail="3 h").body == "Delay: 3 h"


def test_nothing_paid_is_a_remedy_without_an_amount() -> None:
    record = good(paid="0.00")

    assert record.remedy is not None
    assert record.remedy.money is None


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Tow Truck Company", "tow-truck-company"),
        ("Secondhand Dealer [General]", "secondhand-dealer-general"),
        ("Bait & Switch", "bait-switch"),
        ("Ärger mit Übergröße", "arger-mit-ubergroe"),
        ("x" * 80, "x" * 60),
        ("—", ""),
    ],
)
def test_a_key_for_a_category(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_a_moment_that_is_reckoned_beyond_all_years_is_refused() -> None:
    mapping = parse_mapping(RAW | {"closed": {"column": "ended", "plus": "99999 d"}}, kind="csv")

    found = record_of(Row(2, GOOD | {"ended": "9990-01-01"}), mapping, now=NOW)

    assert isinstance(found, Reject)
    assert (found.field, found.code) == ("closed", "invalid")
