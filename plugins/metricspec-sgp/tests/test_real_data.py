"""Growth percentiles of three districts' real scores, anonymised (R package SGPdata), through the whole of metricspec."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from metricspec.registry import Registry
from metricspec.running.loading import load

pytestmark = pytest.mark.real_data

YEARS = ("2023-24", "2024-25")
SUBJECTS = {"ELA": "READING", "MATH": "MATHEMATICS"}
SCORES = """
WITH scores AS (
    SELECT ID AS student_id, 'D' || CAST(DISTRICT_NUMBER AS VARCHAR) || '-' || SCHOOL_NUMBER AS school_id,
        'D' || CAST(DISTRICT_NUMBER AS VARCHAR) AS district_id,
        CASE CONTENT_AREA WHEN 'READING' THEN 'ELA' ELSE 'MATH' END AS subject, lpad(GRADE, 2, '0') AS grade,
        CAST(right("YEAR", 4) AS INTEGER) AS ends, SCALE_SCORE AS scale_score
    FROM '{file}')
SELECT s.student_id, s.school_id, s.district_id, s.subject, s.grade, s.scale_score, 'SB' AS test, 'r' AS result_id,
    CAST(s.ends - 1 AS VARCHAR) || '-' || right(CAST(s.ends AS VARCHAR), 2) AS school_year,
    make_date(s.ends, 4, 15) AS test_date, p.scale_score AS prior_same, o.scale_score AS prior_other
FROM scores AS s
LEFT JOIN scores AS p ON p.student_id = s.student_id AND p.ends = s.ends - 1 AND p.subject = s.subject
    AND CAST(p.grade AS INTEGER) = CAST(s.grade AS INTEGER) - 1
LEFT JOIN scores AS o ON o.student_id = s.student_id AND o.ends = s.ends - 1 AND o.subject <> s.subject
    AND CAST(o.grade AS INTEGER) = CAST(s.grade AS INTEGER) - 1
WHERE s.ends IN (2024, 2025) AND s.grade BETWEEN '04' AND '08'
"""
ORGS = """
SELECT DISTINCT school_id AS org_id, school_year, 'school' AS org_level, 'ES' AS org_type, FALSE AS charter,
    FALSE AS alternative, district_id AS parent_id FROM assessment
UNION ALL SELECT DISTINCT district_id, school_year, 'district', 'UD', FALSE, FALSE, 'STATE' FROM assessment
UNION ALL SELECT DISTINCT 'STATE', school_year, 'network', NULL, FALSE, FALSE, NULL FROM assessment
"""
INDICATOR = """\
metricspec: 1
indicator: ours.{name}
version: "1.0.0"
title: Growth
better: higher
unit: points
digits: 1
students: assessment
stints:
  - subject = '{subject}'
measure: {{type: sgp, score: scale_score, priors: [prior_same, prior_other], cell: [grade]}}
orgs: plain
groups: all_students
policy: sgp.median_growth
compare: none
"""


@pytest.fixture(scope="module")
def scores(real_data: Path) -> pd.DataFrame:
    with duckdb.connect() as connection:
        return connection.execute(SCORES.format(file=real_data / "sgpData_LONG.parquet")).df()


@pytest.fixture(scope="module")
def result(scores: pd.DataFrame, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("real")
    (folder / "specs").mkdir()
    (folder / "data").mkdir()
    (folder / "metricspec.yaml").write_text("metricspec: 1\nproject: real\nbinding: demo\nspecs: [specs]\n")
    for subject in SUBJECTS:
        text = INDICATOR.format(name=subject.lower(), subject=subject)
        (folder / "specs" / f"{subject}.yaml").write_text(text)
    with duckdb.connect() as connection:
        connection.register("assessment", scores)
        connection.execute(f"COPY assessment TO '{folder / 'data' / 'assessment.parquet'}'")
        connection.execute(f"COPY ({ORGS}) TO '{folder / 'data' / 'org.parquet'}'")
    frame: pd.DataFrame = load(folder, registry=registry).run("ours.ela", "ours.math")
    return frame


def test_the_whole_is_even(result: pd.DataFrame) -> None:
    """Everybody's median is 50, and 50.5 % have at least 50: the two ends of the scale are 1.5 % wide."""
    whole = result[result["org_level"] == "network"]
    assert set(whole["school_year"]) == set(YEARS)
    assert set(whole.loc[whole["statistic"].isna(), "value"]) == {50.0}
    assert whole.loc[whole["statistic"] == "at_least_50", "value"].between(50.0, 50.7).all()
    assert whole.loc[whole["statistic"] == "mean_sgp", "value"].between(49.7, 50.1).all()
    assert whole.loc[whole["statistic"] == "coverage", "value"].between(75, 100).all()


def test_medians_follow_the_residual_gain(result: pd.DataFrame, scores: pd.DataFrame) -> None:
    """School medians against mean residuals of a straight regression on the same two priors in the same cells."""
    known = scores.dropna(subset=["scale_score", "prior_same", "prior_other"]).reset_index(drop=True)
    known["residual"] = 0.0
    for _, cell in known.groupby(["school_year", "subject", "grade"]):
        columns = np.column_stack([np.ones(len(cell)), cell["prior_same"], cell["prior_other"]])
        fit = np.linalg.lstsq(columns, cell["scale_score"], rcond=None)[0]
        known.loc[cell.index, "residual"] = (cell["scale_score"] - columns @ fit) / cell["scale_score"].std()
    gain = known.groupby(["subject", "school_year", "school_id"])["residual"].mean()
    schools = result[(result["org_level"] == "school") & result["suppressed"].isna()]
    schools = schools.assign(subject=schools["indicator"].str.removeprefix("ours.").str.upper())
    keys = ["subject", "school_year", "org_id"]
    median = schools[schools["statistic"].isna()].set_index(keys)["value"]
    mean = schools[schools["statistic"] == "mean_sgp"].set_index(keys)["value"]
    gain.index.names = keys
    assert len(median) > 350
    assert median.corr(gain.reindex(median.index)) > 0.94
    assert mean.corr(gain.reindex(mean.index)) > 0.97
