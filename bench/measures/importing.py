"""Import speed."""

from dataclasses import dataclass
from functools import partial

from bench import data
from bench.load import Run
from bench.report import Check, Line, Section
from bench.sides import AMENDS, EMPTY, LIMIT, Ground, Side
from bench.turns import in_turns

ROUNDS = 3
#: Tickets a second on two cores: what the product promises.
WANTED = 300
METHOD = """\
{rows:,} complaints in a CSV file of the CFPB's form, a third of them with a story.
Amends loads them by `manage.py import_tickets`, through the same services as everyone, with
customer, deadlines as they would have been, outcome and events; the limit validates each row
with its serializer and writes tickets and events in batches of 500."""


def measure(ground: Ground) -> Section:
    """Files of different complaints, in turns."""
    rows = ground.sizes.import_rows
    section = Section("Importing", METHOD.format(rows=rows))
    folder = ground.bench.folder / "import"
    folder.mkdir(exist_ok=True)

    def load(way: Way, number: int) -> Run:
        path = folder / f"{number}.csv"
        first = (number + way.files) * rows
        data.write_cfpb(path, rows, first=first)
        found = ground.ask(way.side, EMPTY, "import_file", path=str(path), **way.more)
        if found["rows"] != rows:
            raise ValueError(f"{way.side.name} stored {found['rows']} of {rows} rows")
        return Run([found["seconds"] / rows] * rows, found["seconds"])

    single, both, limit = ways = Way(AMENDS, 0), Way(AMENDS, ROUNDS, 2), Way(LIMIT, 0)
    series = in_turns(ROUNDS, {way: partial(load, way) for way in ways})
    section.lines += [
        Line("rows imported by one process", 1, series[single], series[limit]),
        Line("rows imported by two processes", 1, series[both]),
    ]
    section.checks.append(Check("two processes beside 300 rows a second",
                                series[both].per_second / WANTED, 1.0))  # fmt: skip
    return section


@dataclass(frozen=True)
class Way:
    """How a file is loaded; `files` keeps the complaints of two ways apart."""

    side: Side
    files: int
    processes: int = 0

    @property
    def more(self) -> dict[str, int]:
        """What its import is told beside the file."""
        return {"processes": self.processes} if self.processes else {}
