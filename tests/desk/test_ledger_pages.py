"""The ledger as pages: what is owed, the other side's list beside it, voucher codes."""

import base64
import datetime as dt

import pytest
from django.test import override_settings

from remedies import services as remedies
from remedies.models import Difference, Remedy, VoucherCode, VoucherPool
from remedies.rules.reconciling import read_theirs
from remedies.services.reconciling import compare_with
from tests.builders import NOW, Desk, make_customer
from tests.desk.pages import SignIn, queries_of, text_of
from tests.remedies.builders import make_hurt, sent_offer
from tickets.actors import SYSTEM
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

SECRET = "whsec_" + base64.b64encode(b"a secret of the tests, 24").decode()


def granted(desk: Desk, name: str = "Ines Calloway") -> Ticket:
    """A ticket with an accepted offer: a refund and a credit to deliver."""
    ticket = make_hurt(desk, customer=make_customer(name))
    remedies.accept_offer(sent_offer(desk, ticket), actor=SYSTEM, now=NOW)
    return ticket


def test_what_is_owed_is_listed_with_who_gave_it(whole_desk: Desk, sign_in: SignIn) -> None:
    ticket = granted(whole_desk)
    sue = sign_in(whole_desk.sue)
    page = text_of(sue.get("/desk/ledger/"))
    assert "Credit for distress" in page and ticket.number in page and "£90.00" in page
    assert "Alice, rep, by hand" in page and "Alice, proven loss, by hand" in page
    assert "Every remedy agrees with its entries." not in page  # she sees her teams only
    credit = Remedy.objects.get(ticket=ticket, rule="M-4")
    done = sue.post(f"/desk/remedies/{credit.pk}/fulfil/", {"next": "ledger"})
    assert done.headers["Location"] == "/desk/ledger/"
    left = sue.get("/desk/ledger/").context["lines"]
    assert "Credit for distress" not in [line.title for line in left]
    assert "Credit for distress" in text_of(sue.get("/desk/ledger/", {"view": "done"}))
    assert "Done by hand" in text_of(sue.get("/desk/ledger/"))
    assert "Done by hand" not in text_of(sign_in(whole_desk.audrey).get("/desk/ledger/"))
    assert "Every remedy agrees" in text_of(sign_in(whole_desk.mona).get("/desk/ledger/"))
    assert ticket.number not in text_of(sign_in(whole_desk.charlie).get("/desk/ledger/"))


def test_what_is_late_stands_apart(whole_desk: Desk, sign_in: SignIn) -> None:
    granted(whole_desk)
    refund = Remedy.objects.get(rule="L-1")
    refund.due_on = NOW.date() - dt.timedelta(days=1)
    refund.timed = False  # as on a desk without clocks of remedies
    refund.save(update_fields=["due_on", "timed"])
    sue = sign_in(whole_desk.sue)
    assert "Nothing is late." in text_of(sue.get("/desk/ledger/", {"view": "late"}))
    assert remedies.note_late_next(now=NOW)
    page = text_of(sue.get("/desk/ledger/", {"view": "late"}))
    assert "Loss, in full" in page and "its date passed" in page


def test_a_long_ledger_comes_in_pages_and_costs_the_same(
    whole_desk: Desk, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.views.ledger.PAGE", 2)
    granted(whole_desk)
    mona = sign_in(whole_desk.mona)
    few = queries_of(mona, "/desk/ledger/?view=all")
    granted(whole_desk, "Two")
    assert queries_of(mona, "/desk/ledger/?view=all") == few
    seen: list[int] = []
    url = "/desk/ledger/?view=all"
    for _ in range(5):
        page = mona.get(url)
        seen += [line.id for line in page.context["lines"]]
        if page.context["before"] is None:
            break
        url = f"/desk/ledger/?view=all&before={page.context['before']}"
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == Remedy.objects.count()
    assert mona.get("/desk/ledger/?view=none&before=x").status_code == 200


@override_settings(
    REMEDY_WEBHOOK_URL="http://127.0.0.1:1/credits",
    REMEDY_WEBHOOK_STATUS_URL="http://127.0.0.1:1/payouts",
    REMEDY_WEBHOOK_SECRET=SECRET,
)
def test_a_difference_is_settled_on_its_page(whole_desk: Desk, sign_in: SignIn) -> None:
    granted(whole_desk)
    credit = Remedy.objects.get(rule="M-4")
    theirs = read_theirs(
        {
            "id": f"remedy_{credit.pk}",
            "status": "paid",
            "amount": {"minor": 9000, "currency": "GBP"},
            "reference": "CR-9",
        }
    )
    compare_with([theirs], since=NOW - dt.timedelta(1), by=None, now=NOW)
    mona, audrey = sign_in(whole_desk.mona), sign_in(whole_desk.audrey)
    page = text_of(audrey.get("/desk/ledger/differences/"))
    assert "1 difference" in page and "They paid it, and we don" in page and "CR-9" in page
    assert "Compare now" not in page
    row = Difference.objects.get()
    address = f"/desk/ledger/differences/{row.pk}/settle/"
    assert audrey.post(address, {"note": "x"}).status_code == 403
    mona.post(address, {"note": ""})
    row.refresh_from_db()
    assert row.settled_at is None
    mona.post(address, {"note": "Seen there", "do": "take"})
    credit.refresh_from_db()
    assert (credit.status, credit.gateway_ref) == ("fulfilled", "CR-9")
    assert "Both sides agree" in text_of(mona.get("/desk/ledger/differences/"))
    asked = mona.post("/desk/ledger/differences/", follow=True)
    assert "reached" in text_of(asked)  # nobody answers there, and it is said
    assert mona.post("/desk/ledger/differences/99/settle/", {"note": "x"}).status_code == 404


def test_pools_are_made_and_filled_by_managers(whole_desk: Desk, sign_in: SignIn) -> None:
    mona = sign_in(whole_desk.mona)
    assert "There is no pool yet." in text_of(mona.get("/desk/ledger/vouchers/"))
    pool = {
        "title": "Spring", "key": "spring", "form": "voucher", "source": "imported",
        "currency": "GBP", "amount": "£25", "low": "2",
    }  # fmt: skip
    wrong = mona.post("/desk/ledger/vouchers/", {**pool, "amount": ""})
    assert wrong.status_code == 422 and "worth" in text_of(wrong)
    assert mona.post("/desk/ledger/vouchers/", pool).status_code == 302
    assert VoucherPool.objects.get().amount == 2500
    added = mona.post(
        "/desk/ledger/vouchers/spring/", {"codes": "AAAA-1\nBBBB-2, AAAA-1"}, follow=True
    )
    assert "2 added, 1 known before." in text_of(added) and "2 left" in text_of(added)
    assert "AAAA-1" not in added.content.decode()
    history = text_of(mona.get("/desk/ledger/vouchers/spring/"))
    assert "2 codes loaded, 1 known before Mona" in history and "The pool was made" in history
    assert sign_in(whole_desk.audrey).get("/desk/ledger/vouchers/spring/").status_code == 200
    assert sign_in(whole_desk.sue).get("/desk/ledger/vouchers/spring/").status_code == 403
    assert mona.get("/desk/ledger/vouchers/autumn/").status_code == 404
    refused = mona.post("/desk/ledger/vouchers/spring/", {"codes": "bad code here"}, follow=True)
    assert "Nothing was added." in text_of(refused)
    assert VoucherCode.objects.count() == 2
    for person in (whole_desk.alice, whole_desk.sue):
        assert sign_in(person).get("/desk/ledger/vouchers/").status_code == 403
        assert sign_in(person).get("/desk/ledger/differences/").status_code == 403
    audrey = sign_in(whole_desk.audrey)
    assert audrey.post("/desk/ledger/vouchers/", pool).status_code == 403
    assert audrey.post("/desk/ledger/vouchers/spring/", {"codes": "CCCC-3"}).status_code == 403
