"""Several exceptions at once, taking a decision back, and rules that exceptions become."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from remedies import services as remedies
from remedies.models import DecisionLevel, ExceptionRequest, RuleProposal
from remedies.services import mining
from tests.builders import NOW, Desk, make_customer, make_user, user
from tests.desk.pages import SignIn, hidden_of, queries_of, text_of
from tests.remedies.builders import draft_of, make_hurt, part
from tickets import services
from tickets.models import Attachment, Membership, Ticket

pytestmark = pytest.mark.django_db
_numbers = iter(range(10_000))


def asked(desk: Desk, amount: int = 30_000, **over: object) -> ExceptionRequest:
    """Alice asks for a larger credit, for somebody new."""
    customer = make_customer(email=f"d{next(_numbers)}@example.com")
    ticket = make_hurt(desk, customer=customer)
    values: dict[str, object] = {"reason": "Her father", "actor": user(desk.alice), "now": NOW}
    offer = draft_of(ticket)
    return remedies.request_exception(
        offer,
        amounts={part(offer, "M-4").pk: amount},
        **{**values, **over},  # type: ignore[arg-type]
    )


@pytest.fixture
def hurt(whole_desk: Desk) -> Iterator[Ticket]:
    """Alice's ticket, with a draft."""
    ticket = make_hurt(whole_desk)
    services.take(ticket, actor=user(whole_desk.alice), now=NOW)
    yield ticket


def test_several_are_decided_with_one_reason_and_each_is_told(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    rows = [asked(whole_desk), asked(whole_desk), asked(whole_desk, 90_000)]
    sue = sign_in(whole_desk.sue)
    assert "Approve as asked" in text_of(sue.get("/desk/exceptions/"))
    keys = [row.pk for row in rows]
    data = {"exception": keys, "do": "approve", "reason": "Storm week"}
    response = sue.post("/desk/exceptions/together/", data)
    assert response.status_code == 302
    words = text_of(sue.get("/desk/exceptions/"))
    assert words.count(": approved") == 2
    assert "over your limit of £500" in words
    assert "Decided together" not in text_of(sue.get("/desk/exceptions/")), "it is said once"
    statuses = ExceptionRequest.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["approved", "approved", "pending"]


def test_what_was_decided_together_is_taken_back_together(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    first, second, third = (asked(whole_desk, 30_000) for _ in range(3))
    sue = sign_in(whole_desk.sue)
    keys = [first.pk, second.pk]
    data = {"exception": keys, "do": "approve", "reason": "Her father’s alarm"}
    page = sue.post("/desk/exceptions/together/", data, follow=True)
    assert "2 decided." in text_of(page)
    assert 'action="/desk/exceptions/together/undo/"' in page.content.decode()
    asked_back = [*page.context["undo"]["ids"], str(third.pk), "999999", "x"]
    back = sue.post("/desk/exceptions/together/undo/", {"exception": asked_back}, follow=True)
    words = text_of(back)
    assert "2 taken back. They wait again." in words
    assert [line["done"] for line in back.context["outcomes"]] == [False, False]
    for row in (first, second, third):
        row.refresh_from_db()
        assert row.status == "pending"
    # Somebody else takes nothing back.
    sue.post("/desk/exceptions/together/", data)
    sign_in(whole_desk.mona).post("/desk/exceptions/together/undo/", {"exception": keys})
    first.refresh_from_db()
    assert first.status == "approved"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"do": "approve", "reason": "x"}, "Choose at least one."),
        ({"do": "approve", "reason": " ", "exception": "1"}, "This is needed: a reason."),
        ({"do": "maybe", "reason": "x", "exception": "1"}, "Approve them or decline them."),
        ({"do": "decline", "reason": "x", "exception": "1", "code": "mood"}, "A reason code"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_decided(
    sign_in: SignIn, whole_desk: Desk, data: dict[str, str], said: str
) -> None:
    sue = sign_in(whole_desk.sue)
    response = sue.post("/desk/exceptions/together/", data, follow=True)
    assert f"Nothing was decided. {said}" in text_of(response)


def test_a_rep_decides_none_of_them(sign_in: SignIn, whole_desk: Desk) -> None:
    row = asked(whole_desk)
    bob = sign_in(whole_desk.bob)
    data = {"exception": row.pk, "do": "approve", "reason": "Please"}
    words = text_of(bob.post("/desk/exceptions/together/", data, follow=True))
    assert "You may not do this. Supervisors of the team can." in words
    row.refresh_from_db()
    assert row.status == "pending"


def test_a_decision_is_taken_back_from_the_page(sign_in: SignIn, whole_desk: Desk) -> None:
    row = asked(whole_desk, now=timezone.now())
    sue = sign_in(whole_desk.sue)
    url = f"/desk/exceptions/{row.pk}/"
    data = {"do": "decline", "reason": "No", "code": "not_proven"}
    page = sue.post(f"{url}decide/", data, follow=True)
    assert "Declined." in text_of(page) and "Undo" in text_of(page)
    row.refresh_from_db()
    assert (row.status, row.decline_code) == ("declined", "not_proven")
    assert "Taken back. It waits again." in text_of(sue.post(f"{url}undo/", follow=True))
    row.refresh_from_db()
    assert row.status == "pending"
    assert sue.get(f"{url}undo/").status_code == 405
    assert "This request is pending already" in text_of(sue.post(f"{url}undo/", follow=True))


def test_the_case_says_why_it_is_one_who_decides_and_what_shows_it(
    sign_in: SignIn, whole_desk: Desk, hurt: Ticket
) -> None:
    file = Attachment.objects.create(
        ticket=hurt, name="report.pdf", content_type="application/pdf", size=1, created_at=NOW
    )
    alice, url = sign_in(whole_desk.alice), f"/desk/tickets/{hurt.number}/"
    form = text_of(alice.get(f"{url}?do=exception"))
    assert "you alone: up to £100, of £100" in form
    assert "report.pdf" in form
    credit = part(draft_of(hurt), "M-4").pk
    data = {f"amount_{credit}": "300", "reason": "Her father", "shown_by": file.pk}
    sent = alice.post(f"{url}exception/", {**data, **hidden_of(alice, url)})
    assert sent.status_code == 302, text_of(sent)
    words = text_of(sign_in(whole_desk.sue).get("/desk/exceptions/"))
    assert "Above policy Credit for distress: more than the policy gives." in words
    assert "Above authority This is £200 over Alice’s limit" in words
    assert "report.pdf" in words
    assert "Decided by a supervisor of the team." in words


def test_what_may_be_added_alone_stands_beside_each_kind(
    sign_in: SignIn, whole_desk: Desk, hurt: Ticket
) -> None:
    words = text_of(sign_in(whole_desk.alice).get(f"/desk/tickets/{hurt.number}/?do=add-part"))
    assert "Credit – up to £10.00" in words


def test_one_of_two_says_yes_and_the_page_says_who_is_missing(
    sign_in: SignIn, whole_desk: Desk
) -> None:
    helen = make_user("Helen", "supervisor")
    Membership.objects.create(user=helen, team=whole_desk.home, supervises=True)
    DecisionLevel.objects.create(
        name="supervisors", order=1, currency="GBP", up_to=90_000, needed=2, own_limits=False
    )
    row = asked(whole_desk, 60_000)
    url = f"/desk/exceptions/{row.pk}/"
    sue = sign_in(whole_desk.sue)
    assert "Decided by 2 supervisors of the team." in text_of(sue.get(url))
    said = text_of(sue.post(f"{url}decide/", {"do": "approve", "reason": "Yes"}, follow=True))
    assert "Somebody else has to say it too." in said
    assert "You said yes. Another person has to as well." in text_of(sue.get(url))
    other = sign_in(helen)
    assert "Sue said yes to £631.40: “Yes”" in text_of(other.get(url))
    other.post(f"{url}decide/", {"do": "approve", "reason": "Yes"})
    row.refresh_from_db()
    assert row.status == "approved"


def becomes_the_rule(desk: Desk) -> RuleProposal:
    """Six exceptions alike, all approved."""
    for _ in range(6):
        row = asked(desk, 20_250)
        remedies.approve_exception(row, reason="Yes", actor=user(desk.sue), now=NOW)
    (found,) = mining.look(now=NOW)
    return found


def test_the_case_says_that_it_becomes_the_rule(sign_in: SignIn, whole_desk: Desk) -> None:
    found = becomes_the_rule(whole_desk)
    asked(whole_desk)
    sue = sign_in(whole_desk.sue)
    page = sue.get("/desk/exceptions/")
    words = text_of(page)
    assert "This exception is becoming the rule. 6 of 6 like it were approved" in words
    assert f'href="/desk/exceptions/rules/{found.pk}/"' in page.content.decode()
    assert "same rule, same category, last 60 days: 6 of 6 approved" in words
    rule = text_of(sue.get(f"/desk/exceptions/rules/{found.pk}/"))
    assert "6 of 6 approved in 90 days" in rule
    assert "The rule as it would be" in rule and "new: " in rule
    assert "A manager takes it as a draft, or dismisses it." in rule
    for verb in ("dismiss", "take"):
        url = f"/desk/exceptions/rules/{found.pk}/{verb}/"
        assert sue.post(url, {"reason": "No"}).status_code == 403
    assert sign_in(whole_desk.alice).get("/desk/exceptions/rules/").status_code == 403


def test_a_manager_dismisses_with_a_reason_or_takes_it(sign_in: SignIn, whole_desk: Desk) -> None:
    found = becomes_the_rule(whole_desk)
    mona, url = sign_in(whole_desk.mona), f"/desk/exceptions/rules/{found.pk}/"
    empty = mona.post(f"{url}dismiss/", {"reason": ""})
    assert empty.status_code == 422
    assert "Whoever looks at it next reads your reason." in text_of(empty)
    assert mona.post(f"{url}take/").status_code == 302
    found.refresh_from_db()
    assert found.status == "taken" and found.draft is not None
    again = mona.post(f"{url}take/")
    assert again.status_code == 409
    assert "Taken by Mona" in text_of(mona.get(url))
    assert mona.post("/desk/exceptions/rules/look/").status_code == 302
    assert sign_in(whole_desk.sue).post("/desk/exceptions/rules/look/").status_code == 403


def test_nothing_found_is_said(sign_in: SignIn, whole_desk: Desk) -> None:
    words = text_of(sign_in(whole_desk.mona).get("/desk/exceptions/rules/"))
    assert "No exception is becoming the rule" in words


def test_many_take_as_many_queries_as_few(sign_in: SignIn, whole_desk: Desk) -> None:
    sue = sign_in(whole_desk.sue)
    for _ in range(2):
        asked(whole_desk)
    few = queries_of(sue, "/desk/exceptions/")
    for _ in range(4):
        asked(whole_desk)
    assert queries_of(sue, "/desk/exceptions/") == few
