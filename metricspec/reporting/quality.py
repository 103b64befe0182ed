"""What a run found wrong in the data, on standard error; what is normal is not mentioned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from metricspec.model import Catalog, Column, Dataset
from metricspec.reporting import figures

if TYPE_CHECKING:
    from metricspec.running.quality import Count


def print_quality(counts: Iterable[Count], catalog: Catalog, to: Console | None = None) -> None:
    """Rows that matched no org, values that could not be read, missing values: each with its count, by dataset."""
    to = to or figures.console(stderr=True)
    least = smallest_shown(catalog)
    by_dataset: dict[str, list[str]] = {}
    for one in counts:
        sentence = _sentence(one, catalog.datasets.get(one.dataset), least)
        if sentence:
            by_dataset.setdefault(f"{one.dataset} ({_few(one.of, least)} rows)", []).append(sentence)
    if by_dataset:
        to.print(Text("\nThe data", style="bold"))
    for heading, sentences in by_dataset.items():
        to.print(Text(f"  {heading}: {'; '.join(sentences)}"))


def smallest_shown(catalog: Catalog) -> int:
    """The least number that may be told of people: the greatest privacy n of any policy."""
    return max((entry.n for policy in catalog.policies.values() for entry in policy.privacy), default=1)


def _few(number: int, least: int) -> str:
    return f"<{least}" if 0 < number < least else f"{number:,}"


def _sentence(one: Count, dataset: Dataset | None, least: int) -> str:
    if not one.rows or one.what == "rows":
        return ""
    few = 0 < one.rows < least or 0 < one.of < least
    share = _few(one.rows, least) if few or one.of == 0 else f"{one.rows:,} ({100 * one.rows / one.of:.1f}%)"
    if one.what == "unmatched_org":
        return f"{share} at a {one.column} that the org dataset lacks, left out"
    if one.what == "duplicate":
        return f"{share} twice: more than one row for each {', '.join(dataset.grain) if dataset else ''}"
    if one.what == "unreadable":
        return f"{share} with a {one.column} that could not be read"
    column = dataset.columns.get(one.column) if dataset else None
    if dataset is None or column is None or normally_empty(dataset, column):
        return ""
    meaning = "unknown" if column.missing in ("exclude", "error") else f"taken as {_word(column.missing)}"
    return f"{share} without {one.column}, {meaning}"


def _word(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def normally_empty(dataset: Dataset, column: Column) -> bool:
    """An empty date in the dataset's order means still open; an empty text that is no key has nothing to say."""
    key = column.name in dataset.grain or column.name in dataset.keys.values()
    return (column.type == "date" and column.name in dataset.order) or (column.type == "string" and not key)
