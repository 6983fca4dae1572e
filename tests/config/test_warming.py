"""A web server sets aside what it loaded, before it forks."""

import gc
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.utils.translation import gettext, override
from django.utils.translation.trans_real import translation

from config.warming import warm


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    for code, _name in settings.LANGUAGES:
        vars(translation(code)).pop("gettext", None)
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_was_loaded_is_not_looked_through_again() -> None:
    warm()
    assert gc.get_freeze_count() > 100_000
    assert len(gc.get_objects()) < 1_000


def test_every_address_is_loaded() -> None:
    from django.urls import clear_url_caches, get_resolver

    clear_url_caches()
    warm()
    assert "url_patterns" in vars(get_resolver())


def test_what_a_text_is_in_a_language_is_looked_for_once() -> None:
    warm()
    said = []
    for code in ("en", "de", "en"):
        with override(code):
            said += [gettext("Queue"), gettext("Queue")]
    assert said == ["Queue", "Queue", *[said[2]] * 2, "Queue", "Queue"] and said[2] != "Queue"
    assert translation("de").gettext.cache_info().misses == 1  # type: ignore[attr-defined]
