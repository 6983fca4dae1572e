"""One of everything for the style guide: composer, customer, decision, board, matrix, charts."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django import forms

from desk.build.about import AboutView, EarlierView, TraitView
from desk.build.board import BoardRow
from desk.build.boxes import AxisView, BoxView
from desk.build.insight.views import (
    BarView,
    BoxesView,
    BoxRowView,
    CellView,
    CurveView,
    FigureView,
    PanelView,
    QuoteView,
    RowView,
    TableView,
)
from desk.build.policy_code import (
    CellView as SumView,
)
from desk.build.policy_code import (
    CodeLine,
    Excerpt,
    FindingView,
    GridRow,
    GridView,
    MarkView,
)
from desk.forms.exceptions import DecideForm
from desk.glyphs import AvatarView, ChipView, ClockState, ClockView, MeterView, PainView, PathView
from desk.present import LinkView, OfferLineView, OfferView
from desk.samples import INES, NADIA

INPUT = {"class": "input"}


def about() -> AboutView:
    """A customer with support needs, whom we had let down before."""
    return AboutView(
        name="Ines Calloway",
        url="#",
        avatar=INES,
        since="Customer for 12 years, since March 2014",
        traits=(
            TraitView("heart", "Her father's telecare alarm runs on this line", needs=True),
            TraitView("mail", "Writes by e-mail. Calls after 17:00 only"),
            TraitView("message-square", "English"),
        ),
        known=(
            ("Reported", "Mon 9 Nov, 08:12"),
            ("Half-days lost", "2, self-employed"),
            ("Account", "LB-4471-0926"),
        ),
        earlier=(
            EarlierView(
                "A-10355", "#", "Engineer did not come", "Upheld", "14 Nov", done=True,
                upheld=True, remedy="Apology, new visit", broken="not kept",
            ),
            EarlierView(
                "A-9021", "#", "Slow in the evenings", "Partly upheld", "March 2026", done=True,
                upheld=False, remedy="£25.00 credit",
            ),
        ),
        earlier_count=2,
    )  # fmt: skip


def offers() -> tuple[OfferView, ...]:
    """A fact is missing; adjusted; accepted in part."""
    repair = OfferLineView(
        "wifi", "Compensation, late repair", "£72.38", "£10.34 × 7 days.", "Ofcom, repair"
    )
    return (
        OfferView(
            2, "draft", ChipView("draft, a fact is missing"), (repair,), "£72.38",
            missing=("what mobile data cost you",),
        ),
        OfferView(
            3, "draft", ChipView("adjusted", "accent"),
            (
                OfferLineView(
                    "gift", "Credit for distress", "£100.00", "Two visits not kept.", "M-4",
                    old_sum="£80.00", facts="pain 4, promise broken",
                ),
            ),
            "£100.00",
        ),
        OfferView(
            4, "partly_accepted", ChipView("accepted in part", "good"),
            (repair, OfferLineView("gift", "Gift", "£20.00", left=True)), "£72.38",
            old_total="£92.38",
        ),
    )  # fmt: skip


class _Sample(forms.Form):
    """Controls in the states that a form shows."""

    subject = forms.CharField(
        label="Matter", help_text="One line", widget=forms.TextInput(attrs=INPUT)
    )
    amount = forms.DecimalField(label="Sum", required=False, widget=forms.NumberInput(attrs=INPUT))
    team = forms.ChoiceField(
        label="Team",
        required=False,
        choices=[("home", "Home"), ("travel", "Travel")],
        widget=forms.Select(attrs=INPUT),
    )
    told = forms.BooleanField(label="Tell the customer", required=False)


class _Reply(forms.Form):
    body = forms.CharField(
        label="Your reply",
        widget=forms.Textarea(attrs={"class": "input", "rows": "4"}),
        initial="Dear Ms Calloway,\nI am sorry. You were without service for nine days.",
    )


def composer() -> dict[str, Any]:
    """A reply with an offer, and the other tabs."""
    verbs = (
        ("reply", "Reply", "reply", "R"), ("note", "Note", "notebook-pen", "N"),
        ("promise", "Promise", "flag", "P"), ("ask", "Ask for fact", "circle-question-mark", "F"),
    )  # fmt: skip
    parts = ("regret", "explanation", "responsibility")
    return {
        "opened": "reply",
        "ticket": SimpleNamespace(number="A-10482"),
        "me": SimpleNamespace(pk=0, next_after_sending=True),
        "panels": [
            {
                "action": {
                    "verb": verb, "title": title, "icon": icon, "key_words": key,
                    "button": "Send reply with offer",
                },
                "open": verb == "reply",
                "form": _Reply(auto_id=f"guide_{verb}_%s"),
                "keeps_drafts": True,
                "draft": {"words": "Draft saved 11:17"},
                "use": verb,
                "leads_on": True,
            }
            for verb, title, icon, key in verbs
        ],
        "apology": {
            "parts": [
                *({"key": one, "label": one, "present": True} for one in parts),
                {"key": "change", "label": "what changes", "present": False},
            ]
        },
    }  # fmt: skip


def decision() -> dict[str, Any]:
    """What a supervisor decides with."""
    row: Any = SimpleNamespace(
        requester=SimpleNamespace(get_short_name=lambda: "Nadia"),
        reason="Months in our workshop are not use",
        items=[{"title": "Refund of the price", "asked": 114_900, "decided": None}],
        currency="GBP",
        asked_total=128_300,
        approvals=SimpleNamespace(all=lambda: ()),
    )
    reason = {"reason": row.reason}
    return {
        "case": {"id": 1, "total": "£1,283.00"},
        "form": DecideForm(row=row, initial=reason, auto_id="guide_decide_%s"),
    }


def board() -> tuple[BoardRow, ...]:
    """A clock that is missed and one that is about to be."""
    return (
        BoardRow(
            1, "A-10377", "#", "Next reply", "Rosa Ferrante", "Bag found, six days undelivered",
            ClockView(ClockState.LATE, 1, "52 min late", "next reply"), PainView(4),
            AvatarView.of("Lena Storm", key=1), "Lena", PathView(2, 4, "11:30 to lead Ewan"),
            "Lena is away to Thursday.", acknowledged=False, mine=False, may=True,
        ),
        BoardRow(
            2, "A-10482", "#", "Decision", "Kwame Boateng", "Charged for a refused upgrade",
            ClockView(ClockState.SOON, 0.9, "55 min", "decision"), PainView(2), NADIA, "Nadia",
            PathView(1, 4, "Ewan acknowledged, by 12:30", acknowledged=True), "",
            acknowledged=True, mine=True, may=True,
        ),
    )  # fmt: skip


def editor() -> dict[str, Any]:
    """A matrix with a sum out of order, and a rule with a mistake."""
    sums = (("—", "£5", "£10"), ("£10", "£20", "£25"), ("£30", "£55", "£75"), ("£60", "£90", "£70"))
    state = {(2, 2): "against", (3, 2): "wrong"}
    rows = tuple(
        GridRow(
            label=str(PainView(at + 1).words),
            pain=PainView(at + 1),
            cells=tuple(
                SumView(
                    f"guide-{at}-{column}", value, f"Pain {at + 1}, column {column + 1}",
                    min(8, 2 * at + column), state.get((at, column), ""), True, at, column,
                )
                for column, value in enumerate(line)
            ),
        )
        for at, line in enumerate(sums)
    )  # fmt: skip
    words = "With a loss to £500, pain 4 gives £70. Pain 3 gives £75."
    finding = FindingView("guide-3-2", "More pain pays less", words, "105", "Set £105")
    mark = MarkView(0, 30, "no value is named distres_credit.", "", "distress_credit", "M-4", "M-5")
    lines = (
        CodeLine(29, (("", "    "), ("key", "percent"), ("", ": 25")), ()),
        CodeLine(
            30, (("", "    "), ("key", "of"), ("", ": "), ("fault", "distres_credit")), (mark,)
        ),
    )
    return {
        "grids": (
            GridView("sum", "Sums", "Pain, then money lost", ("none", "to £100", "to £500"), rows,
                     (finding,)),
        ),
        "editable": True,
        "typed": SimpleNamespace(wrong={}),
        "tab": "matrix",
        "excerpts": (Excerpt("M-5", 1, lines),),
        "saved": "saved 11:16",
    }  # fmt: skip


def panels() -> tuple[PanelView, ...]:
    """Figures with a curve, causes, promises, praise and reproach, and remedies side by side."""
    table = TableView("What", ("Answers",), (RowView("Handling", "", (CellView("4.3"),)),))
    curve = CurveView(
        name="Handling and result, by week", width=700, height=240,
        lines=(
            ("M60 90L300 80L560 60", "560", "60", "60", "4.3 handling"),
            ("M60 150L300 130L560 120", "560", "120", "120", "3.9 result"),
        ),
        grid=(("40", "4.5"), ("100", "4.0"), ("160", "3.5")),
        labels=(("60", "25 Aug"), ("300", "6 Oct"), ("560", "17 Nov")),
        low=("400", "50", "405", "Parcel strike, 1 to 8 Nov"), left=60, right=560,
    )  # fmt: skip
    figures = (
        FigureView("How we handled it", "4.3", "of 5", "better, was 4.1", "good", ""),
        FigureView("It was easy", "71", "%", "worse, was 74 %", "late", ""),
    )
    return (
        PanelView(
            "guide-say", "What customers say", "587 answers", wide="wide", figures=figures,
            curve=curve, table=table, finding="Handling rises, ease falls.",
        ),
        PanelView(
            "guide-words", "In their words", wide="side", bars=(
                BarView("Somebody took charge", "", "80%", "96", sign="good"),
                BarView("Had to say it again", "", "40%", "44", sign="bad"),
            ), quotes=(QuoteView("The letter was kind.", "en", "2 of 5, Owen T.", "#"),),
        ),
        PanelView(
            "guide-why", "Why it happened", wide="third", heads=("complaints", "running share"),
            bars=(
                BarView("Visit not kept", "#", "90%", "148", end="24 %"),
                BarView("Refund late", "#", "40%", "48", end="89 %", quiet=True, divided=True),
            ),
        ),
        PanelView(
            "guide-kept", "Promises kept", wide="third", heads=("kept, then missed", "missed"),
            bars=(
                BarView(
                    "Call-back", "#", "88%", "88.0 %", end="21", end_url="#", x_bad="88%",
                    w_bad="12%",
                ),
            ),
        ),
        PanelView(
            "guide-equal", "Remedies", wide="third", boxes=BoxesView(
                "Remedies, side by side",
                AxisView((("0%", "£0"), ("50%", "£50"), ("100%", "£100"))),
                (BoxRowView("Distress", "#", "£80", "12 remedies",
                            BoxView("30%", "45%", "20%", "55%", "90%", ())),),
            ),
        ),
        PanelView("guide-none", "Ideas", wide="half", empty="No idea came in this period."),
    )  # fmt: skip


def view_links() -> tuple[LinkView, ...]:
    """Views of the queue: the one that is shown, others, and one whose number is cut short."""
    return (
        LinkView("For me", "#", "user", "12", current=True),
        LinkView("My team", "#", "users", "148"),
        LinkView("Unowned", "#", "inbox", "999+"),
        LinkView("Due today", "#", "clock", "0"),
    )


def report() -> dict[str, Any]:
    """What a report may be asked for: a period, a category, a team."""
    return {
        "period": SimpleNamespace(first=dt.date(2026, 8, 24), last=dt.date(2026, 11, 22)),
        "categories": (("broadband", "Broadband"), ("flights", "Flights")),
        "teams": (SimpleNamespace(key="home", name="Home"),),
        "asked": SimpleNamespace(category="broadband", team="home"),
    }


def deciding() -> dict[str, Any]:
    """What the third part of the style guide shows."""
    wrong = _Sample({"subject": "", "amount": "12 pounds", "team": "home"}, auto_id="guide_%s")
    wrong.is_valid()
    return composer() | decision() | {
        "about": about(),
        "offers": offers(),
        "offer_chips": (
            ChipView("sent", "accent"), ChipView("accepted", "good"), ChipView("declined", "late"),
            ChipView("ran out"), ChipView("taken back"), ChipView("replaced"),
        ),
        "fields": list(wrong),
        "board": board(),
        "editor": editor(),
        "panels_shown": panels(),
        "pools": (
            MeterView("Shop, £25 vouchers", "14", "left of 100", 0.86, 0),
            MeterView("Spa days", "none", "left of 20", 1, 0),
        ),
        "view_links": view_links(),
    } | report()  # fmt: skip
