"""Files of results with their record: inside a parquet file, beside a csv or json file. Both are written, or neither."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metricspec.problems import UsageError
from metricspec.records.record import Record
from metricspec.records.shape import has_shape
from metricspec.reporting.writing import FORMATS, written_beside

if TYPE_CHECKING:
    import pandas as pd

RECORD = ".meta.json"
KEY = "metricspec"  # in the metadata of a parquet file


@dataclass(frozen=True)
class ResultFile:
    """A file as it is read: its cells as texts, numbers to the last digit, and its record."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    record: Record

    @property
    def altered(self) -> bool:
        """Whether the rows are others than the record was made for. Their order does not matter."""
        return bool(self.record.get("rows") != rows_of(self.columns, self.rows))


def beside(path: Path) -> Path:
    """The record of a file that cannot hold it."""
    return path.with_name(f"{path.name}{RECORD}")


def write_result(path: Path, frame: pd.DataFrame, record: Record) -> None:
    """Write a Result as csv, parquet or json (a list of records) with its record; hidden numbers are empty or null."""
    with written_beside(path) as part:
        if path.suffix == ".parquet":
            _write_parquet(part, frame, record)
            os.replace(part, path)
            return
        if path.suffix == ".csv":
            frame.to_csv(part, index=False)
        else:
            frame.to_json(part, orient="records", indent=1, double_precision=15)
        columns, rows = _cells(part)
        text = json.dumps({**record, "rows": rows_of(columns, rows)}, indent=1, ensure_ascii=False)
        with written_beside(beside(path)) as about:
            about.write_text(text + "\n", encoding="utf-8")
            _both({part: path, about: beside(path)})


def _both(moves: Mapping[Path, Path]) -> None:
    """Move files to their places, all or none: what lay there comes back where one cannot be moved."""
    kept: dict[Path, Path] = {}
    moved: list[Path] = []
    try:
        for part, place in moves.items():
            if place.exists():
                kept[place] = part.with_name(f"{part.name}.old")
                os.replace(place, kept[place])
            os.replace(part, place)
            moved.append(place)
    except BaseException:
        for place in moved:
            with suppress(OSError):
                place.unlink()
        for place, old in kept.items():
            with suppress(OSError):
                os.replace(old, place)
        raise
    for old in kept.values():
        old.unlink()


def _write_parquet(part: Path, frame: pd.DataFrame, record: Record) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    whole = {**record, "rows": rows_of(*_of_table(table))}
    metadata = {**(table.schema.metadata or {}), KEY.encode(): json.dumps(whole, ensure_ascii=False).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), part)


def read_result(path: Path) -> ResultFile:
    """A file of results and its record. Raises UsageError where either is missing or cannot be read."""
    if path.name.endswith(RECORD):
        raise UsageError(f"{path.name} is the record; name the file of results: {path.name.removesuffix(RECORD)}")
    if path.suffix not in FORMATS:
        raise UsageError(f"{path}: a file of results ends in one of {', '.join(FORMATS)}")
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    try:
        columns, rows = _cells(path)
    except Exception:  # whatever a reader of csv, json or parquet raises
        raise UsageError(f"{path.name} cannot be read as a table of results in {path.suffix[1:]}") from None
    return ResultFile(columns, rows, _record(path))


def _record(path: Path) -> Record:
    source = path if path.suffix == ".parquet" else beside(path)
    try:
        found = json.loads(_text(path))
    except (ValueError, RecursionError):
        raise UsageError(
            f"the record of {path.name} ({source.name}) cannot be read: somebody changed or cut it"
        ) from None
    except (OSError, KeyError):
        raise UsageError(
            f"{path.name} has no record of how it was made{'' if source == path else f' ({source.name} beside it)'}: "
            "metricspec writes one with --out"
        ) from None
    if not has_shape(found):
        raise UsageError(f"the record of {path.name} is none that this version of metricspec reads")
    record: Record = found
    return record


def _text(path: Path) -> str:
    if path.suffix != ".parquet":
        return beside(path).read_text(encoding="utf-8")
    import pyarrow.parquet as pq

    return str((pq.read_schema(path).metadata or {})[KEY.encode()].decode())


def _cells(path: Path) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8-sig") as opened:
            first, *rest = list(csv.reader(opened, strict=True))
        if any(len(row) != len(first) for row in rest):
            raise ValueError("rows of different lengths")
        return tuple(first), tuple(map(tuple, rest))
    if path.suffix == ".json":
        records = json.loads(path.read_text(encoding="utf-8"), parse_float=str, parse_int=str)
        columns = tuple(dict.fromkeys(key for one in records for key in one))
        return columns, tuple(tuple(cell(one.get(name)) for name in columns) for one in records)
    import pyarrow.parquet as pq

    return _of_table(pq.read_table(path))


def _of_table(table: Any) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    lists = [[cell(value) for value in table.column(name).to_pylist()] for name in table.column_names]
    return tuple(table.column_names), tuple(zip(*lists, strict=True))


def cell(value: object) -> str:
    """A value as it stands in a file: numbers to the last digit, nothing where there is nothing."""
    if value is None or type(value).__name__ == "NAType" or value != value:  # pandas has three words for nothing
        return ""
    return repr(value) if isinstance(value, float) else str(value)


def rows_of(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> dict[str, Any]:
    """How many rows there are, and a hash of their cells in which their order and that of columns does not count."""
    digests = sorted(_digests(columns, rows))
    return {"count": len(rows), "hash": hashlib.sha256(b"".join(digests)).hexdigest()}


def _digests(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Iterator[bytes]:
    order = sorted(range(len(columns)), key=lambda at: columns[at])
    for row in rows:
        text = json.dumps([[columns[at], row[at]] for at in order if row[at] != ""])
        yield hashlib.sha256(text.encode()).digest()
