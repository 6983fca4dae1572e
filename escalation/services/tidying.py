"""What was looked at and is not looked at any more: results of trials and previews, after a while.

They say what would have been, and are no record of what was: nothing that happened is forgotten.
"""

import datetime as dt

from escalation.models import Rederivation, Simulation

#: So long after somebody last worked on it a result is kept.
KEPT = dt.timedelta(days=30)
BATCH = 500


def forget_trials(*, now: dt.datetime, kept: dt.timedelta = KEPT) -> tuple[int, int]:
    """Delete trials of drafts that ended before that, or that nobody has carried on since, and
    previews of as long ago. Reckonings in earnest stay. Returns how many of each."""
    before = now - kept
    trials = Simulation.objects.filter(touched_at__lt=before)
    previews = Rederivation.objects.filter(preview=True, created_at__lt=before)
    return _delete(Simulation, trials), _delete(Rederivation, previews)


def _delete(model: type[Simulation] | type[Rederivation], rows: object) -> int:
    """Some at a time, so that no transaction holds long; the oldest first."""
    count = 0
    while keys := list(rows.order_by("id").values_list("pk", flat=True)[:BATCH]):  # type: ignore[attr-defined]
        model.objects.filter(pk__in=keys).delete()
        count += len(keys)
    return count
