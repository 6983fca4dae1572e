"""Every link of every page is followed, by each role, on a phone: none leads nowhere."""

from __future__ import annotations

import re
from collections import Counter, deque
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest

from tests.browser.test_access import too_wide

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page

    from tests.browser.conftest import People
    from tickets.models import Ticket

pytestmark = pytest.mark.slow
#: Pages of one kind that are looked at, and pages in all.
OF_EACH, AT_MOST = 2, 90

#: What is wrong with a page that can be seen without opening another.
FAULTS = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `two of #${id}`);
  const anchors = [...document.querySelectorAll("a[href^='#']")]
    .filter((link) => link.hash.length > 1 && !document.getElementById(link.hash.slice(1)))
    .map((link) => `no ${link.hash}`);
  const text = document.body.innerText;
  const odd = (text.match(/\\bundefined\\b|\\bNaN\\b|{{|{%|\\bNone\\b(?!\\.)/g) || [])
    .map((word) => `says ${word}`);
  const titles = document.title.trim() && document.querySelector("h1") ? [] : ["no title"];
  return [...twice, ...anchors, ...odd, ...titles];
}"""


def kind_of(address: str) -> str:
    """The page without what differs from ticket to ticket."""
    parts = urlsplit(address)
    path = re.sub(r"A-\d+|(?<=/)\d+(?=[/.])", "N", parts.path)
    path = re.sub(r"(?<=/[cs]/)[^/]+", "K", path)
    return f"{path}?{parts.query if 'do=' in parts.query else re.sub('=[^&]*', '=', parts.query)}"


def links_of(page: Page) -> list[str]:
    """Where the links of the page lead, on this site."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('a[href]')].map((link) => link.getAttribute('href'))"
    )
    here = urlsplit(page.url)
    every = [urlsplit(urljoin(page.url, link)) for link in found]
    return [
        f"{one.path}?{one.query}" if one.query else one.path
        for one in every
        if one.netloc == here.netloc and one.scheme == here.scheme
    ]


def look(page: Page, address: str) -> list[str]:
    """What is wrong at the address."""
    if re.search(r"\.(csv|svg|json|yaml)(\?|$)|/files/", address):
        status = page.request.get(address).status
        return [] if status == 200 else [f"{status}"]
    answer = page.goto(address)
    assert answer is not None
    wrong: list[str] = page.evaluate(FAULTS)
    return [*([] if answer.ok else [f"{answer.status}"]), *wrong, *too_wide(page)]


@pytest.mark.parametrize("name", ["alice", "sue", "mona", "audrey", "ada"])
def test_every_link_leads_somewhere(people: People, called: Ticket, name: str) -> None:
    page = people.of(name, viewport={"width": 390, "height": 844})

    def hear(said: ConsoleMessage) -> None:
        if said.type == "error":
            people.broken.append(said.text)

    page.on("console", hear)
    todo = deque([("/desk/", ""), (f"/desk/tickets/{called.number}/", "")])
    seen: Counter[str] = Counter()
    done: set[str] = set()
    wrong = {}
    while todo and len(done) < AT_MOST:
        address, came = todo.popleft()
        kind = kind_of(address)
        if address in done or seen[kind] >= OF_EACH or address.startswith("/admin/"):
            continue
        done.add(address)
        seen[kind] += 1
        if faults := look(page, address):
            wrong[f"{address} from {came}"] = faults
        todo.extend((link, address) for link in links_of(page))
    assert not wrong, "\n".join(f"{at}: {faults}" for at, faults in wrong.items())
    assert len(done) > 15
