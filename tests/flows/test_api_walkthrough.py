"""docs/api.md is true: each of its commands is run by a real curl against a running site."""

import os
from pathlib import Path

import pytest
from django.utils import timezone

from config.paths import BASE_DIR
from tests.flows.shell import Shell, differences, last_json, parts_of
from tests.support.live import LiveSite

PAGE = BASE_DIR / "docs" / "api.md"


@pytest.mark.slow
def test_every_command_of_the_page_does_what_it_says(live_site: LiveSite, tmp_path: Path) -> None:
    from desk.demo.setting_up import set_up
    from feedback.models import SurveySettings
    from feedback.services import send_next

    set_up(timezone.now())
    SurveySettings.objects.update_or_create(pk=1, defaults={"delay_minutes": 0})
    shell = Shell({"PATH": os.environ["PATH"], "AMENDS": live_site.url, "TMPDIR": str(tmp_path)})
    output, wrong, ran = "", [], 0
    try:
        for part in parts_of(PAGE):
            if part.kind == "sh":
                output, ran = shell.run(part.text), ran + 1
                if "If-Match" in part.text:
                    assert "412" in output
                    assert '"code":"stale"' in output
            elif part.kind == "then":
                assert part.text == "the survey goes out"
                assert send_next(now=timezone.now())
            else:
                shown = last_json(part.text)
                wrong += [f"line {part.line}: {d}" for d in differences(shown, last_json(output))]
    finally:
        shell.close()
    assert not wrong, "\n".join(wrong)
    assert ran > 15
