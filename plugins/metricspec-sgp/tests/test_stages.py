"""The steps before the counts, on rows written by hand: which scores are complete, and what becomes of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import pandas as pd
from metricspec.measure import Inputs
from metricspec.sql.stage import Renderer, Stage, Template

from metricspec_sgp.stages import Columns, stages

Row = tuple[str, str | None, float | None, float | None]  # school, cell, prior score, score
NAN, INF = float("nan"), float("inf")


def sums(name: str, source: str, keys: Sequence[str], sums: Mapping[str, str]) -> Sequence[Stage]:
    """Stands for the counts, which are not asked for here."""
    return [Stage(f"t_{name}", "", Template("counts", f"SELECT * FROM {source}"))]


def scored(rows: Sequence[Row]) -> pd.DataFrame:
    """What the first three steps make of rows of one year; a cell needs 10 complete scores."""
    inputs = Inputs("given", "t_", ("school",), ("school", "school_year"), "long", sums)
    steps = stages(Columns.of(["x"], ["grade"]), inputs, minimum=10, report="median", by_cell=True)[:3]
    renderer = Renderer("duckdb")
    with duckdb.connect() as connection:
        connection.execute(
            """CREATE TABLE given (school VARCHAR, school_year VARCHAR, cell_1 VARCHAR, prior_1 DOUBLE, score DOUBLE)"""
        )
        connection.executemany(
            "INSERT INTO given VALUES (?, '2024-25', ?, ?, ?)",
            rows,
        )
        for step in steps:
            if isinstance(step, Stage):
                connection.execute(renderer.creation(step))
            else:
                frames = {name: connection.execute(f"SELECT * FROM {name}").df() for name in step.reads}
                connection.register(step.name, step.compute(frames))
        return connection.execute(f"SELECT * FROM {steps[-1].name} ORDER BY school").df()


COMPLETE: list[Row] = [(f"S{at}{score}", "05", float(at % 2), float(score)) for at in range(2) for score in range(1, 6)]


def test_each_score_has_its_percentile() -> None:
    """At both prior scores the scores 1 to 5: 0 (which counts as 1), 20, 40, 60 and 80 quantiles lie below."""
    found = scored(COMPLETE)
    assert found["sgp"].tolist() == [1, 20, 40, 60, 80] * 2
    assert set(found["fit"]) == {"fitted"}
    assert set(found["cell"]) == {"05"}


def test_what_is_not_complete_has_none_and_changes_no_other() -> None:
    """Unknown, NaN and infinite scores, and an unknown cell, keep their rows but no percentile."""
    broken: list[Row] = [
        ("a", "05", None, 3), ("b", "05", NAN, 3), ("c", "05", INF, 3), ("d", "05", 0, None),
        ("e", "05", 0, NAN), ("f", "05", 1, -INF), ("g", None, 1, 3),
    ]  # fmt: skip
    found = scored(COMPLETE + broken).set_index("school")
    assert found.loc[list("abcdefg"), "sgp"].tolist() == [0] * 7
    assert set(found.loc[list("abcdefg"), "fit"]) == {"incomplete"}
    assert found.filter(like="S", axis=0)["sgp"].tolist() == [1, 20, 40, 60, 80] * 2


def test_a_cell_that_is_too_small() -> None:
    few: list[Row] = [(f"few{at}", "06", float(at), float(at)) for at in range(9)]
    found = scored(COMPLETE + few).set_index("school")
    assert set(found.filter(like="few", axis=0)["fit"]) == {"06: fewer than 10 complete scores"}
    assert set(found.filter(like="few", axis=0)["sgp"]) == {0}
    assert set(found.filter(like="S", axis=0)["fit"]) == {"fitted"}


def test_students_with_the_same_scores_share_a_percentile() -> None:
    twice: list[Row] = [(f"{school}b", cell, prior, score) for school, cell, prior, score in COMPLETE]
    found = scored(COMPLETE + twice).set_index("school")["sgp"]
    assert all(found[f"{school}b"] == found[school] for school, *_ in COMPLETE)
