"""The table of codes and the codes in the source are the same, and so are those that bad inputs show."""

from __future__ import annotations

import re
from pathlib import Path

import metricspec
from metricspec.reading.problem_codes import FAMILIES, as_markdown, entries

SOURCE = Path(metricspec.__file__).parent
BAD = Path(__file__).parent.parent / "bad"
CODES = {entry.code for entry in entries()}


def test_every_code_of_the_source_is_described_and_no_other() -> None:
    used = {code for path in SOURCE.rglob("*.py") for code in re.findall(r'"(MS\d{3})"', path.read_text("utf-8"))}
    assert used == CODES


def test_every_code_of_the_reading_layer_has_a_bad_input() -> None:
    shown = {
        code for path in BAD.glob("*.yaml") for code in re.findall(r"# finding: (MS\d{3})", path.read_text("utf-8"))
    }
    reading = {code for code in CODES if code <= "MS505" or code == "MS507" or "MS601" <= code < "MS608"}
    of_several_files = {"MS008", "MS009", "MS214", "MS215", "MS217"}  # see test_load and test_versions
    assert reading - of_several_files == shown


def test_the_page_has_all() -> None:
    page = as_markdown()
    assert all(f"### {code} " in page for code in CODES)
    assert all(f"## {title}\n" in page for title in FAMILIES.values())
