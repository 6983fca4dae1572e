"""`make lint`: all that can be said about the code without running it, or a database."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from config.paths import BASE_DIR

PY = sys.executable
MANAGE = [PY, "manage.py"]
# The settings of a production site with nobody behind its addresses.
PRODUCTION = {
    "AMENDS_LOCAL": "0",
    "DATABASE_URL": "postgres://amends@127.0.0.1:1/amends",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "only-for-lint-" + "x0Y1z2" * 8,
    "ALLOWED_HOSTS": "amends.example",
    "SITE_URL": "https://amends.example",
}
# makemigrations asks the database whether its history is consistent, and warns that none answers.
QUIET = {"PYTHONWARNINGS": "ignore:Got an error checking a consistent migration history"}

CHECKS: dict[str, tuple[list[str], dict[str, str]]] = {
    "format": ([PY, "-m", "ruff", "format", "--check", "."], {}),
    "rules": ([PY, "-m", "ruff", "check", "."], {}),
    "imports": ([str(Path(PY).with_name("lint-imports"))], {}),
    "types": ([PY, "-m", "mypy", "."], {}),
    "languages": ([PY, "-m", "config.languages", "check"], {}),
    "migrations": ([*MANAGE, "makemigrations", "--check", "--dry-run"], QUIET),
    "settings": ([*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], {}),
    "api schema": (
        [*MANAGE, "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull],
        {},
    ),
}


def check(name: str) -> tuple[str, int, str, float]:
    """Run one check; its name, exit code, output and duration in seconds."""
    command, environment = CHECKS[name]
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=BASE_DIR,
        env=os.environ | PRODUCTION | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return name, done.returncode, done.stdout + done.stderr, time.monotonic() - started


def main(names: list[str]) -> int:
    """Run the named checks, or all; 1 where any fails."""
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for name, code, output, seconds in pool.map(check, names or CHECKS):
            print(f"  {name:<12}{'ok' if code == 0 else 'FAILED':<8}{seconds:5.1f} s", flush=True)
            if code:
                failed.append(name)
                print(output, flush=True)
    if failed:
        print(f"Amends: lint fails: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
