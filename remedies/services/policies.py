"""Policies: written in draft, put in force, retired. Never edited once in force."""

import datetime as dt

from django.db import transaction
from django.db.models import Max

from remedies.active import compiled, flaws_of
from remedies.errors import PolicyInvalid, Problem
from remedies.models import RemedyPolicy
from remedies.rules.cases import check_cases
from remedies.rules.source import plain, read_source
from remedies.rules.states import PolicyStatus
from tickets.errors import Conflict
from tickets.models import User


def save_draft(source: str, *, by: User | None, now: dt.datetime) -> RemedyPolicy:
    """Write a policy, as its next version or over the draft there is. Its key is in the text.

    Raises `PolicyInvalid` with every problem and its line.
    """
    policy = compiled(source)
    with transaction.atomic():
        versions = RemedyPolicy.objects.select_for_update().filter(key=policy.name)
        row = versions.filter(status=PolicyStatus.DRAFT.value).first()
        if row is None:
            last = versions.aggregate(Max("version"))["version__max"] if versions else 0
            row = RemedyPolicy(key=policy.name, version=(last or 0) + 1, created_at=now)
            row.created_by = by
        row.title, row.source = policy.title, source
        row.categories = list(policy.categories)
        row.data = plain(read_source(source).data)
        row.save()
    return row


def activate(policy: RemedyPolicy, *, by: User | None, now: dt.datetime) -> RemedyPolicy:
    """Put a draft in force at once; the version before it is retired.

    Raises `Conflict` where it is no draft, `PolicyInvalid` where one of its cases fails or a
    mistake is found in it, such as more pain that yields less.
    """
    flaws_of(policy.source)  # before the lock, for it takes a while; kept
    with transaction.atomic():
        versions = RemedyPolicy.objects.select_for_update().filter(key=policy.key)
        row = next((found for found in versions if found.pk == policy.pk), None)
        if row is None or row.status != PolicyStatus.DRAFT:
            raise Conflict("Only a draft can be put in force.", field="status")
        _refuse_wrong(row.source)
        for other in versions:
            if other.status == PolicyStatus.ACTIVE:
                _retire(other, now=now)
        row.status, row.active_from, row.activated_by = PolicyStatus.ACTIVE.value, now, by
        row.save(update_fields=["status", "active_from", "activated_by"])
    return row


def _refuse_wrong(source: str) -> None:
    """Raises `PolicyInvalid` with every case that fails and every mistake that is found."""
    failed = check_cases(compiled(source))
    problems = [Problem(f"Case “{name}”: {'; '.join(wrong)}.") for name, wrong in failed.items()]
    problems += [flaw.problem for flaw in flaws_of(source) if flaw.is_wrong]
    if problems:
        raise PolicyInvalid(*problems)


def retire(policy: RemedyPolicy, *, now: dt.datetime) -> None:
    """Take a policy out of force without another in its place. Offers that it made stand."""
    with transaction.atomic():
        row = RemedyPolicy.objects.select_for_update().get(pk=policy.pk)
        if row.status != PolicyStatus.ACTIVE:
            raise Conflict("Only a policy in force can be retired.", field="status")
        _retire(row, now=now)


def _retire(row: RemedyPolicy, *, now: dt.datetime) -> None:
    row.status, row.retired_at = PolicyStatus.RETIRED.value, now
    row.save(update_fields=["status", "retired_at"])
