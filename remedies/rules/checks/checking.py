"""A policy's text looked through as it is written: what is wrong, where, how to mend it. Pure.

Quick enough for every key that is struck (some tens of milliseconds); the search for disproportion
(remedies.rules.checks.soundness) takes longer and is asked for by itself. What has mistakes is left
out, so that the rest can still be tried: a rule that can't be read stops nothing but itself.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

import yaml

from remedies.errors import PolicyInvalid, Problem
from remedies.rules.editing.text import NotEditable, Parts, parts_of, span_of
from remedies.rules.language.cases import check_cases
from remedies.rules.language.draft import ComponentKind
from remedies.rules.language.parsing import compile_policy
from remedies.rules.language.policy import Policy
from remedies.rules.language.source import Path, Source, read_source

_SUGGESTED = re.compile(r"Did you mean ([^?]+)\?")
_MISSED = re.compile(
    r"(?:No value is named|No rule above is called|No rule, group or kind here is) "
    r"([^ ]+?)\.(?: |$)"
)
#: By these words of a rule others speak of it.
_NAMES = ("rule", "result", "gives", "group")
_LISTS = frozenset({"rules", "exclusions", "caps", "set_offs", "cases"})
#: So often the text is read again without what was wrong in it.
_ROUNDS = 4
_CODES = (
    ("This is not YAML", "not_yaml"),
    ("No value is named", "unknown_name"),
    ("No rule", "unknown_name"),
    ("No group", "unknown_name"),
    ("No type", "unknown_word"),
    ("A rule gives one of", "unknown_word"),
    ("This is none of the known forms", "unknown_word"),
    ("This is a", "wrong_kind"),
    ("These are of different kinds", "wrong_kind"),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One mistake and where it is: lines and columns count from 1, 0 where unknown; `start` and
    `end` are the characters of the word at fault, equal where there is none."""

    code: str
    message: str
    rule: str = ""
    path: str = ""
    line: int = 0
    column: int = 0
    start: int = 0
    end: int = 0
    #: The nearest right word, in the place of the one at fault.
    suggestion: str = ""
    #: The rule that gives the suggested value.
    source: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the API."""
        return {
            "code": self.code,
            "message": self.message,
            "rule": self.rule,
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "suggestion": self.suggestion,
        }


@dataclass(frozen=True, slots=True)
class Look:
    """What is seen of a text at a glance."""

    text: str
    marks: tuple[Mark, ...]
    #: The policy, without what could not be read; None where nothing is left.
    policy: Policy | None
    #: The text that it was read from: as long, with blanks in the place of what was left out.
    readable: str
    #: Rules, exclusions, caps and cases that were left out.
    left_out: tuple[str, ...] = ()
    cases: int = 0
    failed: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def whole(self) -> bool:
        """Whether all of it could be read."""
        return self.policy is not None and not self.marks

    @property
    def source(self) -> Source:
        """The data that the policy was made of, each part with its line."""
        return read_source(self.readable)


@lru_cache(maxsize=32)
def look_through(text: str) -> Look:
    """Everything wrong with a text that needs no search, and the policy that is left of it. Kept:
    who saves a text, or has it searched, has looked at it before."""
    readable, policy = text, None
    marks: list[Mark] | None = None
    left_out: list[str] = []
    for _ in range(_ROUNDS):
        try:
            policy = compile_policy(read_source(readable))
            break
        except PolicyInvalid as error:
            parts = _parts(readable)
            if marks is None:  # what fails only because something else was left out is not told
                causes = _causes(error.problems, parts)
                marks = [marked(problem, parts) for problem in causes]
            if parts is None:
                break
            readable, names = _without(readable, parts, error.problems)
            if not names:
                break
            left_out += names
    failed = check_cases(policy) if policy is not None else {}
    return Look(
        text,
        tuple(sorted(marks or (), key=lambda mark: mark.line)),
        policy,
        readable,
        tuple(dict.fromkeys(name for name in left_out if name)),
        len(policy.cases) if policy is not None else 0,
        tuple((name, tuple(wrong)) for name, wrong in failed.items()),
    )


def _causes(problems: tuple[Problem, ...], parts: Parts | None) -> list[Problem]:
    """The problems without those that say only that a rule with a problem is not there."""
    raw = _listed(parts, "rules") if parts is not None else []
    broken = {problem.rule for problem in problems}
    rules = [item for item in raw if isinstance(item, dict) and item.get("rule") in broken]
    gone = {str(item[word]) for item in rules for word in _NAMES if word in item}
    if rules:  # a kind that none of the others gives may be that of a rule with a problem
        gone |= set(ComponentKind)
    found = []
    for problem in problems:
        named = _MISSED.match(problem.message)
        if named is None or named[1] not in gone:
            found.append(problem)
    return found or list(problems)


def _listed(parts: Parts, name: str) -> list[Any]:
    """A list of the policy; empty where something else stands there."""
    found = parts.value((name,))
    return found if isinstance(found, list) else []


def _parts(text: str) -> Parts | None:
    try:
        return parts_of(text)
    except PolicyInvalid:
        return None


def _without(text: str, parts: Parts, problems: tuple[Problem, ...]) -> tuple[str, list[str]]:
    """The text with blanks over each rule, exclusion, cap and case that has a problem."""
    names = []
    for problem in problems:
        path = _known_path(problem, parts)
        if len(path) < 2 or path[0] not in _LISTS:
            return text, []
        # A cap or a set-off that names a rule which is not there goes on without it.
        item = path if path[0] in ("caps", "set_offs") and path[2:3] == ("covers",) else path[:2]
        if item != path[:2]:
            text = _blanked(text, parts, item)
            names.append("")
            continue
        value = parts.value(item)
        word = str(path[0])[:-1]
        name = str(value.get(word, "")) if isinstance(value, dict) else ""
        text = _blanked(text, parts, item)
        names.append(name or f"{word} {int(path[1]) + 1}")
    return text, names


def _blanked(text: str, parts: Parts, path: Path) -> str:
    """The text with blanks over a part, where that can be done; else as it is."""
    try:
        start, end = span_of(parts, path)
    except NotEditable:
        return text
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]


def _known_path(problem: Problem, parts: Parts) -> Path:
    """Where a problem is: by its path, or by the name of the exclusion that it tells."""
    if problem.path:
        return _path_in(parts, problem.path)
    for name in ("exclusions", "rules", "caps", "set_offs"):
        for index, item in enumerate(_listed(parts, name)):
            if isinstance(item, dict) and str(item.get(name[:-1])) == problem.rule:
                return (name, index)
    return ()


def _path_in(parts: Parts, words: str) -> Path:
    """A dotted path as the parts have it: a name may have dots of its own."""
    found: Path = ()
    rest = words.split(".")
    while rest:
        for length in range(len(rest), 0, -1):
            word = ".".join(rest[:length])
            step: str | int = (
                int(word) if (*found, word) not in parts.nodes and word.isdecimal() else word
            )
            if (*found, step) in parts.nodes:
                found, rest = (*found, step), rest[length:]
                break
        else:
            return found
    return found


# -- where it is, and what is near ----------------------------------------------------------------


def marked(problem: Problem, parts: Parts | None) -> Mark:
    """A problem with its column, the word at fault and the nearest right one."""
    found = _SUGGESTED.search(problem.message)
    suggestion = found[1].strip() if found else ""
    code = next((code for words, code in _CODES if problem.message.startswith(words)), "")
    if not code:
        code = "unknown_word" if " knows no " in problem.message else "invalid"
    span = _word(problem, parts, suggestion) if parts is not None else None
    line, column, start, end = problem.line, 0, 0, 0
    if span is not None and parts is not None:
        start, end = span
        line = parts.text.count("\n", 0, start) + 1
        column = start - parts.line_start(start) + 1
    return Mark(
        code=code,
        message=problem.message,
        rule=problem.rule,
        path=problem.path,
        line=line,
        column=column,
        start=start,
        end=end,
        suggestion=suggestion if end > start else "",
        source=_giver(parts, suggestion) if parts is not None else "",
    )


def _word(problem: Problem, parts: Parts, suggestion: str) -> tuple[int, int] | None:
    """The characters of the word at fault, if it is one word."""
    path = _known_path(problem, parts)
    if not path:
        return None
    node, key = parts.nodes.get(path), parts.keys.get(path)
    near = [one for one in (key, node) if isinstance(one, yaml.ScalarNode)]
    if isinstance(node, yaml.MappingNode) and suggestion:
        near += [inner for inner, _ in node.value]
    if not near:
        return None
    if suggestion:
        best = max(near, key=lambda one: SequenceMatcher(None, str(one.value), suggestion).ratio())
    elif " knows no " in problem.message or "given twice" in problem.message:
        best = near[0]
    else:
        best = near[-1]
    start = int(best.start_mark.index)
    return start, start + len(parts.text[start : int(best.end_mark.index)].rstrip())


def _giver(parts: Parts, name: str) -> str:
    """The rule whose result has this name."""
    for item in _listed(parts, "rules") if name else []:
        if isinstance(item, dict) and item.get("result") == name:
            return str(item.get("rule"))
    return ""


def mended(text: str, mark: Mark) -> str:
    """The text with the nearest right word in the place of the one at fault."""
    if not mark.suggestion:
        return text
    return text[: mark.start] + mark.suggestion + text[mark.end :]
