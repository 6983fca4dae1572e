"""Packs of published rules: each can be read, has a source, and agrees with published dates."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from escalation.errors import PolicyInvalid
from escalation.hours import Calendar
from escalation.law.regimes import PACKS, pack, pack_names, pack_of, read_pack
from escalation.law.rules import Law
from escalation.policies.policy import Policy
from tests.oracle import deadlines, wording
from tests.oracle.__main__ import main

INVENTED = Path(__file__).resolve().parents[2] / "data" / "deadlines" / "invented.json"
CALENDAR = Calendar.parse(
    {"tz": "Europe/London", "hours": {d: [["09:00", "17:00"]] for d in "mon tue wed".split()}}
)
RULE = {"clock": "answer", "words": "8 weeks", "within": "8w", "source": "us", "basis": "re-read"}


@pytest.mark.parametrize("name", pack_names())
def test_every_rule_of_a_pack_ends_some_time_and_says_why(name: str) -> None:
    start = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
    for provision in pack(name).provisions:
        found = provision.law.reckon(CALENDAR, start)
        assert found.reasons
        assert found.due != start
        assert provision.law.words()


@pytest.mark.parametrize("name", pack_names())
def test_what_a_pack_installs_can_be_read_and_names_what_is_there(name: str) -> None:
    data = yaml.safe_load((PACKS / f"{name}.yaml").read_text(encoding="utf-8"))
    known = {item["key"] for item in data.get("calendars", [])}
    for item in data.get("calendars", []):
        names = ("hours", "country", "subdivision")
        calendar = {"tz": item["time_zone"], **{n: item[n] for n in names if n in item}}
        Calendar.parse(calendar).require_hours()
    for item in data.get("policies", []):
        policy = Policy.parse(item["data"], name=item["name"])
        assert policy.calendar in known


@pytest.mark.parametrize("name", [n for n in pack_names() if n != "general"])
def test_a_policy_of_law_waits_to_be_put_in_force(name: str) -> None:
    data = yaml.safe_load((PACKS / f"{name}.yaml").read_text(encoding="utf-8"))
    for item in data.get("policies", []):
        assert item["active"] is False
        statutory = [t for t in item["data"]["targets"] if t.get("statutory")]
        laws = [t.length for t in Policy.parse(item["data"]).targets if t.statutory]
        assert statutory
        assert all(isinstance(length, Law) for length in laws)


def test_a_regime_stands_in_one_pack() -> None:
    regimes = [regime for name in pack_names() for regime in pack(name).regimes]
    assert len(regimes) == len(set(regimes))
    assert pack_of("fca-disp-2012") == pack("fca-disp")
    assert pack_of("the-moon") is None


@pytest.mark.parametrize(
    ("rules", "place"),
    [
        ([{**RULE, "within": "soon"}], "p.rules[0].within"),
        ([{**RULE, "basis": "hearsay"}], "p.rules[0].basis"),
        ([{**RULE, "source": ""}], "p.rules[0].source"),
        ([{**RULE, "sauce": "x"}], "p.rules[0].sauce"),
        ([RULE, RULE], "p.rules[1].clock"),
        (["8w"], "p.rules[0]"),
    ],
)
def test_a_mistake_in_a_pack_is_named_with_its_place(rules: Any, place: str) -> None:
    with pytest.raises(PolicyInvalid) as caught:
        read_pack({"rules": rules}, key="p")
    assert caught.value.field == place


# -- cases ----------------------------------------------------------------------------------------


def test_every_invented_case_agrees() -> None:
    passed, failures = deadlines.run([INVENTED])
    assert not failures, "\n".join(map(str, failures))
    assert passed > 70


def test_every_published_case_agrees_and_by_its_pack(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shared / "standards" / "deadline_cases.json"
    _, failures = deadlines.run([path])
    assert not failures, "\n".join(map(str, failures))
    assert "judged by its words" not in capsys.readouterr().err


def test_only_what_has_no_regime_of_its_own_is_judged_by_its_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    deadlines.run([INVENTED])
    said = [line for line in capsys.readouterr().err.splitlines() if "no pack has" in line]
    left = {line.split("no pack has ")[1].split(" ")[0] for line in said}
    # Invented bodies, the German code of reckoning (a method without a clock), and two of the
    # fourteen-day kind that courts set case by case.
    assert left == {
        "a-landlord", "a-court", "a-tribunal", "a-firm", "de-bgb", "de-bgb-188", "x", "uk-cpr",
        "civil-procedure",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "due"),
    [
        ({}, "2026-04-01"),
        ({"acknowledged": "2026-03-09"}, "2026-04-08"),
        ({"acknowledged": "2026-03-09", "last_update": "2026-03-20"}, "2026-04-21"),
        ({"occurrence": 2}, "2026-05-01"),
    ],
)
def test_a_resident_hears_every_twenty_working_days(facts: dict[str, Any], due: str) -> None:
    provision = pack("housing-code-2024").provision("progress_update")
    assert provision is not None
    holidays = ["2026-04-03", "2026-04-06"]
    calendar = Calendar.parse(
        {
            "tz": "Europe/London",
            "hours": {d: [["09:00", "17:00"]] for d in "mon tue wed thu fri".split()},
            "holidays": holidays,
        }
    )
    law = Law(provision.law.rule, facts)
    start = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
    assert str(law.reckon(calendar, start).day) == due


def test_the_command_names_the_case_that_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(INVENTED.read_text(encoding="utf-8"))
    document["cases"] = document["cases"][:2]
    document["cases"][1]["expected"] = {"due_date": "2025-12-24"}
    (tmp_path / "cases.json").write_text(json.dumps(document), encoding="utf-8")
    assert main(["deadlines", str(tmp_path / "cases.json")]) == 1
    out = capsys.readouterr().out
    assert "inv-fca-2" in out
    assert "2025-12-25" in out
    assert out.endswith("1 passed, 1 failed\n")


def test_a_sentence_without_a_length_gives_no_rule() -> None:
    assert wording.read("promptly, in writing", ["received"]) is None


@pytest.mark.parametrize(
    ("said", "clock"),
    [("5pm", "17:00"), ("11.59pm", "23:59"), ("12am", "00:00"), ("9:30", "09:30")],
)
def test_times_of_day_are_read_as_people_write_them(said: str, clock: str) -> None:
    assert wording.clock(said) == clock
