"""From many timings to the few numbers of a table. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` (0 to 1) of them do not exceed.

    Raises ValueError where there are none.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


@dataclass
class Series:
    """One kind of work on one side, measured in several rounds."""

    #: What was done each second, one number a round.
    rates: list[float] = field(default_factory=list)
    #: How long each single piece took, in seconds, of all rounds.
    latencies: list[float] = field(default_factory=list)

    def add(self, latencies: Sequence[float], *, elapsed: float) -> None:
        """A round: so many pieces, in `elapsed` seconds of wall time."""
        self.rates.append(len(latencies) / elapsed)
        self.latencies.extend(latencies)

    @property
    def per_second(self) -> float:
        """The median round."""
        return median(self.rates)

    @property
    def spread(self) -> float:
        """Slowest to fastest round, as a share of the median: how steady the machine was."""
        return (max(self.rates) - min(self.rates)) / self.per_second

    @property
    def p50(self) -> float:
        """Seconds within which half of the pieces were done."""
        return percentile(self.latencies, 0.5)

    @property
    def p95(self) -> float:
        """Seconds within which 95 of 100 pieces were done."""
        return percentile(self.latencies, 0.95)


def ratio(ours: float, theirs: float) -> float:
    """How much of theirs ours reaches; 0 where theirs is nothing."""
    return ours / theirs if theirs else 0.0


def in_pairs(ours: Series, theirs: Series) -> float:
    """How much of theirs ours reaches: the median over rounds that stood beside each other, since
    what the machine did meanwhile was the same for both.

    Raises ValueError where they had not as many rounds.
    """
    pairs = zip(ours.rates, theirs.rates, strict=True)
    return median(ratio(our, their) for our, their in pairs)


def verdict(reached: float, aim: float | None) -> str:
    """A word for the table: what was aimed for and whether it was reached."""
    if aim is None:
        return ""
    return f"≥ {aim:g}: {'reached' if round(reached, 2) >= aim else 'missed'}"
