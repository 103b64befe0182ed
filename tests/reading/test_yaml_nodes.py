"""Strict YAML: what resolves, what is refused, and that every place is where the text stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from metricspec.problems import Place
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


def leaves(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else None
    if items is None:
        yield path, data
    for key, value in items or ():
        yield from leaves(value, (*path, key))


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_places_show_the_text(path: Path) -> None:
    """What stands at the place of a value or key is that value or key."""
    nodes, problems = read_nodes(str(path), path.read_bytes())
    assert problems == ()
    lines = path.read_text(encoding="utf-8").split("\n")

    def shown(place: Place) -> str:
        return lines[place.line - 1][place.column - 1 :][: place.length]

    for where, value in leaves(nodes.data):
        at = shown(nodes.value_place(where))
        assert value in (at, at[1:-1]) if isinstance(value, str) else json.loads(at) == value
        for depth in range(1, len(where) + 1):
            key = where[depth - 1]
            at = shown(nodes.key_place(where[:depth]))
            assert isinstance(key, int) or key in (at, at[1:-1])


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
