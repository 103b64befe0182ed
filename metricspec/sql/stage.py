"""Named steps of SQL: a template parsed once, slots filled for each indicator, rendered to any dialect."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlglot
from sqlglot import exp
from sqlglot.tokens import Tokenizer

from metricspec.sql.dialects import capabilities
from metricspec.sql.quoting import filled, indented, remark
from metricspec.sql.transforms import rewritten

Form = Literal["statement", "script"]
NO_NUMBER = "CAST(NULL AS DOUBLE)"
NO_TEXT = "CAST(NULL AS VARCHAR)"
_ALONE = re.compile(r"\(\s+(\"@\w+\")\s+\)")


# Reserved by every engine, though sqlglot knows them as parts of longer words only (ORDER BY).
_RESERVED = frozenset(
    ("CHECK", "COLUMN", "CONSTRAINT", "DEFAULT", "FOREIGN", "GROUP", "ORDER", "PRIMARY", "REFERENCES", "TO", "UNIQUE")
)


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
    return name if plain and name.upper() not in _RESERVED else q(name)


def plus(parts: Iterable[str]) -> str:
    return " + ".join(parts)


def on(left: str, right: str, keys: Iterable[str]) -> str:
    """The condition under which two tables agree in `keys`."""
    return " AND ".join(f"{left}.{key} = {right}.{key}" for key in keys)


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
    for a fence where the dialect has one: later stages name its columns often, or several stages read it. `inlined`
    asks a statement not to keep it for the several stages that read it: each needs few of many columns and rows."""

    name: str
    says: str
    template: Template
    slots: Mapping[str, exp.Expression | str] = field(default_factory=dict)
    stored: bool = False
    inlined: bool = False


def stage(name: str, says: str, text: str, *, stored: bool = False) -> Stage:
    """A step without slots."""
    return Stage(name, says, Template((name, text), text), stored=stored)


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
    """Renders stages for one dialect; remembers the text of each template and expression.

    Not `laid_out`, a template of names of our own goes to DuckDB, whose SQL it is, as it is written: nobody reads the
    text, and to parse it costs more than to run most steps.
    """

    def __init__(self, dialect: str, *, laid_out: bool = True) -> None:
        self.dialect = dialect
        self._as_written = dialect == "duckdb" and not laid_out
        self._able = capabilities(dialect)
        self._generator = sqlglot.Dialect.get_or_raise(dialect).generator(pretty=True, comments=False)
        self._inline = sqlglot.Dialect.get_or_raise(dialect).generator(comments=False)
        self._templates: dict[Hashable, str] = {}
        self._expressions: dict[int, tuple[exp.Expression, str]] = {}

    def expression(self, tree: exp.Expression) -> str:
        found = self._expressions.get(id(tree))
        if found is None or found[0] is not tree:
            text = self._inline.generate(rewritten(tree.copy(), self.dialect))
            found = self._expressions[id(tree)] = (tree, text)
        return found[1]

    def stage(self, stage: Stage, *, inline: bool = False) -> str:
        """The SELECT of a stage, over the steps of a script, or `inline` over the common table expressions before it."""
        key = (stage.template.key, inline)
        text = self._templates.get(key)
        if text is None:
            if self._as_written and not stage.template.physical:
                text = stage.template.text
            else:
                text = _ALONE.sub(r"(\1)", self._generator.generate(self._tree(stage.template, inline)))
            self._templates[key] = text

        def value(name: str) -> str:
            found = stage.slots[name]
            return found if isinstance(found, str) else self.expression(found)

        return filled(text, self.dialect, value) if stage.slots else text

    def _tree(self, template: Template, inline: bool) -> exp.Expression:
        tree = sqlglot.parse_one(template.text, read="duckdb")
        assert isinstance(tree, exp.Expression)
        for column in list(tree.find_all(exp.Column)):
            if column.name.startswith("@"):  # a slot may be a condition: it must not pass for a column
                column.replace(exp.Var(this=f'"{column.name}"'))
        tree = rewritten(tree, self.dialect)
        if not template.physical:
            for identifier in tree.find_all(exp.Identifier):
                identifier.set("quoted", True)
            if self._able.prefix and not inline:
                for table in tree.find_all(exp.Table):
                    self._prefix(table)
        return tree

    def _prefix(self, table: exp.Table) -> None:
        """A step read under its name in a script, and known by its own."""
        if table.name == "DUAL":
            return
        own = table.this.copy()
        table.set("this", exp.Identifier(this=self._able.prefix + own.name, quoted=True))
        if not table.alias:
            table.set("alias", exp.TableAlias(this=own))

    def name(self, name: str) -> str:
        return self._inline.generate(exp.Identifier(this=name, quoted=True))

    def step(self, name: str) -> str:
        """The name of a step's table in a script."""
        return self.name(self._able.prefix + name)

    def text(self, sql: str, *, physical: bool = False, inline: bool = False) -> str:
        """A query in DuckDB's words that is no stage, in this dialect."""
        return self.stage(Stage("", "", Template(("text", sql, physical), sql, physical)), inline=inline)

    def table(self, name: str, columns: Sequence[tuple[str, str]], *, temporary: bool = True) -> str:
        """The statement that makes an empty table of (column, type in DuckDB's words); one that is not temporary is the
        district's own, and its names are written as a binding reads them."""
        own = q if temporary else physical
        listed = comma(f"{own(column)} {kind}" for column, kind in columns)
        tree = sqlglot.parse_one(f"CREATE TABLE {own(name)} ({listed})", read="duckdb")
        assert isinstance(tree, exp.Expression)
        create = rewritten(tree, self.dialect)
        if temporary and self._able.prefix:
            return self._inline.generate(create).replace(f"TABLE {self.name(name)}", f"TABLE {self.step(name)}", 1)
        if temporary:
            create.set("properties", exp.Properties(expressions=[exp.TemporaryProperty()]))
        return self._inline.generate(create)

    def statement(self, plan: Plan) -> str:
        """One statement: every stage but the last a common table expression, each under its sentence."""
        parts = [
            f"{remark(s.says)}{self.name(s.name)} AS {self._fence(s)}"
            f"(\n{indented(self.stage(s, inline=True), self.dialect)}\n)"
            for s in plan.sql
        ]
        last = f"{remark(plan.result.says)}{self.stage(plan.result, inline=True)}"
        return "WITH\n" + ",\n".join(parts) + f"\n{last}\n" if parts else last + "\n"

    def _fence(self, stage: Stage) -> str:
        if stage.stored and self._able.materialized:
            return "MATERIALIZED "
        return "NOT MATERIALIZED " if stage.inlined and self._able.inlines else ""

    def creation(self, stage: Stage) -> str:
        """The statement that makes one stage a temporary table, or a temporary view where it is not stored."""
        begins = self._able.stored if stage.stored or not self._able.view else self._able.view
        if "{body}" in begins:
            return begins.format(name=self.step(stage.name), body=indented(self.stage(stage), self.dialect))
        if begins:
            return begins.format(name=self.step(stage.name)) + "\n" + self.stage(stage)
        create = exp.Create(
            this=exp.Table(this=exp.Identifier(this=stage.name, quoted=True)),
            kind="TABLE",
            properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
            expression=exp.Var(this="@@body@@"),
        )
        return self._inline.generate(create).replace("@@body@@", "\n" + self.stage(stage))

    def creations(self, stage: Stage) -> tuple[str, ...]:
        """The statements that make one stage: of a stored one the planner learns how many rows it has."""
        analyze = self._able.analyze if stage.stored else ""
        return (self.creation(stage), *([analyze.format(name=self.step(stage.name))] if analyze else []))

    def script(self, plan: Plan) -> str:
        """Statements in order: each stage a temporary table or view, then the result as a SELECT."""
        parts = [remark(s.says) + "".join(f"{one};\n" for one in self.creations(s)) for s in plan.sql]
        parts.append(f"{remark(plan.result.says)}{self.stage(plan.result)};\n")
        if self._able.dropped:
            parts.append("".join(f"DROP TABLE {self.step(s.name)};\n" for s in reversed(plan.sql)))
        return "\n".join(parts)
