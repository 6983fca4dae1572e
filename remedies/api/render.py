"""From rows to what the API shows (remedies.api.shapes), without a query of their own."""

from collections.abc import Iterable, Sequence
from typing import Any

from remedies import models
from remedies.apology import Checklist
from remedies.authority import Meter, Room
from remedies.levels import levels_by_key
from remedies.pain import Factor
from remedies.rules.routing import Level
from remedies.rules.states import GRANTED
from remedies.services.additions import is_added
from remedies.services.authorities import Rooms
from remedies.services.exceptions import Outcome
from remedies.services.exceptions.undoing import undo_until
from remedies.services.exceptions.weighing import Weighing
from remedies.services.letters import Preview
from tickets.api.fields import money
from tickets.api.render import person


def facts_used(told: Iterable[Sequence[str]]) -> list[dict[str, str]]:
    """Each a `FactUsed`, of (name, label, words)."""
    return [{"name": name, "label": label, "value": words} for name, label, words in told]


def component(row: models.OfferComponent, currency: str) -> dict[str, Any]:
    """A `Component`."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "title": row.title,
        "rule": row.rule,
        "clause": row.clause,
        "words": row.words,
        "facts": facts_used(row.facts),
        "steps": row.steps,
        "amount": money(row.amount, currency),
        "range_min": money(row.range_min, currency),
        "range_max": money(row.range_max, currency),
        "owed": row.owed,
        "loss": row.loss,
        "form": row.form,
        "code": row.code,
        "pay_within_days": row.pay_within_days,
        "added": is_added(row),
        "choices": [
            {"form": form, "amount": money(minor, currency)} for form, minor in row.choices.items()
        ],
        "chosen": row.chosen,
        "adjusted_from": money(row.adjusted_from, currency),
        "reason": row.reason,
        "accepted": row.accepted,
    }


def offer(row: models.Offer) -> dict[str, Any]:
    """An `Offer`; the row comes with its ticket, policy, people and components."""
    told = row.explanation
    policy = row.policy
    return {
        "id": row.pk,
        "ticket": row.ticket.number,
        "status": row.status,
        "policy": f"{policy.key} {policy.version}" if policy is not None else "",
        "total": money(row.total, row.currency),
        "components": [component(part, row.currency) for part in row.components.all()],
        "missing": told.get("missing", []),
        "not_given": told.get("not_applied", []),
        "problems": told.get("problems", []),
        "created_at": row.created_at,
        "sent_at": row.sent_at,
        "sent_by": person(row.sent_by),
        "expires_at": row.expires_at,
        "answered_at": row.answered_at,
        "wish": row.wish,
        "wish_amount": money(row.wish_amount, row.currency),
        "wish_kind": row.wish_kind,
    }


def apology(found: Checklist) -> dict[str, Any]:
    """An `Apology`."""
    return {
        "parts": [
            {"key": p.key, "label": p.label, "present": p.present, "hint": p.hint}
            for p in found.parts
        ],
        "missing": list(found.missing),
        "notes": list(found.notes),
    }


def preview(found: Preview, row: models.Offer) -> dict[str, Any]:
    """An `OfferPreview`."""
    return {
        "subject": found.subject,
        "text": found.text,
        "body": found.body,
        "until": found.until,
        "total": money(row.total, row.currency),
        "components": [component(part, row.currency) for part in found.components],
        "apology": apology(found.checklist),
    }


def _item(item: dict[str, Any], currency: str) -> dict[str, Any]:
    sums = {key: money(item.get(key), currency) for key in ("policy", "most", "asked", "decided")}
    words = {key: item.get(key, "") for key in ("kind", "title", "rule", "instead_of")}
    return {"component": item["component"]} | words | sums


def _level(level: Level, row: models.ExceptionRequest) -> dict[str, Any]:
    return {
        "id": level.id,
        "name": level.name,
        "who": str(level.who),
        "up_to": money(level.up_to, level.currency),
        "needed": level.needed,
        "told": level.id in row.told,
    }


def _voice(row: models.ExceptionApproval, currency: str) -> dict[str, Any]:
    return {
        "user": person(row.user),
        "stands_in_for": person(row.stands_in_for),
        "total": money(row.total, currency),
        "reason": row.reason,
        "at": row.at,
    }


def exception(row: models.ExceptionRequest) -> dict[str, Any]:
    """An `ExceptionRequest`; the row comes with its ticket, people and approvals."""
    return {
        "id": row.pk,
        "ticket": row.ticket.number,
        "offer": row.offer_id,
        "status": row.status,
        "items": [_item(item, row.currency) for item in row.items],
        "policy_total": money(row.policy_total, row.currency),
        "asked_total": money(row.asked_total, row.currency),
        "decided_total": money(row.decided_total, row.currency),
        "at_stake": money(row.at_stake, row.currency),
        "grounds": row.grounds,
        "because": row.because,
        "levels": [_level(level, row) for level in levels_by_key(row.route)],
        "approvals": [
            _voice(yes, row.currency) for yes in row.approvals.all() if yes.void_at is None
        ],
        "reason": row.reason,
        "evidence": row.evidence,
        "attachments": row.attachments,
        "requester": person(row.requester),
        "created_at": row.created_at,
        "decider": person(row.decider),
        "decision_reason": row.decision_reason,
        "decline_code": row.decline_code,
        "decided_at": row.decided_at,
        "undo_until": undo_until(row),
        "question": row.question,
        "answer": row.answer,
    }


def weighing(row: models.ExceptionRequest, found: Weighing) -> dict[str, Any]:
    """A `WeighingShape` of the request."""
    currency = row.currency
    return {
        "similar": {
            "since": found.since,
            "decided": found.decided,
            "approved": found.approved,
            "newest": [_similar(other) for other in found.similar],
        },
        "cost": {
            "more": money(found.more, currency),
            "month": money(found.month, currency),
            "budgets": [
                {
                    "name": pot.words.removeprefix("in "),
                    "amount": money(pot.amount, currency),
                    "used": money(pot.used, currency),
                    "left": money(pot.amount - pot.used - found.more, currency),
                }
                for pot in found.budgets
            ],
        },
        "proposal": found.proposal.pk if found.proposal is not None else None,
    }


def _similar(row: models.ExceptionRequest) -> dict[str, Any]:
    given = row.decided_total if row.status in GRANTED else None
    return {
        "exception": row.pk,
        "ticket": row.ticket.number,
        "status": row.status,
        "policy_total": money(row.policy_total, row.currency),
        "asked_total": money(row.asked_total, row.currency),
        "decided_total": money(row.decided_total, row.currency),
        "more": money(max((given or 0) - row.policy_total, 0), row.currency),
        "decider": person(row.decider),
        "decision_reason": row.decision_reason,
        "decline_code": row.decline_code,
        "decided_at": row.decided_at,
    }


def entry(row: models.RemedyEntry) -> dict[str, Any]:
    """An `Entry`."""
    return {
        "kind": row.kind,
        "amount": money(row.amount, row.currency) if row.currency else None,
        "at": row.at,
        "actor": row.actor_name,
        "reason": row.reason,
        "reference": row.gateway_ref,
    }


def remedy(row: models.Remedy) -> dict[str, Any]:
    """A `Remedy`; the row comes with its ticket, its giver and its entries."""
    return {
        "id": row.pk,
        "ticket": row.ticket.number,
        "offer": row.offer_id,
        "kind": row.kind,
        "title": row.title,
        "amount": money(row.amount, row.currency),
        "owed": row.owed,
        "loss": row.loss,
        "status": row.status,
        "granted_at": row.granted_at,
        "granted_by": person(row.granted_by),
        "granted_under": row.granted_under,
        "due_on": row.due_on,
        "fulfilled_at": row.fulfilled_at,
        "gateway": row.gateway,
        "gateway_ref": row.gateway_ref,
        "entries": [entry(line) for line in row.entries.all()],
    }


def together(found: Sequence[Outcome]) -> dict[str, Any]:
    """A `Together`."""
    return {
        "results": [
            {
                "exception": one.exception,
                "done": one.done,
                "status": one.row.status if one.row is not None else "",
                "code": one.code,
                "message": one.message,
            }
            for one in found
        ]
    }


def _room(room: Room, currency: str) -> dict[str, Any]:
    return {"most": money(room.most, currency), "words": room.words}


def authority(meters: Sequence[Meter], rooms: Rooms) -> dict[str, Any]:
    """An `Authority`."""
    currency = rooms.currency
    return {
        "currency": currency,
        "meters": [
            {
                "span": str(meter.span),
                "kind": None if meter.kind is None else str(meter.kind),
                "limit": money(meter.limit, currency),
                "used": money(meter.before, currency),
                "left": money(max(meter.left, 0), currency),
                "words": meter.words(),
            }
            for meter in meters
        ],
        "kinds": [
            {"kind": str(kind)} | _room(room, currency) for kind, room in rooms.by_kind.items()
        ],
        "components": [
            {"component": key} | _room(room, currency) for key, room in rooms.by_component.items()
        ],
    }


def policy(row: models.RemedyPolicy) -> dict[str, Any]:
    """A `Policy`."""
    return {
        "key": row.key,
        "version": row.version,
        "title": row.title,
        "status": row.status,
        "active_from": row.active_from,
        "source": row.source,
    }


def factor(found: Factor) -> dict[str, Any]:
    """A `FactorShape`."""
    return {
        "key": found.key,
        "label": found.label,
        "question": found.question,
        "answers": [{"key": a.key, "words": a.words} for a in found.anchors],
    }
