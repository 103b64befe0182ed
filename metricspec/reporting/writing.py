"""Outputs are written whole or not at all: into a file beside the target, then moved over it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from metricspec.problems import UsageError

if TYPE_CHECKING:
    import pandas as pd

FORMATS = (".csv", ".parquet", ".json")


def check_output(path: Path, formats: Sequence[str] = FORMATS) -> None:
    """Raises UsageError before any work where `path` cannot be written."""
    if path.suffix not in formats:
        ends = f"one of {', '.join(formats)}" if len(formats) > 1 else formats[0]
        raise UsageError(f"--out {path}: write to a file that ends in {ends}")
    if not path.parent.is_dir():
        raise UsageError(f"--out {path}: there is no folder {path.parent}")


@contextmanager
def written_beside(path: Path) -> Iterator[Path]:
    """A new file beside `path` to write into and to move over it; what is not moved vanishes."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    os.close(handle)
    part = Path(name)
    try:
        part.chmod(0o666 & ~_umask())
        yield part
    finally:
        part.unlink(missing_ok=True)


def _whole(path: Path, write: Callable[[Path], None]) -> None:
    with written_beside(path) as part:
        write(part)
        os.replace(part, path)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)

    def write(part: Path) -> None:
        part.write_text(text, encoding="utf-8")

    _whole(path, write)


def write_parquet(path: Path, frame: pd.DataFrame, metadata: Mapping[str, str]) -> None:
    """Write a frame as parquet; `metadata` is what the file says about itself."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    known = table.schema.metadata or {}
    table = table.replace_schema_metadata({**known, **{key: text.encode() for key, text in metadata.items()}})
    _whole(path, lambda part: pq.write_table(table, part))
