"""The compiled SQL of some indicators, each text once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Literal

from metricspec.compiler import Compiler
from metricspec.sql.stage import Stage
from metricspec.testing.grammar.thinning import Thinner, shape
from metricspec.testing.grammar.tokens import statements, written

FORMS: tuple[Literal["statement", "script"], ...] = ("statement", "script")


class Texts:
    """What the compiler of one dialect writes of the indicators `names`, one after the other."""

    def __init__(self, compiler: Compiler, names: tuple[str, ...]) -> None:
        self.compiler = compiler
        self.names = names

    @cached_property
    def indicators(self) -> dict[str, str]:
        """The indicators that are all SQL, with their measure types."""
        plans = {name: self.compiler.plan([name]) for name in self.names}
        sql = [name for name, plan in plans.items() if all(isinstance(stage, Stage) for stage in plan.stages)]
        return {name: self.compiler.catalog.in_force(name)[-1].measure_type for name in sql}

    @cached_property
    def one_of_each(self) -> dict[str, str]:
        """An indicator of each measure type, by measure type."""
        return {kind: name for name, kind in reversed(self.indicators.items())}

    @cached_property
    def pieces(self) -> dict[str, str]:
        """Every distinct statement of every script, with where it was found first; steps in Python have none."""
        render = self.compiler.renderer
        found: dict[str, str] = {}
        for name in self.names:
            plan = self.compiler.plan([name])
            for stage in plan.stages:
                if isinstance(stage, Stage):
                    text = render.stage(stage) if stage is plan.result else render.creation(stage)
                    found.setdefault(text, f"{name}: {stage.name}")
        return found

    def whole(self) -> Iterator[tuple[str, str]]:
        """The statement and the script of one indicator of each measure type."""
        for name in self.one_of_each.values():
            for form in FORMS:
                yield f"{name}, {form}", self.compiler.compile(name, form)

    def short(self, known: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
        """Every construct of the pieces, made short: what one text has shown is left out of the next, and what the `known`
        texts show of all."""
        thinner, judged = Thinner(), set()
        for text in known:
            judged |= {shape(thinner.statement(tree)) for tree in statements(text)}
        for text, place in self.pieces.items():
            for tree in statements(text):
                less = thinner.statement(tree)
                if (form := shape(less)) not in judged:
                    judged.add(form)
                    yield place, written(less)
