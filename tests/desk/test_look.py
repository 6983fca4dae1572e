"""The look: colours are tokens and can be read, directions are logical, and languages that are
read from right to left turn the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.template.loader import get_template
from django.test import Client
from django.utils import translation

from config.paths import BASE_DIR
from desk.icons import icon_names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.builders import Desk
    from tests.desk.pages import SignIn

STYLES = BASE_DIR / "desk" / "static" / "desk"
TEMPLATES = BASE_DIR / "desk" / "templates"
TOKENS = (STYLES / "tokens.css").read_text(encoding="utf-8")

RAW = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch)\(")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
#: Properties and values that name a side by hand, where they do not stand on both sides alike.
SIDED = re.compile(
    r"(?:margin|padding|border|inset)-(?:left|right)|(?<![\w-])(?:left|right)\s*:"
    r"|text-align\s*:\s*(?:left|right)|float\s*:\s*(?:left|right)"
    r"|border-(?:top|bottom)-(?:left|right)-radius"
)
FOUR = re.compile(r"(?:margin|padding|inset)\s*:\s*([^;{}]+);")


def sheets() -> Iterator[tuple[Path, str]]:
    """Every stylesheet of the desk, without its comments."""
    for path in sorted(STYLES.glob("*.css")):
        yield path, COMMENT.sub("", path.read_text(encoding="utf-8"))


def test_no_stylesheet_but_the_tokens_writes_a_colour_down() -> None:
    found = [
        f"{path.name}: {one}"
        for path, text in sheets()
        if path.name != "tokens.css"
        for one in RAW.findall(re.sub(r"url\([^)]*\)", "", text))
    ]
    assert found == []


def test_no_template_and_no_script_writes_a_colour_down() -> None:
    colour = re.compile(r"(?:fill|stroke|color|background)\s*[=:]\s*[\"']?#[0-9a-fA-F]{3}|style=")
    found = [
        f"{path.name}: {match.group()}"
        for path in [*TEMPLATES.rglob("*.html"), *STYLES.glob("*.js")]
        for match in colour.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def sides(value: str) -> list[str]:
    """The parts of a shorthand; brackets hold together."""
    return re.findall(
        r"(?:[^\s(]|\([^()]*(?:\([^()]*\)[^()]*)*\))+", value.removesuffix("!important")
    )


def test_directions_are_logical_so_that_a_page_can_be_turned() -> None:
    found = []
    for path, text in sheets():
        if path.name == "turned.css":
            continue
        found += [f"{path.name}: {one}" for one in SIDED.findall(text)]
        for value in FOUR.findall(text):
            parts = sides(value.strip())
            if len(parts) == 4 and parts[1] != parts[3]:
                found.append(f"{path.name}: {value}")
    assert found == []


def values(scheme: int) -> dict[str, str]:
    """Token → colour; `scheme` is 0 for light and 1 for dark."""
    found = {}
    for name, value in re.findall(r"--([\w-]+): ([^;]+);", TOKENS.split("@media")[0]):
        pair = re.fullmatch(r"light-dark\((#\w+), (#\w+)\)", value)
        if pair:
            found[name] = pair.group(scheme + 1)
        elif value.startswith("#"):
            found[name] = value
    return found


def more(tokens: dict[str, str]) -> dict[str, str]:
    """The tokens where the system asks for more contrast."""
    block = TOKENS.split("@media (prefers-contrast: more)")[1].split("@media")[0]
    changed = dict(re.findall(r"--([\w-]+): var\(--([\w-]+)\);", block))
    assert {"line", "ink-2", "ink-3", "accent-soft", "note"} <= set(changed)
    return tokens | {name: tokens[other] for name, other in changed.items()}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.x defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(tokens: dict[str, str], one: str, other: str) -> float:
    """The contrast of two tokens."""
    high, low = sorted((luminance(tokens[one]), luminance(tokens[other])), reverse=True)
    return (high + 0.05) / (low + 0.05)


#: Text and the grounds that it stands on.
TEXTS = {
    "ink": "paper surface sunken accent-soft note add work soon-soft late-soft good-soft pain-soft",
    "ink-2": "paper surface sunken accent-soft note work",
    "ink-3": "paper surface sunken accent-soft note work",
    "accent": "paper surface",
    "accent-ink": "accent-soft surface",
    "on-accent": "accent accent-hover",
    "soon": "surface paper soon-soft",
    "late": "surface paper late-soft",
    "on-late": "late-fill",
    "good": "surface paper good-soft add",
    "pain": "surface paper pain-soft",
    "note-ink": "note",
    "rail-ink": "rail",
    "rail-bright": "rail-on",
    "rail-dark": "rail-mark",
    "float-ink": "float",
    "who-ink": " ".join(f"who-{at}" for at in range(8)),
}
#: What is drawn and means something, and its grounds.
SHAPES = {
    "edge": "surface sunken paper",
    "accent": "surface paper",
    "soon-fill": "surface",
    "late-fill": "surface",
    "good-fill": "surface",
    "pain-fill": "surface",
    "rail-mark": "rail",
    "float-mark": "float",
}


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("contrast", [False, True], ids=["plain", "more"])
def test_text_and_shapes_stand_out_from_their_grounds(scheme: int, *, contrast: bool) -> None:
    tokens = more(values(scheme)) if contrast else values(scheme)
    weak = [
        f"{token} on {ground}: {ratio(tokens, token, ground):.2f}"
        for wanted, pairs in ((4.5, TEXTS), (3.0, SHAPES))
        for token, grounds in pairs.items()
        for ground in grounds.split()
        if ratio(tokens, token, ground) < wanted
    ]
    assert weak == []
    if contrast:
        assert min(ratio(tokens, ink, "surface") for ink in ("ink", "ink-2", "ink-3")) > 7
        assert ratio(tokens, "line", "surface") > 3


def test_a_language_that_is_read_from_right_to_left_turns_the_page() -> None:
    root = get_template("desk/root.html")
    with translation.override("ar"):
        turned = root.render({})
    assert '<html lang="ar" dir="rtl"' in turned
    assert "desk/turned" in turned
    with translation.override("de"):
        plain = root.render({})
    assert "dir=" not in plain
    assert "desk/turned" not in plain


#: Components that are a whole part of one page (its tables, letters and hidden helpers), and are
#: made of those that the style guide shows.
OF_ONE_PAGE = set(
    "backtest_bars backtest_beside backtest_progress backtest_rows backtest_side"
    " backtest_tickets bars boxes customer_line form_errors insight_tabs ledger_tabs more"
    " queue_chips queue_more queue_tools refusal_letter report_chart selection_bar texts"
    " texts_plain trial_rows view_counts".split()
)


@pytest.mark.django_db
def test_every_component_stands_in_the_style_guide(sign_in: SignIn, whole_desk: Desk) -> None:
    from desk.templatetags.desk import _drawn

    _drawn.cache_clear()
    response = sign_in(whole_desk.sue).get("/desk/styleguide/")
    assert response.status_code == 200
    shown = {str(template.name) for template in response.templates}
    every = {path.stem for path in (TEMPLATES / "desk" / "components").glob("*.html")}
    missing = {one for one in every if f"desk/components/{one}.html" not in shown}
    assert missing <= OF_ONE_PAGE


def test_an_icon_that_there_is_none_of_breaks_no_page(whole_desk: Desk, sign_in: SignIn) -> None:
    from tests.builders import make_ticket
    from tickets.models import Category

    make_ticket(whole_desk)
    for row in Category.objects.all():
        row.icon = "nope-icon"
        row.save()
    for browser, url in ((sign_in(whole_desk.sue), "/desk/"), (Client(), "/complain/")):
        assert browser.get(url).status_code == 200


def test_every_icon_that_is_named_exists() -> None:
    named = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r"{% icon [\"']([a-z0-9-]+)[\"']", path.read_text(encoding="utf-8"))
    }
    assert len(named) > 50
    assert named <= icon_names()
