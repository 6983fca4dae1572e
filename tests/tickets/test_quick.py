"""Rows made quickly are the rows that Django makes."""

import datetime as dt

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.models import signals

from tests.builders import NOW, Desk, make_ticket
from tickets.models import Alert, Event, Ticket
from tickets.models.quick import Quick

QUICK = [model for model in apps.get_models() if issubclass(model, Quick)]


@pytest.mark.parametrize("model", QUICK, ids=lambda model: model.__name__)
def test_nobody_listens_for_rows_that_are_made_without_telling(model: type[models.Model]) -> None:
    assert not signals.pre_init.has_listeners(model)
    assert not signals.post_init.has_listeners(model)
    assert model.__init__ is models.Model.__init__


def _the_usual_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Quick, "from_db")


def test_a_row_read_is_what_django_reads(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = make_ticket(desk)
    quick = Ticket.objects.get(pk=stored.pk)
    _the_usual_way(monkeypatch)
    slow = Ticket.objects.get(pk=stored.pk)
    for field in Ticket._meta.concrete_fields:
        assert getattr(quick, field.attname) == getattr(slow, field.attname)
    assert (quick._state.adding, quick._state.db) == (slow._state.adding, slow._state.db)
    assert quick.customer == slow.customer
    quick.refresh_from_db()
    assert quick == slow


def test_a_row_without_some_columns_reads_them_when_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = make_ticket(desk).pk
    quick = Ticket.objects.defer("wish", "facts").get(pk=key)
    assert quick.get_deferred_fields() == {"wish", "facts"}
    _the_usual_way(monkeypatch)
    slow = Ticket.objects.defer("wish", "facts").get(pk=key)
    assert slow.__dict__.keys() == quick.__dict__.keys()
    for field in Ticket._meta.concrete_fields:
        assert getattr(quick, field.attname) == getattr(slow, field.attname)


def test_a_row_made_is_what_calling_its_model_makes(desk: Desk) -> None:
    ticket = make_ticket(desk)
    values = {"user": desk.alice, "ticket": ticket, "key": "k", "text": "t", "created_at": NOW}
    quick, slow = Alert.made(**values), Alert(**values)
    for field in Alert._meta.concrete_fields:
        assert getattr(quick, field.attname) == getattr(slow, field.attname)
    assert quick._state.adding
    assert quick.ticket is ticket
    assert Alert.made().__dict__.keys() >= {field.attname for field in Alert._meta.concrete_fields}
    one, other = Event.made(ticket=ticket), Event.made(ticket=ticket)
    assert one.data == {}
    assert one.data is not other.data


@pytest.mark.parametrize(
    "moment",
    [
        dt.datetime(2026, 3, 24, 13, 18, tzinfo=dt.UTC),
        dt.datetime(2026, 3, 24, 13, 18, 5, 120_000, tzinfo=dt.UTC),
        dt.datetime(2026, 3, 24, 13, 18, 5, 1, tzinfo=dt.UTC),
        dt.datetime(1, 1, 1, tzinfo=dt.UTC),
        dt.datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=dt.UTC),
    ],
)
def test_moments_come_back_as_they_went(db: None, moment: dt.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [moment])
        (read,) = cursor.fetchone()
        assert (read, read.tzinfo) == (moment, dt.UTC)
        cursor.execute("SET LOCAL timezone = 'Asia/Kolkata'")
        cursor.execute("SELECT %s::timestamptz", [dt.datetime(2026, 3, 24, tzinfo=dt.UTC)])
        (read,) = cursor.fetchone()
        assert (read, read.tzinfo) == (dt.datetime(2026, 3, 24, tzinfo=dt.UTC), dt.UTC)
