"""The two that are measured beside each other, and what they are on: databases, servers."""

import hashlib
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.plan import Sizes
from bench.servers import Agent, Bench, Site
from config.assets import assets_are_collected, remember_assets
from config.paths import BASE_DIR

#: The kinds of database: large, small, open deadlines alone, nothing but the desk.
MANY, FEW, DEADLINES, EMPTY = "many", "few", "deadlines", "empty"
#: Open deadlines alone, a million and some thousands.
MILLION, THOUSANDS = "million", "thousands"
#: All the tickets of a large desk, without the events that led to them.
WHOLE = "whole"


@dataclass(frozen=True)
class Side:
    """One application. `bench.<key>.calls` and `bench.<key>.work` are its own part of the work."""

    key: str
    name: str
    settings: str
    wsgi: str

    @property
    def calls(self) -> ModuleType:
        """What is sent to it."""
        return import_module(f"bench.{self.key}.calls")


AMENDS = Side("amends", "Amends", "config.settings", "config.wsgi")
LIMIT = Side("limit", "the limit", "bench.limit.settings", "bench.limit.wsgi")
SIDES = (AMENDS, LIMIT)


class Ground:
    """Filled databases of both sides, and processes on copies of them."""

    def __init__(self, bench: Bench, sizes: Sizes, say: Callable[[str], None]) -> None:
        self.bench = bench
        self.sizes = sizes
        self.say = say
        #: What filling found of Amends, so that the limit has threads of the same length.
        self.facts: dict[str, Any] = {}
        self._marks = {side: _fingerprint(side, sizes) for side in SIDES}
        self._agents: dict[tuple[str, str], Agent] = {}
        self._databases: dict[tuple[Side, str], str] = {}

    def seed(self, side: Side, kind: str) -> str:
        """The name of a filled database, made where it is not there yet."""
        name = f"seed_{side.key}_{kind}_{self._marks[side]}"
        if name in self.bench.databases():
            return name
        began = time.perf_counter()
        draft = f"draft_{side.key}_{kind}"
        base = "" if kind == EMPTY else self.seed(side, EMPTY)
        self.bench.create_database(draft, like=base)
        agent = self.bench.agent(draft, side.settings)
        with self.bench.quick_writes():
            found = self._fill(agent, side, kind)
            agent.close()
        self.bench.rename_database(draft, name)
        seconds = time.perf_counter() - began
        size = self.bench.size_of(name) / 1e6
        self.say(f"{side.name}, {kind}: {seconds:.0f} s, {size:,.0f} MB {found or ''}")
        return name

    def _fill(self, agent: Agent, side: Side, kind: str) -> Any:
        work, sizes = f"bench.{side.key}.work", self.sizes
        if kind == EMPTY:
            return agent.call(f"{work}:migrate")
        clocks = {
            DEADLINES: sizes.deadlines, MILLION: sizes.million, THOUSANDS: sizes.thousands
        }  # fmt: skip
        tickets = {MANY: sizes.many, FEW: sizes.few}.get(kind, sizes.deadlines)
        if side is AMENDS and kind in clocks:
            return agent.call(f"{work}:fill_deadlines", deadlines=clocks[kind])
        if side is AMENDS and kind == WHOLE:
            return agent.call(f"{work}:fill_whole", tickets=sizes.whole)
        if side is AMENDS:
            return agent.call(f"{work}:fill", tickets=tickets)
        # Four messages and as many other events are what Amends's tickets have on average.
        share = 100 if kind == DEADLINES else 0
        return agent.call(f"{work}:fill", tickets=tickets, thread=4, events=8, open_percent=share)

    def database(self, side: Side, kind: str) -> str:
        """A filled database that may be written on: a copy where the filled one is kept."""
        if (side, kind) not in self._databases:
            seed = self.seed(side, kind)
            if self.bench.keep or kind == EMPTY:
                name = f"run_{side.key}_{kind}"
                self.bench.create_database(name, like=seed)
                seed = name
            self._databases[side, kind] = seed
        return self._databases[side, kind]

    def agent(self, side: Side, kind: str) -> Agent:
        """A process with that side's Django on its copy; one a run."""
        key = (side.key, kind)
        if key not in self._agents or not self._agents[key].is_alive:
            database = self.database(side, kind)
            self._agents[key] = self.bench.agent(database, side.settings)
        return self._agents[key]

    @contextmanager
    def copy(self, side: Side, kind: str) -> Iterator[Agent]:
        """A process on a copy that is thrown away, so that what is measured twice is the same."""
        if agent := self._agents.pop((side.key, kind), None):
            agent.close()  # a database is copied while nobody is on it
        name = f"copy_{side.key}_{kind}"
        self.bench.create_database(name, like=self.database(side, kind))
        self.bench.settle()
        agent = self.bench.agent(name, side.settings)
        try:
            yield agent
        finally:
            agent.close()
            self.bench.drop_database(name)

    def ask(self, side: Side, kind: str, function: str, **arguments: Any) -> Any:
        """What `bench.<side>.work:function` answers on that database."""
        return self.agent(side, kind).call(f"bench.{side.key}.work:{function}", **arguments)

    @contextmanager
    def sites(self, kind: str) -> Iterator[dict[Side, tuple[Site, str]]]:
        """Web servers of both sides on their copies, with a token for each."""
        with ExitStack() as stack:
            up = {}
            for side in SIDES:
                token = self.ask(side, kind, "token")
                up[side] = (stack.enter_context(self.site(side, kind)), token)
            self.bench.settle()
            yield up

    def site(self, side: Side, kind: str) -> AbstractContextManager[Site]:
        """A web server of one side on its copy."""
        database = self.database(side, kind)
        return self.bench.site(f"{side.key}-{kind}", database, side.settings, side.wsgi)

    def collect_assets(self) -> None:
        """Have the pages' files where a web server in production has them."""
        if not assets_are_collected(self.bench.folder / "static"):
            self.ask(AMENDS, EMPTY, "collect_assets")
            remember_assets(self.bench.folder / "static")


def _fingerprint(side: Side, sizes: Sizes) -> str:
    """A hash of what shapes the filled databases of a side."""
    mark = hashlib.sha256(f"{sys.version_info[:2]} {sizes}".encode())
    sources: list[Path] = [
        BASE_DIR / "requirements" / "base.txt",
        BASE_DIR / "bench" / "data.py",
        BASE_DIR / "bench" / side.key / "work.py",
        *BASE_DIR.glob("*/migrations/*.py" if side is AMENDS else "bench/limit/m*/*.py"),
        *BASE_DIR.glob("bench/amends/[dm]*.py" if side is AMENDS else "bench/limit/models.py"),
    ]
    for path in sorted(sources):
        mark.update(path.as_posix().encode() + b"\0" + path.read_bytes())
    return mark.hexdigest()[:8]
