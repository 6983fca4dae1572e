"""How pain is assessed, as a page: seen and tried by everybody, edited by managers."""

import html
import re
from typing import Any

import pytest

from remedies.models import PainScheme
from tests.builders import Desk
from tests.desk.pages import SignIn, queries_of, text_of

pytestmark = pytest.mark.django_db

FIELD = re.compile(r'<(?:input|textarea)[^>]*\bname="([^"]+)"[^>]*>')
SELECT = re.compile(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
VALUE = re.compile(r'\bvalue="([^"]*)"')


def typed(page: Any) -> dict[str, str]:
    """What the form would send if nothing was changed."""
    text = page.content.decode()
    text = text[text.index('action="/desk/pain/edit/"') :]
    found: dict[str, str] = {}
    for match in FIELD.finditer(text):
        if 'type="checkbox"' in match[0] and "checked" not in match[0]:
            continue
        value = VALUE.search(match[0])
        ticked = "on" if 'type="checkbox"' in match[0] else ""
        found[match[1]] = html.unescape(value[1]) if value else ticked
    for name, options in SELECT.findall(text):
        chosen = re.search(r'<option value="([^"]*)" selected>', options)
        found[name] = chosen[1] if chosen else ""
    return found


def test_everybody_sees_the_anchors_and_tries_facts(whole_desk: Desk, sign_in: SignIn) -> None:
    alice = sign_in(whole_desk.alice)
    page = text_of(alice.get("/desk/pain/"))
    assert "Lost sleep, or felt humiliated or afraid level 4" in page
    assert "Contacts that were needed from 3 on from 5 on" in page
    assert "Managers edit it." in page
    facts = {"a_time_lost": "days", "contacts": "3", "promises_broken": "1"}
    tried = text_of(alice.get("/desk/pain/", facts))
    assert "4: two days or more lost, third contact, promise broken once" in tried
    wrong = alice.get("/desk/pain/", {"a_time_lost": "ages", "loss": "much"})
    assert wrong.status_code == 400
    assert alice.get("/desk/pain/edit/").status_code == 403
    assert alice.post("/desk/pain/draft/", {"do": "activate"}).status_code == 403


def test_a_manager_writes_a_version_tries_it_and_puts_it_in_force(
    whole_desk: Desk, sign_in: SignIn
) -> None:
    mona = sign_in(whole_desk.mona)
    values = typed(mona.get("/desk/pain/edit/"))
    assert values["f0_2_words"] == "Some hours lost" and values["f0_2_level"] == "2"
    values |= {"f0_2_level": "3", "f0_6_words": "A career", "f0_6_level": "5", "title": "Ours"}
    kept = mona.post("/desk/pain/edit/", values)
    assert kept.headers["Location"] == "/desk/pain/?version=draft"
    draft = PainScheme.objects.get()
    answers = draft.data["factors"][0]["answers"]
    assert [(a["key"], a["level"]) for a in answers[2:3] + answers[-1:]] == [
        ("hours", 3), ("a_career", 5),
    ]  # fmt: skip
    shown = text_of(mona.get("/desk/pain/", {"version": "draft", "a_time_lost": "a_career"}))
    assert "5: a career" in shown
    assert mona.post("/desk/pain/draft/", {"do": "activate"}).status_code == 302
    draft.refresh_from_db()
    assert draft.status == "active"
    assert "A career level 5" in text_of(mona.get("/desk/pain/"))
    assert mona.post("/desk/pain/draft/", {"do": "drop"}).status_code == 404
    mona.post("/desk/pain/edit/", typed(mona.get("/desk/pain/edit/")) | {"f0_6_words": "A life"})
    mona.post("/desk/pain/draft/", {"do": "activate"})
    alice = sign_in(whole_desk.alice)
    assert "A life level 5" in text_of(alice.get("/desk/pain/"))
    before = text_of(alice.get("/desk/pain/", {"version": draft.version}))
    assert "A career level 5" in before and "retired" in before
    for unknown in ("99", "²", "x", "9" * 30):
        assert alice.get("/desk/pain/", {"version": unknown}).status_code == 404


def test_what_is_kept_unchanged_is_what_is_in_force(whole_desk: Desk, sign_in: SignIn) -> None:
    from remedies.pain import DEFAULT
    from remedies.pain_schemes import read_scheme

    mona = sign_in(whole_desk.mona)
    mona.post("/desk/pain/edit/", typed(mona.get("/desk/pain/edit/")))
    assert read_scheme(PainScheme.objects.get().data) == DEFAULT


def test_worse_that_gives_less_is_shown_at_its_line_with_the_case(
    whole_desk: Desk, sign_in: SignIn
) -> None:
    mona = sign_in(whole_desk.mona)
    values = typed(mona.get("/desk/pain/edit/")) | {"f0_5_level": "1"}
    page = mona.post("/desk/pain/edit/", values)
    assert page.status_code == 422
    words = text_of(page)
    assert "Time lost, “Weeks of effort”" in words and "pain falls from 3 to 1" in words
    assert not PainScheme.objects.exists()
    values = typed(mona.get("/desk/pain/edit/")) | {"contacts_worse": "often", "f1_label": ""}
    words = text_of(mona.post("/desk/pain/edit/", values))
    assert "Contacts that were needed: This should be a whole number" in words


def test_the_page_costs_as_many_queries_however_many_versions(
    whole_desk: Desk, sign_in: SignIn
) -> None:
    mona = sign_in(whole_desk.mona)
    before = queries_of(mona, "/desk/pain/")
    for _ in range(3):
        mona.post("/desk/pain/edit/", typed(mona.get("/desk/pain/edit/")))
        mona.post("/desk/pain/draft/", {"do": "activate"})
    assert queries_of(mona, "/desk/pain/") <= before + 1
