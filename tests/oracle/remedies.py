"""Published remedy rules as cases, each run against the pack of its regime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from remedies.errors import FactWrong, PolicyInvalid
from remedies.rules import Policy, evaluate, load_policy
from remedies.rules.language.cases import CASE_NOW, differences
from tests.oracle.cases import Failure, Vector, all_of_them, judged

PACKS = Path(__file__).parents[2] / "remedies" / "packs"


def pack_of(regime: str, given: Path | None, kept: dict[str, Policy]) -> Policy | None:
    """The policy for a regime: the one given, or the shipped one of that name; None if neither."""
    path = given or PACKS / f"{regime}.yaml"
    if str(path) not in kept and path.is_file():
        kept[str(path)] = load_policy(path.read_text(encoding="utf-8"))
    return kept.get(str(path))


def judge(case: dict[str, Any], policy: Policy | None) -> Failure | None:
    """What is wrong with one case; None when it passes."""
    expected = case["expected"]
    if policy is None:
        return Failure(case["id"], expected, f"no pack for {case.get('regime')}")
    try:
        draft = evaluate(policy, case["inputs"], now=CASE_NOW)
    except FactWrong as error:
        return Failure(case["id"], expected, error.message)
    wrong = differences(draft, expected)
    if not wrong:
        return None
    unread = [name for name in case["inputs"] if not known(policy, name)]
    if unread:
        wrong.append(f"not read: {', '.join(unread)}")
    if draft.missing:
        wrong.append(f"missing: {', '.join(fact.name for fact in draft.missing)}")
    return Failure(case["id"], expected, "; ".join(wrong))


def known(policy: Policy, name: str) -> bool:
    """Whether the policy has the fact, or one that lies inside it."""
    return any(fact == name or fact.startswith(f"{name}.") for fact in policy.facts)


def run(
    paths: Sequence[Path], *, core_only: bool = False, pack: Path | None = None
) -> tuple[int, list[Failure]]:
    """How many cases pass, and those that do not. `core_only` says nothing about remedies."""
    kept: dict[str, Policy] = {}
    if pack is not None and not pack.is_file():
        return 0, [Failure(str(pack), "a policy", "there is no such file")]

    def judge_case(case: Vector) -> Failure | None:
        try:
            policy = pack_of(str(case.get("regime", "")), pack, kept)
        except PolicyInvalid as error:
            return Failure(case["id"], case["expected"], error.message)
        return judge(case, policy)

    return judged(paths, "cases", judge_case, wanted=all_of_them)
