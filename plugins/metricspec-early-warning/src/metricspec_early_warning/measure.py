"""early_warning: how many students have none, one, two or more warning flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from metricspec.formula import Formula
from metricspec.measure import Estimate, Moment, Statistic, Use, Wrong

from metricspec_early_warning.shares import share

LONGEST = 2_000  # characters of an expression
PARTLY = "partly known"


@dataclass(frozen=True)
class EarlyWarningSpec:
    """`flags` are pairs of a name and its condition."""

    flags: tuple[tuple[str, str], ...]

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(f"({text})" for _, text in self.flags)

    @property
    def known(self) -> str:
        """Every flag is known."""
        return " and ".join(f"({text} or not {text})" for text in self.texts)

    @property
    def any(self) -> str:
        """One flag at least is known to be raised: true whatever is unknown of the others."""
        return " or ".join(self.texts)

    @property
    def count(self) -> str:
        """How many flags are raised."""
        return " + ".join(f"case when {text} then 1 else 0 end" for text in self.texts)


def category(raised: int) -> str:
    """The name of the students with so many flags; in the order of their number."""
    return "1 flag" if raised == 1 else f"{raised} flags"


class EarlyWarning:
    """Students by how many warning flags they have: low attendance, trouble with behavior, failing courses, or what the spec
    names. Research on students who later left school found that these three, seen in time, tell most of them (Balfanz,
    Herzog and Mac Iver 2007; Allensworth and Easton 2005, 2007).

    Each of `flags` is a condition on a student's row of the year. The result has

    - the indicator's own value: the share of students with at least one flag, of those for whom every flag is known;
    - a category for each number of flags (`0 flags`, `1 flag`, ...): students of whom every flag is known and so many
      are raised, as a share of all students; and `partly known`: students of whom a flag is unknown. They add up to all;
    - a statistic `flag_<name>` for each flag: students who have it, of those for whom it is known;
    - `at_least` and `at_most`: between which shares the students with a flag lie, of all students, if those of whom a flag
      is unknown had none of the unknown ones, or one at least. Where everything is known both are the value itself.

    What is missing stays missing: a student without attendance, or without a mark, is not taken for one who attends or
    passes. A fact whose absence says something (no suspension on record) gets its value by `missing: 0` where the fact is
    written.

    There is no list of students, in no output: a report is published, and who a student is belongs to the district's own
    system. `n` counts the students for whom every flag is known, in each row (in a flag's own statistic those for whom it is
    known), so that all is hidden where these are few; but not where few have many flags: how many they are can be read
    from their share. Choose a policy whose minimum allows for that.

    Interval: Wilson's score interval at 95 % of each share by itself. Standard error: sqrt(p (1 - p) / n).

    Example: `{type: early_warning, flags: {attendance: 10 * days_absent >= days_expected, behavior: suspensions >= 1}}`
    """

    name = "early_warning"
    schema: Mapping[str, Any] = MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["flags"],
            "properties": {
                "flags": {
                    "type": "object",
                    "minProperties": 1,
                    "maxProperties": 9,
                    "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$"},
                    "description": "The flags by name, each with the condition under which a student has it.",
                    "x-effect": "past",
                    "additionalProperties": {
                        "type": "string",
                        "description": "The condition under which a student has the flag.",
                        "x-effect": "past",
                        "x-expression": True,
                    },
                },
            },
        }
    )

    def parse(self, block: Mapping[str, Any]) -> EarlyWarningSpec:
        return EarlyWarningSpec(tuple((str(name), str(text)) for name, text in block["flags"].items()))

    def wrong(self, spec: EarlyWarningSpec) -> Sequence[Wrong]:
        if max(len(moment.where or "") for moment in self.moments(spec)) > LONGEST:
            message = f"the flags are too long together: an expression has at most {LONGEST} characters"
            return (Wrong(("flags",), message, "write shorter conditions, or make facts of their parts"),)
        return ()

    def expressions(self, spec: EarlyWarningSpec) -> Sequence[Use]:
        return [Use(("flags", name), text, "boolean") for name, text in spec.flags]

    def sentence(self, spec: EarlyWarningSpec) -> str:
        flags = ", ".join(f"{name} (`{text}`)" for name, text in spec.flags)
        return f"students with at least one flag, of those for whom every flag is known, and by how many they have: {flags}"

    def formula(self, spec: EarlyWarningSpec) -> Formula:
        every, known, none = r"\left|S\right|", r"\left|K\right|", r"\left|\{\, s \in K \;:\; f_s = 0 \,\}\right|"
        lines = (
            rf"v = \frac{{\left|\{{\, s \in K \;:\; f_s \ge 1 \,\}}\right|}}{{{known}}}",
            rf"v_m = \frac{{\left|\{{\, s \in K \;:\; f_s = m \,\}}\right|}}{{{every}}}",
            rf"v_{{\text{{{PARTLY}}}}} = 1 - \frac{{{known}}}{{{every}}}",
            r"\text{flag}_k = \frac{\left|\{\, s \in K_k \;:\; c_{ks} \,\}\right|}{\left|K_k\right|}",
            rf"\frac{{\left|\{{\, s \in S \;:\; f_s \ge 1 \,\}}\right|}}{{{every}}} \le \text{{share with a flag}} "
            rf"\le 1 - \frac{{{none}}}{{{every}}}",
        )
        flags = ((f"k = {at}", f"{name}: `{text}`") for at, (name, text) in enumerate(spec.flags, 1))
        where = (
            ("S", "the students counted"),
            (r"c_{ks}", "student *s* has the flag *k*"),
            *flags,
            ("K_k", "those for whom the flag *k* is known"),
            ("K", "those for whom every flag is known"),
            ("f_s", "how many flags student *s* is known to have"),
            ("m", f"a number of flags, 0 to {len(spec.flags)}"),
            (r"\text{share with a flag}", "between `at_least` and `at_most`"),
        )
        return Formula(lines, where)

    def moments(self, spec: EarlyWarningSpec) -> Sequence[Moment]:
        found = [
            Moment("students", "count"),
            Moment("known", "count", where=spec.known),
            Moment("any", "count", where=spec.any),
        ]
        for at, text in enumerate(spec.texts):
            found.append(Moment(f"known_{at}", "count", where=f"{text} or not {text}"))
            found.append(Moment(f"flag_{at}", "count", where=text))
        for raised in range(len(spec.flags) + 1):
            found.append(Moment(f"with_{raised}", "count", where=f"{spec.known} and {spec.count} = {raised}"))
        return found

    def statistics(self, spec: EarlyWarningSpec) -> Sequence[Statistic]:
        return (
            *(Statistic(f"flag_{name}", f"students with the flag {name}", 1, percent=True) for name, _ in spec.flags),
            Statistic("at_least", "students known to have a flag, of all students", 1, percent=True),
            Statistic("at_most", "students not known to have none, of all students", 1, percent=True),
        )

    def estimates(self, spec: EarlyWarningSpec) -> Sequence[Estimate]:
        return [
            share("(known - with_0)", "known", ("known", "with_0"), n="known"),
            *(_of_all(f"with_{raised}", category=category(raised)) for raised in range(len(spec.flags) + 1)),
            _of_all("(students - known)", "known", category=PARTLY),
            *(_of_known(at, name) for at, (name, _) in enumerate(spec.flags)),
            _of_all("any", statistic="at_least"),
            _of_all("(students - with_0)", "with_0", statistic="at_most"),
        ]


def _of_all(part: str, made_of: str = "", *, category: str | None = None, statistic: str | None = None) -> Estimate:
    """A share of all students, which is hidden with the value: where few are wholly known, it would tell of them."""
    exact = (made_of or part, "students")
    return share(part, "students", exact, n="known", category=category, statistic=statistic)


def _of_known(at: int, name: str) -> Estimate:
    part, whole = f"flag_{at}", f"known_{at}"
    return share(part, whole, (part, whole), n=whole, statistic=f"flag_{name}")
