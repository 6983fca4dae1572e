"""The small pictures: clock, pain, path, meters, initials, chips. Frozen values, and of Django
nothing but its words.

Words are ready to print, geometry is ready for SVG, so that no template computes.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

PAIN_WORDS: dict[int, tuple[Promise, Promise]] = {
    1: (_l("irritation"), _l("put right within the day")),
    2: (_l("some trouble"), _l("hours lost or a second contact")),
    3: (_l("real disruption"), _l("days lost, plans upset")),
    4: (_l("serious disruption"), _l("or somebody depends on it")),
    5: (_l("serious harm"), _l("to health, safety or livelihood")),
}
"""Level of pain: its name, and what it means for the customer."""


class ClockState(StrEnum):
    """How a clock stands; each state has a shape of its own as well as a colour."""

    IN_TIME = "in_time"
    SOON = "soon"
    LATE = "late"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class RingView:
    """The picture of a clock without its words: `used` in whole hundredths, `size` in pixels."""

    state: ClockState
    used: int
    size: int

    @property
    def dash(self) -> str:
        """The `stroke-dasharray` of the used arc on a circle of path length 100."""
        used = max(1.5, min(100, self.used)) if self.used > 0 else 0
        return f"{used} 100"


@dataclass(frozen=True, slots=True)
class Ticks:
    """What a page needs to let a running clock go on by itself, in seconds since 1970.

    `next` is when it looks otherwise, and `share` the hundredths that are used then; a late one
    whose calendar is open is as late as if it was due at `late`.
    """

    due: int
    next: int = 0
    share: int = 0
    late: int | None = None


@dataclass(frozen=True, slots=True)
class ClockView:
    """One promise of time.

    `used` is the share of working time spent, 0 to 1. `words` says what is left ("42 min"), `kind`
    names the promise ("next reply"), `exact` is the whole sentence shown on hover.
    """

    state: ClockState
    used: float
    words: str
    kind: str
    exact: str = ""
    size: int = 26
    ticks: Ticks | None = None

    @property
    def ring(self) -> RingView:
        """Its ring, which thousands of clocks share: a hundredth of it is less than a pixel."""
        return RingView(self.state, math.ceil(self.used * 100), self.size)

    @property
    def name(self) -> str:
        """What a screen reader says."""
        kind = self.kind[:1].upper() + self.kind[1:]
        return f"{kind}, {self.words}" + (f", {self.exact}" if self.exact else "")


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a small rising glyph: position and size in SVG units, filled or hollow."""

    x: float
    y: float
    height: float
    on: bool


@dataclass(frozen=True, slots=True)
class FactorView:
    """What made the pain what it is: in words, with its effect ("level 3", "+1")."""

    words: str
    effect: str


@dataclass(frozen=True, slots=True)
class PainView:
    """The pain of a ticket, 1 to 5, with its factors and a person's override if there is one."""

    level: int
    factors: tuple[FactorView, ...] = ()
    override: str = ""

    @property
    def words(self) -> str:
        """The level's name, "serious disruption"."""
        return str(PAIN_WORDS[self.level][0])

    @property
    def detail(self) -> str:
        """What the level means, "days lost, plans upset"."""
        return str(PAIN_WORDS[self.level][1])

    @property
    def meaning(self) -> str:
        """The name with what it means, for a tooltip and for screen readers."""
        name, detail = PAIN_WORDS[self.level]
        return _("Pain %(level)s of 5: %(words)s") % {
            "level": self.level,
            "words": f"{name}, {detail}",
        }

    @property
    def bars(self) -> tuple[Bar, ...]:
        """Five rising bars on a ground of 24 by 18."""
        heights = (5, 8, 11, 14, 17)
        return tuple(
            Bar(x=5.0 * i + 0.5, y=17.5 - h, height=h, on=i < self.level)
            for i, h in enumerate(heights)
        )


@dataclass(frozen=True, slots=True)
class PathView:
    """Steps of an escalation path, and the next one in words ("11:30 to lead Ewan")."""

    taken: int
    total: int
    words: str
    acknowledged: bool = False

    @property
    def bars(self) -> tuple[Bar, ...]:
        """Up to four rising steps on a ground of 24 by 12."""
        shown = max(1, min(4, self.total))
        return tuple(
            Bar(
                x=6.0 * i + 0.5,
                y=11.5 - (2.5 + 2.5 * i),
                height=2.5 + 2.5 * i,
                on=i < self.taken,
            )
            for i in range(shown)
        )

    @property
    def name(self) -> str:
        """What a screen reader says."""
        return _("%(taken)s of %(total)s steps taken") % {"taken": self.taken, "total": self.total}


@dataclass(frozen=True, slots=True)
class ChipView:
    """One to three words; the tone is one of the few that mean something."""

    words: str
    tone: str = "neutral"
    icon: str = ""


@dataclass(frozen=True, slots=True)
class AvatarView:
    """Initials of a person, or the dashed ring of nobody."""

    name: str
    initials: str
    tone: int = 7
    nobody: bool = False

    @classmethod
    def of(cls, name: str, *, key: int | None = None) -> "AvatarView":
        """Initials from a name; `key` picks one of six quiet grounds, none keeps the customer's."""
        words = [word for word in name.split() if word[:1].isalpha()]
        letters = (words[0][:1] + words[-1][:1]) if len(words) > 1 else name[:2]
        return cls(name=name, initials=letters.upper(), tone=7 if key is None else key % 7)

    @classmethod
    def of_nobody(cls) -> "AvatarView":
        """The place of a missing owner."""
        return cls(name=_("Nobody"), initials="?", nobody=True)


@dataclass(frozen=True, slots=True)
class MeterView:
    """A bar of shares from 0 to 1: used before, this one, and the limit.

    Beyond the limit (`over`) the bar is scaled so that the limit's mark still shows.
    """

    label: str
    strong: str
    rest: str
    before: float
    this: float
    over: bool = False

    @property
    def scale(self) -> float:
        """How much of the bar's 200 units the limit takes."""
        total = self.before + self.this
        return 200.0 if total <= 1 else 200.0 / total

    @property
    def before_w(self) -> str:
        """Width of what was used before."""
        return f"{min(self.before * self.scale, 200.0):.1f}"

    @property
    def x_this(self) -> str:
        """Where this offer's part begins."""
        return f"{min(self.before * self.scale, 200.0):.1f}"

    @property
    def w_this(self) -> str:
        """Width of this offer's part up to the limit."""
        room = max(0.0, 1 - self.before)
        return f"{min(self.this, room) * self.scale:.1f}"

    @property
    def limit(self) -> str:
        """Where the limit stands when it is passed."""
        return f"{self.scale:.1f}"

    @property
    def w_over(self) -> str:
        """Width of the hatch past the limit."""
        return f"{max(0.0, 200 - self.scale):.1f}"


@dataclass(frozen=True, slots=True)
class LoadView:
    """Clocks due today of a person, or of a team (`name`, nobody's picture), against what can be
    answered in what is left of the day; a share, never a rank."""

    who: AvatarView | None
    words: str
    late_words: str
    late: float
    due: float
    room: float | None = None
    away: str = ""
    name: str = ""

    @property
    def title(self) -> str:
        """Whose they are."""
        return self.who.name if self.who is not None else self.name

    @property
    def x_due(self) -> str:
        """Where the part that is due but not late begins."""
        return f"{self.late * 200:.1f}"

    @property
    def w_due(self) -> str:
        """Width of that part."""
        return f"{self.due * 200:.1f}"

    @property
    def x_room(self) -> str:
        """Where the mark of what the person can answer today stands."""
        return f"{min(self.room or 0, 1.0) * 199:.1f}"
