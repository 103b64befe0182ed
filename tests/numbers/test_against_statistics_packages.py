"""Gaps, ratios and regressions against scipy and statsmodels, on rows made here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, norm
from scipy.stats.contingency import relative_risk

from metricspec.measure import Counted, TallyMeasure
from metricspec.measures import Disparity, Gap
from metricspec.measures.likeness import methods
from metricspec.sql.stage import Stage

RESULTS = (
    "school_year", "org_level", "org_id", "student_group", "category", "statistic", "numerator", "denominator", "n",
    "value", "standard_error", "low", "high", "notes",
)  # fmt: skip


def computed(measure: TallyMeasure, block: Mapping[str, object], rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """What a measure makes of another indicator's rows, in DuckDB."""
    spec = measure.parse(block)
    same = {"school_year": "2024-25", "org_level": "school", "org_id": "A"}
    results = pd.DataFrame([{**dict.fromkeys(RESULTS), **same, **row} for row in rows])
    texts = dict.fromkeys(("category", "statistic", "notes"), "VARCHAR")
    items = ", ".join(
        f"CAST({c} AS {texts.get(c, 'DOUBLE' if c in RESULTS[6:13] else 'VARCHAR')}) AS {c}" for c in RESULTS
    )
    with duckdb.connect() as connection:
        connection.register("given", results)
        connection.execute(f"CREATE TABLE results_1 AS SELECT {items} FROM given")
        counted = Counted("results_1", 1, 1, "higher", (("G", "H"),), 11)
        for stage in measure.stages(spec, {"other": counted}, "made_"):
            assert isinstance(stage, Stage)
            connection.execute(f"CREATE VIEW {stage.name} AS {stage.template.text}")
        return connection.execute(f"FROM {stage.name}").df().set_index("student_group")


def share(group: str, met: int, n: int) -> dict[str, object]:
    p = met / n
    error = math.sqrt(p * (1 - p) / n)
    return {"student_group": group, "numerator": met, "denominator": n, "n": n, "value": p, "standard_error": error}


def mean(group: str, scores: np.ndarray) -> dict[str, object]:
    n = len(scores)
    error = scores.std(ddof=1) / math.sqrt(n)
    numbers = {"numerator": scores.sum(), "denominator": n, "n": n, "value": scores.mean(), "standard_error": error}
    return {"student_group": group, **numbers}


CELLS = [(12, 40, 10, 100), (1, 30, 29, 31), (30, 30, 5, 50), (200, 4_000, 150, 4_100), (7, 31, 31, 31)]


@pytest.mark.parametrize(("a", "n1", "b", "n2"), CELLS)
def test_the_risk_ratio_is_scipy_s(a: int, n1: int, b: int, n2: int) -> None:
    rows = [share("ALL", a + b, n1 + n2), share("G", a, n1)]
    block = {"of": "other", "compare": "ratio", "least_events": 1, "least_students": 1}
    row = computed(Disparity(), block, rows).loc["G"]
    theirs = relative_risk(a, n1, b, n2)
    low, high = theirs.confidence_interval(0.95)
    assert np.allclose([row["value"], row["low"], row["high"]], [theirs.relative_risk, low, high], rtol=1e-12)
    assert row["n"] == min(n1, n2)


@pytest.mark.parametrize(("a", "n1", "b", "n2"), [*CELLS, (0, 20, 3, 25), (0, 20, 0, 25), (20, 20, 25, 25)])
def test_the_risk_difference_is_newcombe_s(a: int, n1: int, b: int, n2: int) -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    rows = [share("ALL", a + b, n1 + n2), share("G", a, n1)]
    block = {"of": "other", "compare": "difference", "least_events": 0, "least_students": 1}
    row = computed(Disparity(), block, rows).loc["G"]
    low, high = proportion.confint_proportions_2indep(a, n1, b, n2, compare="diff", method="newcomb")
    assert np.allclose([row["low"], row["high"]], [low, high], rtol=1e-9, atol=1e-9)
    assert math.isclose(row["value"], a / n1 - b / n2, abs_tol=1e-12)


def test_groups_that_can_overlap_have_no_interval() -> None:
    rows = [share("ALL", 30, 100), share("G", 12, 40), share("H", 10, 30), share("E", 11, 35)]
    for measure, block in (
        (Disparity(), {"compare": "ratio", "least_events": 1, "least_students": 1}),
        (Gap(), {}),
    ):
        found = computed(measure, {"of": "other", "reference": "H", **block}, rows)
        assert set(found.index) == {"ALL", "G", "E"}
        assert found["low"].notna().to_dict() == {"ALL": False, "G": True, "E": False}
        assert found.loc["E", "notes"] == "the groups can overlap: no interval"


@pytest.mark.parametrize("seed", range(5))
def test_a_gap_of_means_has_the_error_of_its_two_sides(seed: int) -> None:
    """The others' error, worked out of two rows, is that of the others themselves."""
    random = np.random.default_rng(seed)
    inside, outside = random.normal(2_500, 90, 23), random.normal(2_530, 60, 57)
    whole = np.concatenate([inside, outside])
    rows = [mean("ALL", whole), mean("G", inside)]
    error = math.sqrt(inside.var(ddof=1) / 23 + outside.var(ddof=1) / 57)
    others = computed(Gap(), {"of": "other", "reference": "others"}, rows).loc["G"]
    assert math.isclose(others["value"], inside.mean() - outside.mean(), rel_tol=1e-9)
    assert math.isclose(others["standard_error"], error, rel_tol=1e-9)
    assert math.isclose(others["high"] - others["low"], 2 * norm.ppf(0.975) * error, rel_tol=1e-9)
    everyone = computed(Gap(), {"of": "other", "reference": "ALL"}, rows).loc["G"]
    assert math.isclose(everyone["value"], inside.mean() - whole.mean(), rel_tol=1e-9)
    assert math.isclose(everyone["standard_error"], 57 / 80 * error, rel_tol=1e-9)
    assert everyone["n"] == others["n"] == 23


def test_sums_that_a_rule_has_changed_tell_nothing_of_the_others() -> None:
    rows = [{**share("ALL", 50, 100), "notes": "participation below 95 percent"}, share("G", 12, 40)]
    row = computed(Gap(), {"of": "other", "reference": "others"}, rows).loc["G"]
    assert math.isnan(row["value"])
    assert row["notes"] == "the students outside the group cannot be worked out from the counts"


@pytest.mark.parametrize("weighted", [False, True])
def test_the_regression_is_statsmodels(weighted: bool) -> None:
    linear = pytest.importorskip("statsmodels.api")
    random = np.random.default_rng(7)
    x = random.uniform(0, 100, (60, 4))
    y = 80 - 0.4 * x[:, 0] + 0.1 * x[:, 1] + random.normal(0, 6, 60)
    weights = random.integers(20, 900, 60).astype(float)
    ours = methods.regression(y, x, weights if weighted else None)
    design = linear.add_constant(x)
    root = np.sqrt(weights / weights.mean()) if weighted else np.ones(60)
    influence = linear.OLS(y * root, design * root[:, None]).fit().get_influence()
    assert np.allclose(ours.t, influence.resid_studentized_external, rtol=1e-10)
    assert np.allclose(ours.difference * root, influence.resid_press, rtol=1e-10)
    assert ours.degrees == 60 - 5 - 1


def test_false_discovery_is_statsmodels() -> None:
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    chances = np.random.default_rng(3).uniform(0, 1, 200) ** 3
    assert np.allclose(false_discovery_control(chances), multitest.multipletests(chances, method="fdr_bh")[1])


def test_characteristics_that_say_nothing_are_left_out() -> None:
    random = np.random.default_rng(1)
    x = random.uniform(0, 100, (30, 2))
    y = x @ [0.5, -0.2] + random.normal(0, 1, 30)
    more = np.column_stack([x, np.full(30, 4.2), x[:, 0] + 2 * x[:, 1]])
    assert methods.regression(y, more).dropped == (2, 3)
    assert np.allclose(methods.regression(y, more).difference, methods.regression(y, x).difference)
    assert methods.standardized(more)[1] == (2,)


def test_a_school_that_only_itself_tells_of_is_expected_nothing() -> None:
    """The only charter school: no other school says what a charter school reaches."""
    x = np.column_stack([np.arange(10.0), np.eye(10)[:, 0]])
    found = methods.regression(np.arange(10.0) ** 2, x)
    assert np.isnan(found.difference[0]) and np.isfinite(found.difference[1:]).all()
