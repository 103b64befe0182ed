"""Three real districts: the fit on their moments is that of all rows, in numpy and in the reference made with R."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from metricspec.measures.growth.fit import Fit
from metricspec.measures.pooling.pool import pooled

from .pooling_rows import Rows, direct, header, tables
from .sgp_scores import TERMS, scores

pytestmark = pytest.mark.real_data

RELIABILITY = {"pa": 0.90, "pb": 0.85}  # of the reference


@pytest.fixture(scope="module")
def sgp(real_data: Path) -> Rows:
    return Rows(scores(real_data), TERMS)


def fit(rows: Rows, eiv: bool) -> Fit:
    reliability = ((1, RELIABILITY["pa"]), (2, RELIABILITY["pb"])) if eiv else ()
    return pooled(tables(rows, header(rows.terms, reliability=reliability, by_cell=True)))


@pytest.fixture(scope="module")
def fits(sgp: Rows) -> dict[str, Fit]:
    return {"ols": fit(sgp, False), "eiv": fit(sgp, True)}


def reference(real_data: Path, name: str) -> pd.DataFrame:
    path = real_data.parent / "reference" / "growth" / f"sgpLONG_{name}.csv"
    if not path.is_file():
        pytest.skip(f"the reference results are not in {path.parent}")
    found = pd.read_csv(path)
    return found.assign(cell=found["subject"] + " / " + found["grade"].astype(str))


@pytest.mark.parametrize("kind", ["ols", "eiv"])
def test_coefficients_are_those_of_all_rows(sgp: Rows, fits: dict[str, Fit], kind: str) -> None:
    cells = dict(list(sgp.complete().groupby(["school_year", "cell_1"])))
    assert len(cells) == len(fits[kind].cells) == 20
    assert fits[kind].districts == ("1040", "2690", "470")
    for cell in fits[kind].cells:
        wanted = direct(cells[cell.school_year, cell.values[0]], TERMS, RELIABILITY if kind == "eiv" else None)
        assert [cell.intercept, *cell.coefficients] == pytest.approx(list(wanted), rel=1e-9, abs=1e-10)


@pytest.mark.parametrize("kind", ["ols", "eiv"])
def test_coefficients_are_those_of_the_reference(sgp: Rows, fits: dict[str, Fit], real_data: Path, kind: str) -> None:
    """The reference has z-scores (standard deviations with n - 1), so raw coefficients are brought to its units."""
    wanted = reference(real_data, "coef").set_index(["year", "cell"])
    units = sgp.complete().groupby(["school_year", "cell_1"])[["y_sd", "pa_sd", "pb_sd"]].first()
    for cell in fits[kind].cells:
        place = (cell.school_year, cell.values[0])
        unit = units.loc[place]
        scale = np.array([unit["pa_sd"], unit["pb_sd"], *[1.0] * 8, unit["pa_sd"]]) / unit["y_sd"]
        assert np.array(cell.coefficients) * scale == pytest.approx(wanted.loc[place, kind].to_numpy()[1:], abs=1e-7)


@pytest.mark.parametrize("kind", ["ols", "eiv"])
def test_variance_components_are_those_of_the_reference(
    sgp: Rows, fits: dict[str, Fit], real_data: Path, kind: str
) -> None:
    wanted = reference(real_data, "fit").set_index(["year", "cell"])
    population = sgp.frame.groupby(["school_year", "cell_1"])["y"].count()
    sticks = [one for one in fits[kind].yardsticks if one.category is not None]
    assert len(sticks) == 20
    for stick in sticks:
        place = (stick.school_year, stick.category)
        of, n = wanted.loc[place], population.loc[place]
        assert (stick.n, stick.schools) == (of["n"], of["J"])
        unit = n / (n - 1)  # of a variance in standard deviations with n to one with n - 1
        assert stick.within == pytest.approx(of[f"{kind}_s2w"] * unit, abs=1e-7)
        assert stick.between == pytest.approx(of[f"{kind}_tau2"] * unit, abs=1e-7)


def test_left_out_schools_cost_little_of_the_yardstick(sgp: Rows, fits: dict[str, Fit]) -> None:
    """With the schools under 11 scores left out the coefficients stay, and the spread of effects is as good as the same."""
    from dataclasses import replace

    from metricspec.measures.pooling.release import released
    from metricspec.measures.pooling.table import Table

    from .pooling_rows import moments

    names = header(TERMS, reliability=((1, 0.90), (2, 0.85)), by_cell=True)
    parts = []
    for district, own in sgp.frame.groupby("district"):
        full = moments(replace(sgp, frame=own), names)
        parts.append(Table(str(district), names, released(names, full, lambda year: 11).rows))
    found = pooled(parts)
    for one, other in zip(found.cells, fits["eiv"].cells, strict=True):
        assert one.coefficients == pytest.approx(other.coefficients, rel=1e-12)
    whole = [one for one in found.yardsticks if one.category is None]
    exact = [one for one in fits["eiv"].yardsticks if one.category is None]
    for stick, of in zip(whole, exact, strict=True):
        assert 0 < stick.left_out < 0.02 * of.n
        assert stick.spread == pytest.approx(of.spread, rel=0.05)
