"""Policies: put in force at once or on a day, retired. Never edited once they left the draft.

Drafts are written in remedies.services.drafts. Whoever changes a policy holds all its versions.
"""

import datetime as dt
import re

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext, gettext_noop

from remedies.active import compiled
from remedies.errors import DraftStale, PolicyInvalid, Problem
from remedies.models import PolicyAct, RemedyPolicy
from remedies.rules.language.cases import check_cases
from remedies.rules.language.source import plain, read_source
from remedies.rules.states import PolicyDeed, PolicyStatus
from remedies.searched import flaws_of
from tickets.errors import Conflict, Invalid, NotFound
from tickets.models import User

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")


def save_draft(source: str, *, by: User | None, now: dt.datetime) -> RemedyPolicy:
    """Write a policy, as its next version or over the draft there is. Its key is in the text.

    For commands and programs, which see no draft before: people edit by
    `remedies.services.drafts.write_draft`. Raises `PolicyInvalid` with every problem and its line,
    `Invalid` for a key that can't stand in an address.
    """
    policy = compiled(source)
    check_key(policy.name)
    with transaction.atomic():
        versions = RemedyPolicy.objects.select_for_update().filter(key=policy.name)
        row = versions.filter(status=PolicyStatus.DRAFT.value).first()
        deed = PolicyDeed.SAVED
        if row is None:
            deed = PolicyDeed.BEGUN
            row = RemedyPolicy(key=policy.name, version=next_version(policy.name), created_at=now)
            row.created_by, row.revision = by, 0
        fill(row, source)
        stamp(row, by=by, now=now)
        row.save()
        record(row, deed, by=by, now=now)
    return row


def check_key(key: str) -> str:
    """The key of a policy, if it can stand in an address. Raises `Invalid`."""
    if not _KEY.fullmatch(key):
        raise Invalid(
            "A policy's key is one word of letters, digits, - and _, up to 60 of them.",
            field="policy",
        )
    return key


def next_version(key: str) -> int:
    """The number after the last; one that was discarded is used again by nobody."""
    last = RemedyPolicy.objects.filter(key=key).aggregate(Max("version"))["version__max"] or 0
    told = PolicyAct.objects.filter(key=key).aggregate(Max("version"))["version__max"] or 0
    return max(last, told) + 1


def fill(row: RemedyPolicy, source: str) -> None:
    """Set the text of a draft and what is read from it. Raises `PolicyInvalid`."""
    policy = compiled(source)
    row.title, row.source = policy.title[:160], source
    row.categories = list(policy.categories)
    row.data = plain(read_source(source).data)


def stamp(row: RemedyPolicy, *, by: User | None, now: dt.datetime) -> None:
    """One more saving, by whom and when."""
    row.revision += 1
    row.saved_at, row.saved_by = now, by


def record(
    row: RemedyPolicy, deed: PolicyDeed, *, by: User | None, now: dt.datetime, words: str = ""
) -> None:
    """Note in the policy's history what was done."""
    PolicyAct.objects.create(
        key=row.key,
        version=row.version,
        deed=deed.value,
        at=now,
        by=by,
        by_name=(by.name or by.email) if by is not None else "",
        words=words[:300],
    )


def hold(
    policy: RemedyPolicy, *statuses: PolicyStatus, refused: str, seen: int | None = None
) -> tuple[RemedyPolicy, list[RemedyPolicy]]:
    """The version and all of its policy, locked; in a transaction.

    Raises `NotFound` where it was discarded, `Conflict` (`refused`) where it is in another status,
    `DraftStale` where it was saved since the saving that was `seen`.
    """
    rows = RemedyPolicy.objects.select_for_update(of=("self",)).select_related("saved_by")
    versions = list(rows.filter(key=policy.key))
    row = next((found for found in versions if found.pk == policy.pk), None)
    if row is None:
        raise NotFound(field="policy")
    if row.status not in statuses:
        raise Conflict(refused, field="status")
    if seen is not None and seen != row.revision:
        who = row.saved_by.name if row.saved_by is not None else gettext("Somebody")
        raise DraftStale(who=who, seen=seen, current=row.revision, field="source")
    return row, versions


def activate(
    policy: RemedyPolicy, *, by: User | None, now: dt.datetime, seen: int | None = None
) -> RemedyPolicy:
    """Put a draft in force at once; the version before it is retired.

    `seen` is the saving that the one who asks has seen. Raises `Conflict` where it is no draft,
    `PolicyInvalid` where one of its cases fails or a mistake is found in it, such as more pain that
    yields less, `DraftStale`.
    """
    flaws_of(policy.source)  # before the lock, for it takes a while; kept
    with transaction.atomic():
        row, versions = hold(policy, PolicyStatus.DRAFT, refused=_ONLY_DRAFT, seen=seen)
        refuse_wrong(row.source)
        _enforce(row, versions, at=now, by=by, now=now)
        row.activated_by = by
        row.save(update_fields=["status", "active_from", "activated_by"])
    return row


_ONLY_DRAFT = gettext_noop("Only a draft can be put in force.")


def schedule(
    policy: RemedyPolicy,
    *,
    at: dt.datetime,
    by: User | None,
    now: dt.datetime,
    seen: int | None = None,
) -> RemedyPolicy:
    """Have a draft put in force at a moment to come; from now on it is not edited.

    Raises `Invalid` for a moment that is past, and what `activate` raises; `Conflict` too where
    another version waits for its day.
    """
    if at <= now:
        raise Invalid(
            "This moment is past. Choose one to come, or put it in force now.", field="at"
        )
    flaws_of(policy.source)  # before the lock, as above
    with transaction.atomic():
        row, versions = hold(policy, PolicyStatus.DRAFT, refused=_ONLY_DRAFT, seen=seen)
        waits = next((v for v in versions if v.status == PolicyStatus.SCHEDULED), None)
        if waits is not None:
            raise Conflict(
                "Version {version} waits for its day already.",
                version=waits.version,
                field="status",
            )
        refuse_wrong(row.source)
        row.status, row.active_from, row.activated_by = PolicyStatus.SCHEDULED.value, at, by
        row.save(update_fields=["status", "active_from", "activated_by"])
        record(row, PolicyDeed.SCHEDULED, by=by, now=now, words=at.isoformat(timespec="minutes"))
    return row


def unschedule(policy: RemedyPolicy, *, by: User | None, now: dt.datetime) -> RemedyPolicy:
    """Make a version that waits for its day a draft again.

    Raises `Conflict` where it does not wait, or where there is another draft by now.
    """
    with transaction.atomic():
        row, versions = hold(
            policy, PolicyStatus.SCHEDULED, refused=gettext_noop("It does not wait for a day.")
        )
        draft = next((v for v in versions if v.status == PolicyStatus.DRAFT), None)
        if draft is not None:
            raise Conflict(
                "Version {version} is a draft already: discard it, or wait.", version=draft.version
            )
        row.status, row.active_from, row.activated_by = PolicyStatus.DRAFT.value, None, None
        row.save(update_fields=["status", "active_from", "activated_by"])
        record(row, PolicyDeed.UNSCHEDULED, by=by, now=now)
    return row


def activate_next(*, now: dt.datetime) -> bool:
    """Put one version in force whose day has come. Whether there was one."""
    due = RemedyPolicy.objects.filter(status=PolicyStatus.SCHEDULED.value, active_from__lte=now)
    found = due.order_by("active_from", "pk").first()
    if found is None:
        return False
    with transaction.atomic():
        try:
            row, versions = hold(
                found, PolicyStatus.SCHEDULED, refused=gettext_noop("Another process did it.")
            )
        except (Conflict, NotFound):
            return True
        _enforce(row, versions, at=row.active_from or now, by=None, now=now)
        row.save(update_fields=["status"])
    return True


def _enforce(
    row: RemedyPolicy,
    versions: list[RemedyPolicy],
    *,
    at: dt.datetime,
    by: User | None,
    now: dt.datetime,
) -> None:
    """Retire what is in force, and make `row` what is, from `at` on; saving it is the caller's."""
    for other in versions:
        if other.status == PolicyStatus.ACTIVE:
            _retire(other, by=by, now=now, words=f"version {row.version} took its place")
    row.status, row.active_from = PolicyStatus.ACTIVE.value, at
    record(row, PolicyDeed.ACTIVATED, by=by, now=now)


def refuse_wrong(source: str) -> None:
    """Raises `PolicyInvalid` with every case that fails and every mistake that is found."""
    failed = check_cases(compiled(source))
    problems = [Problem(f"Case “{name}”: {'; '.join(wrong)}.") for name, wrong in failed.items()]
    problems += [flaw.problem for flaw in flaws_of(source) if flaw.is_wrong]
    if problems:
        raise PolicyInvalid(*problems)


def retire(policy: RemedyPolicy, *, now: dt.datetime, by: User | None = None) -> RemedyPolicy:
    """Take a policy out of force without another in its place. Offers that it made stand."""
    with transaction.atomic():
        refused = gettext_noop("Only a policy in force can be retired.")
        row, _ = hold(policy, PolicyStatus.ACTIVE, refused=refused)
        _retire(row, by=by, now=now)
    return row


def _retire(row: RemedyPolicy, *, by: User | None, now: dt.datetime, words: str = "") -> None:
    row.status, row.retired_at = PolicyStatus.RETIRED.value, now
    row.save(update_fields=["status", "retired_at"])
    record(row, PolicyDeed.RETIRED, by=by, now=now, words=words)
