"""`make screenshots`: every page from the demo, at 1440 and 390 pixels, light and dark.

Starts a throwaway stack and site of its own, fills it with the demo, and writes small PNGs to
docs/screens/, named page-width-scheme.png. Names of pages as arguments picture only those.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from operator import sub
from pathlib import Path
from typing import Any

from tests.support.environment import prepare_environment

prepare_environment()  # before anything imports the settings

from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from config.paths import BASE_DIR  # noqa: E402
from tests.support.chromium import find_chromium, sandbox_arguments  # noqa: E402
from tests.support.live import LiveSite  # noqa: E402
from tests.support.stack import TestStack, database_url  # noqa: E402

FOLDER = BASE_DIR / "docs" / "screens"
SIZES = {1440: 900, 390: 844}
SCHEMES = ("light", "dark")
PASSWORD = "amends-demo"
#: How far apart, of 255, colours of a picture are that it keeps apart.
APART = 7
REP, SUPERVISOR, NOBODY = "nadia@linden.example", "helen@linden.example", ""
MANAGER = "miriam@linden.example"
#: Page → who looks, and the address; {…} is filled from the demo.
PAGES = {
    "queue": (REP, "/desk/"),
    "ticket": (REP, "/desk/tickets/{number}/"),
    "preview": (REP, "/desk/tickets/{drafted}/preview/"),
    "factors": (REP, "/desk/tickets/{drafted}/?do=factors"),
    "pain": (REP, "/desk/pain/?a_lasted=week&a_depends=yes&contacts=3&promises_broken=1"),
    "ledger": (SUPERVISOR, "/desk/ledger/?view=all"),
    "differences": (MANAGER, "/desk/ledger/differences/"),
    "vouchers": (MANAGER, "/desk/ledger/vouchers/"),
    "pool": (MANAGER, "/desk/ledger/vouchers/shop-25/"),
    "pain-edit": (MANAGER, "/desk/pain/edit/"),
    "settings": (MANAGER, "/desk/settings/"),
    **{
        section: (MANAGER, f"/desk/settings/{section}/")
        for section in (
            "authority",
            "budgets",
            "calendars",
            "categories",
            "causes",
            "deadlines",
            "facts",
            "levels",
            "paths",
            "people",
            "recourse",
            "rotas",
            "surveys",
            "teams",
            "texts",
        )
    },
    "calendar": (MANAGER, "/desk/settings/calendars/office/"),
    "path": (MANAGER, "/desk/settings/paths/standard/"),
    "limit": (MANAGER, "/desk/settings/authority/rep-all-gbp/"),
    "history": (MANAGER, "/desk/settings/calendars/office/history/"),
    "settings-file": (MANAGER, "/desk/settings/file/"),
    "start": (MANAGER, "/desk/start/holidays/"),
    **{
        f"start-{step}": (MANAGER, f"/desk/start/{step}/")
        for step in ("team", "categories", "policies", "people", "mail", "form")
    },
    "snoozed": (REP, "/desk/?view=snoozed"),
    "customers": (REP, "/desk/customers/"),
    "customer": (REP, "/desk/customers/{customer}/"),
    "search": (REP, "/desk/search/?q=router"),
    "exceptions": (SUPERVISOR, "/desk/exceptions/"),
    "becoming-the-rule": (MANAGER, "/desk/exceptions/rules/"),
    "ask-exception": (REP, "/desk/tickets/{number}/?do=exception"),
    "late": (SUPERVISOR, "/desk/late/"),
    "escalated": (SUPERVISOR, "/desk/tickets/{late}/?do=de-escalate"),
    "deadlines": (SUPERVISOR, "/desk/tickets/{number}/deadlines/"),
    "report": (SUPERVISOR, "/desk/reports/deadlines/"),
    "report-tickets": (SUPERVISOR, "/desk/reports/deadlines/behind/?what=all&column=missed"),
    "fairness": (MANAGER, "/desk/reports/fairness/"),
    "fairness-tickets": (MANAGER, "/desk/reports/fairness/behind/?what=all"),
    "refusal": (REP, "/desk/tickets/{number}/refusal/"),
    "outcomes": (MANAGER, "/desk/reports/outcomes/"),
    "outcomes-tickets": (MANAGER, "/desk/reports/outcomes/behind/?what=finding&key=upheld"),
    "insight": (MANAGER, "/desk/insight/"),
    "insight-customers": (MANAGER, "/desk/insight/customers/"),
    "insight-causes": (MANAGER, "/desk/insight/causes/"),
    "insight-promises": (MANAGER, "/desk/insight/promises/"),
    "insight-remedies": (MANAGER, "/desk/insight/remedies/"),
    "insight-exceptions": (MANAGER, "/desk/insight/exceptions/"),
    "insight-ideas": (MANAGER, "/desk/insight/ideas/"),
    "insight-ideas-behind": (MANAGER, "/desk/insight/ideas/behind/"),
    "insight-times": (MANAGER, "/desk/insight/times/"),
    "insight-tickets": (MANAGER, "/desk/insight/tickets/?measure=promise&bucket=1"),
    "drafts": (SUPERVISOR, "/desk/drafts/"),
    "draft": (SUPERVISOR, "/desk/drafts/{draft}/"),
    "reckoning": (MANAGER, "/desk/reckonings/{reckoning}/"),
    "backtests": (MANAGER, "/desk/backtests/"),
    "backtest": (MANAGER, "/desk/backtests/{backtest}/"),
    "both": (MANAGER, "/desk/backtests/{backtest}/tickets/{tried}/"),
    "policies": (MANAGER, "/desk/policies/"),
    "policy": (MANAGER, "/desk/policies/general/2/?rule=M-4&search=1"),
    "policy-form": (MANAGER, "/desk/policies/general/2/?rule=M-4&tab=form"),
    "policy-yaml": (MANAGER, "/desk/policies/general/2/?rule=M-5&tab=yaml"),
    "policy-history": (MANAGER, "/desk/policies/general/"),
    "policy-changes": (MANAGER, "/desk/policies/general/2/changes/"),
    "clock": (SUPERVISOR, "/desk/tickets/{number}/deadlines/?kind=decide"),
    "extend": (SUPERVISOR, "/desk/late/{clock}/extend/"),
    "alerts": (REP, "/desk/alerts/"),
    "keys": (REP, "/desk/keys/"),
    "rota": (SUPERVISOR, "/desk/rota/"),
    "components": (SUPERVISOR, "/desk/styleguide/"),
    "form": (NOBODY, "/complain/?about=retail"),
    "own": (NOBODY, "/c/{key}/"),
    "own-above": (NOBODY, "/c/{above}/"),
    "survey": (NOBODY, "/s/{survey}/"),
    "sign-in": (NOBODY, "/accounts/login/"),
}


def main(wanted: list[str]) -> int:
    """Picture the pages called `wanted`, or all; the exit code."""
    program = find_chromium()
    if program is None:
        sys.stderr.write("Amends: no Chromium is installed, so there is nothing to picture with.\n")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _demo() as (site, places), ThreadPoolExecutor(len(SCHEMES)) as pool:
        every = [
            pool.submit(_picture_in, scheme, program, site, places, wanted) for scheme in SCHEMES
        ]
        for one in every:
            one.result()
    return 0


def _picture_in(
    scheme: str, program: Path, site: LiveSite, places: dict[str, str], wanted: list[str]
) -> None:
    """All pages in one scheme, in a browser of its own: Playwright's objects stay in a thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=sandbox_arguments(), headless=True
        )
        for size in SIZES.items():
            _picture_all(browser, site, places, scheme, size, wanted)
        browser.close()


@contextmanager
def _demo() -> Iterator[tuple[LiveSite, dict[str, str]]]:
    """A running site with the demo in it, and what the addresses of its pages need."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["BRAND_NAME"] = "Linden"  # as in `make run`
    os.environ["PASSWORD_HASHERS"] = "django.contrib.auth.hashers.PBKDF2PasswordHasher"
    stack = TestStack()
    stack.start()
    with tempfile.TemporaryDirectory() as folder:
        site = LiveSite(Path(folder), database="screenshots")
        site.mail_folder.mkdir(parents=True)
        try:
            site.reset()
            _manage(site, "demo")
            site.start_web()
            yield site, _places(site)
        finally:
            site.close()
            stack.stop()


def _manage(site: LiveSite, *arguments: str) -> str:
    """Run a management command on the site's database; what it printed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env=site.environment() | {"DATABASE_URL": database_url(site.database)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def _places(site: LiveSite) -> dict[str, str]:
    """What stands in the addresses, from a process on the site's database."""
    told = _manage(site, "shell", "-c", "from tests.browser.places import main; main()")
    line = next(line for line in told.splitlines() if line.startswith("PLACES "))
    found: dict[str, str] = json.loads(line.removeprefix("PLACES "))
    return found


def _picture_all(
    browser: Browser,
    site: LiveSite,
    places: dict[str, str],
    scheme: str,
    size: tuple[int, int],
    wanted: list[str],
) -> None:
    width, height = size
    for person in (REP, SUPERVISOR, MANAGER, NOBODY):
        context = browser.new_context(
            base_url=site.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            locale="en-GB",
            timezone_id="Europe/London",
        )
        page = context.new_page()
        if person:
            _sign_in(page, person)
        for name, (who, address) in PAGES.items():
            if who == person and (not wanted or name in wanted):
                page.goto(address.format(**places), wait_until="networkidle")
                _save(page, FOLDER / f"{name}-{width}-{scheme}.png")
        context.close()


def _sign_in(page: Page, person: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(person)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/desk/")


def _save(page: Page, path: Path) -> None:
    """A picture with a palette: a third of the bytes, and nobody sees the difference."""
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    picture.quantize(palette=_palette(picture), dither=Image.Dither.NONE).save(path, optimize=True)
    sys.stdout.write(f"  {path.relative_to(BASE_DIR)}  {path.stat().st_size // 1000} kB\n")


def _palette(picture: Image.Image) -> Image.Image:
    """The colours that cover most, each `APART` from the others: grounds stay what they are, and
    the few letters in a colour that means something keep it."""
    kept: list[Any] = []
    counted: list[tuple[int, Any]] = picture.getcolors(1 << 24) or []
    for _, colour in sorted(counted, reverse=True):
        if len(kept) == 256:
            break
        if all(max(map(abs, map(sub, colour, other))) > APART for other in kept):
            kept.append(colour)
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for colour in kept for value in colour])
    return palette


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
