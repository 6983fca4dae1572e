"""The ledger beside the other side's list, and what the other side tells of its own accord."""

import base64
import datetime as dt
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import override_settings
from rest_framework.test import APIClient
from standardwebhooks.webhooks import Webhook

from remedies import services as remedies
from remedies.models import Difference, Reconciliation, Remedy, VoucherPool
from remedies.services import reconciling
from remedies.tasks import reconcile_payouts
from tests.builders import NOW, Desk, user
from tests.remedies.test_ledger import accepted, disagreements
from tests.remedies.test_pain_schemes import client_of
from tests.support.api import token_client
from tickets.errors import Conflict

pytestmark = pytest.mark.django_db

SECRET = "whsec_" + base64.b64encode(b"a secret of the tests, 24").decode()
LATER = NOW + dt.timedelta(days=2)


class _List(BaseHTTPRequestHandler):
    """The other side: its list, a page at a time."""

    def do_GET(self) -> None:
        server: Any = self.server
        parts = urlsplit(self.path)
        server.asked.append((parts.query, {k.lower(): v for k, v in self.headers.items()}))
        at = int(parse_qs(parts.query).get("cursor", ["0"])[0])
        more = at + 1 < len(server.pages)
        body = {"payouts": server.pages[at], "next": str(at + 1) if more else None}
        self.send_response(server.answers)
        self.end_headers()
        self.wfile.write(server.raw or json.dumps(body).encode())

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture(autouse=True)
def other_side() -> Iterator[Any]:
    """A credit system on this machine that pays credits and lists what it paid."""
    server: Any = HTTPServer(("127.0.0.1", 0), _List)
    server.answers, server.pages, server.asked, server.raw = 200, [[]], [], b""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    with override_settings(
        REMEDY_WEBHOOK_URL=f"{address}/credits",
        REMEDY_WEBHOOK_STATUS_URL=f"{address}/payouts",
        REMEDY_WEBHOOK_SECRET=SECRET,
    ):
        yield server
    server.shutdown()
    thread.join()
    server.server_close()


def line(remedy: Remedy, status: str = "paid", minor: int = 9000) -> dict[str, Any]:
    """What they say of a remedy."""
    return {
        "id": f"remedy_{remedy.pk}",
        "status": status,
        "amount": {"minor": minor, "currency": "GBP"},
        "reference": "CR-77",
    }


def run() -> Reconciliation:
    return reconciling.reconcile(since=None, by=None, now=LATER)


def test_the_list_is_asked_for_with_a_signature_and_page_by_page(
    remedy_desk: Desk, other_side: Any
) -> None:
    _, credit = accepted(remedy_desk)
    other_side.pages = [[], [line(credit)]]
    assert (run().checked, run().found) == (1, 1)
    query, headers = other_side.asked[0]
    signed = Webhook(SECRET).sign(headers["webhook-id"], LATER, query)
    assert headers["webhook-signature"] == signed
    assert parse_qs(query)["since"] == [(LATER - reconciling.PERIOD).isoformat()]


def test_a_difference_is_named_once_and_settled_when_it_is_gone(
    remedy_desk: Desk, other_side: Any
) -> None:
    _, credit = accepted(remedy_desk)
    other_side.pages = [[line(credit), {**line(credit), "id": "remedy_999999"}]]
    run()
    run()
    found = Difference.objects.order_by("kind")
    assert [(d.kind, d.remedy_id) for d in found] == [
        ("missing_here", None), ("paid_there", credit.pk),
    ]  # fmt: skip
    remedies.fulfil_remedy(credit, reference="CR-77", actor=user(remedy_desk.alice), now=LATER)
    other_side.pages = [[line(credit)]]
    run()
    settled = Difference.objects.get(kind="paid_there")
    assert (settled.settled_at, settled.note) == (LATER, "Both sides agree now.")
    assert Difference.objects.get(kind="missing_here").settled_at is None


@pytest.mark.parametrize(
    ("raw", "words"),
    [(b"<html>", "no JSON"), (b"[]", "no payouts"), (b'{"payouts": [{}]}', "minor and currency")],
)
def test_an_answer_that_is_no_list_is_kept_with_its_reason(
    remedy_desk: Desk, other_side: Any, raw: bytes, words: str
) -> None:
    accepted(remedy_desk)
    other_side.raw = raw
    assert words in run().error
    assert not Difference.objects.exists()


def test_a_side_that_is_down_is_said(remedy_desk: Desk, other_side: Any) -> None:
    other_side.answers = 503
    assert "503" in run().error
    with override_settings(REMEDY_WEBHOOK_STATUS_URL=""), pytest.raises(Conflict):
        run()


def test_it_is_done_each_night_where_a_list_is_set_up(remedy_desk: Desk, other_side: Any) -> None:
    accepted(remedy_desk)
    with time_machine.travel(LATER, tick=False):
        assert reconcile_payouts() == 1
    with override_settings(REMEDY_WEBHOOK_STATUS_URL=""):
        assert reconcile_payouts() == 0
    assert Reconciliation.objects.count() == 1


# -- news -------------------------------------------------------------------------------------


def tell(payouts: list[Any], *, key: str = "m1", secret: str = SECRET) -> Any:
    """The other side tells, signed."""
    body = json.dumps({"payouts": payouts})
    with time_machine.travel(LATER, tick=False):
        return APIClient().post(
            "/api/v1/gateway-news/",
            body,
            content_type="application/json",
            headers={
                "webhook-id": key,
                "webhook-timestamp": str(int(LATER.timestamp())),
                "webhook-signature": Webhook(secret).sign(key, LATER, body),
            },
        )


def test_what_they_tell_is_taken_once(remedy_desk: Desk) -> None:
    _, credit = accepted(remedy_desk)
    assert tell([line(credit)]).json() == {"taken": 1}
    assert tell([line(credit)]).json() == {"taken": 1}
    credit.refresh_from_db()
    assert (credit.status, credit.gateway_ref) == ("fulfilled", "CR-77")
    assert credit.entries.filter(kind="fulfilled").count() == 1
    assert not Difference.objects.exists() and disagreements() == []


def test_a_failure_told_is_noted_and_another_sum_is_a_difference(remedy_desk: Desk) -> None:
    _, credit = accepted(remedy_desk)
    tell([line(credit, "paid", 900)])
    credit.refresh_from_db()
    assert credit.status == "granted"
    assert {d.kind for d in Difference.objects.all()} == {"sum", "paid_there"}
    tell([line(credit, "failed")])
    credit.refresh_from_db()
    assert credit.status == "failed"
    assert not Difference.objects.filter(settled_at__isnull=True).exists()


def test_nobody_else_tells(remedy_desk: Desk) -> None:
    _, credit = accepted(remedy_desk)
    other = "whsec_" + base64.b64encode(b"another secret, 24 bytes").decode()
    assert tell([line(credit)], secret=other).status_code == 403
    assert APIClient().post("/api/v1/gateway-news/", {}, format="json").status_code == 403
    assert tell([]).status_code == 400
    assert tell([{"id": 3}]).json()["errors"][0]["field"] == "payout.amount"
    with override_settings(REMEDY_WEBHOOK_URL=""):
        assert tell([line(credit)]).status_code == 404
    credit.refresh_from_db()
    assert credit.status == "granted"


# -- over REST --------------------------------------------------------------------------------


def test_differences_are_seen_and_settled_by_those_who_may(
    remedy_desk: Desk, other_side: Any
) -> None:
    _, credit = accepted(remedy_desk)
    other_side.pages = [[line(credit)]]
    mona, alice = client_of(remedy_desk.mona), client_of(remedy_desk.alice)
    with time_machine.travel(LATER, tick=False):
        assert alice.post("/api/v1/reconciliations/", {}, format="json").status_code == 403
        made = mona.post("/api/v1/reconciliations/", {}, format="json")
        assert (made.status_code, made.json()["found"]) == (201, 1)
        late = {"since": (LATER + dt.timedelta(1)).isoformat()}
        assert mona.post("/api/v1/reconciliations/", late, format="json").status_code == 400
    assert alice.get("/api/v1/differences/").status_code == 403
    audrey = client_of(remedy_desk.audrey)
    (row,) = audrey.get("/api/v1/differences/", {"open": "true"}).json()["results"]
    assert row["words"] == "They paid it, and we don't know yet"
    assert (row["ours"], row["theirs"]) == ("£90.00, granted", "£90.00, paid")
    address = f"/api/v1/differences/{row['id']}/settle/"
    assert audrey.post(address, {"note": "x"}, format="json").status_code == 403
    assert mona.post(address, {"note": ""}, format="json").status_code == 400
    taken = {"note": "Seen in their list", "take_over": True}
    done = mona.post(address, taken, format="json").json()
    assert done["settled_by"]["name"] == "Mona"
    credit.refresh_from_db()
    assert (credit.status, credit.gateway_ref) == ("fulfilled", "CR-77")
    assert mona.post(address, taken, format="json").status_code == 409
    assert audrey.get("/api/v1/differences/", {"open": "maybe"}).status_code == 400
    assert len(audrey.get("/api/v1/reconciliations/").json()) == 1


def test_codes_are_imported_by_managers_and_shown_masked(remedy_desk: Desk) -> None:
    mona, alice = client_of(remedy_desk.mona), client_of(remedy_desk.alice)
    pool = {
        "key": "spring", "title": "Spring", "form": "voucher", "currency": "GBP",
        "source_of_codes": "imported", "amount": {"minor": 6000, "currency": "GBP"},
    }  # fmt: skip
    assert alice.post("/api/v1/voucher-pools/", pool, format="json").status_code == 403
    made = mona.post("/api/v1/voucher-pools/", pool, format="json")
    assert (made.status_code, made.json()["left"], made.json()["is_low"]) == (201, 0, True)
    assert mona.post("/api/v1/voucher-pools/", pool, format="json").status_code == 409
    wrong = {**pool, "key": "x", "amount": {"minor": 1, "currency": "EUR"}}
    refused = mona.post("/api/v1/voucher-pools/", wrong, format="json")
    assert refused.json()["errors"][0]["field"] == "amount.currency"
    address = "/api/v1/voucher-pools/spring/codes/"
    codes = {"codes": ["AAAA-1111", "BBBB-2222", "AAAA-1111"]}
    assert alice.post(address, codes, format="json").status_code == 403
    assert mona.post(address, codes, format="json").json() == {"added": 2, "known": 1, "given": 0}
    assert mona.post(address, {"codes": ["a b c d"]}, format="json").status_code == 400
    assert mona.get("/api/v1/voucher-pools/").json()[0]["left"] == 2
    assert mona.get(address).json()["results"] == []
    assert alice.get(address).status_code == 403
    assert mona.post("/api/v1/voucher-pools/none/codes/", codes, format="json").status_code == 404
    assert VoucherPool.objects.count() == 1


def test_a_client_of_some_teams_sees_nothing_of_all_money(remedy_desk: Desk) -> None:
    client = token_client(scopes=["remedies:read", "remedies:write"], teams=[remedy_desk.home])
    for address in ("voucher-pools", "reconciliations", "differences"):
        assert client.get(f"/api/v1/{address}/").status_code == 403
    whole = token_client("Other", scopes=["remedies:read", "remedies:write"])
    assert whole.get("/api/v1/voucher-pools/").status_code == 200
    assert whole.post("/api/v1/reconciliations/", {}, format="json").status_code == 403
