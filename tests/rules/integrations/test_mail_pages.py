"""A mail's text as a page: the same words, as paragraphs, lists and links."""

import re

from integrations.mail.pages import html_of
from integrations.mail.texts import next_steps

LETTER = """Dear Ines <Calloway>,

What happens next
- You hear from us.
- Needs you: <b>
  https://desk.example/c/a?b=1&c=2.

Yours
Alice

--\x20
Your complaint: https://desk.example/c/x/
"""


def body_of(page: str) -> str:
    return re.sub(r"\s*\n", "\n", page.partition("<main>")[2].partition("</main>")[0]).strip()


def test_a_letter_is_paragraphs_lists_and_a_foot_and_nothing_in_it_is_markup() -> None:
    page = html_of(LETTER, title="A <letter>", language="en")
    address = "https://desk.example/c/a?b=1&amp;c=2"
    assert body_of(page) == (
        '<p dir="auto">Dear Ines &lt;Calloway&gt;,</p>\n'
        '<p dir="auto">What happens next</p>\n'
        '<ul>\n<li dir="auto">You hear from us.</li>\n'
        '<li dir="auto">Needs you: &lt;b&gt;<br>\n'
        f'<a href="{address}" dir="ltr">{address}</a>.</li>\n</ul>\n'
        '<p dir="auto">Yours<br>\nAlice</p>\n'
        '<footer>\n<p dir="auto">Your complaint: '
        '<a href="https://desk.example/c/x/" dir="ltr">https://desk.example/c/x/</a></p>\n</footer>'
    )
    assert '<html lang="en"><head>' in page
    assert "<title>A &lt;letter&gt;</title>" in page


def test_a_page_has_the_direction_of_its_language_and_no_language_where_none_is_known() -> None:
    assert '<html lang="ar" dir="rtl"><head>' in html_of("x", language="ar", rtl=True)
    assert "<html><head>" in html_of("x")
    assert html_of("x", language='"><b>').count("<b>") == 0


def test_a_signature_of_the_writers_own_stays_in_the_letter() -> None:
    page = body_of(html_of("Yours\n-- \nAlice\nHome desk\n\n-- \nYour complaint: A-1"))
    letter, _, foot = page.partition("<footer>")
    assert "Alice<br>\nHome desk" in letter
    assert foot == '\n<p dir="auto">Your complaint: A-1</p>\n</footer>'
    assert "<footer>" not in html_of("No foot.")


def test_what_comes_next_is_told_in_the_order_in_which_it_comes() -> None:
    due = {"next_update": "2026-11-17T16:30:00+00:00", "decide": "2026-11-16T16:30:00+00:00"}
    first, second = next_steps(due, zone="Europe/Vienna")
    assert first == "We tell you what we decide by Monday 16 November 2026, 17:30 (Vienna time)."
    assert "Tuesday 17 November" in second
