"""What people here are told by mail has nothing to do with the customer's thread."""

import pytest

from integrations.mail.incoming import Received
from tests.builders import Desk, make_ticket
from tests.integrations.conftest import Postbox
from tests.integrations.test_mail_in import mail, receive
from tests.integrations.test_mail_out import deliver_all, send_plain, text_of
from tickets.models import Customer, Message

pytestmark = pytest.mark.django_db


def test_what_people_here_are_told_is_in_nobodys_thread_and_leads_to_the_desk(
    desk: Desk, postbox: Postbox
) -> None:
    ticket = make_ticket(desk)
    deliver_all()
    send_plain(ticket, to=[desk.sue.email], subject="Running late", body="It is late.")

    deliver_all()

    _, mail = postbox.mails
    assert mail["To"] == desk.sue.email
    assert mail["Reply-To"] is None
    assert mail["References"] is None
    assert mail["In-Reply-To"] is None
    assert f"https://desk.example/desk/tickets/{ticket.number}/" in text_of(mail)
    assert ticket.access_key not in text_of(mail)
    assert mail["Message-ID"].startswith("<notice.")


def test_a_colleague_who_answers_what_he_was_told_is_no_customer(
    desk: Desk, postbox: Postbox
) -> None:
    ticket = make_ticket(desk)
    notice = {"In_Reply_To": "<notice.7@desk.example>", "Subject": f"Re: [{ticket.number}] Late"}
    received = receive(mail("On it.", From=desk.sue.email, **notice))

    assert received == Received("ignored: a colleague answers a notice")
    assert Message.objects.filter(ticket=ticket).count() == 1
    assert not Customer.objects.filter(contacts__value=desk.sue.email).exists()
    # who is none of us gets no further by naming one
    assert receive(mail("Hello", Message_ID="<b@example.org>", **notice)).result == "answered"
