"""outlier: schools that do better or worse than expected of schools like them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from metricspec.formula import Formula
from metricspec.measure import Counted, Statistic, Use, Wrong
from metricspec.measures.likeness import methods
from metricspec.measures.likeness.keys import KEYS, at_most, dropped_notes, parsed, words
from metricspec.measures.likeness.rows import COLUMNS, Judged, apart_rows, frame, judged_rows, unjudged_rows
from metricspec.measures.likeness.schools import Likeness, Pool, schools_stage, split
from metricspec.measures.parts import indicator_key
from metricspec.sql.stage import Computation, Step

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Method = Literal["regression", "neighbors", "characteristics_index"]
NEIGHBORS = {"regression": 0, "neighbors": 10, "characteristics_index": 100}
STATISTICS = (
    Statistic("expected", "What is expected of the school, in the unit of the indicator.", 2),
    Statistic("standardized", "The difference in standard errors.", 3),
    Statistic("p_value", "How likely so large a difference is by chance, for this school alone.", 4),
    Statistic("adjusted_p_value", "The same, adjusted for all the schools that were looked at.", 4),
    Statistic("percentile", "The place of the difference among the schools compared, 0 to 100.", 0),
)
INDEX_STATISTICS = (
    Statistic("characteristics_index", "What schools of these characteristics reach on average.", 2),
    Statistic("similar_schools_rank", "The tenth among the nearest schools, 1 to 10; 10 does best.", 0),
)


@dataclass(frozen=True)
class OutlierSpec:
    """`neighbors` is 0 for a regression; `least_orgs` the fewest schools of one type that are compared."""

    indicator: str
    likeness: Likeness
    method: Method
    weights: Literal["none", "students"] = "none"
    neighbors: int = 0
    least_orgs: int = 30
    rate: float = 0.05


class Outlier:
    """How far a school's value lies from what is expected of schools like it: the value less the expected one, in the unit of
    the indicator. It has rows of schools only, each compared within its year, student group and (unless `within: all`)
    type. `given` names indicators of the school's composition, taken over all its students, whatever the student group
    that is judged.

    - `regression`: least squares of the indicator on the characteristics, plain or weighted by students. A school is expected
      what the *other* schools' regression says (its deleted residual), so that no school pulls its own expectation. The
      difference over its standard error is the externally studentised residual, Student's t with n - p - 2 degrees of
      freedom for n schools and p characteristics.
    - `neighbors`: the mean of the `neighbors` nearest schools (10). Characteristics are standardised by their standard
      deviation among the schools compared; the distance is the root of the mean squared difference. Standard error:
      s sqrt(1 + 1/k), Student's t with k - 1 degrees.
    - `characteristics_index`: California's idea of 1999 to 2012. One index, the value that a regression on the
      characteristics gives, and the 100 schools of the same type nearest in it; the statistic `similar_schools_rank` is the
      tenth in which the school stands among them. The state's weights were not published: here they are fitted, and the
      ranks are not the state's.

    `category` is "higher than expected", "as expected" or "lower than expected": not as expected is a school whose chance
    (p-value), adjusted by Benjamini and Hochberg's method (1995) over all schools of the year and student group, is at most
    `false_discovery_rate`. Of the schools so called, that share is expected to be there by chance alone. Whether higher is
    good is the indicator's to say. Another year, another student group or another indicator is another look, for which
    nothing is adjusted. The notes say how many schools were compared.

    `n` is the fewest students behind any number of the row. A school with fewer than any of the policies shows is compared with
    none, nor is any compared with it: a mean of neighbours would tell its value. With fewer than `least_orgs` schools of a type
    there is no value.

    Interval at 95 %: the difference and Student's t times its standard error, for this school alone and not adjusted. It says
    where a school like these would lie, its own chance included, so small schools lie outside more often than large ones.
    What is not among the characteristics counts as the school's doing, and so does who chose it: an outlier is a place to go
    and look, not a verdict.

    Example: `{type: outlier, indicator: pct_met_or_exceeded_ela, given: [share_economically_disadvantaged,
    share_english_learner], method: regression}`
    """

    name = "outlier"
    schema: Mapping[str, Any] = MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["indicator", "given", "method"],
            "properties": {
                "indicator": indicator_key("The indicator that schools are judged by."),
                **KEYS,
                "method": {
                    "enum": ["regression", "neighbors", "characteristics_index"],
                    "description": "Where the expectation comes from.",
                    "x-effect": "past",
                },
                "weights": {
                    "enum": ["none", "students"],
                    "description": "Whether a school counts in the regression by its students (none where left out).",
                    "x-effect": "past",
                },
                "neighbors": {
                    "type": "integer",
                    "minimum": 2,
                    "description": "How many schools are nearest (10; 100 by index).",
                    "x-effect": "past",
                },
                "least_orgs": {
                    "type": "integer",
                    "minimum": 3,
                    "description": "The fewest schools of a type that are compared (30, or one more than the neighbors).",
                    "x-effect": "past",
                },
                "false_discovery_rate": {
                    "type": "number",
                    "exclusiveMinimum": 0,
                    "exclusiveMaximum": 1,
                    "description": "The share of schools not as expected that may be so by chance (0.05 where left out).",
                    "x-effect": "past",
                },
            },
        }
    )

    def parse(self, block: Mapping[str, Any]) -> OutlierSpec:
        method = block["method"]
        neighbors = block.get("neighbors", NEIGHBORS[method])
        least = block.get("least_orgs", 30 if method == "regression" else neighbors + 1)
        rate = float(block.get("false_discovery_rate", 0.05))
        weights = block.get("weights", "none")
        return OutlierSpec(block["indicator"], parsed(block), method, weights, neighbors, least, rate)

    def expressions(self, spec: OutlierSpec) -> Sequence[Use]:
        return ()

    def wrong(self, spec: OutlierSpec) -> Sequence[Wrong]:
        found = []
        regression = spec.method == "regression"
        if regression and spec.neighbors:
            found.append(Wrong(("neighbors",), "a regression has no neighbors", "leave it out"))
        if not regression and spec.weights != "none":
            found.append(Wrong(("weights",), f"the method {spec.method} counts each school once", "leave it out"))
        if spec.indicator in spec.likeness.given:
            message = f"{spec.indicator} cannot be expected from itself"
            found.append(Wrong(("given", spec.likeness.given.index(spec.indicator)), message))
        needed = len(spec.likeness.names) + 3
        if regression and spec.least_orgs < needed:
            message = f"{len(spec.likeness.names)} characteristics need at least {needed} schools"
            found.append(Wrong(("least_orgs",), message))
        return found if regression else [*found, *at_most(spec.neighbors, spec.least_orgs)]

    def sentence(self, spec: OutlierSpec) -> str:
        near = f"the {spec.neighbors} nearest {words(spec.likeness)}"
        means = {
            "regression": f"a regression over {words(spec.likeness)}",
            "neighbors": near,
            "characteristics_index": f"the {spec.neighbors} schools nearest in one index of {words(spec.likeness)}",
        }[spec.method]
        return f"`{spec.indicator}` of a school less what is expected of it, by {means}"

    def formula(self, spec: OutlierSpec) -> Formula:
        lines = {
            "regression": (r"\hat{x}_j = b_0^{(-j)} + \sum\limits_{k} b_k^{(-j)} z_{jk}",),
            "neighbors": (
                rf"\hat{{x}}_j = \frac{{1}}{{{spec.neighbors}}} \sum\limits_{{i \in N_j}} x_i",
                r"d_{ij}^2 = \frac{1}{p} \sum\limits_{k=1}^{p} \frac{(z_{ik} - z_{jk})^2}{\sigma_k^2}",
            ),
            "characteristics_index": (
                rf"\hat{{x}}_j = \frac{{1}}{{{spec.neighbors}}} \sum\limits_{{i \in N_j}} x_i",
                r"I_j = b_0 + \sum\limits_{k} b_k z_{jk}",
            ),
        }[spec.method]
        weighted = ", each weighted by its students" if spec.weights == "students" else ""
        more = {
            "regression": [
                ("b^{(-j)}", f"coefficients of a regression on the other schools, without school *j*{weighted}")
            ],
            "neighbors": [
                ("N_j", "the schools with the smallest distance *d*"),
                ("p", "how many characteristics there are"),
                (r"\sigma_k", "the standard deviation of characteristic *k*"),
            ],
            "characteristics_index": [("N_j", "the schools whose index I is nearest"), ("b", "of a regression on all")],
        }[spec.method]
        given = ", ".join(f"`{name}`" for name in spec.likeness.names)
        where = (
            ("x_j", f"`{spec.indicator}` of school *j*"),
            (r"\hat{x}_j", "what is expected of it"),
            ("z_{jk}", f"its characteristics: {given}"),
            *more,
        )
        return Formula((r"v_j = x_j - \hat{x}_j", *lines), where)

    def indicators(self, spec: OutlierSpec) -> Sequence[str]:
        return (spec.indicator, *spec.likeness.given)

    def describing(self, spec: OutlierSpec) -> Sequence[str]:
        return spec.likeness.given

    def value_of(self, spec: OutlierSpec) -> str:
        return spec.indicator

    def statistics(self, spec: OutlierSpec) -> Sequence[Statistic]:
        return (*STATISTICS, *(INDEX_STATISTICS if spec.method == "characteristics_index" else ()))

    def stages(self, spec: OutlierSpec, tallies: Mapping[str, Counted], prefix: str) -> Sequence[Step]:
        judged, given = tallies[spec.indicator], [tallies[name] for name in spec.likeness.given]
        schools = schools_stage(f"{prefix}schools", judged, given, spec.likeness)
        least = max(one.report_n for one in (judged, *given))
        compute = partial(computed, spec, judged, least, schools.name)
        says = "What is expected of each school, and how far it lies from that."
        return [schools, Computation(f"{prefix}outlier", says, (schools.name,), COLUMNS, compute)]


def computed(
    spec: OutlierSpec, judged: Counted, least: int, name: str, frames: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """The rows of the Tally out of the stage of schools."""
    pools, apart = split(frames[name], spec.likeness, least)
    rows = list(apart_rows(apart))
    for _, family in groupby(pools, key=lambda pool: (pool.school_year, pool.student_group)):
        found = []
        for pool in family:
            if pool.size < spec.least_orgs:
                rows += unjudged_rows(pool, f"fewer than {spec.least_orgs} schools to compare")
            else:
                found.append(expected(spec, pool, lower_is_better=judged.better == "lower"))
        rows += judged_rows(found, spec.rate, judged.scale)
    return frame(rows)


def expected(spec: OutlierSpec, pool: Pool, *, lower_is_better: bool) -> Judged:
    """What the spec's method expects of the schools of a pool."""
    more: dict[str, np.ndarray[Any, Any]] = {}
    if spec.method == "regression":
        weights = pool.students if spec.weights == "students" else None
        found = methods.regression(pool.y, pool.x, weights)
        note = f"{pool.size} schools compared"
        return Judged(pool, found, (note, *dropped_notes(spec.likeness, found.dropped)), more)
    if spec.method == "neighbors":
        places, dropped = methods.standardized(pool.x)
        near, _ = methods.nearest(places, spec.neighbors)
    else:
        index, dropped = methods.fitted(pool.y, pool.x)
        near, _ = methods.nearest(index[:, None], spec.neighbors)
        rank = methods.deciles(pool.y, near, lower_is_better=lower_is_better)
        more = {"characteristics_index": index, "similar_schools_rank": rank}
    notes = (f"{spec.neighbors} nearest of {pool.size} schools", *dropped_notes(spec.likeness, dropped))
    return Judged(pool, methods.of_neighbors(pool.y, near), notes, more)
