"""Plain text out of a mail's HTML. Pure.

What comes out is text and is escaped wherever it is shown; scripts, styles and what is hidden
are left out. What was quoted gets the "> " that plain mail has, so that it can be told apart.
"""

from html.parser import HTMLParser

_SKIPPED = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "object"})
_BLOCKS = frozenset(
    {
        "address",
        "article",
        "div",
        "dl",
        "dt",
        "dd",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tr",
        "ul",
    }
)
_PARAGRAPHS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote"}
)


class _Reader(HTMLParser):
    """Collects lines, each with how deep it is quoted."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[tuple[int, str]] = []
        self._line = ""
        self._quotes = 0
        self._skipping: list[str] = []
        self._verbatim = 0

    def end_line(self, *, gap: bool = False) -> None:
        """Close the line, with an empty one after it where a paragraph ends."""
        text = self._line.strip() if not self._verbatim else self._line.rstrip()
        if text:
            self.lines.append((self._quotes, text))
        if gap and self.lines and self.lines[-1][1]:
            self.lines.append((self._quotes, ""))
        self._line = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A new block, a line break, or what is left out."""
        if self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.append(tag)
            return
        if tag in _SKIPPED:
            self._skipping.append(tag)
        elif tag == "br":
            blank = not self._line.strip()
            self.end_line()
            if blank:
                self.lines.append((self._quotes, ""))
        elif tag == "blockquote":
            self.end_line(gap=True)
            self._quotes += 1
        elif tag in _BLOCKS:
            self.end_line(gap=tag in _PARAGRAPHS)
            self._verbatim += tag == "pre"
            self._line += "- " if tag == "li" else ""
        elif tag in {"td", "th"} and self._line.strip():
            self._line += "  "
        elif tag == "body":
            self._line = ""

    def handle_endtag(self, tag: str) -> None:
        """The end of a block."""
        if self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.pop()
        elif tag == "blockquote":
            self.end_line()
            self._quotes = max(0, self._quotes - 1)
            self.end_line(gap=True)
        elif tag in _BLOCKS:
            self.end_line(gap=tag in _PARAGRAPHS)
            self._verbatim = max(0, self._verbatim - (tag == "pre"))

    def handle_data(self, data: str) -> None:
        """Words; blank space is one space, except in <pre>."""
        if self._skipping:
            return
        if self._verbatim:
            *whole, rest = data.split("\n")
            for line in whole:
                self._line += line
                self.end_line()
            self._line += rest
            return
        words = " ".join(data.replace("\xa0", " ").split())
        if not words:
            self._line += " " if self._line and not self._line.endswith(" ") else ""
            return
        lead = data[:1].isspace() and self._line and not self._line.endswith(" ")
        self._line += (" " if lead else "") + words + (" " if data[-1:].isspace() else "")


def text_of_html(html: str) -> str:
    """The text of an HTML body."""
    reader = _Reader()
    try:
        reader.feed(html)
        reader.close()
    except (AssertionError, ValueError):
        pass
    reader.end_line()
    lines: list[str] = []
    for number, (depth, words) in enumerate(reader.lines):
        after = reader.lines[number + 1][0] if number + 1 < len(reader.lines) else 0
        # The gap after the last line of a quote is no part of it.
        lines.append(("> " * (depth if words else min(depth, after)) + words).rstrip())
    text = "\n".join(lines)
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip()
