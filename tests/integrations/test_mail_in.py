"""A mail becomes an answer, a complaint or a note, once."""

import datetime as dt
import io
import socketserver
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from integrations import tasks
from integrations.mail.addresses import message_id, received_id, reply_address
from integrations.mail.fetching import Mailbox
from integrations.mail.incoming import Received, receive_mail
from integrations.models import ReceivedMail
from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tickets import services
from tickets.errors import Missing
from tickets.models import Alert, Attachment, Customer, Event, Message, Outbox, Ticket


def png() -> bytes:
    """A picture that opens."""
    out = io.BytesIO()
    Image.new("RGB", (2, 2), "red").save(out, "PNG")
    return out.getvalue()


@pytest.fixture(autouse=True)
def _address(settings: Any) -> None:
    settings.INBOUND_MAIL_ADDRESS = "complaints@desk.example"
    settings.SITE_URL = "https://desk.example"


def mail(body: str = "My kettle broke.", **over: str) -> EmailMessage:
    """A person's mail to the desk."""
    message = EmailMessage()
    headers = {
        "From": "Ines Calloway <ines.calloway@example.org>",
        "To": "complaints@desk.example",
        "Subject": "A kettle",
        "Message-ID": "<kettle@example.org>",
    }
    for name, value in (headers | {k.replace("_", "-"): v for k, v in over.items()}).items():
        if value:
            message[name] = value
    message.set_content(body)
    return message


def receive(message: EmailMessage, *, now: dt.datetime = NOW) -> Received:
    """Take a mail in."""
    return receive_mail(message.as_bytes(), now=now)


def answer_to(ticket: Ticket, body: str = "Here it is.", **over: str) -> EmailMessage:
    """A mail that answers our confirmation."""
    return mail(
        body, **{"Message_ID": "<answer@example.org>", "In_Reply_To": received_id(ticket), **over}
    )


def test_a_mail_opens_a_complaint(desk: Desk) -> None:
    received = receive(mail())

    ticket = Ticket.objects.get()
    assert received == Received("opened", ticket)
    assert (ticket.channel, ticket.subject) == ("email", "A kettle")
    assert ticket.category == desk.broadband
    message = Message.objects.get()
    assert (message.body, message.mail_id) == ("My kettle broke.", "<kettle@example.org>")
    assert Customer.objects.get().name == "Ines Calloway"
    assert Outbox.objects.filter(key=f"received:{ticket.pk}").exists()
    assert ReceivedMail.objects.get().ticket == ticket


def test_the_same_mail_again_does_nothing(desk: Desk) -> None:
    receive(mail())

    assert receive(mail()) == Received("known")
    assert Ticket.objects.count() == 1


def test_a_mail_without_an_id_is_known_again_by_its_bytes(desk: Desk) -> None:
    receive(mail(Message_ID=""))

    assert receive(mail(Message_ID="")).result == "known"


def test_a_mail_to_a_teams_address_is_that_teams(desk: Desk) -> None:
    desk.travel.email = "travel@desk.example"
    desk.travel.save()

    receive(mail(To="travel@desk.example"))

    assert Ticket.objects.get().team == desk.travel


def test_an_answer_finds_its_complaint_by_our_message_id(desk: Desk) -> None:
    ticket = make_ticket(desk)

    received = receive(answer_to(ticket, "Here it is.\n\nOn Tue, Amends wrote:\n> Please send it."))

    assert received == Received("answered", ticket)
    message = Message.objects.get(kind="inbound", mail_id="<answer@example.org>")
    assert message.body == "Here it is."


def test_an_answer_finds_its_complaint_by_the_number_in_the_subject(desk: Desk) -> None:
    ticket = make_ticket(desk)

    received = receive(mail(Subject=f"AW: [{ticket.number}] We have your complaint"))

    assert received.ticket == ticket


def test_an_answer_to_a_reply_resumes_a_ticket_that_waits(desk: Desk) -> None:
    ticket = make_ticket(desk)
    question = services.request_information(
        ticket, facts=["account"], body="Which account?", actor=user(desk.alice), now=NOW
    )

    receive(answer_to(ticket, References=f"<x@y.example> {message_id(ticket, question.pk)}"))

    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_a_signed_address_is_trusted_whoever_writes(desk: Desk) -> None:
    ticket = make_ticket(desk)

    received = receive(
        mail("I write for Ines.", From="Tom <tom@example.org>", To=reply_address(ticket))
    )

    assert received.ticket == ticket
    message = Message.objects.get(mail_id="<kettle@example.org>")
    assert message.body.startswith("(Written from tom@example.org)")
    assert not Customer.objects.filter(contacts__normalized="tom@example.org").exists()


@pytest.mark.parametrize("how", ["subject", "id"])
def test_a_stranger_who_names_a_complaint_opens_his_own(desk: Desk, how: str) -> None:
    ticket = make_ticket(desk)
    over = (
        {"Subject": f"[{ticket.number}] me too"}
        if how == "subject"
        else {"In_Reply_To": received_id(ticket)}
    )

    received = receive(mail(From="Mallory <mallory@example.org>", **over))

    assert received.result == "opened"
    assert received.ticket != ticket
    assert ticket.messages.count() == 1, "nothing of his is on the other's ticket"
    assert ticket.links_in.get().ticket == received.ticket


def test_a_number_with_a_wrong_check_digit_names_nothing(desk: Desk) -> None:
    ticket = make_ticket(desk)
    wrong = ticket.number[:-1] + str((int(ticket.number[-1]) + 1) % 10)

    received = receive(mail(Subject=f"[{wrong}] hello"))

    assert received.result == "opened"


def test_a_bounce_becomes_a_note_and_nothing_is_answered(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.take(ticket, actor=user(desk.alice), now=NOW)
    Outbox.objects.all().delete()
    bounce = mail(
        f"The following message could not be delivered.\nMessage-ID: {received_id(ticket)}\n",
        From="Mail Delivery Subsystem <mailer-daemon@mx.example>",
        Subject="Undelivered Mail Returned to Sender",
        Auto_Submitted="auto-replied",
    )

    received = receive(bounce)

    assert received == Received("noted", ticket)
    note = Message.objects.get(kind="note")
    assert "did not reach the customer" in note.body
    assert Event.objects.get(type="machine_mail_received").data["sort"] == "bounce"
    assert Alert.objects.filter(user=desk.alice, key=f"bounce:{note.pk}").exists()
    assert not Outbox.objects.exists()
    assert not Customer.objects.filter(name__icontains="mail delivery").exists()


def test_an_out_of_office_note_does_not_resume_or_reopen(desk: Desk) -> None:
    ticket = make_ticket(desk)
    services.request_information(
        ticket, facts=["account"], body="Which?", actor=user(desk.alice), now=NOW
    )

    receive(answer_to(ticket, "I am away.", Auto_Submitted="auto-replied"))

    ticket.refresh_from_db()
    assert ticket.status == "waiting_customer"
    assert Message.objects.filter(kind="note").count() == 1


def test_machine_mail_that_belongs_nowhere_is_laid_aside(desk: Desk) -> None:
    received = receive(mail(Auto_Submitted="auto-generated"))

    assert received.result == "ignored: auto_reply"
    assert not Ticket.objects.exists()
    assert ReceivedMail.objects.get().result == "ignored: auto_reply"


@pytest.mark.parametrize("sender", ["", "not an address", "complaints@desk.example"])
def test_nobodys_mail_and_our_own_open_nothing(desk: Desk, sender: str) -> None:
    assert receive(mail(From=sender)).result.startswith("ignored")
    assert not Ticket.objects.exists()


def test_attachments_are_kept_if_allowed_and_named_if_not(desk: Desk) -> None:
    message = mail()
    message.add_attachment(png(), maintype="image", subtype="png", filename="kettle.png")
    message.add_attachment(b"MZ\x90", maintype="application", subtype="x", filename="run.exe")

    receive(message)

    assert Attachment.objects.get().name == "kettle.png"
    assert "run.exe can't be attached" in Message.objects.get().body


def test_a_very_long_mail_is_cut_and_attached_whole(desk: Desk) -> None:
    receive(mail("word " * 10_000))

    assert len(Message.objects.get().body) <= 20_000
    assert Attachment.objects.get().name == "mail.eml"


def test_html_is_stored_as_text(desk: Desk) -> None:
    message = mail()
    message.set_content("<p>It <b>broke</b></p><script>alert(1)</script>", subtype="html")

    receive(message)

    assert Message.objects.get().body == "It broke"


def test_an_empty_mail_says_what_its_subject_says(desk: Desk) -> None:
    receive(mail(""))

    assert Message.objects.get().body == "A kettle"


def test_two_machines_that_answer_each_other_stop(desk: Desk) -> None:
    for number in range(14):
        receive(mail(Message_ID=f"<{number}@example.org>"))

    assert Ticket.objects.count() == 10
    assert Message.objects.filter(automatic=True).count() == 4


def test_a_desk_without_categories_takes_nothing_and_says_so(db: None) -> None:
    with pytest.raises(Missing):
        receive(mail())

    assert not ReceivedMail.objects.exists(), "the mail is tried again"
    assert not Customer.objects.exists()


def test_the_customer_is_found_again_by_his_address(desk: Desk) -> None:
    customer = make_customer()

    receive(mail(From="I. Calloway <INES.CALLOWAY@example.org>"))

    assert Ticket.objects.get().customer == customer


def test_the_command_takes_a_mail_from_standard_input(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(mail().as_bytes())))

    call_command("receive_mail", stdout=out)

    assert out.getvalue().strip() == f"opened {Ticket.objects.get().number}"


def test_the_command_fails_where_nothing_came(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))

    with pytest.raises(CommandError, match="no mail"):
        call_command("receive_mail")


# -- a mailbox -----------------------------------------------------------------------------------


class Post(socketserver.ThreadingTCPServer):
    """A small IMAP server that speaks as much as a fetch needs."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.seen: set[int] = set()
        super().__init__(("127.0.0.1", 0), _Talk)


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        post: Any = self.server
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, words = line.decode().strip().split(" ", 1)
            name = words.upper()
            if name.startswith("CAPABILITY"):
                self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
            elif name.startswith("SELECT"):
                self.wfile.write(b"* %d EXISTS\r\n" % len(post.mails))
            elif name.startswith("UID SEARCH"):
                unseen = [n for n in range(1, len(post.mails) + 1) if n not in post.seen]
                self.wfile.write(f"* SEARCH {' '.join(map(str, unseen))}\r\n".encode())
            elif name.startswith("UID FETCH"):
                number = int(words.split()[2])
                raw = post.mails[number - 1]
                if "RFC822.SIZE" in name:
                    self.wfile.write(b"* 1 FETCH (UID 1 RFC822.SIZE %d)\r\n" % len(raw))
                else:
                    self.wfile.write(b"* 1 FETCH (UID 1 BODY[] {%d}\r\n%s)\r\n" % (len(raw), raw))
            elif name.startswith("UID STORE"):
                post.seen.add(int(words.split()[2]))
            elif name.startswith("LOGOUT"):
                self.wfile.write(f"* BYE\r\n{tag} OK done\r\n".encode())
                return
            self.wfile.write(f"{tag} OK done\r\n".encode())


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    """A mailbox that mail is fetched from."""
    server = Post()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.INBOUND_IMAP_URL = f"imap://desk:p%40ss@127.0.0.1:{server.server_address[1]}/INBOX"
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_mail_is_fetched_and_marked_once_it_is_stored(desk: Desk, post: Post) -> None:
    post.mails = [mail().as_bytes(), mail(Message_ID="<two@example.org>").as_bytes()]

    assert tasks.fetch_mail() == 2
    assert tasks.fetch_mail() == 0

    assert Ticket.objects.count() == 2
    assert post.seen == {1, 2}


def test_a_mail_that_can_not_be_stored_stays_unseen_and_stops_no_other(
    desk: Desk, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.mails = [mail().as_bytes(), mail(Message_ID="<two@example.org>").as_bytes()]
    real = receive_mail

    def first_fails(raw: bytes, *, now: dt.datetime) -> Received:
        if b"kettle@" in raw:
            raise RuntimeError("a bug")
        return real(raw, now=now)

    monkeypatch.setattr("integrations.mail.fetching.receive_mail", first_fails)

    assert tasks.fetch_mail() == 1
    assert post.seen == {2}


def test_a_mailbox_that_is_gone_is_no_error(desk: Desk, settings: Any) -> None:
    settings.INBOUND_IMAP_URL = "imap://desk:x@127.0.0.1:1/INBOX"

    assert tasks.fetch_mail() == 0


def test_without_a_mailbox_nothing_is_fetched(settings: Any) -> None:
    settings.INBOUND_IMAP_URL = ""

    assert tasks.fetch_mail() == 0


def test_the_address_of_a_mailbox() -> None:
    box = Mailbox.of("imaps://me%40x:p%2Fw@mail.example/Some%20Folder")

    assert (box.host, box.port, box.user, box.password) == ("mail.example", 993, "me@x", "p/w")
    assert (box.folder, box.secure) == ("Some Folder", True)
    with pytest.raises(ValueError, match="imaps"):
        Mailbox.of("https://mail.example/")
