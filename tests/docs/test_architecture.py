"""What docs/architecture.md lists is what there is."""

import re
from enum import StrEnum
from importlib import import_module
from pathlib import Path

import pytest

from escalation.rules import EscalationEvent
from feedback.rules import FeedbackEvent
from integrations.events import IntegrationEvent
from remedies.rules.states import RemedyEvent
from tickets.rules import EventType

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "enum", [EventType, EscalationEvent, FeedbackEvent, IntegrationEvent, RemedyEvent]
)
def test_every_type_of_event_is_listed(enum: type[StrEnum]) -> None:
    listed = set(re.findall(r"`([a-z_]+)`", TEXT))
    assert {member.value for member in enum} <= listed


def test_every_receiver_is_listed_and_every_listed_one_is_there() -> None:
    listed = set(re.findall(r"`([a-z]+\.receivers)\.([a-z_]+)`", TEXT))
    assert listed
    for module, name in listed:
        assert callable(getattr(import_module(module), name))
    there = {path.parent.name for path in ROOT.glob("*/receivers.py")}
    assert there == {module.split(".")[0] for module, _ in listed}


@pytest.mark.parametrize(
    "page",
    sorted(
        p.relative_to(ROOT).as_posix() for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    ),
)
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not re.match(r"[a-z]+:", target):
            assert ((ROOT / page).parent / target).exists(), target
