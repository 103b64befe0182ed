"""What a run has read, for the record of its results: the engine, and of each dataset its rows and school years."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from metricspec.model import BoundDataset, Catalog
from metricspec.running.quality import Count
from metricspec.sql.dialects import capabilities
from metricspec.sql.stage import Renderer
from metricspec.warehouse import Warehouse


@dataclass(frozen=True)
class Read:
    """A dataset as the project binds it, with its exact number of rows and its school years: not for publication."""

    bound: BoundDataset
    rows: int
    years: tuple[str, ...]


@dataclass(frozen=True)
class Trace:
    """The indicators that ran, the engine that they ran on, and what they read."""

    indicators: tuple[str, ...]
    dialect: str
    engine: str
    engine_version: str
    reads: tuple[Read, ...]


def traced(
    indicators: Iterable[str],
    engine: Warehouse,
    renderer: Renderer,
    catalog: Catalog,
    reads: Mapping[str, frozenset[str]],
    given: Mapping[str, BoundDataset],
    quality: Iterable[Count],
) -> Trace:
    """While the bound stages of a run stand in the engine. `given` are the datasets before an engine's own tables took the
    place of files."""
    rows = {count.dataset: count.rows for count in quality if count.what == "rows"}
    found = []
    for name in sorted(reads):
        column = catalog.datasets[name].keys.get("year")
        years: set[str] = set()
        if column in reads[name]:
            sql = renderer.text(f'SELECT DISTINCT "{column}" FROM "bound_{name}"')
            years = {str(value) for (value,) in engine.rows(sql, f"reading the years of {name}") if value is not None}
        found.append(Read(_read(name, given[name], engine), rows.get(name, 0), tuple(sorted(years))))
    return Trace(tuple(indicators), engine.dialect, engine.title, engine.version, tuple(found))


def _read(name: str, bound: BoundDataset, engine: Warehouse) -> BoundDataset:
    """The dataset as it was read: of an engine that reads no files, its table of the dataset's name."""
    reads = capabilities(engine.dialect).reads_files or engine.attaches
    return replace(bound, file=None, table=name) if bound.file and not reads else bound
