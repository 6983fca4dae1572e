"""The languages of the product: what is to be translated is found, checked and compiled.

    python -m config.languages update     write into config/locale/ what is new, drop what is gone
    python -m config.languages check      nothing missing, nothing doubtful, placeholders agree
    python -m config.languages compile    the catalogues that Django reads

With Babel, so that no program outside the virtual environment is needed. What scripts say is in a
catalogue of its own (djangojs), for it goes to browsers.
"""

import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from config.paths import BASE_DIR
from config.refusals import refusals
from config.shipped import shipped

LOCALE = BASE_DIR / "config" / "locale"
APPS = ("config", "desk", "escalation", "feedback", "integrations", "remedies", "tickets")
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "pgettext_noop": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "Phrase": (1,),
    "Kept": (1,),
}
#: What stands in which catalogue.
DOMAINS = {"django": {".py", ".html", ".txt"}, "djangojs": {".js"}}
SCRIPT_KEYWORDS = {"gettext": None, "ngettext": (1, 2)}
#: What of a header differs from day to day, or says nothing.
_DATED = re.compile(
    r'^"(?:POT-Creation|PO-Revision|Report-Msgid|Last-Translator|Language-Team|Generated).*\n',
    re.MULTILINE,
)
_FORMAT = re.compile(r"%\(\w+\)[sd]|%[sd]")
#: Places in the words of a domain error.
_BRACES = re.compile(r"\{\w+\}")

Found = tuple[str | tuple[str, ...], str | None, str]


def compile_messages() -> None:
    """Write each catalogue that is older than its text. Several processes may do so at once."""
    for text in LOCALE.glob("*/LC_MESSAGES/*.po"):
        compiled = text.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns > text.stat().st_mtime_ns:
            continue
        buffer = io.BytesIO()
        write_mo(buffer, _read(text))
        fresh = compiled.with_suffix(f".{os.getpid()}")
        try:
            fresh.write_bytes(buffer.getvalue())
            fresh.replace(compiled)
        except PermissionError:  # an installation that is not ours to write to: compiled with it
            return


def found(domain: str = "django") -> Iterator[Found]:
    """Each text to be translated: its id or both ids, its context, and the file that has it."""
    yield from _in_scripts() if domain == "djangojs" else _in_pages()


def _files(domain: str) -> Iterator[tuple[Path, str]]:
    for app in APPS:
        for path in sorted((BASE_DIR / app).rglob("*")):
            if path.suffix in DOMAINS[domain] and "migrations" not in path.parts:
                yield path, path.read_text(encoding="utf-8")


def _in_scripts() -> Iterator[Found]:
    for path, source in _files("djangojs"):
        where = path.relative_to(BASE_DIR).as_posix()
        stream = io.BytesIO(source.encode())
        for _, words, _, context in extract("javascript", stream, keywords=SCRIPT_KEYWORDS):
            yield words, context, where


def _in_pages() -> Iterator[Found]:
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True)
    from django.utils.translation.template import templatize

    for path, text in _files("django"):
        source = text
        if path.suffix != ".py":
            if "translate" not in source and "_(" not in source:
                continue
            source = _as_python(templatize(source, origin=str(path)))
        elif not any(sign in source for sign in ("gettext", "_(", "Phrase(", "Kept(")):
            continue
        where = path.relative_to(BASE_DIR).as_posix()
        stream = io.BytesIO(source.encode())
        for _, words, _, context in extract("python", stream, keywords=KEYWORDS):
            yield words, context, where
    python = (path for path, _ in _files("django") if path.suffix == ".py")
    for said, path in refusals(python):
        yield said, None, path.relative_to(BASE_DIR).as_posix()
    for words, where in shipped():
        yield words, None, where


def _as_python(blanked: str) -> str:
    """What Django makes of a template, without the margins that Python would stumble over."""
    calls = re.findall(
        r"\b(?:n?p?gettext|_)\((?:u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\"|[^()])*\)", blanked
    )
    return "\n".join(calls)


def template(domain: str = "django") -> Catalog:
    """All that is to be translated, in no language yet."""
    catalog = Catalog(project="Amends", charset="utf-8", header_comment="# Amends, in German.\n#")
    for words, context, where in found(domain):
        text = words[0] if isinstance(words, tuple) else words
        if text:
            flags = ["python-format"] if _FORMAT.search(text) else []
            catalog.add(words, locations=[(where, 0)], context=context, flags=flags)
    return catalog


def _read(path: Path) -> Catalog:
    with path.open("rb") as stream:
        return read_po(stream, locale=path.parts[-3], domain=path.stem)


def update() -> None:
    """Bring each catalogue to what is in the code now; texts that are gone are dropped."""
    wanted = {domain: template(domain) for domain in DOMAINS}
    for path in LOCALE.glob("*/LC_MESSAGES/*.po"):
        catalog = _read(path)
        catalog.update(wanted[path.stem], no_fuzzy_matching=True, update_header_comment=False)
        catalog.obsolete.clear()
        buffer = io.BytesIO()
        write_po(buffer, catalog, width=100, sort_output=True, include_lineno=False)
        path.write_text(_DATED.sub("", buffer.getvalue().decode()), encoding="utf-8")


def problems() -> Iterator[str]:
    """What is missing or wrong in each catalogue, in words."""
    wanted = {domain: template(domain) for domain in DOMAINS}
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        keys = {(message.id, message.context) for message in wanted[path.stem] if message.id}
        name = path.relative_to(BASE_DIR).as_posix()
        catalog = _read(path)
        known = {(message.id, message.context): message for message in catalog if message.id}
        for key in sorted(keys - known.keys(), key=str):
            yield f"{name}: not there yet: {key[0]!r}"
        for key in sorted(known.keys() - keys, key=str):
            yield f"{name}: nothing says this any more: {key[0]!r}"
        for key in sorted(keys & known.keys(), key=str):
            message = known[key]
            given = (
                message.string if isinstance(message.string, tuple | list) else (message.string,)
            )
            if message.fuzzy or not all(given):
                yield f"{name}: not translated: {key[0]!r}"
                continue
            asked = message.id if isinstance(message.id, tuple | list) else (message.id,)
            wanted_names = {name for text in asked for name in _places(str(text))}
            names = {name for text in given for name in _places(str(text))}
            if wanted_names != names:
                yield f"{name}: other placeholders ({', '.join(sorted(names))}): {key[0]!r}"


def _places(text: str) -> list[str]:
    return [*_FORMAT.findall(text), *_BRACES.findall(text)]


def main(arguments: list[str]) -> int:
    """Do what is asked; 1 where the check finds something."""
    if arguments == ["update"]:
        update()
    elif arguments == ["compile"]:
        compile_messages()
    elif arguments == ["check"]:
        told = list(problems())
        print("\n".join(told))
        return 1 if told else 0
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
