"""How complaints count in published returns (`reporting_cases.json`) against
`remedies.rules.reporting`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from remedies.rules import reporting
from tests.oracle.cases import Failure, NotUnderstood, Vector, all_of_them, judged

Inputs = Mapping[str, Any]


def run(
    paths: Sequence[Path], *, core_only: bool = False, **_: object
) -> tuple[int, list[Failure]]:
    """How many cases pass, and those that do not. `core_only` says nothing here."""
    return judged(paths, "cases", judge, wanted=all_of_them)


def judge(case: Vector) -> Failure | None:
    """What is wrong with one case; None when it passes."""
    regime = case.get("regime")
    if regime not in REGIMES:
        raise NotUnderstood(f"no return for {regime}")
    expected: dict[str, Any] = case["expected"]
    got = REGIMES[regime](case["inputs"])
    told = {name: got.get(name) for name in expected}
    return None if told == expected else Failure(case["id"], expected, told)


def _fca(inputs: Inputs) -> dict[str, Any]:
    """What a return of the FCA says; only of what the case tells."""
    got: dict[str, Any] = {}
    if "finding" in inputs:
        goodwill = Decimal(str(inputs.get("goodwill_paid", "0")))
        found = reporting.reported_as(inputs["finding"], goodwill=goodwill)
        got["reported_as"] = None if found is None else found.value
    if "days_from_receipt_to_close" in inputs:
        got["time_band"] = reporting.time_band(inputs["days_from_receipt_to_close"]).value
    if "payments" in inputs:
        paid = [(one["kind"], Decimal(str(one["amount"]))) for one in inputs["payments"]]
        got["total_redress"] = f"{reporting.total_redress(paid):.2f}"
    return got


def _cfpb(inputs: Inputs) -> dict[str, Any]:
    """The category of an answer in the portal, and whether it came in time."""
    day = inputs.get("responded_on_day")
    category = reporting.portal_category(
        money=Decimal(str(inputs.get("money", "0"))),
        other_relief=bool(inputs.get("other_relief")),
        explanation=bool(inputs.get("explanation_given")),
        answered=day is not None and not inputs.get("in_progress"),
        administrative=bool(inputs.get("administrative")),
    )
    timely = day is not None and reporting.is_timely(day, final_day=inputs.get("final_on_day"))
    return {"category": category.value, "timely": timely}


REGIMES = {"fca-return": _fca, "cfpb": _cfpb}
