"""From reports and trials to what the API shows (escalation.api.report_shapes)."""

from typing import Any

from escalation.models import Deadline, Simulation
from escalation.services.previews import Found
from escalation.services.reports import DIMENSIONS, Line, Report
from escalation.services.simulating import Tally


def report(found: Report) -> dict[str, Any]:
    """A `DeadlineReport`."""
    period, before = found.period, found.period.before
    return {
        "first": period.first,
        "last": period.last,
        "before_first": before.first,
        "before_last": before.last,
        "total": _line(found.total),
        **{f"by_{name}": [_line(line) for line in found.by[name]] for name in DIMENSIONS},
        "trend": [
            {
                "first": point.first,
                "kept": point.kept,
                "missed": point.missed,
                "kept_before": point.kept_before,
                "missed_before": point.missed_before,
            }
            for point in found.trend
        ],
        "pauses": [
            {
                "reason": used.reason,
                "words": used.words,
                "deadlines": used.deadlines,
                "pauses": used.pauses,
                "total_seconds": int(used.total.total_seconds()),
                "longest_seconds": int(used.longest.total_seconds()),
            }
            for used in found.pauses
        ],
        "extensions": {
            "deadlines": found.extensions.deadlines,
            "extensions": found.extensions.extensions,
            "total_seconds": int(found.extensions.total.total_seconds()),
            "deadlines_before": found.extensions.deadlines_before,
        },
    }


def promise(row: Deadline) -> dict[str, Any]:
    """What a `FigurePromise` tells of its clock."""
    return {
        "deadline": row.pk,
        "kind": row.kind,
        "due_at": row.due_at,
        "missed_at": row.breached_at,
        "met_at": row.met_at,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "key": line.key,
        "name": line.name,
        "kept": line.kept,
        "missed": line.missed,
        "kept_share": line.share,
        "kept_before": line.kept_before,
        "missed_before": line.missed_before,
        "kept_share_before": line.share_before,
    }


def simulation(row: Simulation) -> dict[str, Any]:
    """A `Simulation`."""
    tally = Tally.of(row.result).data()
    return {
        "id": row.pk,
        "policy": row.key,
        "name": row.name,
        "since": row.since,
        "until": row.until,
        "state": row.state,
        "percent": row.percent,
        "total": row.total,
        "error": row.error,
        "created_at": row.created_at,
        "finished_at": row.finished_at,
        **tally,
    }


def reckoning(found: Found) -> dict[str, Any]:
    """A `Reckoning`."""
    job, progress = found.job, found.progress
    names = ("tickets", "deadlines", "moved", "earlier", "missed", "dropped", "added", "failed")
    return {
        "id": job.pk,
        "why": job.why,
        "preview": job.preview,
        "state": found.state,
        "finished": found.state != "under_way",
        "percent": found.percent,
        "words": found.words,
        "total": job.tickets,
        **{name: getattr(progress, name) for name in names},
        "examples": list(progress.examples),
        "created_at": job.created_at,
        "finished_at": job.finished_at,
        "cancelled_by": job.cancelled_by,
    }
