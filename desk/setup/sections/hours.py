"""When we work, and who is on duty."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from desk.setup.compound import Hours, Rows, Slots
from desk.setup.errors import SetupInvalid
from desk.setup.fields import Choice, Data, Days, Flag, Text, Words, is_day
from desk.setup.pictures import weeks_of
from desk.setup.section import Attention, Doc, Preview, Section, referred, stored
from desk.setup.sections import options
from escalation.hours import WEEKDAYS, Calendar
from escalation.models import CalendarDay, Rota, WorkCalendar
from escalation.services.rotas import NewSlot, set_slots
from escalation.worktime import WorkTimeError
from tickets.models import Team, User

_PLAIN = ("name", "time_zone", "hours", "country", "subdivision", "overrides", "breaks",
          "yearly_breaks", "is_default")  # fmt: skip
_LISTS = ("also_closed", "yearly_holidays", "joins")
_DAY: dict[str, Any] = {
    "form": r"\d{4}-\d{2}-\d{2}",
    "like": "a date such as 2026-12-24",
    "limit": 10,
}
_YEARLY: dict[str, Any] = {"form": r"\d{2}-\d{2}", "like": "a day such as 12-24", "limit": 5}
_TIME: dict[str, Any] = {"form": r"\d{2}:\d{2}", "like": "a time such as 14:00", "limit": 5}


class Calendars(Section):
    """Working hours of places."""

    key = "calendars"
    title = "Calendars"
    one = "calendar"
    about = "Opening hours, public holidays and special days: when clocks run."
    icon = "calendar-days"
    group = "Time"
    moves_deadlines = True
    previews = True
    columns = ("hours", "country", "time_zone", "is_default")
    fields = (
        Text(name="name", label="Name", required=True),
        Choice(name="time_zone", label="Time zone", default="Europe/London", required=True,
               options=options.zones),
        Hours(name="hours", label="Open", help="By day, such as 09:00-12:30, 13:30-17:30."),
        Choice(name="country", label="Country", options=options.countries, blank="no holidays",
               help="Its public holidays are closed."),
        Text(name="subdivision", label="Part of the country", limit=10,
             help="Such as ENG or BY, where holidays differ."),
        Words(name="also_closed", label="Also closed with", limit=10,
              help="Further places whose holidays are closed, such as GB-SCT, AT."),
        Days(name="holidays", label="Closed on", help="Such as 2026-12-24, 2026-12-31."),
        Words(name="yearly_holidays", label="Closed every year on", **_YEARLY,
              help="Such as 12-24, 12-31."),
        Rows(name="days", label="Special days", help="Without hours: closed. With hours: open then,"
             " even on a public holiday.", columns=(
            Text(name="day", label="Date", required=True, **_DAY),
            Text(name="name", label="Name"),
            Slots(name="hours", label="Hours"),
        )),
        Rows(name="breaks", label="Closed for a while", columns=(
            Text(name="date", label="Date", required=True, **_DAY),
            Text(name="from", label="From", required=True, **_TIME),
            Text(name="to", label="To", required=True, **_TIME),
        ), spare=1),
        Rows(name="yearly_breaks", label="Closed for a while every year", columns=(
            Text(name="day", label="Day", required=True, **_YEARLY),
            Text(name="from", label="From", required=True, **_TIME),
            Text(name="to", label="To", required=True, **_TIME),
        ), spare=1),
        Data(name="overrides", label="Special hours by date", default=None, rows=2,
             help="Older form of special days: {2026-12-24: [[09:00, 12:00]]}."),
        Words(name="joins", label="Joined with", limit=40, options=options.calendars,
              help="Keys of calendars: open whenever one of them is."),
        Flag(name="is_default", label="For policies that name none"),
    )  # fmt: skip

    def documents(self) -> dict[str, Doc]:
        """By name."""
        rows = WorkCalendar.objects.prefetch_related("days").order_by("name")
        return {row.key: self._doc(row) for row in rows}

    def _doc(self, row: WorkCalendar) -> Doc:
        doc: Doc = {name: getattr(row, name) for name in _PLAIN}
        doc |= {name: list(getattr(row, name)) for name in _LISTS}
        doc["overrides"] = row.overrides or None
        doc["holidays"] = sorted(map(str, row.holidays))
        doc["days"] = [{"day": str(day.day), "name": day.name, "hours": day.hours}
                       for day in sorted(row.days.all(), key=lambda one: one.day)]  # fmt: skip
        return doc

    def write(self, key: str, doc: Doc, *, before: Doc | None, by: User | None,
              now: dt.datetime) -> None:  # fmt: skip
        """One default at most: the new one takes it over."""
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
                raise SetupInvalid([(f"days[{index}].day", f"There is no day {one['day']}.")])
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
                place = "subdivision" if name == "country" and doc["subdivision"] else name
                wrong.append((place, f"{error}"))
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
            words = "No calendar is the usual one: clocks run day and night."
            yield Attention(words, self.url)
        for key, doc in documents.items():
            try:
                opens = read(doc).ever_opens()
            except WorkTimeError:
                opens = False
            if not opens:
                yield Attention(f"{doc['name']} never opens.", f"{self.url}{key}/")


def read(doc: Doc) -> Calendar:
    """A document as the calendar that it means, with those that it joins. Raises WorkTimeError."""
    closed = [one["day"] for one in doc["days"] if not one["hours"]]
    special = {one["day"]: one["hours"] for one in doc["days"] if one["hours"]}
    others = WorkCalendar.objects.filter(key__in=doc["joins"]).prefetch_related("days")
    data: dict[str, Any] = {
        "tz": doc["time_zone"], "hours": doc["hours"], "country": doc["country"],
        "subdivision": doc["subdivision"], "also_closed": doc["also_closed"],
        "holidays": [*doc["holidays"], *closed], "yearly_holidays": doc["yearly_holidays"],
        "worked": list(special), "overrides": {**(doc["overrides"] or {}), **special},
        "breaks": doc["breaks"], "yearly_breaks": doc["yearly_breaks"],
        "joins": [other.data(alone=True) for other in others] if doc["joins"] else [],
    }  # fmt: skip
    return Calendar.parse(data)


class Rotas(Section):
    """Who is on duty when."""

    key = "rotas"
    title = "Duty rotas"
    one = "rota"
    about = "Who is on duty when; escalation paths name them."
    icon = "calendar-clock"
    group = "Time"
    columns = ("team", "time_zone", "slots")
    more = (("Who is on duty now", "/desk/rota/"),)
    fields = (
        Text(name="name", label="Name", required=True),
        Choice(name="team", label="Team", options=options.teams, open=True, blank="every team"),
        Choice(name="time_zone", label="Time zone", default="Europe/London", required=True,
               options=options.zones),
        Rows(name="slots", label="Duties", help="A weekday or a date; an end at or before the start"
             " is on the next day.", columns=(
            Choice(name="person", label="Person", options=options.people, required=True, open=True),
            Choice(name="weekday", label="Weekday", options=lambda: [(d, d) for d in WEEKDAYS]),
            Text(name="on", label="Or date", **_DAY),
            Text(name="starts", label="From", required=True, **_TIME),
            Text(name="ends", label="To", required=True, **_TIME),
        )),
    )  # fmt: skip

    def documents(self) -> dict[str, Doc]:
        """By name."""
        rows = Rota.objects.select_related("team").prefetch_related("slots__user").order_by("name")
        return {row.key: {
            "name": row.name, "team": row.team.key if row.team else "",
            "time_zone": row.time_zone,
            "slots": [{
                "person": one.user.email.lower(),
                "weekday": "" if one.weekday is None else WEEKDAYS[one.weekday],
                "on": str(one.on or ""), "starts": f"{one.starts:%H:%M}",
                "ends": f"{one.ends:%H:%M}",
            } for one in row.slots.all()],
        } for row in rows}  # fmt: skip

    def write(self, key: str, doc: Doc, *, before: Doc | None, by: User | None,
              now: dt.datetime) -> None:  # fmt: skip
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
