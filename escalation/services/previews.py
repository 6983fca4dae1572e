"""What a draft of a policy or calendar would move now, seen before it is saved; and what a change
that was saved did move. Both are reckonings (escalation.services.rederiving)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from escalation.models import Rederivation
from escalation.services import rederiving
from escalation.services.rederiving import Progress
from tickets.access import Principal, visible_tickets
from tickets.errors import Conflict, Invalid, NotAllowed, NotFound
from tickets.money import said_count
from tickets.numbers import id_in

#: Previews that may be under way at once: each looks at every open ticket.
AT_ONCE = 3
#: One that nobody worked on for so long is no reason to refuse another.
FORGOTTEN = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Found:
    """A reckoning, how far it is, and its examples as far as the reader may see them."""

    job: Rederivation
    progress: Progress

    @property
    def words(self) -> str:
        """ "412 deadlines move, 3 would be missed at once"; of what was looked at, where it was
        cancelled."""
        said = self.progress.words(preview=self.job.preview)
        if not self.job.is_cancelled:
            return said
        return _("%(found)s, of the first %(some)s of %(all)s tickets") % {
            "found": said,
            "some": said_count(self.progress.tickets),
            "all": said_count(self.job.tickets),
        }

    @property
    def state(self) -> str:
        """ "under_way", "done" or "cancelled"."""
        if self.job.is_cancelled:
            return "cancelled"
        return "done" if self.progress.finished else "under_way"

    @property
    def percent(self) -> int:
        """How far it is, or was when it was cancelled: then never 100."""
        if not self.job.is_cancelled:
            return self.progress.percent
        whole = max(self.job.tickets, 1)
        return min(100 * self.progress.tickets // whole, 99)


def check_may_preview(who: Principal) -> None:
    """Those who set the desk up: managers and administrators; clients with `config:read` that are
    not limited to some teams.

    Raises `NotAllowed`.
    """
    if who.user is not None:
        if who.user.is_staff:
            return
    elif "config:read" in (who.scopes or ()) and who.teams is None:
        return
    raise NotAllowed(who=_("A manager"))


def begin(draft: Mapping[str, Any], *, who: Principal, now: dt.datetime) -> Rederivation:
    """Begin a preview of a draft (see escalation.services.drafting); it changes nothing.

    Raises `NotAllowed`, `PolicyInvalid` with the place of a mistake, `Invalid` for an empty draft,
    `Conflict` where too many are under way.
    """
    check_may_preview(who)
    names = [str(item["key"]) for item in (*draft.get("policies", ()), *draft.get("calendars", ()))]
    if not names:
        raise Invalid("Send a draft of a policy or a calendar.", field="policies")
    under_way = Rederivation.objects.filter(
        preview=True, finished_at__isnull=True, created_at__gt=now - FORGOTTEN
    )
    if under_way.count() >= AT_ONCE:
        raise Conflict("{count} previews are under way. Wait until one is done.", count=AT_ONCE)
    return rederiving.start(f"Draft of {', '.join(names)}", now=now, by=who.user, draft=draft)


def visible(who: Principal) -> QuerySet[Rederivation]:
    """Every preview and every reckoning. Raises `NotAllowed`."""
    check_may_preview(who)
    return Rederivation.objects.select_related("created_by")


def access(who: Principal, key: int) -> Rederivation:
    """One of them. Raises `NotFound`, `NotAllowed`."""
    job = visible(who).filter(pk=key).first()
    if job is None:
        raise NotFound(field="reckoning")
    return job


def cancel(job: Rederivation, *, who: Principal, now: dt.datetime) -> Rederivation:
    """Stop a preview: what is found so far stays, what nobody has begun is not looked at any more.

    A part that a worker has in hand ends, and still counts. One that is over stays as it is. Raises
    `NotAllowed`, and `Conflict` for a reckoning in earnest: what is set up is in force already.
    """
    check_may_preview(who)
    if not job.preview:
        raise Conflict("This change is in force. It is worked out to its end.")
    with transaction.atomic():
        held = Rederivation.objects.select_for_update().get(pk=job.pk)
        if held.finished_at is not None:
            return held
        waiting = held.parts.filter(done_at__isnull=True).select_for_update(skip_locked=True)
        keys = list(waiting.values_list("pk", flat=True))
        if not keys and not held.parts.filter(done_at__isnull=True).exists():
            return held
        held.parts.filter(pk__in=keys).delete()
        held.finished_at = now
        name = who.user.name if who.user is not None else who.client
        held.cancelled_by = (name or "an integration")[:160]
        held.save(update_fields=["finished_at", "cancelled_by"])
    return held


def look(job: Rederivation, *, who: Principal) -> Found:
    """How far it is and what it found; tickets that `who` may not see are counted, not named."""
    progress = rederiving.progress(job)
    keys = {id_in(one["ticket"]): one for one in progress.examples}
    seen = set(visible_tickets(who).filter(pk__in=keys).values_list("pk", flat=True))
    examples = tuple(one for one in progress.examples if id_in(one["ticket"]) in seen)
    return Found(job, replace(progress, examples=examples))
