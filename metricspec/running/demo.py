"""The project that the demo writes around its made-up network."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from metricspec.problems import UsageError
from metricspec.running.loading import FILE
from metricspec.sql.stage import lit
from metricspec.warehouses.duckdb import DuckDB

MARKER = ".metricspec-synthetic.json"
MEMORY = "2GB"
GITIGNORE = ".gitignore"

PROJECT = """\
metricspec: 1
project: demo
binding: demo            # reads data/<dataset>.parquet
specs: [specs]           # your own specs, beside the shipped ones
"""

# A working indicator of the project's own, for people to change.
INDICATOR = """\
# An indicator of your own. Change a line, then run:
#   metricspec check
#   metricspec run near_chronic
metricspec: 1
indicator: near_chronic
version: "0.1.0"
status: active
title: {en: Close to chronic absenteeism, es: Cerca del ausentismo crónico}
description: Students absent on five percent or more of their days, but fewer than ten.
better: lower
unit: percent
digits: 1
source:
  publisher: This demo
  document: An example to change

students: attendance_stint
population:                                # which students count, their days of the year added up at the org
  - days_expected >= 31
measure:
  type: rate
  numerator: 20 * days_absent >= days_expected and 10 * days_absent < days_expected
  missing: exclude

orgs: plain                                # schools, districts, the network
groups: dash14
policy: ca_dashboard                       # hides every number of fewer than 11 students
compare: previous
"""

# Whatever holds students' rows, or results of them; and what is made again from the specs.
IGNORED = """\
# Rows of students never belong into git: what was committed once stays in its history.
# In a project of your own add every folder and file that holds such rows.
/data/
*.csv
*.parquet
*.duckdb
*.sqlite
*.db
*.xlsx
.spill-*/

# Results, their records and charts, and the project's own key
/*.json
/*.html
/*.png
/*.svg
*.meta.json
.metricspec/

# Made from the specs, at any time again
/site/
/.schemas/
"""


def refuse_foreign(folder: Path) -> None:
    """Raises UsageError where the folder holds anything but an earlier demo."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder for the demo")
    if folder.is_dir() and any(folder.iterdir()) and not is_demo(folder):
        raise UsageError(f"{folder} is not empty and no demo; name a folder that does not exist yet")


def is_demo(folder: Path) -> bool:
    """Whether an earlier demo wrote this folder, or was stopped after its data."""
    if {path.name for path in folder.iterdir()} == {"data"}:
        return (folder / "data" / MARKER).is_file()
    try:
        text = (folder / FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return "project: demo\n" in text and "binding: demo" in text


def write_project(folder: Path) -> None:
    """Write the project's file, an indicator to change, and what git shall not take; those of an earlier demo stay as people
    changed them."""
    if not (folder / FILE).is_file():
        example = folder / "specs" / "indicators" / "near-chronic.yaml"
        example.parent.mkdir(parents=True, exist_ok=True)
        example.write_text(INDICATOR, encoding="utf-8")
        (folder / FILE).write_text(PROJECT, encoding="utf-8")
    if not (folder / GITIGNORE).exists():
        (folder / GITIGNORE).write_text(IGNORED, encoding="utf-8")


@contextmanager
def spilling(folder: Path) -> Iterator[DuckDB]:
    """A warehouse of bounded memory: what does not fit goes to disk beside the data, and is removed afterwards."""
    place = tempfile.TemporaryDirectory(prefix=".spill-", dir=folder)
    with place as name, DuckDB(memory_limit=MEMORY) as warehouse:
        warehouse.execute(f"SET temp_directory = {lit(name)}", "setting the folder for what does not fit")
        yield warehouse
