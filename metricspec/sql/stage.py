"""Named steps of SQL: a template parsed once, slots filled for each indicator, rendered to any dialect."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlglot
from sqlglot import exp
from sqlglot.tokens import Tokenizer

from metricspec.sql.dialects import capabilities

Form = Literal["statement", "script"]
_SLOT = re.compile(r"[\"`\[]@(\w+)[\"`\]]")


def q(name: str) -> str:
    """A name of ours in template text, quoted."""
    return '"' + name.replace('"', '""') + '"'


def lit(text: object) -> str:
    """A text literal in template text."""
    return "'" + str(text).replace("'", "''") + "'"


def slot(name: str) -> str:
    """The place of an expression in template text; names are letters, digits and underscores."""
    return f'"@{name}"'


def physical(name: str) -> str:
    """A district's own column name: folded as its warehouse does, quoted only where it must be."""
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and name.upper() not in Tokenizer.KEYWORDS
    return name if plain else q(name)


def comma(parts: Iterable[str]) -> str:
    return ", ".join(parts)


@dataclass(frozen=True)
class Template:
    """SQL of one shape. `key` identifies it for the memory of rendered text; `text` is DuckDB SQL with slots.

    Names in it are quoted in every dialect; with `physical` only those already quoted are, so that a district's own
    table and column names fold as its warehouse folds them.
    """

    key: Hashable
    text: str
    physical: bool = False


@dataclass(frozen=True)
class Stage:
    """One step. `says` tells a person what it does; `stored` asks for a temporary table in a script, and in a statement
    for a fence where the dialect has one: later stages name its columns often, or several stages read it."""

    name: str
    says: str
    template: Template
    slots: Mapping[str, exp.Expression | str] = field(default_factory=dict)
    stored: bool = False


@dataclass(frozen=True)
class Computation:
    """A step in Python, for what SQL cannot reasonably do: `compute` gets the rows of the stages it `reads`, as
    DataFrames by stage name, and its DataFrame becomes the temporary table `name` with `columns` (name, SQL type)."""

    name: str
    says: str
    reads: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    compute: Callable[[Mapping[str, Any]], Any]


Step = Stage | Computation


@dataclass(frozen=True)
class Plan:
    """Steps in order; the last is the result.

    `reads`: the columns read of each dataset. `demanded`: columns of stages, by stage, that must have no null.
    `stepwise`: faster as a script, though it may be one statement.
    """

    stages: tuple[Step, ...]
    reads: Mapping[str, frozenset[str]] = field(default_factory=dict)
    demanded: tuple[tuple[str, str], ...] = ()
    stepwise: bool = False

    @property
    def result(self) -> Stage:
        last = self.stages[-1]
        assert isinstance(last, Stage), "a plan ends in SQL"
        return last

    @property
    def sql(self) -> tuple[Stage, ...]:
        """The stages before the result, in a plan all of SQL."""
        assert not any(isinstance(step, Computation) for step in self.stages), "a step in Python has no SQL"
        return tuple(step for step in self.stages[:-1] if isinstance(step, Stage))


class Renderer:
    """Renders stages for one dialect; remembers the text of each template and expression."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self._views = capabilities(dialect).temporary_views
        self._fences = capabilities(dialect).materialized
        self._generator = sqlglot.Dialect.get_or_raise(dialect).generator(pretty=True, comments=False)
        self._inline = sqlglot.Dialect.get_or_raise(dialect).generator(comments=False)
        self._templates: dict[Hashable, str] = {}
        self._expressions: dict[int, tuple[exp.Expression, str]] = {}

    def expression(self, tree: exp.Expression) -> str:
        found = self._expressions.get(id(tree))
        if found is None or found[0] is not tree:
            found = self._expressions[id(tree)] = (tree, self._inline.generate(tree))
        return found[1]

    def stage(self, stage: Stage) -> str:
        """The SELECT of a stage."""
        text = self._templates.get(stage.template.key)
        if text is None:
            tree = sqlglot.parse_one(stage.template.text, read="duckdb")
            for identifier in () if stage.template.physical else tree.find_all(exp.Identifier):
                identifier.set("quoted", True)
            text = self._templates[stage.template.key] = self._generator.generate(tree)

        def fill(match: re.Match[str]) -> str:
            value = stage.slots[match[1]]
            return value if isinstance(value, str) else self.expression(value)

        return _SLOT.sub(fill, text) if stage.slots else text

    def name(self, name: str) -> str:
        return self._inline.generate(exp.Identifier(this=name, quoted=True))

    def statement(self, plan: Plan) -> str:
        """One statement: every stage but the last a common table expression, each under its sentence."""
        parts = [
            f"-- {s.says}\n{self.name(s.name)} AS {'MATERIALIZED ' if s.stored and self._fences else ''}"
            f"(\n{_indent(self.stage(s))}\n)"
            for s in plan.sql
        ]
        last = f"-- {plan.result.says}\n{self.stage(plan.result)}"
        return "WITH\n" + ",\n".join(parts) + f"\n{last}\n" if parts else last + "\n"

    def creation(self, stage: Stage) -> str:
        """The statement that makes one stage a temporary table, or a temporary view where it is not stored."""
        kind = "VIEW" if self._views and not stage.stored else "TABLE"
        create = exp.Create(
            this=exp.Table(this=exp.Identifier(this=stage.name, quoted=True)),
            kind=kind,
            properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
            expression=exp.Var(this="@@body@@"),
        )
        return self._inline.generate(create).replace("@@body@@", "\n" + self.stage(stage))

    def script(self, plan: Plan) -> str:
        """Statements in order: each stage a temporary table or view, then the result as a SELECT."""
        parts = [f"-- {s.says}\n{self.creation(s)};\n" for s in plan.sql]
        return "\n".join([*parts, f"-- {plan.result.says}\n{self.stage(plan.result)};\n"])


def _indent(text: str) -> str:
    return "\n".join("  " + line for line in text.splitlines())
