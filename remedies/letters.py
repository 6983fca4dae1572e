"""What the customer reads: a draft that a person changes before he sends it. Pure.

A letter with an offer acknowledges, explains, says what we offer and why, and what happens next.
An apology has regret, an explanation, responsibility, what changes and repair (remedies.apology);
it never says "sorry you feel", and asks forgiveness of nobody.
Words are in the language that is active: let it be the customer's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tickets.saying import gettext as _
from tickets.saying import gettext_noop, language

SORRY = gettext_noop("We were wrong, and we are sorry.")


@dataclass(frozen=True, slots=True)
class Line:
    """One component in a letter: its words, its sum in words (or none), how it came about.

    `why` is the arithmetic in words; `choices` the other forms with their sums; `by` how and by
    when it is paid.
    """

    title: str
    sum: str = ""
    words: str = ""
    owed: bool = False
    why: str = ""
    choices: tuple[str, ...] = ()
    by: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """What we found, point by point, and what we change so that it does not happen again."""

    found: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """The parts of a letter, in the order in which they are read; empty ones are left out."""

    salutation: str
    acknowledge: str
    explain: tuple[str, ...] = ()
    offer: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    close: str = ""

    @property
    def text(self) -> str:
        """The whole, as it is sent."""
        parts = [self.salutation, self.acknowledge, *self.explain, *self.offer, *self.next]
        return "\n\n".join(part for part in [*parts, self.close] if part)


def offer_letter(
    *,
    name: str,
    matter: str,
    lines: Sequence[Line],
    total: str,
    until: str,
    sender: str,
    account: Account | None = None,
) -> Letter:
    """A letter with an offer: acknowledge, explain, what we offer and why, what happens next."""
    told = account or Account()
    return Letter(
        salutation=_("Dear %(name)s,") % {"name": name},
        acknowledge=_("You wrote to us about this: %(matter)s. %(sorry)s")
        % {"matter": matter.rstrip("."), "sorry": _(SORRY)},
        explain=tuple(_explain(told)),
        offer=tuple(_offer(lines, total)),
        next=tuple(_next(lines, until)),
        close=_close(sender),
    )


def _explain(told: Account) -> list[str]:
    said = []
    if told.found:
        said.append(_("What happened, as we found it:") + "\n" + _listed(told.found))
    if told.changes:
        words = _("So that it does not happen again, we change this:")
        said.append(f"{words}\n{_listed(told.changes)}")
    return said


def _listed(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line.strip()}" for line in lines)


def _offer(lines: Sequence[Line], total: str) -> list[str]:
    said = []
    money = [line for line in lines if line.sum]
    if money:
        listed = "\n".join(_money_line(line) for line in money)
        words = _("This is how we want to put it right, %(total)s in all:") % {"total": total}
        said.append(f"{words}\n{listed}")
    rest = [line.words or line.title for line in lines if not line.sum]
    rest = [words for words in rest if words != SORRY]  # said once, at the top
    if rest:
        said.append(_listed(rest))
    if any(line.owed for line in lines):
        owed = ", ".join(_inside(line.title) for line in lines if line.owed)
        words = _("What the law gives you is yours whatever you decide: %(owed)s.")
        said.append(words % {"owed": owed})
    return said


def _inside(title: str) -> str:
    """A title within a sentence: in English it begins small, where no name or letters begin it."""
    small = language().startswith("en") and title[1:2].islower()
    return title[:1].lower() + title[1:] if small else title


def _money_line(line: Line) -> str:
    said = f"- {line.title}: {line.sum}."
    for words in (line.words, line.why):
        if words:
            said += f" {words.rstrip('.')}."
    if line.choices:
        told = {"sum": line.sum, "others": f", {_('or')} ".join(line.choices)}
        said += " " + _("You choose: %(sum)s, or %(others)s.") % told
    return said


def _next(lines: Sequence[Line], until: str) -> list[str]:
    words = _(
        "What happens next: you can accept all of it, a part of it, or tell us what would be fair "
        "instead, until %(until)s. If you don't agree, somebody else will look at it again."
    )
    said = [words % {"until": until}]
    dated = [line for line in lines if line.by]
    if dated:
        words = _("When you accept, this is on its way:")
        said.append(f"{words}\n" + _listed([f"{line.title}: {line.by}." for line in dated]))
    return said


def added_letter(*, name: str, matter: str, lines: Sequence[Line], total: str, sender: str) -> str:
    """What we add since something that we had promised came late. Nothing has to be accepted."""
    listed = "\n".join(_money_line(line) if line.sum else f"- {line.title}" for line in lines)
    said = [
        _("Dear %(name)s,") % {"name": name},
        _(
            "You wrote to us about this: %(matter)s. What we promised you then did not reach you "
            "by its date. That was our fault, and we are sorry."
        )
        % {"matter": matter.rstrip(".")},
        _("So we add %(total)s, beside what is still on its way to you:") % {"total": total}
        + "\n"
        + listed,
        _("You need not do anything: it is yours."),
        _("Yours sincerely") + f"\n{sender}",
    ]
    return "\n\n".join(said)


@dataclass(frozen=True, slots=True)
class Answer:
    """One point of a complaint in a refusal: in the customer's words, with our finding."""

    text: str
    finding: str
    #: The rule that it rests on, quoted.
    rule: str = ""


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
    outside: str = "",
    again: bool = False,
) -> str:
    """A no that can be understood without the file: each point, the reason, what next.

    `again`: after a review, which somebody else has done.
    """
    looked = _("Thank you for waiting. We looked at each point that you raised.")
    anew = _(
        "You asked us to look at it again. I had no part in our first answer, and went through "
        "each point anew."
    )
    said = [
        _("Dear %(name)s,") % {"name": name},
        anew if again else looked,
        _("This is what you told us, and what we found:"),
    ]
    by = _("We went by this rule: %(rule)s")
    said += [
        _("“%(words)s”") % {"words": answer.text}
        + f"\n{answer.finding}"
        + (f"\n{by % {'rule': answer.rule}}" if answer.rule else "")
        for answer in answers
    ]
    said.append(_("We can't do what you asked for. %(reason)s") % {"reason": reason})
    if regret:
        said.append(_("What we did get wrong: %(regret)s") % {"regret": regret})
    if instead:
        said.append(_("What we can do instead: %(instead)s") % {"instead": instead})
    if would_change:
        said.append(_("What would change our answer: %(what)s") % {"what": would_change})
    said.append(next_stage)
    if outside and outside != next_stage:
        said.append(outside)
    said.append(_close(sender))
    return "\n\n".join(said)


def _close(sender: str) -> str:
    return _("Yours sincerely") + f"\n{sender}"
