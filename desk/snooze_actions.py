"""Putting a ticket aside from its page, and bringing it back."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _l

from desk.actions import OPEN, Action, Doing, register
from desk.build.snoozing import clock_lines, preset_views, until_words
from desk.forms.snooze import SnoozeForm
from desk.forms.ticket import NoFields
from desk.said import Said
from escalation.models import Deadline
from tickets import services
from tickets.services import together


def _moments(do: Doing) -> dict[str, Any]:
    rows = list(Deadline.objects.open().filter(ticket=do.ticket))
    return {
        "presets": preset_views(now=do.now, zone=do.zone, deadlines=rows),
        "lines": clock_lines(rows, now=do.now, zone=do.zone),
    }


def _snooze(do: Doing) -> str:
    until = do.data["until"]
    when = until_words(until, now=do.now, zone=do.zone)
    act = together.remember(
        do.who,
        do.ticket,
        "snooze",
        lambda ticket: services.snooze(
            ticket, until=until, reason=do.data.get("reason") or "", actor=do.actor, now=do.now
        ),
        words=when,
        now=do.now,
        seen=do.seen,
    )
    words = gettext("Put aside %(until)s. No clock pauses.") % {"until": when}
    return Said.of(words, undo=act.pk if act else None)


def _end(do: Doing) -> str:
    services.end_snooze(do.ticket, actor=do.actor, now=do.now, seen=do.seen)
    return gettext("It is back in the queue.")


register(
    Action("snooze", _l("Put aside"), _l("Put aside"), SnoozeForm, _snooze, "alarm-clock",
           extras=_moments, when=OPEN),
    Action("end-snooze", _l("Bring it back"), _l("Bring it back"), NoFields, _end,
           "alarm-clock-off", when=OPEN),
)  # fmt: skip
