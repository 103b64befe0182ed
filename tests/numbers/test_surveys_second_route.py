"""The catalogue's survey scales by a second route: SQL written by hand from the rules, over the network's files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from metricspec.running.project import Project

SQL = Path(__file__).parent / "sql" / "surveys"
KEYS = ["org_level", "org_id", "school_year", "student_group"]
# construct: items, and those worded the other way
SEL = {
    "growth_mindset": (["gm_1", "gm_2", "gm_3", "gm_4"], ["gm_1", "gm_2", "gm_4"]),
    "self_efficacy": ([f"se_{at}" for at in range(1, 5)], []),
    "self_management": ([f"sm_{at}" for at in range(1, 10)], []),
    "social_awareness": ([f"sa_{at}" for at in range(1, 9)], []),
}
CLIMATE = [f"{prefix}_{at}" for prefix in ("as", "be", "df", "sf") for at in (1, 2, 3)]


def made(
    files: duckdb.DuckDBPyConnection, query: str, respondent: str, items: list[str], reverse: list[str], parts: bool
) -> pd.DataFrame:
    files.execute("SET VARIABLE respondent = ?", [respondent])
    files.execute("SET VARIABLE items = ?", [items])
    files.execute("SET VARIABLE reversed = CAST(? AS VARCHAR[])", [reverse])
    files.execute("SET VARIABLE parts = ?", [parts])
    files.execute((SQL / "people.sql").read_text(encoding="utf-8"))
    assert files.execute("SELECT count(*) = count(DISTINCT (student_id, school_year)) FROM person").fetchall() == [
        (True,)
    ]
    return files.execute((SQL / f"{query}.sql").read_text(encoding="utf-8")).df()


def own(rows: pd.DataFrame, statistic: str | None = None) -> pd.DataFrame:
    """Rows of people who count, by org, year, group and category."""
    chosen = rows[(rows.statistic.isna() if statistic is None else rows.statistic == statistic) & (rows.n > 0)]
    keys = [*KEYS, "category"]
    found = chosen.assign(category=chosen.category.fillna("")).set_index(keys)
    assert found.index.is_unique
    return found.sort_index()


def favorable(ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    theirs = theirs.assign(category=theirs.category.fillna("")).set_index([*KEYS, "category"]).sort_index()
    found = own(ours)
    assert list(found.index) == list(theirs.index)
    assert list(found.n) == list(theirs.n)
    told = theirs.reported
    assert found.value[~told].isna().all()
    for name in ("numerator", "denominator"):
        assert list(found[name][told]) == list(theirs[name][told])
    certain = told & (theirs.standard_error > 1e-9)
    assert found.standard_error[certain].to_numpy() == pytest.approx(
        theirs.standard_error[certain].to_numpy(), rel=1e-9
    )
    assert found.standard_error[~certain].isna().all() and certain.sum() > 50
    whole = theirs[theirs.index.get_level_values("category") == ""]
    taken = own(ours, "participation")
    assert list(taken.numerator) == list(whole.took_part) and list(taken.denominator) == list(whole.invited)


@pytest.mark.parametrize("construct", SEL)
def test_percent_favorable(construct: str, tally: Callable, files: duckdb.DuckDBPyConnection) -> None:
    items, reverse = SEL[construct]
    theirs = made(files, "pct_favorable", "student", items, reverse, parts=False)
    assert set(theirs.student_group) >= {"ALL", "EL", "LX", "SED", "SWD"}
    favorable(tally(f"core.sel_pct_favorable_{construct}"), theirs)


@pytest.mark.parametrize("respondent", ["student", "staff", "family"])
def test_climate(respondent: str, tally: Callable, files: duckdb.DuckDBPyConnection) -> None:
    theirs = made(files, "pct_favorable", respondent, CLIMATE, [], parts=True)
    if respondent == "family":
        assert 0.05 < theirs.reported.mean() < 0.95
    favorable(tally(f"core.climate_pct_favorable_{respondent}"), theirs)


@pytest.mark.parametrize("construct", SEL)
def test_scale_score(construct: str, project: Project, tally: Callable, files: duckdb.DuckDBPyConnection) -> None:
    items, reverse = SEL[construct]
    indicator = f"core.sel_scale_score_{construct}"
    parameters = project.catalog.indicators[indicator].measure.parameters
    rows = [
        (one.name, one.discrimination, answer, sum(one.steps[: answer - 1]))
        for one in parameters.items
        for answer in range(1, 6)
    ]
    files.execute("CREATE OR REPLACE TABLE parameter (item VARCHAR, a DOUBLE, answer INTEGER, below DOUBLE)")
    files.executemany("INSERT INTO parameter VALUES (?, ?, ?, ?)", rows)
    theirs = made(files, "scale_score", "student", items, reverse, parts=False).set_index(KEYS).sort_index()
    ours = own(tally(indicator)).droplevel("category")
    assert list(ours.index) == list(theirs.index) and list(ours.n) == list(theirs.n)
    assert ours.value.to_numpy() == pytest.approx(theirs.value.to_numpy(), abs=1e-6)
    assert ours.standard_error.to_numpy() == pytest.approx(theirs.standard_error.to_numpy(), abs=1e-6, nan_ok=True)
