"""The ticket's page: permissions, every action as a plain form, two at once, queries."""

import re
from html import escape
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.builders import NOW, Desk, make_ticket, user
from tests.desk.pages import SignIn, a_picture, fetched, hidden_of, queries_of, text_of
from tests.remedies.builders import draft_of, make_hurt
from tickets import services
from tickets.actors import SYSTEM, Actor
from tickets.models import Attachment, Ticket
from tickets.numbers import number_of
from tickets.rules import Channel

pytestmark = pytest.mark.django_db


def at(ticket: Ticket, verb: str = "") -> str:
    return f"/desk/tickets/{ticket.number}/" + (f"{verb}/" if verb else "")


@pytest.fixture
def alice(sign_in: SignIn, whole_desk: Desk) -> Client:
    """Alice's browser."""
    return sign_in(whole_desk.alice)


def test_it_shows_customer_conversation_and_what_is_owed(alice: Client, ticket: Ticket) -> None:
    words = text_of(alice.get(at(ticket)))
    assert "We had no internet from the 9th to the 18th." in words
    assert "Known. Do not ask again" in words
    assert "Deadlines" in words and "Offer draft, policy 1" in words
    assert "Nobody, take it" in words


def test_a_number_said_otherwise_leads_to_the_ticket(alice: Client, ticket: Ticket) -> None:
    said = ticket.number.lower().replace("-", " ")
    response = alice.get(f"/desk/tickets/{said}/")
    assert response["Location"] == at(ticket)


def test_a_wrong_check_digit_is_said_clearly(alice: Client, ticket: Ticket) -> None:
    wrong = ticket.number[:-1] + str((int(ticket.number[-1]) + 1) % 10)
    response = alice.get(f"/desk/tickets/{wrong}/")
    assert response.status_code == 404
    words = text_of(response)
    assert f"There is no ticket {wrong}." in words
    assert "misheard or mistyped" in words


@pytest.mark.parametrize("name", ["foo", "A-1", "10019x", "9999999999999999999999", "<b>x"])
def test_what_is_no_number_is_a_kind_404_with_a_search(alice: Client, name: str) -> None:
    response = alice.get(f"/desk/tickets/{quote(name)}/")
    assert response.status_code == 404
    words = text_of(response)
    assert f"There is no ticket {name}." in words
    assert "digit" not in words
    assert f'value="{escape(name)}"' in response.content.decode(), "one key leads to the search"


def test_a_number_that_nobody_has_is_a_kind_404(alice: Client) -> None:
    number = number_of(7_654_321)
    words = text_of(alice.get(f"/desk/tickets/{number}/"))
    assert f"There is no ticket {number}, or it is not yours to see." in words


@pytest.mark.parametrize("verb", ["", "reply", "take", "offer", "refuse"])
def test_another_teams_ticket_does_not_exist(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket, verb: str
) -> None:
    client = sign_in(whole_desk.charlie)
    url = at(ticket, verb)
    response = client.post(url, {"body": "x"}) if verb else client.get(url)
    assert response.status_code == 404
    assert "Ines" not in text_of(response)


def test_the_auditor_reads_it_and_can_not_write(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    client = sign_in(whole_desk.audrey)
    assert "You can read this ticket." in text_of(client.get(at(ticket)))
    assert client.post(at(ticket, "reply"), {"body": "Hello"}).status_code == 403
    assert ticket.messages.count() == 1


def test_a_reply_is_sent_and_makes_its_writer_the_owner(
    alice: Client, whole_desk: Desk, ticket: Ticket
) -> None:
    response = alice.post(
        at(ticket, "reply"), {"body": "Dear Ines", **hidden_of(alice, at(ticket))}
    )
    assert response["Location"] == at(ticket)
    ticket.refresh_from_db()
    assert ticket.owner == whole_desk.alice
    assert ticket.answered_at == NOW
    assert "Reply sent." in text_of(alice.get(at(ticket)))


def test_an_empty_reply_names_the_field_and_sends_nothing(alice: Client, ticket: Ticket) -> None:
    response = alice.post(at(ticket, "reply"), {"body": "  "})
    assert response.status_code == 422
    assert "Reply : This field is required." in text_of(response)
    assert ticket.messages.count() == 1


def test_a_reply_is_held_while_the_customer_wrote(alice: Client, ticket: Ticket) -> None:
    seen = hidden_of(alice, at(ticket))
    services.receive_message(
        ticket,
        body="It is broken again!",
        channel=Channel.EMAIL,
        actor=Actor.of_customer(ticket.customer),
        now=NOW,
    )
    response = alice.post(at(ticket, "reply"), {"body": "Dear Ines, all is well.", **seen})
    words = text_of(response)
    assert response.status_code == 409
    assert "Not sent. Ines Calloway wrote while you typed." in words
    assert "Dear Ines, all is well." in words, "the text is kept"
    assert "It is broken again!" in words, "what is new is shown"
    again = {"body": "Dear Ines, I see it.", **hidden_of(alice, at(ticket))}
    assert alice.post(at(ticket, "reply"), again).status_code == 302


def test_what_the_desk_does_by_itself_holds_nobody_up(alice: Client, ticket: Ticket) -> None:
    seen = hidden_of(alice, at(ticket))
    services.set_tags(ticket, ["checked"], actor=SYSTEM, now=NOW)
    response = alice.post(at(ticket, "reply"), {"body": "Dear Ines", **seen})
    assert response.status_code == 302


def test_a_note_is_no_reply_and_alerts_whom_it_mentions(
    alice: Client, whole_desk: Desk, ticket: Ticket
) -> None:
    alice.post(at(ticket, "note"), {"body": "@Bob look at this, please"})
    assert ticket.messages.filter(kind="note").count() == 1
    assert whole_desk.bob.alerts.filter(ticket=ticket).exists()
    page = alice.get(at(ticket)).content.decode()
    assert "internal note" in page


def test_asking_for_a_fact_pauses_the_clock(alice: Client, ticket: Ticket) -> None:
    response = alice.post(
        at(ticket, "ask"),
        {"facts": ["days_without"], "body": "How long?", **hidden_of(alice, at(ticket))},
    )
    assert response.status_code == 302
    ticket.refresh_from_db()
    assert ticket.status == "waiting_customer"
    words = text_of(alice.get(at(ticket)))
    assert "Waiting for Ines: Days without." in words


def test_a_known_fact_is_not_offered_to_be_asked(alice: Client, whole_desk: Desk) -> None:
    ticket = make_ticket(whole_desk, facts={"days_without": "9"})
    page = alice.get(at(ticket) + "?do=ask").content.decode()
    assert 'value="account"' in page
    assert 'value="days_without"' not in page


def test_a_promise_becomes_a_deadline(alice: Client, ticket: Ticket) -> None:
    alice.post(at(ticket, "promise"), {"what": "I call you", "due": "2026-11-26T15:00"})
    promise = ticket.deadlines.get(kind="promise")
    assert promise.due_at.isoformat() == "2026-11-26T15:00:00+00:00"


def test_a_promise_by_a_day_holds_to_its_end_for_the_customer(
    alice: Client, ticket: Ticket
) -> None:
    type(ticket.customer).objects.update(time_zone="Asia/Tokyo")
    alice.post(at(ticket, "promise"), {"what": "I call you", "day": "2026-11-26"})
    promise = ticket.deadlines.get(kind="promise")
    assert promise.due_at.isoformat() == "2026-11-26T14:59:59+00:00"
    both = {"what": "I call you", "day": "2026-11-26", "due": "2026-11-26T15:00"}
    assert "one of the two" in text_of(alice.post(at(ticket, "promise"), both))
    assert "one of the two" in text_of(alice.post(at(ticket, "promise"), {"what": "I call"}))


def test_a_promise_in_the_past_is_refused_beside_its_field(alice: Client, ticket: Ticket) -> None:
    response = alice.post(at(ticket, "promise"), {"what": "I call you", "due": "2020-01-01T10:00"})
    assert response.status_code == 400
    assert "A promise lies in the future." in text_of(response)


def test_a_hand_over_needs_a_brief(alice: Client, whole_desk: Desk, ticket: Ticket) -> None:
    services.take(ticket, actor=user(whole_desk.alice), now=NOW)
    response = alice.post(at(ticket, "hand-over"), {"to": whole_desk.bob.pk, "brief": ""})
    assert response.status_code == 400
    assert "brief" in text_of(response)
    alice.post(at(ticket, "hand-over"), {"to": whole_desk.bob.pk, "brief": "Call her at five."})
    ticket.refresh_from_db()
    assert ticket.owner == whole_desk.bob


def test_points_are_decided_and_the_matter_resolved(alice: Client, ticket: Ticket) -> None:
    refused = alice.post(at(ticket, "resolve"), {"summary": ""})
    assert refused.status_code == 400
    point = ticket.points.get()
    alice.post(at(ticket, "decide"), {"point": point.pk, "outcome": "upheld", "finding": "Yes."})
    assert alice.post(at(ticket, "resolve"), {"summary": "Settled."}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.status == "resolved"
    assert "Upheld" in text_of(alice.get(at(ticket)))


def test_pain_is_overridden_with_a_reason(alice: Client, ticket: Ticket) -> None:
    assert alice.post(at(ticket, "pain"), {"level": "4", "reason": ""}).status_code == 422
    alice.post(at(ticket, "pain"), {"level": "4", "reason": "Her father’s alarm"})
    words = text_of(alice.get(at(ticket)))
    assert "Set to 4 by Alice" in words and "Her father’s alarm" in words


def test_a_picture_is_kept_and_served_safely(
    alice: Client, sign_in: SignIn, whole_desk: Desk, ticket: Ticket
) -> None:
    png = a_picture()
    upload = SimpleUploadedFile("../../bill.png", png, content_type="text/html")
    response = alice.post(at(ticket, "reply"), {"body": "See this", "attachments": upload})
    assert response.status_code == 302, text_of(response)
    kept = Attachment.objects.get()
    served = fetched(alice, f"/desk/files/{kept.pk}/")
    assert served["Content-Type"] == "image/png"
    assert served["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in served["Content-Security-Policy"]
    assert kept.name == "bill.png"
    assert sign_in(whole_desk.charlie).get(f"/desk/files/{kept.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bill.html", b"<script>alert(1)</script>"),
        ("bill.png", b"<svg onload=x>"),
        ("a.exe", b"MZ"),
    ],
)
def test_a_forbidden_file_is_named_and_nothing_is_sent(
    alice: Client, ticket: Ticket, name: str, content: bytes
) -> None:
    response = alice.post(
        at(ticket, "reply"), {"body": "See", "attachments": SimpleUploadedFile(name, content)}
    )
    assert response.status_code == 422
    assert f"{name} can't be attached" in text_of(response)
    assert ticket.messages.count() == 1


def test_hostile_words_are_shown_as_words(alice: Client, whole_desk: Desk) -> None:
    ticket = make_ticket(whole_desk, body="<script>alert('x')</script> & more", subject="<b>Hi</b>")
    page = alice.get(at(ticket)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_an_unknown_verb_is_not_found(alice: Client, ticket: Ticket) -> None:
    assert alice.post(at(ticket, "explode")).status_code == 404


def test_a_longer_thread_takes_no_more_queries(
    alice: Client, whole_desk: Desk, ticket: Ticket
) -> None:
    services.reply(ticket, body="One", actor=user(whole_desk.alice), now=NOW)
    few = queries_of(alice, at(ticket))
    for number in range(8):
        services.add_note(ticket, body=f"Note {number}", actor=user(whole_desk.alice), now=NOW)
        services.add_point(ticket, f"Point {number}", actor=user(whole_desk.alice), now=NOW)
    assert queries_of(alice, at(ticket)) == few


def test_no_page_carries_inline_script_or_style(alice: Client, ticket: Ticket) -> None:
    page = alice.get(at(ticket)).content.decode()
    assert " style=" not in page
    assert "<script>" not in page and " onclick=" not in page


def test_a_sum_outside_the_range_is_said_at_the_sum(alice: Client, whole_desk: Desk) -> None:
    hurt = make_hurt(whole_desk)
    part = draft_of(hurt).components.get(ranged=True)
    seen = {"reason": "A week of work.", **hidden_of(alice, at(hurt))}
    assert "policy: £90.00 to £135.00" in text_of(alice.get(f"{at(hurt)}?do=adjust"))
    refused = alice.post(at(hurt, "adjust"), {f"amount_{part.pk}": "200", **seen})
    assert refused.status_code == 422
    assert f'id="adjust_amount_{part.pk}_error"' in refused.content.decode()
    assert "The policy gives £90.00 to £135.00 here." in text_of(refused)
    part.refresh_from_db()
    assert part.amount == 9_000
    alice.post(at(hurt, "adjust"), {f"amount_{part.pk}": "100", **seen})
    part.refresh_from_db()
    assert part.amount == 10_000


def test_no_two_fields_of_the_page_share_a_name_for_their_labels(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    ticket = make_hurt(whole_desk)
    body = sign_in(whole_desk.alice).get(f"/desk/tickets/{ticket.number}/refusal/").content
    names = re.findall(r'\bid="([^"]+)"', body.decode())
    assert len(names) == len(set(names)), [name for name in names if names.count(name) > 1]


def test_who_only_reads_gets_no_link_to_a_form_that_is_not_there(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    ticket = make_hurt(whole_desk)
    for person, there in ((whole_desk.alice, True), (whole_desk.audrey, False)):
        body = sign_in(person).get(f"/desk/tickets/{ticket.number}/").content.decode()
        assert ("?do=" in body) is there, person
        assert 'id="composer"' in body, person


@pytest.mark.parametrize(
    ("verb", "typed", "field", "said"),
    [
        ("promise", {"what": "Call", "due": "2099-01-01T10:00"}, "due", "at most two years ahead"),
        ("promise", {"what": "Call", "due": "soon"}, "due", "Write it like 2026-11-30 15:00."),
        ("promise", {"what": "Call", "day": "31.02."}, "day", "Write it like 2026-11-30."),
        ("link", {"other": "A-12", "kind": "related"}, "other", "its check digit is wrong"),
        ("link", {"other": "A-10019", "kind": "related"}, "other", "nothing here under that name"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_with_what_is_allowed(
    sign_in: SignIn, whole_desk: Desk, ticket: Ticket, verb: str, typed: dict[str, str],
    field: str, said: str,
) -> None:  # fmt: skip
    answer = sign_in(whole_desk.alice).post(f"/desk/tickets/{ticket.number}/{verb}/", typed)
    assert answer.status_code >= 400
    panel = next(one for one in answer.context["panels"] if one.open)
    assert said in " ".join(panel.form.errors[field])
    assert panel.form[field].value() == typed[field]
