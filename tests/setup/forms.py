"""What a browser would send of a form on a page, if nothing was changed."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class _Form(HTMLParser):
    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted, self.inside, self.disabled = wanted, False, 0
        self.values: dict[str, list[str]] = {}
        self.select = self.area = ""
        self.first: str | None = None
        self.chosen: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag == "form":
            self.inside = self.wanted in (held.get("class") or "")
        if not self.inside:
            return
        name, off = held.get("name") or "", "disabled" in held
        if tag == "fieldset":
            self.disabled += 1 if off or self.disabled else 0
        elif tag == "input" and name and not off and not self.disabled:
            ticks = held.get("type") in {"checkbox", "radio"}
            if not ticks or "checked" in held:
                self.values.setdefault(name, []).append(
                    held.get("value") or ("on" if ticks else "")
                )
        elif tag == "select" and not off and not self.disabled:
            self.select, self.first, self.chosen = name, None, None
        elif tag == "option" and self.select:
            value = held.get("value") or ""
            self.first = value if self.first is None else self.first
            self.chosen = value if "selected" in held else self.chosen
        elif tag == "textarea" and not off:
            self.area = name
            self.values[name] = [""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "fieldset" and self.inside and self.disabled:
            self.disabled -= 1
        elif tag == "select" and self.select:
            value = self.chosen if self.chosen is not None else (self.first or "")
            self.values.setdefault(self.select, []).append(value)
            self.select = ""
        elif tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area][0] += data


def typed(response: Any, form: str = "setup-form") -> dict[str, Any]:
    """The fields of the form with this class, as they stand."""
    parser = _Form(form)
    parser.feed(response.content.decode())
    assert parser.values, "there is no such form"
    return {name: found if len(found) > 1 else found[0] for name, found in parser.values.items()}
