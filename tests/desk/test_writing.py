"""The composer over HTTP: drafts, promises, texts, files, names, and the next ticket."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from escalation.models import Deadline
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.desk.pages import SignIn, a_picture, hidden_of, queries_of, text_of
from tickets import services
from tickets.cached import forget_all
from tickets.models import Category, Draft, DraftFile, ReusableText, Ticket, User
from tickets.rules import DraftKind
from tickets.services.drafts import save_draft

pytestmark = pytest.mark.django_db
PROMISE = "Dear Ines, I'll call you by Thursday 15:00."


def at(ticket: Ticket, rest: str = "") -> str:
    return f"/desk/tickets/{ticket.number}/{rest}"


@pytest.fixture
def alice(sign_in: SignIn, whole_desk: Desk) -> Client:
    """Alice's browser."""
    return sign_in(whole_desk.alice)


def save(client: Client, ticket: Ticket, body: str, base: int = 0, **fields: Any) -> Any:
    return client.post(at(ticket, "reply/draft/"), {"body": body, "base": base, **fields})


def test_what_is_typed_is_there_when_one_comes_back_and_gone_once_it_is_sent(
    alice: Client, ticket: Ticket
) -> None:
    told = save(alice, ticket, "Dear Ines, half a", promised_next="2026-11-26T15:00").json()
    assert (told["revision"], told["at"]) == (1, "11:18")
    page = alice.get(at(ticket))
    words = text_of(page)
    assert "Draft of 11:18 restored" in words and "Dear Ines, half a" in words
    assert 'value="2026-11-26T15:00"' in page.content.decode()
    alice.post(at(ticket, "reply/"), {"body": "Dear Ines, whole.", **hidden_of(alice, at(ticket))})
    assert "half a" not in text_of(alice.get(at(ticket)))
    assert Draft.objects.get().sent_at == NOW


def test_two_windows_are_told_of_each_other(alice: Client, ticket: Ticket) -> None:
    save(alice, ticket, "from the office")
    other = save(alice, ticket, "from home")
    assert other.status_code == 409
    assert other.json()["code"] == "draft_changed"
    assert (other.json()["body"], other.json()["revision"]) == ("from the office", 1)


def test_a_draft_of_a_colleague_is_nobody_elses(
    alice: Client, sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    save(alice, ticket, "Mine alone")
    assert "Mine alone" not in text_of(sign_in(whole_desk.bob).get(at(ticket)))


def test_without_a_session_it_says_so_and_signing_in_leads_back_to_the_form(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    nobody = sign_in(None)
    assert save(nobody, ticket, "x").status_code == 401
    assert nobody.get("/desk/here/").status_code == 401
    sent = nobody.post(at(ticket, "reply/"), {"body": "x"})
    assert "next=/desk/tickets/" in sent["Location"]
    back = sign_in(whole_desk.alice).get(at(ticket, "reply/"))
    assert back["Location"] == at(ticket, "?do=reply#composer")


def test_who_is_here_and_with_which_token(alice: Client, whole_desk: Desk) -> None:
    response = alice.get("/desk/here/")
    assert response.json()["me"] == whole_desk.alice.pk and response.json()["csrf"]
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("verb", ["facts", "decide", "nothing"])
def test_forms_without_a_draft_keep_none(alice: Client, ticket: Ticket, verb: str) -> None:
    assert alice.post(at(ticket, f"{verb}/draft/"), {"body": "x"}).status_code == 404


def test_outsiders_and_auditors_keep_no_drafts(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    assert save(sign_in(whole_desk.charlie), ticket, "x").status_code == 404
    assert save(sign_in(whole_desk.audrey), ticket, "x").status_code == 403
    assert not Draft.objects.exists()


def test_a_draft_is_thrown_away_without_javascript(alice: Client, ticket: Ticket) -> None:
    save(alice, ticket, "Never mind")
    alice.post(at(ticket, "reply/discard/"))
    words = text_of(alice.get(at(ticket)))
    assert "The draft is gone." in words and "Never mind" not in words


def test_a_form_that_is_sent_twice_is_done_once(alice: Client, ticket: Ticket) -> None:
    once = {"body": "Dear Ines", "once": "0123456789abcdef"}
    alice.post(at(ticket, "reply/"), once)
    alice.post(at(ticket, "reply/"), once)
    assert ticket.messages.filter(kind="reply").count() == 1
    assert "is not done twice" in text_of(alice.get(at(ticket)))


def test_what_was_refused_may_be_sent_again_with_the_same_form(
    alice: Client, ticket: Ticket
) -> None:
    form = {"body": "Your ⟦Order⟧", "once": "0123456789abcdef"}
    refused = alice.post(at(ticket, "reply/"), form)
    assert refused.status_code == 400
    assert "Fill in what is still missing" in text_of(refused)
    alice.post(at(ticket, "reply/"), form | {"body": "Your order"})
    assert ticket.messages.filter(kind="reply").count() == 1


def test_a_promise_in_a_text_is_suggested_and_set_only_when_taken(
    alice: Client, ticket: Ticket
) -> None:
    (found,) = save(alice, ticket, PROMISE).json()["promises"]
    assert found["said"] == "Thursday 15:00" and found["when"] == "Thu 26 Nov, 15:00"
    assert found["value"] == "2026-11-26T15:00" and found["call"] is True
    alice.post(at(ticket, "reply/"), {"body": PROMISE})
    assert not Deadline.objects.filter(kind="promise").exists()
    taken = {"body": PROMISE, "promise_what": ["Call Ines"], "promise_due": [found["value"]]}
    alice.post(at(ticket, "reply/"), taken)
    (row,) = Deadline.objects.filter(kind="promise", ticket=ticket)
    assert row.due_at == dt.datetime(2026, 11, 26, 15, tzinfo=dt.UTC)
    assert "1 promise set as a deadline." in text_of(alice.get(at(ticket)))


def test_a_day_is_the_customers_and_its_time_is_shown_in_both_zones(
    alice: Client, whole_desk: Desk
) -> None:
    customer = make_customer("Karl Weber", time_zone="Asia/Tokyo", language="de")
    ticket = make_ticket(whole_desk, customer=customer)
    timed, day = save(
        alice, ticket, "Ich rufe Sie morgen um 15 Uhr an. Wir melden uns bis Freitag."
    ).json()["promises"]
    assert timed["when"] == "tomorrow 06:00 (15:00 for Karl)"
    assert day["when"] == "the end of Fri 27 Nov"
    assert day["value"] == "2026-11-27T14:59"


def test_promises_that_were_taken_stay_with_the_draft_and_with_a_form_that_is_refused(
    alice: Client, ticket: Ticket
) -> None:
    rows: dict[str, Any] = {
        "promise_what": ["Call Ines", "Write"],
        "promise_due": ["2026-11-26T15:00", "x"],
    }
    save(alice, ticket, PROMISE, **rows)
    assert 'value="Call Ines"' in alice.get(at(ticket)).content.decode()
    refused = alice.post(at(ticket, "reply/"), {"body": PROMISE, **rows})
    assert refused.status_code == 422
    assert "By when do you promise “Write”?" in text_of(refused)
    assert 'value="Call Ines"' in refused.content.decode()


def test_a_call_back_is_a_deadline(alice: Client, ticket: Ticket) -> None:
    alice.post(at(ticket, "call-back/"), {"day": "2026-11-26", "about": "the alarm"})
    (row,) = Deadline.objects.filter(kind="promise", ticket=ticket)
    assert row.due_at == dt.datetime(2026, 11, 26, 23, 59, 59, tzinfo=dt.UTC)
    assert "Call Ines back: the alarm" in text_of(alice.get(at(ticket)))
    neither = alice.post(at(ticket, "call-back/"), {})
    assert "one of the two" in text_of(neither)


def test_a_note_tells_whom_it_names_and_who_was_not_told(
    alice: Client, whole_desk: Desk, ticket: Ticket
) -> None:
    alice.post(at(ticket, "note/"), {"body": "@Bob and @Charlie, look"})
    words = text_of(alice.get(at(ticket)))
    assert "Note kept. Bob told." in words
    assert "Not told, since they may not see this ticket: Charlie." in words
    User.objects.filter(pk=whole_desk.bob.pk).update(name="Sue Bobson")
    unclear = alice.post(at(ticket, "note/"), {"body": "@Sue look"})
    assert unclear.status_code == 400
    assert "@Sue could be Sue or Sue Bobson." in text_of(unclear)


def test_names_to_complete_are_those_who_see_the_ticket(
    alice: Client, whole_desk: Desk, ticket: Ticket
) -> None:
    names = [one["name"] for one in alice.get(at(ticket, "people/")).json()["people"]]
    assert names == ["Ada", "Audrey", "Bob", "Mona", "Sue"]


@pytest.fixture
def texts(whole_desk: Desk) -> None:
    """One for every category, one for outages, one in German, one for flights."""
    outage = Category.objects.get(pk=whole_desk.outage.pk)
    ReusableText.objects.create(
        key="hello", name="First word", body="Dear {first_name}, it is {number}. {me}"
    )
    ReusableText.objects.create(
        key="days", name="Days", category=outage, body="After {days_without} days, {odd_thing}."
    )
    ReusableText.objects.create(key="hallo", name="Gruß", language="de", body="Guten Tag {name}")
    ReusableText.objects.create(
        key="flight", name="Flight", category=whole_desk.flights, body="Your flight"
    )
    ReusableText.objects.create(key="old", name="Old", active=False, body="Old")


def test_texts_that_fit_are_filled_in_nearest_first_and_say_what_they_lack(
    alice: Client, texts: None, ticket: Ticket
) -> None:
    page = alice.get(at(ticket, "texts/?use=reply")).content.decode()
    assert f"Dear Ines, it is {ticket.number}. Alice" in page
    assert page.index("Days") < page.index("First word") < page.index("Gruß")
    assert "Flight" not in page and "Old" not in page
    assert "<mark>odd thing</mark>" in page
    assert alice.get(at(ticket, "texts/?use=other")).status_code == 404


def test_texts_work_without_javascript_and_keep_what_was_typed(
    alice: Client, texts: None, ticket: Ticket
) -> None:
    assert "First word" in text_of(alice.get(at(ticket, "?do=reply&texts=1")))
    save(alice, ticket, "So far.")
    page = text_of(alice.get(at(ticket, "?do=reply&text=hello")))
    assert f"So far. Dear Ines, it is {ticket.number}. Alice" in page


def put(client: Client, ticket: Ticket, name: str, content: bytes) -> Any:
    return client.post(at(ticket, "reply/files/"), {"file": SimpleUploadedFile(name, content)})


def test_a_file_is_kept_at_once_and_goes_with_the_reply(alice: Client, ticket: Ticket) -> None:
    told = put(alice, ticket, "router.png", a_picture()).json()
    assert told["name"] == "router.png"
    assert "router.png" in text_of(alice.get(at(ticket)))
    alice.post(at(ticket, "reply/"), {"body": "See there.", "kept": [told["id"]]})
    reply = ticket.messages.get(kind="reply")
    assert [one.name for one in reply.attachments.all()] == ["router.png"]
    assert not DraftFile.objects.exists()


def test_a_file_that_is_refused_says_what_is_allowed_and_one_can_be_taken_out(
    alice: Client, ticket: Ticket
) -> None:
    refused = put(alice, ticket, "setup.exe", b"MZ")
    assert refused.status_code == 400
    assert "only pictures (PNG, JPEG, GIF, WebP), PDF" in refused.json()["message"]
    key = put(alice, ticket, "a.txt", b"hello").json()["id"]
    assert alice.post(at(ticket, f"files/{key}/drop/")).status_code == 200
    assert not DraftFile.objects.exists()
    gone = alice.post(at(ticket, "reply/"), {"body": "x", "kept": [key]})
    assert gone.status_code == 400 and "put it in again" in text_of(gone)
    assert not ticket.messages.filter(kind="reply").exists()


def test_nobody_takes_a_file_out_of_anothers_draft(
    alice: Client, sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    key = put(alice, ticket, "a.txt", b"hello").json()["id"]
    bob = sign_in(whole_desk.bob)
    assert bob.post(at(ticket, f"files/{key}/drop/")).status_code == 404
    bob.post(at(ticket, "reply/"), {"body": "x", "kept": [key]})
    assert not ticket.messages.filter(kind="reply").exists()


def test_after_sending_the_next_ticket_opens_where_that_is_wanted(
    alice: Client, whole_desk: Desk, ticket: Ticket
) -> None:
    other = make_ticket(whole_desk, customer=make_customer("Rosa Ferrante"))
    form = {"body": "Dear Ines", "then_asked": "1", "then": "next"}
    sent = alice.post(at(ticket, "reply/"), form)
    assert sent["Location"] == f"/desk/tickets/{other.number}/?view=me"
    assert f"{ticket.number}: Reply sent." in text_of(alice.get(sent["Location"]))
    stays = alice.post(at(other, "reply/"), {"body": "Dear Rosa", "then_asked": "1"})
    assert stays["Location"] == at(other)
    whole_desk.alice.refresh_from_db()
    assert not whole_desk.alice.next_after_sending
    assert not any("checked" in part[:60] for part in _thens(alice.get(at(other))))


def _thens(response: Any) -> list[str]:
    page: str = response.content.decode()
    return page.split('name="then" value="next"')[1:]


def test_one_walks_through_a_view_forth_and_back_and_is_told_at_its_end(
    alice: Client, whole_desk: Desk
) -> None:
    tickets = [
        make_ticket(whole_desk, customer=make_customer(name), now=NOW - dt.timedelta(hours=hours))
        for name, hours in (("Rosa", 3), ("Sam", 2), ("Omar", 1))
    ]
    first, second, third = sorted(
        Ticket.objects.filter(pk__in=[one.pk for one in tickets]),
        key=lambda one: (one.attention_at, one.pk),
    )
    to = alice.get(at(first, "next/?view=unowned"))["Location"]
    assert to == at(second, "?view=unowned")
    assert 'next/?view=unowned"' in alice.get(to).content.decode()
    assert alice.get(at(third, "previous/"))["Location"] == at(second)
    end = alice.get(at(third, "next/?view=unowned"), follow=True)
    assert "This is the last one in “Unowned”." in text_of(end)
    assert alice.get(at(first, "next/?view=gone"))["Location"].startswith(at(second))


def test_an_abusive_contact_is_handed_over(alice: Client, whole_desk: Desk, ticket: Ticket) -> None:
    services.take(ticket, actor=user(whole_desk.alice), now=NOW)
    alice.post(at(ticket, "abusive/"), {"what": "He shouted."})
    words = text_of(alice.get(at(ticket)))
    assert "Sue has it now." in words and "The contact was abusive; Sue has it" in words


def test_drafts_take_no_more_queries_however_many_there_are(
    alice: Client, whole_desk: Desk, ticket: Ticket
) -> None:
    save(alice, ticket, "one")
    put(alice, ticket, "a.txt", b"hello")
    before = queries_of(alice, at(ticket))
    for kind in (DraftKind.NOTE, DraftKind.ASK, DraftKind.OFFER):
        save_draft(ticket, kind, user=whole_desk.alice, body="x", base=0, now=NOW)
    put(alice, ticket, "b.txt", b"hello")
    assert queries_of(alice, at(ticket)) == before


def test_pictures_are_shown_small_and_drawn_anew(
    alice: Client, sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    told = put(alice, ticket, "router.png", a_picture()).json()
    alice.post(at(ticket, "reply/"), {"body": "See there.", "kept": [told["id"]]})
    file = ticket.attachments.get()
    small = f"/desk/files/{file.pk}/small/"
    assert f'src="{small}"' in alice.get(at(ticket)).content.decode()
    picture = alice.get(small)
    assert picture["Content-Type"] == "image/webp"
    assert picture.content[:4] == b"RIFF"
    assert "sandbox" in picture["Content-Security-Policy"]
    assert sign_in(whole_desk.charlie).get(small).status_code == 404
    told = put(alice, ticket, "a.txt", b"hello").json()
    alice.post(at(ticket, "reply/"), {"body": "And that.", "kept": [told["id"]]})
    text = ticket.attachments.get(name="a.txt")
    assert alice.get(f"/desk/files/{text.pk}/small/").status_code == 404


def test_what_was_told_before_is_not_asked_again(alice: Client, whole_desk: Desk) -> None:
    facts = {"account": "LB-4471-0926"}
    before = make_ticket(whole_desk, facts=facts)
    now = make_ticket(whole_desk, customer=before.customer)
    words = text_of(alice.get(at(now)))
    assert f"Told before Account LB-4471-0926 {before.number}" in words
    asks = text_of(alice.get(at(before, "?do=ask")))
    assert "Known, so not asked again: Account LB-4471-0926" in asks


def test_guidance_of_a_category_stands_beside_the_conversation(
    alice: Client, whole_desk: Desk, ticket: Ticket
) -> None:
    Category.objects.filter(pk=whole_desk.broadband.pk).update(guidance="Ask for the alarm.")
    forget_all()
    assert "How we handle it" in text_of(alice.get(at(ticket)))


def test_a_page_leaves_compressed_and_a_file_as_it_is(alice: Client, ticket: Ticket) -> None:
    page = alice.get(at(ticket), headers={"Accept-Encoding": "gzip"})
    assert page["Content-Encoding"] == "gzip"
    assert len(page.content) < 30_000
    answer = alice.get(f"/api/v1/tickets/{ticket.number}/", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer and not answer["ETag"].startswith("W/")
