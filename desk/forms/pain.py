"""The forms of the pain assessment: facts to try on it, and its next version."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from desk.forms.base import Fields
from remedies.pain import COUNTS, RAISES, WORSE, Circumstances, Scheme
from tickets.money import Money

EFFECTS = [
    ("", gettext_lazy("nothing more")),
    (WORSE, gettext_lazy("makes it worse")),
    (RAISES, "+1"),
]
CURRENCIES = [("GBP", "£"), ("EUR", "€"), ("USD", "$")]
#: How many lines stand empty below the answers of a factor, for more of them.
SPARE = 1


class TryForm(Fields):
    """Facts of one complaint."""

    loss = forms.CharField(
        label=gettext_lazy("Money lost"), required=False, max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "placeholder": gettext_lazy("0.00")}),
    )  # fmt: skip
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=CURRENCIES, required=False)
    support_needs = forms.BooleanField(
        label=gettext_lazy("Told us of support needs"), required=False
    )

    def __init__(self, *args: Any, scheme: Scheme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scheme = scheme
        for key, factor in scheme.factors.items():
            self.fields[f"a_{key}"] = forms.ChoiceField(
                label=gettext(factor.label),
                required=False,
                choices=[
                    ("", gettext("Not known")),
                    *((a.key, gettext(a.words)) for a in factor.anchors),
                ],
                widget=forms.Select(attrs={"class": "input"}),
            )
        for name, words in COUNTS.items():
            self.fields[name] = forms.IntegerField(
                label=str(words), required=False, min_value=0, max_value=1000,
                widget=forms.NumberInput(attrs={"class": "input"}),
            )  # fmt: skip
        self.order_fields([*(f"a_{key}" for key in scheme.factors), *COUNTS])

    def clean(self) -> dict[str, Any]:
        """A sum is a sum."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("loss"):
            self.ask_domain("loss", lambda: self.money_lost)
        return data

    @property
    def money_lost(self) -> Money | None:
        """What it cost; None where nothing was said."""
        typed = self.cleaned_data.get("loss")
        currency = self.cleaned_data.get("currency") or CURRENCIES[0][0]
        return Money.typed(typed, currency, field="loss") if typed else None

    @property
    def answers(self) -> dict[str, str]:
        """Answers by factor."""
        return {
            name.removeprefix("a_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("a_") and value
        }

    @property
    def known(self) -> Circumstances:
        """What the desk counts by itself."""
        counts: dict[str, Any] = {
            name: self.cleaned_data[name]
            for name in COUNTS
            if self.cleaned_data.get(name) is not None
        }
        return Circumstances(**counts, support_needs=bool(self.cleaned_data.get("support_needs")))


def _key(words: str, taken: set[str]) -> str:
    """A name for programs, made of what people read."""
    base = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:36]
    base = base if base[:1].isalpha() else f"a_{base}".strip("_")
    key, n = base, 2
    while key in taken:
        key, n = f"{base}_{n}", n + 1
    taken.add(key)
    return key


def _whole(raw: Any) -> Any:
    """A whole number as it was typed; None where nothing was; what is none stays as it is."""
    text = str(raw or "").strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text


def data_in(typed: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The data of an assessment as a form sent it: answers in the order of their lines, those
    without words left out, and what the form does not show as it was `before`."""
    factors: list[dict[str, Any]] = []
    taken: set[str] = set()
    was = {factor["key"]: factor for factor in before.get("factors", [])}
    place = 0
    while f"f{place}_label" in typed:
        factor = _factor(typed, place, was, taken)
        if factor is not None:
            factors.append(factor)
        place += 1
    counts = {
        name: {word: _whole(typed.get(f"{name}_{word}")) for word in (WORSE, RAISES)}
        for name in COUNTS
    }
    steps = [part.strip() for part in str(typed.get("loss_steps", "")).split(",")]
    return {
        "title": str(typed.get("title", "")).strip(),
        "factors": factors,
        "counts": counts,
        "loss": {
            "steps": [step for step in steps if step],
            "currencies": list(before.get("loss", {}).get("currencies", [])),
        },
        "support_needs": str(typed.get("support_needs", "")),
        "worse_for_one": _whole(typed.get("worse_for_one")),
        "most_raises": _whole(typed.get("most_raises")),
    }


def _factor(
    typed: Mapping[str, Any], place: int, was: Mapping[str, Any], taken: set[str]
) -> dict[str, Any] | None:
    """One factor; None where its label was taken out."""
    label = str(typed.get(f"f{place}_label", "")).strip()
    if not label:
        return None
    key = str(typed.get(f"f{place}_key", "")).strip()
    if key:
        taken.add(key)
    else:
        key = _key(label, taken)
    answers: list[dict[str, Any]] = []
    known: set[str] = set()
    line = 0
    while f"f{place}_{line}_words" in typed:
        words = str(typed[f"f{place}_{line}_words"]).strip()
        name = str(typed.get(f"f{place}_{line}_key", "")).strip()
        if words:
            if name:
                known.add(name)
            answers.append(
                {
                    "key": name or _key(words, known),
                    "words": words,
                    "level": _whole(typed.get(f"f{place}_{line}_level")) or 0,
                    "effect": str(typed.get(f"f{place}_{line}_effect", "")),
                }
            )
        line += 1
    least = was.get(key, {}).get("least", [])
    return {
        "key": key,
        "label": label,
        "question": str(typed.get(f"f{place}_question", "")).strip() or label,
        "on_form": bool(typed.get(f"f{place}_on_form")),
        # Numbers stand for answers by their place; with another number of answers they can't.
        "least": least if len(least) == len(answers) else [],
        "answers": answers,
    }
