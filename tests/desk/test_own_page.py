"""The customer's own page: by the link alone, and everything that can be done there."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from remedies.models import Remedy
from tests.builders import NOW, Desk, user
from tests.desk.pages import a_picture, fetched, queries_of, text_of
from tests.remedies.builders import draft_of, make_hurt, sent_offer
from tickets import services
from tickets.models import Attachment, Ticket
from tickets.money import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def hurt(whole_desk: Desk) -> Ticket:
    """A complaint whose draft is inside alice's authority."""
    return make_hurt(whole_desk)


def own(ticket: Ticket, verb: str = "") -> str:
    return f"/c/{ticket.access_key}/" + (f"{verb}/" if verb else "")


def test_it_says_where_it_stands_to_whoever_has_the_link(hurt: Ticket) -> None:
    page = Client().get(own(hurt))
    words = text_of(page)
    assert "We have your complaint, Ines." in words
    assert "You wrote to us" in words and "We answer you" in words
    assert page["Cache-Control"].startswith("max-age=0") and "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("key", ["x", "a" * 22, "a" * 200, "%00", "..%2f"])
def test_a_wrong_link_is_a_kind_404(whole_desk: Desk, key: str) -> None:
    response = Client().get(f"/c/{key}/")
    assert response.status_code == 404


def test_notes_and_internal_files_are_never_shown(whole_desk: Desk, hurt: Ticket) -> None:
    from tickets.services.files import Upload

    services.add_note(
        hurt,
        body="Between ourselves: he is right.",
        uploads=[Upload("inside.png", a_picture())],
        actor=user(whole_desk.alice),
        now=NOW,
    )
    page = Client().get(own(hurt)).content.decode()
    assert "Between ourselves" not in page and "inside.png" not in page
    kept = Attachment.objects.get()
    assert fetched(Client(), f"{own(hurt)}files/{kept.pk}/").status_code == 404


def test_the_customers_own_file_is_served_to_this_link_only(hurt: Ticket, whole_desk: Desk) -> None:
    upload = SimpleUploadedFile("bill.png", a_picture())
    Client().post(own(hurt, "write"), {"w-body": "My bill", "w-attachments": upload})
    kept = Attachment.objects.get()
    assert fetched(Client(), f"{own(hurt)}files/{kept.pk}/").status_code == 200
    other = make_hurt(whole_desk)
    assert Client().get(f"{own(other)}files/{kept.pk}/").status_code == 404


def test_what_we_asked_is_answered_and_the_clock_goes_on(whole_desk: Desk, hurt: Ticket) -> None:
    services.request_information(
        hurt, facts=["days_without"], body="How long?", actor=user(whole_desk.alice), now=NOW
    )
    page = text_of(Client().get(own(hurt)))
    assert "We need something from you, Ines." in page and "Days without" in page
    card = page.split("What we need to know")[1].split("Send my answer")[0]
    assert "Alice asks: How long?" in card
    assert card.count("Days without") == 1, "the question is not the name of its fact again"
    wrong = Client().post(own(hurt, "answer"), {"a-days_without": "many", "a-body": ""})
    assert wrong.status_code == 422
    assert "Days without should be a number" in text_of(wrong)
    right = Client().post(own(hurt, "answer"), {"a-days_without": "9", "a-body": "Nine."})
    assert right.status_code == 302
    hurt.refresh_from_db()
    assert hurt.status == "open" and hurt.facts["days_without"] == "9"


def test_an_offer_is_shown_with_its_parts_and_accepted(whole_desk: Desk, hurt: Ticket) -> None:
    offer = sent_offer(whole_desk, hurt)
    page = text_of(Client().get(own(hurt)))
    assert "We were wrong, Ines. This is how we want to put it right." in page
    assert "Accept a part" in page and "Decline" in page
    response = Client().post(own(hurt, f"offer/{offer.pk}"), {"do": "accept"}, follow=True)
    assert "Thank you. We put it right now." in text_of(response)
    offer.refresh_from_db()
    assert offer.status == "accepted"
    assert Remedy.objects.filter(ticket=hurt).count() == offer.components.count()


def test_a_part_is_accepted_and_nothing_at_all_is_not(whole_desk: Desk, hurt: Ticket) -> None:
    offer = sent_offer(whole_desk, hurt)
    nothing = Client().post(own(hurt, f"offer/{offer.pk}"), {"do": "part"})
    assert nothing.status_code == 400
    assert "Name what is accepted" in text_of(nothing)
    first = offer.components.first()
    assert first is not None
    Client().post(own(hurt, f"offer/{offer.pk}"), {"do": "part", "part": [first.pk]})
    offer.refresh_from_db()
    assert offer.status == "partly_accepted"


def test_who_takes_a_part_reads_what_that_part_comes_to(whole_desk: Desk, hurt: Ticket) -> None:
    offer = sent_offer(whole_desk, hurt)
    paid = [part for part in offer.components.all() if part.amount]
    taken, left = paid[0], paid[1:]
    assert left, "there has to be something to leave"
    Client().post(own(hurt, f"offer/{offer.pk}"), {"do": "part", "part": [taken.pk]})
    page = Client().get(own(hurt))
    offer_sum = f'<p class="offer-sum sum">{words(taken.amount, offer.currency)}</p>'
    assert offer_sum in page.content.decode()
    assert "you did not take this" in text_of(page)
    assert words(offer.total, offer.currency) not in text_of(page).split("What we wrote")[0]
    assert "You accepted a part" in text_of(page)
    client = Client()
    client.force_login(whole_desk.alice, backend="django.contrib.auth.backends.ModelBackend")
    desk = text_of(client.get(f"/desk/tickets/{hurt.number}/"))
    assert "The customer did not take this." in desk
    whole, part = (words(sum_, offer.currency) for sum_ in (offer.total, taken.amount))
    assert f"Accepted {whole} {part}" in desk


def test_a_refusal_is_seen_at_the_head_of_the_page(whole_desk: Desk, hurt: Ticket) -> None:
    point = hurt.points.get()
    services.reply(hurt, body="We can't, and here is why.", actor=user(whole_desk.alice), now=NOW)
    services.decide_point(
        hurt, point.pk, outcome="not_upheld", finding="No.", actor=user(whole_desk.alice), now=NOW
    )
    page = text_of(Client().get(own(hurt)))
    assert "We have decided, Ines." in page and "You can ask for a review" in page
    assert "A decision with its reasons" not in page


def test_declining_keeps_the_wish(whole_desk: Desk, hurt: Ticket) -> None:
    offer = sent_offer(whole_desk, hurt)
    Client().post(own(hurt, f"offer/{offer.pk}"), {"do": "decline", "wish": "Call me first"})
    offer.refresh_from_db()
    assert (offer.status, offer.wish) == ("declined", "Call me first")
    assert "We think again, Ines." in text_of(Client().get(own(hurt)))
    client = Client()
    client.force_login(whole_desk.alice, backend="django.contrib.auth.backends.ModelBackend")
    desk = text_of(client.get(f"/desk/tickets/{hurt.number}/"))
    assert "Ines declined the offer." in desk and "fair: Call me first" in desk


def test_an_offer_is_answered_once(whole_desk: Desk, hurt: Ticket) -> None:
    offer = sent_offer(whole_desk, hurt)
    Client().post(own(hurt, f"offer/{offer.pk}"), {"do": "accept"})
    again = Client().post(own(hurt, f"offer/{offer.pk}"), {"do": "decline"})
    assert again.status_code == 409
    assert Remedy.objects.filter(ticket=hurt).count() == offer.components.count()


def test_an_offer_of_another_complaint_does_not_exist(whole_desk: Desk, hurt: Ticket) -> None:
    offer = sent_offer(whole_desk, hurt)
    other = make_hurt(whole_desk)
    response = Client().post(own(other, f"offer/{offer.pk}"), {"do": "accept"})
    assert response.status_code == 404
    offer.refresh_from_db()
    assert offer.status == "sent"


def test_a_draft_is_not_shown(hurt: Ticket) -> None:
    assert draft_of(hurt).total > 0
    assert "Our offer" not in text_of(Client().get(own(hurt)))


def test_a_review_goes_to_another_person(whole_desk: Desk, hurt: Ticket) -> None:
    early = Client().post(own(hurt, "review"), {"r-reason": "I disagree"})
    assert early.status_code == 422 and "no decision yet" in text_of(early)
    services.reply(hurt, body="No.", actor=user(whole_desk.alice), now=NOW)
    assert Client().post(own(hurt, "review"), {"r-reason": "I disagree"}).status_code == 302
    hurt.refresh_from_db()
    assert hurt.stage == "2" and hurt.owner is None
    pages = []
    for reader in (whole_desk.alice, whole_desk.bob):
        client = Client()
        client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")
        pages.append(text_of(client.get(f"/desk/tickets/{hurt.number}/")))
    assert all("“I disagree”" in page for page in pages), "whoever reviews it reads why"
    assert "Next: somebody else reviews it. You answered it first." in pages[0]
    assert "Next: take it." in pages[1]


def test_a_message_and_a_wish_to_be_called_reach_us(hurt: Ticket) -> None:
    Client().post(own(hurt, "write"), {"w-body": "One more thing"})
    Client().post(own(hurt, "call"), {"p-phone": "020 7946 0000", "p-when": "after five"})
    said = list(hurt.messages.order_by("id").values_list("body", flat=True))
    assert said[1] == "One more thing"
    assert "020 7946 0000" in said[2]


def test_a_get_changes_nothing(whole_desk: Desk, hurt: Ticket) -> None:
    offer = sent_offer(whole_desk, hurt)
    for verb in ("answer", "write", "review", "call", f"offer/{offer.pk}"):
        assert Client().get(own(hurt, verb)).status_code == 405
    assert Client().get(own(hurt)).status_code == 200
    offer.refresh_from_db()
    assert offer.status == "sent"


def test_more_messages_take_no_more_queries(whole_desk: Desk, hurt: Ticket) -> None:
    few = queries_of(Client(), own(hurt))
    for number in range(6):
        services.reply(
            hurt,
            body=f"Word {number}",
            actor=user(whole_desk.alice),
            now=NOW + dt.timedelta(seconds=number),
        )
    assert queries_of(Client(), own(hurt)) <= few
