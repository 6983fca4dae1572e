"""Calendars as they are set up: days of their own year by year, joined ones, the admin."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from escalation.checks import configuration_is_sound
from escalation.hours import Calendar
from escalation.models import CalendarDay, WorkCalendar
from escalation.services.setup import setup
from tests.builders import Desk

HOURS = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def calendar(key: str = "north", **over: object) -> WorkCalendar:
    row = WorkCalendar(key=key, name=key, time_zone="UTC", hours=HOURS, **over)
    row.full_clean()
    row.save()
    return row


def value(key: str = "north") -> Calendar:
    return setup().calendars[key]


def test_a_day_of_its_own_closes_a_calendar_at_once(desk: Desk) -> None:
    row = calendar()
    party = dt.date(2026, 6, 12)
    assert value().is_working_day(party)
    CalendarDay.objects.create(calendar=row, day=party, name="Summer party")
    assert not value().is_working_day(party)


def test_a_special_day_has_hours_though_it_is_a_public_holiday(desk: Desk) -> None:
    row = calendar(country="GB", subdivision="ENG")
    easter_monday = dt.date(2026, 4, 6)
    assert not value().is_working_day(easter_monday)
    CalendarDay.objects.create(calendar=row, day=easter_monday, hours=[["10:00", "12:00"]])
    assert value().close_of_day(easter_monday) == dt.datetime(2026, 4, 6, 12, tzinfo=dt.UTC)


def test_joined_calendars_are_one_and_may_name_each_other(desk: Desk) -> None:
    calendar("north")
    night = {day: [["22:00", "02:00"]] for day in HOURS}
    south = WorkCalendar(key="south", name="South", time_zone="UTC", hours=night, joins=["north"])
    south.full_clean()
    south.save()
    WorkCalendar.objects.filter(key="north").update(joins=["south"])
    setup.forget()
    monday = dt.datetime(2026, 1, 12, tzinfo=dt.UTC)
    for key in ("north", "south"):
        day = value(key).between(monday, monday + dt.timedelta(days=1))
        assert day == dt.timedelta(hours=10)


@pytest.mark.parametrize("joins", [["moon"], ["north"]])
def test_a_calendar_joins_only_another_that_is_there(desk: Desk, joins: list[str]) -> None:
    with pytest.raises(ValidationError, match="no other calendar"):
        calendar(joins=joins)


def test_a_calendar_without_hours_of_its_own_opens_when_the_joined_does(desk: Desk) -> None:
    calendar()
    row = WorkCalendar(key="all", name="All", time_zone="UTC", hours={}, joins=["north"])
    row.full_clean()
    row.save()
    assert configuration_is_sound() == []
    row.joins = []
    row.save()
    assert [warning.id for warning in configuration_is_sound()] == ["escalation.W001"]


def test_hours_of_a_day_that_cannot_be_read_are_refused(desk: Desk) -> None:
    with pytest.raises(ValidationError, match="no time of day"):
        CalendarDay(calendar=calendar(), day=dt.date(2026, 1, 5), hours=[["9", "17"]]).full_clean()


def test_a_manager_edits_the_days_of_a_year(desk: Desk, client: Client) -> None:
    row = calendar()
    CalendarDay.objects.create(calendar=row, day=dt.date(2026, 6, 12), name="Summer party")
    CalendarDay.objects.create(calendar=row, day=dt.date(2027, 6, 11), name="Next party")
    client.force_login(desk.mona)
    page = client.get(reverse("admin:escalation_calendarday_changelist"), {"day__year": "2026"})
    assert "Summer party" in page.content.decode()
    assert "Next party" not in page.content.decode()
    page = client.get(reverse("admin:escalation_workcalendar_change", args=[row.pk]))
    assert 'name="days-0-day"' in page.content.decode()
