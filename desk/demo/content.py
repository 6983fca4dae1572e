"""Reads the content of the demo and complains about what it can't use. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent / "content"


class ContentInvalid(ValueError):
    """The content of the demo has a mistake; the message names the place."""


@dataclass(frozen=True)
class Step:
    """One thing that somebody does about a case: when, who, what, and with what."""

    at: str
    by: str
    do: str
    args: Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """One complaint as it is told: how it came in, and every step after."""

    key: str
    customer: str
    category: str
    channel: str
    at: str
    subject: str
    says: str
    wish: str = ""
    language: str = ""
    loss: str = ""
    pain: tuple[int, str] | None = None
    confidential: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)
    factors: Mapping[str, Any] = field(default_factory=dict)
    points: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    uploads: tuple[str, ...] = ()
    external: tuple[str, str] | None = None
    dates: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Shopper:
    """A customer as the content has him."""

    name: str
    since: Any
    tier: str = ""
    language: str = "en"
    phone: str = ""
    time_zone: str = ""
    needs: str = ""
    prefers: str = ""
    account: str = ""
    do_not_survey: bool = False

    @property
    def email(self) -> str:
        """An address at example.org made of the name, in ASCII."""
        plain = self.name.lower().translate(_PLAIN)
        return f"{'.'.join(plain.split())}@example.org"


_PLAIN = str.maketrans("áãäçéèêíîïñńóôöśúûü", "aaaceeeiiinnooosuuu")


#: The parser in C where PyYAML was built with it: ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def read(name: str) -> Any:
    """The data of one file of the content; not to be changed."""
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, _LOADER)  # noqa: S506 - both loaders are the safe ones


def policy_source() -> str:
    """The firm's remedy policy, as text."""
    return (FOLDER / "policy.yaml").read_text(encoding="utf-8")


def draft_source() -> str:
    """The next version of the policy, as somebody left it half done. Raises `ContentInvalid`."""
    text = policy_source()
    for change in read("policy_draft"):
        if text.count(change["find"]) != 1:
            raise ContentInvalid(f"policy_draft.yaml: not once in policy.yaml: {change['find']}")
        text = text.replace(change["find"], change["put"])
    return text


def shoppers() -> list[Shopper]:
    """Every customer. Raises `ContentInvalid`."""
    return [*regulars(), *newcomers()]


def regulars() -> list[Shopper]:
    """Those whose stories are told one by one, or fall to them by chance."""
    return [_made(Shopper, raw, "customers") for raw in read("customers")]


def newcomers() -> list[Shopper]:
    """Those who had a complaint at the desk before this one, and some of them a story here."""
    return [_made(Shopper, raw, "customers_more") for raw in read("customers_more")]


#: Files of cases that are told one by one, in the order of their telling.
TOLD = ("ines", "leeds", "open_travel", "open_home", "open_billing", "open_more")


def cases() -> list[Case]:
    """Every case that is told step by step. Raises `ContentInvalid`."""
    found = [case_of(raw, f"{name}.yaml") for name in TOLD for raw in read(name)]
    keys = [case.key for case in found]
    for key in keys:
        if keys.count(key) > 1:
            raise ContentInvalid(f"{key} is told twice.")
    return found


def case_of(raw: Mapping[str, Any], where: str) -> Case:
    """A case from its data. Raises `ContentInvalid`."""
    data = dict(raw)
    place = f"{where}, {data.get('key')}"
    data["steps"] = tuple(step_of(item, place) for item in data.get("steps", ()))
    for name in ("points", "tags", "uploads"):
        data[name] = tuple(data.get(name, ()))
    for name in ("pain", "external"):
        data[name] = tuple(data[name]) if name in data else None
    return _made(Case, data, place)


def step_of(raw: Mapping[str, Any], where: str) -> Step:
    """A step from its data. Raises `ContentInvalid`."""
    args = dict(raw)
    if None in args.values():
        raise ContentInvalid(f"{where}: a comma outside quotes splits {args}.")
    try:
        return Step(str(args.pop("at")), args.pop("by"), args.pop("do"), args)
    except KeyError as error:
        raise ContentInvalid(f"{where}: a step lacks {error}.") from error


def _made(kind: type[Any], raw: Mapping[str, Any], where: str) -> Any:
    try:
        return kind(**raw)
    except TypeError as error:
        raise ContentInvalid(f"{where}: {error}") from error
