"""What people and machines write, made safe to store: clear limits, no control characters."""

import re
import unicodedata

from tickets.errors import Invalid, Missing

# NUL can't be stored by PostgreSQL; other control characters only hide what a text says.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


#: Blank space and format characters: a text of these alone says nothing.
_UNSEEN = frozenset({"Cf", "Zs", "Zl", "Zp", "Cc"})


def clean_text(text: str, *, field: str, limit: int) -> str:
    """`text` without control characters and outer blank space, its newlines as "\\n".

    Raises `Invalid` where it has more than `limit` characters.
    """
    if not isinstance(text, str):
        raise Invalid("This should be text.", field=field)
    clean = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    clean = unicodedata.normalize("NFC", clean.encode("utf-8", "replace").decode()).strip()
    if all(unicodedata.category(letter) in _UNSEEN for letter in clean):
        return ""
    if len(clean) > limit:
        raise Invalid(
            "This has {length} characters; {limit} are allowed.",
            length=len(clean),
            limit=limit,
            field=field,
        )
    return clean


def clean_line(text: str, *, field: str, limit: int) -> str:
    """The same for one line: all blank space becomes single spaces."""
    return " ".join(clean_text(text, field=field, limit=limit).split())


def needed(text: str, *, what: str, field: str, limit: int) -> str:
    """The same as `clean_text`, and not empty. Raises `Missing`, saying `what` is needed."""
    clean = clean_text(text, field=field, limit=limit)
    if not clean:
        raise Missing(what=what, field=field)
    return clean
