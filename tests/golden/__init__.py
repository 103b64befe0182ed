"""Compiled SQL that was read and approved: for each dialect the text of a rate with a fact, and of a mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import metricspec

HERE = Path(__file__).parent
DIALECTS = ("snowflake", "bigquery", "redshift", "databricks", "tsql", "trino", "oracle", "postgres")
RATE, MEAN = "golden.suspended", "golden.days_attended"


def texts() -> Iterator[tuple[Path, str]]:
    """Each file with what it should say: the rate as a script, the mean as a statement."""
    project = metricspec.load(HERE / "project")
    assert not project.problems
    for dialect in DIALECTS:
        for indicator, form in ((RATE, "script"), (MEAN, "statement")):
            yield HERE / dialect / f"{indicator}.{form}.sql", project.compile(indicator, dialect, form=form)  # type: ignore[arg-type]
