"""Drafts of policies, as people write them: begun, saved over and over, discarded.

A draft may have mistakes; they keep it from being put in force, not from being saved.
"""

import datetime as dt
import re
from pathlib import Path

from django.db import IntegrityError, transaction

from remedies.errors import PolicyInvalid
from remedies.models import RemedyPolicy
from remedies.rules.language.source import MOST_CHARACTERS, read_source
from remedies.rules.states import PolicyDeed, PolicyStatus
from remedies.services.policies import check_key, fill, hold, next_version, record, stamp
from tickets.errors import Conflict, Invalid, NotFound
from tickets.models import User

PACKS = Path(__file__).parents[1] / "packs"
_ONLY_DRAFT = "Only a draft is edited. Begin a new one from this version."

BLANK = """\
policy: {key}
title: {title}
currency: {currency}

facts:
  pain: {{type: number, title: pain, at_least: 1, at_most: 5}}
  outcome:
    type: choice
    title: finding
    choices: [undecided, upheld, partly_upheld, not_upheld, withdrawn, out_of_scope]
    default: undecided

rules:
  # Apology and putting right
  - rule: G-1
    title: Apology
    gives: apology
    when: {{fact: outcome, one_of: [undecided, upheld, partly_upheld]}}
    says: We were wrong, and we are sorry.

cases:
  - case: an apology is always due
    facts: {{pain: 1}}
    expect: {{rules: [G-1]}}
"""


def blank_policy(key: str, *, title: str, currency: str) -> str:
    """The text of a policy to begin with: an apology, and a case. Raises `Invalid`."""
    check_key(key)
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise Invalid("A currency is three capital letters, such as GBP.", field="currency")
    quoted = '"' + " ".join(title.split()).replace("\\", "").replace('"', "'") + '"'
    return BLANK.format(key=key, title=quoted, currency=currency)


def packs() -> list[str]:
    """The names of the policies that come with the desk."""
    return sorted(path.stem for path in PACKS.glob("*.yaml"))


def pack_policy(name: str) -> str:
    """The text of a policy that comes with the desk. Raises `NotFound`."""
    if name not in packs():
        raise NotFound(field="pack")
    return (PACKS / f"{name}.yaml").read_text(encoding="utf-8")


def begin_draft(
    source: str, *, by: User | None, now: dt.datetime, based_on: RemedyPolicy | None = None
) -> RemedyPolicy:
    """A new draft with this text: the next version of the policy whose key it has, or its first.

    Raises `Conflict` where there is a draft of it already, `Invalid` for a text without a key.
    """
    key = key_in(source, based_on.key if based_on is not None else "")
    with transaction.atomic():
        versions = RemedyPolicy.objects.select_for_update().filter(key=key)
        if any(row.status == PolicyStatus.DRAFT for row in versions):
            raise Conflict(
                "There is a draft of {key} already. Go on there, or discard it.", key=key
            )
        row = RemedyPolicy(key=key, version=next_version(key), created_at=now, created_by=by)
        row.based_on = based_on.version if based_on is not None else None
        row.title, row.revision = (based_on.title if based_on is not None else key), 0
        _write(row, source)
        stamp(row, by=by, now=now)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise Conflict(
                "Somebody else began a draft of {key} in this moment.", key=key
            ) from None
        words = f"from version {row.based_on}" if row.based_on else ""
        record(row, PolicyDeed.BEGUN, by=by, now=now, words=words)
    return row


def key_in(source: str, otherwise: str = "") -> str:
    """The key that a policy's text gives itself. Raises `Invalid` where it has none."""
    try:
        data = read_source(source).data
    except PolicyInvalid:
        data = None
    named = data.get("policy") if isinstance(data, dict) else None
    return check_key(named if isinstance(named, str) else otherwise)


def write_draft(
    policy: RemedyPolicy, source: str, *, by: User | None, now: dt.datetime, seen: int | None
) -> RemedyPolicy:
    """Save the text of a draft, mistakes and all.

    `seen` is the saving that it was made from. Raises `DraftStale` where somebody saved since,
    `Conflict` where it is no draft any more, `Invalid` for a text that can't be stored or that
    calls itself another policy.
    """
    with transaction.atomic():
        row, _ = hold(policy, PolicyStatus.DRAFT, refused=_ONLY_DRAFT, seen=seen)
        if source == row.source:
            return row
        if (named := key_in(source, row.key)) != row.key:
            raise Invalid(
                "This is a draft of {key}, and the text says {named}.",
                key=row.key,
                named=named,
                field="source",
            )
        _write(row, source)
        stamp(row, by=by, now=now)
        row.save()
        record(row, PolicyDeed.SAVED, by=by, now=now)
    return row


def _write(row: RemedyPolicy, source: str) -> None:
    """The text, and what can be read from it. Raises `Invalid` for what can't be stored."""
    if len(source) > MOST_CHARACTERS:
        raise Invalid("The policy is too large.", field="source")
    if "\x00" in source or any("\ud800" <= char <= "\udfff" for char in source):
        raise Invalid("The text has characters that can't be stored.", field="source")
    row.source = source
    try:
        fill(row, source)
    except PolicyInvalid:
        return  # title, categories and data stay those of the last text without a mistake


def discard_draft(
    policy: RemedyPolicy, *, by: User | None, now: dt.datetime, seen: int | None = None
) -> None:
    """Throw a draft away; the history keeps that there was one, and each saving of its text.

    Raises `Conflict` where it is no draft, `DraftStale`.
    """
    with transaction.atomic():
        row, _ = hold(
            policy, PolicyStatus.DRAFT, refused="Only a draft can be discarded.", seen=seen
        )
        record(row, PolicyDeed.DISCARDED, by=by, now=now)
        row.delete()
