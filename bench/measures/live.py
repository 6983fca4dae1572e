"""What open desks cost a web process that nobody clicks on."""

import heapq
import json
import random
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

from bench.report import Section, number
from bench.servers import WORKERS, Site
from bench.sides import AMENDS, FEW, Ground
from desk.live.keys import GRANT_LIFE

DESKS = 500
THREADS = 4
#: Of a hundred desks so many show a ticket that nobody else looks at, and one that two look at.
ALONE, TOGETHER = 30, 10
#: A list counts anew at most every so many seconds (live_queue.js).
COUNTS_EVERY = 20.0
#: Seconds of each part; the first is for every page to be let in.
LET_IN, STILL, BUSY = 15.0, 30.0, 60.0
AIM = 0.1
METHOD = """\
{desks} desks are open for {teams} teams, in a database of {tickets:,} tickets: 60 of a hundred
show a queue, 30 a ticket, and 10 a ticket that somebody else has open too. Each asks as often as
the server tells it, from a process beside the server's, as its script does: after a change it asks
for the row, the counts (at most every 20 seconds) or the parts of its ticket. First nothing
happens; then something happens to one ticket a second, as where 500 people do something every
eight minutes. Processor time, user and system, is that of all web processes together, read from
`/proc` before and after; so each of the two web processes has half of it. Every page is let in anew
every five minutes: what that costs is measured when all come at once, and added in its share."""


@dataclass(order=True)
class Desk:
    """One open page, as its script keeps it."""

    at: float
    session: str = field(compare=False)
    given: dict[str, str] = field(compare=False)
    number: str = field(compare=False, default="")
    counted: float = field(compare=False, default=0.0)


@dataclass
class Asked:
    """How often was asked for what."""

    pulses: int = 0
    more: int = 0
    failed: int = 0


class Office:
    """All desks; a few threads ask for whichever is next."""

    def __init__(self, site: Site, desks: list[Desk]) -> None:
        self._site = site
        self._queue = desks
        heapq.heapify(self._queue)
        self._lock = threading.Lock()
        self.asked = Asked()

    def run(self, seconds: float) -> tuple[float, Asked]:
        """Let them be open for so long; the processor time of the web processes, and the count."""
        self.asked = Asked()
        before, until = self._site.cpu_seconds(), time.monotonic() + seconds
        threads = [threading.Thread(target=self._work, args=(until,)) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self._site.cpu_seconds() - before, self.asked

    def _work(self, until: float) -> None:
        connection = HTTPConnection("127.0.0.1", self._site.port, timeout=20)
        while True:
            with self._lock:
                desk = heapq.heappop(self._queue) if self._queue else None
            now = time.monotonic()
            if now >= until or (desk is not None and desk.at >= until):
                with self._lock:
                    if desk is not None:
                        heapq.heappush(self._queue, desk)
                return
            if desk is None or desk.at > now:
                time.sleep(min(0.02, until - now))
            if desk is not None:
                if desk.at <= now:
                    self._ask(connection, desk)
                with self._lock:
                    heapq.heappush(self._queue, desk)

    def _ask(self, connection: HTTPConnection, desk: Desk) -> None:
        told = self._get(connection, desk, f"/desk/pulse/?{urlencode(desk.given)}")
        self.asked.pulses += 1
        if told is None:
            self.asked.failed += 1
            desk.at = time.monotonic() + 5
            return
        answer = json.loads(told)
        desk.at = time.monotonic() + answer["pace"] * (0.9 + random.random() * 0.2)
        for name, key in (("since", "since"), ("mark", "h"), ("bell", "b"), ("events", "e")):
            if name in answer:
                desk.given[key] = str(answer[name])
        if "bell" in answer:
            self._more(connection, desk, "/desk/live/frame/")
        if "events" in answer:
            self._more(connection, desk, f"/desk/live/tickets/{desk.number}/?seen=1")
        if answer.get("told"):
            only = ",".join(map(str, answer["told"]))
            self._more(connection, desk, f"/desk/live/rows/?view=me&only={only}")
            if time.monotonic() - desk.counted > COUNTS_EVERY:
                desk.counted = time.monotonic()
                self._more(connection, desk, "/desk/live/counts/?view=me")

    def _more(self, connection: HTTPConnection, desk: Desk, path: str) -> None:
        self.asked.more += 1
        if self._get(connection, desk, path) is None:
            self.asked.failed += 1

    @staticmethod
    def _get(connection: HTTPConnection, desk: Desk, path: str) -> bytes | None:
        headers = {"Cookie": f"sessionid={desk.session}", "X-Live": "1"}
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            body = response.read()
        except OSError:
            connection.close()
            return None
        return body if response.status == 200 else None


def measure(ground: Ground) -> Section:
    """What 500 open desks cost while nothing happens, and while something does."""
    agent = ground.agent(AMENDS, FEW)
    people = agent.call("bench.amends.live:open_desks", people=DESKS)
    words = METHOD.format(desks=DESKS, teams=DESKS // 25, tickets=ground.sizes.few)
    section = Section("Open desks", words)
    section.table = [
        ["500 desks", "pulses /s", "other requests /s", "all processes", "each of two", "aim"]
    ]
    with ground.site(AMENDS, FEW) as site:
        office = Office(site, _desks(people))
        let_in, asked = office.run(LET_IN)
        share_in = let_in / asked.pulses * DESKS / GRANT_LIFE
        parts = [("nothing happens", *office.run(STILL), STILL)]
        stop = threading.Event()
        other = threading.Thread(target=_happen, args=(agent, stop))
        other.start()
        parts.append(("something happens each second", *office.run(BUSY), BUSY))
        stop.set()
        other.join()
    for what, cpu, count, seconds in parts:
        share = cpu / seconds + share_in
        each = share / WORKERS
        reached = "reached" if each < AIM and not count.failed else "**missed**"
        section.failed = section.failed or count.failed > 0
        section.table.append(
            [
                what,
                number(count.pulses / seconds),
                number(count.more / seconds),
                f"{share:.1%} of a core",
                f"{each:.1%}",
                f"< {AIM:.0%}: {reached}",
            ]
        )
    section.notes.append(
        f"Of what all processes take {share_in:.1%} is for letting pages in anew."
        f" Requests that failed: {sum(count.failed for _, _, count, _ in parts)}."
    )
    return section


def _desks(people: list[dict[str, Any]]) -> list[Desk]:
    """The pages of these people, who all come within the first seconds."""
    begun, found = time.monotonic(), []
    since = f"{int(time.time() * 1000)}-0"
    for at, person in enumerate(people):
        kind = at % 100
        shown = person["tickets"]
        given = {"b": "0.0", "v": "me", "since": since}
        label = ""
        if kind < ALONE + TOGETHER and shown:
            # Two who are together look at the ticket of the first.
            ticket, label, events = shown[0]
            if kind >= ALONE and kind % 2 and people[at - 1]["tickets"]:
                ticket, label, events = people[at - 1]["tickets"][0]
            given = {"b": "0.0", "t": str(ticket), "e": str(events)}
        begins = begun + at / DESKS * LET_IN * 0.6
        found.append(Desk(begins, person["session"], given, label))
    return found


def _happen(agent: Any, stop: threading.Event) -> None:
    seed = 0
    while not stop.wait(1.0):
        seed += 1
        agent.call("bench.amends.live:something_happens", seed=seed)
