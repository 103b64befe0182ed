"""progress: students who came far enough from one year's test to the next."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from metricspec.formula import Formula
from metricspec.measure import Estimate, Moment, Use, share
from metricspec.measures.shortfall import (
    EXPRESSION,
    SHORTFALL_KEYS,
    WANTED,
    below,
    shortfall_moments,
    shortfall_uses,
    shortfall_where,
    wanted,
)
from metricspec.sql.stage import lit

_PLAIN = re.compile(r"\((\w+)\)")  # brackets around a single name


@dataclass(frozen=True)
class Rule:
    """What students for whom `when` holds (None: all) need from `before` to `after`: up, hold or gain N."""

    when: str | None
    needs: str
    before: str
    after: str

    @property
    def compares(self) -> tuple[bool, str, str]:
        """Which two results, by their order or by their difference."""
        return self.needs.startswith("gain"), self.before, self.after

    def condition(self) -> str:
        """Whether a student does what the rule needs, as an expression."""
        if self.needs.startswith("gain"):
            return f"({self.after}) - ({self.before}) >= {self.needs.split()[1]}"
        return f"({self.after}) {'>' if self.needs == 'up' else '>='} ({self.before})"


@dataclass(frozen=True)
class AtLeast:
    """How many must be enrolled for the shortfall rule to apply, of some groups and org levels (empty: of all)."""

    n: int
    groups: tuple[str, ...] = ()
    org_levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Missing:
    enrolled: str
    tested: str
    floor: int
    at_least: tuple[AtLeast, ...] = ()


@dataclass(frozen=True)
class ProgressSpec:
    before: str
    after: str
    rules: tuple[Rule, ...]
    shortfall: Missing | None = None


def _named(what: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string"}, "minItems": 1, "description": what, "x-effect": "past"}


class Progress:
    """Students who made progress from one test to the next, of all for whom both are known.

    `from` and `to` are the results of the two years: codes of one ordered list, or numbers. Each rule says what its
    students need: `up` (higher than before, such as a level up), `hold` (not lower), or `gain N` (at least N more).
    A student makes progress who meets any of the rules; a rule may compare other columns, such as scores instead of
    levels. What is unknown for a rule does not meet it.

    With `shortfall`, students missing from the test count as students without progress: where fewer than `floor`
    percent of `enrolled` are `tested`, the students who are wanted to reach the floor (the smallest whole number that
    does, less those tested) are added to the denominator. `at_least` says how many must be enrolled for that, as a list of
    which the last entry that matches is used (California School Dashboard Technical Guide 2025, English Learner
    Progress). `n` counts the students with both results.

    Interval: Wilson's score interval at 95 % (Wilson, Probable inference, 1927); none where a shortfall applies,
    because the added students are no sample. Standard error: sqrt(p (1 - p) / n).

    Example: `{type: progress, from: prior_level, to: level, rules: [{needs: up}, {when: prior_level = '4', needs: hold}]}`
    """

    name = "progress"
    schema: Mapping[str, Any] = MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["from", "to", "rules"],
            "properties": {
                "from": {**EXPRESSION, "description": "The result of the year before."},
                "to": {**EXPRESSION, "description": "The result of this year."},
                "rules": {
                    "type": "array",
                    "minItems": 1,
                    "description": "What counts as progress: a student meets any of these.",
                    "x-effect": "past",
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["needs"],
                        "properties": {
                            "when": {**EXPRESSION, "description": "The students of the rule (all where left out)."},
                            "needs": {
                                "type": "string",
                                "pattern": "^(up|hold|gain [1-9][0-9]{0,5})$",
                                "description": "up: higher than before; hold: not lower; gain 10: at least 10 more.",
                                "x-effect": "past",
                            },
                            "from": {**EXPRESSION, "description": "Compared in this rule instead of the measure's."},
                            "to": {**EXPRESSION, "description": "Compared in this rule instead of the measure's."},
                        },
                    },
                },
                "shortfall": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["enrolled", "tested", "floor"],
                    "description": "How missing participation counts as no progress.",
                    "x-effect": "past",
                    "properties": {
                        **SHORTFALL_KEYS,
                        "at_least": {
                            "type": "array",
                            "description": "The fewest enrolled students for whom the rule applies; the last match is used.",
                            "x-effect": "past",
                            "items": {
                                "type": "object",
                                "additionalProperties": False,
                                "required": ["n"],
                                "properties": {
                                    "n": {
                                        "type": "integer",
                                        "minimum": 1,
                                        "description": "The fewest enrolled students.",
                                        "x-effect": "past",
                                    },
                                    "groups": _named("Only for these student groups."),
                                    "org_levels": _named("Only at these org levels."),
                                },
                            },
                        },
                    },
                },
            },
        }
    )

    def parse(self, block: Mapping[str, Any]) -> ProgressSpec:
        before, after, missing = str(block["from"]), str(block["to"]), block.get("shortfall")
        rules = tuple(
            Rule(rule.get("when"), rule["needs"], str(rule.get("from", before)), str(rule.get("to", after)))
            for rule in block["rules"]
        )
        if missing:
            least = tuple(
                AtLeast(entry["n"], tuple(entry.get("groups", ())), tuple(entry.get("org_levels", ())))
                for entry in missing.get("at_least", ())
            )
            missing = Missing(missing["enrolled"], missing["tested"], missing["floor"], least)
        return ProgressSpec(before, after, rules, missing or None)

    def expressions(self, spec: ProgressSpec) -> Sequence[Use]:
        uses = [Use(("from",), spec.before, "label"), Use(("to",), spec.after, "label")]
        for at, rule in enumerate(spec.rules):
            if rule.when is not None:
                uses.append(Use(("rules", at, "when"), rule.when, "boolean"))
            for key, text, own in (("from", rule.before, spec.before), ("to", rule.after, spec.after)):
                uses += [Use(("rules", at, key), text, "label")] if text != own else []
            alike = [r for r in spec.rules[:at] if r.compares == rule.compares]
            uses += [] if alike else [Use(("rules", at, "needs"), rule.condition(), "boolean")]
        if spec.shortfall:
            uses += shortfall_uses(spec.shortfall.enrolled, spec.shortfall.tested)
        return uses

    def sentence(self, spec: ProgressSpec) -> str:
        said = []
        for rule in spec.rules:
            what = {"up": "higher than before", "hold": "not lower"}.get(rule.needs, f"a {rule.needs} or more")
            where = f" in `{rule.after}`" if rule.after != spec.after else ""
            said.append(what + where + (f" where `{rule.when}`" if rule.when else ""))
        text = f"students whose `{spec.after}` against `{spec.before}` is {', or '.join(said)}"
        text += ", divided by all with both results"
        return text + (
            f"; below {spec.shortfall.floor} % participation the missing students count as without progress"
            if spec.shortfall
            else ""
        )

    def formula(self, spec: ProgressSpec) -> Formula:
        met = r" \lor ".join(f"r_{{{at}s}}" for at in range(1, len(spec.rules) + 1))
        above = rf"\left|\{{\, s \in S \;:\; {met} \,\}}\right|"
        where = [("S", f"the students counted with both `{spec.before}` and `{spec.after}`")]
        for at, rule in enumerate(spec.rules, 1):
            only = f", of students for whom `{rule.when}`" if rule.when else ""
            condition = _PLAIN.sub(r"\1", rule.condition())
            where.append((f"r_{{{at}s}}", f"`{condition}` of student *s*{only}"))
        missing, least = spec.shortfall, ""
        if missing is None:
            return Formula((rf"v = \frac{{{above}}}{{\left|S\right|}}",), tuple(where))
        if missing.at_least:
            least = r" \text{ and } e \ge m"
            where.append(("m", _enough(missing.at_least)))
        where += shortfall_where(missing.enrolled, missing.tested)
        test = rf"\quad \text{{where }} 100 \, t / e \lt {missing.floor}{least}"
        lines = (
            rf"v = \frac{{{above}}}{{d}}",
            rf"d = \left|S\right| + w - t {test}",
            r"d = \left|S\right| \quad \text{otherwise}",
            WANTED.format(floor=missing.floor),
        )
        return Formula(lines, tuple(where))

    def moments(self, spec: ProgressSpec) -> Sequence[Moment]:
        both = f"({spec.before}) is not null and ({spec.after}) is not null"
        met = " or ".join(
            f"({rule.condition()})" if rule.when is None else f"(({rule.when}) and {rule.condition()})"
            for rule in spec.rules
        )
        moments = [Moment("takers", "count", where=both), Moment("met", "count", where=f"{both} and ({met})")]
        if spec.shortfall:
            moments += shortfall_moments(spec.shortfall.enrolled, spec.shortfall.tested)
        return moments

    def estimates(self, spec: ProgressSpec) -> Sequence[Estimate]:
        plain, rule = share("met", "takers"), spec.shortfall
        if rule is None:
            return (plain,)
        short = f"({below(rule.floor)} AND enrolled >= {_least(rule.at_least)})"
        of = f"CASE WHEN {short} THEN takers + {wanted(rule.floor)} - tested ELSE takers END"
        return (
            Estimate(
                numerator="met",
                denominator=of,
                n="takers",
                value=f"met / NULLIF({of}, 0)",
                standard_error=f"CASE WHEN {short} THEN NULL ELSE {plain.standard_error} END",
                low=f"CASE WHEN {short} THEN NULL ELSE {plain.low} END",
                high=f"CASE WHEN {short} THEN NULL ELSE {plain.high} END",
                notes=f"CASE WHEN {short} THEN 'participation below {rule.floor} percent' END",
                exact=("met", "takers", "enrolled", "tested"),
            ),
        )


def _enough(entries: Sequence[AtLeast]) -> str:
    """How many must be enrolled, and of whom, in words: as `_least` counts."""
    told = []
    for entry in entries:
        whom = f" for {', '.join(entry.groups)}" if entry.groups else ""
        where = f" at {' or '.join(entry.org_levels)} level" if entry.org_levels else ""
        told.append(f"{entry.n} students enrolled{whom}{where}")
    several = ["the last of these that matches"] if len(entries) > 1 else []
    none = [] if any(not (entry.groups or entry.org_levels) for entry in entries) else ["0 where none matches"]
    return "; ".join([*told, *several, *none])


def _least(entries: Sequence[AtLeast]) -> str:
    """The fewest enrolled of a row's group and org level, as SQL; 0 where no entry matches."""
    branches = []
    for entry in reversed(entries):
        parts = [
            f"{column} IN ({', '.join(lit(name) for name in names)})"
            for column, names in (("student_group", entry.groups), ("org_level", entry.org_levels))
            if names
        ]
        branches.append(f"WHEN {' AND '.join(parts) or '1 = 1'} THEN {entry.n}")
    return f"CASE {' '.join(branches)} ELSE 0 END" if branches else "0"
