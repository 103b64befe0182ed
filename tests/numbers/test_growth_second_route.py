"""The catalogue's growth indicators by a second route: pandas and numpy over the network's files, from the equations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

COVARIATES = ["economically_disadvantaged", "disability", "english_learner", "homeless", "foster_youth"]
PEERS = ["prior_same", "prior_other", "economically_disadvantaged"]
PRIORS = ["prior_same", "prior_other"]
RACES = ["AA", "AI", "AS", "FI", "HI", "PI", "WH", "MR"]
SUBJECTS = {"core.growth_ela": "ELA", "core.growth_math": "MATH"}
STATE = {"ca.growth_ela": "ELA", "ca.growth_math": "MATH"}


def scores(network: Path, subject: str) -> pd.DataFrame:
    """The population of core.growth: one row per student and year, with district and network."""
    data = network / "data"
    with duckdb.connect() as connection:
        frame = connection.execute(
            f"""SELECT a.*, s.parent_id AS district_id, d.parent_id AS network_id FROM '{data / "assessment.parquet"}' AS a
            JOIN '{data / "org.parquet"}' AS s ON s.org_id = a.school_id AND s.school_year = a.school_year
            JOIN '{data / "org.parquet"}' AS d ON d.org_id = s.parent_id AND d.school_year = s.school_year
            WHERE a.subject = ? AND a.test = 'SB' AND a.tested AND a.valid_score
              AND a.grade IN ('04', '05', '06', '07', '08', '11')""",
            [subject],
        ).df()
    assert not frame.duplicated(["student_id", "school_year"]).any()  # else this route would have to combine rows
    return frame


def residuals(frame: pd.DataFrame) -> pd.DataFrame:
    """Complete cases with their residual in standard deviations of the cell's outcome, errors in variables."""
    parts = []
    for _, cell in frame.groupby(["school_year", "grade"]):
        spread = cell["scale_score"].std(ddof=0)
        known = ["scale_score", *PRIORS, *(f"{p}_csem" for p in PRIORS)]
        used = cell.dropna(subset=known).copy()
        if len(used) < 30:
            continue
        columns = [used[name].to_numpy(float) for name in [*PRIORS, *COVARIATES]]
        columns += [used.groupby("school_id")[name].transform("mean").to_numpy(float) for name in PEERS]
        kept: list[np.ndarray] = []
        for column in columns:  # a covariate that the ones before it explain is left out
            centred = np.column_stack([np.ones(len(used)), *kept])
            rest = column - centred @ np.linalg.lstsq(centred, column, rcond=None)[0]
            if rest @ rest > 1e-9 * max((column - column.mean()) @ (column - column.mean()), 1e-300):
                kept.append(column)
        x = np.column_stack([np.ones(len(used)), *kept])
        error = np.zeros(x.shape[1])
        error[1], error[2] = ((used[f"{p}_csem"] ** 2).sum() for p in PRIORS)
        y = used["scale_score"].to_numpy(float)
        b = np.linalg.solve(x.T @ x - np.diag(error), x.T @ y)
        used["residual"] = (y - x @ b) / spread
        parts.append(used)
    return pd.concat(parts)


def memberships(frame: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    yield "ALL", pd.Series(True, index=frame.index)
    for race in RACES:
        yield race, frame["race_ethnicity"] == race
    learner, lately = frame["english_learner"].astype(bool), frame["reclassified_4_years"].astype(bool)
    yield from (("EL", learner | lately), ("ELO", learner & ~lately), ("RFP", lately))
    yield "LTEL", frame["long_term_english_learner"].astype(bool) & (frame["school_year"] >= "2023-24")
    for group, column in {
        "SED": "economically_disadvantaged", "SWD": "disability", "FOS": "foster_youth", "HOM": "homeless"
    }.items():  # fmt: skip
        yield group, frame[column].astype(bool)


def effects(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per org, year and group: n, mean residual, its standard error, shrunken effect, percentile."""
    rows = []
    for level, key, counted in (
        ("school", "school_id", frame["continuous_school"].astype(bool)),
        ("district", "district_id", frame["continuous_district"].astype(bool)),
        ("network", "network_id", pd.Series(True, index=frame.index)),
    ):
        for group, member in memberships(frame):
            for year, part in frame[counted & member].groupby("school_year"):
                rows += [
                    {"org_level": level, "student_group": group, "school_year": year, **row}
                    for row in _level(part, level, key)
                ]
    found = pd.DataFrame(rows)
    schools = found[found["org_level"] == "school"].copy()
    schools["effect"] = schools["empirical_bayes"].where(schools["empirical_bayes"].notna(), schools["mean_residual"])
    spread = (
        schools.groupby(["school_year", "student_group"])["effect"]
        .agg(lambda e: np.sqrt((e**2).mean()))
        .rename("spread")
    )
    found = found.join(spread, on=["school_year", "student_group"])
    effect = found["empirical_bayes"].where(found["empirical_bayes"].notna(), found["mean_residual"])
    peers = schools.groupby(["school_year", "student_group"])["effect"].count().rename("peers")
    found = found.join(peers, on=["school_year", "student_group"])
    known = found["spread"] > 0
    found["percentile"] = 100 * norm.cdf(effect / found["spread"].where(known))
    found.loc[(found["spread"] == 0) & (effect == 0), "percentile"] = 50  # schools do not differ beyond chance
    found.loc[~(found["peers"] >= 3), "percentile"] = np.nan
    return found


def _level(part: pd.DataFrame, level: str, key: str) -> list[dict[str, object]]:
    orgs = part.groupby(key)["residual"]
    n, mean = orgs.size(), orgs.mean()
    mean = mean.where(mean.abs() > 1e-10, 0.0)  # a covariate that fits a group exactly leaves only rounding
    within = orgs.apply(lambda r: ((r - r.mean()) ** 2).sum())
    free = n.sum() - len(n)
    s2 = within.sum() / free if free > 0 else np.nan
    error = np.sqrt(s2 / n)
    if level != "school":
        for org, own in part.groupby(key):
            sums = (own["residual"] - own["residual"].mean()).groupby(own["school_id"]).sum()
            if len(sums) > 1:
                error[org] = np.sqrt((sums**2).sum() * len(sums) / (len(sums) - 1)) / len(own)
    if len(n) < 3 or (level == "school" and not np.isfinite(s2)):
        between = np.nan
    elif level == "school":
        size = (n.sum() - (n**2).sum() / n.sum()) / (len(n) - 1)
        grand = (n * mean).sum() / n.sum()
        between = max(0.0, ((n * (mean - grand) ** 2).sum() / (len(n) - 1) - s2) / size)
    else:
        between = max(0.0, mean.var(ddof=1) - (error**2).mean())
    shrink = between / (between + error**2)
    return [
        {"org_id": org, "n": n[org], "mean_residual": mean[org], "standard_error": error[org],
         "empirical_bayes": shrink[org] * mean[org]}
        for org in n.index
    ]  # fmt: skip


KEYS = ["org_level", "org_id", "school_year", "student_group"]


@pytest.mark.parametrize("indicator", SUBJECTS)
def test_growth_agrees(indicator: str, network: Path, tally: Callable) -> None:
    theirs = effects(residuals(scores(network, SUBJECTS[indicator]))).set_index(KEYS).sort_index()
    frame = tally(indicator).copy()
    frame["statistic"] = frame["statistic"].fillna("percentile")
    wide = frame.pivot(index=KEYS, columns="statistic", values="value").sort_index()
    counts = frame[frame["statistic"] == "percentile"].set_index(KEYS)["n"].sort_index()
    shown = counts[counts > 0].index
    assert list(shown) == list(theirs.index)
    assert (counts[shown] == theirs["n"]).all()
    for column in ("mean_residual", "empirical_bayes", "percentile"):
        np.testing.assert_allclose(
            wide.loc[shown, column].astype(float), theirs[column].astype(float), rtol=1e-7, atol=1e-7, err_msg=column
        )
    errors = frame[frame["statistic"] == "mean_residual"].set_index(KEYS)["standard_error"].loc[shown]
    np.testing.assert_allclose(errors.astype(float), theirs["standard_error"].astype(float), rtol=1e-7, atol=1e-9)


def test_a_quadrant_is_the_two_indicators_side_by_side(tally: Callable) -> None:
    for subject in ("ela", "math"):
        quadrants = tally(f"core.status_by_growth_{subject}")
        quadrants = quadrants[quadrants["indicator"] == f"core.status_by_growth_{subject}"].set_index(KEYS)
        own = {
            name: frame[frame["statistic"].isna() & frame["category"].isna() & frame["value"].notna()].set_index(KEYS)
            for name, frame in (
                ("status", tally(f"pct_met_or_exceeded_{subject}")),
                ("growth", tally(f"core.growth_{subject}")),
            )
        }
        both = own["status"].join(own["growth"], suffixes=("_status", "_growth"), how="inner")
        assert set(both.index) == set(quadrants.index)
        weighted = both["value_status"] * both["n_status"]
        by = ["school_year", "org_level", "student_group"]
        everyone = (
            own["status"]
            .assign(weighted=own["status"]["value"] * own["status"]["n"])
            .groupby(by)[["weighted", "n"]]
            .sum()
        )
        average = both.join((everyone["weighted"] / everyone["n"]).rename("average"), on=by)["average"]
        assert weighted.notna().all()
        status = np.where(both["value_status"] >= average - 1e-12, "high status", "low status")
        growth = np.where(np.floor(both["value_growth"] + 0.5 + 1e-9) >= 50, "high growth", "low growth")
        expected = pd.Series([f"{s}, {g}" for s, g in zip(status, growth, strict=True)], both.index)
        pd.testing.assert_series_equal(quadrants["category"].loc[both.index], expected, check_names=False)
        smaller = both[["n_status", "n_growth"]].min(axis=1)
        assert (quadrants["n"].loc[both.index] == smaller).all()
        assert expected.nunique() == 4


def gains(frame: pd.DataFrame) -> pd.DataFrame:
    """Complete cases with their residual gain in scale score points: both earlier scores, least squares."""
    parts = []
    for _, cell in frame[frame["grade"] != "11"].groupby(["school_year", "grade"]):
        used = cell.dropna(subset=["scale_score", *PRIORS]).copy()
        if len(used) >= 30:
            x = np.column_stack([np.ones(len(used)), used[PRIORS].to_numpy(float)])
            y = used["scale_score"].to_numpy(float)
            used["gain"] = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
            parts.append(used)
    return pd.concat(parts)


@pytest.mark.parametrize("indicator", STATE)
def test_the_state_model_starts_from_the_same_means(indicator: str, network: Path, tally: Callable) -> None:
    """Its simple means; what it makes of them is tested where its equations are, in tests/growth."""
    found = gains(scores(network, STATE[indicator]))
    found["accountable"] = found["accountability_district_id"].fillna(found["district_id"])
    with duckdb.connect() as connection:
        charters = connection.execute(
            f"SELECT org_id AS school_id, school_year FROM '{network / 'data' / 'org.parquet'}' WHERE charter"
        ).df()
    in_charter = found.set_index(["school_id", "school_year"]).index.isin(pd.MultiIndex.from_frame(charters))
    theirs = {}
    for level, key, counted in (
        ("school", "school_id", found["continuous_school"].astype(bool)),
        ("district", "accountable", found["continuous_district"].astype(bool) & ~in_charter),
        ("network", "network_id", pd.Series(True, index=found.index)),
    ):
        for group, member in memberships(found):
            for (org, year), own in found[counted & member].groupby([key, "school_year"]):
                theirs[level, org, year, group] = (len(own), 100 + own["gain"].mean())
    frame = tally(indicator)
    frame = frame[frame["statistic"] == "simple_mean"]
    ours = {tuple(row[:4]): (int(row[4]), row[5]) for row in frame[[*KEYS, "n", "value"]].itertuples(index=False)}
    assert ours.keys() == theirs.keys()
    for key, (n, value) in theirs.items():
        assert ours[key][0] == n, key
        assert ours[key][1] == pytest.approx(value, abs=1e-7), key
