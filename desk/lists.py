"""The name of a list of what is behind a figure, by its address: what the figure says."""

from collections.abc import Mapping
from urllib.parse import parse_qs

from desk.build.behind import TITLES, words_of
from desk.build.insight.ideas import behind_words as of_ideas
from desk.build.insight.listing import behind_words as of_insight
from feedback.services.insight.behind import behind_of
from tickets.errors import DomainError

_OF_INSIGHT, _OF_IDEAS = "/desk/insight/tickets/", "/desk/insight/ideas/behind/"
_OF_REPORTS = {f"/desk/reports/{report}/behind/": report for report in TITLES}


def name_of_list(path: str, query: str) -> str:
    """ "Promises: next reply: missed"; "" where it is no such list. One query at most."""
    if path not in {_OF_INSIGHT, _OF_IDEAS, *_OF_REPORTS}:
        return ""
    try:
        said = parse_qs(query.replace("\0", ""), keep_blank_values=True)
        return ": ".join(_words(path, {name: values[-1] for name, values in said.items()}))
    except (DomainError, ValueError):  # nobody came from a page that was refused
        return ""


def _words(path: str, asked: Mapping[str, str]) -> list[str]:
    if path == _OF_INSIGHT:
        return of_insight(behind_of(asked))
    if path == _OF_IDEAS:
        return of_ideas(asked.get("status", ""), asked.get("of", ""))
    figure = (asked.get(name, "") for name in ("what", "key", "column"))
    return words_of(_OF_REPORTS[path], *figure)
