"""When we work, and who is on duty."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext, gettext_noop

from desk.setup.compound import Hours, Rows, Slots
from desk.setup.errors import SetupInvalid
from desk.setup.fields import Choice, Data, Days, Flag, Text, Words, is_day
from desk.setup.pictures import weeks_of
from desk.setup.section import Attention, Doc, Preview, Section, referred, stored
from desk.setup.sections import options
from desk.words import weekday_words
from escalation.hours import WEEKDAYS, Calendar
from escalation.models import CalendarDay, Rota, WorkCalendar
from escalation.services.rotas import NewSlot, set_slots
from escalation.worktime import WorkTimeError
from tickets.models import Team, User

_PLAIN = (
    "name",
    "time_zone",
    "hours",
    "country",
    "subdivision",
    "overrides",
    "breaks",
    "yearly_breaks",
    "is_default",
)
_LISTS = ("also_closed", "yearly_holidays", "joins")
_DAY: dict[str, Any] = {
    "form": r"\d{4}-\d{2}-\d{2}",
    "like": gettext_noop("a date such as 2026-12-24"),
    "limit": 10,
}
_YEARLY: dict[str, Any] = {
    "form": (
        r"(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])"
        r"|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)"
        r"|02-(?:0[1-9]|[12]\d)"
    ),
    "like": gettext_noop("a day such as 12-24"),
    "limit": 5,
}
_TIME: dict[str, Any] = {
    "form": r"(?:[01]\d|2[0-3]):[0-5]\d|24:00",
    "like": gettext_noop("a time such as 14:00"),
    "limit": 5,
}


def as_known(country: str, part: str) -> str:
    """A part of a country as it is known, where it was typed in other letters: by, BY."""
    known = {one.lower(): one for one in options.subdivisions().get(country, [])}
    return known.get(part.lower(), part)


def no_such_part(country: str, part: str) -> str:
    """What is wrong with a part of a country, and which there are."""
    name = dict(options.countries()).get(country, country)
    known = options.subdivisions().get(country, [])
    if not known:
        words = gettext("%(country)s has no parts with holidays of their own: leave this empty.")
        return words % {"country": name}
    told = {"country": name, "part": part, "known": ", ".join(sorted(known))}
    return gettext("%(country)s has no part “%(part)s”. Known are: %(known)s.") % told


def _unknown_places(places: Iterable[str]) -> Iterable[str]:
    """What is wrong with each of these places whose holidays nobody knows."""
    known = options.subdivisions()
    for place in places:
        country, _, part = place.partition("-")
        if country not in known:
            yield gettext(
                "No holidays are known of “%(place)s”. Write GB, or GB-SCT for a part."
            ) % {"place": place}
        elif part and part not in known[country]:
            yield no_such_part(country, part)


class Calendars(Section):
    """Working hours of places."""

    key = "calendars"
    title = gettext_noop("Calendars")
    one = gettext_noop("calendar")
    about = gettext_noop("Opening hours, public holidays and special days: when clocks run.")
    icon = "calendar-days"
    group = gettext_noop("Time")
    moves_deadlines = True
    previews = True
    columns = ("hours", "country", "time_zone", "is_default")
    fields = (
        Text(name="name", label=gettext_noop("Name"), required=True),
        Choice(
            name="time_zone",
            label=gettext_noop("Time zone"),
            default="Europe/London",
            required=True,
            options=options.zones,
        ),
        Hours(
            name="hours",
            label=gettext_noop("Open"),
            help=gettext_noop("By day, such as 09:00-12:30, 13:30-17:30."),
        ),
        Choice(
            name="country",
            label=gettext_noop("Country"),
            options=options.countries,
            blank=gettext_noop("no holidays"),
            help=gettext_noop("Its public holidays are closed."),
        ),
        Text(
            name="subdivision",
            label=gettext_noop("Part of the country"),
            limit=10,
            help=gettext_noop("Such as ENG or BY, where holidays differ."),
        ),
        Words(
            name="also_closed",
            label=gettext_noop("Also closed with"),
            limit=10,
            help=gettext_noop("Further places whose holidays are closed, such as GB-SCT, AT."),
        ),
        Days(
            name="holidays",
            label=gettext_noop("Closed on"),
            help=gettext_noop("Such as 2026-12-24, 2026-12-31."),
        ),
        Words(
            name="yearly_holidays",
            label=gettext_noop("Closed every year on"),
            **_YEARLY,
            help=gettext_noop("Such as 12-24, 12-31."),
        ),
        Rows(
            name="days",
            label=gettext_noop("Special days"),
            help=gettext_noop(
                "Without hours: closed. With hours: open then, even on a public holiday."
            ),
            columns=(
                Text(name="day", label=gettext_noop("Date"), required=True, **_DAY),
                Text(name="name", label=gettext_noop("Name")),
                Slots(name="hours", label=gettext_noop("Hours")),
            ),
        ),
        Rows(
            name="breaks",
            label=gettext_noop("Closed for a while"),
            columns=(
                Text(name="date", label=gettext_noop("Date"), required=True, **_DAY),
                Text(name="from", label=gettext_noop("From"), required=True, **_TIME),
                Text(name="to", label=gettext_noop("To"), required=True, **_TIME),
            ),
            spare=1,
        ),
        Rows(
            name="yearly_breaks",
            label=gettext_noop("Closed for a while every year"),
            columns=(
                Text(name="day", label=gettext_noop("Day"), required=True, **_YEARLY),
                Text(name="from", label=gettext_noop("From"), required=True, **_TIME),
                Text(name="to", label=gettext_noop("To"), required=True, **_TIME),
            ),
            spare=1,
        ),
        Data(
            name="overrides",
            label=gettext_noop("Special hours by date"),
            default=None,
            rows=2,
            help=gettext_noop("Older form of special days: {2026-12-24: [[09:00, 12:00]]}."),
        ),
        Words(
            name="joins",
            label=gettext_noop("Joined with"),
            limit=40,
            options=options.calendars,
            help=gettext_noop("Keys of calendars: open whenever one of them is."),
        ),
        Flag(name="is_default", label=gettext_noop("For policies that name none")),
    )

    def documents(self) -> dict[str, Doc]:
        """By name."""
        rows = WorkCalendar.objects.prefetch_related("days").order_by("name")
        return {row.key: self._doc(row) for row in rows}

    def _doc(self, row: WorkCalendar) -> Doc:
        doc: Doc = {name: getattr(row, name) for name in _PLAIN}
        doc |= {name: list(getattr(row, name)) for name in _LISTS}
        doc["overrides"] = row.overrides or None
        doc["holidays"] = sorted(map(str, row.holidays))
        doc["days"] = [
            {"day": str(day.day), "name": day.name, "hours": day.hours}
            for day in sorted(row.days.all(), key=lambda one: one.day)
        ]
        return doc

    def write(
        self, key: str, doc: Doc, *, before: Doc | None, by: User | None, now: dt.datetime
    ) -> None:
        """One default at most: the new one takes it over."""
        doc = {**doc, "subdivision": as_known(doc["country"], doc["subdivision"])}
        row = WorkCalendar.objects.filter(key=key).first() or WorkCalendar(key=key)
        if doc["is_default"]:
            for other in WorkCalendar.objects.filter(is_default=True).exclude(pk=row.pk):
                other.is_default = False
                other.save()
        for name in (*_PLAIN, *_LISTS):
            setattr(row, name, doc[name])
        row.overrides = doc["overrides"] or {}
        row.holidays = [dt.date.fromisoformat(day) for day in doc["holidays"]]
        self._readable(doc)
        stored(row)
        there = {str(day.day): day for day in row.days.all()}
        for day in set(there) - {one["day"] for one in doc["days"]}:
            there[day].delete()
        for index, one in enumerate(doc["days"]):
            found = there.get(one["day"])
            if found is not None and (found.name, found.hours) == (one["name"], one["hours"]):
                continue
            if not is_day(one["day"]):
                raise SetupInvalid(
                    [
                        (
                            f"days[{index}].day",
                            gettext("There is no day %(one)s.") % {"one": one["day"]},
                        )
                    ]
                )
            found = found or CalendarDay(calendar=row, day=dt.date.fromisoformat(one["day"]))
            found.name, found.hours = one["name"], one["hours"]
            stored(found, at=f"days[{index}]")

    def _readable(self, doc: Doc) -> None:
        """Say at its own field what can't be read, before the whole is refused at the hours."""
        parts = {
            "hours": {"hours": doc["hours"]},
            "country": {"country": doc["country"], "subdivision": doc["subdivision"]},
            "also_closed": {"also_closed": doc["also_closed"]},
            "yearly_holidays": {"yearly_holidays": doc["yearly_holidays"]},
            "breaks": {"breaks": doc["breaks"]},
            "yearly_breaks": {"yearly_breaks": doc["yearly_breaks"]},
            "overrides": {"overrides": doc["overrides"] or {}},
        }
        wrong = []
        for name, data in parts.items():
            try:
                Calendar.parse({"tz": doc["time_zone"], **data})
            except WorkTimeError as error:
                if name == "country" and doc["subdivision"]:
                    wrong.append(("subdivision", no_such_part(doc["country"], doc["subdivision"])))
                elif name == "also_closed":
                    wrong += [("also_closed", words) for words in _unknown_places(doc[name])]
                else:
                    wrong.append((name, f"{error}"))
        if wrong:
            raise SetupInvalid(wrong)

    def remove(self, key: str, *, by: User | None, now: dt.datetime) -> None:
        """One that no policy names."""
        WorkCalendar.objects.get(key=key).delete()

    def preview(self, key: str, doc: Doc, *, now: dt.datetime, zone: dt.tzinfo) -> Preview | None:
        """The next weeks as a picture."""
        return Preview("desk/setup/preview_calendar.html", {"weeks": weeks_of(read(doc), now=now)})

    def attention(self, documents: dict[str, Doc]) -> Iterable[Attention]:
        """No hours to count by."""
        if not any(doc["is_default"] for doc in documents.values()):
            words = gettext("No calendar is the usual one: clocks run day and night.")
            yield Attention(words, self.url)
        for key, doc in documents.items():
            try:
                opens = read(doc).ever_opens()
            except WorkTimeError:
                opens = False
            if not opens:
                yield Attention(
                    gettext("%(doc)s never opens.") % {"doc": doc["name"]}, f"{self.url}{key}/"
                )


def read(doc: Doc) -> Calendar:
    """A document as the calendar that it means, with those that it joins. Raises WorkTimeError."""
    closed = [one["day"] for one in doc["days"] if not one["hours"]]
    special = {one["day"]: one["hours"] for one in doc["days"] if one["hours"]}
    others = WorkCalendar.objects.filter(key__in=doc["joins"]).prefetch_related("days")
    data: dict[str, Any] = {
        "tz": doc["time_zone"],
        "hours": doc["hours"],
        "country": doc["country"],
        "subdivision": as_known(doc["country"], doc["subdivision"]),
        "also_closed": doc["also_closed"],
        "holidays": [*doc["holidays"], *closed],
        "yearly_holidays": doc["yearly_holidays"],
        "worked": list(special),
        "overrides": {**(doc["overrides"] or {}), **special},
        "breaks": doc["breaks"],
        "yearly_breaks": doc["yearly_breaks"],
        "joins": [other.data(alone=True) for other in others] if doc["joins"] else [],
    }
    return Calendar.parse(data)


class Rotas(Section):
    """Who is on duty when."""

    key = "rotas"
    title = gettext_noop("Duty rotas")
    one = gettext_noop("rota")
    about = gettext_noop("Who is on duty when; escalation paths name them.")
    icon = "calendar-clock"
    group = gettext_noop("Time")
    columns = ("team", "time_zone", "slots")
    more = ((gettext_noop("Who is on duty now"), "/desk/rota/"),)
    fields = (
        Text(name="name", label=gettext_noop("Name"), required=True),
        Choice(
            name="team",
            label=gettext_noop("Team"),
            options=options.teams,
            open=True,
            blank=gettext_noop("every team"),
        ),
        Choice(
            name="time_zone",
            label=gettext_noop("Time zone"),
            default="Europe/London",
            required=True,
            options=options.zones,
        ),
        Rows(
            name="slots",
            label=gettext_noop("Duties"),
            help=gettext_noop(
                "A weekday or a date; an end at or before the start is on the next day."
            ),
            columns=(
                Choice(
                    name="person",
                    label=gettext_noop("Person"),
                    options=options.people,
                    required=True,
                    open=True,
                ),
                Choice(
                    name="weekday",
                    label=gettext_noop("Weekday"),
                    options=lambda: [(d, weekday_words(n)) for n, d in enumerate(WEEKDAYS)],
                ),
                Text(name="on", label=gettext_noop("Or date"), **_DAY),
                Text(name="starts", label=gettext_noop("From"), required=True, **_TIME),
                Text(name="ends", label=gettext_noop("To"), required=True, **_TIME),
            ),
        ),
    )

    def documents(self) -> dict[str, Doc]:
        """By name."""
        rows = Rota.objects.select_related("team").prefetch_related("slots__user").order_by("name")
        return {
            row.key: {
                "name": row.name,
                "team": row.team.key if row.team else "",
                "time_zone": row.time_zone,
                "slots": [
                    {
                        "person": one.user.email.lower(),
                        "weekday": "" if one.weekday is None else WEEKDAYS[one.weekday],
                        "on": str(one.on or ""),
                        "starts": f"{one.starts:%H:%M}",
                        "ends": f"{one.ends:%H:%M}",
                    }
                    for one in row.slots.all()
                ],
            }
            for row in rows
        }

    def write(
        self, key: str, doc: Doc, *, before: Doc | None, by: User | None, now: dt.datetime
    ) -> None:
        """With its duties."""
        row = Rota.objects.filter(key=key).first() or Rota(key=key)
        row.name, row.time_zone = doc["name"], doc["time_zone"]
        row.team = referred(Team, doc["team"], "team")
        stored(row)
        if before is None or before["slots"] != doc["slots"]:
            set_slots(row, [_slot(one, index) for index, one in enumerate(doc["slots"])])

    def remove(self, key: str, *, by: User | None, now: dt.datetime) -> None:
        """One."""
        Rota.objects.get(key=key).delete()


def _slot(one: Doc, index: int) -> NewSlot:
    at = f"slots[{index}]"
    try:
        starts, ends = (dt.time.fromisoformat(one[name]) for name in ("starts", "ends"))
        day = dt.date.fromisoformat(one["on"]) if one["on"] else None
    except ValueError as error:
        raise SetupInvalid([(at, f"{error}.")]) from error
    user = referred(User, one["person"], f"{at}.person", by="email", what="person")
    weekday = WEEKDAYS.index(one["weekday"]) if one["weekday"] else None
    return NewSlot(user=user, starts=starts, ends=ends, weekday=weekday, on=day)
