"""A measure type's fixture folder: a spec, rows, what they give by hand and by SQL of another hand, and bad specs."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

from metricspec.compiler import Compiler
from metricspec.model import Catalog, Column, Indicator, Scalar, TestCase
from metricspec.problems import Problem
from metricspec.reading.load import Loaded, load
from metricspec.registry import Registry, load_registry
from metricspec.testing.grammar.texts import Texts
from metricspec.testing.rows import case_tables
from metricspec.testing.runner import Runner

Row = Mapping[str, Scalar]
PLAIN = "count"
_STATED = re.compile(r"# (MS\d{3}) (\d+):(\d+) (.+)")


@dataclass(frozen=True)
class Stated:
    """What the first line of a bad spec says is wrong with it: `# MS110 9:5 words of the message`."""

    file: Path
    code: str
    line: int
    column: int
    words: str


@dataclass(frozen=True)
class Fixture:
    """What lies in the folder of a measure type.

    `spec.yaml` is an indicator of the type, `more/*.yaml` what it refers to besides the shipped catalogue,
    `rows/<dataset>.csv` the rows of the datasets that it reads (columns left out take the dataset's defaults, schools
    without a row of `org` lie in one district), `expected.csv` rows of the Tally made by hand, `check.sql` the Tally's
    school rows (or those of the levels in its column org_level) by SQL over tables named as the datasets, and `bad/*.yaml` specs with one mistake each.
    """

    folder: Path
    registry: Registry
    loaded: Loaded

    @classmethod
    def read(cls, folder: Path, registry: Registry) -> Fixture:
        """Reads the shipped catalogue and the folder, bad specs included: each has an id of its own."""
        return cls(folder, registry, load([*registry.spec_folders, folder], registry))

    @classmethod
    def of(cls, folder: Path, plugin: object) -> Fixture:
        """The folder, with what ships and what the hooks of a plugin's module offer. Raises AssertionError where these have
        problems."""
        registry = load_registry(plugins=[plugin])
        assert not registry.problems, "\n".join(f"{p.code} {p.message} ({p.hint})" for p in registry.problems)
        return cls.read(folder, registry)

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def indicator(self) -> Indicator:
        """The indicator of spec.yaml. Raises AssertionError where it has problems."""
        wrong = [str(p) for p in self.loaded.problems if p.severity == "error" and not self._of_bad(p)]
        assert not wrong, "\n".join(wrong)
        file = str(self.folder / "spec.yaml")
        (found,) = (i for i in self.loaded.catalog.indicators.values() if i.place.file == file)
        return found

    def _of_bad(self, problem: Problem) -> bool:
        return Path(problem.place.file).parent == self.folder / "bad"

    @property
    def bad(self) -> list[Stated]:
        """Raises AssertionError where a bad spec does not say what is wrong with it."""
        found = []
        for file in sorted((self.folder / "bad").glob("*.yaml")):
            match = _STATED.fullmatch(file.read_text(encoding="utf-8").partition("\n")[0])
            assert match, f"{file}: the first line is not as '# MS110 9:5 words of the message'"
            found.append(Stated(file, match[1], int(match[2]), int(match[3]), match[4]))
        return found

    @cached_property
    def runner(self) -> Runner:
        return Runner(self.loaded.catalog, self.registry, self.loaded.expressions)

    @cached_property
    def texts(self) -> Callable[[str], Texts]:
        """The indicator's SQL in a dialect."""
        return cache(lambda dialect: self._compiled(dialect, self.loaded.catalog, self.indicator.id))

    def plain_texts(self, dialect: str) -> Texts:
        """The SQL of a plain count over the same students: what any measure has, and not by its own doing. That of an
        indicator without students of its own is nothing."""
        if self.indicator.students is None:
            return Texts(self.texts(dialect).compiler, ())
        measure = self.registry.measure_types[PLAIN].parse({"students": "true"})
        plain = replace(self.indicator, id="contract.plain", measure_type=PLAIN, measure=measure)
        catalog = replace(self.loaded.catalog, indicators={**self.loaded.catalog.indicators, plain.id: plain})
        return self._compiled(dialect, catalog, plain.id)

    def _compiled(self, dialect: str, catalog: Catalog, name: str) -> Texts:
        return Texts(Compiler(catalog, self.registry, self.loaded.expressions, dialect), (name,))

    @cached_property
    def tally(self) -> Sequence[Row]:
        """The indicator's rows before anything is compared, rounded or hidden."""
        return self._results("tally")

    @cached_property
    def released(self) -> Sequence[Row]:
        """The indicator's rows of the Result."""
        return self._results("released")

    def released_by(self, of: Literal["students", "denominator"]) -> Sequence[Row]:
        """The same where all policies hold their numbers against students, or against denominators."""
        policies = {name: replace(policy, of=of) for name, policy in self.loaded.catalog.policies.items()}
        catalog = replace(self.loaded.catalog, policies=policies)
        return self._results("released", Runner(catalog, self.registry, self.loaded.expressions))

    def _results(self, stage: Literal["tally", "released"], runner: Runner | None = None) -> Sequence[Row]:
        found = (runner or self.runner).results(self.indicator.id, self.rows(), stage)
        return [row for row in found if row["indicator"] == self.indicator.id]

    def problems_of(self, file: Path) -> list[Problem]:
        return [problem for problem in self.loaded.problems if problem.place.file == str(file)]

    def rows(self) -> dict[str, list[Row]]:
        """The rows of each dataset, in the types of its columns."""
        found: dict[str, list[Row]] = {}
        for file in sorted((self.folder / "rows").glob("*.csv")):
            columns = self.loaded.catalog.datasets[file.stem].columns
            found[file.stem] = [{c: typed(columns[c], text) for c, text in row.items()} for row in read_csv(file)]
        return found

    def expected(self) -> list[dict[str, str]]:
        return read_csv(self.folder / "expected.csv")

    def tables(self, rows: Mapping[str, Sequence[Row]]) -> dict[str, tuple[tuple[Column, ...], Sequence[Row]]]:
        """Whole tables of the given rows, with every column of their datasets and an org tree."""
        catalog, orgs = self.loaded.catalog, self.indicator.orgs
        read = {name: frozenset(catalog.datasets[name].columns) for name in rows}
        org = catalog.orgs[orgs].dataset if orgs else None
        if org is not None:
            read.setdefault(org, frozenset(catalog.datasets[org].columns))
        case = TestCase("rows", {name: tuple(given) for name, given in rows.items()}, ())
        tables, problems = case_tables(case, read, catalog, org)
        assert not problems, "\n".join(map(str, problems))
        return {
            t.dataset.id: (t.columns, [dict(zip((c.name for c in t.columns), r, strict=True)) for r in t.rows])
            for t in tables
        }


def read_csv(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def typed(column: Column, text: str) -> Scalar:
    """A cell of a csv file in its column's type; an empty one is nothing."""
    if text == "":
        return None
    if column.type == "boolean":
        return {"true": True, "false": False}[text.lower()]
    if column.type == "integer":
        return int(text)
    return float(text) if column.type in ("number", "decimal") else text
