"""Without words, an evaluation gives the same: for every pack, whatever is told or not."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remedies.errors import FactWrong
from remedies.rules import OfferDraft, Policy, evaluate, load_policy
from remedies.rules.checks.probing import probe
from remedies.rules.language.draft import Component
from remedies.rules.language.source import read_source

NOW = dt.datetime(2026, 11, 24, 11, 18, tzinfo=dt.UTC)
PACKS = sorted((Path(__file__).parents[3] / "remedies" / "packs").glob("*.yaml"))
#: Regimes with lists of records, shares and set-offs, which no pack has.
LISTED = ("bank-award", "package-days", "rail-season", "resource-sla")
REHEARSED = Path(__file__).parents[2] / "data" / "policies" / "rehearsal"

LARGE = """
policy: large
currency: GBP
facts: {price: money, times: number, more: {type: number, default: 1}}
groups: {one: best}
rules:
  - {rule: A, gives: credit, amount: {lesser_of: [{times: [price, times, times, more]}, 10]}}
  - {rule: B, gives: credit, group: one, amount: {percent: 50, of: price, at_most: 20}}
  - {rule: C, gives: credit, group: one, amount: {each: 3, per: times, round_to: 5}}
  - {rule: D, gives: refund, amount: {amount: price, minus: times_money, nothing_below: 5}}
values: {times_money: {type: money, each: 1, per: times}}
caps: [{cap: K, covers: [A, B, C], at_most: {each: 10, per: more}}]
"""


def bare(part: Component) -> Component:
    """A component without its words."""
    return part._replace(facts=(), steps=(), says="")


def both(policy: Policy, facts: dict[str, Any], currency: str | None) -> list[Any]:
    """What the policy gives with and without words; in place of a draft the error."""
    found: list[Any] = []
    for explained in (True, False):
        try:
            draft = evaluate(policy, facts, now=NOW, currency=currency, explained=explained)
        except FactWrong as error:
            found.append((error.fact, error.message))
            continue
        parts = tuple(map(bare, draft.components))
        found.append((draft.total, draft.currency, parts, draft.missing))
    return found


@pytest.mark.parametrize(
    "pack", [*PACKS, *(REHEARSED / f"{name}.yaml" for name in LISTED)], ids=lambda path: path.stem
)
def test_every_pack_gives_the_same_with_and_without_words(pack: Path) -> None:
    text = pack.read_text()
    policy = load_policy(text)
    values = probe(read_source(text), policy).values
    facts = st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(tried) for name, tried in values.items() if tried}
    )

    @settings(max_examples=120, deadline=None)
    @given(facts, st.sampled_from([None, *policy.currencies]))
    def same(told: dict[str, Any], currency: str | None) -> None:
        explained, unexplained = both(policy, told, currency)
        assert explained == unexplained

    same()


@settings(max_examples=300, deadline=None)
@given(
    st.decimals(0, 10**15, places=3),
    st.one_of(st.integers(0, 50), st.decimals(0, 10**15, places=1)),
    st.one_of(st.none(), st.integers(0, 10**15)),
)
def test_words_never_change_a_sum_however_large(
    price: Decimal, times: int | Decimal, more: int | None
) -> None:
    facts = {"price": price, "times": times, "more": more}
    explained, unexplained = both(load_policy(LARGE), facts, None)
    assert explained == unexplained


def test_what_is_not_explained_has_no_words() -> None:
    draft = evaluate(
        load_policy(LARGE), {"price": 30, "times": 2, "more": 1}, now=NOW, explained=False
    )
    assert isinstance(draft, OfferDraft)
    assert draft.components
    assert not draft.facts
    assert not draft.not_applied
    assert not any(part.steps or part.facts or part.says for part in draft.components)
