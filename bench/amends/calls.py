"""What the clients send to Amends: an integration with its access token."""

import json

from bench import data
from bench.load import Call

FIRST_PAGE = "/api/v1/tickets/?order=queue"


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Accept": "application/json"}


def create(number: int, token: str) -> list[Call]:
    """A complaint comes in, with facts, what it cost and how it hurt, and an Idempotency-Key."""
    name, email = data.person(number)
    body = {
        "customer": {"name": name, "email": email},
        "category": f"matter{number % 5}",
        "subject": data.subject(number),
        "body": data.story(number),
        "wish": "That it works, and my money back.",
        "facts": {"account": f"AC-{number:06}", "days_without": 1 + number % 9, "hours_lost": 6},
        "factors": {"time_lost": "hours", "distress": "upset"},
        "loss": {"amount": "34.00", "currency": "GBP"},
    }
    headers = _headers(token) | {
        "Content-Type": "application/json",
        "Idempotency-Key": f"bench-{token[-10:]}-{number}",
    }
    return [Call("POST", "/api/v1/tickets/", headers, json.dumps(body).encode(), expect=201)]


def page(path: str, token: str) -> list[Call]:
    """A page of the open queue."""
    return [Call("GET", path, _headers(token))]


def read(key: str, token: str) -> list[Call]:
    """One ticket with its parts and its thread."""
    return [Call("GET", f"/api/v1/tickets/{key}/?include=messages", _headers(token))]


def desk_page(path: str, session: str) -> list[Call]:
    """A page of the desk, as a browser asks for it."""
    return [Call("GET", path, {"Cookie": f"sessionid={session}", "Accept": "text/html"})]
