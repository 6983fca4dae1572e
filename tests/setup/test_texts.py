"""Texts and guidance in the settings: written by managers, checked against the facts there are."""

import pytest

from desk.setup.errors import SetupInvalid
from desk.setup.section import sections
from tests.builders import NOW, Desk
from tickets.catalogue import catalogue
from tickets.models import ReusableText

pytestmark = pytest.mark.django_db
TEXT = {"name": "First word", "body": "Dear {first_name}, {days_without} days."}


def test_a_text_is_written_read_and_looked_at(desk: Desk) -> None:
    section = sections()["texts"]
    doc = section.checked(TEXT)
    section.write("first", doc, before=None, by=desk.mona, now=NOW)
    assert section.documents()["first"] == doc
    assert ReusableText.objects.get().use == "reply"
    shown = section.preview("first", doc, now=NOW, zone=NOW.tzinfo)  # type: ignore[arg-type]
    assert shown is not None
    assert ("Days without", True) in shown.context["parts"]


def test_a_fact_that_is_not_there_is_named_with_those_that_are(desk: Desk) -> None:
    section = sections()["texts"]
    doc = section.checked({**TEXT, "category": "flights"})
    with pytest.raises(SetupInvalid) as refused:
        section.write("first", doc, before=None, by=desk.mona, now=NOW)
    ((where, words),) = [(one[0], one[2]) for one in refused.value.details]
    assert where == "body"
    assert "{days_without}" in words and "first_name" in words


def test_guidance_holds_for_what_lies_below(desk: Desk) -> None:
    section = sections()["categories"]
    doc = section.documents()["broadband"] | {"guidance": "Ask for the alarm."}
    section.write("broadband", doc, before=None, by=desk.mona, now=NOW)
    assert catalogue().entry(desk.outage).guidance == "Ask for the alarm."
