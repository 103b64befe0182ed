"""The page of bindings: what each shipped one covers, and what of it nobody has verified."""

from __future__ import annotations

from dataclasses import replace

from metricspec.docsgen.markdown import code, listing, page, table
from metricspec.model import Binding, BoundDataset, Catalog, Dataset
from metricspec.reporting import words

INTRO = """The bindings that metricspec ships: where a source system keeps the [datasets](datasets.md). How to use one, or to write your
own: [bind your warehouse](../how-to/bind-your-warehouse.md), [Ed-Fi](../how-to/bind-ed-fi.md),
[CALPADS](../how-to/bind-calpads.md), [files of the California Department of Education](../how-to/bind-cde-files.md).
[`metricspec check --live`](../how-to/check-a-binding.md) tells what a binding finds in your warehouse. *Always missing* are columns
that the system does not keep: an indicator that must have one of them stops."""


def _origin(bound: BoundDataset) -> str:
    if bound.file:
        return f"file {code(bound.file)}"
    return f"table {code(bound.table)}" if bound.table else "a query"


def _row(bound: BoundDataset, dataset: Dataset) -> tuple[str, ...]:
    given = {name: bound.columns.get(name) for name in dataset.columns}
    lost = [name for name, one in given.items() if one is not None and one.kept_nowhere]
    constant = [name for name, one in given.items() if one is not None and one.constant is not None]
    mapped = [f"{name} ({len(codes)})" for name, codes in bound.codes.items()]
    return (
        f"[{dataset.id}](datasets.md#{dataset.id})",
        _origin(bound),
        ", ".join(map(code, lost)),
        ", ".join(map(code, constant)),
        ", ".join(mapped),
        bound.note,
    )


HEADINGS = ("Dataset", "Read from", "Always missing", "One value for all rows", "Code maps (values)", "Note")


def _binding(binding: Binding, catalog: Catalog) -> str:
    items, source = [], binding.source
    if source is not None:
        items.append(f"Source: {words.source_words(replace(source, note='') if binding.unverified else source)}.")
    if binding.unverified:
        items.append(f"**Not verified:** {source.note if source and source.note else 'not compared with its source'}")
    if binding.note:
        items.append(f"Note: {binding.note}")
    rows = [_row(bound, catalog.datasets[name]) for name, bound in binding.datasets.items()]
    parts = (
        f"## {binding.id}",
        f"**{binding.title}**",
        str(binding.description),
        listing(items),
        table(HEADINGS, rows),
    )
    return "\n\n".join(part for part in parts if part)


def bindings_page(catalog: Catalog) -> str:
    return page("Bindings", INTRO, [_binding(catalog.bindings[name], catalog) for name in sorted(catalog.bindings)])
