"""docs/guide/manager.md is true: its commands are run, and answer what it shows."""

from __future__ import annotations

import io
import re
import shlex
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.paths import BASE_DIR

PAGE = BASE_DIR / "docs" / "guide" / "manager.md"
_BLOCK = re.compile(r"^```sh\n(.*?)^```\n^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(commands: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What `manage …` lines of a block answer; here-documents are files or standard input."""
    out = io.StringIO()
    rest = commands
    while rest.strip():
        line, _, rest = rest.partition("\n")
        text = ""
        if "<<'END'" in line:
            text, _, rest = rest.partition("END\n")
        words = shlex.split(line.split("<<")[0])
        if words[0] == "cat":
            (folder / words[-1]).write_text(text, encoding="utf-8")
            continue
        assert words[:2] == ["manage", "desk"]
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        with redirect_stdout(out):
            try:
                call_command("desk", *words[2:], stdout=out)
            except CommandError as error:
                out.write(f"{error}\n")
    return out.getvalue()


@pytest.mark.django_db
def test_every_command_of_the_guide_does_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desk.demo.setting_up import set_up
    from desk.setup.models import SetupChange

    set_up(timezone.now())
    monkeypatch.chdir(tmp_path)
    blocks = _BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) == 3
    for commands, shown in blocks:
        said = run(commands, tmp_path, monkeypatch)
        for line in shown.strip().splitlines():
            assert line in said, f"{line!r} is not in:\n{said}"
    assert {row.by_name for row in SetupChange.objects.all()} == {"Miriam Adler"}
