"""Files of moments and fits: read, and held against each other before anything is added up."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from metricspec.measures.growth.fit import Fit, from_json
from metricspec.measures.pooling.table import SCHOOL, Table, differing, faults, from_metadata
from metricspec.problems import Place, Problem, SpecError, UsageError

KEY = "metricspec"


def read_moments(paths: Sequence[Path]) -> list[Table]:
    """The tables of some files. Raises UsageError where one is not there, SpecError where they cannot be pooled."""
    for path in paths:
        if not path.is_file():
            raise UsageError(f"there is no file {path}")
    tables, problems = [], []
    for path in paths:
        found = _table(path)
        if isinstance(found, Table):
            tables.append(found)
        else:
            problems.append(found)
    if not problems:
        problems = _apart(tables) or _twice(tables)
    if problems:
        raise SpecError(problems)
    return tables


def _table(path: Path) -> Table | Problem:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found = pq.read_table(path)
        text = (found.schema.metadata or {}).get(KEY.encode())
        header = from_metadata(text.decode() if text else "{}")
        rows = found.to_pandas()
    except (pa.ArrowException, ValueError, OSError) as error:
        what = str(error).splitlines()[0] if isinstance(error, ValueError) else "it is not a parquet file"
        hint = "files of moments are written by: metricspec moments INDICATOR --out FILE.parquet"
        return Problem("MS530", f"{path.name} is no table of moments: {what}", Place(str(path)), hint)
    wrong = faults(header, rows)
    if wrong:
        return Problem("MS530", f"{path.name} cannot be used: {'; '.join(wrong)}", Place(str(path)))
    return Table(str(path), header, rows)


def _apart(tables: Sequence[Table]) -> list[Problem]:
    """Files that are not of the same model as the first."""
    problems = []
    for other in tables[1:]:
        what = differing(tables[0].header, other.header)
        if what is not None:
            message = f"{tables[0].name} and {other.name} cannot be pooled; they differ in {what}"
            hint = "every district exports with the same version of the indicator's spec"
            problems.append(Problem("MS531", message, Place(other.name), hint))
    return problems


def _twice(tables: Sequence[Table]) -> list[Problem]:
    """Files that hold the same school, or the same district, in a year, in whichever cells."""
    problems = []
    for one, other in combinations(tables, 2):
        shared = sorted(_schools(one) & _schools(other))
        districts = sorted(set(one.header.districts) & set(other.header.districts))
        years = set(one.header.years) & set(other.header.years)
        if shared:
            what = f"school {shared[0][1]} in {shared[0][0]}"
        elif districts and years:
            what = f"district {districts[0]} in {min(years)}"
        else:
            continue
        hint = "leave one of them out, or give schools of two districts ids that tell them apart"
        message = f"{one.name} and {other.name} both hold {what}"
        problems.append(Problem("MS532", message, Place(other.name), hint))
    return problems


def _schools(table: Table) -> set[tuple[str, str]]:
    """Year and id of each school named."""
    rows = table.rows[table.rows["part"] == SCHOOL]
    return {(str(year), str(school)) for year, school in zip(rows["school_year"], rows["school"], strict=True)}


def read_fit(path: Path) -> Fit:
    """A fit that `metricspec fit` wrote. Raises UsageError where it is not there, SpecError for any other file."""
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except ValueError as error:  # not UTF-8 is one of them
        what = "it is not text" if isinstance(error, UnicodeDecodeError) else str(error)
        hint = "fits are written by: metricspec fit M1.parquet M2.parquet --out FILE.json"
        raise SpecError([Problem("MS530", f"{path.name} is no fit: {what}", Place(str(path)), hint)]) from None
