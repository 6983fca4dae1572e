"""Each alert is told by one way: a browser, a mail of its own, or the mail of the day."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection, transaction

from tests.builders import NOW, Desk, make_ticket, user
from tests.support.live import eventually
from tickets.change import changing
from tickets.errors import Invalid
from tickets.models import Alert, AlertSettings, Outbox, Ticket, User
from tickets.services.alerts import claim_notices, set_alert_settings
from tickets.services.daily import send_daily
from tickets.services.telling import tell

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    return make_ticket(desk)


def wants(person: User, *, now: dt.datetime = NOW - DAY, **more: object) -> None:
    quiet: dict[str, object] = {"quiet_from": None, "quiet_until": None, **more}
    set_alert_settings(person, now=now, **quiet)  # type: ignore[arg-type]


def alert(
    ticket: Ticket, person: User, key: str, *, mail: bool = False, now: dt.datetime = NOW
) -> None:
    with changing(ticket, actor=user(person), now=now) as change:
        change.alert(person, key=key, text=f"About {key}", mail=mail)


def mails(kind: str = "") -> list[str]:
    rows = Outbox.objects.filter(kind="mail", payload__template__startswith="alert")
    return [row.payload["body"] for row in rows.filter(key__startswith=kind).order_by("id")]


def test_a_browser_shows_each_alert_once_and_then_it_is_not_mailed(
    desk: Desk, ticket: Ticket
) -> None:
    wants(desk.sue, notify=True)
    alert(ticket, desk.sue, "a", mail=True)
    assert tell(now=NOW) == 0  # it waits for the browser
    assert [row.text for row in claim_notices(desk.sue, now=NOW)] == ["About a"]
    assert claim_notices(desk.sue, now=NOW) == []  # another tab, another browser
    assert tell(now=NOW + 3 * MINUTE) == 0
    row = Alert.objects.get()
    assert (row.told_by, row.told_at, row.mailed_at) == ("browser", NOW, None)


@pytest.mark.django_db(transaction=True)
def test_an_alert_is_shown_though_another_holds_its_person_for_a_moment(
    desk: Desk, ticket: Ticket
) -> None:
    wants(desk.sue, notify=True)
    alert(ticket, desk.sue, "a")
    shown: list[list[str]] = []

    def show() -> None:
        shown.append([row.text for row in claim_notices(desk.sue, now=NOW)])
        connection.close()

    def waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            return bool(cursor.fetchone()[0])

    browser = threading.Thread(target=show)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=desk.sue.pk)
        browser.start()
        eventually(lambda: shown or waits())
    browser.join()
    assert shown == [["About a"]]


def test_where_no_browser_asked_it_is_mailed_and_not_shown_later(
    desk: Desk, ticket: Ticket
) -> None:
    wants(desk.sue, notify=True)
    alert(ticket, desk.sue, "a", mail=True)
    assert tell(now=NOW + 2 * MINUTE) == 1
    assert claim_notices(desk.sue, now=NOW + 3 * MINUTE) == []


def test_only_who_asked_for_it_has_notifications_and_not_of_old_things(
    desk: Desk, ticket: Ticket
) -> None:
    alert(ticket, desk.sue, "a")
    assert claim_notices(desk.sue, now=NOW) == []
    wants(desk.sue, notify=True)
    assert claim_notices(desk.sue, now=NOW + 16 * MINUTE) == []
    assert len(claim_notices(desk.sue, now=NOW + 14 * MINUTE)) == 1


def test_quiet_hours_hold_back_the_browser_too(desk: Desk, ticket: Ticket) -> None:
    desk.sue.time_zone = "UTC"
    desk.sue.save()
    wants(desk.sue, notify=True, quiet_from=dt.time(11), quiet_until=dt.time(12))
    alert(ticket, desk.sue, "a")
    assert claim_notices(desk.sue, now=NOW) == []
    assert len(claim_notices(desk.sue, now=NOW.replace(hour=12, minute=1))) == 1


def test_the_mail_of_the_day_comes_at_ones_own_hour_and_once(desk: Desk, ticket: Ticket) -> None:
    desk.sue.time_zone = "America/New_York"  # 11:18 UTC is 06:18 there
    desk.sue.save()
    wants(desk.sue, daily_at=dt.time(7))
    alert(ticket, desk.sue, "a")
    alert(ticket, desk.sue, "b")
    alert(ticket, desk.sue, "mailed", mail=True)
    assert tell(now=NOW) == 1
    assert send_daily(now=NOW) == 0
    at = NOW.replace(hour=12, minute=0)
    assert send_daily(now=at) == 1
    assert send_daily(now=at + MINUTE) == 0
    [body] = mails("daily:")
    assert "2 things" in body and "About mailed" not in body
    assert set(Alert.objects.exclude(mailed_at=None).values_list("key", flat=True)) == {"mailed"}
    assert send_daily(now=at + DAY) == 0  # nothing new: no mail
    alert(ticket, desk.sue, "c", now=at + DAY)
    assert send_daily(now=at + 2 * DAY) == 1
    assert "About c" in mails("daily:")[-1] and "About b" not in mails("daily:")[-1]


def test_no_mail_of_the_day_on_quiet_days_nor_after_the_fact(desk: Desk, ticket: Ticket) -> None:
    alert(ticket, desk.sue, "a")
    wants(desk.sue, daily_at=dt.time(6), now=NOW)  # six has passed
    assert send_daily(now=NOW) == 0
    tomorrow = NOW + DAY
    wants(desk.sue, daily_at=dt.time(6), quiet_days=[tomorrow.weekday()], now=NOW)
    assert send_daily(now=tomorrow) == 0
    assert send_daily(now=tomorrow + DAY) == 1


def test_a_mail_of_the_day_in_quiet_hours_is_refused(desk: Desk) -> None:
    for start, end, at in ((22, 7, 6), (22, 7, 23), (9, 17, 12)):
        with pytest.raises(Invalid) as refused:
            wants(
                desk.sue, quiet_from=dt.time(start), quiet_until=dt.time(end),
                daily_at=dt.time(at),
            )  # fmt: skip
        assert refused.value.field == "daily_at"


def test_nobodys_failure_stops_the_mail_of_the_day_of_others(
    desk: Desk, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tickets.services import daily, telling

    for person in (desk.sue, desk.alice):
        wants(person, daily_at=dt.time(6))
        alert(ticket, person, "a")
    whole = telling.digest_of

    def fails_for_sue(person: User, *args: object, **more: object) -> object:
        if person == desk.sue:
            raise ValueError("her name")
        return whole(person, *args, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(daily, "digest_of", fails_for_sue)
        assert send_daily(now=NOW) == 1
    assert send_daily(now=NOW + MINUTE) == 1  # hers, a minute later


@pytest.mark.django_db(transaction=True)
def test_two_workers_write_one_mail_of_the_day(desk: Desk, ticket: Ticket) -> None:
    wants(desk.sue, daily_at=dt.time(6))
    alert(ticket, desk.sue, "a")
    begin = threading.Barrier(2)
    written: list[int] = []

    def work() -> None:
        begin.wait(10)
        written.append(send_daily(now=NOW))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(written) == 1
    assert len(mails("daily:")) == 1
    assert AlertSettings.objects.get(user=desk.sue).daily_on == NOW.date()
