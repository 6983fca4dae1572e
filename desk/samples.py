"""One of everything, for the style guide: an invented case whose sums add up."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from desk.glyphs import (
    AvatarView,
    ChipView,
    ClockState,
    ClockView,
    FactorView,
    LoadView,
    MeterView,
    PainView,
    PathView,
)
from desk.present import (
    CompareLineView,
    CompareView,
    EventsView,
    EventView,
    FileView,
    GroupView,
    KeyView,
    MessageView,
    NextStepView,
    NoticeView,
    OfferLineView,
    OfferView,
    RowView,
    StageView,
)
from desk.timeline import ClockSpan, TimelineView, draw

ZONE = ZoneInfo("Europe/London")
NOON = datetime(2026, 11, 24, 11, 18, tzinfo=ZONE)
NADIA = AvatarView.of("Nadia Rahman", key=0)
INES = AvatarView.of("Ines Calloway")


def clocks() -> tuple[ClockView, ...]:
    """Every state of the ring."""
    return (
        ClockView(ClockState.IN_TIME, 0.3, "2 d 3 h", "in time, grey arc", size=30),
        ClockView(ClockState.SOON, 0.82, "42 min", "last quarter or hour, dot", size=30),
        ClockView(ClockState.LATE, 1, "1 h 18 late", "filled, exclamation mark", size=30),
        ClockView(ClockState.PAUSED, 0.5, "6 h left", "paused, hatch and bars", size=30),
        ClockView(ClockState.MET, 1, "kept", "met, tick", size=30),
        ClockView(ClockState.IN_TIME, 0.01, "5 d", "just begun", size=30),
    )


def timeline() -> TimelineView:
    """Four clocks of one ticket over twelve days."""

    def at(day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)

    pause = ((at(20, 15, 40), at(23, 18, 5)),)
    spans = [
        ClockSpan("Next reply", "42 min", "soon", at(23, 18, 5), at(24, 12)),
        ClockSpan("Promise", "3 h 42", "", at(20, 15, 40), at(24, 15)),
        ClockSpan("Decision", "Mon 10:20", "", at(19, 19, 42), at(30, 10, 20), pause),
        ClockSpan("Resolution", "21 Dec", "", at(19, 19, 42), at(30, 9) + timedelta(21), pause),
    ]
    windows = [(at(day, 9), at(day, 17)) for day in (19, 20, 23, 24, 25, 26, 27, 30)]
    return draw(
        spans,
        windows=windows,
        now=NOON,
        zone=ZONE,
        paused_words="paused, waiting for Ines",
    )


def offer() -> OfferView:
    """The draft of the pictures."""
    lines = (
        OfferLineView(
            "heart",
            "Apology",
            "by letter",
            "From you and the head of field service.",
            "G-1",
            "Apology when upheld",
        ),
        OfferLineView(
            "wifi",
            "Compensation, late repair",
            "£72.38",
            "£10.34 × 7 days, 11 to 17 Nov. Repair day not counted.",
            "Ofcom, repair",
            "Set by the regulator",
        ),
        OfferLineView(
            "calendar",
            "Compensation, missed visits",
            "£64.62",
            "£32.31 × 2, on 12 and 16 Nov.",
            "Ofcom, visits",
            "Set by the regulator",
        ),
        OfferLineView(
            "undo-2",
            "Refund, days without service",
            "£11.40",
            "£38.00 ÷ 30 days × 9 days.",
            "B-4",
            "Days without service",
        ),
        OfferLineView(
            "credit-card",
            "Refund, mobile data",
            "£20.00",
            "Two receipts of £10.00.",
            "L-1",
            "Receipts, in full",
        ),
        OfferLineView(
            "gift",
            "Credit for distress",
            "£80.00",
            "Pain 4: £60 to £100, 2 of 4 facts make it worse: £60 + ½ × £40.",
            "M-4",
            "Credit, by pain",
        ),
    )
    return OfferView(
        id=1,
        state="draft",
        chip=ChipView("draft, policy 14"),
        lines=lines,
        total="£248.40",
    )


def meters() -> tuple[MeterView, ...]:
    """Inside, partly used before, and beyond."""
    return (
        MeterView("Inside: you decide", "£20", "left of £100", 0, 0.8),
        MeterView("Some used earlier", "£95", "left of £200", 0.125, 0.4),
        MeterView("Beyond: needs Helen", "£35 over", "£100", 0, 1.35, over=True),
    )


def rows() -> tuple[GroupView, ...]:
    """Two groups of the queue."""
    first = RowView(
        id=1,
        number="A-10482",
        url="#",
        customer="Ines Calloway",
        matter="Nine days offline, two visits not kept",
        clock=ClockView(ClockState.SOON, 0.82, "42 min", "next reply", "due today 12:00"),
        pain=PainView(4),
        category="Broadband · outage",
        category_icon="wifi",
        waiting_who="You",
        waiting_what="answer with offer",
        waiting_icon="user-round",
        owner=NADIA,
        version=3,
        you=True,
        chips=(ChipView("3rd contact", "pain"),),
        because=(
            ChipView("reply due 12:00", "soon"),
            ChipView("answer promised by 15:00"),
            ChipView("telecare alarm on this line", "pain"),
        ),
        tail="The offer is ready:",
        tail_sum="£248.40",
    )
    late = RowView(
        id=2,
        number="A-10391",
        url="#",
        customer="Joseph Halloran",
        matter="Missed connection: nobody called at 10:00",
        clock=ClockView(ClockState.LATE, 1, "1 h 18 late", "call-back promised"),
        pain=PainView(3),
        category="Flights · delay",
        category_icon="plane",
        waiting_who="You",
        waiting_what="call him",
        waiting_icon="user-round",
        owner=AvatarView.of_nobody(),
        version=1,
        you=True,
        because=(ChipView("call-back promised", "late"),),
        unowned=True,
    )
    return (
        GroupView("late", "Late", "2", (late,), "late"),
        GroupView("soon", "Next two hours", "4", (first,)),
    )


def thread() -> tuple[Any, ...]:
    """An event line, a message, and a note."""
    return (
        EventsView(
            "5 events, Thu 19 Nov to Fri 09:14: received by web form, acknowledged, linked",
            (
                EventView(
                    "Received by web form",
                    "Thu 19 Nov, 19:42",
                    "2026-11-19T19:42Z",
                    "Ines Calloway",
                ),
            ),
        ),
        MessageView(
            1,
            INES,
            "e-mail",
            "Mon 23 Nov, 18:05",
            "2026-11-23T18:05Z",
            ("Receipts attached. Please also tell me that the alarm is never cut off again.",),
            files=(FileView("data-pass-10-nov.pdf", "#"),),
        ),
        MessageView(
            2,
            NADIA,
            "internal note",
            "Mon 23 Nov, 16:20",
            "2026-11-23T16:20Z",
            ("Field confirms: the scheduler cancelled both visits. Nobody told her.",),
            note=True,
        ),
    )


def everything() -> dict[str, Any]:
    """The context of the style guide."""
    ewan = AvatarView.of("Ewan Blair", key=4)
    return {
        "clocks": clocks(),
        "pains": [PainView(level) for level in range(1, 6)],
        "pain": PainView(
            4,
            (
                FactorView("More than a week without service", "level 3"),
                FactorView("Someone at home depends on the line", "+1"),
                FactorView("Third contact, two visits not kept", "makes it worse"),
            ),
            "Set to 4 by Nadia, assessed as 3: “her father's alarm”",
        ),
        "chips": (
            ChipView("Open"),
            ChipView("Offer £248.40", "accent"),
            ChipView("3rd contact", "pain"),
            ChipView("reply due 12:00", "soon"),
            ChipView("1 error", "late", "x"),
            ChipView("Upheld", "good", "check"),
        ),
        "colours": (
            "paper surface sunken line edge ink ink-2 ink-3 accent accent-soft soon-fill "
            "soon-soft late-fill late-soft pain-fill pain-soft good-fill good-soft"
        ).split(),
        "held": NoticeView(
            "Not sent. Ines wrote while you typed.",
            "Your text is kept. Read her message, then send again.",
        ),
        "offline": NoticeView(
            "No connection.",
            "Shown as of 11:17. Drafts stay on this device.",
            "plain",
            "wifi",
        ),
        "timeline": timeline(),
        "offer": offer(),
        "meters": meters(),
        "groups": rows(),
        "thread": thread(),
        "step": NextStepView(
            "Next: answer Ines by 12:00.",
            "Every fact is known and the offer is inside your authority.",
            ClockView(ClockState.SOON, 0.82, "42 min", "next reply", size=30),
        ),
        "waiting": NextStepView("Waiting for Ines until Fri,", "then a reminder."),
        "paths": (
            PathView(2, 4, "11:30 to lead Ewan"),
            PathView(0, 4, "11:40 reminder to Nadia"),
            PathView(1, 4, "Ewan acknowledged, by 12:30", acknowledged=True),
        ),
        "loads": (
            LoadView(NADIA, "7", "1 late", 0.08, 0.5, 0.74),
            LoadView(ewan, "3", "", 0, 0.25, 0.66),
            LoadView(
                AvatarView.of("Lena Storm", key=1),
                "",
                "",
                0,
                0,
                None,
                "away to Thu, Nadia stands in",
            ),
        ),
        "compare": CompareView(
            "Nadia",
            (
                CompareLineView(
                    "Refund of the price",
                    "Policy R-9: £1,149.00 × (72 − 14) ÷ 72 months",
                    "£925.58",
                    "£1,149.00",
                    "+ £223.42",
                    True,
                ),
                CompareLineView("Credit for distress", "", "£45.00", "£45.00", "same", False),
            ),
            "£970.58",
            "£1,194.00",
            "+ £223.42",
        ),
        "stages": (
            StageView("done", "You wrote to us", "19 Nov"),
            StageView("now", "You decide", "until 8 Dec"),
            StageView(
                "later",
                "Money on your account",
                "",
                "by Monday 30 November, if you accept today",
            ),
        ),
        "keys": (
            KeyView(("J", "K"), "move"),
            KeyView(("X",), "select"),
            KeyView(("⏎",), "open"),
        ),
        "people": (),
    }
