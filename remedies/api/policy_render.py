"""From policies, their checks and trials to what the API shows (remedies.api.policy_shapes)."""

from typing import Any

from remedies import models
from remedies.api.render import facts_used
from remedies.rules import Component, OfferDraft
from remedies.rules.checks.checking import Look
from remedies.rules.checks.difference import Difference
from remedies.searched import Searched
from remedies.services.previewing import Preview, Side
from tickets.api.fields import money
from tickets.api.render import person


def version(row: models.RemedyPolicy) -> dict[str, Any]:
    """A `PolicyVersion`; the row comes with its people."""
    return {
        "key": row.key,
        "version": row.version,
        "title": row.title,
        "status": row.status,
        "categories": row.categories,
        "based_on": row.based_on,
        "revision": row.revision,
        "created_at": row.created_at,
        "created_by": person(row.created_by),
        "saved_at": row.saved_at,
        "saved_by": person(row.saved_by),
        "active_from": row.active_from,
        "activated_by": person(row.activated_by),
        "retired_at": row.retired_at,
    }


def text(row: models.RemedyPolicy) -> dict[str, Any]:
    """A `PolicyText`."""
    return version(row) | {"source": row.source}


def act(row: models.PolicyAct) -> dict[str, Any]:
    """A `PolicyAct`; the row comes with its person."""
    return {
        "version": row.version,
        "deed": row.deed,
        "at": row.at,
        "by": person(row.by),
        "words": row.words,
    }


def difference(found: Difference) -> dict[str, Any]:
    """A `PolicyDifference`."""
    return {
        "part": found.part,
        "name": found.name,
        "what": found.what,
        "changes": [{"word": w, "before": was, "after": now} for w, was, now in found.words],
    }


def check(look: Look, found: Searched | None) -> dict[str, Any]:
    """A `PolicyCheck`; `found` is None where nothing was searched."""
    findings = found.findings if found is not None else ()
    wrong = bool(look.marks or look.failed or look.policy is None)
    wrong = wrong or any(one.is_wrong for one in findings)
    done = found is not None and found.done
    return {
        "activatable": False if wrong else True if done else None,
        "searched": "no" if found is None else "done" if done else "running",
        "problems": [mark.as_json() for mark in look.marks],
        "left_out": list(look.left_out),
        "cases": look.cases,
        "failed_cases": [{"case": name, "wrong": list(said)} for name, said in look.failed],
        "findings": [one.as_json() for one in findings],
    }


def _component(part: Component) -> dict[str, Any]:
    currency = part.currency
    return {
        "rule": part.rule,
        "title": part.title,
        "kind": part.kind,
        "clause": part.clause,
        "amount": money(part.amount, currency),
        "range_min": money(part.range_min, currency),
        "range_max": money(part.range_max, currency),
        "facts": facts_used(part.facts),
        "steps": list(part.steps),
        "words": part.says,
        "form": part.form,
        "code": part.code,
        "pay_within_days": part.pay_within_days,
        "automatic": part.automatic,
        "choices": [
            {"form": one.form, "amount": money(one.amount, currency)} for one in part.options
        ],
        "owed": part.owed,
        "loss": part.loss,
    }


def offer(found: OfferDraft, problems: tuple[str, ...] = ()) -> dict[str, Any]:
    """A `TriedOffer`."""
    return {
        "total": money(found.total, found.currency),
        "components": [_component(part) for part in found.components],
        "not_given": [item._asdict() for item in found.not_applied],
        "missing": [
            {"name": m.name, "label": m.label, "question": m.question} for m in found.missing
        ],
        "problems": list(problems),
    }


def _side(side: Side | None) -> dict[str, Any] | None:
    return None if side is None else offer(side.offer, side.problems)


def preview(found: Preview, left_out: tuple[str, ...]) -> dict[str, Any]:
    """A `PolicyPreview`."""
    return {
        "ticket": found.ticket.number,
        "active_version": found.version.version if found.version is not None else None,
        "active": _side(found.active),
        "draft": _side(found.draft),
        "changed": [line.rule for line in found.lines if line.changed],
        "left_out": list(left_out),
        "falls_under": found.falls_under,
    }
