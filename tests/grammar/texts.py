"""The compiled SQL of the whole catalogue, each text once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from metricspec.running.project import Project
from metricspec.sql.stage import Stage
from tests.grammar.thinning import Thinner, shape
from tests.grammar.tokens import statements, written


class Texts:
    """What a dialect's compiler writes. `pieces` are the statements of all scripts; each is named by where it is."""

    def __init__(self, project: Project, dialect: str) -> None:
        self.project = project
        self.dialect = dialect
        self.compiler = project.compiler(dialect)

    @cached_property
    def indicators(self) -> dict[str, str]:
        """The indicators that are all SQL, with their measure types."""
        plans = {name: self.compiler.plan([name]) for name in self.project.catalog.indicators}
        sql = [name for name, plan in plans.items() if all(isinstance(stage, Stage) for stage in plan.stages)]
        return {name: self.project.catalog.indicators[name].measure_type for name in sql}

    @cached_property
    def one_of_each(self) -> dict[str, str]:
        """An indicator of each measure type, by measure type."""
        return {kind: name for name, kind in reversed(self.indicators.items())}

    @cached_property
    def pieces(self) -> dict[str, str]:
        """Every distinct statement of every script, and where it was found first."""
        render, found = self.compiler.renderer, {}
        for name in self.indicators:
            plan = self.compiler.plan([name])
            for stage in plan.stages:
                assert isinstance(stage, Stage)
                text = render.stage(stage) if stage is plan.result else render.creation(stage)
                found.setdefault(text, f"{name}: {stage.name}")
        return found

    def whole(self) -> Iterator[tuple[str, str]]:
        """The statement and the script of one indicator of each measure type."""
        for name in self.one_of_each.values():
            for form in ("statement", "script"):
                yield f"{name}, {form}", self.compiler.compile(name, form)  # type: ignore[arg-type]

    def short(self) -> Iterator[tuple[str, str]]:
        """Everything there is to judge, made short: what one text has shown is left out of the next."""
        pieces, wholes, judged = Thinner(), Thinner(), set()
        for text, place in self.pieces.items():
            for tree in statements(text):
                less = pieces.statement(tree)
                if (form := shape(less)) not in judged:
                    judged.add(form)
                    yield place, written(less)
        for place, text in self.whole():
            if place.endswith("statement"):
                yield place, "; ".join(written(wholes.statement(tree)) for tree in statements(text))
