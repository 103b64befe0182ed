"""What of a district's moments leaves it, what a file of moments may hold, and the fit as JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from metricspec.measures.growth.fit import CellFit, Fit, Yardstick, from_json, to_json
from metricspec.measures.pooling.pool import pooled
from metricspec.measures.pooling.release import Release, released, shown_schools
from metricspec.measures.pooling.sums import rare
from metricspec.measures.pooling.table import Table, cross_columns, differing, faults, from_metadata, to_metadata
from metricspec.model import Dated, Policy, Threshold, Years
from metricspec.running.pooling import smallest_n

from .pooling_rows import Rows, header, moments, simulated, tables

TERMS = ("same", "flag")


def students(sizes: dict[str, int], *, flagged: int = 0, gaps: int = 0) -> Rows:
    """One cell of schools of given sizes; the first `flagged` students have the flag, and `gaps` more have no prior."""
    rng = np.random.default_rng(3)
    schools = [school for school, size in sizes.items() for _ in range(size)]
    n = len(schools)
    frame = pd.DataFrame({"school": schools, "same": rng.normal(2400, 80, n), "flag": 0.0})
    frame.loc[: flagged - 1, "flag"] = 1.0
    frame["y"] = 0.8 * frame["same"] + rng.normal(500, 40, n)
    without = frame.iloc[:gaps].assign(same=np.nan)
    frame = pd.concat([frame, without], ignore_index=True)
    return Rows(frame.assign(school_year="2024-25", cell_1="05", district="d0", w=2.0), TERMS)


def release(rows: Rows, least: int = 11, **changes: object) -> Release:
    names = header(TERMS, **changes)
    return released(names, moments(rows, names), lambda year: least)


def schools(found: Release) -> set[str]:
    return set(found.rows.loc[found.rows["part"] == "school", "school"])


@pytest.mark.parametrize(("n", "kept"), [(10, False), (11, True)])
def test_a_cell_below_the_privacy_n_is_refused(n: int, kept: bool) -> None:
    found = release(students({"a": n}))
    assert found.refused == (() if kept else ("2024-25 05",))
    assert len(found.rows) == (3 if kept else 0)


def test_minimum_n_is_that_of_the_year() -> None:
    rows = simulated(20)
    names = header(rows.terms)
    found = released(names, moments(rows, names), lambda year: 10_000 if year == "2023-24" else 11)
    assert found.refused == ("2023-24 05", "2023-24 06")
    assert set(found.rows["school_year"]) == {"2024-25"}


def entry(n: int, **about: object) -> Threshold:
    years = Dated(Years(str(about.pop("first", None) or "2000-01")))
    return Threshold(n, dated=years, **about)


@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        ((entry(11),), 11),
        ((entry(11), entry(20, first="2023-24")), 20),  # later entries win
        ((entry(20), entry(11, first="2023-24")), 11),
        ((entry(20), entry(11, first="2025-26")), 20),
        ((entry(11, first="2025-26"), entry(15, first="2026-27")), 15),  # no entry says anything of the year
        ((entry(11), entry(5, groups=("FOS",))), 11),  # of a group that is not everyone
        ((entry(11), entry(5, groups=("ALL",))), 5),
        ((entry(11), entry(5, org_levels=("district",))), 11),  # schools are held to 11
        ((entry(11, org_levels=("district",)), entry(30, org_levels=("school",))), 30),  # the largest of any level
        ((entry(0),), 1),
    ],
)
def test_the_smallest_n_of_a_policy(entries: tuple[Threshold, ...], wanted: int) -> None:
    assert smallest_n(Policy("p", entries), "2024-25", "ALL") == wanted


@pytest.mark.parametrize(
    ("report", "wanted"),
    [
        ((entry(20),), 20),  # a run hides what is not reported
        ((entry(5),), 11),
        ((entry(20, groups=("FOS",)), entry(15)), 15),
        ((entry(20, org_levels=("school",)), entry(15, org_levels=("district",))), 20),
        ((entry(20), entry(12, first="2023-24")), 12),
    ],
)
def test_what_is_not_reported_does_not_leave(report: tuple[Threshold, ...], wanted: int) -> None:
    assert smallest_n(Policy("p", (entry(11),), report), "2024-25", "ALL") == wanted


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ({"a": 30, "b": 12}, {"a", "b"}),
        ({"a": 30, "b": 12, "c": 4}, {"a"}),  # beside b the rest would be the 4 of c
        ({"a": 30, "b": 12, "c": 6, "d": 5}, {"a", "b"}),  # 11 scores of two schools
        ({"a": 30, "b": 12, "c": 6, "d": 4}, {"a"}),
        ({"a": 30, "b": 4}, set()),
        ({"a": 30, "b": 11, "c": 11, "d": 1}, {"a", "b"}),  # of equals the last by its id
    ],
)
def test_nothing_under_the_privacy_n_is_told_by_subtraction(sizes: dict[str, int], shown: set[str]) -> None:
    found = release(students(sizes))
    assert schools(found) == shown
    cell = found.rows[found.rows["part"] == "cell"].iloc[0]
    rest = cell["n"] - found.rows.loc[found.rows["part"] == "school", "n"].sum()
    assert cell["n"] == sum(sizes.values())
    assert rest == 0 or rest >= 11
    assert (found.schools, found.schools_left_out) == (len(shown), len(sizes) - len(shown))


def test_for_any_sizes_the_rest_is_empty_or_large_enough() -> None:
    rng = np.random.default_rng(4)
    for _ in range(300):
        sizes = [int(size) for size in rng.integers(1, 25, rng.integers(1, 9))]
        names = [f"s{at}" for at in range(len(sizes))]
        kept = shown_schools(names, sizes, sum(sizes), 11)
        own = dict(zip(names, sizes, strict=True))
        rest = sum(sizes) - sum(own[name] for name in kept)
        assert all(own[name] >= 11 for name in kept)
        assert rest == 0 or rest >= 11 or not kept


def test_of_schools_only_counts_and_means_leave() -> None:
    rows = students({"a": 30, "b": 20})
    full = moments(rows, header(TERMS))
    found = release(rows).rows
    crosses = cross_columns(2)
    assert found.loc[found["part"] == "school", crosses].isna().all(axis=None)
    added = full.loc[full["part"] == "school", crosses].sum()
    within = found[found["part"] == "within"].iloc[0]
    assert within[crosses].to_numpy(float) == pytest.approx(added.to_numpy(float))
    assert (within["n"], within["school"]) == (50, None)
    assert "student" not in " ".join(found.columns)


@pytest.mark.parametrize(("gaps", "withheld"), [(0, False), (1, True), (10, True), (11, False)])
def test_the_population_is_withheld_where_it_tells_of_few_incomplete_records(gaps: int, withheld: bool) -> None:
    found = release(students({"a": 60}, gaps=gaps))
    cell = found.rows[found.rows["part"] == "cell"].iloc[0]
    assert np.isnan(cell["population_mean"]) == withheld
    assert found.populations_withheld == (("2024-25 05",) if withheld else ())
    (fit,) = pooled([Table("d0", header(TERMS), found.rows)]).cells
    assert any("complete scores only" in note for note in fit.notes) == withheld
    outcome = students({"a": 60}, gaps=gaps).frame["y"].iloc[: 60 if withheld else None]
    assert fit.outcome_sd == pytest.approx(np.std(outcome), rel=1e-12)


def test_no_population_leaves_where_none_is_asked_for() -> None:
    found = release(students({"a": 60}, gaps=30), standardize="sample")
    assert found.rows[["population_n", "population_mean", "population_ss"]].isna().all(axis=None)
    assert found.populations_withheld == ()


@pytest.mark.parametrize(("flagged", "rare"), [(0, False), (1, True), (10, True), (11, False), (49, False), (50, True)])
def test_rare_flags_are_named(flagged: int, rare: bool) -> None:
    found = release(students({"a": 60}, flagged=flagged))
    assert [(one.cell, one.term) for one in found.rare] == ([("2024-25 05", "flag")] if rare else [])


@pytest.mark.parametrize(
    ("flagged", "telling"),
    [(0, 0), (1, 1), (10, 1), (11, 0), (19, 0), (20, 1), (29, 1), (30, 0), (31, 1), (41, 1), (50, 0)],
)
def test_schools_whose_mean_tells_of_few_are_counted(flagged: int, telling: int) -> None:
    """30 students in a, 20 in b; the first have the flag: where few of a school have it, or have not, but some do."""
    found = release(students({"a": 30, "b": 20}, flagged=flagged), least=11)
    assert (found.schools, found.schools_telling) == (2, telling)


def test_rounding_is_no_student() -> None:
    """Means are a centre plus a rest: where no student has the flag, or all have it, rounding may leave 1e-17 of one."""
    n, w = np.full((4, 1), 30.0), np.full((4, 1), 30.0)
    mean = np.array([[1e-17], [1 - 1e-16], [1 / 30], [0.5]])
    assert rare(n, w, mean, w * mean * (1 - mean), 11)[:, 0].tolist() == [False, False, True, False]


def test_what_is_left_out_changes_no_coefficient() -> None:
    rows = simulated(21, size=(5, 40))
    names = header(rows.terms)
    held = []
    for district, own in rows.frame.groupby("district"):
        part = released(names, moments(replace(rows, frame=own), names), lambda year: 15)
        assert part.schools_left_out > 0
        held.append(Table(str(district), names, part.rows))
    found, whole = pooled(held), pooled(tables(rows, names))
    for one, other in zip(found.cells, whole.cells, strict=True):
        assert one.coefficients == pytest.approx(other.coefficients, rel=1e-12)
    for stick, full in zip(found.yardsticks, whole.yardsticks, strict=True):
        assert stick.left_out == full.n - stick.n > 0
        assert stick.within == pytest.approx(full.within, rel=0.1)


# -- the file --


def test_a_header_is_read_back() -> None:
    names = header(TERMS, reliability=((1, 0.85),), rules=(("the outcome", "scale_score"),), districts=("d0",))
    assert from_metadata(to_metadata(names)) == names


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "metricspec growth moments 1"}', "[" * 100_000])
def test_other_metadata_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"says about itself|does not say that it is a table of moments"):
        from_metadata(text)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"indicator": "other"}, "the indicator: 'core.growth' and 'other'"),
        ({"version": "1.1.0"}, "the version"),
        ({"terms": ("same",)}, "the terms: (same, flag) and (same)"),
        ({"form": "two_step"}, "the form"),
        ({"reliability": ((1, 0.8),)}, "the reliabilities of the terms: none and (1: 0.8)"),
        ({"standardize": "none"}, "how scores are standardized"),
        ({"rules": (("the weight", "days"),)}, "the weight: nothing and 'days'"),
        ({"percentile": "rank"}, "how percentiles are made: 'normal' and 'rank'"),
        ({"shrinkage": "none"}, "shrinkage"),
        ({"by_cell": True}, "whether there are rows for each cell"),
        ({"cell_minimum": 20}, "the least number of scores in a cell"),
        ({"privacy_n": 20, "districts": ("d9",), "years": ("2020-21",)}, None),
    ],
)
def test_files_that_differ(changes: dict[str, object], words: str | None) -> None:
    other = replace(header(TERMS), **changes)
    fit = pooled([Table("d0", header(TERMS), sound())])
    for found in (differing(header(TERMS), other), differing(from_json(to_json(fit)), other)):
        assert (found is None) == (words is None)
        assert words is None or words in str(found)


def test_lists_that_look_alike_differ() -> None:
    assert differing(header(("coalesce(a, b)",)), header(("coalesce(a", "b)"))) is not None


def sound() -> pd.DataFrame:
    return release(students({"a": 30, "b": 20})).rows


@pytest.mark.parametrize(
    ("column", "row", "value", "words"),
    [
        ("part", 0, "student", "something other than cell"),
        ("school_year", 1, None, "no school year"),
        ("school", 2, None, "does not name it"),
        ("school", 3, "a", "of the same cell and school"),
        ("cell_1", 0, "06", "no row of its own"),
        ("n", 0, 10.5, "not a count"),
        ("w", 0, -1.0, "do not add up"),
        ("mean_1", 0, np.inf, "not finite"),
        ("mean_3", 2, np.nan, "not finite"),
        ("cross_2_2", 1, -1.0, "negative"),
        ("cross_1_3", 0, "x", "not of numbers"),
    ],
)
def test_faults_of_a_table(column: str, row: int, value: object, words: str) -> None:
    rows = sound()
    assert faults(header(TERMS), rows) == []
    rows[column] = rows[column].astype(object)
    rows.loc[row, column] = value
    assert words in " ".join(faults(header(TERMS), rows))


def test_a_table_without_its_columns_or_cells() -> None:
    assert "lacks the columns cross_1_1" in faults(header(TERMS), sound().drop(columns="cross_1_1"))[0]
    assert faults(header(TERMS), sound().iloc[:0]) == ["it holds no cell"]


# -- the fit --


def test_a_fit_is_read_back_bit_by_bit() -> None:
    rows = simulated(22)
    found = pooled(tables(rows, header(rows.terms, percentile="rank", by_cell=True)))
    refused = CellFit("2024-25", ("07",), 12, None, (None,) * 4, None, ("refused: fewer than 30 scores",))
    empty = Yardstick("2022-23", None, 0, 0, None, None, None)
    found = replace(found, cells=(*found.cells, refused), yardsticks=(*found.yardsticks, empty))
    assert from_json(to_json(found)) == found
    assert hash(found) == hash(from_json(to_json(found)))


GOOD = Fit(
    "core.growth",
    "1.0.0",
    ("same",),
    ("grade",),
    "population",
    (CellFit("2024-25", ("05",), 40, 1.0, (0.5,), 80.0),),
    (Yardstick("2024-25", None, 5, 40, 0.5, 0.1, 0.2, (-0.1, 0.3)),),
)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("format",), "fit", "does not say that it is a fit"),
        (("terms",), "same", "'terms' is not a list"),
        (("indicator",), 3, "'indicator' is not text"),
        (("cells", 0, "coefficients"), [0.5, 1.0], "2 coefficients for 1 terms"),
        (("cells", 0, "coefficients"), [True], "not a number"),
        (("cells", 0, "coefficients"), [10**400], "not a number"),
        (("cells", 0, "intercept"), None, "half refused"),
        (("cells", 0, "outcome_sd"), 0.0, "greater than 0"),
        (("cells", 0, "n"), -1, "not a count"),
        (("cells", 0, "mean_weight"), 0.0, "greater than 0"),
        (("cells", 0, "values"), ["05", "ELA"], "2 values for 1 columns"),
        (("cells", 0), "x", "not a block"),
        (("yardsticks", 0, "within"), -1.0, "negative"),
        (("yardsticks", 0, "effects"), [2.0, 1.0], "in order of size"),
        (("yardsticks", 0, "category"), 5, "neither text nor null"),
        (("rules",), ["the outcome"], "'rules' is not a block of texts"),
        (("rules",), {"the outcome": 5}, "'rules' is not a block of texts"),
    ],
)
def test_other_json_is_refused(path: tuple[str | int, ...], value: object, words: str) -> None:
    found = json.loads(to_json(GOOD))
    block = found
    for key in path[:-1]:
        block = block[key]
    block[path[-1]] = value
    with pytest.raises(ValueError, match=words):
        from_json(json.dumps(found))


@pytest.mark.parametrize("key", ["indicator", "terms", "cells", "yardsticks", "districts", "rules"])
def test_a_fit_lacks_a_part(key: str) -> None:
    found = json.loads(to_json(GOOD))
    del found[key]
    with pytest.raises(ValueError, match=f"'{key}' is missing"):
        from_json(json.dumps(found))


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, '{"format": NaN}'])
def test_text_that_is_no_fit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not JSON|nested too deep|does not say that it is a fit"):
        from_json(text)
