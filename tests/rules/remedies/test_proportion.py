"""More pain, more loss, more of our own failings never yields less. Searched for, not assumed."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from remedies.errors import FactWrong
from remedies.pain import FACTORS, Circumstances, assess
from remedies.rules import evaluate, load_policy
from tickets.money import Money

NOW = dt.datetime(2026, 11, 24, 11, 18, tzinfo=dt.UTC)
PACKS = Path(__file__).parents[3] / "remedies" / "packs"
GENERAL = load_policy((PACKS / "general.yaml").read_text())

_COUNTS = {
    "contacts": 8,
    "same_cause_before": 4,
    "deadlines_missed": 6,
    "promises_broken": 3,
    "hand_offs": 6,
}
facts = st.fixed_dictionaries(
    {
        "pain": st.integers(1, 5),
        "loss": st.integers(0, 200_000).map(lambda minor: Decimal(minor) / 100),
        "hours_lost": st.integers(0, 20),
        "price_paid": st.integers(0, 90_000).map(lambda minor: Decimal(minor) / 100),
        "goods": st.sampled_from(["as_ordered", "faulty", "not_received"]),
        "somebody_depends": st.booleans(),
        "support_needs": st.booleans(),
        **{name: st.integers(0, most) for name, most in _COUNTS.items()},
    }
)
more = st.sampled_from(["pain", "loss", "hours_lost", "somebody_depends", *_COUNTS])


@settings(max_examples=300, deadline=None)
@given(facts, more, st.integers(1, 100))
def test_more_of_anything_never_yields_less(case: dict[str, Any], name: str, step: int) -> None:
    worse = dict(case)
    if name == "pain":
        worse[name] = min(case[name] + 1, 5)
    elif name == "somebody_depends":
        worse[name] = True
    elif name == "loss":
        worse[name] = case[name] + step
    else:
        worse[name] = case[name] + step % 4
    before, after = evaluate(GENERAL, case, now=NOW), evaluate(GENERAL, worse, now=NOW)
    assert after.total >= before.total, (case, worse)


@settings(max_examples=200, deadline=None)
@given(facts)
def test_every_sum_lies_inside_its_range_and_the_total_is_their_sum(case: dict[str, Any]) -> None:
    draft = evaluate(GENERAL, case, now=NOW)
    assert draft.total == sum(part.amount or 0 for part in draft.components)
    for part in draft.components:
        assert part.amount is None or part.amount > 0 or part.ranged
        if part.ranged and part.range_max is not None:
            assert part.range_min is not None
            assert part.amount is not None
            assert part.range_min <= part.amount <= part.range_max
        assert part.amount is None or part.steps


anything: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.decimals(),
    st.lists(st.integers(), max_size=3), st.dates(), st.datetimes(),
    st.dictionaries(st.sampled_from(["minor", "currency"]), st.text(max_size=5), max_size=2),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(GENERAL.facts)), anything, max_size=6))
def test_any_facts_at_all_give_a_draft_or_an_error_that_names_the_fact(
    case: dict[str, Any],
) -> None:
    wrong, total = "currency", 0
    try:
        total = evaluate(GENERAL, case, now=NOW).total
    except FactWrong as error:
        wrong = error.fact
    assert wrong in {*GENERAL.facts, "currency"}
    assert total >= 0


_LEVELS = {key: [anchor.key for anchor in factor.anchors] for key, factor in FACTORS.items()}
answers = st.fixed_dictionaries({}, optional={k: st.sampled_from(v) for k, v in _LEVELS.items()})
known = st.builds(
    Circumstances,
    contacts=st.integers(0, 9),
    recurrence=st.integers(0, 5),
    deadlines_missed=st.integers(0, 6),
    promises_broken=st.integers(0, 4),
    hand_offs=st.integers(0, 7),
    support_needs=st.booleans(),
)
losses = st.one_of(st.none(), st.integers(0, 5_000_000).map(lambda minor: Money(minor, "GBP")))


@settings(max_examples=400, deadline=None)
@given(answers, known, losses, st.data())
def test_pain_is_monotone(
    case: dict[str, str], about: Circumstances, loss: Money | None, data: st.DataObject
) -> None:
    before = assess(case, about, loss=loss).level
    assert 1 <= before <= 5
    what = data.draw(st.sampled_from([*_LEVELS, "about", "loss"]))
    if what == "loss":
        loss = Money((loss.minor if loss else 0) + data.draw(st.integers(0, 1_000_000)), "GBP")
    elif what == "about":
        about = Circumstances(
            contacts=about.contacts + data.draw(st.integers(0, 3)),
            recurrence=about.recurrence + data.draw(st.integers(0, 2)),
            deadlines_missed=about.deadlines_missed + data.draw(st.integers(0, 3)),
            promises_broken=about.promises_broken + data.draw(st.integers(0, 2)),
            hand_offs=about.hand_offs + data.draw(st.integers(0, 3)),
            support_needs=about.support_needs or data.draw(st.booleans()),
        )
    else:
        rank = _LEVELS[what].index(case[what]) if what in case else 0
        case = {**case, what: data.draw(st.sampled_from(_LEVELS[what][rank:]))}
    assert assess(case, about, loss=loss).level >= before
