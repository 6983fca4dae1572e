"""A broker that goes away while a task runs does not take the worker with it."""

from typing import Any

import pytest
from django.conf import settings
from kombu import Connection, Queue
from redis.exceptions import ConnectionError as ConnectionLost

from config.celery import app


def test_an_answer_to_a_broker_that_is_gone_is_a_lost_connection_not_the_end_of_the_worker() -> (
    None
):
    url, transport = settings.CELERY_BROKER_URL, settings.CELERY_BROKER_TRANSPORT
    with Connection(url, transport=transport) as connection:
        assert ConnectionLost in connection.connection_errors  # what a worker survives
        channel: Any = connection.channel()
        queue = Queue("broker_that_goes", durable=False)(channel)
        queue.declare()
        channel.basic_publish(channel.prepare_message("bell"), "", queue.name)
        message = queue.get(no_ack=False)
        assert message is not None
        # What a worker does that lost Redis, before it connects again.
        channel._disconnect_pools()
        connection.transport.client = None
        try:
            with pytest.raises(ConnectionLost):
                message.ack()
        finally:
            connection.transport.client = connection
            queue.delete()


def test_the_worker_uses_it() -> None:
    with app.connection_for_read() as connection:
        assert type(connection.transport).__module__ == "config.broker"
