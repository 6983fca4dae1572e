"""How customers are asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext_noop

from desk.setup.fields import Flag, Whole
from desk.setup.section import Attention, Doc, Preview, Section, stored
from feedback.models import SurveySettings
from feedback.rules import HIGHEST, LOWEST
from tickets.models import User

_NAMES = (
    "enabled",
    "delay_minutes",
    "longest_wait_days",
    "expires_days",
    "rest_days",
    "poor_at_most",
)


class Surveys(Section):
    """One row."""

    key = "surveys"
    title = gettext_noop("Surveys")
    one = gettext_noop("survey")
    about = gettext_noop("When customers are asked how it went, and which answers are followed up.")
    icon = "message-square"
    group = gettext_noop("Customers")
    single = "survey"
    previews = True
    fields = (
        Flag(name="enabled", label=gettext_noop("Ask customers"), default=True),
        Whole(
            name="delay_minutes",
            label=gettext_noop("Minutes until the question"),
            default=60,
            most=100_000,
            help=gettext_noop("From the resolution, or from the remedy's arrival."),
        ),
        Whole(
            name="longest_wait_days",
            label=gettext_noop("Days that a remedy on its way holds it back"),
            default=14,
        ),
        Whole(
            name="expires_days",
            label=gettext_noop("Days in which it can be answered"),
            default=30,
            least=1,
        ),
        Whole(
            name="rest_days",
            label=gettext_noop("Days of rest"),
            default=30,
            help=gettext_noop("Nobody is asked more often than this."),
        ),
        Whole(
            name="poor_at_most",
            label=gettext_noop("Poor is"),
            default=2,
            least=LOWEST,
            most=HIGHEST,
            help=gettext_noop("A score up to this one is followed up."),
        ),
    )

    def title_of(self, key: str, doc: Doc) -> str:
        """What it is."""
        return self.title

    def documents(self) -> dict[str, Doc]:
        """The row, or what holds without one."""
        row = SurveySettings.objects.filter(pk=1).first() or SurveySettings(pk=1)
        return {self.single: {name: getattr(row, name) for name in _NAMES}}

    def write(
        self, key: str, doc: Doc, *, before: Doc | None, by: User | None, now: dt.datetime
    ) -> None:
        """The row."""
        row = SurveySettings.objects.filter(pk=1).first() or SurveySettings(pk=1)
        for name in _NAMES:
            setattr(row, name, doc[name])
        stored(row)

    def preview(self, key: str, doc: Doc, *, now: dt.datetime, zone: dt.tzinfo) -> Preview | None:
        """What happens after a complaint is resolved."""
        return Preview("desk/setup/preview_survey.html", {"doc": doc})

    def attention(self, documents: dict[str, Doc]) -> Iterable[Attention]:
        """Nobody is asked."""
        if not documents[self.single]["enabled"]:
            yield Attention(gettext_noop("Customers are not asked how it went."), self.url)
