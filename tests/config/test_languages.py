"""Catalogues of languages: what is missing, gone or wrong is named; compiling is done anew."""

from pathlib import Path

import pytest

from config import languages


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A German catalogue of one app's few texts."""
    app = tmp_path / "desk"
    app.mkdir()
    (app / "some.py").write_text(
        "from django.utils.translation import gettext as _, ngettext\n"
        '_("Two %(what)s")\n_("Gone later")\nngettext("%(n)d day", "%(n)d days", 2)\n'
    )
    (app / "errors.py").write_text(
        "class Refused(DomainError):\n"
        '    """It can\'t be\n    done: {why}."""\n'
        "class Worse(Refused):\n"
        '    """Worse."""\n'
        "raise Worse('Not on {day}.', day=day)\n"
    )
    (app / "page.html").write_text(
        '{% load i18n %}<p title="it\'s">{% translate "A page" %}'
        "{% blocktranslate trimmed %}\n  of {{ n }}\n  lines{% endblocktranslate %}"
        '{% include "x" with lead=_("Inside a tag") %}'
    )
    place = tmp_path / "config" / "locale" / "de" / "LC_MESSAGES" / "django.po"
    place.parent.mkdir(parents=True)
    place.write_text(
        'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    )
    monkeypatch.setattr(languages, "BASE_DIR", tmp_path)
    monkeypatch.setattr(languages, "LOCALE", tmp_path / "config" / "locale")
    monkeypatch.setattr(languages, "APPS", ("desk",))
    return place


def translate(place: Path, words: str, said: str) -> None:
    text = place.read_text()
    assert f'msgid "{words}"\nmsgstr ""' in text
    place.write_text(
        text.replace(f'msgid "{words}"\nmsgstr ""', f'msgid "{words}"\nmsgstr "{said}"')
    )


def test_texts_of_code_and_templates_are_found(catalogue: Path) -> None:
    languages.update()
    for words in ("Two %(what)s", "A page", "of %(n)s lines", "Inside a tag", "%(n)d days"):
        assert f'"{words}"' in catalogue.read_text()


def test_what_domain_errors_say_is_found(catalogue: Path) -> None:
    languages.update()
    for words in ("It can't be done: {why}.", "Worse.", "Not on {day}."):
        assert f'msgid "{words}"' in catalogue.read_text()
    translate(catalogue, "Not on {day}.", "Nicht am {tag}.")
    assert any("placeholders" in told and "Not on {day}" in told for told in languages.problems())


def test_what_is_not_translated_is_named(catalogue: Path) -> None:
    assert any("not there yet: 'A page'" in told for told in languages.problems())
    languages.update()
    assert any("not translated: 'A page'" in told for told in languages.problems())
    translate(catalogue, "A page", "Eine Seite")
    assert not any("'A page'" in told for told in languages.problems())


def test_a_placeholder_that_is_lost_is_named(catalogue: Path) -> None:
    languages.update()
    translate(catalogue, "Two %(what)s", "Zwei %(was)s")
    assert any(
        "Two %(what)s" in told and "not translated" not in told for told in languages.problems()
    )


def test_a_text_that_nothing_says_any_more_is_named_and_dropped(
    catalogue: Path, tmp_path: Path
) -> None:
    languages.update()
    code = tmp_path / "desk" / "some.py"
    code.write_text(code.read_text().replace('_("Gone later")\n', ""))
    assert any("nothing says this any more: 'Gone later'" in told for told in languages.problems())
    languages.update()
    assert "Gone later" not in catalogue.read_text()


def test_only_what_is_older_is_compiled(catalogue: Path) -> None:
    languages.update()
    languages.compile_messages()
    compiled = catalogue.with_suffix(".mo")
    before = compiled.stat().st_mtime_ns
    languages.compile_messages()
    assert compiled.stat().st_mtime_ns == before
