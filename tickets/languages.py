"""Which language somebody is spoken to in: theirs where the product has it, else its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import translation


def spoken(code: str) -> str:
    """The nearest language that there is: "de" for "de-AT", the desk's own for one it has not."""
    try:
        return translation.get_supported_language_variant(code or "")
    except LookupError:
        return str(settings.LANGUAGE_CODE)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Texts made inside are in that language."""
    with translation.override(spoken(code)):
        yield
