"""The crawl that finds what no translator was asked for: every page that its people reach, each
form of a ticket, and what is said when an empty one is sent."""

from __future__ import annotations

import re
import tempfile
from collections import Counter, deque
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from django.test import Client

from desk.actions import ACTIONS
from tests.desk.unmarked import Data, unmarked
from tests.support.brackets import LANGUAGE, in_brackets
from tickets.models import Ticket, User

#: Pages of one kind that are looked at by anybody, and pages in all.
OF_EACH, AT_MOST = 2, 260
PEOPLE = ("miriam", "nadia", "helen", "ada", "owen")
#: The style guide's words are examples of data.
_NO_PAGE = re.compile(
    r"\.(csv|svg|json|ya?ml|js|css|png)(\?|$)|/files/|^/desk/styleguide/|^/(?!desk/|accounts/)"
)


def kind_of(address: str) -> str:
    """The page without what differs from ticket to ticket."""
    parts = urlsplit(address)
    path = re.sub(r"A-\d+|(?<=/)\d+(?=[/.])", "N", parts.path)
    path = re.sub(r"(/desk/settings/[a-z-]+/)(?!new/)[^/]+/", r"\1K/", path)
    asked = parts.query if "do=" in parts.query else re.sub("=[^&]*", "=", parts.query)
    return f"{path}?{asked}" if asked else path


def links_of(page: str, address: str) -> list[str]:
    """Where the links and the parts that are fetched lead, on this site."""
    found = re.findall(r'(?:<a\b[^>]*?\bhref|hx-get)="([^"#]+)', page)
    every = [
        urlsplit(urljoin(f"http://testserver{address}", one.replace("&amp;", "&"))) for one in found
    ]
    return [
        f"{one.path}?{one.query}" if one.query else one.path
        for one in every
        if one.netloc == "testserver" and not _NO_PAGE.search(one.path)
    ]


def _begun() -> list[str]:
    """Pages that no link leads to, and those that the crawl shall see of the richest ticket."""
    rich = Ticket.objects.filter(closed_at=None).order_by("-event_count")[0]
    at = f"/desk/tickets/{rich.number}/"
    return [
        "/desk/", at, *(f"{at}?do={verb}" for verb in sorted(ACTIONS)), f"{at}deadlines/",
        f"{at}refusal/", f"{at}preview/", f"{at}texts/", "/desk/search/?q=router",
        "/desk/search/suggest/?q=rout", "/desk/search/suggest/?q=&all=1", "/desk/search/?q=zzzz",
        "/desk/live/frame/", f"/desk/live/tickets/{rich.number}/?seen=0", "/desk/tickets/A-10485/",
        "/desk/tickets/A-1/", "/desk/alerts/", "/desk/keys/", "/desk/rota/", "/desk/drafts/",
        "/desk/again/", "/desk/live/rows/?only=" + str(rich.pk), "/desk/ledger/?view=all",
        "/desk/policies/general/2/?rule=M-4&tab=form", "/desk/policies/general/2/?tab=yaml",
        "/desk/policies/general/2/?rule=M-4&search=1", "/desk/pain/?a_lasted=week&contacts=3",
    ]  # fmt: skip


def leftovers() -> dict[str, list[tuple[str, str]]]:
    """What no page should say: kind of page → (where, words)."""
    User.objects.update(language=LANGUAGE)
    data = Data.known()
    found: dict[str, list[tuple[str, str]]] = {}
    told: set[str] = set()
    seen: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, in_brackets(Path(folder)):
        for name in PEOPLE:
            client = Client(raise_request_exception=False)
            client.force_login(
                User.objects.get(email=f"{name}@linden.example"),
                backend="django.contrib.auth.backends.ModelBackend",
            )
            todo = deque(_begun())
            done: set[str] = set()
            while todo and sum(seen.values()) < AT_MOST:
                address = todo.popleft()
                kind = kind_of(address)
                if address in done or seen[kind] >= (OF_EACH if done else 99):
                    continue
                done.add(address)
                seen[kind] += 1
                answer = client.get(address)
                if answer.streaming or "html" not in answer.get("Content-Type", ""):
                    continue
                page = answer.content.decode()
                _note(found, told, kind, unmarked(page, data))
                todo.extend(links_of(page, address))
        _send_nothing(found, told, data)
    return found


def _send_nothing(found: dict[str, list[tuple[str, str]]], told: set[str], data: Data) -> None:
    """Each form of a ticket, sent empty: what is said about it."""
    client = Client(raise_request_exception=False)
    helen = User.objects.get(email="helen@linden.example")
    client.force_login(helen, backend="django.contrib.auth.backends.ModelBackend")
    rich = Ticket.objects.filter(closed_at=None).order_by("-event_count")[0]
    for verb in sorted(ACTIONS):
        answer = client.post(f"/desk/tickets/{rich.number}/{verb}/", {}, follow=True)
        if "html" in answer.get("Content-Type", ""):
            page = answer.content.decode()
            _note(found, told, f"POST /desk/tickets/N/{verb}/", unmarked(page, data))


def _note(
    found: dict[str, list[tuple[str, str]]],
    told: set[str],
    kind: str,
    said: list[tuple[str, str]],
) -> None:
    """Each text where it was seen first."""
    for where, words in said:
        if words not in told:
            told.add(words)
            found.setdefault(kind, []).append((where, words))


def report(found: dict[str, list[tuple[str, str]]]) -> str:
    """Readable: each page with its texts."""
    return "\n".join(
        f"{kind}\n" + "\n".join(f"    {where}: {words}" for where, words in lines)
        for kind, lines in sorted(found.items())
    )
