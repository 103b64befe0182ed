"""Made-up schools whose true effects are known: 200 draws, each a cell of one run."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from metricspec.measures.growth import GrowthSpec, Prior

from .rig import Fitted, fit

DRAWS, SCHOOLS = 200, 25
SLOPE, FLAG = 0.8, -0.3
EXACT, KNOWN = Prior("a"), Prior("a", csem="e")


@cache
def drawn(sorting: float) -> tuple[pd.DataFrame, pd.Series]:
    """Scores, and the true effect of each school of each draw less the mean effect of the draw's students.

    Earlier scores have error variance 0.1 to 0.3, schools differ in the earlier achievement of their students (variance 0.3),
    and effects (variance 0.04) go with that by `sorting`.
    """
    rng = np.random.default_rng(20_241)
    sizes = rng.integers(20, 60, (DRAWS, SCHOOLS))
    intake = rng.normal(0, 0.3**0.5, (DRAWS, SCHOOLS))
    effect = sorting * intake + rng.normal(0, 0.2, (DRAWS, SCHOOLS))
    place = np.repeat(np.arange(DRAWS * SCHOOLS), sizes.ravel())
    n = len(place)
    true = intake.ravel()[place] + rng.normal(0, 0.7**0.5, n)
    csem = np.sqrt(rng.uniform(0.1, 0.3, n))
    flag = (rng.random(n) < 0.3).astype(float)
    y = SLOPE * true + FLAG * flag + effect.ravel()[place] + 0.5 * rng.normal(size=n)
    draw, school = np.divmod(place, SCHOOLS)
    frame = pd.DataFrame(
        {
            "cell_1": np.char.zfill(draw.astype(str), 3), "school": np.char.zfill(school.astype(str), 2),
            "y": y, "x1": true + csem * rng.normal(size=n), "x2": flag, "e1": csem,
        }
    )  # fmt: skip
    effects = pd.Series(effect.ravel()[place]).groupby([frame.cell_1, frame.school]).first()
    mean = pd.Series(effect.ravel()[place]).groupby(frame.cell_1).mean()
    return frame, effects - effects.index.get_level_values(0).map(mean).to_numpy()


@cache
def fitted(prior: Prior, form: str = "pooled", sorting: float = 0.0) -> Fitted:
    spec = GrowthSpec(
        "y", (prior,), cell=("draw",), covariates=("f",), form=form, standardize="none", by_cell=True,  # type: ignore[arg-type]
        report="mean_residual",
    )  # fmt: skip
    return fit(spec, drawn(sorting)[0])


def covered(found: Fitted, statistic: str | None, sorting: float = 0.0) -> float:
    """The share of schools whose true effect lies in the interval."""
    shown = found.rows(statistic, category=True)
    truth = drawn(sorting)[1]
    assert len(shown) == len(truth) == DRAWS * SCHOOLS and list(shown.index) == list(truth.index)
    share = ((shown.low <= truth) & (truth <= shown.high)).mean()
    print(f"covered: {100 * share:.1f} %")
    return float(share)


@pytest.mark.parametrize("statistic", [None, "empirical_bayes"])
def test_intervals_cover_the_true_effect(statistic: str | None) -> None:
    assert 0.93 <= covered(fitted(KNOWN), statistic) <= 0.97


def test_with_error_ignored_they_do_not() -> None:
    """What a test like this one must be able to see."""
    assert covered(fitted(EXACT), None) < 0.9


def test_known_error_takes_away_the_attenuation() -> None:
    """Least squares gives the slope times the reliability of the prior, here 1 / 1.2."""
    plain, corrected = fitted(EXACT).coefficients, fitted(KNOWN).coefficients
    error = corrected.b_1.std() / DRAWS**0.5
    print(
        f"slope {SLOPE}: {plain.b_1.mean():.4f} without, {corrected.b_1.mean():.4f} with known error (se {error:.4f})"
    )
    assert plain.b_1.mean() == pytest.approx(SLOPE / 1.2, abs=0.01)
    assert abs(corrected.b_1.mean() - SLOPE) < 3 * error < 0.01
    assert corrected.b_2.mean() == pytest.approx(FLAG, abs=0.01)


def test_shrunken_effects_are_nearer_the_truth() -> None:
    found, truth = fitted(KNOWN), drawn(0.0)[1]
    mean, bayes = (found.rows(name, category=True).value for name in (None, "empirical_bayes"))
    assert ((bayes - truth) ** 2).mean() < 0.95 * ((mean - truth) ** 2).mean()


def test_in_two_steps_sorting_of_students_does_not_hide_effects() -> None:
    """Where better schools have stronger students, a pooled slope takes part of the effect for one of earlier scores."""
    assert covered(fitted(KNOWN, sorting=0.6), None, 0.6) < 0.9
    assert 0.93 <= covered(fitted(KNOWN, "two_step", 0.6), None, 0.6) <= 0.97
    slopes = [fitted(KNOWN, form, 0.6).coefficients.b_1.mean() for form in ("pooled", "two_step")]
    assert slopes[0] > SLOPE + 0.05
    assert slopes[1] == pytest.approx(SLOPE, abs=0.01)
