"""The SQL of an indicator, dialect by dialect, and the commands that somebody may try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape

from metricspec.compiler import Compiler
from metricspec.problems import PartlyPython
from metricspec.site.catalogue import Catalogue
from metricspec.site.markup import Html, code, folded, joined, lines, listing, paragraph, sentence, tag, text
from metricspec.sql.stage import Computation

NAMES = {
    "bigquery": "BigQuery", "clickhouse": "ClickHouse", "databricks": "Databricks", "datafusion": "DataFusion",
    "duckdb": "DuckDB", "mysql": "MySQL and MariaDB", "oracle": "Oracle", "postgres": "PostgreSQL", "redshift": "Redshift",
    "snowflake": "Snowflake", "spark": "Spark", "sqlite": "SQLite", "trino": "Trino", "tsql": "SQL Server",
}  # fmt: skip
PYTHON = "A part of it is computed in Python (`metricspec run` runs it), so it has no SQL of its own: {}."
LOGICAL = "Datasets are read as tables of their own names; a project's binding puts its own tables in their place."


@dataclass(frozen=True)
class Statements:
    """A compiler for each dialect, over datasets as they are named in specs: no district's own tables are shown."""

    catalogue: Catalogue

    @cached_property
    def compilers(self) -> Mapping[str, Compiler]:
        project = self.catalogue.project
        return {
            dialect: Compiler(project.catalog, project.registry, project.expressions, dialect)
            for dialect in self.catalogue.dialects
        }

    def html(self, name: str) -> Html:
        """The statements of one indicator."""
        parts = []
        for dialect, compiler in self.compilers.items():
            try:
                sql = compiler.compile(name)
            except PartlyPython:
                steps = ", ".join(step_names(compiler, name))
                return paragraph(sentence(PYTHON.format(steps)))
            shown = tag("pre", tag("code", Html(escaped(sql)), class_="sql"), tabindex="0")
            parts.append(folded(text(NAMES.get(dialect, dialect)), shown, class_="sql"))
        return lines(paragraph(text(LOGICAL)), *parts)

    @cached_property
    def demo(self) -> frozenset[str]:
        """The datasets that the demo has."""
        binding = self.catalogue.catalog.bindings.get("demo")
        return frozenset(binding.datasets if binding else ())

    def commands(self, name: str) -> Html:
        """Commands about one indicator that work in the demo's folder."""
        project = self.catalogue.project
        needed = project.datasets(project.indicator(name))
        lacking = sorted(needed - (set(project.binding.datasets) if project.binding else self.demo))
        items = [_command(f"metricspec show {name}", "says in the terminal what this page says.")]
        if any(test.indicator == name for test in self.catalogue.catalog.tests):
            items.append(_command(f"metricspec test {name}", "runs the worked examples."))
        if not lacking:
            items.append(_command(f"metricspec run {name}", "computes it."))
        dialect = next(iter(self.compilers), "")
        if dialect and not self._python(name):
            items.append(_command(f"metricspec compile {name} --dialect {dialect}", "writes the SQL."))
        where = "In the folder of a project; metricspec demo makes one to learn from."
        if lacking:
            data = joined([code(one) for one in lacking], " and ")
            return lines(paragraph(text(where)), listing(items), paragraph(Html(f"To compute it, bind {data} first.")))
        return lines(paragraph(text(where)), listing(items))

    def _python(self, name: str) -> bool:
        return any(step_names(compiler, name) for compiler in list(self.compilers.values())[:1])


def step_names(compiler: Compiler, name: str) -> list[str]:
    """What of an indicator is computed in Python."""
    return [step.says.rstrip(".").lower() for step in compiler.plan([name]).stages if isinstance(step, Computation)]


def _command(words: str, does: str) -> Html:
    return joined([tag("code", text(words), class_="command"), text(does)])


def escaped(sql: str) -> str:
    return escape(sql.rstrip(), quote=False)
