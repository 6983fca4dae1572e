"""The search of a policy's text: a first look at once, the rest by a worker, kept for everybody."""

import datetime as dt
import uuid
from typing import Any

import pytest

from remedies import searched, tasks
from remedies.rules.checks.findings import Flaw
from remedies.rules.checks.soundness import check_soundness
from remedies.rules.language.parsing import compile_policy
from remedies.rules.language.source import read_source
from tests.builders import NOW


def text() -> str:
    """A policy that nobody has searched yet, with a mistake and a doubt."""
    return f"""policy: p
about: {uuid.uuid4()}
currency: EUR
facts: {{pain: number, nobody: number}}
rules: [{{rule: A, gives: credit, amount: {{table: pain, rows: [{{is: 2, gives: 20}}], else: 15}}}}]
"""


class Kept:
    """A cache of a test's own, whatever the machine has; `gone` as one that can't be reached."""

    def __init__(self, *, gone: bool = False) -> None:
        self.values: dict[str, Any] = {}
        self.gone = gone

    def get(self, key: str) -> Any:
        """What is kept."""
        return None if self.gone else self.values.get(key)

    def set(self, key: str, value: Any, _: int) -> None:
        """Keep it."""
        self.values[key] = value

    def add(self, key: str, value: Any, _: int) -> bool:
        """Keep it where nothing is."""
        return self.gone or self.values.setdefault(key, value) is value


@pytest.fixture(autouse=True)
def _kept_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searched, "cache", Kept())


def test_a_first_look_is_had_at_once_and_a_worker_is_asked_once() -> None:
    source = text()
    first = searched.search(source, now=NOW)
    assert [one.flaw for one in first.findings] == [Flaw.DISPROPORTION]
    assert (first.done, first.ask) == (False, True)
    again = searched.search(source, now=NOW + dt.timedelta(seconds=2))
    assert (again.done, again.ask) == (False, False)


def test_what_a_worker_found_is_kept_for_every_process() -> None:
    source = text()
    searched.search(source, now=NOW)
    assert tasks.search_policy(source) == 2
    found = searched.search(source, now=NOW)
    whole = read_source(source)
    assert (found.done, found.ask) == (True, False)
    assert list(found.findings) == check_soundness(whole, compile_policy(whole))
    assert searched.flaws_of(source) == found.findings


def test_nobody_waits_for_a_worker_that_does_not_come() -> None:
    source = text()
    searched.search(source, now=NOW)
    late = searched.search(source, now=NOW + searched.PATIENCE + dt.timedelta(seconds=1))
    assert late.done
    assert len(late.findings) == 2


def test_without_what_keeps_it_it_is_searched_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searched, "cache", Kept(gone=True))
    assert searched.search(text(), now=NOW).done


def test_a_text_that_cant_be_read_is_no_work() -> None:
    assert tasks.search_policy("policy: [") == 0
