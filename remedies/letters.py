"""What the customer reads: a draft that a person changes before he sends it. Pure.

An apology has regret, an explanation, responsibility, what changes and repair; it never says
"sorry you feel", and asks forgiveness of nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One component in a letter: its words, its sum in words (or none), how it came about."""

    title: str
    sum: str = ""
    words: str = ""
    owed: bool = False


def offer_letter(
    *,
    name: str,
    matter: str,
    lines: Sequence[Line],
    total: str,
    until: str,
    sender: str,
) -> str:
    """A letter with an offer: acknowledge, what we offer and why, what happens next."""
    sorry = "We were wrong, and we are sorry."
    said = [f"Dear {name},", f"You wrote to us about this: {matter}. {sorry}"]
    money = [line for line in lines if line.sum]
    if money:
        listed = "\n".join(
            f"- {line.title}: {line.sum}." + (f" {line.words}" if line.words else "")
            for line in money
        )
        said.append(f"This is how we want to put it right, {total} in all:\n{listed}")
    rest = [line.words or line.title for line in lines if not line.sum]
    rest = [words for words in rest if words != sorry]  # said once, at the top
    if rest:
        said.append("\n".join(f"- {words}" for words in rest))
    if any(line.owed for line in lines):
        owed = ", ".join(line.title.lower() for line in lines if line.owed)
        said.append(f"What the law gives you is yours whatever you decide: {owed}.")
    said.append(
        f"You can accept all of it, a part of it, or tell us what would be fair instead, until "
        f"{until}. If you don't agree, somebody else will look at it again."
    )
    said.append(f"Yours sincerely\n{sender}")
    return "\n\n".join(said)


@dataclass(frozen=True, slots=True)
class Answer:
    """One point of a complaint in a refusal: in the customer's words, with our finding."""

    text: str
    finding: str


def refusal_letter(
    *,
    name: str,
    answers: Sequence[Answer],
    reason: str,
    regret: str,
    instead: str,
    would_change: str,
    next_stage: str,
    sender: str,
) -> str:
    """A no that can be understood without the file: each point, the reason, what next."""
    said = [f"Dear {name},", "Thank you for waiting. We looked at each point that you raised."]
    said += [f"“{answer.text}”\n{answer.finding}" for answer in answers]
    said.append(f"We can't do what you asked for. {reason}")
    if regret:
        said.append(f"What we did get wrong: {regret}")
    if instead:
        said.append(f"What we can do instead: {instead}")
    if would_change:
        said.append(f"What would change our answer: {would_change}")
    said.append(next_stage)
    said.append(f"Yours sincerely\n{sender}")
    return "\n\n".join(said)
