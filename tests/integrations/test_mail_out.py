"""What customers get by mail, through a real SMTP server."""

import datetime as dt
from email.message import EmailMessage

import pytest

from integrations.mail.addresses import ticket_in_tag
from integrations.outbox import deliver_next
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tests.integrations.conftest import Postbox
from tickets import services
from tickets.actors import SYSTEM
from tickets.change import changing
from tickets.models import Event, Message, Outbox, Ticket
from tickets.services.files import Upload


def deliver_all(now: dt.datetime = NOW) -> None:
    """Deliver what is due."""
    while deliver_next(now=now):
        pass


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    """The text of one part."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def send_plain(ticket: Ticket, **payload: object) -> Outbox:
    """Enqueue a mail of another app's."""
    with changing(ticket, actor=SYSTEM, now=NOW) as change:
        change.enqueue("mail", "plain", {"template": "offer", **payload})
    return Outbox.objects.get(key="plain")


def test_a_new_complaint_is_confirmed_with_number_and_link(desk: Desk, postbox: Postbox) -> None:
    ticket = make_ticket(desk)

    deliver_all()

    (mail,) = postbox.mails
    assert postbox.recipients == [["ines.calloway@example.org"]]
    assert mail["Subject"] == f"[{ticket.number}] We have your complaint"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert ticket.number in text_of(mail)
    assert f"https://desk.example/c/{ticket.access_key}/" in text_of(mail)
    event = Event.objects.get(ticket=ticket, type="mail_sent")
    assert event.data["template"] == "received"
    assert event.data["to"] == ["ines.calloway@example.org"]


def test_the_confirmation_says_by_when_in_the_customers_zone(desk: Desk, postbox: Postbox) -> None:
    customer = make_customer("Jan Weiss", time_zone="Europe/Berlin")
    ticket = make_ticket(desk, customer=customer)
    with changing(ticket, actor=SYSTEM, now=NOW) as change:
        change.record(
            "deadlines_set",
            data={
                "deadlines": [
                    {"kind": "acknowledge", "due_at": "2026-11-24T12:00:00+00:00"},
                    {"kind": "first_response", "due_at": "2026-11-26T16:00:00+00:00"},
                    {"kind": "resolve", "due_at": "2026-12-10T16:00:00+00:00"},
                    {"kind": "decide", "due_at": "no moment"},
                ]
            },
        )

    deliver_all()

    text = text_of(postbox.mails[0])
    assert "writes to you by Thursday 26 November 2026, 17:00 (Berlin time)" in text
    assert "put it right by Thursday 10 December 2026, 17:00 (Berlin time)" in text
    assert "12:00" not in text, "what is ours alone is not promised"


def test_without_deadlines_no_date_is_promised(desk: Desk, postbox: Postbox) -> None:
    ticket = make_ticket(desk)
    assert not ticket.events.filter(type="deadlines_set").exists()

    deliver_all()

    assert "A person of our team reads it and writes to you." in text_of(postbox.mails[0])


def test_tickets_from_the_past_are_not_confirmed(desk: Desk, postbox: Postbox) -> None:
    make_ticket(desk, historical=True)

    assert not Outbox.objects.exists()


def test_a_customer_without_an_address_gets_nothing_and_nothing_fails(
    desk: Desk, postbox: Postbox
) -> None:
    customer = make_customer("Nobody Known", email="")
    make_ticket(desk, customer=customer)

    deliver_all()

    assert postbox.mails == []
    assert Outbox.objects.get().state == "delivered"


def test_a_reply_goes_out_as_it_was_written_and_in_its_thread(desk: Desk, postbox: Postbox) -> None:
    ticket = make_ticket(desk, mail_id="<first@customer.example>")
    services.reply(
        ticket,
        body="We were wrong.\n\nSee https://example.org/a?b=1&c=<2> for <b>more</b>.",
        uploads=[Upload("bill.txt", b"12.50")],
        actor=user(desk.alice),
        now=NOW,
    )

    deliver_all()

    _, mail = postbox.mails
    message = Message.objects.get(kind="reply")
    assert mail["Subject"] == f"[{ticket.number}] {ticket.subject}"
    assert mail["Auto-Submitted"] is None, "a person wrote it"
    assert mail["In-Reply-To"] == "<first@customer.example>"
    assert mail["References"].split() == [
        f"<ticket.{ticket.pk}@desk.example>",
        "<first@customer.example>",
    ]
    assert mail["Message-ID"] == message.mail_id
    assert text_of(mail).startswith("We were wrong.\n\nSee https://example.org/a?b=1&c=<2>")
    html = text_of(mail, "html")
    assert "&lt;b&gt;more&lt;/b&gt;" in html
    assert '<a href="https://example.org/a?b=1&amp;c=" dir="ltr">' in html
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content().strip()) == ("bill.txt", "12.50")


def test_answers_come_back_to_a_signed_address(desk: Desk, postbox: Postbox) -> None:
    ticket = make_ticket(desk)

    deliver_all()

    reply_to = postbox.mails[0]["Reply-To"]
    assert ticket_in_tag([reply_to]) == ticket.pk
    assert ticket_in_tag([reply_to.replace("a-", "a-1")]) is None
    other = "1" if reply_to[-16] == "0" else "0"
    forged = reply_to[:-16] + other + reply_to[-15:]
    assert ticket_in_tag([forged]) is None


def test_a_second_try_has_the_same_message_id(desk: Desk, postbox: Postbox) -> None:
    make_ticket(desk)
    deliver_all()
    Outbox.objects.update(state="pending", delivered_at=None, next_attempt_at=NOW)

    deliver_all()

    first, second = postbox.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_other_apps_send_plain_text_to_the_customer(desk: Desk, postbox: Postbox) -> None:
    ticket = make_ticket(desk)
    send_plain(ticket, subject="An offer", body="Please look:\n{link}")

    deliver_all()

    mail = postbox.mails[-1]
    assert mail["Subject"] == f"[{ticket.number}] An offer"
    assert f"/c/{ticket.access_key}/" in text_of(mail)


def test_other_apps_send_plain_text_to_colleagues(desk: Desk, postbox: Postbox) -> None:
    send_plain(make_ticket(desk), subject="Late", body="Look.", to=[desk.sue.email])

    deliver_all()

    assert postbox.recipients[-1] == ["sue@example.org"]


def test_a_line_break_in_a_subject_adds_no_header(desk: Desk, postbox: Postbox) -> None:
    send_plain(make_ticket(desk), subject="An offer\nBcc: all@example.org", body="x")

    deliver_all()

    assert postbox.mails[-1]["Bcc"] is None
    assert postbox.recipients[-1] == ["ines.calloway@example.org"]


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({}, "no mail called"),
        ({"subject": "s", "body": "b", "to": "complaints@desk.example"}, "our own address"),
        ({"subject": "s", "body": "b", "to": "Complaints+x@desk.example"}, "our own address"),
    ],
)
def test_what_can_not_be_sent_is_given_up(
    desk: Desk, postbox: Postbox, payload: dict[str, str], words: str
) -> None:
    row = send_plain(make_ticket(desk), **payload)

    deliver_all()

    row.refresh_from_db()
    assert row.state == "dead"
    assert words in row.last_error


@pytest.mark.parametrize(
    ("recipient", "data", "state"),
    [
        ("550 No such user", "", "dead"),
        ("451 Try later", "", "pending"),
        ("", "554 Spam", "dead"),
        ("", "452 Full", "pending"),
    ],
)
def test_the_servers_answer_decides_whether_trying_again_can_help(
    desk: Desk, postbox: Postbox, recipient: str, data: str, state: str
) -> None:
    postbox.refuse_recipient, postbox.refuse_data = recipient, data
    make_ticket(desk)

    deliver_next(now=NOW)

    assert Outbox.objects.get().state == state


def test_a_mail_server_that_is_gone_delays_the_mail(
    desk: Desk, postbox: Postbox, settings: object
) -> None:
    port = settings.EMAIL_PORT  # type: ignore[attr-defined]
    settings.EMAIL_PORT = 1  # type: ignore[attr-defined]
    make_ticket(desk)
    deliver_all()
    assert Outbox.objects.get().state == "pending"

    settings.EMAIL_PORT = port  # type: ignore[attr-defined]
    deliver_all(NOW + dt.timedelta(minutes=1))

    assert len(postbox.mails) == 1


def test_a_note_among_ourselves_never_leaves(desk: Desk, postbox: Postbox) -> None:
    ticket = make_ticket(desk)
    note = services.add_note(ticket, body="He is lying.", actor=user(desk.alice), now=NOW)
    with changing(ticket, actor=SYSTEM, now=NOW) as change:
        change.enqueue("mail", "leak", {"template": "message", "message": note.pk})

    deliver_all()

    assert all("lying" not in mail.as_string() for mail in postbox.mails)
    assert Outbox.objects.get(key="leak").state == "dead"
