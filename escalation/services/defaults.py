"""What a new desk starts with, from a pack of data."""

import datetime as dt
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from escalation.models import DeadlinePolicy, EscalationPath, WorkCalendar

PACKS = Path(__file__).resolve().parent.parent / "packs"


@transaction.atomic
def ensure_defaults(*, now: dt.datetime, pack: str = "general") -> int:
    """Add the calendars, paths and policies of a pack that are not there yet.

    What is there is left as it is: people edit it. Returns how many rows were added. Raises
    ValidationError for a pack with mistakes.
    """
    data = yaml.safe_load((PACKS / f"{pack}.yaml").read_text(encoding="utf-8"))
    added = 0
    for item in data.get("calendars", []):
        has_default = WorkCalendar.objects.filter(is_default=True).exists()
        item["is_default"] = item.get("is_default", False) and not has_default
        added += _ensure(WorkCalendar(**item))
    for item in data.get("paths", []):
        added += _ensure(EscalationPath(**item))
    for item in data.get("policies", []):
        added += _ensure(DeadlinePolicy(**item, created_at=now, note=f"From the pack {pack}."))
    return added


def _ensure(row: WorkCalendar | EscalationPath | DeadlinePolicy) -> int:
    kind: Any = type(row)
    if kind.objects.filter(key=row.key).exists():
        return 0
    row.full_clean()
    row.save()
    return 1
