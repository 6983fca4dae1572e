"""The page on which a refusal is composed."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from remedies.models import Refusal
from remedies.pain import Circumstances
from remedies.rules.refusing import Ground
from remedies.rules.retelling import told
from remedies.services.refusing import basis_of
from remedies.services.refusing.grounds import _faults
from tests.builders import NOW, Desk, make_ticket, user
from tests.desk.pages import SignIn, queries_of, text_of
from tests.remedies.builders import make_hurt
from tickets import services
from tickets.actors import Actor
from tickets.models import Draft, Recourse, Ticket

pytestmark = pytest.mark.django_db


def at(ticket: Ticket, more: str = "") -> str:
    return f"/desk/tickets/{ticket.number}/refusal/{more}"


def typed(ticket: Ticket, **over: str) -> dict[str, Any]:
    """What a person types, with what the page carries."""
    point = ticket.points.get().pk
    ticket.refresh_from_db()
    return {
        "version": str(ticket.version), "events": str(ticket.event_count),
        f"outcome_{point}": "not_upheld", f"finding_{point}": "The line was up all nine days.",
        f"quote_{point}": "We had no internet from the 9th to the 18th.",
        "reason": "Our measurements show no outage.",
        "next_stage": "Ask for a review until 24 December.", **over,
    }  # fmt: skip


@pytest.fixture
def alice(sign_in: SignIn, whole_desk: Desk) -> Client:
    return sign_in(whole_desk.alice)


def test_the_page_proposes_words_and_shows_the_letter(alice: Client, whole_desk: Desk) -> None:
    Recourse.objects.create(review_days=30, body="the Ombudsman", body_months=6)
    ticket = make_hurt(whole_desk)
    page = alice.get(at(ticket))
    words = text_of(page)
    assert "As Ines Calloway will read it" in words
    assert "ask for a review until 24 December 2026" in words
    assert "You may also turn to the Ombudsman within 6 months of our final answer" in words
    assert "Worth saying too" in words and "what would change the decision" in words
    assert "the reason" in words


def test_it_is_sent_with_the_quote_and_kept(alice: Client, whole_desk: Desk) -> None:
    ticket = make_ticket(whole_desk)
    answer = alice.post(at(ticket), typed(ticket))
    assert (answer.status_code, answer["Location"]) == (302, f"/desk/tickets/{ticket.number}/")
    kept = Refusal.objects.get(ticket=ticket)
    assert kept.points[0]["quote"] == "We had no internet from the 9th to the 18th."
    assert "“We had no internet from the 9th to the 18th.”\nThe line was up" in kept.message.body


def test_what_lacks_is_said_at_its_field_and_nothing_is_sent(
    alice: Client, whole_desk: Desk
) -> None:
    ticket = make_ticket(whole_desk)
    point = ticket.points.get().pk
    page = alice.post(at(ticket), typed(ticket, reason="", **{f"finding_{point}": " "}))
    assert page.status_code == 422
    body = page.content.decode()
    assert 'id="no_reason_error"' in body and f'id="no_finding_{point}_error"' in body
    assert "Missing: the reason." in text_of(page)
    assert not Refusal.objects.exists()


def test_words_that_the_customer_did_not_write_are_no_quote(
    alice: Client, whole_desk: Desk
) -> None:
    ticket = make_ticket(whole_desk)
    point = ticket.points.get().pk
    page = alice.post(at(ticket), typed(ticket, **{f"quote_{point}": "I am a liar."}))
    assert page.status_code == 422
    assert "These are not the customer’s words." in text_of(page)


def test_at_a_review_every_part_has_to_be_there(
    sign_in: SignIn, alice: Client, whole_desk: Desk
) -> None:
    ticket = make_ticket(whole_desk)
    alice.post(at(ticket), typed(ticket))
    services.ask_review(
        ticket, reason="Look again", actor=Actor.of_customer(ticket.customer), now=NOW
    )
    bob = sign_in(whole_desk.bob)
    page = bob.post(at(ticket), typed(ticket))
    words = text_of(page)
    assert "I had no part in our first answer" in words and "Thank you for waiting" not in words
    assert page.status_code == 422
    for part in ("the rule by which", "what we can do instead", "what would change the decision",
                 "the outside body and its time limit"):  # fmt: skip
        assert f"Missing: {part}" in words
    point = ticket.points.get().pk
    full = typed(
        ticket, instead="A new router.", would_change="A log of your own.",
        outside="The ombudsman, PO Box 1, until 24 May.",
        **{f"basis_{point}": "Terms, clause 4: what we measure counts."},
    )  # fmt: skip
    assert bob.post(at(ticket), full).status_code == 302
    assert Refusal.objects.filter(ticket=ticket, stage="2").exists()
    same = text_of(alice.get(at(ticket)))
    assert "A reasoned no" in same


def test_the_preview_follows_what_is_typed(alice: Client, whole_desk: Desk) -> None:
    ticket = make_ticket(whole_desk)
    words = text_of(alice.post(at(ticket, "preview/"), typed(ticket, instead="A new router.")))
    assert "What we can do instead: A new router." in words
    sorry = typed(ticket, regret="We are sorry you feel let down.")
    assert "sorry for the customer" in text_of(alice.post(at(ticket, "preview/"), sorry))
    strange = typed(ticket, **{f"rule_{ticket.points.get().pk}": "X-99"})
    assert "This rule says nothing here" in text_of(alice.post(at(ticket, "preview/"), strange))
    assert not Refusal.objects.exists()


def test_what_another_changed_meanwhile_holds_it(alice: Client, whole_desk: Desk) -> None:
    ticket = make_ticket(whole_desk)
    seen = typed(ticket)
    services.add_note(ticket, body="Wait!", actor=user(whole_desk.bob), now=NOW)
    services.set_tags(ticket, ["urgent"], actor=user(whole_desk.bob), now=NOW)
    page = alice.post(at(ticket), seen)
    assert page.status_code == 409
    assert "Your text is kept." in text_of(page)
    assert "The line was up all nine days." in page.content.decode()
    assert not Refusal.objects.exists()


def test_only_who_works_there_refuses(sign_in: SignIn, whole_desk: Desk) -> None:
    ticket = make_ticket(whole_desk)
    assert sign_in(whole_desk.charlie).get(at(ticket)).status_code == 404
    assert sign_in(whole_desk.audrey).get(at(ticket)).status_code == 403
    assert sign_in(whole_desk.audrey).post(at(ticket), typed(ticket)).status_code == 403
    assert sign_in(whole_desk.charlie).post(at(ticket, "preview/"), {}).status_code == 404
    assert sign_in(None).get(at(ticket)).status_code == 302
    link = sign_in(whole_desk.alice).get(f"/desk/tickets/{ticket.number}/?do=refuse")
    assert link["Location"] == at(ticket)


def test_more_points_take_no_more_queries(alice: Client, whole_desk: Desk) -> None:
    few = queries_of(alice, at(make_ticket(whole_desk)))
    many = make_ticket(whole_desk, points=["No internet", "Nobody came", "Wrong bill"])
    assert queries_of(alice, at(many)) <= few


def test_what_is_typed_survives_a_closed_browser_and_goes_when_it_is_sent(
    alice: Client, sign_in: SignIn, whole_desk: Desk
) -> None:
    ticket = make_hurt(whole_desk)
    point = ticket.points.get().pk
    page = alice.get(at(ticket)).content.decode()
    assert 'data-write="refuse" data-revision="0"' in page and "compose.js" in page
    save = f"/desk/tickets/{ticket.number}/refuse/draft/"
    told = alice.post(
        save, {"reason": "", f"finding_{point}": "The line was up.", "base": "0"}
    ).json()
    assert told["revision"] == 1
    alice.post(save, {"reason": "No outage.", f"finding_{point}": "It was up.", "base": "1"})
    other_window = alice.post(save, {"reason": "Otherwise.", "base": "1"})
    assert (other_window.status_code, other_window.json()["code"]) == (409, "draft_changed")
    back = alice.get(at(ticket))
    form = back.context["form"]
    assert (form["reason"].value(), form[f"finding_{point}"].value()) == (
        "No outage.",
        "It was up.",
    )
    assert "Draft of" in text_of(back)
    letter = str(back.context["letter"].paragraphs)
    assert "No outage." in letter and "It was up." in letter
    kept = alice.get(f"/api/v1/tickets/{ticket.number}/drafts/refuse/").json()
    assert (kept["body"], kept["others"]) == ("No outage.", {f"finding_{point}": "It was up."})
    assert "No outage." not in text_of(sign_in(whole_desk.bob).get(at(ticket)))
    gone = alice.post(f"/desk/tickets/{ticket.number}/refuse/discard/")
    assert gone["Location"] == at(ticket)
    assert alice.get(at(ticket)).context["form"]["reason"].value() == ""
    alice.post(save, {"reason": "No outage.", "base": "3"})
    assert alice.post(at(ticket), typed(ticket)).status_code == 302
    assert Draft.objects.get(ticket=ticket, kind="refuse").is_empty


def test_the_customer_reads_the_rule_in_his_language_and_the_rep_in_hers(
    whole_desk: Desk, sign_in: SignIn
) -> None:
    ticket = make_hurt(whole_desk)
    Ticket.objects.filter(pk=ticket.pk).update(language="de")
    ground = next(one for one in basis_of(ticket, now=NOW).grounds if one.words)
    with translation.override("de"):
        german = told(ground.words)
    assert german != ground.words
    english = ground.quoted.partition(": ")[2]
    seen: list[str] = []
    for person in (whole_desk.alice, whole_desk.bob):
        person.language = "de" if person == whole_desk.bob else "en"
        person.save()
        browser = sign_in(person)
        page = text_of(browser.get(at(ticket)))
        sent = typed(ticket, **{f"rule_{ticket.points.get().pk}": ground.rule})
        letter = text_of(browser.post(at(ticket, "preview/"), sent))
        assert german in letter and english not in letter
        seen.append(page)
    assert english in seen[0] and german not in seen[0]
    assert german in seen[1] and english not in seen[1]
    assert "Vertrag, Seite 2" in sign_in(whole_desk.bob).get(at(ticket)).content.decode()


def test_what_we_did_wrong_is_told_in_the_readers_language() -> None:
    known = Circumstances(deadlines_missed=2, promises_broken=1)
    assert _faults(known) == ("we were late 2 times", "we did not keep a promise")
    with translation.override("de"):
        assert _faults(known) == (
            "wir waren 2-mal zu spät",
            "wir haben ein Versprechen nicht gehalten",
        )


def test_who_writes_a_second_refusal_is_told_of_the_first(
    sign_in: SignIn, alice: Client, whole_desk: Desk
) -> None:
    ticket = make_ticket(whole_desk)
    assert "refused it already" not in text_of(alice.get(at(ticket)))
    alice.post(at(ticket), typed(ticket))
    words = text_of(sign_in(whole_desk.bob).get(at(ticket)))
    assert "Alice refused it already, today" in words
    assert "What you send now is one more letter to the customer." in words


def test_who_had_part_in_the_first_answer_is_told_before_he_writes(
    alice: Client, whole_desk: Desk
) -> None:
    ticket = make_ticket(whole_desk)
    alice.post(at(ticket), typed(ticket))
    services.ask_review(
        ticket, reason="Look again", actor=Actor.of_customer(ticket.customer), now=NOW
    )
    page = alice.get(at(ticket))
    assert "Somebody else decides this review." in text_of(page)
    assert 'class="btn-do" disabled>' in page.content.decode()


def test_after_a_refusal_the_ticket_can_be_resolved_and_the_customer_still_asks_for_a_review(
    alice: Client, client: Client, whole_desk: Desk
) -> None:
    Recourse.objects.create(review_days=30)
    ticket = make_ticket(whole_desk)
    alice.post(at(ticket), typed(ticket))
    assert "The refusal is sent: it can be resolved." in text_of(
        alice.get(f"/desk/tickets/{ticket.number}/")
    )
    own = f"/c/{ticket.access_key}/"
    until = "free of charge, until Thursday 24 December"
    assert until in text_of(client.get(own))
    services.resolve(ticket, summary="", actor=user(whole_desk.alice), now=NOW)
    words = text_of(client.get(own))
    assert "We have decided, Ines." in words and until in words


def test_a_rule_is_quoted_as_a_customer_reads_it() -> None:
    ground = Ground("R-1", "Refund", "R-1", "condition", "days is 4 days, and this needs 5 days")
    assert ground.quoted == "R-1 (Refund): days is 4 days; it would have to be 5 days"
