"""A child process that has one side's Django loaded, and does what it is asked, one line a call.

    python -m bench.agent     with DJANGO_SETTINGS_MODULE and DATABASE_URL set

Each line in is `{"function": "bench.limit.work:sweep", "arguments": {...}}`, each line out
`{"result": ...}` or `{"error": ...}`. It ends when its input does.
"""

import json
import os
import sys
import traceback
from importlib import import_module
from typing import Any


def main() -> int:
    """Answer until nobody asks any more."""
    # What others print must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    import django  # noqa: PLC0415 - reads the settings only when it is set up

    django.setup()
    for line in sys.stdin:
        call = json.loads(line)
        answers.write(json.dumps(_answer(call["function"], call["arguments"])) + "\n")
        answers.flush()
    return 0


def _answer(function: str, arguments: dict[str, Any]) -> dict[str, Any]:
    module, _, name = function.partition(":")
    try:
        return {"result": getattr(import_module(module), name)(**arguments)}
    except Exception:  # noqa: BLE001 - told to the one who asked
        return {"error": traceback.format_exc()}


if __name__ == "__main__":
    sys.exit(main())
