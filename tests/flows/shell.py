"""A page of the documentation, run: its commands in one shell, its answers compared in form."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PART = re.compile(r"^```(sh|json)\n(.*?)^```$|^<!-- (.*?) -->$", re.MULTILINE | re.DOTALL)
_END = "=== done ==="


@dataclass(frozen=True)
class Part:
    """Commands ("sh"), what they answer ("json"), or what happens meanwhile ("then")."""

    kind: str
    text: str
    line: int


def parts_of(page: Path) -> Iterator[Part]:
    """What is to be run and compared, in order."""
    text = page.read_text(encoding="utf-8")
    for match in _PART.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Part(match[1] or "then", match[2] or match[3], line)


class Shell:
    """One bash that keeps variables and functions between blocks, and ends at the first failure."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )
        self.run("set -euo pipefail")

    def run(self, commands: str) -> str:
        """The output of a block. Raises AssertionError where a command failed."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{commands}\necho\necho '{_END}'\n")
        self.process.stdin.flush()
        lines: list[str] = []
        for line in self.process.stdout:
            if line.strip() == _END:
                return "".join(lines)
            lines.append(line)
        raise AssertionError(f"The shell ended.\n{commands}\n{''.join(lines)}")

    def close(self) -> None:
        """End the shell."""
        self.process.communicate(timeout=10)


def last_json(output: str) -> Any:
    """The last JSON value of an output: a curl leaves no newline behind its answer."""
    decoder, found, at = json.JSONDecoder(), None, 0
    while (at := output.find("{", at)) >= 0:
        found, at = decoder.raw_decode(output, at)
    return found


def differences(shown: Any, actual: Any, path: str = "") -> Iterator[str]:
    """Where `actual` lacks the form of what a page shows: names, types, and texts of programs."""
    if isinstance(shown, dict):
        if not isinstance(actual, dict):
            yield f"{path}: {actual!r} is no object"
            return
        for key, value in shown.items():
            if key in actual:
                yield from differences(value, actual[key], f"{path}.{key}")
            else:
                yield f"{path}.{key} is not there, but {sorted(actual)}"
    elif isinstance(shown, list):
        if shown and not actual:
            yield f"{path} is empty"
        elif shown:
            yield from differences(shown[0], actual[0], f"{path}.0")
    elif path.rsplit(".", 1)[-1] in _EXACT and shown != actual:
        yield f"{path} is {actual!r}, not {shown!r}"
    elif shown is not None and type(shown) is not type(actual):
        yield f"{path} is {actual!r}, not like {shown!r}"


#: Values that a page promises, not only shows.
_EXACT = {
    "status",
    "type",
    "code",
    "kind",
    "owner",
    "team",
    "next",
    "amount",
    "pain",
    "words",
    "key",
}
