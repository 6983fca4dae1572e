"""What people are told: once for each cause, not in quiet hours, and not fifty times."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.builders import NOW, Desk, make_ticket, user
from tickets import services
from tickets.actors import SYSTEM, Actor
from tickets.change import changing
from tickets.errors import Invalid
from tickets.models import Alert, Outbox, Ticket, Untold, User
from tickets.services import telling
from tickets.services.alerts import alerts_of, read_alerts, set_alert_settings
from tickets.services.telling import tell

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
NIGHT = dt.datetime(2026, 11, 24, 23, 30, tzinfo=dt.UTC)
MORNING = dt.datetime(2026, 11, 25, 7, 0, tzinfo=dt.UTC)


def alert(ticket: Ticket, person: User, key: str, *, now: dt.datetime, **over: object) -> None:
    with changing(ticket, actor=SYSTEM, now=now) as change:
        change.alert(person, key=key, text=f"Look at {key}", mail=True, **over)  # type: ignore[arg-type]


def mails(person: User) -> list[Outbox]:
    return list(Outbox.objects.filter(kind="mail", payload__to=[person.email]).order_by("id"))


def sleeps(person: User, **over: object) -> None:
    values: dict[str, object] = {
        "quiet_from": dt.time(22), "quiet_until": dt.time(7), **over,
    }  # fmt: skip
    set_alert_settings(person, now=NOW, **values)  # type: ignore[arg-type]


@pytest.fixture
def ticket(desk: Desk) -> Ticket:
    found = make_ticket(desk)
    Alert.objects.all().delete()
    Outbox.objects.all().delete()
    return found


def test_an_alert_is_mailed_once(desk: Desk, ticket: Ticket) -> None:
    alert(ticket, desk.sue, "a", now=NOW)
    alert(ticket, desk.sue, "a", now=NOW + MINUTE)
    assert tell(now=NOW + MINUTE) == 1
    assert tell(now=NOW + 2 * MINUTE) == 0
    (mail,) = mails(desk.sue)
    assert mail.payload["body"].startswith("Look at a.")
    assert f"/desk/tickets/{ticket.number}/" in mail.payload["body"]


def test_without_mail_it_stands_in_the_page_only(desk: Desk, ticket: Ticket) -> None:
    with changing(ticket, actor=SYSTEM, now=NOW) as change:
        change.alert(desk.sue, key="a", text="Look")
    assert tell(now=NOW) == 0
    assert alerts_of(desk.sue, unread_at=NOW).count() == 1


def test_quiet_hours_hold_back_the_person_but_not_the_record(desk: Desk, ticket: Ticket) -> None:
    sleeps(desk.sue)
    alert(ticket, desk.sue, "a", now=NIGHT)
    row = Alert.objects.get()
    assert (row.created_at, row.held_until) == (NIGHT, MORNING)
    assert tell(now=NIGHT + MINUTE) == 0
    assert not alerts_of(desk.sue, unread_at=NIGHT + MINUTE)
    assert alerts_of(desk.sue).get() == row
    assert tell(now=MORNING) == 1
    assert alerts_of(desk.sue, unread_at=MORNING).get() == row


def test_quiet_hours_are_those_of_the_persons_time_zone(desk: Desk, ticket: Ticket) -> None:
    User.objects.filter(pk=desk.sue.pk).update(time_zone="Asia/Kolkata")
    sleeps(desk.sue)
    alert(ticket, desk.sue, "a", now=dt.datetime(2026, 11, 24, 17, 0, tzinfo=dt.UTC))
    assert Alert.objects.get().held_until == dt.datetime(2026, 11, 25, 1, 30, tzinfo=dt.UTC)


def test_what_is_urgent_comes_through_where_the_person_wants_it(desk: Desk, ticket: Ticket) -> None:
    sleeps(desk.sue, urgent_anyway=True)
    alert(ticket, desk.sue, "a", now=NIGHT)
    alert(ticket, desk.sue, "b", now=NIGHT, urgent=True)
    assert tell(now=NIGHT) == 1
    assert [row.key for row in alerts_of(desk.sue, unread_at=NIGHT)] == ["b"]


def test_who_is_on_duty_is_reached_at_any_hour(desk: Desk, ticket: Ticket) -> None:
    sleeps(desk.sue)
    alert(ticket, desk.sue, "a", now=NIGHT, anyway=True)
    assert tell(now=NIGHT) == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "When and how you are told, or no longer:"), ("de", "Wann und wie Sie es erfahren")],
)
def test_each_mail_leads_to_where_one_says_how_one_is_told(
    desk: Desk, ticket: Ticket, language: str, words: str
) -> None:
    desk.sue.language = language
    desk.sue.save()
    alert(ticket, desk.sue, "a", now=NOW)
    tell(now=NOW)
    for n in range(7):
        alert(ticket, desk.sue, f"b{n}", now=NOW + 60 * MINUTE)
    tell(now=NOW + 60 * MINUTE)
    single, digest = mails(desk.sue)
    for mail in (single, digest):
        foot = mail.payload["body"].split("\n-- \n")[1]
        assert foot.startswith(words) and foot.endswith("/desk/alerts/#quiet-title\n")


def test_a_burst_becomes_one_digest_that_names_each_ticket_once(desk: Desk, ticket: Ticket) -> None:
    other = make_ticket(desk, subject="A second matter")
    for n in range(5):
        alert(ticket, desk.sue, f"a{n}", now=NOW)
    alert(other, desk.sue, "b", now=NOW, urgent=True)
    alert(other, desk.bob, "b", now=NOW)
    assert tell(now=NOW) == 2
    (digest,) = mails(desk.sue)
    assert digest.payload["subject"] == "2 tickets need you"
    lines = [line for line in digest.payload["body"].splitlines() if line.startswith("- ")]
    assert lines == ["- Look at b", "- Look at a4"]
    assert len(mails(desk.bob)) == 1
    # What comes soon after it waits, and then comes together too.
    alert(ticket, desk.sue, "c", now=NOW + MINUTE)
    assert tell(now=NOW + MINUTE) == 0
    assert tell(now=NOW + 14 * MINUTE) == 0
    assert tell(now=NOW + 15 * MINUTE) == 1
    assert Alert.objects.filter(user=desk.sue, mailed_at=None).count() == 0


def test_what_was_read_in_the_page_is_not_mailed(desk: Desk, ticket: Ticket) -> None:
    sleeps(desk.sue)
    alert(ticket, desk.sue, "a", now=NIGHT)
    alert(ticket, desk.sue, "b", now=NOW)
    newest = Alert.objects.order_by("-id").first()
    assert newest is not None
    assert read_alerts(desk.sue, up_to=newest.pk, now=NOW + MINUTE) == 1
    assert tell(now=NOW + MINUTE) == 0
    # What her quiet hours held back was not on the page, and so was not read.
    assert tell(now=MORNING) == 1


def test_steps_of_one_clock_in_one_unit_are_told_once(desk: Desk, ticket: Ticket) -> None:
    with changing(ticket, actor=SYSTEM, now=NOW) as change:
        for n in range(3):
            change.alert(desk.sue, key=f"s{n}", text=f"Step {n}", mail=n == 0, fold="deadline:1")
    assert Alert.objects.count() == 3
    assert [row.key for row in alerts_of(desk.sue, unread_at=NOW)] == ["s2"]
    assert tell(now=NOW) == 1
    assert mails(desk.sue)[0].payload["body"].startswith("Step 2")


def test_whoever_sends_what_he_was_asked_is_told_of_as_one_who_writes(
    desk: Desk, ticket: Ticket
) -> None:
    services.take(ticket, actor=user(desk.alice), now=NOW)
    services.give_information(
        ticket, facts={}, body="Here it is.", actor=Actor.of_customer(ticket.customer), now=NOW
    )
    told = Alert.objects.get(user=desk.alice)
    assert told.text == f"{ticket.customer.name} wrote on {ticket.number}"


def test_telling_many_costs_as_many_queries_as_telling_one(
    desk: Desk, ticket: Ticket, django_assert_max_num_queries: object
) -> None:
    for person in (desk.alice, desk.bob, desk.sue, desk.mona):
        for n in range(8):
            alert(ticket, person, f"k{n}", now=NOW)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert tell(now=NOW) == 4


# -- somebody can't be told ---------------------------------------------------------------------


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Keys of people for whom writing a mail fails."""
    people: set[int] = set()
    usual = telling._mails_for

    def mails_for(person: User, *args: Any, **kwargs: Any) -> list[Outbox]:
        if person.pk in people:
            raise ValueError(f"{person} has no address")
        return usual(person, *args, **kwargs)

    monkeypatch.setattr(telling, "_mails_for", mails_for)
    return people


def test_one_who_cant_be_told_stops_nobody(desk: Desk, ticket: Ticket, broken: set[int]) -> None:
    for person in (desk.alice, desk.bob, desk.sue):
        alert(ticket, person, "a", now=NOW)
    broken.add(desk.bob.pk)
    assert tell(now=NOW) == 2
    assert (len(mails(desk.alice)), len(mails(desk.bob)), len(mails(desk.sue))) == (1, 0, 1)
    row = Untold.objects.get()
    assert (row.user, row.failures, row.since) == (desk.bob, 1, NOW)
    assert "has no address" in row.last_error


def test_it_is_tried_again_later_and_later_until_it_works(
    desk: Desk, ticket: Ticket, broken: set[int]
) -> None:
    alert(ticket, desk.bob, "a", now=NOW)
    broken.add(desk.bob.pk)
    tried, now = [], NOW
    for _ in range(12):
        assert tell(now=now) == 0
        row = Untold.objects.get()
        tried.append((row.next_attempt_at - now) // MINUTE)
        assert tell(now=row.next_attempt_at - MINUTE / 2) == 0
        assert Untold.objects.get().failures == row.failures  # not tried before
        now = row.next_attempt_at
    assert tried == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]
    assert Untold.objects.get().since == NOW
    broken.clear()
    assert tell(now=now) == 1
    assert not Untold.objects.exists()
    assert tell(now=now + MINUTE) == 0


def test_a_hundred_alerts_of_one_who_cant_be_told_hide_nobody(
    desk: Desk, ticket: Ticket, broken: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "BATCH", 1)
    many(ticket, desk.bob, 25)
    alert(ticket, desk.sue, "a", now=NOW)
    broken.add(desk.bob.pk)
    assert tell(now=NOW) == 1


def test_the_person_sees_on_his_page_that_he_could_not_be_mailed(
    desk: Desk, ticket: Ticket, broken: set[int], client: Client
) -> None:
    alert(ticket, desk.bob, "a", now=NOW)
    broken.add(desk.bob.pk)
    tell(now=NOW)
    client.force_login(desk.bob)
    page = client.get("/desk/alerts/").content.decode()
    assert "We could not mail you since" in page
    assert "no address" not in page


def many(ticket: Ticket, person: User, count: int) -> None:
    """So many alerts at once, the last of them urgent."""
    Alert.objects.bulk_create(
        Alert(
            user=person, ticket=ticket, key=f"k{n}", text=f"Thing {n}", created_at=NOW, mail_at=NOW,
            urgent=n == 7,
        )
        for n in range(count)
    )  # fmt: skip


def test_more_than_is_read_is_counted_in_the_digest_and_is_mailed_with_it(
    desk: Desk, ticket: Ticket
) -> None:
    other = make_ticket(desk, subject="A second matter")
    Alert.objects.all().delete()
    Outbox.objects.all().delete()
    many(ticket, desk.sue, telling.READ + 900)
    many(other, desk.bob, 3)
    with CaptureQueriesContext(connection) as seen:
        assert tell(now=NOW) == 4
    (digest,) = mails(desk.sue)
    assert digest.payload["subject"] == "1,100 things need you"
    lines = [line for line in digest.payload["body"].splitlines() if line.startswith(("- ", "…"))]
    assert lines[0] == "- Thing 7"  # the urgent one
    assert lines[-1].startswith("… and 1,099 more")
    assert not Alert.objects.filter(mailed_at=None).exists()
    assert len(seen) <= 14
    assert tell(now=NOW + MINUTE) == 0


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"quiet_until": None}, "quiet_until"),
        ({"quiet_from": None}, "quiet_from"),
        ({"quiet_until": dt.time(22)}, "quiet_until"),
        ({"quiet_days": range(7)}, "quiet_days"),
        ({"quiet_days": [7]}, "quiet_days"),
        ({"digest_after": 0}, "digest_after"),
        ({"digest_minutes": 1441}, "digest_minutes"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    desk: Desk, over: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        sleeps(desk.sue, **over)
    assert caught.value.field == field
