"""A deadline policy in use is never edited: a change is a new version beside the old one."""

import datetime as dt

from django.db import transaction
from django.db.models import Max

from escalation.models import DeadlinePolicy
from tickets.models import User

#: Columns that say what is promised; the others may change on the version that stands.
MEANING = frozenset({"data", "name", "key"})


@transaction.atomic
def publish(
    policy: DeadlinePolicy, *, changed: set[str], by: User | None, now: dt.datetime
) -> DeadlinePolicy:
    """Save a policy that was made or edited: as a new version where its meaning changed.

    The version before stays, no longer active, because deadlines were made by it.
    """
    known = DeadlinePolicy.objects.filter(pk=policy.pk).exists()
    if not known or changed & MEANING:
        DeadlinePolicy.objects.filter(key=policy.key, active=True).update(active=False)
        newest = DeadlinePolicy.objects.filter(key=policy.key).aggregate(Max("version"))
        policy = DeadlinePolicy(
            key=policy.key,
            version=(newest["version__max"] or 0) + 1,
            name=policy.name,
            order=policy.order,
            data=policy.data,
            note=policy.note,
            created_at=now,
            created_by=by,
        )
    policy.save()
    return policy
