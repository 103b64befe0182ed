"""What a binding loses on the way: unknown codes, values that do not fit their type, missing values, lost orgs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from metricspec.compiler.bind import mapped, raw, rows_of
from metricspec.compiler.duplicates import duplicates
from metricspec.model import BoundDataset, Catalog, Dataset
from metricspec.sql.stage import Stage, Template, lit, q


@dataclass(frozen=True)
class Check:
    """One count that a quality stage yields: `what` is rows, unmatched_org, unreadable, missing or duplicate."""

    dataset: str
    column: str
    what: str


def quality_stage(
    dataset: Dataset,
    bound: BoundDataset,
    catalog: Catalog,
    columns: Iterable[str],
    *,
    tree: str = "",
    sieved: bool = False,
) -> tuple[Stage, tuple[Check, ...]]:
    """One query that counts everything; the checks stand in the order of the stage's columns.

    `tree` is the name of the table of orgs, where lost orgs are counted; `sieved`: see duplicates.
    """
    checks, counts, inner = [Check(dataset.id, "", "rows")], ["COUNT(*)"], []
    for name in (c for c in dataset.columns if c in set(columns)):
        column, source_column = dataset.columns[name], bound.columns.get(name)
        if source_column is not None and source_column.kept_nowhere:
            continue  # the binding says that it is not kept here
        inner.append(f"{raw(column, bound.columns.get(name))} AS {q(name + '_raw')}")
        inner.append(f"{mapped(column, bound)} AS {q(name)}")
        given = q(name + "_raw")
        unread = f"{q(name)} IS NULL AND {given} IS NOT NULL AND CAST({given} AS VARCHAR) <> ''"
        if column.type == "integer":
            unread = f"{given} IS NOT NULL AND CAST({given} AS VARCHAR) <> '' AND (TRY_CAST({given} AS DOUBLE) = {q(name)}) IS NOT TRUE"
        if column.codes:
            known = ", ".join(lit(code) for code in catalog.codes[column.codes].names)
            unread = f"{q(name)} NOT IN ({known})"
        checks += [Check(dataset.id, name, "unreadable"), Check(dataset.id, name, "missing")]
        counts += [f"COUNT(CASE WHEN {unread} THEN 1 END)", f"COUNT(CASE WHEN {q(name)} IS NULL THEN 1 END)"]
    origin = rows_of(bound)
    twice, looked_at = duplicates(dataset, bound, origin, sieved=sieved)
    checks.append(Check(dataset.id, "", "duplicate"))
    counts.append(twice)
    school, year = dataset.keys.get("school"), dataset.keys.get("year")
    if tree and school and year and school in columns:
        checks.append(Check(dataset.id, school, "unmatched_org"))
        counts.append("COUNT(CASE WHEN tree_school IS NULL THEN 1 END)")
        joined = f"""LEFT JOIN (SELECT DISTINCT "school_id" AS tree_school, "school_year" AS tree_year FROM {q(tree)}) AS t
            ON t.tree_school = b.{q(school)} AND t.tree_year = b.{q(year)}"""
    else:
        joined = ""
    text = f"""SELECT {", ".join(counts)} FROM (SELECT {", ".join(inner) or "1 AS one"} FROM {origin}) AS b
        CROSS JOIN ({looked_at}) AS d {joined}"""
    says = f"How many rows of {dataset.id} there are, and how many values are missing or could not be read."
    return Stage(f"quality_{dataset.id}", says, Template(("quality", text), text, physical=True)), tuple(checks)
