"""Celery, and the whole beat schedule. It is reviewed like code: no schedule row in a database.

Everything due lies in the database. A task here is a doorbell: ringing it
twice doubles nothing, losing it costs one interval.
"""

import os
import time
from typing import Any

import structlog
from celery import Celery, Task
from celery.result import AsyncResult
from celery.schedules import crontab
from celery.signals import setup_logging
from django.conf import settings
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

log = structlog.get_logger(__name__)

# After a failed publish the broker is left alone for this many seconds.
REST_AFTER_FAILURE = 2.0


class Doorbell(Task):
    """A task whose caller does not mind whether the broker is there."""

    abstract = True
    _resting_until = 0.0  # monotonic seconds; each process learns it for itself

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """Publish, or log and go on: what is due is in the database and beat rings again."""
        if self.app.conf.task_always_eager:
            return super().apply_async(*args, **kwargs)
        if time.monotonic() >= Doorbell._resting_until:
            try:
                return super().apply_async(*args, **kwargs)
            except (OperationalError, OSError) as error:
                Doorbell._resting_until = time.monotonic() + REST_AFTER_FAILURE
                log.warning("broker_unreachable", task=self.name, error=str(error))
        return AsyncResult(kwargs.get("task_id") or "unsent", app=self.app)


app = Celery("amends", task_cls=Doorbell)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """Celery finds logging set up by Django and leaves it."""


def every(seconds: float, task: str) -> dict[str, Any]:
    """A tick: worthless once the next one is due, so a backlog does not pile up."""
    return {
        "task": task,
        "schedule": seconds,
        "options": {"expires": max(seconds * 0.9, 0.5)},
    }


BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep deadlines": every(settings.TICK_SECONDS, "escalation.tasks.sweep"),
    "work on new reckonings": every(15, "escalation.tasks.rederive_open"),
    "index for search": every(settings.TICK_SECONDS, "tickets.tasks.index_for_search"),
    "send mails of the day": every(60, "tickets.tasks.send_daily_mails"),
    "deliver the outbox": every(settings.TICK_SECONDS, "integrations.tasks.deliver_outbox"),
    "fetch mail": every(60, "integrations.tasks.fetch_mail"),
    "send surveys": every(60, "feedback.tasks.send_due_surveys"),
    "count for insight": every(max(settings.TICK_SECONDS, 2), "feedback.tasks.follow_for_insight"),
    "expire offers": every(300, "remedies.tasks.expire_offers"),
    "note late remedies": every(300, "remedies.tasks.note_late_remedies"),
    "put policies in force": every(60, "remedies.tasks.activate_policies"),
    "work on backtests": every(15, "remedies.tasks.run_backtests"),
    "forget old trials of drafts": {
        "task": "escalation.tasks.forget_trials",
        "schedule": crontab(hour="3", minute="27"),
        "options": {"expires": 3600},
    },
    "compare payouts with the other side": {
        "task": "remedies.tasks.reconcile_payouts",
        "schedule": crontab(hour="2", minute="41"),
        "options": {"expires": 3600},
    },
    "look where exceptions are the rule": {
        "task": "remedies.tasks.look_for_patterns",
        "schedule": crontab(hour="2", minute="47"),
        "options": {"expires": 3600},
    },
    "forget old backtests": {
        "task": "remedies.tasks.forget_backtests",
        "schedule": crontab(hour="3", minute="37"),
        "options": {"expires": 3600},
    },
    "forget old tokens and sessions": {
        "task": "config.tasks.forget_expired",
        "schedule": crontab(hour="3", minute="17"),
        "options": {"expires": 3600},
    },
}
app.conf.beat_schedule = BEAT_SCHEDULE
app.conf.beat_schedule_filename = settings.BEAT_SCHEDULE_FILE
app.conf.beat_max_loop_interval = max(settings.TICK_SECONDS / 2, 0.1)
