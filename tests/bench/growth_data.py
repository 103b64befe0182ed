"""Scores of made-up students for the growth benchmark: a DuckDB table in random order, and what the model is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

YEARS = ("2021-22", "2022-23", "2023-24", "2024-25")
GRADES = ("04", "05", "06", "07", "08")
SUBJECTS = ("ELA", "MATH")
CELLS = len(YEARS) * len(GRADES) * len(SUBJECTS)
PRIORS = ("prior_same", "prior_other")


@dataclass(frozen=True)
class Model:
    """`flags` yes-or-no covariates and `peers` school means (of the priors first), beside the two priors."""

    flags: int
    peers: int

    @property
    def covariates(self) -> tuple[str, ...]:
        return tuple(f"flag_{at}" for at in range(1, self.flags + 1))

    @property
    def means(self) -> tuple[str, ...]:
        return (*PRIORS, *self.covariates)[: self.peers]

    @property
    def own(self) -> tuple[str, ...]:
        return (*PRIORS, *self.covariates)

    @property
    def p(self) -> int:
        return len(self.own) + self.peers


MODELS = {model.p: model for model in (Model(4, 2), Model(14, 8))}


def schools(rows: int) -> int:
    """Three thousand at a million scores and more; fewer below, so that a school keeps some students in a cell."""
    return max(20, min(3_000, rows * 3_000 // 1_000_000))


def write_scores(path: Path, rows: int, model: Model) -> None:
    """A table `score`: one row per student, year and subject, in random order; two in a hundred lack a prior score.

    Every number comes from hashes of the row, so that a seed is not needed. Two subjects a year share a student,
    who moves up a grade with each of four years.
    """
    flags = "".join(
        f", hash(student * 31 + {at}) % 100 < {8 + 5 * at % 60} AS flag_{at}" for at in range(1, model.flags + 1)
    )
    effect = " + ".join(f"{(-1) ** at * (6 + at)} * flag_{at}::INT" for at in range(1, model.flags + 1))
    normal = (
        "sqrt(-2 * ln((hash({0}) % 1000003 + 1) / 1000005.0)) * cos(2 * pi() * (hash({0} + 7) % 1000003) / 1000003.0)"
    )
    with duckdb.connect(str(path)) as connection:
        connection.execute("SET threads = 2")
        connection.execute(f"""CREATE TABLE score AS
            WITH s AS (SELECT i, i // 8 AS student, i // 2 % 4 AS year, i % 2 AS subject FROM range({rows}) t(i)),
            placed AS (SELECT *, hash(student * 5 + 1) % {schools(rows)} AS school,
                (hash(student * 3 + 2) % 5 + year) % 5 AS grade {flags} FROM s),
            drawn AS (SELECT *, 2400 + 30 * grade + 60 * {normal.format("school * 11")}
                    + 80 * {normal.format("student * 13")} AS ability, {normal.format("i * 17")} AS z1,
                {normal.format("i * 19")} AS z2, {normal.format("i * 23")} AS z3, {normal.format("school * 29")} AS u
                FROM placed)
            SELECT lpad(student::VARCHAR, 10, '0') AS student_id, lpad(school::VARCHAR, 14, '0') AS school_id,
                (2021 + year)::VARCHAR || '-' || (22 + year)::VARCHAR AS school_year,
                {list(GRADES)}[1 + grade::INT] AS grade, {list(SUBJECTS)}[1 + subject::INT] AS subject,
                round(600 + 0.75 * ability + 10 * u + 45 * z1 + {effect}, 1) AS scale_score,
                CASE WHEN hash(i * 37) % 100 > 0 THEN round(ability + 40 * z2, 1) END AS prior_same,
                CASE WHEN hash(i * 41) % 100 > 0 THEN round(ability + 50 * z3, 1) END AS prior_other
                {"".join(", " + flag for flag in model.covariates)}
            FROM drawn ORDER BY hash(i * 43)""")
        connection.execute(f"""CREATE TABLE org AS
            WITH y AS (SELECT unnest({list(YEARS)}) AS school_year)
            SELECT lpad(s::VARCHAR, 14, '0') AS org_id, school_year, 'school' AS org_level, 'ES' AS org_type, 'x' AS org_name,
                false AS charter, false AS alternative, 'D' || (s % 96)::VARCHAR AS parent_id FROM range({schools(rows)}) t(s), y
            UNION ALL SELECT 'D' || d::VARCHAR, school_year, 'district', 'UD', 'x', false, false, 'N' FROM range(96) t(d), y
            UNION ALL SELECT 'N', school_year, 'network', 'UD', 'x', false, false, NULL FROM y""")


DATASET = """metricspec: 1
dataset: score
title: score
description: Made for benchmarks.
span: year
grain: [student_id, school_year, grade, subject]
order: [school_id]
keys: {student: student_id, school: school_id, year: school_year}
columns:
  student_id: {type: string, missing: error}
  school_id: {type: string, missing: error}
  school_year: {type: school_year, missing: error, default: 2024-25}
  grade: {type: code, codes: grade, rollup: latest, missing: error, default: '05'}
  subject: {type: code, codes: subject, rollup: latest, missing: error, default: ELA}
  scale_score: {type: number, rollup: latest, default: null}
  prior_same: {type: number, rollup: latest, default: null}
  prior_other: {type: number, rollup: latest, default: null}
"""
ORGS = """metricspec: 1
orgs: school_only
title: Schools
dataset: org
levels: {school: {key: school_id}}
"""
INDICATOR = """metricspec: 1
indicator: bench.growth
version: "1.0.0"
status: active
title: Growth
better: higher
unit: points
digits: 1
source: {publisher: nobody, document: a benchmark, read: 2026-11-22}
effective: {from: 2016-17}
students: score
measure:
  type: growth
  outcome: scale_score
  cell: [grade, subject]
  priors: [{column: prior_same}, {column: prior_other}]
"""
REST = """  standardize: none
  shrinkage: empirical_bayes
  report: empirical_bayes
orgs: school_only
groups: all_students
policy: edfacts
compare: none
"""


def write_growth(folder: Path, model: Model) -> Path:
    """A project with one growth indicator over the table `score`."""
    specs = folder / "specs"
    specs.mkdir(parents=True)
    (folder / "metricspec.yaml").write_text("metricspec: 1\nproject: bench\nbinding: bench\nspecs: [specs]\n")
    flags = "".join(
        f"  {flag}: {{type: boolean, rollup: any, missing: false, default: false}}\n" for flag in model.covariates
    )
    (specs / "score.yaml").write_text(DATASET + flags)
    (specs / "orgs.yaml").write_text(ORGS)
    (specs / "binding.yaml").write_text(
        "metricspec: 1\nbinding: bench\ntitle: bench\ndatasets:\n  score: {table: score}\n  org: {table: org}\n"
    )
    lists = f"  covariates: [{', '.join(model.covariates)}]\n  peers: [{', '.join(model.means)}]\n"
    (specs / "growth.yaml").write_text(INDICATOR + lists + REST)
    return folder
