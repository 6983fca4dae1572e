"""Other systems hear of what they asked for, signed, through a real HTTP server."""

import datetime as dt
import json
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from integrations import webhooks
from integrations.errors import EndpointInvalid
from integrations.models import Endpoint
from integrations.outbox import deliver_next
from tests.builders import NOW, Desk, make_ticket, user
from tests.integrations.conftest import Listening
from tickets import services
from tickets.models import Outbox


def endpoint(url: str, **over: Any) -> Endpoint:
    """An endpoint that hears of new tickets."""
    return webhooks.make_endpoint(
        **{"name": "CRM", "url": url, "types": ["ticket_created"], "now": NOW, **over}
    )


def queued() -> list[str]:
    """The keys of webhooks that wait."""
    return list(Outbox.objects.filter(kind="webhook").values_list("key", flat=True))


def deliver(now: dt.datetime = NOW) -> None:
    """Deliver webhooks only."""
    Outbox.objects.filter(kind="mail").delete()
    while deliver_next(now=now):
        pass


def test_an_event_arrives_with_a_signature_that_verifies(desk: Desk, listening: Listening) -> None:
    hook = endpoint(listening.url)
    ticket = make_ticket(desk)

    now = timezone.now()  # the receiving library checks the age by its own clock
    Outbox.objects.update(next_attempt_at=now)
    deliver(now)

    ((headers, body),) = listening.requests
    assert Webhook(hook.secret).verify(body, headers)
    told = json.loads(body)
    assert told["type"] == "ticket_created"
    assert told["data"]["ticket"] == {"number": ticket.number, "id": ticket.pk, "seq": 1}
    assert told["data"]["changes"]["subject"] == ticket.subject
    assert headers["webhook-id"] == f"webhook:{hook.pk}:{ticket.pk}:1"


def test_only_types_that_were_asked_for_are_queued(desk: Desk, listening: Listening) -> None:
    endpoint(listening.url, types=["note_added"])
    ticket = make_ticket(desk)
    assert queued() == []

    services.add_note(ticket, body="A note.", actor=user(desk.alice), now=NOW)

    assert len(queued()) == 1


def test_no_type_means_every_event(desk: Desk, listening: Listening) -> None:
    endpoint(listening.url, types=[])
    ticket = make_ticket(desk)

    assert len(queued()) == ticket.events.count()


def test_an_endpoint_of_a_team_hears_of_that_team_only(desk: Desk, listening: Listening) -> None:
    endpoint(listening.url, teams=[desk.travel])
    make_ticket(desk)
    assert queued() == []

    make_ticket(desk, category=desk.flights)

    assert len(queued()) == 1


def test_confidential_tickets_are_told_only_where_that_was_chosen(
    desk: Desk, listening: Listening
) -> None:
    endpoint(listening.url)
    open_one = endpoint(listening.url, include_confidential=True)
    make_ticket(desk, confidential=True)

    assert [key.split(":")[1] for key in queued()] == [str(open_one.pk)]


def test_tickets_from_the_past_are_not_told(desk: Desk, listening: Listening) -> None:
    endpoint(listening.url, types=[])
    make_ticket(desk, historical=True)

    assert queued() == []


def test_with_nobody_listening_events_cost_no_query(
    desk: Desk, django_assert_num_queries: Any
) -> None:
    webhooks.listeners()

    with django_assert_num_queries(0):
        assert webhooks.listeners() == ()


def test_a_failing_endpoint_is_tried_again_and_one_that_is_gone_is_not(
    desk: Desk, listening: Listening
) -> None:
    endpoint(listening.url)
    make_ticket(desk)
    listening.status = 500
    deliver()
    row = Outbox.objects.get()
    assert (row.state, row.attempts) == ("pending", 1)
    assert "answered 500" in row.last_error

    listening.status = 410
    deliver(NOW + dt.timedelta(minutes=1))

    row.refresh_from_db()
    assert row.state == "dead"


def test_a_redirect_is_not_followed(desk: Desk, listening: Listening) -> None:
    endpoint(listening.url)
    make_ticket(desk)
    listening.status = 302

    deliver()

    assert len(listening.requests) == 1
    assert Outbox.objects.get().state == "pending"


def test_an_endpoint_switched_off_gets_nothing_more(desk: Desk, listening: Listening) -> None:
    hook = endpoint(listening.url)
    make_ticket(desk)
    hook.active = False
    hook.save()

    deliver()
    make_ticket(desk)

    assert listening.requests == []
    assert len(queued()) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "ftp://example.org/",
        "https://",
        "https://user:secret@example.org/",
        "https://example.org:port/",
        "nonsense",
        "",
    ],
)
def test_an_address_must_be_plain_https(db: None, url: str) -> None:
    with pytest.raises(EndpointInvalid) as caught:
        endpoint(url)

    assert caught.value.field == "url"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.0.0.1.nip.test"])
def test_our_own_network_is_not_called(
    desk: Desk, listening: Listening, settings: Any, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOKS_TO_PRIVATE_ADDRESSES = False
    if host.endswith(".test"):
        monkeypatch.setattr(
            "integrations.webhooks.socket.getaddrinfo",
            lambda *_args, **_kwargs: [(2, 1, 6, "", ("10.0.0.7", 443))],
        )
    endpoint(f"https://{host}/hook")
    make_ticket(desk)

    deliver()

    row = Outbox.objects.get()
    assert row.state == "dead"
    assert "our own network" in row.last_error
