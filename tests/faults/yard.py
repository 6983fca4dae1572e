"""`python -m tests.faults.yard prepare N|wanted FILE|left|check FILE`, on the servers of the
environment: what a test needs of a database that comes and goes, in a process of its own."""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

import django
from django.utils import timezone


def main(verb: str, argument: str = "") -> None:
    """Do what is asked, and print what is to be known."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from escalation.models import Deadline
    from tests.faults import victims
    from tickets.models import Alert, Outbox

    if verb == "prepare":
        neglect(int(argument))
    elif verb == "wanted":
        now = timezone.now()
        Path(argument).write_bytes(pickle.dumps((now, victims.undisturbed(now=now))))
    elif verb == "left":
        now = timezone.now()
        sys.stdout.write(str(Deadline.objects.due(now).count() + victims.untold(now=now)))
    elif verb == "check":
        now, wanted = pickle.loads(Path(argument).read_bytes())  # noqa: S301 - our own
        victims.check(wanted, now=now)
        mails = Outbox.objects.filter(kind="mail", key__regex="^(alert|digest):")
        assert mails.count() == mails.values("key").distinct().count()
        assert mails.exists() == Alert.objects.filter(mailed_at__isnull=False).exists()
    else:
        raise SystemExit(__doc__)


def neglect(count: int) -> None:
    """A desk with its default deadlines, and complaints of three weeks ago."""
    import datetime as dt

    from escalation.services.defaults import ensure_defaults
    from tests.builders import make_customer, make_desk, make_ticket

    desk = make_desk()
    now = timezone.now()
    ensure_defaults(now=now)
    received = now - dt.timedelta(days=21)
    customer = make_customer()
    for _ in range(count):
        make_ticket(desk, now=now, received_at=received, customer=customer)


if __name__ == "__main__":
    main(*sys.argv[1:])
