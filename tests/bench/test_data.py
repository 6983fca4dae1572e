"""What the measured complaints say, and the limit's own application."""

import csv
import os
import subprocess
import sys
from pathlib import Path

from bench import data
from bench.amends import calls as our_calls
from bench.limit import calls as limit_calls
from config.paths import BASE_DIR


def test_the_same_number_tells_the_same_story_in_every_run() -> None:
    assert data.story(12) == data.story(12)
    assert data.story(12) != data.story(13)
    assert 200 < len(data.story(12)) < 600
    assert len({data.person(number)[1] for number in range(1000)}) == 1000


def test_a_file_of_complaints_has_the_form_of_the_public_one(tmp_path: Path) -> None:
    path = tmp_path / "complaints.csv"
    data.write_cfpb(path, 30, first=60)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["complaint_id"] for row in rows}) == 30
    assert tuple(rows[0]) == data.CFPB_COLUMNS
    assert sum(bool(row["narrative"]) for row in rows) == 10


def test_both_sides_are_sent_the_same_story() -> None:
    (ours,), (limit,) = our_calls.create(5, "token-1234567890"), limit_calls.create(5, "t")
    assert ours.expect == limit.expect == 201
    for text in (data.subject(5), data.story(5), data.person(5)[1]):
        assert text.encode() in (ours.body or b"")
        assert text.encode() in (limit.body or b"")


def test_the_limit_is_a_sound_application_with_its_migrations() -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "bench.limit.settings"}
    environment.pop("PYTHONWARNINGS", None)
    for command in (["check"], ["makemigrations", "--check", "--dry-run"]):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "django", *command],
            cwd=BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
