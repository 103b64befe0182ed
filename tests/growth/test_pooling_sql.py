"""The moments that SQL makes in each district: against numpy, and pooled against the model solved in SQL on all rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from metricspec.measures.growth import GrowthSpec, Prior
from metricspec.measures.growth.fit import Fit
from metricspec.measures.growth.terms import term_names, variables
from metricspec.measures.pooling.export import export_stages
from metricspec.measures.pooling.pool import pooled
from metricspec.measures.pooling.release import released
from metricspec.measures.pooling.table import CELL, SCHOOL, Header, Table, columns

from . import rig
from .pooling_rows import Rows, header, moments, simulated
from .sgp_scores import FLAGS, scores

SIMULATED = GrowthSpec(
    outcome="y",
    priors=(Prior("same", csem="csem_same"), Prior("other", csem="csem_other")),
    cell=("grade",),
    covariates=("flag",),
    peers=("same",),
    weight="w",
    standardize="population",
)
REAL = GrowthSpec(
    outcome="y",
    priors=(Prior("pa", reliability=0.90), Prior("pb", reliability=0.85)),
    cell=("cell",),
    covariates=FLAGS,
    peers=("pa",),
    standardize="population",
)


def names_of(spec: GrowthSpec) -> Header:
    known = tuple((at, prior.reliability) for at, prior in enumerate(spec.priors, 1) if prior.reliability is not None)
    return header(term_names(spec), standardize=spec.standardize, reliability=known)


def renamed(frame: pd.DataFrame, spec: GrowthSpec) -> pd.DataFrame:
    """Columns by the names that the measure gives its variables."""
    given = {variable.text: variable.name for variable in variables(spec) if variable.kind == "number"}
    keys = ["school_year", "cell_1", "school", "district"]
    return frame[[*keys, *given]].rename(columns=given)


def full(frame: pd.DataFrame, spec: GrowthSpec, engine: rig.Engine | None = None) -> pd.DataFrame:
    rows, made = rig.inputs([variable.name for variable in variables(spec)])
    stages = [rows, *export_stages(spec, made)]
    return (engine or rig.Duck()).run(frame, stages, ["g_full_moments"], "script")["g_full_moments"]


def pooled_in_sql(frame: pd.DataFrame, spec: GrowthSpec) -> Fit:
    names = names_of(spec)
    parts = []
    for district, own in frame.groupby("district"):
        made = released(names, full(own, spec), lambda year: 11)
        parts.append(Table(str(district), names, made.rows))
    return pooled(parts)


def compared(found: pd.DataFrame, wanted: pd.DataFrame, names: Header) -> None:
    """Every number of two tables, relative to the sizes of the variables that it is made of; errors are of cells only."""
    wanted = wanted.copy()
    wanted.loc[wanted["part"] == SCHOOL, [name for name in wanted if name.startswith("error_")]] = np.nan
    keys = ["part", "school_year", "cell_1", "school"]
    one, other = (
        frame.assign(school=frame["school"].fillna("")).set_index(keys).sort_index()[columns(names)[4:]].astype(float)
        for frame in (found, wanted)
    )
    assert one.index.equals(other.index)
    size = len(names.terms) + 1
    whole = other.xs(CELL)
    spread = {at: (whole[f"cross_{at}_{at}"] / whole["w"]).max() ** 0.5 for at in range(1, size + 1)}
    for name in one.columns:
        unit = 1.0
        if name.startswith("cross"):
            i, j = (int(at) for at in name.split("_")[1:])
            unit = spread[i] * spread[j]
        assert one[name].to_numpy() / unit == pytest.approx(
            other[name].to_numpy() / unit, rel=1e-9, abs=1e-8, nan_ok=True
        ), name


@pytest.mark.parametrize("engine", [rig.Duck(), rig.Lite()], ids=lambda one: one.name)
def test_moments_in_sql_are_those_of_numpy(engine: rig.Engine) -> None:
    rows = simulated(40)
    names = names_of(SIMULATED)
    compared(full(renamed(rows.frame, SIMULATED), SIMULATED, engine), moments(rows, names), names)


def test_a_constant_and_one_school_of_a_cell() -> None:
    """A school alone in its cell has peers without variation, and the sums of squares that leave are never negative."""
    rows = simulated(41, schools=1, size=(60, 61))
    frame = renamed(rows.frame, SIMULATED).assign(x3=0.1)
    made = released(names_of(SIMULATED), full(frame, SIMULATED), lambda year: 11)
    squares = [f"cross_{at}_{at}" for at in range(1, 6)]
    assert (made.rows.loc[made.rows["part"] != SCHOOL, squares] >= 0).all(axis=None)
    fit = pooled([Table("a", names_of(SIMULATED), made.rows)])
    assert all(cell.coefficients[2:] == (None, None) for cell in fit.cells)
    assert all(slope is not None for cell in fit.cells for slope in cell.coefficients[:2])


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"weight": None},
        {"peer_means": "others"},
        {"peers": ("same", "flag")},
        {"peers": (), "standardize": "sample"},
        {"priors": (Prior("same", reliability=0.9), Prior("other", reliability=0.8)), "standardize": "none"},
    ],
    ids=lambda one: ",".join(one) or "all",
)
def test_the_pooled_fit_is_the_one_solved_in_sql(changes: dict[str, object]) -> None:
    spec = replace(SIMULATED, **changes)
    frame = renamed(simulated(42).frame, spec)
    same_fit(pooled_in_sql(frame, spec), rig.fit(spec, frame).coefficients)


def same_fit(fit: Fit, solved: pd.DataFrame) -> None:
    solved = solved.set_index(["school_year", "cell_1"])
    assert len(fit.cells) == len(solved)
    for cell in fit.cells:
        row = solved.loc[(cell.school_year, *cell.values)]
        slopes = [row[f"b_{at}"] for at in range(1, len(fit.terms) + 1)]
        assert [cell.intercept, *cell.coefficients] == pytest.approx([row["intercept"], *slopes], rel=1e-9, abs=1e-9)
        assert cell.outcome_sd == pytest.approx(row["deviation"], rel=1e-10)


def test_weights_without_students_and_unknown_values_count_nowhere() -> None:
    rows = simulated(43)
    frame = renamed(rows.frame, SIMULATED)
    spoiled = pd.concat(
        [
            frame,
            frame.head(200).assign(w=0.0),
            frame.head(100).assign(w=np.nan),
            frame.head(50).assign(e1=np.nan),
            frame.head(30).assign(x2=np.inf),
            frame.head(20).assign(school=None),
        ],
        ignore_index=True,
    )
    part = full(spoiled, SIMULATED).drop(columns=["population_n", "population_mean", "population_ss"])
    clean = full(frame, SIMULATED)
    keys = ["part", "school_year", "cell_1", "school"]
    one, other = (f.sort_values(keys, ignore_index=True)[part.columns] for f in (part, clean))
    pd.testing.assert_frame_equal(one, other, rtol=1e-9, atol=1e-6)


@pytest.mark.real_data
def test_three_real_districts(real_data: Path) -> None:
    """Real scores: moments in SQL from each district, pooled, against the model solved in SQL on all of them."""
    rows = scores(real_data)
    frame = renamed(rows, REAL)
    solved = rig.fit(REAL, frame)
    fit = pooled_in_sql(frame, REAL)
    same_fit(fit, solved.coefficients)
    assert len(fit.cells) == 20
    names = replace(names_of(REAL), privacy_n=1)
    one = frame["district"] == "1040"
    own = Rows(rows[one], ("pa", "pb", *FLAGS, "peer"))
    compared(full(frame[one], REAL), moments(own, names), names)
