"""The facts that a policy declares: their types, their words, and the fields of records. Pure."""

from decimal import Decimal
from typing import Any

from remedies.facts import NUMERIC, FactDef, Kind, NotThatKind, read_fact
from remedies.rules.language.compiling import Scope
from remedies.rules.language.meant import nearest
from remedies.rules.language.nodes import BUILT_IN
from remedies.rules.language.source import Place, items, keys_of, prose_at, short, text_of, word_at

FACT_KEYS = frozenset(
    {"type", "title", "unit", "ask", "choices", "items", "default", "at_least", "at_most", "more"}
)
#: What may be said of a field of a record.
FIELD_KEYS = FACT_KEYS - {"ask", "items", "more"}
#: Facts of every ticket that tell of remedies which did not come by their date.
LATE_FACTS = frozenset({"remedies_late", "late_remedies_sum"})
MORE = ("worse", "better", "neither")


def declared(raw: Any, scope: Scope, at: Place) -> dict[str, FactDef]:
    """The facts of a policy by their names. Raises `PolicyInvalid`."""
    if not isinstance(raw, dict):
        at.fail("facts should be a mapping of names.")
    found = {name: _fact(name, spec, scope, at / name) for name, spec in raw.items()}
    for fact in found.values():
        place = at / fact.name / "items"
        for one in fact.fields:
            if one.name in found:
                said = f"{one.name} is a fact as well; give this field another name."
                (place / one.name).fail(said)
            if f"{fact.name}.{one.name}" in found:
                at.fail(f"{fact.name}.{one.name} is a field of {fact.name} already.")
    return found


def _fact(name: str, raw: Any, scope: Scope, at: Place) -> FactDef:
    if name in BUILT_IN:
        at.fail(f"{name} always means that of the evaluation; give this fact another name.")
    spec = keys_of({"type": raw} if isinstance(raw, str) else raw, at, "A fact", FACT_KEYS)
    kind = kind_of(spec.get("type"), at / "type")
    inner = spec.get("items")
    fact = FactDef(
        name=name,
        kind=kind,
        label=word_at(spec, "title", at, name.replace("_", " ").replace(".", " ")),
        unit=word_at(spec, "unit", at),
        question=prose_at(spec, "ask", at),
        choices=tuple(
            text_of(item, place, "A choice")
            for item, place in items(spec.get("choices") or [], at / "choices", "choices")
        ),
        items=None if inner is None or isinstance(inner, dict) else kind_of(inner, at / "items"),
        fields=_fields(inner, scope, at / "items") if isinstance(inner, dict) else (),
        at_least=_limit(spec, "at_least", at),
        at_most=_limit(spec, "at_most", at),
        more=_more(spec, kind, at),
    )
    if "missing" in fact.choices:
        (at / "choices").fail("missing always means that a fact is not given.")
    _check_fact(fact, at)
    return _with_default(fact, spec.get("default"), scope, at)


def _with_default(fact: FactDef, raw: Any, scope: Scope, at: Place) -> FactDef:
    if raw is None:
        return fact
    try:
        default = read_fact(fact, raw, scope.currencies[0])
    except NotThatKind as error:
        (at / "default").fail(f"The default {error}.")
    return FactDef(
        **{slot: getattr(fact, slot) for slot in FactDef.__slots__} | {"default": default}
    )


def _fields(raw: dict[str, Any], scope: Scope, at: Place) -> tuple[FactDef, ...]:
    """What each record of a list tells."""
    if not raw:
        at.fail("Each record needs a field: {days: number}.")
    return tuple([_field(name, spec, scope, at / name) for name, spec in raw.items()])


def _field(name: str, raw: Any, scope: Scope, at: Place) -> FactDef:
    spec = keys_of({"type": raw} if isinstance(raw, str) else raw, at, "A field", FIELD_KEYS)
    if spec.get("type") in (Kind.LIST, Kind.CALENDAR):
        at.fail("A field of a record holds a single value.")
    return _fact(name, spec, scope, at)


def _check_fact(fact: FactDef, at: Place) -> None:
    """What may stand beside one type and not beside another."""
    if fact.items in (Kind.LIST, Kind.CALENDAR):
        (at / "items").fail("A list holds single values, or records with fields.")
    if (fact.items is not None or fact.fields) and fact.kind is not Kind.LIST:
        (at / "items").fail("Only a list has items.")
    if fact.choices and fact.fields:
        (at / "choices").fail("The choices stand beside the type of the field that has them.")
    if fact.choices and fact.kind not in (Kind.CHOICE, Kind.TEXT, Kind.LIST):
        (at / "choices").fail("Only a choice has choices.")
    if fact.kind is Kind.CHOICE and not fact.choices:
        at.fail("A choice needs its choices: [a, b].")
    for key, limit in (("at_least", fact.at_least), ("at_most", fact.at_most)):
        if limit is not None and fact.kind not in NUMERIC:
            (at / key).fail(f"{key} is for numbers, sums and durations (in minutes).")
    if None not in (fact.at_least, fact.at_most) and fact.at_least > fact.at_most:  # type: ignore[operator]
        (at / "at_least").fail("at_least is above at_most, so nothing is possible.")


def kind_of(raw: Any, at: Place) -> Kind:
    """The type that a policy names. Raises `PolicyInvalid`."""
    if raw is None:
        at.fail(f"A type is needed: {', '.join(Kind)}.")
    if not isinstance(raw, str) or raw not in set(Kind):
        at.fail(f"No type is called {short(raw)}.{nearest(str(raw), list(Kind))}")
    return Kind(raw)


def _more(spec: dict[str, Any], kind: Kind, at: Place) -> str:
    """Whether more of the fact is worse or better for the customer; "" where it is not said."""
    if "more" not in spec:
        return ""
    if spec["more"] not in MORE:
        hint = nearest(str(spec["more"]), MORE)
        (at / "more").fail(f"more says worse, better or neither.{hint}")
    if kind not in NUMERIC and kind is not Kind.YES_NO:
        (at / "more").fail(f"There is no more or less of a {kind.replace('_', '/')}.")
    return str(spec["more"])


def _limit(spec: dict[str, Any], key: str, at: Place) -> Decimal | None:
    limit = spec.get(key)
    if limit is not None and not isinstance(limit, Decimal):
        (at / key).fail(f"{key} should be a number.")
    return limit
