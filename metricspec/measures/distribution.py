"""distribution: what share of a whole each of its parts has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from metricspec.formula import Formula, in_words
from metricspec.measure import Estimate, Moment, Use, Wrong, share
from metricspec.sql.parsing import LONGEST


@dataclass(frozen=True)
class DistributionSpec:
    """`categories` are pairs of a name and its expression; `sums`: they are quantities, not conditions on students."""

    categories: tuple[tuple[str, str], ...]
    sums: bool = False
    total: str | None = None
    remainder: str | None = None


class Distribution:
    """The share of each category in a whole: one result for each, with its name as `category`.

    `of: students` (the default): each category is a condition, its share the students who meet it, of all students for
    whom every condition is known (and `total` holds, where it is given). A student who meets two conditions counts in
    both. Interval: Wilson's score interval at 95 % of each share by itself. Standard error: sqrt(p (1 - p) / n).

    `of: sums`: each category is a quantity, such as days of one reason, summed over the students for whom all
    quantities are known. The whole is the sum of the quantities, or of `total` where it is given. No interval: the
    days of one student are not independent draws.

    `remainder` names one more category, for what no other takes: the students who meet none of the conditions, or
    `total` less the quantities. Without it the rest has no result, and the shares add up to less than 100 percent
    where there is one.

    `n` counts the students of the whole in every category, so a category is hidden where the whole is, and its
    number of students can be read from its share. Keep categories so wide that this may be.

    Example: `{type: distribution, of: sums, categories: {excused: days_excused, unexcused: days_unexcused}, total:
    days_absent, remainder: other}`
    """

    name = "distribution"
    schema: Mapping[str, Any] = MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["categories"],
            "properties": {
                "of": {
                    "enum": ["students", "sums"],
                    "description": "Whether the categories are conditions on students or quantities that are summed.",
                    "x-effect": "past",
                },
                "categories": {
                    "type": "object",
                    "minProperties": 1,
                    "description": "The categories by name, each with its condition or quantity.",
                    "x-effect": "past",
                    "additionalProperties": {
                        "type": "string",
                        "description": "The condition or quantity of the category.",
                        "x-effect": "past",
                        "x-expression": True,
                    },
                },
                "total": {
                    "type": "string",
                    "description": "The whole: a condition on the students, or a quantity.",
                    "x-effect": "past",
                    "x-expression": True,
                },
                "remainder": {
                    "type": "string",
                    "minLength": 1,
                    "description": "The name of one more category: what no other takes.",
                    "x-effect": "past",
                },
            },
        }
    )

    def parse(self, block: Mapping[str, Any]) -> DistributionSpec:
        categories = tuple((str(name), str(text)) for name, text in block["categories"].items())
        total = block.get("total")
        return DistributionSpec(
            categories, block.get("of") == "sums", None if total is None else str(total), block.get("remainder")
        )

    def wrong(self, spec: DistributionSpec) -> Sequence[Wrong]:
        found = []
        if spec.remainder in dict(spec.categories):
            message = f"'{spec.remainder}' is the name of a category already"
            found.append(Wrong(("remainder",), message, "give the remainder a name of its own"))
        if spec.sums and spec.remainder and spec.total is None:
            message = "without a total nothing is left over: the whole is the sum of the quantities"
            found.append(Wrong(("remainder",), message, "say the whole under 'total'"))
        if max(len(moment.where or "") for moment in self.moments(spec)) > LONGEST:
            message = f"the categories are too long together: an expression has at most {LONGEST} characters"
            found.append(Wrong(("categories",), message, "write shorter conditions, or give the dataset a column"))
        return found

    def expressions(self, spec: DistributionSpec) -> Sequence[Use]:
        wanted: Any = "number" if spec.sums else "boolean"
        uses = [Use(("categories", name), text, wanted) for name, text in spec.categories]
        return [*uses, Use(("total",), spec.total, wanted)] if spec.total is not None else uses

    def sentence(self, spec: DistributionSpec) -> str:
        parts = ", ".join(f"{name} (`{text}`)" for name, text in spec.categories)
        rest = f", and {spec.remainder} for the rest" if spec.remainder else ""
        if spec.sums:
            whole = f"the sum of `{spec.total}`" if spec.total else "the sum of all of them"
            return f"sums over students as shares of {whole}: {parts}{rest}"
        whole = f"those for whom `{spec.total}`" if spec.total else "all students counted"
        return f"students as shares of {whole}: {parts}{rest}"

    def formula(self, spec: DistributionSpec) -> Formula:
        known = "quantity" if spec.sums else "condition"
        names = [(f"k = {at}", f"{name}: `{text}`") for at, (name, text) in enumerate(spec.categories, 1)]
        if spec.sums:
            whole = r"\sum\limits_{s \in S} t_s" if spec.total else r"\sum\limits_{j} \sum\limits_{s \in S} q_{js}"
            line = rf"v_k = \frac{{\sum\limits_{{s \in S}} q_{{ks}}}}{{{whole}}}"
            names.append((r"q_{ks}", "the quantity *k* of student *s*"))
            names += [("t_s", f"`{spec.total}` of student *s*")] if spec.total else []
            rest = r"1 - \sum\limits_{k} v_k"
        else:
            line = r"v_k = \frac{\left|\{\, s \in S \;:\; c_{ks} \,\}\right|}{\left|S\right|}"
            names.append((r"c_{ks}", "student *s* meets the condition *k*"))
            rest = r"\frac{\left|\{\, s \in S \;:\; \text{no } c_{ks} \,\}\right|}{\left|S\right|}"
        with_total = ", the total included," if spec.sums and spec.total else ""
        only = f", and for whom `{spec.total}`" if spec.total and not spec.sums else ""
        names.insert(0, ("S", f"the students counted for whom every {known}{with_total} is known{only}"))
        if spec.remainder is None:
            return Formula((line,), tuple(names))
        left = rf"v_{{{in_words(spec.remainder)}}}"
        return Formula((line, f"{left} = {rest}"), (*names, (left, "what no other category takes")))

    def moments(self, spec: DistributionSpec) -> Sequence[Moment]:
        texts = [f"({text})" for _, text in spec.categories]
        if spec.sums:
            texts += [f"({spec.total})"] if spec.total is not None else []
            known = " and ".join(f"{text} is not null" for text in texts)
            moments = [Moment(f"part_{at}", "sum", text, known) for at, (_, text) in enumerate(spec.categories)]
            moments += [Moment("whole", "sum", spec.total, known)] if spec.total is not None else []
            return [Moment("students", "count", where=known), *moments]
        counted = " and ".join(f"({text} or not {text})" for text in texts)
        counted += f" and ({spec.total})" if spec.total is not None else ""
        moments = [Moment(f"part_{at}", "count", where=f"{counted} and {text}") for at, text in enumerate(texts)]
        if spec.remainder:
            none = " and ".join(f"not {text}" for text in texts)
            moments.append(Moment("rest", "count", where=f"{counted} and {none}"))
        return [Moment("students", "count", where=counted), *moments]

    def estimates(self, spec: DistributionSpec) -> Sequence[Estimate]:
        names = [f"part_{at}" for at in range(len(spec.categories))]
        above = {name: part for (name, _), part in zip(spec.categories, names, strict=True)}
        if spec.sums:
            whole = "whole" if spec.total is not None else f"({' + '.join(names)})"
            exact = (*names, "whole") if spec.total is not None else tuple(names)
            if spec.remainder:
                above[spec.remainder] = f"(whole - {' - '.join(names)})"
            return [
                Estimate(part, whole, "students", f"{part} / NULLIF({whole}, 0)", exact=exact, category=name)
                for name, part in above.items()
            ]
        if spec.remainder:
            above[spec.remainder] = "rest"
        return [share(part, "students", category=name) for name, part in above.items()]
