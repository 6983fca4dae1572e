"""Lists of records: each record by itself, by group, by the day; what is missing, and slips."""
# ruff: noqa: E501 - tables

import datetime as dt
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remedies.errors import FactWrong, PolicyInvalid
from remedies.rules import OfferDraft, evaluate, load_policy

NOW = dt.datetime(2026, 11, 24, 11, 18, tzinfo=dt.UTC)
HEAD = """policy: p
currency: EUR
facts:
  rate: {type: money, default: 10}
  plain: {type: list, items: number, default: []}
  list:
    type: list
    items:
      what: {type: choice, choices: [a, b, c]}
      day: date
      end: date
      n: {type: number, at_least: 0, at_most: 1000, default: 1}
      late: duration
      paid: yes_no
"""
JULY = dt.date(2026, 7, 1)


def day(number: int) -> str:
    return (JULY + dt.timedelta(number - 1)).isoformat()


def given_by(form: str, records: list[dict[str, Any]], **facts: Any) -> OfferDraft:
    """What a policy of one rule gives for these records."""
    policy = load_policy(f"{HEAD}rules:\n  - {{rule: A, gives: credit, amount: {form}}}\n")
    told = {"list": records, **facts}
    draft = evaluate(policy, told, now=NOW)
    bare = evaluate(policy, told, now=NOW, explained=False)
    assert (draft.total, draft.missing) == (bare.total, bare.missing)
    return draft


TWO = [
    {"what": "a", "day": day(1), "end": day(4), "n": 60},
    {"what": "b", "day": day(4), "end": day(5), "n": 70},
]
SAME_DAY = [{"day": day(1), "n": 5}, {"day": day(2), "n": 7}, {"day": day(1), "n": 9}]


@pytest.mark.parametrize(
    ("form", "records", "sum_"),
    [
        ("{sum_over: list, of: {each: 2, per: n}}", SAME_DAY, 42),
        ("{sum_over: list, of: {each: rate, per: n}}", SAME_DAY, 210),
        ("{sum_over: list, of: {each: 2, per: n}, when: {fact: n, at_least: 7}}", SAME_DAY, 32),
        ("{sum_over: list, of: {each: 2, per: n}, each_at_most: 12}", SAME_DAY, 34),
        ("{sum_over: list, by: day, of: {each: 1, per: n}, each_at_most: 10}", SAME_DAY, 17),
        ("{sum_over: list, by: day, greatest: {each: 1, per: n}}", SAME_DAY, 16),
        ("{sum_over: list, by: day, least: {each: 1, per: n}}", SAME_DAY, 12),
        ("{sum_over: list, by: {month_of: day}, greatest: {each: 1, per: n}}", SAME_DAY, 9),
        ("{greatest_over: list, of: {each: 1, per: n}}", SAME_DAY, 9),
        ("{least_over: list, of: {each: 1, per: n}}", SAME_DAY, 5),
        ("{greatest_over: list, by: day, of: {each: 1, per: n}}", SAME_DAY, 14),
        ("{greatest_over: list, of: {each: 1, per: n}, else: 3}", [], 3),
        ("{each: 1, per: {count_over: list}}", SAME_DAY, 3),
        ("{each: 1, per: {count_over: list, by: day}}", SAME_DAY, 2),
        ("{each: 1, per: {count_of: list}}", SAME_DAY, 3),
        # 1 to 5 July: the fourth has both.
        ("{each: 1, per: {count_over: list, each_day: {from: day, to: end}}}", TWO, 5),
        (
            "{each: 1, per: {count_over: list, each_day: {from: day, to: end, first: not_counted}}}",
            TWO,
            4,
        ),
        (
            "{each: 1, per: {count_over: list, each_day: {from: day, to: end, last: not_counted}}}",
            TWO,
            4,
        ),
        # 3 × 60 + 130 + 70, and the fourth at most 100.
        ("{each: 1, per: {sum_over: list, each_day: {from: day, to: end}, of: n}}", TWO, 380),
        (
            "{each: 1, per: {sum_over: list, each_day: {from: day, to: end}, of: n, each_at_most: 100}}",
            TWO,
            350,
        ),
        ("{each: 1, per: {sum_over: list, each_day: {from: day, to: end}, greatest: n}}", TWO, 320),
        ("{each: 1, per: {greatest_over: list, each_day: {from: day, to: end}, of: n}}", TWO, 130),
        (
            "{each: 1, per: {days_from: {least_over: list, of: day}, to: {greatest_over: list, of: end}}}",
            TWO,
            4,
        ),
        # A record without a word of its own is 1.
        ("{sum_over: list, of: {each: 2, per: n}}", [{}, {}], 4),
        # What does not count need not be known.
        (
            "{sum_over: list, of: {choose: [{when: paid, gives: {each: 1, per: {minutes_in: late}}}], else: 5}}",
            [{"paid": False}, {"paid": True, "late": 30}],
            35,
        ),
    ],
)
def test_a_form_over_records_gives(form: str, records: list[dict[str, Any]], sum_: int) -> None:
    assert given_by(form, records).total == sum_ * 100


def test_each_day_is_told_with_those_that_were_there() -> None:
    form = "{percent: {sum_over: list, each_day: {from: day, to: end}, of: n, each_at_most: 100}, of: rate}"
    (step,) = given_by(form, TWO).components[0].steps
    assert step == (
        "1 July 2026 to 3 July 2026: a: 60, on 3 days 180; 4 July 2026: a: 60 + b: 70 = 130, "
        "at most 100; 5 July 2026: b: 70; together: 350 % of €10 = €35"
    )


def test_a_field_that_matters_and_is_missing_is_asked_for_under_its_list() -> None:
    form = "{sum_over: list, of: {each: 1, per: {minutes_in: late}}, when: {not: paid}}"
    draft = given_by(form, [{"paid": True}, {"paid": False}])
    assert [(one.name, one.rules) for one in draft.missing] == [("list", ("A",))]
    assert draft.not_applied[0].reason == "we don't know yet: list (late of no. 2)"
    assert given_by(form, [{"paid": True}, {"paid": False, "late": 3}]).total == 300


def test_a_record_that_gives_nothing_is_named() -> None:
    form = "{sum_over: list, of: {table: n, rows: [{at_most: 5, gives: 1}]}}"
    draft = given_by(form, [{"what": "a", "n": 3}, {"what": "b", "n": 9}])
    assert draft.not_applied[0].reason.startswith("b: ")


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ("x", "should be a list"),
        (["x"], "is wrong in record 1: it should be a mapping with what, day, end, n, late, paid"),
        ([{}, {"tld": 1}], "is wrong in record 2: it has no field tld; its fields are what, day"),
        ([{"day": "soon"}], "is wrong in record 1: day should be a date such as 2026-04-01"),
        ([{"what": "d"}], "is wrong in record 1: what should be one of a, b, c"),
        ([{"n": 1001}], "is wrong in record 1: n should be 1000 at most"),
        ([{}] * 1001, "should have 1,000 records at most, and has 1,001"),
    ],
)
def test_a_wrong_record_is_told_with_its_number_and_field(records: Any, said: str) -> None:
    with pytest.raises(FactWrong) as error:
        given_by("{sum_over: list, of: {each: 1, per: n}}", records)
    assert said in error.value.message


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("{sum_over: list, of: {each: 1, per: m}}", "No value is named m."),
        ("{sum_over: lst, of: 3}", "Did you mean list?"),
        ("{sum_over: plain, of: 3}", "plain holds single values; write {sum_of: plain}."),
        ("{sum_of: list}", "list holds records; write {sum_over: list, of: …}."),
        (
            "{greater_of: plain}",
            "greater_of takes values one by one; of a list it is {greatest_of: plain}.",
        ),
        ("{lesser_of: list}", "of a list it is {least_over: list, of: …}."),
        ("{each: 1, per: n}", "No value is named n. It is a field of list"),
        ("{sum_over: list}", "One of these words is needed."),
        ("{sum_over: list, of: 1, greatest: 2}", "One of these words is needed."),
        ("{sum_over: list, greatest: {each: 1, per: n}}", "say by what they are grouped: by."),
        (
            "{sum_over: list, of: 1, by: day, each_day: {from: day, to: end}}",
            "can't stand side by side",
        ),
        ("{sum_over: list, of: 1, each_day: {from: day}}", "each_day needs to"),
        ("{sum_over: list, of: 1, each_day: {from: day, to: n}}", "a date is needed"),
        ("{sum_over: list, of: {sum_over: list, of: 1}}", "can't be gone through for each record"),
        (
            "{sum_over: list, of: {each: 1, per: {count_of: plain}}}",
            "can't be gone through for each record",
        ),
        (
            "{each: 1, per: {sum_over: list, of: {sum_over: list, of: n}}}",
            "Work it out as a value.",
        ),
        ("{sum_over: list, of: 1, group_by: day}", "Did you mean by?"),
        ("{share_of: rate, among: 3}", "share_of needs place beside it."),
    ],
)
def test_a_slip_is_answered_with_how_it_is_written(form: str, said: str) -> None:
    with pytest.raises(PolicyInvalid) as error:
        given_by(form, [])
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ("{l: {type: list, items: {a: list}}}", "A field of a record holds a single value."),
        ("{l: {type: list, items: {a: numbr}}}", "Did you mean number?"),
        ("{l: {type: list, items: {a: {type: number, ask: how}}}}", "A field knows no ask."),
        ("{l: {type: list, items: {}}}", "Each record needs a field"),
        ("{l: {type: number, items: {a: number}}}", "Only a list has items."),
        (
            "{a: number, l: {type: list, items: {a: number}}}",
            "a is a fact as well; give this field another name.",
        ),
        ("{l: {type: list, items: {now: number}}}", "now always means that of the evaluation"),
        (
            "{l: {type: list, items: {a: number}, default: [{b: 1}]}}",
            "The default is wrong in record 1: it has no field b",
        ),
    ],
)
def test_a_wrong_field_is_told(facts: str, said: str) -> None:
    with pytest.raises(PolicyInvalid) as error:
        load_policy(
            f"policy: p\ncurrency: EUR\nfacts: {facts}\nrules:\n  - {{rule: A, gives: credit, amount: 1}}\n"
        )
    assert said in str(error.value)


SPANS = st.lists(st.tuples(st.integers(1, 40), st.integers(-3, 12), st.integers(0, 90)), max_size=8)


@settings(max_examples=150, deadline=None)
@given(SPANS, st.integers(1, 150))
def test_days_in_runs_come_to_what_days_one_by_one_do(
    spans: list[tuple[int, int, int]], limit: int
) -> None:
    records = [{"day": day(start), "end": day(start + more), "n": n} for start, more, n in spans]
    form = f"{{each: 1, per: {{sum_over: list, each_day: {{from: day, to: end}}, of: n, each_at_most: {limit}}}}}"
    by_hand = sum(
        min(sum(n for start, more, n in spans if start <= one <= start + more), limit)
        for one in range(1, 60)
    )
    assert given_by(form, records).total == by_hand * 100


def test_a_thousand_records_are_worked_out_quickly() -> None:
    # Each begins a day later and ends a day earlier than the one before: 1999 days, of which the
    # first four and the last four have fewer than five.
    records = [{"day": day(n), "end": day(2000 - n), "n": 1} for n in range(1, 1001)]
    form = (
        "{each: 1, per: {sum_over: list, each_day: {from: day, to: end}, of: n, each_at_most: 5}}"
    )
    began = time.process_time()
    draft = given_by(form, records)
    assert draft.total == (2 * (1 + 2 + 3 + 4) + 5 * 1991) * 100
    assert time.process_time() - began < 10


@settings(max_examples=100, deadline=None)
@given(st.decimals(0, 10**6, places=2), st.integers(1, 20))
def test_shares_together_are_the_sum(total: Decimal, among: int) -> None:
    shares = [
        given_by(
            "{share_of: rate, among: " + f"{among}, place: {place}" + "}", [], rate=total
        ).total
        for place in range(1, among + 1)
    ]
    assert sum(shares) == int(total * 100)
    assert max(shares) - min(shares) <= 1
    assert shares == sorted(shares, reverse=True)
