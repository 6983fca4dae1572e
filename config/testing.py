"""`make test`: sees to a Chromium, then runs pytest on as many cores as is sensible."""

import os
import sys

import pytest

from config.paths import BASE_DIR


def main(arguments: list[str]) -> int:
    """Run pytest with `arguments`; its exit code."""
    sys.path.insert(0, str(BASE_DIR))
    from tests.support.chromium import ensure_chromium

    asked = [argument for argument in arguments if not argument.startswith("-")]
    if not asked or any("browser" in argument for argument in asked):
        found = ensure_chromium()
        if found is None and os.environ.get("CI", "").lower() in {"1", "true"}:
            return 1
    return int(pytest.main(["--numprocesses=auto", "--dist=loadgroup", *arguments]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
