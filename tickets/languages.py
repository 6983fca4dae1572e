"""Which language somebody is spoken to in: theirs where the product has it, else its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise

from tickets.errors import Invalid
from tickets.saying import Phrase

if TYPE_CHECKING:
    from tickets.models import User

Key = TypeVar("Key")


class Spoken(Mapping[Key, str]):
    """Words by their code, each said in the language that is active when it is asked for."""

    def __init__(self, words: Mapping[Key, str | Promise]) -> None:
        self._words = dict(words)

    def __getitem__(self, code: Key) -> str:
        return str(self._words[code])

    def __iter__(self) -> Iterator[Key]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)


def spoken(code: str) -> str:
    """The nearest language that there is: "de" for "de-AT", the desk's own for one it has not."""
    try:
        return translation.get_supported_language_variant(code or "")
    except LookupError:
        return str(settings.LANGUAGE_CODE)


def offered() -> list[tuple[str, str]]:
    """The languages that there are, each with its own name for itself."""
    names = [(code, translation.get_language_info(code)["name_local"]) for code, _ in _all()]
    return [(code, name[:1].upper() + name[1:]) for code, name in names]


def _all() -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in settings.LANGUAGES]


def clean_choice(code: str) -> str:
    """One of the languages that there are, or "" for whichever the browser asks for.

    Raises `Invalid`.
    """
    if code and code not in dict(_all()):
        known = ", ".join(key for key, _ in _all())
        raise Invalid("The desk speaks these languages: {known}.", known=known, field="language")
    return code


def known(code: str) -> str:
    """The language itself where it is offered here, else "": in it people write, not the desk."""
    return code if code and spoken(code).partition("-")[0] == code.partition("-")[0] else ""


def is_right_to_left(code: str) -> bool:
    """Whether a language, offered here or not, is read from right to left."""
    return code.partition("-")[0].lower() in settings.LANGUAGES_BIDI


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Texts made inside are in that language."""
    with translation.override(spoken(code)):
        yield


def said_to(chosen: str, words: Phrase | str) -> str:
    """The words in the language that somebody who works here chose, "" for none."""
    if spoken(chosen or settings.LANGUAGE_CODE) == translation.get_language():
        return str(words)
    with speaking_to(chosen):
        return str(words)


@contextmanager
def speaking_with(person: "User", asked: str) -> Iterator[None]:
    """Texts made inside are in the language that somebody who works here chose, else in the one
    that his browser asks for, which mails to him keep to from then on."""
    if not person.language and asked != (person.last_language or settings.LANGUAGE_CODE):
        person.__class__.objects.filter(pk=person.pk).update(last_language=asked)
        person.last_language = asked
    with speaking(person.language or asked):
        yield


@contextmanager
def speaking_to(chosen: str) -> Iterator[None]:
    """Texts made inside are in the language that somebody who works here chose, "" for none."""
    with speaking(chosen or settings.LANGUAGE_CODE):
        yield
