"""Medians, means and intervals made in SQL from counts, against the percentiles written out one by one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from metricspec.sql.stage import Renderer
from scipy.stats import binom

from metricspec_sgp.summary import summary_stages

Rows = list[tuple[object, ...]]
Z = 1.959963984540054


def students(seed: int = 4) -> pd.DataFrame:
    """Percentiles of schools of 0 to 60 students, some without one."""
    rng = np.random.default_rng(seed)
    parts = []
    for size in [*range(1, 31), 45, 60]:
        sgp = rng.integers(1, 100, size) if size % 3 else np.sort(rng.choice([20, 50, 80], size))
        parts.append(pd.DataFrame({"org_id": f"S{size:02}", "sgp": sgp, "fit": "fitted", "cell": "05"}))
        none = pd.DataFrame(
            {"org_id": f"S{size:02}", "sgp": 0, "fit": "incomplete", "cell": "05"}, index=range(size % 4)
        )
        few = pd.DataFrame({"org_id": f"S{size:02}", "sgp": 0, "fit": "04: few", "cell": "04"}, index=range(size % 5))
        parts += [none, few]
    parts.append(
        pd.DataFrame({"org_id": "NONE", "sgp": 0, "fit": ["04: few", "06: few", "07: few"], "cell": ["04", "06", "07"]})
    )
    return pd.concat(parts, ignore_index=True)


def counted(frame: pd.DataFrame) -> Rows:
    """As `sums` gives them: here all at schools, half of each school's students under another school."""
    frame = frame.assign(school=np.where(frame.index % 2, "A", "B"))
    counts = frame.groupby(["org_id", "school", "cell", "sgp", "fit"]).size().reset_index(name="n")
    return [
        ("school", o, s, "2024-25", "ALL", c, int(g), f, int(n)) for o, s, c, g, f, n in counts.itertuples(index=False)
    ]


CREATE = """CREATE TABLE counts (org_level VARCHAR, org_id VARCHAR, school VARCHAR, school_year VARCHAR,
    student_group VARCHAR, cell VARCHAR, sgp BIGINT, fit VARCHAR, students BIGINT)"""
INSERT = "INSERT INTO counts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


def in_duckdb(scripts: list[str], rows: Rows) -> pd.DataFrame:
    with duckdb.connect() as connection:
        connection.execute(CREATE)
        connection.executemany(INSERT, rows)
        for script in scripts[:-1]:
            connection.execute(script)
        return connection.execute(scripts[-1]).df()


def in_sqlite(scripts: list[str], rows: Rows) -> pd.DataFrame:
    connection = sqlite3.connect(":memory:")
    connection.create_function("FLOOR", 1, lambda x: None if x is None else float(np.floor(x)))
    connection.create_function("SQRT", 1, lambda x: None if x is None or x < 0 else float(np.sqrt(x)))
    connection.execute(CREATE)
    connection.executemany(INSERT, rows)
    for script in scripts[:-1]:
        connection.execute(script)
    return pd.read_sql_query(scripts[-1], connection)


def result(
    run: Callable[[list[str], Rows], pd.DataFrame],
    dialect: str,
    rows: Rows,
    report: str = "median",
    *,
    by_cell: bool = False,
) -> pd.DataFrame:
    renderer = Renderer(dialect)
    stages = summary_stages("t_", "counts", report=report, by_cell=by_cell)
    scripts = [*(renderer.creation(stage) for stage in stages[:-1]), renderer.stage(stages[-1])]
    return run(scripts, rows)


@pytest.mark.parametrize(("run", "dialect"), [(in_duckdb, "duckdb"), (in_sqlite, "sqlite")])
def test_against_the_percentiles_themselves(run: Callable[[list[str], Rows], pd.DataFrame], dialect: str) -> None:
    frame = students()
    found = result(run, dialect, counted(frame))
    found = found.assign(statistic=found["statistic"].fillna("own")).set_index(["org_id", "statistic"])
    assert len(found) == 4 * frame["org_id"].nunique()
    for org in frame["org_id"].unique():
        part = frame[frame["org_id"] == org]
        sgp = np.sort(part.loc[part["sgp"] > 0, "sgp"].to_numpy())
        n, population = len(sgp), len(part)
        rank = int(np.floor(n / 2 - Z / 2 * np.sqrt(n)))
        row: dict[str, Any] = {
            name: found.loc[(str(org), name)] for name in ("own", "mean_sgp", "at_least_50", "coverage")
        }
        own = row["own"]
        assert own["n"] == own["denominator"] == n
        assert row["coverage"]["value"] == pytest.approx(n / population)
        assert tuple(row["coverage"][["numerator", "denominator", "n"]]) == (n, population, n or population)
        if n == 0:
            assert pd.isna(own["value"]) and pd.isna(row["mean_sgp"]["value"]) and pd.isna(row["at_least_50"]["value"])
            continue
        assert own["value"] == np.median(sgp)
        if rank >= 1:
            assert (own["low"], own["high"]) == (sgp[rank - 1], sgp[n - rank])
        else:
            assert pd.isna(own["low"]) and pd.isna(own["high"])
        assert row["mean_sgp"]["value"] == pytest.approx(sgp.mean(), rel=1e-12)
        assert row["at_least_50"]["value"] == pytest.approx((sgp >= 50).mean(), rel=1e-12)
        if n > 1:
            error = sgp.std(ddof=1) / np.sqrt(n)
            assert row["mean_sgp"]["standard_error"] == pytest.approx(error, rel=1e-9, abs=1e-12)
            assert row["mean_sgp"]["low"] == pytest.approx(sgp.mean() - Z * error, rel=1e-9)


def test_notes_name_the_cells_without_percentiles() -> None:
    found = result(in_duckdb, "duckdb", counted(students()))
    notes = found.groupby("org_id")["notes"].agg(set)
    assert notes["NONE"] == {"no growth percentiles for 04: few; and for 2 more"}
    assert notes["S03"] == {"no growth percentiles for 04: few"}
    assert all(pd.isna(note) for note in notes["S05"])  # some incomplete, none in cells without percentiles


def test_mean_as_the_value() -> None:
    """`report: mean` exchanges the two averages, and repeats neither."""
    rows = counted(students())
    medians, means = (result(in_duckdb, "duckdb", rows, report).set_index("org_id") for report in ("median", "mean"))
    columns = ["value", "standard_error", "low", "high", "n"]
    for own, name in ((means, "median_sgp"), (medians, "mean_sgp")):
        other = medians if own is means else means
        named = own.loc[own["statistic"] == name, columns]
        unnamed = other.loc[other["statistic"].isna(), columns]
        pd.testing.assert_frame_equal(named.sort_index(), unnamed.sort_index())
    assert set(means["statistic"].dropna()) == {"median_sgp", "at_least_50", "coverage"}


def test_by_cell() -> None:
    frame = students()
    found = result(in_duckdb, "duckdb", counted(frame), by_cell=True)
    own = found[found["statistic"].isna() & (found["category"] == "05")].set_index("org_id")["value"]
    fitted = frame[(frame["cell"] == "05") & (frame["sgp"] > 0)]
    assert own.to_dict() == fitted.groupby("org_id")["sgp"].median().to_dict()
    assert set(found["category"].dropna()) == {"04", "05", "06", "07"}


def test_the_interval_holds_the_median_in_95_of_100_samples() -> None:
    """For every n that has one: P(X_(r) <= median <= X_(n+1-r)) = 1 - 2 P(B <= r - 1), B binomial with n and 1/2."""
    for n in range(1, 3000):
        rank = int(np.floor(n / 2 - Z / 2 * np.sqrt(n)))
        if rank >= 1:
            assert 1 - 2 * binom.cdf(rank - 1, n, 0.5) >= 0.95
        else:
            assert n < 8
