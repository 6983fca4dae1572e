"""`python -m tests.oracle worktime|clocks|… FILE…`: exit 1 when any vector fails."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path

import tests.oracle

HELPERS = {
    "__main__", "cases", "options", "wording", "boston_report",
    "uci_log", "uci_replay", "uci_report", "walker",
    "fresh", "fresh_clocks", "fresh_questions", "fresh_deadlines",
}  # fmt: skip


def oracles() -> list[str]:
    """Names of the modules that can judge a file."""
    names = [module.name for module in pkgutil.iter_modules(tests.oracle.__path__)]
    return sorted(set(names) - HELPERS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one oracle over its files and print what fails and the count."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("oracle", choices=oracles())
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--core", action="store_true", help="only vectors marked as core")
    parser.add_argument("--pack", type=Path, help="remedies: the policy to judge with")
    parser.add_argument("--report", type=Path, help="boston, uci: where to write the page")
    options = parser.parse_args(arguments)
    judge = importlib.import_module(f"tests.oracle.{options.oracle}")
    more = {n: v for n in ("pack", "report") if (v := getattr(options, n)) is not None}
    passed, failures = judge.run(options.files, core_only=options.core, **more)
    for failure in failures:
        print(failure)
    if remarks := getattr(judge, "remarks", None):
        print("\n".join(remarks(options.files)))
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
