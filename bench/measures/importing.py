"""Import speed."""

from functools import partial

from bench import data
from bench.load import Run
from bench.report import Line, Section
from bench.sides import AMENDS, EMPTY, LIMIT, Ground, Side
from bench.turns import in_turns

ROUNDS = 3
METHOD = """\
{rows:,} complaints in a CSV file of the CFPB's form, a third of them with a story, on one process.
Amends loads them by `manage.py import_tickets`, through the same services as everyone, with
customer, deadlines as they would have been, outcome and events; the limit validates each row
with its serializer and writes tickets and events in batches of 500."""


def measure(ground: Ground) -> Section:
    """Files of different complaints, in turns."""
    rows = ground.sizes.import_rows
    section = Section("Importing", METHOD.format(rows=rows))
    folder = ground.bench.folder / "import"
    folder.mkdir(exist_ok=True)
    for number in range(ROUNDS):
        data.write_cfpb(folder / f"{number}.csv", rows, first=number * rows)

    def load(side: Side, number: int) -> Run:
        path = str(folder / f"{number}.csv")
        found = ground.ask(side, EMPTY, "import_file", path=path)
        if found["rows"] != rows:
            raise ValueError(f"{side.name} stored {found['rows']} of {rows} rows")
        return Run([found["seconds"] / rows] * rows, found["seconds"])

    series = in_turns(ROUNDS, {side: partial(load, side) for side in (AMENDS, LIMIT)})
    section.lines.append(Line("rows imported", 1, series[AMENDS], series[LIMIT]))
    return section
