"""One of everything for the style guide: what stands in queue and composer while one works."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from desk.build.drafts import KeptFileView
from desk.build.filters import FilterChipView
from desk.build.snoozing import PresetView, preset_views
from desk.glyphs import AvatarView, ChipView, ClockState, ClockView, PainView
from desk.present import FileView, GroupView, NextStepView, RowView
from desk.samples import NADIA, NOON, ZONE


@dataclass(frozen=True, slots=True)
class Seen:
    """Who else is on a ticket, as its page and the queue show it."""

    initials: str
    tone: int
    words: str
    writes: bool = False


@dataclass(frozen=True, slots=True)
class Uploading:
    """A file on its way: the share that has arrived, or why it can't be sent."""

    name: str
    detail: str
    share: float = 0
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What was done, in the bar that offers to undo it."""

    words: str
    icon: str = "check"
    undo: bool = True


def chips() -> tuple[ChipView, ...]:
    """Every tone, and those with an icon."""
    return (
        ChipView("Open"),
        ChipView("DE"),
        ChipView("Offer £248.40", "accent"),
        ChipView("3rd contact", "pain"),
        ChipView("reply due 12:00", "soon"),
        ChipView("was due 10:00", "late"),
        ChipView("Upheld", "good", icon="check"),
        ChipView("confidential", icon="lock"),
        ChipView("put aside until Mon 09:00", icon="alarm-clock"),
    )


def moments() -> tuple[PresetView, ...]:
    """The moments of a Tuesday morning; a clock speaks before the last."""
    *three, last = preset_views(now=NOON, zone=ZONE)
    return (*three, replace(last, early="back Mon 10:20: decision"))


def aside_row() -> RowView:
    """A row of what is put aside: until when, in the place of whom it waits for."""
    return RowView(
        id=3,
        number="A-10501",
        url="#",
        customer="Brenda Castle",
        matter="Thermostat of the heater, part on order",
        clock=ClockView(ClockState.IN_TIME, 0.4, "3 d 2 h", "decision"),
        pain=PainView(2),
        category="Retail · faulty",
        category_icon="monitor",
        waiting_who="Back Wed 09:00",
        waiting_what="the part arrives",
        waiting_icon="alarm-clock",
        owner=NADIA,
        version=4,
        because=(ChipView("put aside until tomorrow 09:00", icon="alarm-clock"),),
        aside=True,
    )


def working() -> dict[str, Any]:
    """What the second half of the style guide shows."""
    return {
        "chips": chips(),
        "filter_chips": (
            FilterChipView("Owner: mine", "#"),
            FilterChipView("Pain 3 or more", "#"),
            FilterChipView("“exchange”", "#"),
        ),
        "found": {
            "places": ({"words": "Queue", "url": "#", "icon": "list-filter", "go": "q"},),
            "tickets": (
                {
                    "number": "A-10482",
                    "url": "#",
                    "customer": "Ines Calloway",
                    "matter": "Nine days offline",
                    "state": "open",
                    "icon": "message-square",
                },
            ),
            "customers": ({"words": "Ines Calloway", "url": "#"},),
        },
        "kept_files": (KeptFileView(0, "data-pass-10-nov.pdf", "84 kB"),),
        "uploading": (
            Uploading("router.jpg", "1.2 MB", 0.6),
            Uploading("bill.html", "can’t be sent: pictures, PDF, text and tables can", wrong=True),
        ),
        "sent_files": (FileView("receipt.pdf", "#", detail="120 kB"),),
        "seen": (
            Seen("JK", AvatarView.of("Jonas Keller", key=1).tone, "Jonas is reading"),
            Seen("TO", AvatarView.of("Tara Okafor", key=2).tone, "Tara is writing", writes=True),
        ),
        "told": (
            Told("2 tickets given to Tara."),
            Told("A-10517 is part of this ticket now."),
            Told("Put aside until tomorrow 09:00. No clock pauses."),
            Told("Undone: 2 tickets are as before.", undo=False),
            Told("A-10482: It was changed since, so it stays as it is.", "triangle-alert", False),
        ),
        "presets": moments(),
        "put_aside": NextStepView(
            "Put aside until tomorrow 09:00.",
            "“The part arrives” No clock pauses.",
            ClockView(ClockState.IN_TIME, 0.4, "3 d 2 h", "decision", size=30),
            verb="end-snooze",
            act="Bring it back",
            post=True,
        ),
        "aside_groups": (GroupView("all", "What comes back first", "1", (aside_row(),)),),
        "until": NOON + timedelta(days=1),
    }
