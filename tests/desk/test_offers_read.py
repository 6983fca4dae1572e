"""Offers as they are read: previewed by the rep, answered by the customer, and where a no leads."""

from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from integrations.mail.outgoing import deliver_mail
from remedies.models import ExceptionRequest, Offer, Remedy, VoucherCode
from remedies.services import codes
from tests.builders import NOW, Desk, user
from tests.desk.pages import SignIn, a_picture, hidden_of, text_of
from tests.remedies.builders import draft_of, make_hurt, part, put_in_force, sent_offer
from tests.remedies.test_previews import VOUCHER
from tickets import services
from tickets.actors import SYSTEM
from tickets.models import Outbox, Ticket

pytestmark = pytest.mark.django_db

GOOD = (
    "Dear Ines, we are sorry. The job was closed too early, because two jobs had one number. That "
    "was our fault. From now on no job is closed before the line is tested. We pay £121.40."
)


@pytest.fixture
def hurt(whole_desk: Desk) -> Ticket:
    return make_hurt(whole_desk)


def desk(ticket: Ticket, rest: str = "") -> str:
    return f"/desk/tickets/{ticket.number}/{rest}"


def own(ticket: Ticket, rest: str = "") -> str:
    return f"/c/{ticket.access_key}/{rest}"


def test_the_preview_is_word_for_word_the_mail(
    whole_desk: Desk, hurt: Ticket, sign_in: SignIn
) -> None:
    alice = sign_in(whole_desk.alice)
    page = alice.post(desk(hurt, "preview/"), {"body": GOOD})
    assert page.status_code == 200
    seen = text_of(page)
    assert "As Ines will read it" in seen and "Nothing is sent yet" in seen
    assert "still missing" not in seen and "£121.40" in seen
    shown = page.context["preview"]
    assert Offer.objects.get(ticket=hurt).status == "draft"
    bill = SimpleUploadedFile("bill.png", a_picture(), content_type="image/png")
    wrong = SimpleUploadedFile("a.exe", b"MZ", content_type="image/png")
    refused = alice.post(desk(hurt, "offer/"), {"body": GOOD, "attachments": wrong})
    assert "a.exe" in text_of(refused)
    assert Offer.objects.get(ticket=hurt).status == "draft"
    sent = alice.post(desk(hurt, "offer/"), {"body": GOOD, "attachments": bill})
    assert sent.status_code == 302
    letter = hurt.messages.get(kind="reply")
    assert [one.name for one in letter.attachments.all()] == ["bill.png"]
    row = Outbox.objects.get(ticket=hurt, kind="mail", payload__template="message")
    row.delivered_at = NOW
    deliver_mail(row)
    assert (mail.outbox[-1].subject, mail.outbox[-1].body) == (shown.subject, shown.text)
    refused = alice.post(desk(hurt, "preview/"), {"body": GOOD})
    assert refused.status_code == 409


def test_what_an_apology_lacks_is_said_while_one_writes_and_bars_nothing(
    whole_desk: Desk, hurt: Ticket, sign_in: SignIn
) -> None:
    alice = sign_in(whole_desk.alice)
    composer = alice.get(desk(hurt), {"do": "offer"}).content.decode()
    assert 'data-apology="/desk/apology/"' in composer and 'id="apology"' in composer
    looked = text_of(alice.post("/desk/apology/", {"body": "We are sorry if you feel bad."}))
    assert "explanation: still missing" in looked and "doubts that it happened" in looked
    assert alice.post(desk(hurt, "offer/"), {"body": "Here is £121.40."}).status_code == 302
    assert Offer.objects.get(ticket=hurt).status == "sent"


def test_a_reply_is_previewed_as_it_leaves_with_its_files_and_sent_from_there(
    whole_desk: Desk, hurt: Ticket, sign_in: SignIn
) -> None:
    Ticket.objects.filter(pk=hurt.pk).update(language="de")
    alice, url = sign_in(whole_desk.alice), desk(hurt)
    bill = SimpleUploadedFile("bill.png", a_picture(), content_type="image/png")
    typed = {"body": "Guten Tag,\n\n  <b>wir</b> prüfen das.", **hidden_of(alice, url)}
    typed |= {"once": "f" * 32, "then": "next", "then_asked": "1", "view": "team"}
    typed |= {"promise_what": "A call", "promise_due": "2026-11-26T15:00"}
    page = alice.post(desk(hurt, "reply/preview/"), {**typed, "attachments": bill})
    words = text_of(page)
    assert page.status_code == 200 and not hurt.messages.filter(kind="reply").exists()
    assert "As Ines will read it" in words and "Attached bill.png" in words
    assert "&lt;b&gt;wir&lt;/b&gt;" in page.content.decode() and "We were wrong" not in words
    # Whoever goes back finds it all there, without scripts too.
    back = alice.get(f"{url}?do=reply").content.decode()
    assert "wir&lt;/b&gt; prüfen das." in back and "bill.png" in back
    carried = dict(page.context["carried"])
    assert carried == typed
    sent = alice.post(desk(hurt, "reply/"), {**carried, "kept": page.context["kept"]})
    assert sent.status_code == 302, text_of(sent)
    reply = hurt.messages.get(kind="reply")
    assert [file.name for file in reply.attachments.all()] == ["bill.png"]
    assert hurt.deadlines.filter(kind="promise").count() == 1
    row = Outbox.objects.get(key=f"message:{reply.pk}")
    row.delivered_at = NOW
    deliver_mail(row)
    told = page.context["mail"]
    assert (mail.outbox[-1].subject, mail.outbox[-1].body) == (told.subject, told.text)
    assert "Ihre Beschwerde" in told.text
    again = alice.post(desk(hurt, "reply/"), {**carried, "kept": page.context["kept"]}, follow=True)
    assert "done already" in text_of(again)


def test_what_cant_be_sent_is_not_previewed(
    whole_desk: Desk, hurt: Ticket, sign_in: SignIn
) -> None:
    alice = sign_in(whole_desk.alice)
    at = desk(hurt, "reply/preview/")
    for body in ("", "Dear ⟦name⟧, we …"):
        refused = alice.post(at, {"body": body})
        assert refused.status_code == 422 and body in text_of(refused), body
    gone = alice.post(at, {"body": "Dear Ines", "kept": "999"})
    assert gone.status_code == 422 and "it is not here any more" in text_of(gone)
    asked = alice.post(desk(hurt, "ask/preview/"), {"body": "Which one?", "facts": ["account"]})
    assert "It asks for these, each in a field of its own: Account" in text_of(asked)
    assert alice.get(at)["Location"] == desk(hurt, "?do=reply#composer")
    assert alice.post(desk(hurt, "note/preview/"), {"body": "x"}).status_code == 404
    for person, status in ((whole_desk.charlie, 404), (whole_desk.audrey, 403)):
        assert sign_in(person).post(at, {"body": "x"}).status_code == status


def test_files_go_with_an_offer_that_is_sent_from_its_preview(
    whole_desk: Desk, hurt: Ticket, sign_in: SignIn
) -> None:
    alice = sign_in(whole_desk.alice)
    bill = SimpleUploadedFile("bill.png", a_picture(), content_type="image/png")
    page = alice.post(desk(hurt, "preview/"), {"body": GOOD, "attachments": bill})
    assert "Attached bill.png" in text_of(page)
    carried = dict(page.context["carried"])
    alice.post(desk(hurt, "offer/"), {**carried, "kept": page.context["kept"]})
    letter = hurt.messages.get(kind="reply")
    assert [file.name for file in letter.attachments.all()] == ["bill.png"]


def test_a_letter_without_words_is_not_previewed(
    whole_desk: Desk, hurt: Ticket, sign_in: SignIn
) -> None:
    alice = sign_in(whole_desk.alice)
    assert alice.post(desk(hurt, "preview/"), {"body": ""}).status_code == 422
    past = {"body": GOOD, "expires_at": "2020-01-01T10:00"}
    assert alice.post(desk(hurt, "preview/"), past).status_code == 422
    assert "Dear Ines" in text_of(alice.get(desk(hurt, "preview/")))
    for person in (whole_desk.charlie, whole_desk.audrey):
        page = sign_in(person).post(desk(hurt, "preview/"), {"body": GOOD})
        assert page.status_code in {403, 404}
    assert Client().post(desk(hurt, "preview/"), {"body": GOOD}).status_code == 302


# -- the customer -----------------------------------------------------------------------------


def test_the_customer_chooses_the_voucher_and_reads_its_code(whole_desk: Desk) -> None:
    put_in_force(VOUCHER)
    pool = codes.make_pool(
        key="spring", title="Spring", form="voucher", currency="GBP", source="imported",
        amount=6000, by=None, now=NOW, valid_days=365,
    )  # fmt: skip
    codes.import_codes(pool, ["SPRING-7F3K-9QX2"], actor=SYSTEM, now=NOW)
    ticket = make_hurt(whole_desk)
    offer = sent_offer(whole_desk, ticket)
    credit = part(offer, "V-1")
    page = text_of(Client().get(own(ticket)))
    assert "£40.00 as bank transfer" in page and "£60.00 as voucher" in page
    wrong = Client().post(own(ticket, f"offer/{offer.pk}/"), {f"form_{credit.pk}": "gold"})
    assert wrong.status_code == 400
    done = Client().post(
        own(ticket, f"offer/{offer.pk}/"), {"do": "accept", f"form_{credit.pk}": "voucher"}
    )
    assert done.status_code == 302
    assert Remedy.objects.get(rule="V-1").amount == 6000
    page = text_of(Client().get(own(ticket)))
    assert "SPRING-7F3K-9QX2" in page and "good until" in page and "£91.40" in page
    assert VoucherCode.objects.get().masked == "…9QX2"


@pytest.mark.parametrize(
    ("typed", "status"),
    [({"wish_amount": "much"}, 400), ({"wish_kind": "gold"}, 400), ({"wish_amount": "-3"}, 400)],
)
def test_a_wish_that_is_none_is_said_and_what_was_typed_stays(
    whole_desk: Desk, hurt: Ticket, typed: dict[str, str], status: int
) -> None:
    offer = sent_offer(whole_desk, hurt)
    page = Client().post(
        own(hurt, f"offer/{offer.pk}/"), {"do": "decline", "wish": "My day off", **typed}
    )
    assert page.status_code == status
    assert "My day off" in page.content.decode()
    offer.refresh_from_db()
    assert offer.status == "sent"


def declined(desk_: Desk, ticket: Ticket, **wish: Any) -> Offer:
    """The offer, declined by the customer on his page."""
    offer = sent_offer(desk_, ticket)
    values = {"do": "decline", "wish_amount": "£250", "wish_kind": "refund", "wish": "A day’s pay."}
    page = Client().post(own(ticket, f"offer/{offer.pk}/"), {**values, **wish})
    assert page.status_code == 302
    offer.refresh_from_db()
    return offer


def test_a_wish_is_shown_to_the_rep_with_a_click_to_a_new_draft(
    whole_desk: Desk, hurt: Ticket, sign_in: SignIn
) -> None:
    offer = declined(whole_desk, hurt)
    assert (offer.wish_amount, offer.wish_kind) == (25_000, "refund")
    alice = sign_in(whole_desk.alice)
    page = text_of(alice.get(desk(hurt)))
    assert "The customer would find fair: £250.00 as refund: A day’s pay." in page
    assert "Draft again" in page and "Ask for what is wished" in page
    assert alice.post(desk(hurt, "redraft/")).status_code == 302
    assert draft_of(hurt).total == offer.total


def test_a_wish_is_one_click_from_an_exception_that_is_filled_in(
    whole_desk: Desk, hurt: Ticket, sign_in: SignIn
) -> None:
    declined(whole_desk, hurt)
    alice = sign_in(whole_desk.alice)
    there = alice.post(desk(hurt, "wish/"))
    assert there.headers["Location"].endswith("?do=exception#composer")
    page = alice.get(desk(hurt), {"do": "exception"}).content.decode()
    credit = part(draft_of(hurt), "M-4")
    assert 'value="218.60"' in page  # £90 and what is left to £250
    assert "Ines Calloway would find fair: £250.00 as refund" in page
    asked = alice.post(
        desk(hurt, "exception/"), {f"amount_{credit.pk}": "218.60", "reason": "As wished"}
    )
    assert asked.status_code == 302
    assert ExceptionRequest.objects.get(ticket=hurt).asked_total == 25_000


def test_without_a_wish_there_is_nothing_to_ask_for(
    whole_desk: Desk, hurt: Ticket, sign_in: SignIn
) -> None:
    declined(whole_desk, hurt, wish_amount="", wish_kind="", wish="")
    alice = sign_in(whole_desk.alice)
    assert "Ask for what is wished" not in text_of(alice.get(desk(hurt)))
    assert alice.post(desk(hurt, "wish/")).status_code == 400


# -- how it affected the customer -------------------------------------------------------------


def test_a_rep_says_how_it_affected_the_customer(
    whole_desk: Desk, ticket: Ticket, sign_in: SignIn
) -> None:
    services.set_factors(
        ticket, {"lasted": 9, "depends": True}, actor=user(whole_desk.alice), now=NOW
    )
    alice = sign_in(whole_desk.alice)
    page = alice.get(desk(ticket), {"do": "factors"})
    words = text_of(page)
    assert "It lasted more than a week (level 3)" in words
    html = page.content.decode()
    assert '<option value="week" selected>' in html and '<option value="yes" selected>' in html
    typed = {"factor_lasted": "week", "factor_depends": "", "factor_distress": "anguish"}
    assert alice.post(desk(ticket, "factors/"), typed).status_code == 302
    ticket.refresh_from_db()
    assert ticket.factors == {"lasted": 9, "distress": "anguish"}
    assert ticket.pain == 4
    wrong = alice.post(desk(ticket, "factors/"), {"factor_distress": "blue"})
    assert wrong.status_code == 422
    assert "Lost sleep, or felt humiliated or afraid" in text_of(alice.get(desk(ticket)))
