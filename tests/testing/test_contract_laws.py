"""Each law of the contract fails for a measure that breaks it, and for no other reason: the measure unbroken keeps them all."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from unittest import SkipTest

import pytest

from metricspec.measure import Estimate, Inputs, MeasureType, Moment, Statistic, Use, Variable
from metricspec.measures import Ratio
from metricspec.measures.ratio import RatioSpec
from metricspec.registry import load_registry
from metricspec.sql.stage import Computation, Stage, Step, Template
from metricspec.testing.contract import LAWS, Fixture, of_results, of_sql
from metricspec.testing.contract.fixture import Row
from metricspec.testing.grammar import judges

FOLDER = Path(__file__).parents[1] / "measures" / "ratio"
PARTS = ("codes", "datasets", "groups", "orgs")
NAMED = {law.__name__: law for law in LAWS}


def held(measure: MeasureType) -> Fixture:
    """The folder of `ratio`, computed by another measure of that name, over the part of the catalogue that it needs."""
    registry = load_registry()
    parts = tuple(folder / part for folder in registry.spec_folders for part in PARTS)
    types = {**registry.measure_types, "ratio": measure}
    return Fixture.read(FOLDER, replace(registry, measure_types=types, spec_folders=parts))


def estimated(**columns: Any) -> type[Ratio]:
    """`ratio` with other columns of its estimate."""

    class Changed(Ratio):
        __doc__ = Ratio.__doc__

        def estimates(self, spec: RatioSpec) -> Sequence[Estimate]:
            return [replace(one, **columns) for one in super().estimates(spec)]

    return Changed


class OpenSchema(Ratio):
    """A block that takes any key."""

    schema: Mapping[str, Any] = {**Ratio.schema, "additionalProperties": True}


class Undescribed(Ratio):
    """A measure. No interval.

    Example: `{type: ratio, numerator: a}`
    """


class Unsure(Ratio):
    """A measure that says nothing of its uncertainty.

    Example: `{type: ratio, numerator: a, denominator: b}`
    """


class NothingNamed(Ratio):
    """Expressions that nobody checks."""

    def expressions(self, spec: RatioSpec) -> Sequence[Use]:
        return ()


class EverybodyCounts(Ratio):
    """n counts those of whom nothing is known, too, and the value divides by the others."""

    def moments(self, spec: RatioSpec) -> Sequence[Moment]:
        return [*super().moments(spec), Moment("everybody", "count")]

    def estimates(self, spec: RatioSpec) -> Sequence[Estimate]:
        return [Estimate("above", "students", "everybody", "above / students")]


class Twice(Ratio):
    """The same row two times."""

    def estimates(self, spec: RatioSpec) -> Sequence[Estimate]:
        return [*super().estimates(spec), *super().estimates(spec)]


class TellingParts(Ratio):
    """A part beside the value, which takes itself for a number of more people than the value."""

    def estimates(self, spec: RatioSpec) -> Sequence[Estimate]:
        (own,) = super().estimates(spec)
        return [own, replace(own, denominator="3 * students", n="3 * students", category="part")]


class TellingSeveral(Ratio):
    """Several parts beside the value, one of as many people."""

    def estimates(self, spec: RatioSpec) -> Sequence[Estimate]:
        (own,) = super().estimates(spec)
        larger = [replace(own, denominator=f"{k} * students", n=f"{k} * students", category=f"p{k}") for k in (3, 4)]
        return [own, replace(own, denominator="students", n="students", category="small"), *larger]


class Staged:
    """A measure of one stage: each school has one row, made of `columns`."""

    name = "ratio"
    schema = Ratio.schema

    def __init__(self, further: tuple[Statistic, ...] = (), **columns: str) -> None:
        self.further, self.columns = further, columns

    def parse(self, block: Mapping[str, Any]) -> RatioSpec:
        return Ratio().parse(block)

    def expressions(self, spec: RatioSpec) -> Sequence[Use]:
        return Ratio().expressions(spec)

    def sentence(self, spec: RatioSpec) -> str:
        return "a test"

    def variables(self, spec: RatioSpec) -> Sequence[Variable]:
        return [Variable("x", spec.numerator)]

    def row_keys(self, spec: RatioSpec) -> Sequence[str]:
        return ()

    def years_before(self, spec: RatioSpec) -> int:
        return 0

    def statistics(self, spec: RatioSpec) -> Sequence[Statistic]:
        return self.further

    def stages(self, spec: RatioSpec, inputs: Inputs) -> Sequence[Step]:
        summed = inputs.sums("summed", inputs.rows, (), {"people": "COUNT(*)", "total": "SUM(x)"})
        return [*summed, self.last(inputs, summed[-1].name)]

    def last(self, inputs: Inputs, source: str) -> Stage:
        no_number, no_text = "CAST(NULL AS DOUBLE)", "CAST(NULL AS VARCHAR)"
        numbers = ("numerator", "denominator", "n", "value", "standard_error", "low", "high")
        given = {
            **dict.fromkeys(("school_year", "org_level", "org_id", "student_group")),
            **dict.fromkeys(("category", "statistic", "notes"), no_text),
            **dict.fromkeys(numbers, no_number),
            "n": "CAST(people AS DOUBLE)", "denominator": "CAST(people AS DOUBLE)", "value": "CAST(people AS DOUBLE)",
            **self.columns,
        }  # fmt: skip
        listed = ", ".join(name if sql is None else f"{sql} AS {name}" for name, sql in given.items())
        text = f"""SELECT {listed} FROM (SELECT school_year, org_level, org_id, student_group, SUM(people) AS people,
            SUM(total) AS total FROM {source} GROUP BY school_year, org_level, org_id, student_group) AS s"""
        return Stage(f"{inputs.prefix}last", "", Template((repr(self.columns), text), text))


class Always(Staged):
    """A row that comes of nothing."""

    def stages(self, spec: RatioSpec, inputs: Inputs) -> Sequence[Step]:
        text = (
            "SELECT '2024-25' AS school_year, 'school' AS org_level, 'A' AS org_id, 'ALL' AS student_group, 9 AS people"
        )
        return [
            Stage(f"{inputs.prefix}one", "", Template(text, text)),
            self.last(inputs, f"(SELECT *, 0 AS total FROM {inputs.prefix}one)"),
        ]


class Restless(Staged):
    """A step in Python that gives another number each time."""

    def __init__(self, *, only_with: str | None = None) -> None:
        super().__init__(value="v.x + people")
        self.only_with, self.calls = only_with, count()

    def stages(self, spec: RatioSpec, inputs: Inputs) -> Sequence[Step]:
        import pandas as pd

        *before, last = super().stages(spec, inputs)
        assert isinstance(last, Stage)
        if self.only_with not in (None, inputs.solve):
            return [*before, Staged().last(inputs, before[-1].name)]
        name = f"{inputs.prefix}restless"
        step = Computation(
            name, "", (), (("x", "DOUBLE"),), lambda frames: pd.DataFrame({"x": [float(next(self.calls))]})
        )
        text = f"{last.template.text} CROSS JOIN {name} AS v"
        return [*before, step, replace(last, template=Template(text, text))]


MANY = f"CASE WHEN students IN ({', '.join(map(str, range(1001)))}) THEN 1e0 END"
LISTED = "[x + 1 FOR x IN [above]][1]"
BROKEN: Sequence[tuple[str, Callable[[], MeasureType], str]] = (
    ("schema_is_closed_and_described", OpenSchema, "takes keys that it does not name"),
    ("docstring_is_a_reference_page", Undescribed, "is a required property"),
    ("docstring_is_a_reference_page", OpenSchema, "say first what it is"),
    ("docstring_is_a_reference_page", Unsure, "what the interval is"),
    ("bad_specs_are_told_where_they_are_wrong", NothingNamed, "condition.yaml"),
    ("numbers_are_those_made_by_hand", estimated(value="1.001e0 * above / NULLIF(below, 0)"), "value is"),
    ("numbers_are_those_made_by_hand", Twice, "2 rows for"),
    ("numbers_are_those_of_another_hand", estimated(numerator="above + 1"), "numerator is"),
    ("numbers_are_those_of_another_hand", estimated(category="part"), "check.sql has other rows"),
    ("no_rows_give_no_results", Always, ""),
    ("unknown_values_stop_nothing", EverybodyCounts, "value is nan"),
    ("zeros_stop_nothing", estimated(value="above / below"), "value is nan"),
    ("zeros_stop_nothing", estimated(value="above / NULLIF(students, 0)"), "the denominator is 0, the value 0"),
    ("order_of_rows_is_nothing", Restless, "value"),
    ("twice_the_students_are_twice_the_n", estimated(n="3"), "n is 3"),
    ("results_have_their_columns_and_types", Twice, "a row stands twice"),
    ("results_have_their_columns_and_types", lambda: Staged(statistic="CAST('odd' AS VARCHAR)"), "does not name it"),
    ("results_have_their_columns_and_types", lambda: Staged(notes="CAST('' AS VARCHAR)"), "notes is empty"),
    ("an_interval_holds_its_value", estimated(low="1 + above / NULLIF(below, 0)"), "low is"),
    ("an_interval_holds_its_value", estimated(standard_error="0 - students"), "standard error is -"),
    ("n_counts_people", estimated(n="100 * students"), "but the rows have"),
    ("n_counts_people", estimated(n="students / 2e0"), "no number of people"),
    ("what_the_policy_hides_is_hidden", estimated(n="students + 3"), "should have a cell that the policy hides"),
    ("no_part_tells_what_is_hidden", TellingParts, "is shown by a policy of n"),
    ("no_part_tells_what_is_hidden", TellingSeveral, "is shown by a policy of"),
    ("every_dialect_has_its_sql", lambda: Restless(only_with="lists"), "some dialects have steps in Python"),
    ("nothing_is_written_that_a_dialect_refuses", estimated(value=MANY), "oracle.*thousand values"),
    ("postgres_reads_its_sql", estimated(value=LISTED), "syntax error"),
    ("other_grammars_read_its_sql", estimated(value=LISTED), "snowflake.*near"),
)  # fmt: skip


@pytest.mark.parametrize(("law", "broken", "says"), BROKEN, ids=[f"{law}-{at}" for at, (law, *_) in enumerate(BROKEN)])
def test_a_measure_that_breaks_it_is_found(law: str, broken: Callable[[], MeasureType], says: str) -> None:
    with pytest.raises(AssertionError, match=f"(?s){says}"):
        NAMED[law](held(broken()))


def test_every_law_is_broken_once() -> None:
    assert {law for law, *_ in BROKEN} == set(NAMED)


def test_the_measure_unbroken_keeps_them() -> None:
    """tests/measures/test_contract.py says so of all laws; here the same under the name of a registry that was changed."""
    fixture = held(Ratio())
    for law in LAWS[:-1]:
        law(fixture)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"suppressed": None}, "of too few and shown"),
        ({"value": 5.0}, "hidden, but not its value"),
        ({"notes": "two students"}, "hidden, but not its notes"),
    ],
)
def test_a_release_that_tells_too_much_is_found(change: Row, says: str) -> None:
    """That is the compiler's work and no measure's; the law is told other rows than it made."""
    fixture = held(Ratio())
    few = [row for row in fixture.released if row["org_id"] == "B"]
    assert [row["suppressed"] for row in few] == ["primary"]
    told = [*fixture.released, *({**row, **change} for row in few)]
    vars(fixture)["released"] = told
    with pytest.raises(AssertionError, match=says):
        of_results.what_the_policy_hides_is_hidden(fixture)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"n": "3"}, "n is '3'"),
        ({"n": True}, "n is True"),
        ({"value": float("inf")}, "value is inf"),
        ({"org_id": 7}, "org_id is 7, which is no text"),
        ({"org_id": None}, "org_id is empty"),
        ({"school_year": "2024-26"}, "is no school year"),
        ({"more": 1}, "the columns are"),
    ],
)
def test_a_row_of_another_kind_is_found(change: Row, says: str) -> None:
    fixture = held(Ratio())
    one = {**fixture.tally[0], "org_id": "other", **change}
    vars(fixture)["tally"] = [*fixture.tally, one]
    with pytest.raises(AssertionError, match=says):
        of_results.results_have_their_columns_and_types(fixture)


@pytest.mark.parametrize(
    ("missing", "law"),
    [("pglast", of_sql.postgres_reads_its_sql), ("sqlfluff.core", of_sql.other_grammars_read_its_sql)],
)
def test_without_its_judge_a_law_is_skipped_with_the_reason(
    missing: str, law: Callable[[Fixture], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    judges._linter.cache_clear()
    of_sql._judged.cache_clear()
    with pytest.raises(SkipTest, match=r"pip install 'metricspec-edu\[testing\]'"):
        law(held(Ratio()))


def test_a_plugin_with_problems_has_no_fixture() -> None:
    class Misspelt:
        """Stands for a module."""

        METRICSPEC_HOOKS = 99

    with pytest.raises(AssertionError, match="MS707"):
        Fixture.of(FOLDER, Misspelt())
