"""How often each rule signals where nothing changed, and where something did: 20,000 series for each figure, one seed.

The figures stand in the README. The trend rule signals hardly oftener where the process drifts, the purpose that it was made
for, than in series of pure chance (Davis and Woodall 1988; Anhøj and Olesen 2014). What is simulated here is independent normal values of one standard deviation about a centre that stays, shifts, or
drifts; runs and crossings are counted by other code than the measure's, which is held against it first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import run_rules
from numpy.typing import NDArray

from metricspec_improvement.limits import crossings_limit, longest_run_limit

SERIES = 20_000
Rates = Mapping[str, float]


def longest(same: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The longest row of true values in each line."""
    current = np.zeros(len(same), np.int64)
    best = current.copy()
    for column in same.T:
        current = np.where(column, current + 1, 0)
        best = np.maximum(best, current)
    return best


def rules(values: NDArray[np.float64], base: int | None = None) -> dict[str, NDArray[np.bool_]]:
    """Which series each rule signals; no point lies on the line but the middle one of an odd number."""
    n = values.shape[1]
    centre = np.median(values[:, :base], axis=1, keepdims=True)
    above = values > centre
    crossings = (above[:, 1:] != above[:, :-1]).sum(axis=1)
    run = np.maximum(longest(above), longest(~above))
    rises = values[:, 1:] > values[:, :-1]
    trend = 1 + np.maximum(longest(rises), longest(~rises))
    shift = run > longest_run_limit(n)
    few = crossings < crossings_limit(n)
    return {
        "run": shift,
        "crossings": few,
        "either": shift | few,
        "trend5": trend >= 5,
        "trend6": trend >= 6,
        "trend7": trend >= 7,
    }


@cache
def rates(n: int, shift: float = 0.0, drift: float = 0.0) -> Rates:
    """The share of series that each rule signals. The shift comes half-way; the drift is over the whole series."""
    random = np.random.default_rng([20_261_122, n, int(10 * shift), int(10 * drift)])
    centre = np.where(np.arange(n) >= n // 2, shift, 0.0) + drift * np.arange(n) / (n - 1)
    return {rule: float(found.mean()) for rule, found in rules(random.normal(centre, 1, (SERIES, n))).items()}


def test_the_counting_is_that_of_the_rules_on_lists() -> None:
    values = np.random.default_rng(3).normal(0, 1, (300, 24))
    found = rules(values)
    for at, line in enumerate(values.tolist()):
        want = run_rules.of(line, len(line))
        assert bool(found["either"][at]) == bool(run_rules.signal(want))
        assert bool(found["trend5"][at]) == (want.longest_trend >= 5)


@pytest.mark.parametrize("n", [12, 24, 36])
def test_chance_alone_signals_seldom(n: int) -> None:
    """Crossings alone stay under one in twenty; both rules together under one in ten."""
    found = rates(n)
    assert found["crossings"] < 0.05 and found["run"] < 0.05
    assert found["either"] < 0.10


@pytest.mark.parametrize("n", [24, 36])
def test_a_shift_is_found(n: int) -> None:
    """Of three standard deviations nearly always, of two in most series; by the trend rule hardly oftener than by chance."""
    chance = rates(n)
    assert rates(n, shift=3.0)["either"] > 0.90
    assert rates(n, shift=2.0)["either"] > 0.50
    assert rates(n, shift=3.0)["trend6"] < chance["trend6"] + 0.05


@pytest.mark.parametrize("n", [24, 36])
def test_a_drift_is_found_by_runs_and_crossings_and_not_by_trends(n: int) -> None:
    """Of four standard deviations over the series: found in most, and by six points in a row in few more than chance. Five
    points in a row find a few more, and are wrong in every fourth series of chance."""
    found, chance = rates(n, drift=4.0), rates(n)
    assert found["either"] > 0.60
    assert found["trend6"] < 0.15 and found["trend6"] - chance["trend6"] < 0.05
    assert chance["trend5"] > 0.20
    assert found["trend7"] < 0.03


def test_no_long_run_in_twelve_points_about_their_own_median() -> None:
    """Half of the points lie on each side, so that no run is longer than six where seven are allowed."""
    assert rates(12, shift=4.0)["run"] == 0.0


@cache
def after(base: int, points: int, run: int) -> float:
    """How often so many points in a row after a change that did nothing lie on one side of the median before it."""
    values = np.random.default_rng([6, base]).normal(0, 1, (SERIES, base + points))
    above = values[:, base:] > np.median(values[:, :base], axis=1, keepdims=True)
    return float((np.maximum(longest(above), longest(~above)) >= run).mean())


@pytest.mark.parametrize("base", [12, 18, 24])
def test_six_in_a_row_after_a_change_is_no_rare_chance(base: int) -> None:
    """Why eight is asked for where the spec says nothing."""
    assert after(base, 12, 6) > 0.15
    assert after(base, 12, 8) < 0.10


FIGURES = re.compile(
    r"^\| (\d+) points(?:, (shift|drift) (\d))? \| ([\d.]+) % \| ([\d.]+) % \| ([\d.]+) % \| ([\d.]+) % \|$", re.M
)
AFTER = re.compile(r"^\| (\d+) before, (\d+) after \| ([\d.]+) % \| ([\d.]+) % \|$", re.M)


def test_the_figures_of_the_readme() -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    rows = FIGURES.findall(text)
    assert len(rows) == 9
    for n, kind, size, *said in rows:
        found = rates(int(n), **({kind: float(size)} if kind else {}))
        assert said == [f"{100 * found[rule]:.1f}" for rule in ("either", "trend5", "trend6", "trend7")]
    lines = AFTER.findall(text)
    assert len(lines) == 4
    for base, points, six, eight in lines:
        assert (six, eight) == tuple(f"{100 * after(int(base), int(points), run):.1f}" for run in (6, 8))
