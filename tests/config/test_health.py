"""The two questions of a load balancer."""

import pytest
from django.test import Client


def test_a_living_process_says_so_without_a_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_a_site_with_its_database_is_ready(client: Client) -> None:
    assert client.get("/readyz").status_code == 200
