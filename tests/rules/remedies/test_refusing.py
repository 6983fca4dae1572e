"""What a refusal lacks, and in whose words it answers."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remedies.letters import Answer, refusal_letter
from remedies.rules.refusing import (
    Answered,
    Ground,
    Said,
    Setting,
    is_quoted,
    lacking,
    left_out,
    quote_for,
)
from tickets.rules import Outcome

POINT = Answered(
    1, "The bill", Outcome.NOT_UPHELD, "It is right.", "The bill is wrong!", "B-1", "Terms, 4: £2"
)
WHOLE = Said(
    reason="The fee is in the contract.", next_stage="Ask for a review until 24 December.",
    regret="Nobody told you.", instead="No paper, no fee.", would_change="A letter of ours.",
    outside="The ombudsman, within 6 months.",
)  # fmt: skip
FORMAL, INFORMAL = Setting(formal=True), Setting(formal=False)


def test_a_whole_refusal_lacks_nothing() -> None:
    assert lacking(WHOLE, [POINT], FORMAL) == ()


@pytest.mark.parametrize("name", ["instead", "would_change", "outside"])
def test_a_part_holds_it_back_at_a_formal_stage_and_is_advised_at_others(name: str) -> None:
    said = replace(WHOLE, **{name: " "})
    (formal,) = lacking(said, [POINT], FORMAL)
    (informal,) = lacking(said, [POINT], INFORMAL)
    assert (formal.field, formal.blocks) == (name, True)
    assert (informal.field, informal.blocks) == (name, False)


@pytest.mark.parametrize("name", ["reason", "next_stage"])
def test_without_reason_or_next_stage_it_is_none_at_any_stage(name: str) -> None:
    (lack,) = lacking(replace(WHOLE, **{name: ""}), [POINT], INFORMAL)
    assert (lack.field, lack.blocks) == (name, True)


def test_each_point_is_answered_quoted_and_by_a_rule() -> None:
    bare = replace(POINT, finding="", quote="", rule="", rule_words="")
    lacks = lacking(WHOLE, [POINT, bare], FORMAL)
    assert [(lack.field, lack.blocks) for lack in lacks] == [
        ("findings.1.finding", True), ("findings.1.quote", True), ("findings.1.rule", True),
    ]  # fmt: skip
    open_points = replace(FORMAL, unanswered=("Nobody came",))
    assert lacking(WHOLE, [POINT], open_points)[0].words == "an answer to “Nobody came”"
    assert lacking(WHOLE, [], INFORMAL)[0].blocks


@pytest.mark.parametrize("outcome", [Outcome.OUT_OF_SCOPE, Outcome.WITHDRAWN, Outcome.UPHELD])
def test_what_rests_on_no_rule_quotes_none(outcome: Outcome) -> None:
    assert lacking(WHOLE, [replace(POINT, outcome=outcome, rule_words="")], FORMAL) == ()


def test_what_we_did_wrong_is_said_where_there_was_something() -> None:
    silent = replace(WHOLE, regret="")
    assert lacking(silent, [POINT], FORMAL) == ()
    (known,) = lacking(silent, [POINT], replace(FORMAL, our_faults=("we were late 2 times",)))
    assert known.words == "what we did get wrong: we were late 2 times"
    (partly,) = lacking(silent, [replace(POINT, outcome=Outcome.PARTLY_UPHELD)], FORMAL)
    assert partly.field == "regret"


def test_with_the_outside_body_already_it_is_not_named_again() -> None:
    assert lacking(replace(WHOLE, outside=""), [POINT], replace(FORMAL, names_body=False)) == ()


def test_the_letter_has_every_part_and_one_changed_by_hand_is_compared() -> None:
    answers = [Answer(POINT.quote, POINT.finding, POINT.rule_words)]
    letter = refusal_letter(
        name="Ines", answers=answers, sender="Alice", reason=WHOLE.reason, regret=WHOLE.regret,
        instead=WHOLE.instead, would_change=WHOLE.would_change, next_stage=WHOLE.next_stage,
        outside=WHOLE.outside,
    )  # fmt: skip
    assert "“The bill is wrong!”\nIt is right.\nWe went by this rule: Terms, 4: £2" in letter
    assert left_out(letter, WHOLE, [POINT]) == ()
    shorter = letter.replace(WHOLE.outside, "").replace("It is right.", "No.")
    assert left_out(shorter, WHOLE, [POINT]) == ("the outside body", "our answer to “The bill”")


def test_a_rule_is_quoted_with_its_clause_and_its_words() -> None:
    ground = Ground("X-1", "Storm", "Terms, clause 4", "excluded", "A storm had closed the line.")
    assert ground.quoted == "Terms, clause 4 (Storm): A storm had closed the line."
    assert replace(ground, clause="").quoted == "Storm: A storm had closed the line."


SAID = ("Hello. We had no internet from the 9th. Nobody CAME, twice!", "Your bill is wrong too.")


@pytest.mark.parametrize(
    ("point", "quote"),
    [
        ("Nobody came to the visits", "Nobody CAME, twice!"),
        ("The bill for November", "Your bill is wrong too."),
        ("no internet", "no internet"),
        ("Something else entirely", "Hello."),
    ],
)
def test_the_sentence_that_a_point_is_about_is_found(point: str, quote: str) -> None:
    assert quote_for(point, SAID) == quote


def test_who_wrote_nothing_is_not_quoted() -> None:
    assert quote_for("The bill", ()) == ""
    assert not is_quoted("The bill", ())
    assert not is_quoted("", SAID)


def test_spaces_capitals_and_quotes_make_no_other_words() -> None:
    assert is_quoted("nobody  came,\ntwice", SAID)
    assert is_quoted("It's wrong", ("It’s wrong.",))
    assert not is_quoted("nobody came once", SAID)


@given(st.lists(st.text(max_size=80), max_size=4), st.text(max_size=60))
def test_whatever_is_proposed_are_the_customers_words(said: list[str], point: str) -> None:
    quote = quote_for(point, said)
    assert not quote or is_quoted(quote, said)
