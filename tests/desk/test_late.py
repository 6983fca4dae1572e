"""The board of clocks: what runs late, and what is done about it."""

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from desk import sharing
from desk.build.events import event_words, short_words
from escalation.models import Deadline, DutySlot, Rota
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.desk.pages import SignIn, queries_of, text_of
from tests.escalation.builders import make_policy
from tickets import services
from tickets.access import Principal
from tickets.cached import forget_all
from tickets.models import Event, Ticket, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def late(whole_desk: Desk) -> Ticket:
    """A complaint of last week that nobody took."""
    return make_ticket(whole_desk, now=NOW - dt.timedelta(days=7))


def nearest(ticket: Ticket) -> Deadline:
    """Its clock that was due first."""
    return Deadline.objects.filter(ticket=ticket, status="running").order_by("due_at")[0]


def test_missed_clocks_stand_on_top_with_owner_and_next_step(
    sign_in: SignIn, whole_desk: Desk, late: Ticket
) -> None:
    page = sign_in(whole_desk.sue).get("/desk/late/")
    assert page.context["groups"][0].key == "late"
    words = text_of(page)
    assert "Ines Calloway" in words and "Nobody" in words and " late" in words


def test_what_was_due_at_closing_stands_by_itself_until_work_begins_again(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    ticket = make_ticket(whole_desk, now=NOW - dt.timedelta(hours=4))
    closed = NOW - dt.timedelta(hours=2)
    row = nearest(ticket)
    Deadline.objects.filter(pk=row.pk).update(due_at=closed, next_at=NOW + dt.timedelta(hours=14))
    Ticket.objects.filter(pk=ticket.pk).update(attention_at=closed)
    for person, url in ((whole_desk.sue, "/desk/late/"), (whole_desk.alice, "/desk/")):
        group = sign_in(person).get(url).context["groups"][0]
        assert (group.key, group.count) == ("opening", "1"), url
        assert group.rows[0].clock.words.startswith("by "), url


def test_the_board_shows_what_its_reader_may_see(
    sign_in: SignIn, whole_desk: Desk, late: Ticket
) -> None:
    assert "Ines" not in text_of(sign_in(whole_desk.charlie).get("/desk/late/"))
    assert "Ines" in text_of(sign_in(whole_desk.mona).get("/desk/late/"))


def test_it_filters_by_team_and_kind(sign_in: SignIn, whole_desk: Desk, late: Ticket) -> None:
    client = sign_in(whole_desk.mona)
    assert "Ines" not in text_of(client.get("/desk/late/?team=travel"))
    page = client.get("/desk/late/?team=home&kind=resolve")
    kinds = {row.kind for group in page.context["groups"] for row in group.rows}
    assert kinds == {"Resolution"}


def test_taking_over_needs_a_brief_and_makes_the_taker_owner(
    sign_in: SignIn, whole_desk: Desk, late: Ticket
) -> None:
    services.take(late, actor=user(whole_desk.alice), now=NOW)
    client, url = sign_in(whole_desk.sue), f"/desk/late/{nearest(late).pk}/take-over/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"brief": ""}).status_code == 422
    assert client.post(url, {"brief": "Alice is ill. I call her."}).status_code == 302
    late.refresh_from_db()
    assert late.owner == whole_desk.sue


def test_acknowledging_stops_the_climb(sign_in: SignIn, whole_desk: Desk, late: Ticket) -> None:
    row = nearest(late)
    client = sign_in(whole_desk.sue)
    client.post(f"/desk/late/{row.pk}/acknowledge/")
    row.refresh_from_db()
    assert row.acknowledged_by == whole_desk.sue
    again = client.post(f"/desk/late/{row.pk}/acknowledge/", follow=True)
    assert again.status_code == 200


def test_an_extension_is_written_to_the_customer(sign_in: SignIn, whole_desk: Desk) -> None:
    ticket = make_ticket(whole_desk)
    row = ticket.deadlines.get(kind="resolve")
    url = f"/desk/late/{row.pk}/extend/"
    later = (row.due_at + dt.timedelta(days=5)).strftime("%Y-%m-%dT%H:%M")
    client = sign_in(whole_desk.sue)
    empty = client.post(url, {"to": later, "reason": "The engineer is ill", "letter": ""})
    assert empty.status_code == 400
    client.post(url, {"to": later, "reason": "The engineer is ill", "letter": "Dear Ines, …"})
    row.refresh_from_db()
    assert row.extended_to is not None
    assert ticket.messages.filter(kind="reply", body="Dear Ines, …").exists()


def test_a_letter_goes_out_only_when_its_blanks_are_filled_in(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    ticket = make_ticket(whole_desk)
    row = ticket.deadlines.get(kind="resolve")
    url, client = f"/desk/late/{row.pk}/extend/", sign_in(whole_desk.sue)
    later = (row.due_at + dt.timedelta(days=5)).strftime("%Y-%m-%dT%H:%M")
    letter = client.get(url).context["form"].initial["letter"]
    given = {"to": later, "reason": "The engineer is ill"}
    blank = client.post(url, {**given, "letter": letter})
    assert blank.status_code == 422 and "“[say why]” still stands in it" in text_of(blank)
    assert not ticket.messages.filter(kind="reply").exists()
    filled = letter.replace("[say why]", "She is ill.").replace("[the new date]", "Friday [sic]")
    assert client.post(url, {**given, "letter": filled}).status_code == 302
    assert ticket.messages.filter(kind="reply", body__contains="Friday [sic]").exists()


@pytest.mark.parametrize(
    ("kind", "english", "german"),
    [
        ("resolve", "promised you the end of the matter by", ": den Abschluss der Sache."),
        ("decide", "promised you our decision by", ": unsere Entscheidung."),
        ("first_response", "promised you an answer by", ": eine Antwort."),
    ],
)
def test_the_letter_names_what_was_promised_as_its_reader_knows_it(
    sign_in: SignIn, whole_desk: Desk, kind: str, english: str, german: str
) -> None:
    ticket = make_ticket(whole_desk)
    url = f"/desk/late/{ticket.deadlines.get(kind=kind).pk}/extend/"
    for language, words in (("en", english), ("de", german)):
        ticket.language = ticket.customer.language = language
        ticket.customer.save()
        ticket.save()
        letter = sign_in(whole_desk.sue).get(url).context["form"].initial["letter"]
        assert words in letter


def test_date_and_reason_go_into_the_letter_as_they_are_typed(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    ticket = make_ticket(whole_desk)
    row = ticket.deadlines.get(kind="resolve")
    url, client = f"/desk/late/{row.pk}/extend/", sign_in(whole_desk.sue)
    begun = client.get(url).context["form"].initial["letter"] + " PS: mine."
    typed = {"to": "2026-12-18T12:00", "reason": "She is ill.", "letter": begun}
    first = client.post(f"{url}letter/", typed).json()
    assert "\n\nShe is ill.\n\n" in first["letter"] and "PS: mine." in first["letter"]
    assert "hear from us by Friday 18 December, 12:00." in first["letter"]
    typed = {**first, "to": "2026-12-17T12:00", "reason": ""}
    again = client.post(f"{url}letter/", typed).json()["letter"]
    assert "by Thursday 17 December, 12:00." in again and "She is ill." in again


def test_a_promise_among_ourselves_is_extended_without_a_letter(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    ticket = make_ticket(whole_desk)
    row = ticket.deadlines.get(kind="resolve")
    Deadline.objects.filter(pk=row.pk).update(kind="follow_up")
    url, client = f"/desk/late/{row.pk}/extend/", sign_in(whole_desk.sue)
    assert "letter" not in client.get(url).context["form"].fields
    later = (row.due_at + dt.timedelta(days=5)).strftime("%Y-%m-%dT%H:%M")
    done = client.post(url, {"to": later, "reason": "She is ill"}, follow=True)
    assert "Extended." in text_of(done) and "the customer is told" not in text_of(done)
    assert not ticket.messages.filter(kind="reply").exists()


def test_what_can_be_extended_no_further_says_so_before_anything_is_typed(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    ticket = make_ticket(whole_desk)
    row = ticket.deadlines.get(kind="resolve")
    url, client = f"/desk/late/{row.pk}/extend/?back=ticket", sign_in(whole_desk.sue)
    assert "At the latest" in text_of(client.get(url))
    later = (row.due_at + dt.timedelta(days=5)).strftime("%Y-%m-%dT%H:%M")
    sent = client.post(url, {"to": later, "reason": "She is ill", "letter": "Dear Ines, …"})
    assert sent["Location"] == f"/desk/tickets/{ticket.number}/"
    page = client.get(url)
    assert page.context["form"] is None
    assert "not possible: it can be extended once" in text_of(page)
    explained = client.get(f"/desk/tickets/{ticket.number}/deadlines/").content.decode()
    assert f"/desk/late/{row.pk}/extend/?back=ticket" in explained


def test_who_extends_second_hears_of_the_first_before_another_letter_goes_out(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    extension = {"at_most": "10wd", "times": 2}
    target = {"kind": "resolve", "within": "5wd", "extension": extension}
    make_policy("twice", order=0, data={"targets": [target]})
    ticket = make_ticket(whole_desk)
    row = ticket.deadlines.get(kind="resolve")
    url = f"/desk/late/{row.pk}/extend/"
    sue, alice = sign_in(whole_desk.sue), sign_in(whole_desk.alice)
    seen = sue.get(url).context["form"].initial["due_seen"]

    def sent(client: Client, days: int, due_seen: str) -> Any:
        to = (row.due_at + dt.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")
        given = {"to": to, "reason": "She is ill", "letter": f"{days} days."}
        return client.post(url, {**given, "due_seen": due_seen})

    assert sent(alice, 2, seen).status_code == 302
    held = sent(sue, 3, seen)
    assert held.status_code == 409
    assert "Somebody else has moved this date meanwhile." in text_of(held)
    replies = ticket.messages.filter(kind="reply").order_by("pk")
    assert [reply.body for reply in replies] == ["2 days."]
    assert sent(sue, 3, held.context["form"].data["due_seen"]).status_code == 302
    assert [reply.body for reply in replies.all()] == ["2 days.", "3 days."]


def test_what_is_missed_is_not_extended(sign_in: SignIn, whole_desk: Desk, late: Ticket) -> None:
    response = sign_in(whole_desk.sue).post(
        f"/desk/late/{nearest(late).pk}/extend/",
        {"to": "2026-12-24T12:00", "reason": "Why", "letter": "Dear Ines"},
    )
    assert response.status_code in {400, 409, 422}
    assert late.messages.filter(kind="reply").count() == 0


def test_reassigning_gives_it_to_somebody_of_the_team(
    sign_in: SignIn, whole_desk: Desk, late: Ticket
) -> None:
    url = f"/desk/late/{nearest(late).pk}/reassign/"
    client = sign_in(whole_desk.sue)
    foreign = client.post(url, {"to": whole_desk.charlie.pk, "brief": "Please"})
    assert foreign.status_code == 422
    client.post(url, {"to": whole_desk.bob.pk, "brief": "Please"})
    late.refresh_from_db()
    assert late.owner == whole_desk.bob


@pytest.mark.parametrize("verb", ["take-over", "acknowledge", "extend", "reassign"])
def test_a_clock_of_another_team_does_not_exist(
    sign_in: SignIn, whole_desk: Desk, late: Ticket, verb: str
) -> None:
    url = f"/desk/late/{nearest(late).pk}/{verb}/"
    assert sign_in(whole_desk.charlie).post(url).status_code == 404
    assert sign_in(whole_desk.audrey).post(url).status_code == 403


def test_more_clocks_take_no_more_queries(sign_in: SignIn, whole_desk: Desk, late: Ticket) -> None:
    client = sign_in(whole_desk.sue)
    few = queries_of(client, "/desk/late/")
    for number in range(8):
        make_ticket(whole_desk, customer=make_customer(f"Customer {number}"))
    assert queries_of(client, "/desk/late/") == few


def test_the_timeline_says_whom_each_step_told_and_of_what() -> None:
    step = Event(
        type="escalated",
        data={
            "by": "clock",
            "step": 2,
            "told": ["Sue Marsh", "Bob Stone"],
            "deadlines": [{"id": 1, "kind": "first_response"}],
        },
    )
    assert event_words(step) == "escalated for first response, step 2: told Sue Marsh and Bob Stone"
    assert short_words(step) == "escalated"


def test_who_only_looks_on_is_shown_who_can_act(
    sign_in: SignIn, whole_desk: Desk, late: Ticket
) -> None:
    for person in (whole_desk.audrey, whole_desk.mona):
        page = sign_in(person).get("/desk/late/")
        body = page.content.decode()
        assert "/take-over/" not in body and "/acknowledge/" not in body
        assert "Take over: somebody of the team can" in text_of(page)
        assert 'action="/desk/next/"' not in body
    assert "/take-over/" in sign_in(whole_desk.sue).get("/desk/late/").content.decode()


def test_a_queue_offers_to_take_what_its_reader_may_take(
    sign_in: SignIn, whole_desk: Desk, late: Ticket
) -> None:
    for person, offered in (
        (whole_desk.alice, True), (whole_desk.audrey, False), (whole_desk.mona, False),
    ):  # fmt: skip
        client = sign_in(person)
        body = client.get("/desk/?view=team").content.decode()
        assert (f'name="take" value="{late.number}"' in body) is offered, person
        assert ('action="/desk/next/"' in body) is offered, person
        assert ("data-selection" in body) is offered, person
    client = sign_in(whole_desk.mona)
    assert "has an owner" in text_of(client.post("/desk/next/", follow=True))


# -- load, and sharing out what nobody owns


def given_in(page: Any) -> list[str]:
    """What the form that shares out sends."""
    return re.findall(r'name="give" value="([^"]+)"', page.content.decode())


def test_what_nobody_owns_is_proposed_to_those_of_its_team_with_least_to_do(
    sign_in: SignIn, whole_desk: Desk, late: Ticket
) -> None:
    others = [make_ticket(whole_desk, now=NOW - dt.timedelta(days=7)) for _ in range(2)]
    services.take(others[0], actor=user(whole_desk.alice), now=NOW)
    sue = sign_in(whole_desk.sue)
    page = sue.get("/desk/late/")
    assert "2 tickets with a clock of today have no owner." in text_of(page)
    # Bob has nothing yet; Sue, who watches over the team, is proposed nothing.
    alice, bob = whole_desk.alice.pk, whole_desk.bob.pk
    assert f"{late.number}:{bob}" in given_in(page) and len(given_in(page)) == 2
    assert {one.partition(":")[2] for one in given_in(page)} <= {str(alice), str(bob)}
    answer = sue.post("/desk/late/share/", {"give": given_in(page)}, follow=True)
    assert "2 tickets have an owner." in text_of(answer)
    late.refresh_from_db()
    assert late.owner in {whole_desk.alice, whole_desk.bob}
    undo = re.search(r'action="(/desk/bulk/\d+/undo/)"', answer.content.decode())
    assert undo
    sue.post(undo[1])
    late.refresh_from_db()
    assert late.owner is None


def test_who_is_away_is_proposed_nothing_and_who_is_on_duty_goes_first(
    sign_in: SignIn, whole_desk: Desk, late: Ticket
) -> None:
    sue, bob = sign_in(whole_desk.sue), whole_desk.bob
    User.objects.filter(pk=bob.pk).update(away_from=NOW - dt.timedelta(days=1))
    assert given_in(sue.get("/desk/late/")) == [f"{late.number}:{whole_desk.alice.pk}"]
    loads = sign_in(whole_desk.mona).get("/desk/late/").context["team_loads"]
    assert {load.title: load.away for load in loads}["Home"] == "1 of 3 away"
    User.objects.filter(pk=bob.pk).update(away_from=None)
    rota = Rota.objects.create(key="day", name="Day", team=whole_desk.home, time_zone="UTC")
    DutySlot.objects.create(
        rota=rota, user=bob, weekday=NOW.weekday(), starts=dt.time(0), ends=dt.time(0)
    )
    page = sue.get("/desk/late/")
    assert given_in(page) == [f"{late.number}:{bob.pk}"]
    assert "Bob is on duty." in text_of(page)


def test_what_somebody_took_meanwhile_stays_his(
    sign_in: SignIn, whole_desk: Desk, late: Ticket
) -> None:
    sue = sign_in(whole_desk.sue)
    given = given_in(sue.get("/desk/late/"))
    services.take(late, actor=user(whole_desk.alice), now=NOW)
    words = text_of(sue.post("/desk/late/share/", {"give": given}, follow=True))
    assert "Alice owns this ticket already." in words and "Undo" not in words.split("Live")[0]
    late.refresh_from_db()
    assert late.owner == whole_desk.alice


@pytest.mark.parametrize(
    "give", [[], ["x"], ["A-1:2"], ["::"], ["\x00:1"], ["A-10003:99999999999"]]
)
def test_a_sharing_out_that_was_bent_changes_nothing(
    sign_in: SignIn, whole_desk: Desk, late: Ticket, give: list[str]
) -> None:
    answer = sign_in(whole_desk.sue).post("/desk/late/share/", {"give": give}, follow=True)
    assert answer.status_code == 200
    foreign = f"{late.number}:{whole_desk.charlie.pk}"
    sign_in(whole_desk.mona).post("/desk/late/share/", {"give": [foreign]})
    sign_in(whole_desk.charlie).post("/desk/late/share/", {"give": [foreign]})
    late.refresh_from_db()
    assert late.owner is None


def test_only_who_watches_over_a_team_is_asked_to_share_out(
    sign_in: SignIn, whole_desk: Desk, late: Ticket
) -> None:
    for person, asked in (
        (whole_desk.sue, True), (whole_desk.alice, False), (whole_desk.audrey, False),
        (whole_desk.charlie, False),
    ):  # fmt: skip
        assert bool(given_in(sign_in(person).get("/desk/late/"))) is asked, person


def test_what_one_can_answer_is_the_desks_day_times_the_hours_left(whole_desk: Desk) -> None:
    zone = ZoneInfo("Europe/London")
    who = Principal.of_user(whole_desk.mona, now=NOW)
    assert sharing.answers_left(who, now=NOW, zone=zone) is None  # nothing is known yet
    for days in range(1, 7):
        at = NOW - dt.timedelta(days=days)
        for _ in range(2):
            ticket = make_ticket(whole_desk, now=at)
            services.take(ticket, actor=user(whole_desk.alice), now=at)
            row = ticket.deadlines.filter(kind="resolve")
            row.update(status="met", met_at=at, next_at=None)
            ticket.deadlines.exclude(kind="resolve").delete()
    whole = sharing.answers_left(who, now=NOW.replace(hour=1), zone=zone)
    assert whole == 2
    left = sharing.answers_left(who, now=NOW, zone=zone)
    assert left is not None and 0 < left < whole
    sunday = NOW + dt.timedelta(days=(6 - NOW.weekday()))
    assert sharing.answers_left(who, now=sunday, zone=zone) is None


def test_a_reader_of_several_teams_sees_the_load_of_each(
    sign_in: SignIn, whole_desk: Desk, late: Ticket
) -> None:
    page = sign_in(whole_desk.mona).get("/desk/late/")
    loads = {load.title: load.words for load in page.context["team_loads"]}
    assert loads["Travel"] == "none" and int(loads["Home"]) > 0
    assert "By team" in text_of(page)
    assert sign_in(whole_desk.charlie).get("/desk/late/").context["team_loads"] == []


def test_whoever_left_is_still_named_on_board_and_in_queue_without_a_query_for_each(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    client = sign_in(whole_desk.mona)
    for _ in range(2):
        services.take(make_ticket(whole_desk), actor=user(whole_desk.alice), now=NOW)
    pages = ("/desk/late/", "/desk/?view=team")

    def named(page: str) -> set[str]:
        groups = client.get(page).context["groups"]
        rows = [row for group in groups for row in group.rows]
        return {getattr(row, "owner_name", "") or row.owner.name for row in rows}

    assert [named(page) for page in pages] == [{"Alice"}, {"Alice"}]
    User.objects.filter(pk=whole_desk.alice.pk).update(is_active=False)
    forget_all()
    few = [queries_of(client, page) for page in pages]
    for _ in range(6):
        ticket = make_ticket(whole_desk)
        Ticket.objects.filter(pk=ticket.pk).update(owner=whole_desk.alice)
    assert [queries_of(client, page) for page in pages] == few
    assert [named(page) for page in pages] == [{"Alice"}, {"Alice"}]
