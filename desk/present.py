"""What the components show: small frozen values that know nothing of models.

A view builds these from models; a template of `desk/components/` draws one of them. Words are
ready to print, geometry is ready for SVG, so that no template computes.
"""

from dataclasses import dataclass, field

from django.utils.functional import Promise

from desk.glyphs import AvatarView, ChipView, ClockView, PainView


@dataclass(frozen=True, slots=True)
class RowView:
    """One ticket in a list: everything that a reader needs to choose it."""

    id: int
    number: str
    url: str
    customer: str
    matter: str
    clock: ClockView
    pain: PainView | None
    category: str
    category_icon: str
    waiting_who: str
    waiting_what: str
    waiting_icon: str
    owner: AvatarView
    version: int
    you: bool = False
    chips: tuple[ChipView, ...] = ()
    because: tuple[ChipView, ...] = ()
    tail: str = ""
    tail_sum: str = ""
    unowned: bool = False
    #: Put aside: when it comes back stands in the place of whom it waits for.
    aside: bool = False
    #: Where it stands among others of its group: rows with a smaller number come first.
    order: str = ""


@dataclass(frozen=True, slots=True)
class GroupView:
    """A heading of the queue with its rows; `count` covers rows on other pages too."""

    key: str
    title: str
    count: str
    rows: tuple[RowView, ...]
    tone: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class LinkView:
    """A view in the left column: words, icon, how many, and whether it is shown now."""

    words: str
    url: str
    icon: str
    count: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class FileView:
    """An attachment as a link."""

    name: str
    url: str
    icon: str = "file-text"
    detail: str = ""
    #: Where a small picture of it is; "" for what is none.
    small: str = ""


@dataclass(frozen=True, slots=True)
class MessageView:
    """What was said: inbound, outbound, or an internal note (`note`)."""

    id: int
    who: AvatarView
    channel: str
    when: str
    exact: str
    paragraphs: tuple[str, ...]
    note: bool = False
    files: tuple[FileView, ...] = ()
    fresh: bool = False
    kind: str = "message"


@dataclass(frozen=True, slots=True)
class EventView:
    """One fact that happened, in a sentence with who and when."""

    words: str
    when: str
    exact: str
    who: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class EventsView:
    """A run of events folded into one line that says what is in them."""

    words: str
    events: tuple[EventView, ...]
    kind: str = "events"


@dataclass(frozen=True, slots=True)
class NextStepView:
    """The one thing to do now, or whom the ticket waits for."""

    lead: str
    words: str
    clock: ClockView | None = None
    #: A button for it, where it is not the composer's: the name of the action and its title.
    verb: str = ""
    act: str = ""
    done: bool = False
    #: Whether the button does it at once, without a form.
    post: bool = False


@dataclass(frozen=True, slots=True)
class OfferLineView:
    """A component of an offer: name, clause, sum, and how the sum came about."""

    icon: str
    name: str
    sum: str
    why: str = ""
    clause: str = ""
    clause_title: str = ""
    old_sum: str = ""
    by_law: bool = False
    key: str = ""
    #: The customer accepted other parts and not this one.
    left: bool = False
    #: What the rule was told and used.
    facts: str = ""


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer with its lines and total; `missing` names the facts it still needs."""

    id: int
    state: str
    chip: ChipView
    lines: tuple[OfferLineView, ...]
    total: str
    old_total: str = ""
    missing: tuple[str, ...] = ()
    why_not: tuple[str, ...] = ()
    note: str = ""
    #: The customer said no: a new draft, or an exception, is one click away.
    declined: bool = False

    @property
    def rests(self) -> bool:
        """Whether any line tells the facts that it rests on."""
        return any(line.facts for line in self.lines)


@dataclass(frozen=True, slots=True)
class CompareLineView:
    """A component as the policy has it and as it is wished."""

    name: str
    why: str
    policy: str
    wish: str
    difference: str
    differs: bool
    key: str = ""
    amount: str = ""


@dataclass(frozen=True, slots=True)
class CompareView:
    """Policy beside wish, with totals."""

    asker: str
    lines: tuple[CompareLineView, ...]
    policy_total: str
    wish_total: str
    difference: str


@dataclass(frozen=True, slots=True)
class StageView:
    """A step on the customer's timeline: `done`, `now` or `later`."""

    state: str
    words: str
    when: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class NoticeView:
    """What happened, that nothing is lost, and how to go on."""

    lead: str
    words: str
    tone: str = "late"
    icon: str = "triangle-alert"
    details: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class KeyView:
    """One line of the keyboard hints."""

    keys: tuple[str, ...]
    words: str | Promise
