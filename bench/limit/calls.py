"""What the clients send to the limit."""

import json

from bench import data
from bench.load import Call

FIRST_PAGE = "/tickets/?status=open"


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Token {token}", "Accept": "application/json"}


def create(number: int, token: str) -> list[Call]:
    """A complaint comes in."""
    name, email = data.person(number)
    body = {
        "customer_name": name,
        "customer_email": email,
        "category": "outage",
        "subject": data.subject(number),
        "description": data.story(number),
        "priority": 3,
    }
    headers = _headers(token) | {"Content-Type": "application/json"}
    return [Call("POST", "/tickets/", headers, json.dumps(body).encode(), expect=201)]


def page(path: str, token: str) -> list[Call]:
    """A page of the open queue."""
    return [Call("GET", path, _headers(token))]


def read(key: str, token: str) -> list[Call]:
    """One ticket with its thread."""
    return [Call("GET", f"/tickets/{key}/", _headers(token))]
