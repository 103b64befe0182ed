"""The models of a dbt project: the steps of a plan, the released result, and a view on it for each indicator."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metricspec.compiler.tail import RESULT
from metricspec.exports import Files
from metricspec.exports.dbt.jinja import escaped, ref
from metricspec.exports.references import renamed, unordered
from metricspec.problems import UsageError
from metricspec.sql.dialects import capabilities
from metricspec.sql.quoting import remark, rewritten_names
from metricspec.sql.stage import Plan, Renderer, Stage, comma, lit, q


@dataclass(frozen=True)
class Names:
    """The names of a project's models; all begin with the project's own, since dbt knows no two of one name."""

    project: str

    def step(self, stage: str) -> str:
        return f"{self.project}_step_{stage}"

    @property
    def result(self) -> str:
        return f"{self.project}_result"

    def indicator(self, name: str) -> str:
        return f"{self.project}_" + re.sub(r"\W", "_", name)

    def indicators(self, ids: Sequence[str]) -> Mapping[str, str]:
        """The model of each indicator. Raises UsageError where two would have one name."""
        found: dict[str, str] = {self.result: "the result of all indicators"}
        for name in ids:
            model = self.indicator(name)
            if model in found or model.startswith(self.step("")):
                raise UsageError(f"the model of {name} would be called {model}, as {found.get(model, 'a step')} is")
            found[model] = name
        return {name: model for model, name in found.items() if model != self.result}


class Models:
    """Renders stages as models: each name of another stage or source becomes Jinja."""

    def __init__(self, plan: Plan, dialect: str, names: Names, sources: Mapping[str, str]) -> None:
        self.plan = plan
        self.names = names
        self.renderer = Renderer(dialect)
        self._marked = {stage.name: f"ref:{stage.name}" for stage in plan.sql}
        self._jinja = {self.renderer.name(marker): text for marker, text in sources.items()}
        self._jinja |= {self.renderer.name(m): ref(names.step(stage)) for stage, m in self._marked.items()}

    def select(self, stage: Stage) -> str:
        """A stage's SELECT with its sentence, as dbt reads it."""
        select = self.renderer.stage(renamed(stage, self._marked), inline=True)
        named = rewritten_names(select, self.renderer.dialect, self._jinja, escaped)
        return f"{escaped(remark(stage.says))}{named}\n"

    def steps(self, *, tables: bool) -> Files:
        """The steps before the result; with `tables` each is a table, else those alone that the plan marks as stored."""
        return {
            f"models/steps/{self.names.step(stage.name)}.sql": (self._table if tables or stage.stored else "")
            + self.select(stage)
            for stage in self.plan.sql
        }

    @property
    def _table(self) -> str:
        """The head of a model that is kept, whose size the planner of some engines must be told."""
        analyze = capabilities(self.renderer.dialect).analyze.format(name="{{ this }}")
        hook = f", post_hook={analyze!r}" if analyze else ""
        return f"{{{{ config(materialized='table'{hook}) }}}}\n"

    def results(self, models: Mapping[str, str]) -> Files:
        """The released result as a table, and each indicator's rows of it."""
        whole = self.select(unordered(self.plan.result))
        files = {f"models/results/{self.names.result}.sql": self._table + whole}
        for name, model in models.items():
            files[f"models/results/{model}.sql"] = self.query(
                f"SELECT {comma(map(q, RESULT))} FROM {{}} WHERE indicator = {lit(name)}", self.names.result
            )
        return files

    def query(self, sql: str, model: str) -> str:
        """A query in DuckDB's words over a model, which stands in it as {}."""
        text = escaped(self.renderer.text(sql.format(q("ref:the_model")), inline=True))
        return text.replace(self.renderer.name("ref:the_model"), ref(model)) + "\n"
