"""Rows come out of any file with their line, and what is no row says why."""

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.importing import reading
from integrations.importing.reading import (
    FileBroken,
    Form,
    HeaderWrong,
    Reject,
    Row,
    kind_of,
    open_stream,
    read_rows,
)

CSV = Form("csv")
JSONL = Form("jsonl")


def rows(data: bytes, form: Form = CSV, needed: frozenset[str] = frozenset()) -> list[Row | Reject]:
    """All that is read of `data`."""
    return list(read_rows(io.BytesIO(data), form, needed))


def test_rows_have_the_line_that_they_begin_at() -> None:
    found = rows(b'a,b\n1,"x\ny"\n\n2,z\n')

    assert found == [Row(2, {"a": "1", "b": "x\ny"}), Row(5, {"a": "2", "b": "z"})]


def test_a_byte_order_mark_and_blanks_in_the_header_do_no_harm() -> None:
    assert rows(b"\xef\xbb\xbfa , b\r\n1,2\r\n") == [Row(2, {"a": "1", "b": "2"})]


def test_another_delimiter_and_encoding() -> None:
    found = rows("a;b\nfaçade;£\n".encode("cp1252"), Form("csv", "cp1252", ";"))

    assert found == [Row(2, {"a": "façade", "b": "£"})]


def test_a_row_in_another_encoding_is_refused_and_the_next_is_read() -> None:
    found = rows(b"a,b\nfa\xe7ade,1\nfine,2\n")

    assert found == [
        Reject(2, "", "wrong_encoding", "Byte 0xe7 at place 3 is not utf-8."),
        Row(3, {"a": "fine", "b": "2"}),
    ]


@pytest.mark.parametrize("row", [b"1,2,3", b"1"])
def test_a_row_of_other_length_is_refused(row: bytes) -> None:
    first, second = rows(b"a,b\n" + row + b"\n4,5\n")

    assert isinstance(first, Reject)
    assert (first.line, first.code) == (2, "malformed")
    assert "columns, the header 2" in first.reason
    assert second == Row(3, {"a": "4", "b": "5"})


def test_a_quote_in_the_wrong_place_costs_its_row_only() -> None:
    first, second = rows(b'a,b\n"1"x,2\n3,4\n')

    assert isinstance(first, Reject)
    assert (first.line, first.code) == (2, "malformed")
    assert second == Row(3, {"a": "3", "b": "4"})


def _told(found: list[Row | Reject]) -> list[tuple[int, str]]:
    return [(one.line, one.code if isinstance(one, Reject) else one.values["b"]) for one in found]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        # to the end of the file
        (b'a,b\n1,"open\n3,4\n5,6\n', [(2, "malformed"), (3, "4"), (4, "6")]),
        # to the next quote
        (b'a,b\n1,"open\n3,4\n5,"6"\n7,8\n', [(2, "malformed"), (3, "4"), (4, "6"), (5, "8")]),
        # twice
        (
            b'a,b\n1,"open\n3,4\n"open,5\n6,7',
            [(2, "malformed"), (3, "4"), (4, "malformed"), (5, "7")],
        ),
        # behind a field of several lines, in the same row
        (b'a,b\n"1\n2","open\n3,4\n', [(3, "malformed"), (4, "4")]),
        # in the last line
        (b'a,b\n1,2\n3,"', [(2, "2"), (3, "malformed")]),
        # a quote in a quote, and a field of several lines, are none
        (b'a,b\n1,"say ""no"""\n2,"x\ny"\n', [(2, 'say "no"'), (3, "x\ny")]),
    ],
)
def test_a_quote_that_is_never_closed_costs_its_own_line(
    data: bytes, told: list[tuple[int, str]]
) -> None:
    assert _told(rows(data)) == told


@pytest.mark.parametrize("limit", ["ROW_LINES_MAX", "LINE_MAX", "FIELD_MAX"])
def test_an_open_quote_swallows_no_long_file(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(reading, limit, 50)
    lines = 200
    data = b'a,b\n1,"open\n' + b"".join(b"%d,ok\n" % number for number in range(lines))
    found = _told(rows(data))
    assert found == [(2, "malformed"), *((number + 3, "ok") for number in range(lines))]


@given(st.lists(st.sampled_from([b"1,2", b'3,"4"', b'"5', b'6,"', b'7,"8\n9"', b'""', b'"x"y'])))
def test_every_line_is_told_of(parts: list[bytes]) -> None:
    found = rows(b"a,b\n" + b"".join(part + b"\n" for part in parts))
    last = 1 + sum(part.count(b"\n") + 1 for part in parts)
    begins = [one.line for one in found]
    assert begins == sorted(begins)
    assert all(1 < line <= last for line in begins)
    assert len(set(begins)) == len(begins)


def test_what_an_unclosed_quote_swallows_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "FIELD_MAX", 100)
    found = rows(b'a,b\n1,"open\n' + b"3,4\n" * 100)

    assert isinstance(found[0], Reject)
    assert len(found) > 60
    assert found[-1] == Row(102, {"a": "3", "b": "4"})


def test_a_line_without_end_is_refused_without_being_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "LINE_MAX", 50)
    found = rows(b"a,b\n1," + b"x" * 1000 + b"\n3,4\n")

    assert isinstance(found[0], Reject)
    assert "50 bytes" in found[0].reason
    assert found[1] == Row(3, {"a": "3", "b": "4"})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"a,a\n1,2\n", "twice"),
        (b"a,c\n1,2\n", "no column b"),
        (b"a,\xff\n", "can't be read"),
    ],
)
def test_a_header_that_does_not_fit_is_an_error(data: bytes, words: str) -> None:
    with pytest.raises(HeaderWrong, match=words):
        rows(data, needed=frozenset({"b"}) if b"c" in data else frozenset())


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{", "malformed"),
        (b"[1]", "malformed"),
        (b'"text"', "malformed"),
        (b'{"a": NaN}', "malformed"),
        (b'{"a": "\xff"}', "wrong_encoding"),
        (b"[" * 100_000, "malformed"),
        (b'{"a": ' + b"9" * 5000 + b"}", "malformed"),
    ],
)
def test_a_line_that_is_no_json_object_is_refused(line: bytes, code: str) -> None:
    found = rows(b'{"a": 1}\n' + line + b'\n\n{"a": 2}\n', JSONL)

    assert found[0] == Row(1, {"a": 1})
    assert isinstance(found[1], Reject)
    assert (found[1].line, found[1].code) == (2, code)
    assert found[2] == Row(4, {"a": 2})


def test_gzip_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "no_suffix"
    path.write_bytes(gzip.compress(b"a\n1\n"))
    stream, raw = open_stream(path)

    with raw:
        assert list(read_rows(stream, CSV, frozenset())) == [Row(2, {"a": "1"})]


def test_a_gzip_that_breaks_off_gives_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv.gz"
    whole = gzip.compress(b"a\n" + b"".join(b"%d\n" % n for n in range(50_000)))
    path.write_bytes(whole[: len(whole) // 2])
    stream, raw = open_stream(path)
    found = []

    with raw, pytest.raises(FileBroken, match="gzip") as caught:  # noqa: PT012 - one by one
        for row in read_rows(stream, CSV, frozenset()):
            found.append(row)  # noqa: PERF402 - those before the break
    assert caught.value.line == len(found) + 1
    assert len(found) > 1000


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("x.csv", "csv"),
        ("x.csv.gz", "csv"),
        ("x.JSONL.gz", "jsonl"),
        ("x.ndjson", "jsonl"),
        ("x", "csv"),
    ],
)
def test_the_name_tells_the_kind(name: str, kind: str) -> None:
    assert kind_of(Path(name)) == kind


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b'{"id": "a\\u0000b"}', "id"),
        (b'{"id": "1", "who": {"name": "\\ud800"}}', "who.name"),
        (b'{"id": "1", "tags": ["fine", "\\udfff x"]}', "tags.1"),
        (b'{"id": "1", "a\\u0000": 1}', ""),
    ],
)
def test_what_no_database_can_hold_costs_its_line_and_no_other(line: bytes, field: str) -> None:
    found = rows(line + b'\n{"id": "\\u00fc \\ud83d\\ude00"}\n', JSONL)

    assert isinstance(found[0], Reject)
    assert (found[0].line, found[0].field, found[0].code) == (1, field, "wrong_encoding")
    assert found[1] == Row(2, {"id": "\u00fc \U0001f600"})


def test_a_nul_in_a_table_costs_its_line_and_no_other() -> None:
    refused, kept = rows(b"a,b\n1,x\0\n2,y\n")

    assert isinstance(refused, Reject)
    assert (refused.line, refused.code) == (2, "wrong_encoding")
    assert kept == Row(3, {"a": "2", "b": "y"})
