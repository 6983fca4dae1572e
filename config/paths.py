"""Where Amends keeps things on disk. Standard library only: the bootstrap reads it too."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


def var_dir() -> Path:
    """The folder for everything that is made at run time (`AMENDS_VAR`, else `var/`)."""
    return Path(os.environ.get("AMENDS_VAR") or BASE_DIR / "var").expanduser().resolve()
