"""A changed rule that Amends proposes: a manager takes it as a draft, or says why not."""

import datetime as dt
from difflib import unified_diff

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from remedies.access import check_may_edit_policies, may_see_drafts
from remedies.errors import AlreadyDecided
from remedies.models import BacktestState, RemedyPolicy, RuleProposal
from remedies.rules.checks.retelling import finding
from remedies.rules.checks.tallying import unpacked
from remedies.rules.states import ProposalStatus
from remedies.services.drafts import begin_draft
from tickets.access import Principal
from tickets.errors import Conflict, NotAllowed, NotFound
from tickets.services.texts import needed


def visible_proposals(who: Principal) -> QuerySet[RuleProposal]:
    """Every proposal, for those who see drafts of policies. Raises `NotAllowed`."""
    if not may_see_drafts(who):
        raise NotAllowed(who=_("A supervisor"))
    return RuleProposal.objects.select_related("category", "backtest", "closed_by", "draft")


def access_proposal(who: Principal, key: int, *, edit: bool = False) -> RuleProposal:
    """One proposal. Raises `NotFound`; `NotAllowed` where he may not see or not `edit` it."""
    row = visible_proposals(who).filter(pk=key).first() if key < 2**63 else None
    if row is None:
        raise NotFound(field="proposal")
    if edit:
        check_may_edit_policies(who)
    return row


def tried_words(row: RuleProposal) -> str:
    """What its backtest says in a sentence; "" until it is done."""
    done = row.backtest is not None and row.backtest.state == BacktestState.DONE
    return finding(unpacked(row.backtest.result)) if done and row.backtest is not None else ""


def difference_of(row: RuleProposal) -> str:
    """What the text has otherwise than the version that it was made from, as lines of a patch."""
    base = RemedyPolicy.objects.filter(key=row.policy_key, version=row.base_version or 0).first()
    if base is None or not row.source:
        return ""
    lines = unified_diff(
        base.source.splitlines(), row.source.splitlines(), f"version {base.version}", "draft",
        lineterm="", n=2,
    )  # fmt: skip
    return "\n".join(lines)


def _held(row: RuleProposal) -> RuleProposal:
    """The row under its lock. Raises `AlreadyDecided` where somebody was quicker."""
    held = RuleProposal.objects.select_for_update().get(pk=row.pk)
    if held.status != ProposalStatus.OPEN:
        raise AlreadyDecided(status=held.status, field="proposal")
    return held


def dismiss(row: RuleProposal, *, reason: str, who: Principal, now: dt.datetime) -> RuleProposal:
    """Leave the rule as it is, with the reason. It comes back only when there are half as many
    approvals again. Raises `AlreadyDecided`, `Missing`."""
    check_may_edit_policies(who)
    why = needed(reason, what=_("a reason"), field="reason", limit=2000)
    with transaction.atomic():
        held = _held(row)
        held.status, held.approved_then = ProposalStatus.DISMISSED.value, held.approved
        held.closed_by, held.closed_at, held.closed_reason = who.user, now, why
        held.save()
    return held


def take(row: RuleProposal, *, who: Principal, now: dt.datetime) -> RemedyPolicy:
    """Begin a draft of the policy with the changed rule, to be gone on with in the editor.

    Raises `AlreadyDecided`; `Conflict` where there is a draft of it already, where the policy
    changed since, or where the change has to be written by a person.
    """
    check_may_edit_policies(who)
    with transaction.atomic():
        held = _held(row)
        if not held.source:
            raise Conflict(held.problem or "There is no draft.", field="proposal")
        active = RemedyPolicy.objects.filter(key=held.policy_key, status="active").first()
        if active is None or active.version != held.base_version:
            raise Conflict("The policy changed since. Look again, and it is drafted anew.")
        draft = begin_draft(held.source, by=who.user, now=now, based_on=active)
        held.status, held.draft = ProposalStatus.TAKEN.value, draft
        held.closed_by, held.closed_at = who.user, now
        held.save()
    return draft
