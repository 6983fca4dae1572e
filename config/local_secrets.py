"""Secrets of an embedded stack: made once, kept under var/ where only their owner reads them."""

import json
import os
import secrets
from pathlib import Path

_LENGTHS = {"secret_key": 50, "database_password": 24, "redis_password": 24}


def local_secrets(var: Path) -> dict[str, str]:
    """Return the secrets kept in `var`, making and storing those that are missing.

    Raises OSError where `var` cannot be written and ValueError where the file is damaged.
    """
    path = var / "secrets.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = {name: length for name, length in _LENGTHS.items() if name not in known}
    if not missing:
        return known
    var.mkdir(parents=True, exist_ok=True)
    known |= {name: secrets.token_urlsafe(length) for name, length in missing.items()}
    draft = path.with_name(f"secrets.{os.getpid()}.tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(known, file, indent=1)
    if path.exists():
        draft.replace(path)
        return known
    try:
        # A link never overwrites: of two processes that start together, one makes the secrets.
        os.link(draft, path)
    except FileExistsError:
        return local_secrets(var)
    finally:
        draft.unlink(missing_ok=True)
    return known
