"""Texts that a table may hold: what cannot be read is nothing on every engine, and letters stay apart."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from metricspec.running.project import Run

from .comparing import same
from .conftest import PARAMS
from .data import PUBLISHED, Table, Tables, over, published
from .engines import USUAL, Engine

INDICATOR = "ca.published.chronic_absenteeism"
NUMERATORS = ["12", "12.5", "", "abc", None, "+7", "-", "1.2.3", "2024-25", ".5", "0", "NaN."]
FLAGS = ["true", "TRUE", "f", "no", "Y", "1", "0", "", "maybe", None]
ORGS = ["a", "A", "a ", "á", "b", "B ", "o'1", 'o"2', "o%s", "o:x", "o\\n", "ß"]


def texts() -> Tables:
    """Published rows, every column as text; each org has a numerator and flags of its own."""
    names = [name for name, _ in published().columns]
    rows = []
    for year in ("2022-23", "2023-24"):
        for at, org in enumerate(ORGS):
            row = {
                "indicator_code": "chronic", "school_year": year, "org_level": "school", "org_id": org,
                "org_type": "ES", "charter": FLAGS[at % len(FLAGS)], "alternative": FLAGS[-1 - at % len(FLAGS)],
                "student_group": "ALL", "numerator": NUMERATORS[at], "denominator": "120", "certified": FLAGS[at - 4],
            }  # fmt: skip
            rows.append(tuple(row.get(name) for name in names))
    return {PUBLISHED: Table(tuple((name, "VARCHAR") for name in names), rows)}


def run(engine: Engine, folder: Path) -> Run:
    with ExitStack() as stack:
        opener = stack.enter_context(engine.home(texts(), folder))
        return over(texts()).execute([INDICATOR], warehouse=opener())


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run(USUAL, tmp_path_factory.mktemp("texts"))


def test_duckdb_gives_what_is_expected(expected: Run) -> None:
    latest = expected.result[expected.result["school_year"] == "2023-24"].set_index("org_id")
    assert sorted(latest.index) == sorted(ORGS)
    values = latest["value"].astype(object).where(latest["value"].notna(), None)
    assert [values[org] for org in ORGS] == [10.0, 10.4, None, None, None, 5.8, None, None, None, 0.4, 0.0, None]
    unreadable = {count.column: count.rows for count in expected.quality if count.what == "unreadable"}
    assert unreadable["numerator"] == 2 * 5


@pytest.mark.parametrize("engine", [PARAMS[name] for name in PARAMS if name not in ("duckdb", "spark")])
def test_texts_are_read_the_same(engine: Engine, expected: Run, tmp_path: Path) -> None:
    found = run(engine, tmp_path)
    same(found.result, expected.result)
    assert found.quality == expected.quality
