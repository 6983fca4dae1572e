"""The ledger: append-only, in step with its entries, paid through gateways."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import override_settings
from standardwebhooks.webhooks import Webhook

from remedies import services as remedies
from remedies.checks import credit_gateway
from remedies.errors import NotPayable
from remedies.models import Offer, Remedy, RemedyEntry
from remedies.payouts import deliver_payout
from tests.builders import NOW, Desk, make_ticket, user
from tests.remedies.builders import make_hurt, sent_offer
from tickets import services
from tickets.actors import SYSTEM, Actor
from tickets.change import changing
from tickets.models import Alert, Event, Outbox, Ticket
from tickets.outbox import PermanentFailure, handler_for
from tickets.state import state_at

pytestmark = pytest.mark.django_db

SECRET = "whsec_" + base64.b64encode(b"a secret of the tests, 24").decode()


def accepted(desk: Desk, **over: Any) -> tuple[Ticket, Remedy]:
    """A ticket whose offer was accepted, and its credit of £90."""
    ticket = make_hurt(desk, **over)
    services.take(ticket, actor=user(desk.alice), now=NOW)
    offer = sent_offer(desk, ticket)
    remedies.accept_offer(offer, actor=Actor.of_customer(ticket.customer), now=NOW)
    return ticket, Remedy.objects.get(ticket=ticket, rule="M-4")


def disagreements() -> list[Any]:
    """Remedies whose entries add up to something else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM remedies_ledger_disagreement")
        return list(cursor.fetchall())


def refused(sql: str) -> bool:
    """Whether the database will not have it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except DatabaseError as error:
        return "refused" in str(error)
    return False


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE remedies_remedy SET amount = 1",
        "UPDATE remedies_remedy SET currency = 'EUR'",
        "UPDATE remedies_remedy SET granted_by_id = NULL",
        "DELETE FROM remedies_remedy",
        "UPDATE remedies_remedyentry SET amount = 0",
        "DELETE FROM remedies_remedyentry",
        "UPDATE remedies_offercomponent SET amount = 1",
        "DELETE FROM remedies_offercomponent",
        "UPDATE remedies_remedypolicy SET source = 'policy: generous'",
        "DELETE FROM remedies_remedypolicy",
    ],
)
def test_money_that_was_promised_is_not_rewritten(remedy_desk: Desk, sql: str) -> None:
    accepted(remedy_desk)
    assert refused(sql)


def test_a_person_ticks_a_remedy_off(remedy_desk: Desk) -> None:
    ticket, credit = accepted(remedy_desk)
    assert (credit.status, credit.gateway) == ("granted", "manual")
    remedies.fulfil_remedy(credit, reference="Till 4", actor=user(remedy_desk.bob), now=NOW)
    credit.refresh_from_db()
    assert (credit.status, credit.gateway_ref, credit.fulfilled_at) == ("fulfilled", "Till 4", NOW)
    assert [e.kind for e in credit.entries.all()] == ["granted", "fulfilled"]
    event = Event.objects.get(ticket=ticket, type="remedy_fulfilled")
    assert (event.data["remedy"], event.actor_name) == (credit.pk, "Bob")
    with pytest.raises(NotPayable, match="fulfilled"):
        remedies.fulfil_remedy(credit, actor=user(remedy_desk.bob), now=NOW)


def test_a_reversal_is_an_entry_of_its_own(remedy_desk: Desk) -> None:
    ticket, credit = accepted(remedy_desk)
    remedies.fulfil_remedy(credit, actor=user(remedy_desk.bob), now=NOW)
    remedies.reverse_remedy(credit, reason="Paid twice", actor=user(remedy_desk.sue), now=NOW)
    entries = list(RemedyEntry.objects.filter(remedy=credit).values_list("kind", "amount"))
    assert entries == [("granted", 9000), ("fulfilled", 0), ("reversed", -9000)]
    with pytest.raises(NotPayable):
        remedies.fulfil_remedy(credit, actor=user(remedy_desk.bob), now=NOW)
    assert disagreements() == []
    assert Event.objects.get(ticket=ticket, type="remedy_cancelled").data["reason"] == "Paid twice"


def test_a_failure_tells_the_owner_and_the_remedy_is_still_owed(remedy_desk: Desk) -> None:
    _, credit = accepted(remedy_desk)
    remedies.fail_remedy(credit, reason="Card closed", actor=SYSTEM, now=NOW)
    assert Alert.objects.filter(user=remedy_desk.alice, text__contains="Card closed").exists()
    remedies.fulfil_remedy(credit, actor=user(remedy_desk.alice), now=NOW)
    assert disagreements() == []


def test_what_was_reversed_no_longer_counts_against_authority(remedy_desk: Desk) -> None:
    ticket, credit = accepted(remedy_desk)
    offer = Offer.objects.get(ticket=ticket)
    for before in (9000, 0):
        decision = remedies.weigh(
            None,
            [],
            currency="GBP",
            ticket=ticket,
            actor=user(remedy_desk.alice),
            now=NOW,
        )
        meter = next(m for m in decision.meters if m.span == "ticket")
        assert meter.before == before
        if before:
            remedies.reverse_remedy(credit, reason="Wrong", actor=user(remedy_desk.sue), now=NOW)
    assert offer.status == "accepted"


def test_the_state_of_an_offer_can_be_rebuilt_from_the_events(remedy_desk: Desk) -> None:
    ticket, credit = accepted(remedy_desk)
    remedies.fulfil_remedy(credit, actor=user(remedy_desk.bob), now=NOW)
    state = state_at(ticket, NOW)
    offer = Offer.objects.get(ticket=ticket)
    assert state[f"offers.{offer.pk}.status"] == "accepted"
    assert state[f"offers.{offer.pk}.total"] == offer.total
    for part in offer.components.all():
        prefix = f"offers.{offer.pk}.components.{part.pk}"
        assert state[f"{prefix}.kind"] == part.kind
        assert state.get(f"{prefix}.amount") == part.amount
        assert state[f"{prefix}.accepted"] is True
    for remedy in Remedy.objects.filter(ticket=ticket):
        assert state[f"remedies.{remedy.pk}.status"] == remedy.status
        assert state.get(f"remedies.{remedy.pk}.amount") == remedy.amount


class _Gateway(BaseHTTPRequestHandler):
    """Answers as its server says, and keeps what it was sent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server: Any = self.server
        server.seen.append((dict(self.headers), body))
        self.send_response(server.answers)
        self.end_headers()
        self.wfile.write(json.dumps({"reference": "CR-77"}).encode())

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def gateway() -> Iterator[Any]:
    """A credit system on this machine, set up as the one that pays credits."""
    server: Any = HTTPServer(("127.0.0.1", 0), _Gateway)
    server.answers, server.seen = 200, []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with override_settings(
        REMEDY_WEBHOOK_URL=f"http://127.0.0.1:{server.server_port}/credits",
        REMEDY_WEBHOOK_SECRET=SECRET,
    ):
        yield server
    server.shutdown()
    thread.join()
    server.server_close()


def payout(ticket: Ticket) -> Outbox:
    """The payout row of a ticket, as the delivery hands it over."""
    row = Outbox.objects.get(ticket=ticket, kind="payout")
    row.delivered_at = NOW
    return row


def test_a_credit_is_paid_by_a_signed_call_and_ticked_off(remedy_desk: Desk, gateway: Any) -> None:
    ticket, credit = accepted(remedy_desk)
    assert credit.gateway == "webhook"
    assert handler_for("payout") is deliver_payout
    deliver_payout(payout(ticket))
    credit.refresh_from_db()
    assert (credit.status, credit.gateway_ref) == ("fulfilled", "CR-77")
    headers, body = gateway.seen[0]
    told = json.loads(body)
    assert told["amount"] == {"minor": 9000, "currency": "GBP"}
    lower = {name.lower(): value for name, value in headers.items()}
    assert lower["webhook-id"] == f"remedy_{credit.pk}"
    assert lower["webhook-signature"] == Webhook(SECRET).sign(
        f"remedy_{credit.pk}", NOW, body.decode()
    )


def test_a_payout_that_rings_twice_pays_once(remedy_desk: Desk, gateway: Any) -> None:
    ticket, credit = accepted(remedy_desk)
    deliver_payout(payout(ticket))
    deliver_payout(payout(ticket))
    assert len(gateway.seen) == 1
    assert credit.entries.filter(kind="fulfilled").count() == 1


def test_only_money_of_the_named_kinds_goes_to_the_gateway(remedy_desk: Desk, gateway: Any) -> None:
    ticket, _ = accepted(remedy_desk)
    gateways = dict(Remedy.objects.filter(ticket=ticket).values_list("rule", "gateway"))
    assert gateways == {"G-2": "manual", "L-1": "manual", "M-4": "webhook"}


@pytest.mark.parametrize(
    ("status", "error"), [(503, OSError), (429, OSError), (422, PermanentFailure)]
)
def test_a_gateway_that_is_down_is_tried_again_and_one_that_refuses_is_not(
    remedy_desk: Desk, gateway: Any, status: int, error: type[Exception]
) -> None:
    gateway.answers = status
    ticket, credit = accepted(remedy_desk)
    with pytest.raises(error):
        deliver_payout(payout(ticket))
    credit.refresh_from_db()
    assert credit.status == "granted"


def test_a_payout_given_up_fails_the_remedy(remedy_desk: Desk, gateway: Any) -> None:
    ticket, credit = accepted(remedy_desk)
    row = payout(ticket)
    with changing(ticket, actor=SYSTEM, now=NOW) as change:
        change.record("outbox_dead", data={"outbox": row.pk, "kind": "payout", "error": "422"})
    credit.refresh_from_db()
    assert credit.status == "failed"
    assert credit.entries.get(kind="failed").reason == "422"


def test_a_reversed_remedy_is_not_paid(remedy_desk: Desk, gateway: Any) -> None:
    ticket, credit = accepted(remedy_desk)
    remedies.reverse_remedy(credit, reason="Oops", actor=user(remedy_desk.sue), now=NOW)
    deliver_payout(payout(ticket))
    assert gateway.seen == []


def test_a_gateway_is_checked_at_start() -> None:
    with override_settings(REMEDY_WEBHOOK_URL="ftp://x", REMEDY_WEBHOOK_SECRET="short"):
        assert {e.id for e in credit_gateway(None)} == {"remedies.E001", "remedies.E002"}
    with override_settings(REMEDY_WEBHOOK_URL="https://x.example/", REMEDY_WEBHOOK_SECRET=SECRET):
        assert credit_gateway(None) == []


def test_a_remedy_of_the_past_is_entered_and_rings_nobody(remedy_desk: Desk) -> None:
    ticket = make_ticket(remedy_desk, historical=True)
    with changing(ticket, actor=SYSTEM, now=NOW) as change:
        change.record(
            "remedy_recorded",
            data={"kind": "refund", "minor": 25_000, "currency": "USD", "source": "nyc:7"},
        )
    remedy = Remedy.objects.get(ticket=ticket)
    assert (remedy.status, remedy.amount, remedy.gateway) == ("fulfilled", 25_000, "before")
    assert (remedy.title, remedy.gateway_ref) == ("Refund", "nyc:7")
    assert disagreements() == []
    assert not Outbox.objects.filter(ticket=ticket).exists()
