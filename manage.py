#!/usr/bin/env python
"""Run a management command; without DATABASE_URL, on the embedded stack."""

import os
import sys

from config.embedded import StackError, borrowed_stack

# These read code and write files; they never open a connection.
NEEDS_NO_DATABASE = {
    "",
    "check",
    "collectstatic",
    "compilemessages",
    "findstatic",
    "help",
    "makemessages",
    "makemigrations",
    "spectacular",
    "version",
    "--help",
    "-h",
    "--version",
}


def main() -> None:
    """Run the command on the stack that is up, or on one started for it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        with borrowed_stack(needed=command not in NEEDS_NO_DATABASE):
            from django.core.management import execute_from_command_line  # after the environment

            execute_from_command_line(sys.argv)
    except StackError as error:
        sys.exit(f"Amends: {error}")


if __name__ == "__main__":
    main()
