"""Voucher codes: made or imported, and each given once, whoever asks at the same time."""

import datetime as dt
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from remedies.models import CodeSource, PoolDeed, Remedy, VoucherCode, VoucherPool
from remedies.services.pool_history import entry
from tickets.actors import Actor
from tickets.change import Change
from tickets.errors import Conflict, Invalid
from tickets.models import User
from tickets.money import decimals_of
from tickets.saying import Phrase
from tickets.services.texts import needed

#: Crockford's letters: none that is misread for another. 16 of them are 80 bits.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH, GROUP = 16, 4
_CODE = re.compile(r"[!-~]{4,80}")
MOST_AT_ONCE = 50_000
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


@dataclass(frozen=True, slots=True)
class Imported:
    """How many codes were new, and how many were there before (in this list or in the desk)."""

    added: int
    known: int


def new_code() -> str:
    """A code that nobody can guess: "7F3K-9QX2-…", 80 bits of the system's own randomness."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return "-".join(letters[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def make_pool(
    *,
    key: str,
    title: str,
    form: str,
    currency: str,
    source: CodeSource | str,
    amount: int | None,
    by: User | None,
    now: dt.datetime,
    low: int = 20,
    valid_days: int | None = None,
) -> VoucherPool:
    """A pool of codes for the form that policies call `form`. Raises `Invalid`, `Conflict` where
    another one pays the same."""
    if not _KEY.fullmatch(key):
        raise Invalid("A key has small letters, digits, - and _.", field="key")
    decimals_of(currency)
    if source not in set(CodeSource):
        raise Invalid("Codes are imported or generated.", field="source")
    if (source == CodeSource.IMPORTED) != (amount is not None):
        said = (
            gettext_noop("Say what an imported code is worth.")
            if amount is None
            else gettext_noop("Generated codes are worth what was granted: leave the sum out.")
        )
        raise Invalid(said, field="amount")
    if amount is not None and not 0 < amount <= 10**12:
        raise Invalid("A code is worth more than nothing.", field="amount")
    if not 0 <= low <= 10**6 or (valid_days is not None and not 0 < valid_days <= 36_500):
        raise Invalid(
            "This is out of bounds.", field="low" if not 0 <= low <= 10**6 else "valid_days"
        )
    pool = VoucherPool(
        key=key,
        title=needed(title, what=_("a title"), field="title", limit=160),
        form=needed(form, what=_("a form"), field="form", limit=60),
        currency=currency,
        amount=amount,
        source=CodeSource(source).value,
        low=low,
        valid_days=valid_days,
        created_at=now,
        created_by=by,
    )
    same = VoucherPool.objects.filter(
        Q(key=key) | Q(form=pool.form, currency=currency, amount=amount, active=True)
    )
    with transaction.atomic():
        if (other := same.first()) is not None:
            raise Conflict(
                "{title} has this key, or pays the same.", title=other.title, field="key"
            )
        pool.save()
        actor = Actor.of_user(by) if by is not None else None
        entry(pool, PoolDeed.MADE, actor=actor, now=now).save()
    return pool


def import_codes(
    pool: VoucherPool, codes: Iterable[str], *, actor: Actor, now: dt.datetime
) -> Imported:
    """Add codes to a pool. One that is known already, wherever, is left out: no code stands twice.
    Two who load one pool take turns at its row, so that each is told of his own.

    Raises `Invalid` for a pool that makes its own, and naming the place of what is no code.
    """
    if pool.source != CodeSource.IMPORTED:
        raise Invalid("This pool makes its own codes.", field="codes")
    given = [code.strip() for code in codes]
    given = [code for code in given if code]
    if not given:
        raise Invalid("Name at least one code.", field="codes")
    if len(given) > MOST_AT_ONCE:
        raise Invalid("At most {most} codes at once.", most=f"{MOST_AT_ONCE:,}", field="codes")
    for place, code in enumerate(given):
        if not _CODE.fullmatch(code):
            raise Invalid(
                "A code has 4 to 80 letters, digits and signs, without blanks.",
                field=f"codes.{place}",
            )
    fresh = [VoucherCode(pool=pool, code=code, added_at=now) for code in dict.fromkeys(given)]
    with transaction.atomic():
        VoucherPool.objects.select_for_update(no_key=True).get(pk=pool.pk)
        before = VoucherCode.objects.filter(pool=pool).count()
        VoucherCode.objects.bulk_create(fresh, batch_size=5000, ignore_conflicts=True)
        added = VoucherCode.objects.filter(pool=pool).count() - before
        known = len(given) - added
        entry(pool, PoolDeed.LOADED, actor=actor, now=now, count=added, known=known).save()
    return Imported(added, known)


def take_code(change: Change, remedy: Remedy, pool: VoucherPool) -> VoucherCode | None:
    """Give `remedy` the next code of a pool; None where none is left.

    The row of the code is locked and skipped by others, so that two who ask at once get two codes.
    """
    now = change.now
    expires = None if pool.valid_days is None else now.date() + dt.timedelta(pool.valid_days)
    if pool.source == CodeSource.GENERATED:
        made = change.add(
            VoucherCode(
                pool=pool, code=new_code(), added_at=now, remedy=remedy, given_at=now,
                expires_on=expires,
            )
        )  # fmt: skip
        change.add(entry(pool, PoolDeed.ISSUED, actor=change.actor, now=now, code=made))
        return made
    free = VoucherCode.objects.select_for_update(skip_locked=True)
    code = free.filter(pool=pool, remedy__isnull=True).order_by("id").first()
    if code is not None:
        code.remedy, code.given_at, code.expires_on = remedy, now, expires
        change.save(code, "remedy", "given_at", "expires_on")
        change.add(entry(pool, PoolDeed.ISSUED, actor=change.actor, now=now, code=code))
    _say_if_low(change, pool)
    return code


def _say_if_low(change: Change, pool: VoucherPool) -> None:
    """Tell the lead of the team, once a day, that a pool runs low."""
    left = VoucherCode.objects.filter(pool=pool, remedy__isnull=True)[: pool.low + 1].count()
    lead = change.ticket.team.lead
    if left > pool.low or lead is None:
        return
    said = Phrase("{left} codes left in {title}", left=left, title=pool.title)
    if left < 2:
        few = Phrase("1 code left in {title}", title=pool.title)
        said = few if left else Phrase("no code left in {title}", title=pool.title)
    change.alert(
        lead,
        key=f"low:{pool.pk}:{change.now.date()}",
        text=said,
        urgent=not left,
    )


def void_code(change: Change, remedy: Remedy) -> None:
    """The code of a remedy that was taken back is worth nothing, and is not given again."""
    found = VoucherCode.objects.select_for_update(of=("self",)).select_related("pool")
    code = found.filter(remedy=remedy, void_at__isnull=True).first()
    if code is None:
        return
    code.void_at = change.now
    change.save(code, "void_at")
    change.add(entry(code.pool, PoolDeed.VOIDED, actor=change.actor, now=change.now, code=code))


def pools_with_counts() -> QuerySet[VoucherPool]:
    """Every pool, with `left` and `given`. One query."""
    return VoucherPool.objects.annotate(
        left=Count("codes", filter=Q(codes__remedy__isnull=True)),
        given=Count("codes", filter=Q(codes__remedy__isnull=False)),
    )
