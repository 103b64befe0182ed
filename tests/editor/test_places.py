"""Places in a text, and what stands at them, without a server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.workspace import PositionCodec

from metricspec.editor.diagnostics import anchor, docs_address
from metricspec.editor.expressions import FORMS, wanted_at_end, word_at
from metricspec.editor.positions import Text
from metricspec.editor.spots import gap_at, spot_at
from metricspec.problems import Place
from metricspec.reading.problem_codes import entries
from metricspec.sql.typed import ALLOWED
from tests.conftest import REPOSITORY

TEXT = "año 🎒x\r\n\x0b\u2028y\nz"


@pytest.mark.parametrize(("encoding", "x"), [("utf-8", 9), ("utf-16", 6), ("utf-32", 5)])
def test_positions_in_every_encoding(encoding: str, x: int) -> None:
    text = Text(TEXT, PositionCodec(lsp.PositionEncodingKind(encoding)))
    assert text.position(TEXT.index("x")) == lsp.Position(0, x)
    assert text.offset(lsp.Position(0, x)) == TEXT.index("x")
    assert text.offset(lsp.Position(0, 99)) == TEXT.index("\r")
    assert text.offset(lsp.Position(1, 0)) == TEXT.index("\x0b")
    assert text.position(TEXT.index("z")) == lsp.Position(2, 0)  # only a newline ends a line
    assert text.offset(lsp.Position(9, 9)) == len(TEXT)


def test_a_place_behind_the_end_stays_in_its_line() -> None:
    text = Text("ab\nc", PositionCodec())
    assert text.of_place(Place("f", 1, 2, 50)) == text.range(1, 2)
    assert text.of_place(Place("f", 9, 9, 1)) == text.range(4, 4)
    assert text.of_place(Place("f")) == text.range(0, 2)


def test_every_code_has_a_heading_to_link_to() -> None:
    page = (REPOSITORY / "docs" / "reference" / "problems.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", page, re.M)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
    assert {anchor(entry) for entry in entries()} <= slugs
    assert docs_address(None) == (REPOSITORY / "docs" / "reference" / "problems.md").as_uri()
    assert docs_address("https://example.org/docs/") == "https://example.org/docs/problems"


def test_forms_are_those_of_the_language() -> None:
    words = set(re.findall(r"[a-z_]+", ALLOWED))
    proposed = {word for form in FORMS for word in form.split()}
    assert proposed - words == {"date"}  # a date is a value: date '2024-10-02'
    assert words - proposed == {"when"}


def test_words_of_an_expression() -> None:
    text = "grade in ('01', '02') and lookup(ca.cut, grade) > 3"
    word = word_at(text, text.index("02"))
    assert word is not None and (word.text, word.quoted, word.code_of) == ("02", True, "grade")
    word = word_at(text, text.index("ca.cut") + 2)
    assert word is not None and (word.text, word.lookup) == ("ca.cut", True)
    assert word_at(text, text.index("> 3")) is None
    word = word_at("it''s = 'it''s'", 9)
    assert word is not None and word.text == "it''s"


@pytest.mark.parametrize(
    ("before", "column", "lookup", "quote"),
    [
        ("", "", False, False),
        ("grade between '01' and ", "grade", False, False),
        ("grade not in ('", "grade", False, True),
        ("grade <> '0", "grade", False, True),
        ("grade = '01' and ", "", False, False),
        ("coalesce(a, ", "", False, False),
        ("x > lookup(ca", "", True, False),
    ],
)
def test_what_may_come_next(before: str, column: str, lookup: bool, quote: bool) -> None:
    wanted = wanted_at_end(before)
    assert (wanted.code_of, wanted.lookup, wanted.quote) == (column, lookup, quote)


@pytest.mark.slow
def test_every_place_of_every_shipped_spec_has_an_answer() -> None:
    """Nothing raises, whatever the cursor is at, in texts that are whole and in texts that end there."""
    for path in [*sorted((REPOSITORY / "specs" / "indicators" / "ca").glob("*.yaml"))[:3], *BROKEN]:
        text = path.read_text(encoding="utf-8") if isinstance(path, Path) else path
        for offset in range(0, min(len(text), 1_500), 7):
            spot_at("f.yaml", text, offset)
            gap_at("f.yaml", text, offset)
            gap_at("f.yaml", text[:offset], offset)


BROKEN = (
    "a: {b: [c, {d: 'e\n",
    "- - - x\n- [",
    "metricspec: 1\npolicy: |\n  x\n   y: {",
    " " * 50_000,
    "#" * 2_000,
    ": : :\n",
)


def test_an_empty_value_and_a_list_are_gaps() -> None:
    text = "metricspec: 1\npolicy: p\nprivacy:\n  - n: \n  - \n"
    gap = gap_at("f.yaml", text, text.index("n: ") + 3)
    assert gap is not None and (gap.path, gap.key, gap.before) == (("privacy", 0, "n"), False, "")
    gap = gap_at("f.yaml", text, len(text) - 1)
    assert gap is not None and (gap.path, gap.key) == (("privacy", 1), True)
