"""Whether the collected static files are still those of this source tree."""

import hashlib
from pathlib import Path

from config.paths import BASE_DIR

STAMP = "collected.sha256"


def assets_are_collected(root: Path) -> bool:
    """Whether `root` holds what collectstatic would put there now."""
    stamp = root / STAMP
    return stamp.exists() and stamp.read_text() == _fingerprint()


def remember_assets(root: Path) -> None:
    """Note that `root` has just been collected."""
    (root / STAMP).write_text(_fingerprint())


def _fingerprint() -> str:
    mark = hashlib.sha256((BASE_DIR / "requirements" / "base.txt").read_bytes())
    mark.update((BASE_DIR / "config" / "staticfiles.py").read_bytes())
    for app in sorted(path.parent for path in BASE_DIR.glob("*/apps.py")):
        for path in sorted((app / "static").rglob("*")):
            if path.is_file():
                state = path.stat()
                mark.update(f"{path}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return mark.hexdigest()
