"""A framework knows nothing that the public does not: numbers behind hidden rows never change what it says."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import metricspec
from metricspec.frameworks import Given, compose

from .made import CATALOG, Row, frame, hidden, row

RATINGS = ("Red", "Orange", "Yellow", "Green", "Blue")
GROUPS = ("ALL", "AA", "EL", "SWD", "SED")
SECRETS = (
    "value",
    "numerator",
    "denominator",
    "n",
    "prior_value",
    "prior_numerator",
    "prior_n",
    "change",
    "low",
    "high",
)
REASONS = ("primary", "complementary", "input")
YEARS = ("2021-22", "2022-23", "2023-24")


@st.composite
def results(draw: st.DrawFn, framework: str) -> list[Row]:
    """A Result of two orgs in three years; about a third of the rows is hidden, or has a hidden prior year."""
    spec = CATALOG.frameworks[framework]
    rows = []
    for one in spec.inputs:
        for year in YEARS:
            for group in draw(st.sets(st.sampled_from(GROUPS))):
                level = draw(st.integers(1, 10))
                status = str(level) if framework == "core_sqii" else "Very Low"
                values = {
                    "value": float(level),
                    "numerator": level,
                    "denominator": 10.0,
                    "n": draw(st.integers(11, 90)),
                }
                where = {
                    "year": year,
                    "org": draw(st.sampled_from("AB")),
                    "level": "district" if framework == "ca_dashboard" else "school",
                }
                if draw(st.integers(0, 2)) == 0:
                    rows.append(hidden(one.of[0], group, draw(st.sampled_from(REASONS)), **where))
                elif draw(st.integers(0, 3)) == 0:
                    rows.append(row(one.of[0], group, prior_suppressed="primary", status=status, **where, **values))
                else:
                    rows.append(
                        row(one.of[0], group, rating=draw(st.sampled_from(RATINGS)), status=status, **where, **values)
                    )
    return list({(r["indicator"], r["student_group"], r["school_year"], r["org_id"]): r for r in rows}.values())


@pytest.mark.parametrize("framework", sorted(CATALOG.frameworks))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_numbers_in_hidden_rows_change_nothing(framework: str, data: st.DataObject) -> None:
    """Even where they came through: a Result that forgot to empty its hidden rows gives the same table."""
    rows = data.draw(results(framework))
    leaky = []
    for one in rows:
        if one["suppressed"] is not None:
            number = float(data.draw(st.integers(0, 100)))
            filled = {**dict.fromkeys(SECRETS, number), "status": "1", "rating": data.draw(st.sampled_from(RATINGS))}
            leaky.append({**one, **filled})
        elif one["prior_suppressed"] is not None:
            leaky.append({**one, "rating": data.draw(st.sampled_from(RATINGS)), "change": 1.0, "prior_value": 5.0})
        else:
            leaky.append(one)
    spec = CATALOG.frameworks[framework]
    ran = frozenset(spec.indicators)
    said = [compose(spec, CATALOG, Given(frame(given), ran)) for given in (rows, leaky)]
    pd.testing.assert_frame_equal(*said)


CODES = {"chronic": "chronic_absenteeism", "susp": "suspension_rate", "grad": "graduation_rate", "cci": "cci"}
COLUMNS = (
    "indicator_code", "school_year", "org_level", "org_id", "org_name", "org_type", "charter", "alternative", "student_group",
    "numerator", "denominator", "value", "prior_numerator", "prior_denominator", "prior_value", "change", "certified",
    "published_status", "published_change_level", "published_rating",
)  # fmt: skip
# One to ten students; that a group has nobody at all is no secret, the Result gives another reason for it.
SMALL = st.integers(1, 10).flatmap(lambda below: st.tuples(st.integers(0, below), st.just(below)))
PROJECT = metricspec.load()


def published(
    path: Path, small: dict[tuple[str, str], tuple[int, int]], priors: dict[tuple[str, str], tuple[int, int]]
) -> None:
    """A district in three years: of every indicator some group has ten students or fewer, in the year or the one before."""
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, COLUMNS)
        writer.writeheader()
        for code in CODES:
            for year in ("2022-23", "2023-24", "2024-25"):
                for group in GROUPS:
                    above, below = small.get((code, group), (40, 100))
                    old_above, old_below = priors.get((code, group), (30, 100))
                    counts = (above, below, old_above, old_below)
                    names = ("numerator", "denominator", "prior_numerator", "prior_denominator")
                    about = {
                        "indicator_code": code,
                        "school_year": year,
                        "org_level": "district",
                        "org_id": "A",
                        "org_type": "UD",
                    }
                    flags = {"charter": "false", "alternative": "false", "certified": "true"}
                    writer.writerow({**about, **flags, "student_group": group, **dict(zip(names, counts, strict=True))})


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=st.lists(SMALL, min_size=8, max_size=8), two=st.lists(SMALL, min_size=8, max_size=8))
@pytest.mark.slow
def test_counts_behind_hidden_rows_change_nothing(
    tmp_path: Path, one: list[tuple[int, int]], two: list[tuple[int, int]]
) -> None:
    """From the counts themselves: two districts that differ only in groups of ten students or fewer."""
    names = [f"ca.published.{name}" for name in CODES.values()]
    said = []
    for small in (one, two):
        path = tmp_path / "published.csv"
        this_year = {(code, "AA"): pair for code, pair in zip(CODES, small[:4], strict=True)}
        year_before = {(code, "EL"): pair for code, pair in zip(CODES, small[4:], strict=True)}
        published(path, this_year, year_before)
        result = PROJECT.run(*names, data={"dashboard_published": path})
        assert {"primary"} == set(result.loc[result["student_group"] == "AA", "suppressed"])
        said.append(pd.concat([PROJECT.framework(name, result) for name in ("ca_dashboard", "essa")]))
    assert len(said[0])
    pd.testing.assert_frame_equal(*said)
