"""A mapping is taken whole, or refused with the path of what is wrong."""

from typing import Any

import pytest
import yaml

from integrations.errors import MappingInvalid
from integrations.importing.mapping import MAPPINGS, parse_mapping

GOOD: dict[str, Any] = {
    "source": "shop",
    "id": "ref",
    "customer": {"name": "who"},
    "ticket": {"body": "told"},
    "category": "about",
    "received": "came",
}


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_mappings_that_ship_are_valid(path: Any) -> None:
    mapping = parse_mapping(yaml.safe_load(path.read_text(encoding="utf-8")), kind="csv")

    assert mapping.columns


def test_the_columns_of_a_mapping_are_all_that_it_names() -> None:
    mapping = parse_mapping(
        GOOD
        | {
            "ticket": {"body": {"template": "{a}: {b}"}, "subject": {"first": ["c", "d"]}},
            "closed": {"column": "e", "unless": {"f": "open"}, "plus": {"column": "g"}},
            "remedy": {"kind": {"value": "refund"}, "amount": "h"},
        },
        kind="csv",
    )

    assert mapping.columns == {"ref", "who", "about", "came", *"abcdefgh"}


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"source": ""}, "source", "needed"),
        ({"source": "x" * 61}, "source", "60"),
        ({"id": None}, "id", "needed"),
        ({"colour": "red"}, "colour", "unknown"),
        ({"customer": {"email": "e"}}, "customer.name", "needed"),
        ({"customer": {"name": "n", "shoe": "s"}}, "customer.shoe", "unknown"),
        ({"customer": ["name"]}, "customer", "table"),
        ({"ticket": {"subject": "s"}}, "ticket.body", "needed"),
        ({"ticket": {"body": {"column": "a", "value": "b"}}}, "ticket.body", "exactly one"),
        ({"ticket": {"body": {"colum": "a"}}}, "ticket.body", "colum"),
        ({"ticket": {"body": ["a"]}}, "ticket.body", "name of a column"),
        ({"ticket": {"body": {"first": []}}}, "ticket.body", "list"),
        ({"ticket": {"body": "b", "channel": {"value": "pigeon"}}}, "ticket.channel", "pigeon"),
        (
            {"ticket": {"body": "b", "channel": {"column": "c", "values": {"x": "owl"}}}},
            "ticket.channel",
            "owl",
        ),
        ({"outcome": {"column": "o", "values": {"x": "won"}}}, "outcome", "won"),
        ({"remedy": {"amount": "a"}}, "remedy.kind", "needed"),
        ({"remedy": {"kind": {"value": "cake"}}}, "remedy.kind", "cake"),
        ({"currency": "XXQ"}, "currency", "XXQ"),
        ({"time_zone": "Mars/Base"}, "time_zone", "Mars/Base"),
        ({"encoding": "utf-9"}, "encoding", "utf-9"),
        ({"encoding": "utf-16"}, "encoding", "utf-16"),
        ({"encoding": "a\0b"}, "encoding", "encoding"),
        ({"delimiter": '"'}, "delimiter", "such as"),
        ({"create": [{"a": "b"}]}, "create", "categories"),
        ({"outcome": {"column": "o", "values": {"x": ["won"]}}}, "outcome", "won"),
        ({"remedy": {"kind": {"value": ["refund"]}}}, "remedy.kind", "refund"),
        ({"facts": {"a": {"column": "c", "kind": ["text"]}}}, "facts.a", "one of"),
        ({"format": "xml"}, "format", "jsonl"),
        ({"historical": "yes"}, "historical", "true or false"),
        ({"create": ["teams"]}, "create", "categories"),
        ({"facts": {"Bad Name": "c"}}, "facts.Bad Name", "small letters"),
        ({"facts": {"ok": {"column": "c", "kind": "choice"}}}, "facts.ok", "kind"),
        ({"received": {"column": "c", "zone": "Nowhere"}}, "received", "zone"),
        ({"received": {"column": "c", "time": "25:00"}}, "received", "time"),
        ({"received": {"column": "c", "formats": 5}}, "received", "form"),
        ({"received": {"column": "c", "plus": "soon"}}, "received", "length of time"),
        ({"category": {"column": "c", "parent": "No Key"}}, "category.parent", "key"),
        ({"closed": {"column": "c", "only": []}}, "closed", "table"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(MappingInvalid, match=words) as caught:
        parse_mapping(GOOD | change, kind="csv")

    assert caught.value.field == field
    assert field in str(caught.value)


@pytest.mark.parametrize("raw", [None, [], "source: shop", 7])
def test_a_mapping_is_a_table(raw: Any) -> None:
    with pytest.raises(MappingInvalid, match="table"):
        parse_mapping(raw, kind="csv")
