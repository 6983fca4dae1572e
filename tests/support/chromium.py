"""Finding a Chromium, and installing one where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> Path | None:
    """An installed Chromium, else Playwright's own, else None."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    for home in _playwright_homes():
        for pattern in (
            "chromium-*/chrome-linux*/chrome",
            "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
        ):
            for path in sorted(home.glob(pattern), reverse=True):
                if os.access(path, os.X_OK):
                    return path
    return None


def ensure_chromium() -> Path | None:
    """A Chromium, installed if need be: Playwright's, or as root the system's package.

    None, and a loud message, where that fails.
    """
    found = find_chromium()
    if found is not None:
        return found
    print("Amends: no Chromium is here; installing one for the browser tests ...", flush=True)
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
        attempts += [
            [*quiet, "update"],
            [*quiet, "install", "-y", "--no-install-recommends", "chromium"],
        ]
    for command in attempts:
        try:
            subprocess.run(
                command,
                check=False,
                timeout=240,
                env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
                stdout=subprocess.DEVNULL,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            print(f"Amends: {command[0]} did not manage: {error}", flush=True)
        found = find_chromium()
        if found is not None and _starts(found):
            return found
    print(
        "\n" + "!" * 78 + "\nAmends: NO CHROMIUM could be found or installed:"
        " the browser tests will NOT run.\nInstall chromium, chromium-browser or google-chrome.\n"
        + "!"
        * 78,
        flush=True,
    )
    return None


def sandbox_arguments() -> list[str]:
    """Arguments for the machine at hand: root has no sandbox, containers little shared memory."""
    arguments = [
        "--disable-dev-shm-usage",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ]
    return [*arguments, "--no-sandbox"] if os.geteuid() == 0 else arguments


def _starts(program: Path) -> bool:
    """Playwright's own build may lack libraries of the system."""
    try:
        done = subprocess.run(
            [str(program), "--version"], capture_output=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _playwright_homes() -> list[Path]:
    told = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    home = Path.home()
    usual = [home / ".cache" / "ms-playwright", home / "Library" / "Caches" / "ms-playwright"]
    return [Path(told), *usual] if told and told != "0" else usual
