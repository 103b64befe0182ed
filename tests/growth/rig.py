"""A table of rows in place of the compiler: the stages of a growth model, run on DuckDB, SQLite or PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from metricspec.measure import Inputs
from metricspec.measures.growth import Growth, GrowthSpec
from metricspec.sql.dialects import Solve
from metricspec.sql.stage import Form, Plan, Renderer, Stage, Step, Template, comma

ROWS = "growth_input"
LABELS = ("student", "school_year", "district")
KEYS = ["school_year", "org_level", "org_id", "student_group", "category", "statistic"]


def _sums(prefix: str, levels: Sequence[str], group: bool) -> Any:
    def sums(name: str, source: str, keys: Sequence[str], items: Mapping[str, str]) -> tuple[Stage, ...]:
        by = ["school", "school_year", *keys]
        listed = comma(f"{sql} AS {column}" for column, sql in items.items())
        groups = {"ALL": "1 = 1"} | ({"G": "in_group = 1"} if group else {})
        text = "\nUNION ALL\n".join(
            f"""SELECT '{level}' AS org_level, at_{level} AS org_id, '{label}' AS student_group, {comma(by)}, {listed}
            FROM {source} WHERE at_{level} IS NOT NULL AND {member} GROUP BY at_{level}, {comma(by)}"""
            for level in levels
            for label, member in groups.items()
        )
        return (Stage(prefix + name, "Sums.", Template(("sums", text), text), stored=True),)

    return sums


def inputs(
    variables: Iterable[str],
    solve: Solve = "long",
    levels: Sequence[str] = ("school", "district"),
    group: bool = False,
    prefix: str = "g_",
) -> tuple[Stage, Inputs]:
    """A stage over the table ROWS and what a staged measure is given; `in_group` = 1 is the student group G."""
    labels = comma(f"CAST({name} AS VARCHAR) AS {name}" for name in ("student", "school", "school_year"))
    places = comma(f"CAST(at_{level} AS VARCHAR) AS at_{level}" for level in levels)
    values = comma(
        f"CAST({name} AS {'VARCHAR' if name.startswith('cell_') else 'DOUBLE'}) AS {name}" for name in variables
    )
    flags = ", in_group" if group else ""
    text = f"SELECT {labels}, {places}{flags}, {values} FROM {ROWS} WHERE known = 1"
    rows = Stage(f"{prefix}rows", "The rows.", Template(("rows", text), text), stored=True)
    carried = ("school", "school_year", *(f"at_{level}" for level in levels), *(("in_group",) if group else ()))
    return rows, Inputs(rows.name, prefix, tuple(levels), carried, solve, _sums(prefix, levels, group))


def by_school(rows: Stage, made: Inputs) -> tuple[list[Stage], Inputs]:
    """The same where a score's school tells all the orgs at which it counts; scores of unknown schools are there too."""
    places = [f"at_{level}" for level in made.levels]
    text = f"SELECT * FROM {ROWS}"
    bare = Stage(f"{made.prefix}bare", "The rows without orgs.", Template(("bare", text), text))
    text = f"SELECT DISTINCT school, school_year, {comma(places)} FROM {rows.name} WHERE school IS NOT NULL"
    schools = Stage(f"{made.prefix}of_schools", "Where schools count.", Template(("schools", text), text), stored=True)
    return [rows, bare, schools], replace(made, bare=bare.name, schools=schools.name)


def _told_by_school(frame: pd.DataFrame) -> bool:
    """Whether no school has scores that count elsewhere than its others."""
    found = prepared(frame)
    places = found[["school", "school_year", "at_school", "at_district"]].drop_duplicates()
    return not places.duplicated(["school", "school_year"]).any()


def prepared(frame: pd.DataFrame) -> pd.DataFrame:
    """With the columns that rows always have: students numbered, one year, one district, where they are not given.

    A score counts at its school and district, where no at_school and at_district say otherwise; its school is known.
    """
    usual = {"student": [f"s{at}" for at in range(len(frame))], "school_year": "2024-25", "district": "D", "known": 1}
    found = frame.assign(**{name: value for name, value in usual.items() if name not in frame})
    for level in ("school", "district"):
        found[f"at_{level}"] = found[f"at_{level}" if f"at_{level}" in found else level]
    texts = (*LABELS, "school", "at_school", "at_district")
    return found.assign(**{c: found[c].astype(object).where(found[c].notna(), None) for c in texts})


@dataclass(frozen=True)
class Duck:
    """DuckDB in memory."""

    name: str = "duckdb"

    def run(
        self, frame: pd.DataFrame, stages: Sequence[Step], wanted: Sequence[str], form: Form
    ) -> dict[str, pd.DataFrame]:
        with duckdb.connect() as connection:
            connection.execute("SET threads = 2")
            source = prepared(frame)
            connection.register("given", source)
            connection.execute(f"CREATE TABLE {ROWS} AS FROM given")
            return {
                name: connection.execute(sql).df()
                for name, sql in queries(connection.execute, "duckdb", stages, wanted, form)
            }


@dataclass(frozen=True)
class Lite:
    """SQLite in memory."""

    name: str = "sqlite"

    def run(
        self, frame: pd.DataFrame, stages: Sequence[Step], wanted: Sequence[str], form: Form
    ) -> dict[str, pd.DataFrame]:
        connection = sqlite3.connect(":memory:")
        try:
            source = prepared(frame)
            connection.execute(f"CREATE TABLE {ROWS} ({', '.join(source.columns)})")
            marks = ", ".join("?" * len(source.columns))
            connection.executemany(f"INSERT INTO {ROWS} VALUES ({marks})", _values(source))
            found = {}
            for name, sql in queries(connection.execute, "sqlite", stages, wanted, form):
                cursor = connection.execute(sql)
                found[name] = pd.DataFrame(cursor.fetchall(), columns=[c[0] for c in cursor.description])
            return found
        finally:
            connection.close()


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL server; `to` says how to connect."""

    to: str
    name: str = "postgres"

    def run(
        self, frame: pd.DataFrame, stages: Sequence[Step], wanted: Sequence[str], form: Form
    ) -> dict[str, pd.DataFrame]:
        import psycopg

        source = prepared(frame)
        kinds = {"f": "double precision", "i": "bigint", "O": "text", "b": "boolean"}
        declared = ", ".join(f'"{c}" {kinds.get(source[c].dtype.kind, "text")}' for c in source)
        with psycopg.connect(self.to, autocommit=True) as connection:
            connection.execute(f"CREATE TEMP TABLE {ROWS} ({declared})")
            with connection.cursor() as cursor, cursor.copy(f"COPY {ROWS} FROM STDIN") as copy:
                for row in _values(source):
                    copy.write_row(row)
            connection.execute(f"ANALYZE {ROWS}")
            found = {}
            for name, sql in queries(connection.execute, "postgres", stages, wanted, form):
                cursor = connection.execute(sql)
                found[name] = pd.DataFrame(cursor.fetchall(), columns=[c.name for c in cursor.description or ()])
            return found


Engine = Duck | Lite | Postgres


def _values(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return [
        tuple(None if value is None or value != value else value for value in row)
        for row in frame.itertuples(index=False)
    ]


@cache
def renderers(dialect: str) -> Renderer:
    """One for each dialect, which remembers what it has rendered."""
    return Renderer(dialect)


def queries(
    execute: Any, dialect: str, stages: Sequence[Step], wanted: Sequence[str], form: Form
) -> Iterable[tuple[str, str]]:
    """Each wanted stage with the SQL that gives it: of tables and views made before, or one statement each."""
    renderer = renderers(dialect)
    made = [stage for stage in stages if isinstance(stage, Stage)]
    if form == "script":
        for stage in made:
            execute(renderer.creation(stage))
        for name in wanted:
            yield name, f'SELECT * FROM "{name}"'
        return
    for name in wanted:
        at = [stage.name for stage in made].index(name)
        yield name, renderer.statement(Plan(tuple(made[: at + 1])))


@dataclass(frozen=True)
class Fitted:
    """What a run of a growth model gave: its tally and, by cell, its coefficients; more stages by `stage`."""

    found: dict[str, pd.DataFrame]

    @property
    def tally(self) -> pd.DataFrame:
        return self.found["g_tally"]

    @property
    def coefficients(self) -> pd.DataFrame:
        return self.found["g_coefficients"].sort_values("cell", ignore_index=True)

    def stage(self, name: str) -> pd.DataFrame:
        return self.found["g_" + name]

    def rows(
        self, statistic: str | None = None, level: str = "school", category: bool = False, group: str = "ALL"
    ) -> pd.DataFrame:
        """Rows of one statistic (None: the reported one), by org; with category, by category and org."""
        t = self.tally
        chosen = t[(t.org_level == level) & (t.student_group == group) & (t.category.notna() == category)]
        chosen = chosen[chosen.statistic.isna() if statistic is None else chosen.statistic == statistic]
        return chosen.set_index(["category", "org_id"] if category else "org_id").sort_index()

    def slopes(self, cell: int = 0) -> np.ndarray:
        """Intercept and coefficients of a cell."""
        row = self.coefficients.iloc[cell]
        names = sorted((c for c in row.index if c.startswith("b_")), key=lambda c: int(c[2:]))
        return row[["intercept", *names]].to_numpy(dtype=float)


def fit(
    spec: GrowthSpec,
    frame: pd.DataFrame,
    engine: Engine | None = None,
    form: Form = "script",
    solve: Solve = "long",
    more: Sequence[str] = (),
    summed: bool = True,
    **given: Any,
) -> Fitted:
    """A growth model over rows: columns are the measure's variables (y, x1 ...), student, school, school_year, district.

    Not `summed`, the measure is not told that a score's school tells where it counts.
    """
    measure = Growth()
    rows, made = inputs([v.name for v in measure.variables(spec)], solve, **given)
    first: list[Step] = [rows]
    if summed and _told_by_school(frame):
        first[:], made = by_school(rows, made)
    stages = [*first, *measure.stages(spec, made)]
    wanted = ["g_tally", "g_coefficients", *(f"g_{name}" for name in more)]
    return Fitted((engine or Duck()).run(frame, stages, wanted, form))
