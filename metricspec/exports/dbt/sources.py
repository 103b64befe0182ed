"""Sources of a dbt project: the tables and files that a binding names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp

from metricspec.compiler.bind import source as from_what
from metricspec.exports.dbt.jinja import escaped, escaped_values, source
from metricspec.model import Binding, BoundDataset, Catalog
from metricspec.problems import UsageError

TARGET = "{{ target.schema }}"
DATA = "data_folder"
PARTS = (("catalog", "database"), ("db", "schema"), ("this", "identifier"))


@dataclass(frozen=True)
class SourceTable:
    """One table of a dbt source: where it is, and the marker by which the plan reads it until it is rendered.

    `file` is a file that the warehouse reads in place.
    """

    source: str
    name: str
    marker: str
    table: exp.Table | None = None
    file: str = ""
    says: str = ""

    @property
    def place(self) -> Mapping[str, str]:
        """The database and schema that the binding names."""
        return {what: part.name for what, part in self.parts.items() if what != "identifier"}

    @property
    def parts(self) -> Mapping[str, exp.Expression]:
        """The parts of the table's name that the binding gives."""
        given = self.table.args if self.table is not None else {}
        return {what: given[key] for key, what in PARTS if given.get(key)}


@dataclass
class Sources:
    """Collects the tables that datasets are read from, while their binding is changed to read markers."""

    prefix: str
    reads_files: bool
    tables: dict[str, SourceTable] = field(default_factory=dict)

    def marked(self, binding: Binding | None, catalog: Catalog, names: Iterable[str]) -> Binding:
        """The binding with every table and file as a marker."""
        given = binding.datasets if binding else {}
        datasets = {}
        for name in names:
            bound = given.get(name) or BoundDataset(name, table=name)
            datasets[name] = self._dataset(
                bound, f"{catalog.datasets[name].title}: {catalog.datasets[name].description}"
            )
        return Binding(binding.id if binding else "district", datasets)

    def _dataset(self, bound: BoundDataset, says: str) -> BoundDataset:
        if bound.sql:
            return replace(bound, sql=self._query(bound.sql, says))
        if bound.file and self.reads_files:
            return replace(bound, file=None, table=_quoted(self._file(bound, says)))
        table = exp.to_table(bound.table or bound.dataset, dialect="duckdb")
        return replace(bound, file=None, table=_quoted(self._table(table, says)))

    def _query(self, sql: str, says: str) -> str:
        """A binding's own query with its tables as markers; names of its WITH and calls of functions stay."""
        tree = sqlglot.parse_one(sql, read="duckdb")
        own = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
        for table in list(tree.find_all(exp.Table)):
            if not isinstance(table.this, exp.Identifier) or (not table.db and table.name.lower() in own):
                continue
            alias = table.args.get("alias") or exp.TableAlias(this=table.this.copy())
            marker = self._table(exp.Table(**{k: table.args.get(k) for k in ("this", "db", "catalog")}).copy(), says)
            table.replace(exp.Table(this=exp.to_identifier(marker, quoted=True), alias=alias.copy()))
        return tree.sql(dialect="duckdb")

    def _file(self, bound: BoundDataset, says: str) -> str:
        return self._add(SourceTable(f"{self.prefix}_files", bound.dataset, "", None, bound.file or "", says))

    def _table(self, table: exp.Table, says: str) -> str:
        if isinstance(table.this, exp.Dot):
            raise UsageError(f"dbt names a table by at most three parts: {table.sql(dialect='duckdb')} has four")
        parts = "_".join(part.name for part in (table.args.get("catalog"), table.args.get("db")) if part)
        group = f"{self.prefix}_{_plain(parts)}" if parts else self.prefix
        return self._add(SourceTable(group, _plain(table.name), "", table, says=says))

    def _add(self, found: SourceTable) -> str:
        marker = f"source:{found.source}:{found.name}"
        first = next((one for one in self.tables.values() if one.source == found.source), found)
        if first.place != found.place:  # another schema whose name reads the same
            return self._add(replace(found, source=found.source + "_"))
        known = self.tables.get(marker)
        if known is not None and (known.table, known.file) != (found.table, found.file):
            return self._add(replace(found, name=found.name + "_"))
        self.tables.setdefault(marker, replace(found, marker=marker))
        return marker

    def jinja(self) -> Mapping[str, str]:
        """What stands for each marker in a model."""
        return {one.marker: source(one.source, one.name) for one in self.tables.values()}

    def properties(self) -> dict[str, Any]:
        """The content of sources.yml."""
        groups: dict[str, list[SourceTable]] = {}
        for one in self.tables.values():
            groups.setdefault(one.source, []).append(one)
        return {"version": 2, "sources": [_group(name, tables) for name, tables in groups.items()]}


def _group(name: str, tables: list[SourceTable]) -> dict[str, Any]:
    place = {"schema": TARGET, **escaped_values(tables[0].place)}
    return {"name": name, **place, "tables": [_properties(one) for one in tables]}


def _properties(one: SourceTable) -> dict[str, Any]:
    found: dict[str, Any] = {"name": one.name, "description": escaped(one.says)}
    if one.table is not None:
        quoting = {what: bool(part.args.get("quoted")) for what, part in one.parts.items()}  # else dbt would quote all
        return {**found, "identifier": escaped(one.table.name), "quoting": quoting}
    path = one.file if Path(one.file).is_absolute() else f"\0/{one.file}"
    call = from_what(BoundDataset(one.name, file=path)).removesuffix(" AS physical").replace("$", "$$")
    location = str(escaped_values(call)).replace("\0", f"{{{{ var('{DATA}') }}}}")
    return {**found, "config": {"meta": {"external_location": location, "formatter": "template"}}}


def _plain(text: str) -> str:
    return re.sub(r"\W+", "_", text).strip("_").lower() or "unnamed"


def _quoted(name: str) -> str:
    return '"' + name + '"'
