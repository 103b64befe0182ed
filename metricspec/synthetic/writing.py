"""Writing the network: into a temporary folder beside the wanted one, moved into place when whole."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from .columns import SCHEMAS, Columns, table

MARKER = ".metricspec-synthetic.json"


class ForeignFolderError(ValueError):
    """The folder holds something that this generator did not write."""


class NetworkWriter:
    """Parquet files of one network, a row group at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.counts = dict.fromkeys(SCHEMAS, 0)
        self._open = ExitStack()
        (folder / "truth").mkdir()
        self._writers = {name: self._writer(name) for name in SCHEMAS}

    def _writer(self, dataset: str) -> pq.ParquetWriter:
        schema = pa.schema(list(SCHEMAS[dataset].items()))
        return self._open.enter_context(
            pq.ParquetWriter(
                self.folder / f"{dataset}.parquet",
                schema,
                compression="zstd",
                compression_level=1,
                store_schema=False,
            )
        )

    def write(self, dataset: str, columns: Columns) -> None:
        """Add rows as one row group."""
        rows = table(dataset, columns)
        if rows.num_rows:
            self._writers[dataset].write_table(rows)
            self.counts[dataset] += rows.num_rows

    def close(self) -> None:
        self._open.close()


@contextmanager
def network_folder(folder: Path) -> Iterator[NetworkWriter]:
    """A writer whose files appear at `folder` only if the body ends without an error."""
    refuse_foreign(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        writer = NetworkWriter(temporary)
        try:
            yield writer
        finally:
            writer.close()
        files = sorted(str(path.relative_to(temporary)) for path in temporary.rglob("*") if path.is_file())
        (temporary / MARKER).write_text(json.dumps({"files": files}, indent=1) + "\n", encoding="utf-8")
        temporary.chmod(0o755)
        _move_into_place(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def refuse_foreign(folder: Path) -> None:
    """Raise unless the folder is absent, empty, or holds nothing but an earlier network."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ForeignFolderError(f"{folder} is a file; give a folder")
    present = {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}
    if not present:
        return
    if MARKER not in present:
        raise ForeignFolderError(f"{folder} is not empty and was not written by this generator")
    listed = json.loads((folder / MARKER).read_text(encoding="utf-8"))["files"]
    foreign = sorted(present - {MARKER, *listed})
    if foreign:
        raise ForeignFolderError(f"{folder} holds files that are not the network's: {', '.join(foreign[:5])}")


def _move_into_place(temporary: Path, folder: Path) -> None:
    """Set an earlier network aside, move the new one in, then drop the earlier one."""
    if not folder.exists():
        temporary.rename(folder)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    earlier = folder.rename(aside / folder.name)
    try:
        temporary.rename(folder)
    except OSError:
        earlier.rename(folder)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
