"""What scripts say, in the language of the page: one small file for each language that is not
English, whose address names what stands in it."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from babel.messages.mofile import read_mo
from django.conf import settings
from django.urls import reverse


@lru_cache(maxsize=16)
def script_of(language: str) -> str:
    """JavaScript that says the scripts' texts in `language`; "" where they need none."""
    for folder in settings.LOCALE_PATHS:
        file = Path(folder) / language / "LC_MESSAGES" / "djangojs.mo"
        if file.exists():
            with file.open("rb") as stream:
                catalog = read_mo(stream)
            said = [message for message in catalog if message.id and message.string]
            words = {_first(message.id): message.string for message in said}
            text = json.dumps(words, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
            return f"window.amendsWords={text};\n"
    return ""


def _first(ids: object) -> str:
    return str(ids[0]) if isinstance(ids, tuple | list) else str(ids)


@lru_cache(maxsize=16)
def mark_of(language: str) -> str:
    """What stands for the file's content in its address."""
    return hashlib.sha256(script_of(language).encode()).hexdigest()[:12]


@lru_cache(maxsize=16)
def address_of(language: str) -> str:
    """Where the file is; "" where scripts speak that language by themselves."""
    base = language.partition("-")[0]
    if not script_of(base):
        return ""
    return reverse("desk-words", kwargs={"language": base, "mark": mark_of(base)})
