"""docs/api.md is true: each of its commands is run by a real curl against a running site."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from config.paths import BASE_DIR
from tests.flows.shell import Shell, differences, last_json, parts_of
from tests.support.live import LiveSite, eventually

PAGE = BASE_DIR / "docs" / "api.md"


@pytest.mark.slow
def test_every_command_of_the_page_does_what_it_says(live_site: LiveSite, tmp_path: Path) -> None:
    from desk.demo.setting_up import set_up
    from feedback.models import SurveySettings
    from feedback.services import send_next

    set_up(timezone.now())
    SurveySettings.objects.update_or_create(pk=1, defaults={"delay_minutes": 0})
    shell = Shell({"PATH": os.environ["PATH"], "AMENDS": live_site.url, "TMPDIR": str(tmp_path)})
    output, wrong, ran, asked = "", [], 0, ""
    try:
        for part in parts_of(PAGE):
            if part.kind == "sh":
                output, ran, asked = shell.run(part.text), ran + 1, part.text
                if "If-Match" in part.text:
                    assert "412" in output
                    assert '"code":"stale"' in output
            elif part.kind == "then":
                assert part.text == "the survey goes out"
                assert send_next(now=timezone.now())
            else:
                shown = last_json(part.text)
                if "/events/?after=$AFTER" in asked:
                    # Other tests write on the same server: poll, as the page tells its readers to.
                    output = _polled(shell, asked, until=shown)
                wrong += [f"line {part.line}: {d}" for d in differences(shown, last_json(output))]
    finally:
        shell.close()
    assert not wrong, "\n".join(wrong)
    assert ran > 15


def _polled(shell: Shell, read: str, *, until: Any) -> str:
    """The output of `read`, asked again until it has the form of `until`."""
    said = ""

    def is_there() -> bool:
        nonlocal said
        said = shell.run(read)
        return not list(differences(until, last_json(said)))

    eventually(is_there)
    return said
