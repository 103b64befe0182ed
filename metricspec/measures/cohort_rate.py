"""cohort_rate: students of an adjusted cohort who completed by a deadline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from metricspec.formula import Formula
from metricspec.measure import Estimate, Moment, Use, Wrong, share
from metricspec.measures.shortfall import EXPRESSION
from metricspec.sql.stage import lit


@dataclass(frozen=True)
class CohortRateSpec:
    """`whole`: years after which every student of the cohort counts; `late`: of which only late completers do."""

    cohort: str
    completed: str
    whole: tuple[int, ...]
    late: tuple[int, ...] = ()
    entered: str | None = None
    removed: str | None = None
    completed_before: str | None = None
    keys: tuple[str, ...] = ()


_YEARS = {
    "type": "array",
    "items": {"enum": [4, 5, 6]},
    "minItems": 2,
    "uniqueItems": True,
    "x-effect": "past",
}


class CohortRate:
    """Students who completed by a deadline, of an adjusted cohort: those who began together (and `entered`), with those
    who came later, without those `removed` because they moved to another school system, left the country or died.

    The dataset has one row for each student and cohort; `cohort` is the code that says after how many years the row
    reports, '4', '5' or '6'. One of three keys says which rows are taken:

    - `deadline: 4` (or 5, 6): one cohort, and who of it completed within so many years.
    - `combine: [4, 5]`: California's combined rate. The shortest cohort whole, and of the longer ones only the students
      who completed in the last of their years, above and below the line; `completed_before` tells the others.
    - `pool: [4, 5, 6]`: several cohorts together: all who completed by their deadlines, of all students of the cohorts.

    Nobody leaves a cohort without a reason: a student for whom `removed` is unknown stays, and one for whom
    `completed` is unknown has not completed (34 CFR 200.34).

    Interval: Wilson's score interval at 95 % (Wilson, Probable inference, 1927). Standard error: sqrt(p (1 - p) / n).

    Example: `{type: cohort_rate, cohort: cohort, deadline: 4, removed: "outcome in ('transfer_out', 'deceased')",
    completed: graduated}`
    """

    name = "cohort_rate"
    schema: Mapping[str, Any] = MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["cohort", "completed"],
            "properties": {
                "cohort": {
                    **EXPRESSION,
                    "description": "The code that says after how many years a row reports: '4', '5' or '6'.",
                },
                "entered": {
                    **EXPRESSION,
                    "description": "Who belongs to the cohort, with those who came later (all where left out).",
                },
                "removed": {
                    **EXPRESSION,
                    "description": "Who is taken out: moved to another school system, emigrated, deceased.",
                },
                "completed": {**EXPRESSION, "description": "Who completed by the end of the row's years."},
                "completed_before": {
                    **EXPRESSION,
                    "description": "Who completed before the last of the row's years; with combine only.",
                },
                "deadline": {
                    "enum": [4, 5, 6],
                    "description": "The one cohort that is taken: after so many years.",
                    "x-effect": "past",
                },
                "combine": {**_YEARS, "description": "The shortest cohort whole, and late completers of the others."},
                "pool": {**_YEARS, "description": "Several cohorts, all whole."},
            },
        }
    )

    def parse(self, block: Mapping[str, Any]) -> CohortRateSpec:
        keys = tuple(key for key in ("deadline", "combine", "pool") if key in block)
        combined = tuple(sorted(block.get("combine", ())))
        whole = tuple(sorted(block.get("pool", ()))) or combined[:1] or (int(block.get("deadline", 4)),)
        return CohortRateSpec(
            block["cohort"],
            block["completed"],
            whole,
            combined[1:],
            block.get("entered"),
            block.get("removed"),
            block.get("completed_before"),
            keys,
        )

    def wrong(self, spec: CohortRateSpec) -> Sequence[Wrong]:
        found = []
        if len(spec.keys) != 1:
            message = "one of 'deadline', 'combine' and 'pool' says which cohorts are taken"
            path = spec.keys[1:2]
            found.append(Wrong(path, message, "write deadline: 4, or combine: [4, 5], or pool: [4, 5, 6]"))
        if spec.late and spec.completed_before is None:
            message = "who completed before the last year of a longer cohort is not told"
            found.append(Wrong(("combine",), message, "write it under 'completed_before'"))
        if spec.completed_before is not None and "combine" not in spec.keys:
            message = "'completed_before' means nothing here: it tells late completers"
            found.append(Wrong(("completed_before",), message, "it goes with combine"))
        return found

    def expressions(self, spec: CohortRateSpec) -> Sequence[Use]:
        uses = [Use(("cohort",), spec.cohort, "label")]
        codes = ", ".join(lit(str(years)) for years in (*spec.whole, *spec.late))
        uses.append(Use(("cohort",), f"({spec.cohort}) in ({codes})", "boolean"))
        for key in ("entered", "removed", "completed", "completed_before"):
            text = getattr(spec, key)
            uses += [Use((key,), text, "boolean")] if text is not None else []
        return uses

    def sentence(self, spec: CohortRateSpec) -> str:
        def listed(years: Sequence[int]) -> str:
            return " and ".join(f"{y}-year" for y in years)

        entered = f" for whom `{spec.entered}`" if spec.entered else ""
        adjusted = f", without those for whom `{spec.removed}`" if spec.removed else ""
        late = f", and those of the {listed(spec.late)} cohort who completed in its last year" if spec.late else ""
        whole = f"the students of the {listed(spec.whole)} cohort{entered}{late}{adjusted}"
        return f"students for whom `{spec.completed}`, divided by {whole}"

    def formula(self, spec: CohortRateSpec) -> Formula:
        parts = [rf"C_{{{years}}}" for years in spec.whole]
        parts += [rf"\{{\, s \in C_{{{years}}} \;:\; d_s \text{{ and not }} b_s \,\}}" for years in spec.late]
        where = []
        for years in (*spec.whole, *spec.late):
            where.append(
                (f"C_{{{years}}}", f"the students of the {years}-year cohort, where `{spec.cohort}` is '{years}'")
            )
        if spec.entered is not None:
            where.append(("e_s", f"student *s* belongs to the cohort: `{spec.entered}`"))
        if spec.removed is not None:
            where.append(("x_s", f"student *s* was taken out of it: `{spec.removed}`"))
        where.append(("d_s", f"student *s* completed: `{spec.completed}`"))
        if spec.late:
            where.append(("b_s", f"student *s* completed before the last year: `{spec.completed_before}`"))
        only = [*(["e_s"] if spec.entered is not None else []), *([r"\text{not } x_s"] if spec.removed else [])]
        cohort, both = r" \cup ".join(parts), r" \text{ and } ".join(only)
        if only:
            cohort = rf"\{{\, s \in {cohort} \;:\; {both} \,\}}"
        line = r"v = \frac{\left|\{\, s \in C \;:\; d_s \,\}\right|}{\left|C\right|}"
        return Formula((line, f"C = {cohort}"), tuple(where))

    @staticmethod
    def _of(spec: CohortRateSpec, years: int) -> str:
        return f"({spec.cohort}) = {lit(str(years))}"

    def moments(self, spec: CohortRateSpec) -> Sequence[Moment]:
        rows = [self._of(spec, years) for years in spec.whole]
        if spec.late:
            before = _not(spec.completed_before or "")
            rows += [f"({self._of(spec, years)} and ({spec.completed}) and {before})" for years in spec.late]
        counted = f"({' or '.join(rows)})"
        if spec.entered is not None:
            counted += f" and ({spec.entered})"
        if spec.removed is not None:
            counted += f" and {_not(spec.removed)}"
        return Moment("counted", "count", where=counted), Moment(
            "met", "count", where=f"{counted} and ({spec.completed})"
        )

    def estimates(self, spec: CohortRateSpec) -> Sequence[Estimate]:
        return (share("met", "counted"),)


def _not(text: str) -> str:
    """That a condition does not hold or is unknown, as an expression that is never unknown itself."""
    return f"case when ({text}) then 1 else 0 end = 0"
