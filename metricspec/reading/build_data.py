"""Code lists, lookups, datasets, bindings and projects out of documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from metricspec.model import Binding, BoundColumn, BoundDataset, Codes, Column, Dataset, Lookup, Project
from metricspec.problems import Place
from metricspec.reading.build_parts import names, source, text, unverified
from metricspec.reading.document import Document
from metricspec.reading.plugin_checks import build_plugins


def build_codes(document: Document) -> Codes:
    data = document.data
    values = tuple(data["values"].items())
    return Codes(document.id, values, data.get("ordered", False), text(data.get("title")), document.place)


def build_lookup(document: Document) -> Lookup:
    data = document.data
    values = tuple((code, Decimal(document.written("values", code))) for code in data["values"])
    title, origin = text(data.get("title")), source(data.get("source"))
    return Lookup(document.id, data["key"], values, title, origin, document.place)


def build_dataset(document: Document) -> Dataset:
    data = document.data
    return Dataset(
        id=document.id,
        columns={name: _column(name, block) for name, block in data["columns"].items()},
        grain=names(data["grain"]),
        order=names(data.get("order")),
        keys=dict(data.get("keys", {})),
        span=data.get("span", "year"),
        title=text(data.get("title")),
        description=text(data.get("description")),
        place=document.place,
    )


def _column(name: str, block: Mapping[str, Any]) -> Column:
    return Column(
        name=name,
        type=block["type"],
        codes=block.get("codes"),
        scale=block.get("scale", 0),
        rollup=block.get("rollup"),
        missing=block.get("missing", "exclude"),
        default=block.get("default"),
        has_default="default" in block,
        title=text(block.get("title")),
    )


def build_binding(document: Document) -> Binding:
    data = document.data
    datasets = {name: _bound_dataset(document, name, block) for name, block in data["datasets"].items()}
    return Binding(
        id=document.id,
        datasets=datasets,
        title=text(data.get("title")),
        place=document.place,
        description=text(data.get("description")),
        source=source(data.get("source")),
        note=data.get("note", ""),
        unverified=unverified(data),
    )


def _bound_dataset(document: Document, name: str, block: Mapping[str, Any]) -> BoundDataset:
    return BoundDataset(
        dataset=name,
        file=block.get("file"),
        table=block.get("table"),
        sql=block.get("sql"),
        columns={column: _bound_column(document, written) for column, written in block.get("columns", {}).items()},
        codes={column: dict(codes) for column, codes in block.get("codes", {}).items()},
        where=block.get("where"),
        place=document.key("datasets", name),
        places=dict(_bound_places(document, name, block)),
        note=block.get("note", ""),
    )


def _bound_places(document: Document, name: str, block: Mapping[str, Any]) -> Iterator[tuple[str, Place]]:
    for key, written in block.items():
        if key in ("columns", "codes"):
            yield from ((f"{key}.{column}", document.key("datasets", name, key, column)) for column in written)
        else:
            yield key, document.key("datasets", name, key)


def _bound_column(document: Document, block: str | Mapping[str, Any]) -> BoundColumn:
    if isinstance(block, str):
        return BoundColumn(column=block)
    first_day = document.data.get("calendar", {}).get("first_day", "07-01")
    return BoundColumn(block.get("column"), block.get("sql"), block.get("constant"), block.get("format"), first_day)


def build_project(document: Document) -> Project:
    data = document.data
    folder = str(Path(document.file).parent)
    return Project(
        document.id,
        folder,
        data.get("binding"),
        names(data.get("specs")),
        data.get("warehouse"),
        document.at("binding") if data.get("binding") else document.place,
        build_plugins(document),
    )
