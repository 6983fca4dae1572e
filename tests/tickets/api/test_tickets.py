"""Opening, listing and reading tickets over HTTP."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient
from rest_framework.utils.encoders import JSONEncoder

from tests.builders import NOW, Desk, make_customer, make_ticket, user
from tickets import services
from tickets.api import render, shapes
from tickets.models import Customer, RootCause, Ticket
from tickets.money import Money
from tickets.services.files import Upload

NEW: dict[str, Any] = {
    "customer": {"name": "Ines Calloway", "email": "ines@example.org"},
    "category": "outage",
    "body": "We had no internet from the 9th to the 18th.",
}


def _post(api: APIClient, **over: Any) -> Any:
    return api.post("/api/v1/tickets/", {**NEW, **over})


def _errors(response: Any) -> dict[str, str]:
    return {one["field"]: one["code"] for one in response.json()["errors"]}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"customer": {"name": "Ines", "email": "nope"}}, "customer.email"),
        ({"customer": {"name": "Ines", "phone": "abc"}}, "customer.phone"),
        ({"customer": {"name": "Ines", "time_zone": "Mars"}}, "customer.time_zone"),
        ({"customer": {"name": "Ines", "since": "2199-01-01"}}, "customer.since"),
        ({"customer": {"name": "Ines", "external": {"system": "crm"}}}, "customer.external.id"),
        ({"customer": {"id": 999_999}}, "customer.id"),
        ({"customer": {"external": {"system": "crm", "id": "x"}}}, "customer.external"),
        ({"points": ["Fine", "x" * 301]}, "points.1"),
        ({"facts": {"days_without": "many"}}, "facts.days_without"),
        ({"loss": {"amount": "1", "currency": "ZZZ"}}, "loss.currency"),
        ({"language": "not one"}, "language"),
    ],
)
def test_an_error_names_the_whole_path_of_its_field(api: APIClient, sent: Any, field: str) -> None:
    response = _post(api, **sent)
    assert response.status_code in {400, 404}
    assert [one["field"] for one in response.json()["errors"]] == [field]


def test_a_complaint_that_is_here_already_is_named_by_its_external_id(api: APIClient) -> None:
    external = {"external": {"system": "shop", "id": "case-1"}}
    assert _post(api, **external).status_code == 201
    assert _errors(_post(api, **external)) == {"external.id": "conflict"}


def test_a_complaint_becomes_a_ticket(api: APIClient) -> None:
    response = _post(
        api,
        subject="Nine days offline",
        wish="A credit",
        channel="phone",
        facts={"days_without": 9, "monthly_fee": "£38"},
        loss={"amount": "20.00", "currency": "GBP"},
        points=["No internet", "Two visits not kept"],
        tags=["Leeds"],
        external={"system": "shop", "id": "o-77"},
        received_at="2026-11-20T10:00:00Z",
    )
    assert response.status_code == 201, response.json()
    body = response.json()
    ticket = Ticket.objects.get()
    assert response["ETag"] == f'"{ticket.version}"'
    assert response["Location"] == f"/api/v1/tickets/{ticket.number}/"
    assert body["number"] == ticket.number
    assert body["status"] == "new"
    assert body["team"] == "home"
    assert body["facts"]["monthly_fee"] == {"minor": 3800, "currency": "GBP"}
    assert body["loss"] == {"amount": "20.00", "minor": 2000, "currency": "GBP"}
    assert body["received_at"] == "2026-11-20T10:00:00Z"
    assert ticket.points.count() == 2
    event = ticket.events.order_by("seq").first()
    assert event is not None
    assert (event.actor_kind, event.actor_name) == ("client", "Shop")
    assert api.get(response["Location"]).json()["points"][0]["text"] == "No internet"


def test_the_customer_is_found_again_however_he_is_named(api: APIClient, desk: Desk) -> None:
    first = _post(
        api,
        customer={
            "name": "Ines Calloway",
            "email": "ines@example.org",
            "external": {"system": "crm", "id": "7"},
        },
    ).json()["customer"]["id"]
    ways: list[dict[str, Any]] = [
        {"id": first},
        {"name": "I. Calloway", "email": "INES@example.org"},
        {"external": {"system": "crm", "id": "7"}},
    ]
    for way in ways:
        assert _post(api, customer=way).json()["customer"]["id"] == first
    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("over", "field", "code"),
    [
        ({"customer": None}, "customer", "null"),
        ({"customer": {}}, "customer.name", "required"),
        ({"customer": {"id": 99999}}, "customer.id", "not_found"),
        ({"customer": {"id": 1, "name": "x"}}, "customer.id", "invalid"),
        ({"customer": {"name": "x", "email": "nowhere"}}, "customer.email", "invalid"),
        ({"customer": {"name": "x", "phone": "12"}}, "customer.phone", "invalid"),
        ({"customer": {"name": "x", "time_zone": "Mars/Base"}}, "customer.time_zone", "invalid"),
        ({"customer": {"external": {"system": "crm", "id": "no"}}}, "customer.external", "invalid"),
        ({"category": "nothing"}, "category", "invalid"),
        ({"category": 7}, "category", "invalid"),
        ({"body": ""}, "body", "blank"),
        ({"body": "x" * 20_001}, "body", "max_length"),
        ({"body": ["x"]}, "body", "invalid"),
        ({"subject": "x" * 201}, "subject", "max_length"),
        ({"channel": "pigeon"}, "channel", "invalid_choice"),
        ({"facts": {"days_without": "many"}}, "facts.days_without", "fact_invalid"),
        ({"facts": {"monthly_fee": {"x": 1}}}, "facts.monthly_fee", "fact_invalid"),
        ({"facts": {"weather": "wet"}}, "facts.weather", "fact_unknown"),
        ({"loss": {"amount": "1", "currency": "DOG"}}, "loss.currency", "currency_unknown"),
        ({"loss": {"amount": "-1", "currency": "GBP"}}, "loss", "invalid"),
        ({"loss": 20}, "loss", "invalid"),
        ({"points": ["x" * 301]}, "points.0", "max_length"),
        ({"points": "all"}, "points", "not_a_list"),
        ({"received_at": "2126-01-01T00:00:00Z"}, "received_at", "in_the_future"),
        ({"received_at": "last week"}, "received_at", "invalid"),
        ({"external": {"system": "shop"}}, "external.id", "required"),
        ({"team": "nobody"}, "team", "does_not_exist"),
        ({"confidential": "perhaps"}, "confidential", "invalid"),
        ({"colour": "red"}, "colour", "unknown_field"),
    ],
)
def test_bad_input_names_the_field_and_leaves_nothing(
    api: APIClient, over: dict[str, Any], field: str, code: str
) -> None:
    response = _post(api, **over)
    assert response.status_code in {400, 404}, response.json()
    assert _errors(response).get(field) == code, response.json()
    assert not Ticket.objects.exists()
    assert not Customer.objects.exists()


def test_hostile_words_are_kept_as_words(api: APIClient) -> None:
    hostile = "<script>alert(1)</script> \u202e evil"
    response = _post(api, subject=hostile, body=hostile)
    assert response["Content-Type"] == "application/json"
    assert response.json()["subject"] == "<script>alert(1)</script> evil"


def test_the_same_complaint_sent_twice_is_one_ticket(api: APIClient) -> None:
    external = {"system": "shop", "id": "o-77"}
    first = _post(api, external=external).json()
    again = _post(api, external=external)
    assert again.status_code == 409
    assert again.json()["params"]["number"] == first["number"]
    assert Ticket.objects.count() == 1


def test_with_a_key_the_answer_comes_twice_and_the_ticket_once(api: APIClient) -> None:
    answers = [
        api.post("/api/v1/tickets/", NEW, HTTP_IDEMPOTENCY_KEY="k1").json() for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert Ticket.objects.count() == 1


def test_a_list_has_the_visible_ones_newest_first(
    desk: Desk, as_user: Callable[..., APIClient]
) -> None:
    customer = make_customer()
    older = make_ticket(desk, customer=customer, received_at=NOW - dt.timedelta(days=2))
    newer = make_ticket(desk, customer=customer)
    make_ticket(desk, customer=customer, category=desk.flights)
    rows = as_user(desk.alice).get("/api/v1/tickets/").json()["results"]
    assert [row["number"] for row in rows] == [newer.number, older.number]


@pytest.fixture
def some(desk: Desk) -> dict[str, Ticket]:
    """Three tickets that differ in everything one filters by."""
    ines, omar = make_customer(), make_customer("Omar Bell")
    plain = make_ticket(desk, customer=ines)
    taken = make_ticket(
        desk,
        customer=omar,
        channel="phone",
        subject="The router blinks",
        tags=["leeds"],
        received_at=NOW - dt.timedelta(days=3),
        external=("shop", "o-1"),
    )
    services.take(taken, actor=user(desk.alice), now=NOW)
    services.override_pain(taken, 4, reason="Telecare", actor=user(desk.alice), now=NOW)
    flight = make_ticket(desk, customer=omar, category=desk.flights)
    services.decide_point(
        flight, flight.points.get().pk, outcome="upheld", actor=user(desk.charlie), now=NOW
    )
    services.resolve(flight, actor=user(desk.charlie), now=NOW)
    return {"plain": plain, "taken": taken, "flight": flight}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=new", {"plain"}),
        ("status=new,open", {"plain", "taken"}),
        ("open=true", {"plain", "taken"}),
        ("open=false", {"flight"}),
        ("team=home", {"plain", "taken"}),
        ("team=home,travel", {"plain", "taken", "flight"}),
        ("owner={alice}", {"taken"}),
        ("unowned=true&open=true", {"plain"}),
        ("category=broadband", {"plain", "taken"}),
        ("category=outage", {"plain", "taken"}),
        ("category=flights", {"flight"}),
        ("pain=4", {"taken"}),
        ("pain_min=4", {"taken"}),
        ("stage=1", {"plain", "taken", "flight"}),
        ("stage=2,external", set()),
        ("channel=phone", {"taken"}),
        ("customer={omar}", {"taken", "flight"}),
        ("tag=Leeds", {"taken"}),
        ("received_before=2026-11-23T00:00:00Z", {"taken"}),
        ("received_after=2026-11-23T00:00:00Z", {"plain", "flight"}),
        ("external_system=shop&external_id=o-1", {"taken"}),
        ("q=router", {"taken"}),
        ("q=bell", {"taken", "flight"}),
        ("q=omar.bell@example.org", {"taken", "flight"}),
        ("q={number}", {"plain"}),
        ("q=%25", set()),
        ("order=queue", {"plain", "taken"}),
        ("order=oldest", {"plain", "taken", "flight"}),
    ],
)
def test_a_list_is_narrowed_by_each_filter(
    desk: Desk, some: dict[str, Ticket], api: APIClient, query: str, found: set[str]
) -> None:
    filled = query.format(
        alice=desk.alice.pk, omar=some["taken"].customer_id, number=some["plain"].number
    )
    response = api.get(f"/api/v1/tickets/?{filled}")
    assert response.status_code == 200, response.json()
    numbers = {row["number"] for row in response.json()["results"]}
    assert {name for name, ticket in some.items() if ticket.number in numbers} == found


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("status=lost", "status", "invalid"),
        ("pain=much", "pain", "invalid"),
        ("owner=Alice", "owner", "invalid"),
        ("received_after=soon", "received_after", "invalid"),
        ("order=random", "order", "invalid"),
        ("open=1", "open", "invalid"),
        ("unowned=yes", "unowned", "invalid"),
        ("q=%00", "q", "invalid"),
        ("page_size=0", "page_size", "invalid"),
        ("page_size=1000000000", "page_size", "invalid"),
        ("page_size=many", "page_size", "invalid"),
        ("cursor=nonsense", "cursor", "bad_cursor"),
        ("stauts=open", "stauts", "unknown_filter"),
    ],
)
def test_a_list_says_what_it_does_not_understand(
    api: APIClient, query: str, field: str, code: str
) -> None:
    response = api.get(f"/api/v1/tickets/?{query}")
    assert response.status_code == 400
    assert _errors(response) == {field: code}


@pytest.mark.parametrize("order", ["newest", "oldest", "queue"])
def test_pages_follow_each_other_without_gap_or_double(
    desk: Desk, api: APIClient, order: str
) -> None:
    customer = make_customer()
    made = [
        make_ticket(desk, customer=customer, received_at=NOW - dt.timedelta(hours=i // 3)).number
        for i in range(10)
    ]
    seen: list[str] = []
    url: str | None = f"/api/v1/tickets/?order={order}&page_size=3"
    while url:
        body = api.get(url).json()
        seen += [row["number"] for row in body["results"]]
        url = body["next"]
    assert sorted(seen) == sorted(made)
    everything = api.get(f"/api/v1/tickets/?order={order}").json()["results"]
    assert [row["number"] for row in everything] == seen


def test_a_ticket_is_read_by_its_number_however_it_is_written(desk: Desk, api: APIClient) -> None:
    ticket = make_ticket(desk)
    for written in (ticket.number, ticket.number.lower(), ticket.number.replace("-", " ")):
        response = api.get(f"/api/v1/tickets/{written}/")
        assert response.json()["number"] == ticket.number
        assert response["ETag"] == f'"{ticket.version}"'
    wrong = api.get(f"/api/v1/tickets/{ticket.number[:-1]}{(int(ticket.number[-1]) + 1) % 10}/")
    assert wrong.json()["code"] == "number_invalid"


def test_what_one_may_not_see_is_not_there(
    desk: Desk, as_user: Callable[..., APIClient], as_client: Callable[..., APIClient]
) -> None:
    ticket = make_ticket(desk)
    url = f"/api/v1/tickets/{ticket.number}/"
    for path in ("", "messages/", "events/", "attachments/"):
        assert as_user(desk.charlie).get(url + path).status_code == 404, path
    assert as_user(desk.charlie).post(url + "take/").status_code == 404
    assert as_client("Travel only", teams=[desk.travel]).get(url).status_code == 404


def test_each_shape_is_what_the_schema_says(desk: Desk, api: APIClient) -> None:
    ticket = make_ticket(desk)
    services.set_loss(ticket, Money(2000, "GBP"), actor=user(desk.alice), now=NOW)
    services.reply(ticket, body="Sorry.", actor=user(desk.alice), now=NOW)
    base = f"/api/v1/tickets/{ticket.number}/"
    row = api.get("/api/v1/tickets/").json()["results"][0]
    for shape, body in [
        (shapes.TicketSummary, row),
        (shapes.TicketDetail, api.get(base + "?include=messages").json()),
        (shapes.Ticket, api.post(base + "tags/", {"tags": ["a"]}).json()),
        (shapes.Message, api.get(base + "messages/").json()["results"][0]),
        (shapes.Event, api.get(base + "events/").json()["results"][0]),
        (shapes.Event, api.get("/api/v1/events/").json()["results"][0]),
        (shapes.Customer, api.get("/api/v1/customers/").json()["results"][0]),
        (shapes.Category, api.get("/api/v1/categories/").json()[0]),
        (shapes.Team, api.get("/api/v1/teams/").json()["results"][0]),
        (shapes.User, api.get("/api/v1/users/").json()["results"][0]),
    ]:
        assert set(body) == set(shape().fields), shape
    assert set(row["loss"]) == {"amount", "minor", "currency"}


def test_what_one_query_reads_is_what_the_models_say(desk: Desk, api: APIClient) -> None:
    ticket = make_ticket(desk, uploads=[Upload("a.txt", b"hello")], points=["One", "Two"])
    other = make_ticket(desk, customer=ticket.customer)
    bob = user(desk.bob)
    services.link(ticket, other, "related", actor=bob, now=NOW)
    services.link(other, ticket, "follow_up", actor=bob, now=NOW)
    services.name_person(ticket, desk.sue, actor=bob, now=NOW)
    services.decide_point(
        ticket,
        ticket.points.all()[0].pk,
        outcome="upheld",
        root_cause=RootCause.objects.create(key="lost", name="Lost"),
        actor=bob,
        now=NOW,
    )
    services.add_corrective_action(
        ticket, text="Tell them", owner=desk.sue, due_on=NOW.date(), actor=bob, now=NOW
    )
    services.set_loss(ticket, Money(2000, "GBP"), actor=bob, now=NOW)
    services.reply(ticket, body="Sorry.", actor=bob, now=NOW)

    def shown(value: Any) -> Any:
        return json.loads(json.dumps(value, cls=JSONEncoder))

    body = api.get(f"/api/v1/tickets/{ticket.number}/?include=messages").json()
    assert body["points"] == shown([render.point(row) for row in ticket.points.all()])
    assert body["actions"] == shown([render.action(row) for row in ticket.actions.all()])
    assert body["messages"] == shown([render.message(row) for row in ticket.messages.all()])
    attachments = [render.attachment(row) for row in ticket.attachments.all()]
    assert body["attachments"] == shown(attachments)
    assert body["people"] == [{"id": desk.sue.pk, "name": "Sue", "relation": "named"}]
    assert body["links"] == [
        {"number": other.number, "kind": "related", "from_there": False},
        {"number": other.number, "kind": "follow_up", "from_there": True},
    ]
    listed = api.get("/api/v1/tickets/?order=queue").json()["results"]
    stored = {row.number: row for row in Ticket.objects.all()}
    assert listed == [shown(render.summary(stored[row["number"]])) for row in listed]
    assert api.get(f"/api/v1/tickets/{ticket.number}/?include=all").status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "tickets/",
        "tickets/?order=queue",
        "tickets/{number}/",
        "tickets/{number}/messages/",
        "tickets/{number}/events/",
        "events/",
        "customers/",
        "categories/",
        "teams/",
        "users/",
    ],
)
def test_the_number_of_queries_does_not_grow_with_the_rows(
    desk: Desk,
    as_user: Callable[..., APIClient],
    django_assert_max_num_queries: Any,
    path: str,
) -> None:
    client = as_user(desk.sue)
    ticket = make_ticket(desk)
    counts = []
    for _ in range(2):
        with django_assert_max_num_queries(20) as captured:
            response = client.get("/api/v1/" + path.format(number=ticket.number))
        assert response.status_code == 200, response.content
        counts.append(len(captured))
        for number in range(7):
            make_ticket(desk, customer=make_customer(f"Customer {len(counts)} {number}"))
            services.reply(ticket, body="More", actor=user(desk.alice), now=NOW)
            services.add_point(ticket, f"Point {number}", actor=user(desk.alice), now=NOW)
    assert counts[0] == counts[1]
