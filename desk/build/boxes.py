"""Boxes of sums on an axis, drawn in percent of its width so that they fit any page."""

import re
from dataclasses import dataclass

from desk.words import money_words
from remedies.rules.checks.equality import Box

#: The minor part of a round sum, before the currency or at the end.
_ENDING = re.compile(r"[.,]00(?!\d)")
_STEPS = (1, 2, 5)
_TICKS = 5


@dataclass(frozen=True, slots=True)
class BoxView:
    """A box on its axis: places in percent of the width."""

    from_: str
    low: str
    width: str
    usual: str
    to: str
    #: Where the farthest that stand out lie; none where nothing does.
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AxisView:
    """Ticks: place in percent, and the words."""

    ticks: tuple[tuple[str, str], ...]
    #: Where nothing is, for distances; "" elsewhere.
    zero: str = ""


class Scale:
    """From sums to places on the axis."""

    def __init__(self, least: float, most: float, currency: str) -> None:
        self.currency = currency
        step = _step((most - least) / _TICKS or 100)
        self.start = step * (least // step)
        count = max(1, -int((self.start - most) // step))
        self.end = self.start + step * count
        self.step, self.count = step, count

    def at(self, amount: float) -> str:
        """The place of a sum, in percent."""
        return f"{100 * (amount - self.start) / (self.end - self.start):.2f}%"

    def axis(self, *, signed: bool = False) -> AxisView:
        """Its ticks."""
        sums = [self.start + self.step * place for place in range(self.count + 1)]
        words = [sum_words(one, self.currency, signed=signed, short=True) for one in sums]
        zero = self.at(0) if signed and self.start < 0 < self.end else ""
        return AxisView(tuple(zip(map(self.at, sums), words, strict=True)), zero)

    def box(self, box: Box, *, marks: bool = True) -> BoxView:
        """A box in its place."""
        far = [box.least] if box.least < box.from_ else []
        far += [box.most] if box.most > box.to else []
        wide = 100 * (box.high - box.low) / (self.end - self.start)
        return BoxView(
            from_=self.at(box.from_),
            low=self.at(box.low),
            width=f"{max(wide, 0.6):.2f}%",
            usual=self.at(box.usual),
            to=self.at(box.to),
            marks=tuple(map(self.at, far)) if marks else (),
        )


def _step(rough: float) -> float:
    size = 1
    while True:
        for one in _STEPS:
            if one * size >= rough:
                return one * size
        size *= 10


def sum_words(minor: float, currency: str, *, signed: bool = False, short: bool = False) -> str:
    """ "£12.50"; signed: "+£12.50", "−£3.00", "±0"; short leaves ".00" out."""
    words = money_words(round(abs(minor)), currency)
    words = _ENDING.sub("", words) if short else words
    if not signed:
        return f"−{words}" if round(minor) < 0 else words
    return "±0" if not round(minor) else f"{'+' if minor > 0 else '−'}{words}"


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
