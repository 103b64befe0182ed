"""Engines that only the tests run: ClickHouse inside the process, DataFusion, and BigQuery's own evaluator."""

from __future__ import annotations

import datetime
import decimal
import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import pyarrow as pa

from metricspec.problems import Problem, SpecError
from metricspec.sql.dialects import capabilities
from metricspec.sql.stage import Renderer, q
from metricspec.warehouse import Rows, Warehouse

ARROW = {
    "BIGINT": pa.int64(), "INTEGER": pa.int64(), "TINYINT": pa.int64(), "DOUBLE": pa.float64(), "DATE": pa.date32(),
    "BOOLEAN": pa.bool_(),
}  # fmt: skip


def arrow_table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Rows as Arrow has them; types in DuckDB's words."""
    across = list(zip(*rows, strict=True)) or [()] * len(columns)
    arrays = [pa.array(values, _arrow(kind)) for values, (_, kind) in zip(across, columns, strict=True)]
    return pa.table(arrays, [name for name, _ in columns])


def _arrow(kind: str) -> pa.DataType:
    decimals = re.match(r"DECIMAL\((\d+),\s*(\d+)\)", kind)
    return pa.decimal128(int(decimals[1]), int(decimals[2])) if decimals else ARROW.get(kind, pa.string())


def failed(error: Exception, what: str, title: str) -> SpecError:
    first = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return SpecError([Problem("MS520", f"{what} failed in {title}: {first}")])


class ClickHouse(Warehouse):
    """chdb: a process has one session, so what a run made is dropped at its end."""

    dialect = "clickhouse"
    title = "ClickHouse"

    def __init__(self) -> None:
        self._renderer = Renderer(self.dialect)
        self._made: list[tuple[str, str]] = []
        for statement in capabilities(self.dialect).session:
            self.execute(statement, "setting up the session")

    @staticmethod
    @cache
    def session() -> Any:
        from chdb import session

        return session.Session()

    def close(self) -> None:
        for kind, name in reversed(self._made):
            self.session().query(f"DROP TEMPORARY {kind} {name}")
        self._made.clear()

    def execute(self, sql: str, what: str) -> None:
        self._answer(sql, what)
        made = re.match(r'CREATE TEMPORARY (TABLE|VIEW) ("[^"]+")', sql)
        if made:
            self._made.append((made[1], made[2]))

    def _answer(self, sql: str, what: str) -> bytes:
        try:
            return bytes(self.session().query(sql, "Arrow").bytes())
        except Exception as error:
            raise failed(error, what, self.title) from None

    def fetch(self, sql: str, what: str) -> tuple[list[str], Rows]:
        table = pa.ipc.open_file(self._answer(sql, what)).read_all()
        return table.column_names, list(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def load(self, name: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> None:
        self.execute(self._renderer.table(name, columns), f"table '{name}'")
        given = arrow_table(columns, rows)  # noqa: F841  # chdb finds it by its name
        self.execute(f"INSERT INTO {q(name)} SELECT * FROM Python(given)", f"filling table '{name}'")


class DataFusion(Warehouse):
    """One session in memory."""

    dialect = "datafusion"
    title = "DataFusion"

    def __init__(self) -> None:
        from datafusion import SessionContext

        self._session = SessionContext()
        for statement in capabilities(self.dialect).session:
            self.execute(statement, "setting up the session")

    def close(self) -> None:
        del self._session

    def execute(self, sql: str, what: str) -> None:
        self._table(sql, what)

    def _table(self, sql: str, what: str) -> pa.Table:
        try:
            return self._session.sql(sql).to_arrow_table()
        except Exception as error:
            raise failed(error, what, self.title) from None

    def fetch(self, sql: str, what: str) -> tuple[list[str], Rows]:
        table = self._table(sql, what)
        return table.column_names, list(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def load(self, name: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> None:
        self._session.register_record_batches(q(name), [arrow_table(columns, rows).to_batches()])


class BigQuery(Warehouse):
    """Google's analyzer and reference evaluator: a statement over tables that are given with it."""

    dialect = "bigquery"
    title = "BigQuery"

    def __init__(self) -> None:
        self._tables: dict[str, tuple[list[tuple[str, int]], Any]] = {}

    def close(self) -> None:
        self._tables.clear()

    @staticmethod
    @cache
    def options() -> tuple[Any, Any]:
        from zetasql.types import AnalyzerOptions, LanguageOptions, ZetaSQLBuiltinFunctionOptions

        language = LanguageOptions.maximum_features()
        return AnalyzerOptions(language_options=language), ZetaSQLBuiltinFunctionOptions(language_options=language)

    def _ask(self, sql: str, what: str) -> tuple[list[tuple[str, int]], list[Any]]:
        from zetasql.api import CatalogBuilder, PreparedQuery, TableBuilder

        options, functions = self.options()
        catalog = CatalogBuilder("network").with_builtin_functions(functions)
        contents = {}
        for name, (columns, content) in self._tables.items():
            if f"`{name}`" not in sql and name not in sql:
                continue
            table = TableBuilder(name)
            for column, kind in columns:
                table = table.add_column(column, kind)
            catalog, contents[name] = catalog.add_table(table.build()), content
        try:
            builder = PreparedQuery.builder().set_sql(sql).set_analyzer_options(options).set_catalog(catalog.build())
            with builder.set_table_content(contents).prepare() as query:
                found = [(column.name, column.type.type_kind) for column in query.columns]
                data = query.execute().content.table_data
                return found, list(data.row) if data else []  # it has none where there is no row
        except Exception as error:
            raise failed(error, what, self.title) from None

    def execute(self, sql: str, what: str) -> None:
        """CREATE TEMPORARY TABLE is the evaluator's query and a table of its rows."""
        from zetasql.types import TableContent, TableData

        made = re.match(r"CREATE TEMPORARY TABLE `([^`]+)` AS\s", sql)
        assert made, sql
        columns, rows = self._ask(sql[made.end() :], what)
        self._tables[made[1]] = (columns, TableContent(table_data=TableData(row=rows)))

    def fetch(self, sql: str, what: str) -> tuple[list[str], Rows]:
        columns, rows = self._ask(sql, what)
        return [name for name, _ in columns], [tuple(_plain(cell) for cell in row.cell) for row in rows]

    def load(self, name: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> None:
        from zetasql.types import TableContent, TableData, TypeKind

        words = {"BIGINT": "INT64", "INTEGER": "INT64", "DOUBLE": "DOUBLE", "DATE": "DATE", "BOOLEAN": "BOOL"}
        kinds = [
            (
                column,
                getattr(TypeKind, "TYPE_" + ("DOUBLE" if kind.startswith("DECIMAL") else words.get(kind, "STRING"))),
            )
            for column, kind in columns
        ]
        data = TableData(row=[TableData.Row(cell=[_cell(value) for value in row]) for row in rows])
        self._tables[name] = (kinds, TableContent(table_data=data))


def _cell(value: Any) -> Any:
    from zetasql.types import Value

    match value:
        case None:
            return Value()
        case bool():
            return Value(bool_value=value)
        case int():
            return Value(int64_value=value)
        case float() | decimal.Decimal():
            return Value(double_value=float(value))
        case datetime.date():
            return Value(date_value=(value - datetime.date(1970, 1, 1)).days)
        case _:
            return Value(string_value=value)


def _plain(cell: Any) -> Any:
    """A cell of an answer; what is made of counts is a NUMERIC in 16 bytes or fewer, of billionths."""
    for name in ("int64_value", "double_value", "string_value", "bool_value"):
        value = getattr(cell, name)
        if value is not None:
            return value
    if cell.numeric_value is not None:
        return decimal.Decimal(int.from_bytes(cell.numeric_value, "little", signed=True)) / 10**9
    return None
