"""What the engines are given: the small network as tables named as the datasets, and made-up published rows."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

import metricspec
from metricspec.model import Binding, BoundDataset
from metricspec.registry import Registry, load_registry
from metricspec.running.project import Project
from metricspec.warehouse import Warehouse

PUBLISHED = "dashboard_published"
Columns = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """Rows with the columns' types in DuckDB's words."""

    columns: Columns
    rows: list[tuple[Any, ...]] = field(repr=False)


Tables = Mapping[str, Table]


@cache
def registry() -> Registry:
    """What this package offers, whatever else is installed."""
    return load_registry()


@cache
def shipped() -> Project:
    return metricspec.load()


@cache
def runnable() -> Mapping[str, tuple[str, ...]]:
    """The shipped indicators of each measure type that the tables can run; the one that reads most datasets first."""
    project = shipped()
    bound = {name: BoundDataset(name, table=name) for name in (*TABLES, PUBLISHED)}
    found: dict[str, list[str]] = {name: [] for name in registry().measure_types}
    for name in project.runnable(bound):
        found.setdefault(project.catalog.indicators[name].measure_type, []).append(name)
    width = {name: -len(project.datasets(project.catalog.indicators[name])) for ids in found.values() for name in ids}
    return {kind: tuple(sorted(ids, key=lambda name: (width[name], name))) for kind, ids in found.items()}


TABLES = (
    "assessment", "attendance_stint", "cohort_outcome", "discipline_action", "english_learner_status", "enrollment", "org",
    "survey_response",
)  # fmt: skip


def network_tables(network: Path, students: int = 100) -> dict[str, Table]:
    """The tables of a network, with so many students of a hundred, and published rows."""
    found = {}
    with duckdb.connect() as source:
        for name in TABLES:
            file = f"'{network}/data/{name}.parquet'"
            described = source.execute(f"DESCRIBE SELECT * FROM {file}").fetchall()
            columns = tuple((str(one), {"FLOAT": "DOUBLE"}.get(str(kind), str(kind))) for one, kind, *_ in described)
            some = f" WHERE hash(student_id) % 100 < {students}" if "student_id" in dict(columns) else ""
            some += " AND school_year = '2024-25'" if name == "survey_response" else ""  # forty rows for each person
            found[name] = Table(columns, source.execute(f"SELECT * FROM {file}{some} ORDER BY ALL").fetchall())
    found[PUBLISHED] = published()
    return found


@cache
def published() -> Table:
    """Rows of every code that a shipped indicator takes, with counts around the minimum n's, scores, and gaps."""
    catalog = shipped().catalog
    kinds = {"boolean": "BOOLEAN", "number": "DOUBLE"}
    columns = {name: kinds.get(column.type, "VARCHAR") for name, column in catalog.datasets[PUBLISHED].columns.items()}
    codes = sorted({i.measure.indicator for i in catalog.indicators.values() if i.measure_type == "published"})
    rows = [tuple(row.get(name) for name in columns) for code in codes for row in _published_rows(code)]
    return Table(tuple(columns.items()), rows)


def _published_rows(code: str) -> Iterator[dict[str, Any]]:
    chance = random.Random(code)
    scored = code in ("ela", "math")
    for year in ("2017-18", "2018-19", "2022-23", "2023-24", "2024-25"):
        for org in range(20):
            for group in ("ALL", "HI"):
                n, before = chance.choice([5, 10, 11, 29, 30, 150, 400]), chance.choice([None, 10, 30, 160])
                row: dict[str, Any] = {
                    "indicator_code": code, "school_year": year, "org_level": "school" if org else "district",
                    "org_id": f"o{org}", "org_name": f"Org {org}", "org_type": "ES" if org else "UD",
                    "charter": org % 5 == 0, "alternative": org % 7 == 0, "student_group": group,
                    "denominator": float(n), "prior_denominator": before and float(before), "certified": org % 3 != 0,
                }  # fmt: skip
                if scored:
                    row["value"] = round(chance.uniform(-100, 100), 1)
                    row["prior_value"] = before and round(chance.uniform(-100, 100), 1)
                else:
                    row["numerator"] = float(chance.randint(0, n))
                    row["prior_numerator"] = before and float(chance.randint(0, before))
                yield row


def over(tables: Tables, project: Project | None = None) -> Project:
    """The shipped catalogue, bound to tables named as the datasets."""
    bound = {name: BoundDataset(name, table=name) for name in tables}
    return replace(project or shipped(), binding=Binding("tables", bound))


def fill(warehouse: Warehouse, tables: Tables) -> None:
    for name, table in tables.items():
        warehouse.load(name, table.columns, table.rows)
