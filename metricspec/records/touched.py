"""What somebody changed in a file of results after it was written, as far as the file and its record tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from metricspec.compiler.tail import RESULT
from metricspec.frameworks.compose import FRAME
from metricspec.records.files import ResultFile

PLACE = ("indicator", "school_year", "org_level", "org_id", "student_group", "category", "statistic")
TOUCHED = "its rows are not those that were written"


def touched(file: ResultFile) -> str:
    """A sentence on rows that are not those that were written. Numbers and words are compared with a new run elsewhere;
    here are the columns, and the versions, which the record knows."""
    found = (*_columns(file), *_versions(file))
    return f"{TOUCHED}: {'; '.join(found)}" if found else TOUCHED


def _columns(file: ResultFile) -> Iterator[str]:
    ours = FRAME if "framework" in file.columns else RESULT
    for name in file.columns:
        if name not in ours:
            yield f"the column '{name}' was put in"
    for name in ours:
        if name not in file.columns:
            yield f"the column '{name}' was taken out"


def _versions(file: ResultFile) -> Iterator[str]:
    """Versions in the rows that the record has not: of each the first row, and how many more there are."""
    if not {"indicator", "version"} <= set(file.columns):
        return
    known = {(id_.partition("@")[0], about["version"]) for id_, about in file.record["indicators"].items()}
    first: dict[tuple[str, str], str] = {}
    number: Counter[tuple[str, str]] = Counter()
    for at, cells in enumerate(file.rows, start=1):
        row = dict(zip(file.columns, cells, strict=True))
        plain, version = row["indicator"].partition("@")[0], row["version"]
        if (plain, version) in known or plain not in {name for name, _ in known}:
            continue
        first.setdefault((plain, version), f"row {at} ({' '.join(row[key] for key in PLACE if row.get(key))})")
        number[plain, version] += 1
    for (plain, version), where in first.items():
        more = number[plain, version] - 1
        others = f" and {more} more" if more else ""
        written = " or ".join(sorted(one for name, one in known if name == plain))
        yield f"{where}{others} has '{version}' in the column version, and the record says {written}"
