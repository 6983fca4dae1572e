"""When exceptions are the rule: looked for each night, and when somebody asks."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import quantiles
from textwrap import wrap
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import QuerySet

from remedies.active import compiled
from remedies.errors import PolicyInvalid
from remedies.models import ExceptionRequest, RemedyPolicy, RuleProposal
from remedies.rules.editing.rewriting import newly_failing, rewritten
from remedies.rules.editing.text import NotEditable
from remedies.rules.grounds import Ground
from remedies.rules.patterns import (
    Amendment,
    Decision,
    Direction,
    How,
    Key,
    Pattern,
    amendment_for,
    has_grown,
    patterns,
)
from remedies.rules.states import DECIDED, GRANTED, PolicyStatus, ProposalStatus
from remedies.services import backtests
from tickets.access import Principal
from tickets.catalogue import catalogue
from tickets.errors import DomainError
from tickets.models import Category
from tickets.money import decimals_of, words

log = structlog.get_logger(__name__)

#: How far back decisions are looked at.
WINDOW = dt.timedelta(days=90)
#: Characters in a line of a comment.
WIDTH = 92
#: Exceptions that a proposal names.
EXAMPLES = 8
#: Decisions in one look; far more than any desk has in the window.
MOST = 50_000
#: Who asks for the backtests.
AMENDS = Principal.of_client("Amends", scopes=frozenset({"config:read"}))
#: Looking twice at once would find everything twice: any number that is only ours.
_LOCK = 7_401_553
LIMIT = "limit"


@dataclass
class Policies:
    """What is in force by key, and whether a rule was the same in an older version."""

    now: dict[str, RemedyPolicy] = field(default_factory=dict)
    by_id: dict[int, RemedyPolicy] = field(default_factory=dict)

    @classmethod
    def load(cls, keys: Iterable[int]) -> "Policies":
        """Two queries."""
        rows = RemedyPolicy.objects.filter(status=PolicyStatus.ACTIVE.value)
        return cls({row.key: row for row in rows}, RemedyPolicy.objects.in_bulk(set(keys)))

    def rule(self, row: RemedyPolicy, name: str) -> Mapping[str, Any] | None:
        """What a version says of a rule."""
        rules = row.data.get("rules") if isinstance(row.data, dict) else None
        return next((r for r in rules or () if str(r.get("rule")) == name), None)

    def is_same(self, policy_id: int | None, rule: str) -> RemedyPolicy | None:
        """The policy in force, where it says of the rule what the version did: what was decided
        about another wording says nothing about this one."""
        then = self.by_id.get(policy_id or 0)
        now = self.now.get(then.key) if then is not None else None
        if then is None or now is None:
            return None
        if rule.startswith("+") or rule == LIMIT or self.rule(then, rule) == self.rule(now, rule):
            return now
        return None


def decisions_of(rows: Iterable[ExceptionRequest], policies: Policies) -> Iterator[Decision]:
    """The lines of decided exceptions that bend a rule; of one that bends none, its limit."""
    for row in rows:
        found = list(_lines(row, policies))
        if not found and row.grounds == [Ground.AUTHORITY]:
            one = _limit(row, policies)
            found = [] if one is None else [one]
        yield from found


def _lines(row: ExceptionRequest, policies: Policies) -> Iterator[Decision]:
    excluded = {item["rule"]: item for item in (row.offer.explanation or {}).get("not_applied", ())}
    granted = row.status in GRANTED
    for item in row.items:
        rule, base = item["rule"], item.get("most", item["policy"]) or 0
        direction = Direction.MORE
        if not rule:
            against = item.get("instead_of", "")
            direction = Direction.EXCLUDED if against in excluded else Direction.NEW
            rule, base = against if against in excluded else f"+{item['kind']}", 0
        asked, given = item["asked"] or 0, item["decided"] or 0
        policy = policies.is_same(row.offer.policy_id, rule)
        if asked <= base or policy is None:
            continue
        said = policies.rule(policy, rule) or {}
        yield Decision(
            exception=row.pk,
            key=_key(row, policy.key, rule, str(said.get("clause", "")), direction),
            title=item["title"],
            base=base,
            asked=asked,
            given=given if granted else base,
            approved=granted and given > base,
            at=row.decided_at or row.created_at,
        )


def _limit(row: ExceptionRequest, policies: Policies) -> Decision | None:
    policy = policies.is_same(row.offer.policy_id, LIMIT)
    if policy is None:
        return None
    granted = row.status in GRANTED
    return Decision(
        exception=row.pk,
        key=_key(row, policy.key, LIMIT, row.requester.role, Direction.AUTHORITY),
        title=f"What a {row.requester.role} may grant alone",
        base=0,
        asked=row.at_stake,
        given=row.at_stake if granted else 0,
        approved=granted,
        at=row.decided_at or row.created_at,
    )


def _key(row: ExceptionRequest, policy: str, rule: str, clause: str, direction: Direction) -> Key:
    category = catalogue().entry(row.ticket.category_id).category.key
    return Key(policy, rule, clause, category, direction, row.currency)


def look(*, now: dt.datetime) -> list[RuleProposal]:
    """Look for patterns in what was decided of late; the proposals that are open afterwards.

    Looking again changes nothing but the numbers. What was dismissed comes back only once there
    are half as many approvals again; what was taken counts only what was decided since.
    """
    since = now - WINDOW
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        known = {_key_of(row): row for row in RuleProposal.objects.select_related("category")}
        rows = _decided(since)
        policies = Policies.load(row.offer.policy_id for row in rows if row.offer.policy_id)
        lines = [one for one in decisions_of(rows, policies) if not _is_settled(one, known)]
        found = {pattern.key: pattern for pattern in patterns(lines) if pattern.holds}
        categories = {row.key: row for row in Category.objects.all()}
        for key, pattern in found.items():
            row = known.get(key) or RuleProposal(found_at=now)
            if row.status == ProposalStatus.DISMISSED and not has_grown(
                len(pattern.yes), row.approved_then
            ):
                continue
            _fill(row, pattern, policies.now[key.policy], categories[key.category], since, now)
        for key, row in known.items():
            if key not in found and row.status == ProposalStatus.OPEN:
                row.status = ProposalStatus.FADED.value
                row.save(update_fields=["status"])
    standing = list(open_proposals())
    for row in standing:
        _have_tried(row, now=now)
    return standing


def open_proposals() -> QuerySet[RuleProposal]:
    """What is offered to a manager, the dearest first."""
    return RuleProposal.objects.filter(status=ProposalStatus.OPEN.value).select_related(
        "category", "backtest"
    )


def _decided(since: dt.datetime) -> list[ExceptionRequest]:
    rows = ExceptionRequest.objects.filter(
        status__in=[status.value for status in DECIDED], decided_at__gte=since
    )
    return list(rows.select_related("offer", "ticket", "requester").order_by("-decided_at")[:MOST])


def _is_settled(one: Decision, known: Mapping[Key, RuleProposal]) -> bool:
    """Whether it was decided before a manager took the changed rule."""
    row = known.get(one.key)
    return (
        row is not None
        and row.status == ProposalStatus.TAKEN
        and row.closed_at is not None
        and one.at <= row.closed_at
    )


def _key_of(row: RuleProposal) -> Key:
    return Key(
        row.policy_key, row.rule, row.clause, row.category.key, Direction(row.direction),
        row.currency,
    )  # fmt: skip


def _fill(
    row: RuleProposal,
    pattern: Pattern,
    policy: RemedyPolicy,
    category: Category,
    since: dt.datetime,
    now: dt.datetime,
) -> None:
    key = pattern.key
    row.policy_key, row.rule, row.clause = key.policy, key.rule, key.clause
    row.category, row.direction, row.currency = category, key.direction.value, key.currency
    row.status, row.title = ProposalStatus.OPEN.value, pattern.yes[0].title[:200]
    row.approved, row.decided = len(pattern.yes), len(pattern.decisions)
    row.sure, row.more = round(pattern.sure, 4), pattern.more
    row.examples = list(dict.fromkeys(one.exception for one in pattern.decisions))[:EXAMPLES]
    row.since, row.looked_at = since, now
    before = row.source
    if key.direction is Direction.AUTHORITY:
        _suggest_limit(row, pattern)
    else:
        _draft(row, pattern, policy)
    if row.source != before:
        row.backtest = None
    row.save()


def _suggest_limit(row: RuleProposal, pattern: Pattern) -> None:
    """A limit is no rule of the policy: an administrator raises it."""
    sums = sorted(one.given for one in pattern.yes)
    enough = words(int(quantiles(sums, n=10, method="inclusive")[-1]), row.currency)
    row.change = (
        f"Nine of ten of them would need no exception with a limit of {enough} on one ticket."
    )
    row.source, row.base_version, row.cases = "", None, []
    row.problem = "A limit is not in the policy: it is raised where limits are set up."


def _draft(row: RuleProposal, pattern: Pattern, policy: RemedyPolicy) -> None:
    spread = _is_range(policy, pattern.key.rule)
    change = amendment_for(pattern, unit=10 ** decimals_of(row.currency), ranged=spread)
    row.change, row.base_version = change_words(pattern, change, ranged=spread), policy.version
    try:
        source = rewritten(
            policy.source, pattern, change, exclusion=_exclusion_of(pattern), why=_why(row, pattern)
        )
        row.cases = [name[:200] for name in newly_failing(policy.source, source)]
        row.source, row.problem = source, ""
    except (NotEditable, PolicyInvalid) as error:
        row.source, row.cases = "", []
        row.problem = f"The rule can't be changed by itself: {error.message}"


def _is_range(policy: RemedyPolicy, rule: str) -> bool:
    rules = policy.data.get("rules") if isinstance(policy.data, dict) else None
    return any("range" in one for one in rules or () if str(one.get("rule")) == rule)


def _exclusion_of(pattern: Pattern) -> str:
    """The name of the exclusion, as the newest of its offers was told."""
    if pattern.key.direction is not Direction.EXCLUDED:
        return ""
    row = ExceptionRequest.objects.select_related("offer").get(pk=pattern.decisions[0].exception)
    for item in (row.offer.explanation or {}).get("not_applied", ()):
        if item["rule"] == pattern.key.rule:
            return str(item["reason"]).partition(":")[0]
    return ""


def change_words(pattern: Pattern, change: Amendment, *, ranged: bool) -> str:
    """What the draft changes, and how well the approved sums come out."""
    currency = pattern.key.currency
    what = "The upper end of the range" if ranged else "The sum"
    said = {
        How.SHARE: f"{what} becomes {change.value.normalize():f} % of what it is.",
        How.SUM: f"{what} grows by {words(int(change.value), currency)}.",
        How.AMOUNT: f"{what} becomes {words(int(change.value), currency)}.",
        How.ALLOW: "The exclusion no longer stops this rule.",
    }[change.how]
    if pattern.key.direction is Direction.NEW:
        said = f"A new rule gives {words(int(change.value), currency)}."
    if change.how is How.ALLOW:
        return said
    count = len(pattern.yes)
    if ranged:
        return f"{said} Every approved sum is inside then."
    if change.exact == count:
        return f"{said} Every approved sum comes out."
    off = words(change.off, currency)
    return (
        f"{said} {change.exact} of {count} approved sums come out; on average they are {off} off."
    )


def _why(row: RuleProposal, pattern: Pattern) -> list[str]:
    lowest = min(one.given for one in pattern.yes)
    highest = max(one.given for one in pattern.yes)
    days = WINDOW.days
    found = f"Drafted by Amends from exceptions of {days} days in {row.category.name}"
    sums = f"{words(lowest, row.currency)} to {words(highest, row.currency)}"
    beyond = f"together {words(pattern.more, row.currency)} beyond the rule"
    lines = [f"{found}: {pattern.words()}.", f"Approved were {sums}, {beyond}. {row.change}"]
    return [part for line in lines for part in wrap(line, WIDTH)]


def _have_tried(row: RuleProposal, *, now: dt.datetime) -> None:
    """Begin the backtest of its draft, where there is none yet. What can't be begun now, such as
    where enough are under way, is begun by the next look."""
    if not row.source or row.backtest_id is not None:
        return
    try:
        policy = compiled(row.source)
        text = backtests.Text(row.source, f"{policy.title}, {row.title} changed"[:200], policy.name)
        row.backtest = backtests.begin(text, since=row.since, who=AMENDS, now=now)
    except DomainError as error:
        log.info("proposal_not_tried", proposal=row.pk, error=error.code)
        return
    row.save(update_fields=["backtest"])
