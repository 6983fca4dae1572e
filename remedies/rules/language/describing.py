"""The JSON Schema of a policy, made from the registry of forms, so that it stays in step. Pure.

`manage.py policy schema` prints it; remedies/schema/policy.schema.json is what is published.
"""

from typing import Any

from remedies.facts import Kind
from remedies.rules.language.compiling import CONDITIONS, FORMS, MODIFIER_KEYS
from remedies.rules.language.conditions import TESTS
from remedies.rules.language.draft import ComponentKind
from remedies.rules.language.modifiers import ROUNDINGS
from remedies.rules.language.policy import Choice

Schema = dict[str, Any]


def ref(name: str) -> Schema:
    """A reference to one of the definitions."""
    return {"$ref": f"#/$defs/{name}"}


def listed(items: Schema, least: int = 1) -> Schema:
    """A list of at least so many."""
    return {"type": "array", "items": items, "minItems": least}


def mapping(properties: Schema, *required: str, **more: Any) -> Schema:
    """A mapping with these keys and no others."""
    found = {"type": "object", "properties": properties, "additionalProperties": False, **more}
    return {**found, "required": list(required)} if required else found


TEXT: Schema = {"type": "string", "minLength": 1}
WORD: Schema = {"type": ["string", "number", "boolean"]}
DATE: Schema = {"type": "string", "pattern": r"^\s*\d{4}-?(\d{2}|W\d{2})-?\d{1,2}\s*$"}
CLOCK: Schema = {"type": "string", "pattern": "^([01]?[0-9]|2[0-4]):[0-5][0-9]$"}
SUM: Schema = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[-+]?\d+(\.\d+)?$"}]}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 100}
VALUE, CONDITION = ref("value"), ref("condition")
KIND: Schema = {"enum": [str(kind) for kind in Kind]}
COUNTED: Schema = {"enum": ["counted", "not_counted"]}
ROUNDING: Schema = {"enum": list(ROUNDINGS)}

#: A key of a form that does not simply hold a value.
HELD: dict[str, Schema] = {
    "per": {"if": {"type": "array"}, "then": listed(VALUE), "else": VALUE},
    **dict.fromkeys(("times", "sum", "greater_of", "lesser_of"), listed(VALUE, 2)),
    "first_known": listed(VALUE),
    "choose": listed(mapping({"when": CONDITION, "gives": VALUE}, "when", "gives")),
    "rows": listed(mapping({"gives": VALUE, **{key: ref(key) for key in sorted(TESTS)}}, "gives")),
    "columns": listed({"if": {"type": "object"}, "then": ref("test"), "else": WORD}),
    "matrix": {**listed(VALUE, 2), "maxItems": 2},
    "bands": listed(mapping({"up_to": SUM, "each": VALUE}, "each")),
    "rates": listed(mapping({"since": DATE, "percent": VALUE}, "since", "percent")),
    "kind": {"enum": ["calendar", "working"]},
    "calendar": {"if": {"type": "object"}, "then": ref("calendar"), "else": VALUE},
    "first": COUNTED,
    "last": COUNTED,
    "at": CLOCK,
    "daily": mapping({"from": CLOCK, "to": CLOCK}, "from", "to"),
    "count": {"enum": ["completed", "started"]},
    "where": ref("test"),
    "count_of": TEXT,
    "sum_of": TEXT,
    **dict.fromkeys(("greatest_of", "least_of"), TEXT),
    **dict.fromkeys(("sum_over", "count_over", "greatest_over", "least_over"), TEXT),
    "when": CONDITION,
    "each_day": mapping(
        {"from": VALUE, "to": VALUE, "first": COUNTED, "last": COUNTED}, "from", "to"
    ),
    "all": listed(CONDITION),
    "any": listed(CONDITION),
    "not": CONDITION,
    "fact": TEXT,
    "rule": TEXT,
    "applied": {"type": "boolean"},
}


def _held(form: str, key: str) -> Schema:
    """What stands behind a key of a form."""
    if key in TESTS and key not in ("at_least", "at_most"):
        return ref(key)
    if form == "matrix" and key == "rows":
        return listed(
            mapping(
                {"gives": listed(VALUE), **{test: ref(test) for test in sorted(TESTS)}}, "gives"
            )
        )
    if key in ("add", "reduce") and form != "moment_after":
        return ref("parts")
    return ROUNDING if key == "rounding" else HELD.get(key, VALUE)


def _form(key: str, **named: Any) -> Schema:
    shape = FORMS[key]
    beside = shape.beside | (MODIFIER_KEYS if shape.modifiable else frozenset())
    keys = {name: _held(key, name) for name in (key, *sorted(beside - {key}))}
    return mapping({**keys, **named}, key, *shape.needs)


def _forms(keys: set[str], prefix: str) -> Schema:
    """One of these forms: the key that it has says what may stand beside."""
    listed_keys = sorted(keys)
    return {
        "type": "object",
        "anyOf": [{"required": [key]} for key in listed_keys],
        "dependentSchemas": {key: ref(f"{prefix}_{key}") for key in listed_keys},
    }


def _one_of_types(objects: Schema, scalars: list[str], lists: Schema) -> Schema:
    return {
        "if": {"type": "object"},
        "then": objects,
        "else": {"if": {"type": "array"}, "then": lists, "else": {"type": scalars}},
    }


def definitions() -> Schema:
    """All parts that the schema refers to."""
    scalars = ["string", "number", "boolean"]
    values = _forms(set(FORMS), "form")
    conditions = _forms({*CONDITIONS, "choose"}, "form")
    named = {"type": KIND, "title": TEXT, "unit": TEXT}
    tests = {
        **dict.fromkeys(("above", "at_least", "at_most", "below"), VALUE),
        **dict.fromkeys(("is", "is_not", "contains"), WORD),
        **{key: listed(WORD) for key in ("one_of", "none_of")},
    }
    part = mapping({"percent": VALUE, "amount": VALUE, "when": CONDITION, "says": TEXT})
    part["oneOf"] = [{"required": ["percent"]}, {"required": ["amount"]}]
    return {
        **tests,
        "test": mapping({key: ref(key) for key in sorted(TESTS)}, minProperties=1),
        "part": part,
        "parts": {"if": {"type": "array"}, "then": listed(ref("part")), "else": ref("part")},
        "calendar": mapping(
            {
                "name": TEXT,
                "weekend": {"type": "array", "items": {"type": "string"}},
                "holidays": {"type": "array", "items": DATE},
            }
        ),
        "value": {
            "description": "A number, a literal, a name, or one of the forms.",
            **_one_of_types(values, scalars, listed(CONDITION)),
        },
        "condition": {
            "description": "A yes/no name, a list (all of it), or a test.",
            **_one_of_types(conditions, ["string", "boolean"], listed(CONDITION)),
        },
        "worked_out": {
            "description": "A form, with type, title and unit beside it; or a plain value.",
            **_one_of_types(_forms(set(FORMS), "named"), scalars, listed(CONDITION)),
        },
        **{f"form_{key}": _form(key) for key in FORMS},
        **{f"named_{key}": _form(key, **named) for key in FORMS},
        **_parts_of_a_policy(),
    }


def _parts_of_a_policy() -> Schema:
    return {
        "fact": {"if": {"type": "object"}, "then": _fact(), "else": KIND},
        "exclusion": mapping(
            {
                "exclusion": WORD,
                "when": CONDITION,
                "reason": TEXT,
                "covers": {"if": {"type": "array"}, "then": listed(WORD), "else": WORD},
            },
            "exclusion", "when", "reason",
        ),
        "placing": mapping({"when": CONDITION, "says": WORD, "percent": SHARE}, "when", "says"),
        "range": _range(),
        "rule": _rule(),
        "cap": mapping(
            {"cap": WORD, "title": WORD, "covers": listed(WORD), "at_most": VALUE},
            "cap", "covers", "at_most",
        ),
        "set_off": mapping(
            {"set_off": WORD, "title": WORD, "covers": listed(WORD), "paid": VALUE},
            "set_off", "covers", "paid",
        ),
        "case": _case(),
    }  # fmt: skip


def _fact() -> Schema:
    single = {"enum": [str(kind) for kind in Kind if kind not in (Kind.LIST, Kind.CALENDAR)]}
    said = {"type": single, "title": WORD, "unit": TEXT, "choices": listed(WORD), "default": {}}
    bounds = {key: {"type": "number"} for key in ("at_least", "at_most")}
    field = mapping({**said, **bounds}, "type")
    records = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"if": {"type": "object"}, "then": field, "else": single},
    }
    more = "Whether more of it is worse or better for the customer; checked before it is in force."
    return mapping(
        {
            "type": KIND,
            "title": WORD,
            "unit": TEXT,
            "ask": TEXT,
            "choices": listed(WORD),
            "items": {"if": {"type": "object"}, "then": records, "else": KIND},
            "default": {},
            "at_least": {"type": "number"},
            "at_most": {"type": "number"},
            "more": {"description": more, "enum": ["worse", "better", "neither"]},
        },
        "type",
    )


def _range() -> Schema:
    ends = mapping({"from": VALUE, "to": VALUE}, "from", "to")
    tests = {key: ref(key) for key in sorted(TESTS)}
    spread = mapping(
        {
            "from": VALUE,
            "to": VALUE,
            "table": VALUE,
            "rows": listed(mapping({"gives": ends, **tests}, "gives")),
            "start": SHARE,
            "worse": {"type": "array", "items": ref("placing")},
            "better": {"type": "array", "items": ref("placing")},
            "round_to": VALUE,
        }
    )
    return {**spread, "oneOf": [{"required": ["from", "to"]}, {"required": ["table", "rows"]}]}


def _rule() -> Schema:
    unless = mapping({"when": CONDITION, "reason": TEXT}, "when", "reason")
    either = [{"required": ["amount"]}, {"required": ["percent_of_sum"]}]
    forms = {"form": WORD, "amount": VALUE, "percent_of_sum": VALUE}
    option = mapping(forms, "form", oneOf=either)
    texts = dict.fromkeys(("rule", "title", "clause", "code", "group", "stack_on", "by"), WORD)
    return mapping(
        {
            **texts,
            "gives": {"enum": [str(kind) for kind in ComponentKind]},
            "priority": {"type": "integer"},
            "when": CONDITION,
            "unless": listed(unless),
            "amount": VALUE,
            "range": ref("range"),
            "options": listed(option),
            "owed": {"type": "boolean"},
            "makes_good_loss": {"type": "boolean"},
            "says": TEXT,
            "form": WORD,
            "pay_within_days": {"type": "integer", "minimum": 0},
            "automatic": {"type": "boolean"},
            "dated_by": VALUE,
            "since": DATE,
            "until": DATE,
            "overrides": listed(WORD),
            "result": TEXT,
        },
        "rule", "gives",
        **{"not": {"required": ["amount", "range"]}},
    )  # fmt: skip


def _case() -> Schema:
    names = {"type": "array", "items": WORD}
    sums = {"type": "array", "items": {"anyOf": [SUM, {"type": "object"}]}}
    expect = {
        "eligible": {"type": "boolean"},
        "currency": TEXT,
        "amount": SUM,
        "range": mapping({"min": SUM, "max": {"anyOf": [SUM, {"type": "null"}]}}, "min", "max"),
        "non_monetary": names,
        "rules": names,
        "missing": names,
        "form": WORD,
        "options": {"type": ["array", "object"]},
        "parts": {"anyOf": [sums, {"type": "object"}]},
    }
    return mapping(
        {
            "case": WORD,
            "facts": {"type": "object"},
            "expect": mapping(expect),
            "now": TEXT,
            "currency": TEXT,
        },
        "facts", "expect",
    )  # fmt: skip


def policy_schema() -> Schema:
    """The whole schema, as it is published."""
    code = {"type": "string", "pattern": "^[A-Z]{3}$"}

    def empty_or(found: Schema) -> Schema:
        """A part that may be left empty."""
        return {"if": {"type": "null"}, "then": True, "else": found}

    def many(name: str) -> Schema:
        return empty_or({"type": "array", "items": ref(name)})

    parts = {name: many(name[:-1]) for name in ("exclusions", "caps", "set_offs", "cases")}
    named = {
        name: empty_or({"type": "object", "additionalProperties": ref(inner)})
        for name, inner in (("facts", "fact"), ("values", "worked_out"))
    }
    groups = {"type": "object", "additionalProperties": {"enum": [str(c) for c in Choice]}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Remedy policy",
        "description": "What Amends gives for which facts. docs/remedies.md explains every word.",
        **mapping(
            {
                "policy": WORD,
                "title": WORD,
                "about": TEXT,
                "source": TEXT,
                "currency": code,
                "currencies": listed(code),
                "time_zone": TEXT,
                "rounding": ROUNDING,
                "categories": {"type": "array", "items": WORD},
                "dated_by": VALUE,
                **named,
                **parts,
                "groups": empty_or(groups),
                "rules": listed(ref("rule")),
            },
            "policy", "rules",
            oneOf=[{"required": ["currency"]}, {"required": ["currencies"]}],
        ),
        "$defs": definitions(),
    }  # fmt: skip
