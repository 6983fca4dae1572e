"""`make bench`: measure Amends beside the limit, print it, and write docs/benchmarks.md."""

import argparse
import sys
import time
import traceback
from pathlib import Path

from bench.measures import MEASURES
from bench.page import page
from bench.plan import FULL, QUICK
from bench.report import Section, machine, section_markdown
from bench.servers import Bench
from bench.sides import Ground
from config.embedded import StackError
from config.paths import BASE_DIR

PAGE = BASE_DIR / "docs" / "benchmarks.md"


def main(arguments: list[str]) -> int:
    """Run what was asked for; 1 where something failed."""
    asked = _parse(arguments)
    bench = Bench(keep=asked.keep)
    began = time.monotonic()
    facts = machine()
    sections: list[Section] = []
    failed = False
    try:
        bench.start()
        ground = Ground(bench, QUICK if asked.quick else FULL, _say)
        for name in asked.only:
            _say(f"{name} ...")
            try:
                section = MEASURES[name](ground)
            except Exception:  # noqa: BLE001 - what was measured before is not thrown away
                traceback.print_exc()
                section = Section(name.capitalize(), "**This could not be measured.**")
                failed = True
            sections.append(section)
            failed = failed or section.failed
            print(f"\n{section_markdown(section)}\n", flush=True)
    except StackError as error:
        print(f"Amends: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        bench.close()
    minutes = (time.monotonic() - began) / 60
    _say(f"done after {minutes:.1f} minutes")
    whole = list(asked.only) == list(MEASURES) and not asked.quick
    target = asked.write or (PAGE if whole else None)
    if target is not None:
        Path(target).write_text(page(sections, facts, FULL, minutes), encoding="utf-8")
        _say(f"written to {target}")
    return int(failed)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        default=list(MEASURES),
        metavar="NAME,NAME",
        help=f"some of: {', '.join(MEASURES)}; prints, and writes nothing",
    )
    parser.add_argument("--quick", action="store_true", help="small sizes, for a first look")
    parser.add_argument(
        "--keep", action="store_true", help="keep the filled databases in var/bench"
    )
    parser.add_argument(
        "--write", metavar="PATH", help="write the page there, whatever was measured"
    )
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.only if name not in MEASURES]
    if unknown:
        parser.error(f"there is no {unknown[0]}; known are {', '.join(MEASURES)}")
    return asked


def _say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
