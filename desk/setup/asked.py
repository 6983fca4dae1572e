"""What each step of the guided start asks, as fields of a form."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_noop

from desk.setup.compound import Hours, Rows
from desk.setup.fields import Choice, Field, Flag, Sum, Text, Words
from desk.setup.packs import deadlines, policies, trades
from desk.setup.sections import options
from desk.setup.sections.people import EMAIL
from tickets.models import Category
from tickets.rules import Role


def public() -> Sequence[tuple[str, str]]:
    """The categories that the public form may offer."""
    rows = Category.objects.filter(active=True, parent=None).order_by("order", "name")
    return list(rows.values_list("key", "name"))


TEAM: tuple[Field, ...] = (
    Text(name="name", label=gettext_noop("Name of the team"), required=True),
    Choice(
        name="time_zone",
        label=gettext_noop("Time zone"),
        required=True,
        default="Europe/London",
        options=options.zones,
    ),
    Choice(
        name="language",
        label=gettext_noop("Language"),
        required=True,
        default="en",
        options=options.fixed(*options.LANGUAGES),
        open=True,
    ),
    Hours(
        name="hours",
        label=gettext_noop("Open"),
        required=True,
        help=gettext_noop("By day, such as 09:00-12:30, 13:30-17:30. Empty: closed."),
    ),
)
HOLIDAYS: tuple[Field, ...] = (
    Choice(
        name="country",
        label=gettext_noop("Country"),
        options=options.countries,
        blank=gettext_noop("none of these"),
    ),
    Text(
        name="subdivision",
        label=gettext_noop("Part of the country"),
        limit=10,
        help=gettext_noop("Such as ENG or BY, where holidays differ."),
    ),
)
CATEGORIES: tuple[Field, ...] = (
    Words(name="trades", label=gettext_noop("Begin with"), boxes=True, options=trades),
    Text(
        name="further",
        label=gettext_noop("Further ones, one on each line"),
        limit=2000,
        rows=3,
    ),
)
POLICIES: tuple[Field, ...] = (
    Choice(
        name="policy",
        label=gettext_noop("Remedy policy"),
        options=policies,
        blank=gettext_noop("none yet"),
    ),
    Words(
        name="deadlines",
        label=gettext_noop("Deadlines"),
        boxes=True,
        options=deadlines,
        help=gettext_noop("What law and regulators ask can be added to our own."),
    ),
    Choice(
        name="currency",
        label=gettext_noop("Currency"),
        options=options.currencies,
        required=True,
        default="GBP",
    ),
    Sum(name="rep", label=gettext_noop("A rep may grant alone, each complaint")),
    Sum(name="supervisor", label=gettext_noop("A supervisor")),
)
PEOPLE: tuple[Field, ...] = (
    Rows(
        name="people",
        label=gettext_noop("People"),
        spare=4,
        columns=(
            Text(name="name", label=gettext_noop("Name"), limit=120, required=True),
            Text(
                name="email",
                label=gettext_noop("E-mail address"),
                limit=254,
                form=EMAIL,
                required=True,
                like=gettext_noop("an address such as tara@example.org"),
            ),
            Choice(
                name="role",
                label=gettext_noop("Role"),
                options=options.of_enum(Role),
                required=True,
                default=Role.REP.value,
            ),
        ),
    ),
    Flag(
        name="me",
        label=gettext_noop("I work in this team too, and watch over it"),
        default=True,
    ),
)
MAIL: tuple[Field, ...] = (
    Text(
        name="email",
        label=gettext_noop("Address that customers write to"),
        limit=254,
        form=EMAIL,
        like=gettext_noop("an address such as complaints@example.org"),
    ),
    Flag(name="test", label=gettext_noop("Send me a test mail now")),
)
FORM: tuple[Field, ...] = (
    Words(name="public", label=gettext_noop("It offers"), boxes=True, options=public),
)
