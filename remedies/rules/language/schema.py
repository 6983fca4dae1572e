"""The published JSON Schema of a policy, for editors and for `policy check`. Pure."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from remedies.errors import Problem
from remedies.rules.language.source import plain, read_source

PATH = Path(__file__).parents[2] / "schema" / "policy.schema.json"


@cache
def schema() -> dict[str, Any]:
    """The schema as it is published."""
    found: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return found


def check_schema(text: str) -> list[Problem]:
    """Where a policy's text departs from the schema; empty when it does not.

    The compiler finds all of this and more; editors use the schema to complete and to point.
    """
    source = read_source(text)
    validator = Draft202012Validator(schema())
    found = []
    for error in validator.iter_errors(plain(source.data)):
        path = tuple(error.absolute_path)
        while path and path not in source.lines:
            path = path[:-1]
        where = ".".join(map(str, error.absolute_path))
        found.append(Problem(f"{error.message[:300]}", where, source.lines.get(path, 0)))
    return found
