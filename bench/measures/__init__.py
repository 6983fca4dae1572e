"""What is measured, one module each. A measure takes the ground and gives a section."""

from collections.abc import Callable

from bench.measures import (
    clocks,
    creation,
    desk,
    explaining,
    finding,
    importing,
    insight,
    listing,
    live,
    reading,
    remedies,
    sweeping,
)
from bench.report import Section
from bench.sides import Ground

#: In the order in which they run and stand in the page.
MEASURES: dict[str, Callable[[Ground], Section]] = {
    "creation": creation.measure,
    "list": listing.measure,
    "reading": reading.measure,
    "desk": desk.measure,
    "live": live.measure,
    "insight": insight.measure,
    "find": finding.measure,
    "import": importing.measure,
    "sweep": sweeping.measure,
    "clocks": clocks.measure,
    "remedies": remedies.measure,
    "explain": explaining.measure,
}
