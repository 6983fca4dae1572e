"""Fixtures for what is costly or lies outside: shared data, a live site, a real worker."""

import os
from pathlib import Path

import pytest

from config.paths import BASE_DIR


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the repository (`AMENDS_SHARED`); skips where it is absent."""
    path = Path(os.environ.get("AMENDS_SHARED") or BASE_DIR.parent / "shared")
    if not path.is_dir():
        pytest.skip(f"no shared data at {path}: set AMENDS_SHARED to its folder")
    return path
