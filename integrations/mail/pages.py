"""The text of a mail as a page for programs that show one: the same words, nothing added. Pure.

What is written stays a letter: paragraphs, lists, links, and below a line what stands under "-- ".
Each paragraph has the direction of its own words, a link that of links; the page has that of its
language.
"""

import html
import re
from collections.abc import Iterator

_LINK = re.compile(r"https?://[^\s<>\"')]+[^\s<>\"').,;:!?]")
_ITEM = "- "

#: Colours are those of the customer's pages; a mail program that knows no dark leaves them light.
_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; padding: 24px 20px; background: #fff; color: #1d1c1a;
  font: 16px/1.5 Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 600px; margin: 0 auto; overflow-wrap: anywhere; }
p, ul { margin: 0 0 16px; }
ul { padding-inline-start: 20px; }
li { margin: 0 0 8px; }
a { color: #0b5f70; }
footer { margin-top: 24px; padding-top: 16px; border-top: 1px solid #e3e0d9; color: #67625a;
  font-size: 14px; }
@media (prefers-color-scheme: dark) {
  body { background: #1b1e1f; color: #ecebe7; }
  a { color: #66c2d2; }
  footer { border-color: #323738; color: #9fa19e; }
}
""".strip()


def html_of(text: str, *, title: str = "", language: str = "", rtl: bool = False) -> str:
    """`text` as a page in `language` (a code; "" where it is not known); everything is escaped."""
    # The last one is ours: whoever wrote the letter may have signed it so as well.
    body, mark, foot = f"\n{text.strip()}\n".rpartition("\n-- \n")
    if not mark:
        body, foot = foot, ""
    lang = f' lang="{html.escape(language, quote=True)}"' if language else ""
    direction = ' dir="rtl"' if rtl else ""
    footer = f"<footer>\n{_blocks(foot)}\n</footer>\n" if foot.strip() else ""
    return (
        f'<!doctype html>\n<html{lang}{direction}><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style></head>\n"
        f"<body><main>\n{_blocks(body)}\n{footer}</main></body></html>\n"
    )


def _blocks(text: str) -> str:
    return "\n".join(
        part for block in re.split(r"\n{2,}", text.strip()) for part in _parts(block.split("\n"))
    )


def _parts(lines: list[str]) -> Iterator[str]:
    """A block as paragraphs and lists: what begins with a dash is an item, what is indented
    below it belongs to it."""
    plain: list[str] = []
    items: list[list[str]] = []
    for line in lines:
        if line.startswith(_ITEM):
            yield from _paragraph(plain)
            plain = []
            items.append([line.removeprefix(_ITEM)])
        elif items and line.startswith("  "):
            items[-1].append(line.strip())
        else:
            yield from _list(items)
            items = []
            plain.append(line)
    yield from _paragraph(plain)
    yield from _list(items)


def _paragraph(lines: list[str]) -> Iterator[str]:
    if lines:
        yield f'<p dir="auto">{_lines(lines)}</p>'


def _list(items: list[list[str]]) -> Iterator[str]:
    if items:
        told = "\n".join(f'<li dir="auto">{_lines(item)}</li>' for item in items)
        yield f"<ul>\n{told}\n</ul>"


def _lines(lines: list[str]) -> str:
    return "<br>\n".join(map(_linked, lines))


def _linked(line: str) -> str:
    parts, last = [], 0
    for match in _LINK.finditer(line):
        parts.append(html.escape(line[last : match.start()]))
        address = html.escape(match[0], quote=True)
        parts.append(f'<a href="{address}" dir="ltr">{address}</a>')
        last = match.end()
    return "".join(parts) + html.escape(line[last:])
