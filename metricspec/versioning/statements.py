"""The SQL of an indicator in two states, as a unified diff."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from metricspec.problems import PartlyPython, SpecError, UsageError
from metricspec.running.project import Project


@dataclass(frozen=True)
class SqlChange:
    """`diff` is empty where nothing differs; `without` says why there is no SQL to compare."""

    dialect: str
    diff: str = ""
    without: str = ""


def sql_change(old: tuple[Project, str], new: tuple[Project, str], dialect: str) -> SqlChange:
    """What compiling an indicator gives otherwise than before. Each side is a project and the indicator's id there."""
    texts = []
    for project, name in (old, new):
        try:
            texts.append(project.compile(name, dialect))
        except PartlyPython as error:
            return SqlChange(dialect, without=str(error))
        except (UsageError, SpecError) as error:
            return SqlChange(dialect, without=f"{name} cannot be compiled: {error}")
    was, now = (text.splitlines() for text in texts)
    lines = difflib.unified_diff(was, now, f"{old[1]} (old)", f"{new[1]} (new)", lineterm="", n=2)
    return SqlChange(dialect, "\n".join(lines))
