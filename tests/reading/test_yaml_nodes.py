"""Strict YAML: what resolves, what is refused, and that every place is where the text stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from metricspec.reading.yaml_nodes import MAX_BYTES, read_nodes

GOOD = sorted((Path(__file__).parent / "good").glob("*.yaml"))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1),
        ("-7", -7),
        ("0", 0),
        ("2.50", 2.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("01", "01"),
        ("01611190130229", "01611190130229"),
        ("010", "010"),
        ("00.5", "00.5"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("0x1f", "0x1f"),
        ("0o17", "0o17"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("2024-10-02", "2024-10-02"),
        ("2024-25", "2024-25"),
        ("'1'", "1"),
        ('"true"', "true"),
        ("١", "١"),
    ],
)
def test_resolution(written: str, value: object) -> None:
    nodes, problems = read_nodes("f", f"key: {written}\n".encode())
    assert problems == ()
    assert nodes.data == {"key": value}
    assert type(nodes.data["key"]) is type(value)


def test_keys_are_always_text() -> None:
    nodes, _ = read_nodes("f", b"{10: a, 01: b, true: c, null: d, 1.5: e}\n")
    assert list(nodes.data) == ["10", "01", "true", "null", "1.5"]


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_places_show_the_text(path: Path) -> None:
    """The characters at the place of a key or value are the ones that its event holds."""
    nodes, problems = read_nodes(str(path), path.read_bytes())
    assert problems == ()
    lines = path.read_text(encoding="utf-8").split("\n")
    for table, place_of in ((nodes.values, nodes.value_place), (nodes.keys, nodes.key_place)):
        for where, event in table.items():
            place = place_of(where)
            shown = lines[place.line - 1][place.column - 1 :][: place.length]
            written = getattr(event, "value", None)
            if written is not None:
                assert written in (shown, shown[1:-1])
            else:
                assert re.match(r"[\[{\w'\"-]", shown)


def test_places_count_characters_and_not_bytes() -> None:
    nodes, _ = read_nodes("f", "título: {es: 'añ𝒳o', x: 1}\r\nb: 2\r\n".encode())
    place = nodes.value_place(("título", "x"))
    assert (place.line, place.column) == (1, 25)
    assert nodes.key_place(("b",)).line == 2


def test_the_place_of_something_absent_is_that_of_what_holds_it() -> None:
    nodes, _ = read_nodes("f", b"a:\n  b: 1\n")
    assert nodes.value_place(("a", "c", 0)).line == 2
    assert nodes.value_place(("z",)).line == 1


def test_an_alias_repeats_its_anchor() -> None:
    nodes, problems = read_nodes("f", b"a: &x {k: [1, 2]}\nb: *x\n")
    assert problems == ()
    assert nodes.data["b"] == {"k": [1, 2]}
    assert nodes.value_place(("b", "k", 1)).line == 1


def test_byte_order_mark_and_no_last_newline() -> None:
    nodes, problems = read_nodes("f", b"\xef\xbb\xbfa: 1")
    assert (nodes.data, problems) == ({"a": 1}, ())


def test_too_large() -> None:
    _, problems = read_nodes("f", b"#" * (MAX_BYTES + 1))
    assert [p.code for p in problems] == ["MS003"]


def test_not_utf8() -> None:
    _, problems = read_nodes("f", b"a: 1\nb: \xff\n")
    assert [(p.code, p.place.line) for p in problems] == [("MS006", 2)]


def test_all_duplicates_are_found() -> None:
    _, problems = read_nodes("f", b"a: 1\na: 2\nb: {c: 1, c: 2}\n")
    assert [(p.code, p.place.line, p.place.column) for p in problems] == [("MS002", 2, 1), ("MS002", 3, 11)]


def test_very_deep_nesting_is_refused_at_once() -> None:
    _, problems = read_nodes("f", b"[" * 900_000)
    assert [p.code for p in problems] == ["MS003"]
