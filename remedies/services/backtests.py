"""Backtests: begun, read and stopped by people and clients; `replaying` works on them."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from remedies.access import (
    check_may_see_drafts,
    may_edit_policies,
    may_see_drafts,
    visible_policies,
)
from remedies.active import compiled
from remedies.models import Backtest, BacktestState, RemedyPolicy
from remedies.rules.checks.comparing import Tally
from remedies.rules.checks.tallying import kept, unpacked
from remedies.rules.language.source import MOST_CHARACTERS
from remedies.rules.states import PolicyStatus
from tickets.access import Principal, visible_tickets
from tickets.errors import Conflict, Invalid, NotAllowed, NotFound

#: Backtests that one person or client may have under way.
AT_ONCE = 3
#: Without a sign for so long, something is wrong with the workers, and whoever looks is told.
STALLED = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Text:
    """A policy to be tried, or held against: its text, what it is called, and which one it is."""

    source: str
    name: str
    key: str
    version: int | None = None

    @classmethod
    def of(cls, row: RemedyPolicy) -> "Text":
        """A stored version. Raises `PolicyInvalid` where its text has mistakes."""
        compiled(row.source)
        note = {PolicyStatus.DRAFT.value: ", draft", PolicyStatus.RETIRED.value: ", retired"}
        return cls(row.source, f"{row}{note.get(row.status, '')}", row.key, row.version)

    @classmethod
    def stored(cls, who: Principal, ref: str, *, field: str = "policy") -> "Text":
        """A version by its reference: "general@15", or "general" for the newest.

        Raises `NotFound` where it is not there or not for `who`, `PolicyInvalid`.
        """
        key, _, number = ref.partition("@")
        rows = visible_policies(who).filter(key=key).order_by("-version")
        if number:
            known = number.isascii() and number.isdecimal() and len(number) < 10
            rows = rows.filter(version=int(number)) if known else rows.none()
        row = rows.first()
        if row is None:
            raise NotFound(field=field)
        return cls.of(row)

    @classmethod
    def written(cls, source: str, *, field: str = "source") -> "Text":
        """One that is not stored. Raises `PolicyInvalid`, `Invalid`."""
        if len(source) > MOST_CHARACTERS:
            raise Invalid(
                "A policy has at most {most} characters.", most=f"{MOST_CHARACTERS:,}", field=field
            )
        policy = compiled(source)
        return cls(source, f"{policy.title}, a text of your own"[:200], policy.name)


def may_begin(who: Principal) -> bool:
    """Managers and administrators, and clients that may try texts: it reads what everybody was
    offered, and keeps workers busy."""
    return may_edit_policies(who) or (who.user is None and may_see_drafts(who))


def check_may_begin(who: Principal) -> None:
    """Raises `NotAllowed` unless `who` may begin and stop backtests."""
    if not may_begin(who):
        raise NotAllowed(who=_("A manager"))


def visible_backtests(who: Principal) -> QuerySet[Backtest]:
    """Every backtest, the newest first, for those who may read drafts. Raises `NotAllowed`."""
    check_may_see_drafts(who)
    return Backtest.objects.select_related("created_by").order_by("-id")


def access_backtest(who: Principal, key: int, *, stop: bool = False) -> Backtest:
    """One backtest. Raises `NotFound`; `NotAllowed` where he may not read, or not `stop` it."""
    row = visible_backtests(who).filter(pk=key).first() if key < 2**63 else None
    if row is None:
        raise NotFound(field="backtest")
    if stop:
        check_may_begin(who)
    return row


def begin(
    text: Text,
    *,
    since: dt.datetime,
    until: dt.datetime | None = None,
    beside: Text | None = None,
    who: Principal,
    now: dt.datetime,
) -> Backtest:
    """Have a policy tried on the tickets received from `since`, against what is in force or
    `beside`. The same question that is under way already is not asked twice.

    Raises `NotAllowed`, `Invalid` (a span that is none), `Conflict` (too many at once).
    """
    check_may_begin(who)
    until = min(until or now, now)
    if since >= until:
        raise Invalid("It begins in the past, and before it ends.", field="since")
    in_force = _in_force()
    digest = digest_of(text, beside, in_force)
    mine = Backtest.objects.filter(
        state__in=[BacktestState.WAITING.value, BacktestState.RUNNING.value],
        asked_by=who.actor.name[:200],
    )
    if same := mine.filter(digest=digest, since=since).first():
        return same
    if mine.count() >= AT_ONCE:
        raise Conflict("{count} are under way for you. Stop one, or wait for it.", count=AT_ONCE)
    row = Backtest(
        key=text.key[:60],
        version=text.version,
        name=text.name[:200],
        source=text.source,
        beside_source=beside.source if beside else "",
        beside_name=(beside.name if beside else "what is in force")[:200],
        digest=digest,
        in_force=in_force,
        since=since,
        until=until,
        created_at=now,
        touched_at=now,
        created_by=who.user,
        asked_by=who.actor.name[:200],
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # sent twice at the same instant
        return mine.get(digest=digest, since=since)
    return row


def _in_force() -> list[int]:
    rows = RemedyPolicy.objects.filter(status=PolicyStatus.ACTIVE.value)
    return sorted(rows.values_list("pk", flat=True))


def digest_of(text: Text, beside: Text | None, in_force: list[int]) -> str:
    """Equal for the same texts held against the same."""
    whole = f"{text.source}\0{beside.source if beside else ''}\0{in_force}"
    return hashlib.blake2b(whole.encode(), digest_size=16).hexdigest()


def newest_for(who: Principal, text: Text) -> Backtest | None:
    """The newest of this very text against what is in force now, for who may read it."""
    if not may_see_drafts(who):
        return None
    return visible_backtests(who).filter(digest=digest_of(text, None, _in_force())).first()


def named_to(who: Principal, tally: Tally) -> tuple[frozenset[str], int]:
    """The numbers of the tickets named in it that `who` may see, and how many are named in all."""
    numbers = {change.number for change in (*tally.named, *tally.beyond)}
    numbers |= {number for spread in tally.equal.values() for _, number in spread.offers}
    seen = visible_tickets(who).filter(number__in=numbers)
    return frozenset(seen.values_list("number", flat=True)), len(numbers)


def cancel(row: Backtest, *, who: Principal, now: dt.datetime) -> Backtest:
    """Stop it; what is counted so far is kept. One that is over stays as it is."""
    check_may_begin(who)
    with transaction.atomic():
        held = Backtest.objects.select_for_update().get(pk=row.pk)
        if held.is_under_way:
            held.cancelled_by = who.actor.name[:200]
            end(held, BacktestState.CANCELLED, now=now)
    return held


def end(row: Backtest, state: BacktestState, *, now: dt.datetime, error: str = "") -> None:
    """Put the parts that are done together, and let go of all. `row` is held by its lock."""
    tally = Tally()
    for result in row.parts.filter(done_at__isnull=False).values_list("result", flat=True):
        tally.merge(unpacked(result or {}))
    row.parts.all().delete()
    row.result, row.looked_at = kept(tally), tally.looked_at
    row.state, row.error = state.value, error[:500]
    row.finished_at = row.touched_at = now
    row.save()


def is_stalled(row: Backtest, *, now: dt.datetime) -> bool:
    """Whether nobody has worked on it for a while, though it is not over."""
    return row.is_under_way and now - row.touched_at > STALLED
