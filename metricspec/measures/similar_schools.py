"""similar_schools: which schools are most like a school."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from metricspec.formula import Formula
from metricspec.measure import Counted, Use, Wrong
from metricspec.measures.likeness import methods
from metricspec.measures.likeness.keys import KEYS, at_most, dropped_notes, parsed, words
from metricspec.measures.likeness.rows import COLUMNS, Row, apart_rows, frame, unjudged_rows
from metricspec.measures.likeness.schools import Likeness, Pool, schools_stage, split
from metricspec.sql.stage import Computation, Step

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class SimilarSchoolsSpec:
    likeness: Likeness
    neighbors: int = 10
    least_orgs: int = 11


class SimilarSchools:
    """The schools most like a school, one row for each: `category` is the other school's id, the value its distance. A school
    has as many rows as `neighbors` (10). Likeness is not mutual: a school can be the nearest of one that has nearer ones.

    Each characteristic of `given` (over all students of a school) is written in standard deviations of the schools compared,
    those of the same year and (unless `within: all`) type; the divisor is their number. The distance is the root of the mean
    squared difference over the characteristics: 0 is alike in all of them, 1 is a standard deviation apart on average. All
    count the same, so two that say nearly the same thing count twice. Equal distances are taken in the order of the ids.

    `n` is the fewest students behind any number of either school. A school with fewer than any of the policies shows has no
    neighbours and is none. With fewer than `least_orgs` schools of a type there are no neighbours.

    No interval: a distance is computed from the values as they are. That of small schools moves with every student.

    Example: `{type: similar_schools, given: [share_economically_disadvantaged, share_english_learner], neighbors: 10}`
    """

    name = "similar_schools"
    schema: Mapping[str, Any] = MappingProxyType(
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["given"],
            "x-unit": "required",
            "properties": {
                **KEYS,
                "neighbors": {
                    "type": "integer",
                    "minimum": 1,
                    "description": "How many schools are listed (10 where left out).",
                    "x-effect": "past",
                },
                "least_orgs": {
                    "type": "integer",
                    "minimum": 2,
                    "description": "The fewest schools of a type that are compared (one more than the neighbors).",
                    "x-effect": "past",
                },
            },
        }
    )

    def parse(self, block: Mapping[str, Any]) -> SimilarSchoolsSpec:
        neighbors = block.get("neighbors", 10)
        return SimilarSchoolsSpec(parsed(block), neighbors, block.get("least_orgs", neighbors + 1))

    def expressions(self, spec: SimilarSchoolsSpec) -> Sequence[Use]:
        return ()

    def wrong(self, spec: SimilarSchoolsSpec) -> Sequence[Wrong]:
        return at_most(spec.neighbors, spec.least_orgs)

    def sentence(self, spec: SimilarSchoolsSpec) -> str:
        return f"the distance to each of the {spec.neighbors} nearest {words(spec.likeness)}"

    def formula(self, spec: SimilarSchoolsSpec) -> Formula:
        given = ", ".join(f"`{name}`" for name in spec.likeness.names)
        where = (
            ("v_{ij}", f"the value: how far school *i* is from school *j*; the {spec.neighbors} nearest are listed"),
            ("z_{jk}", f"the characteristics of school *j*: {given}"),
            ("p", f"how many these are: {len(spec.likeness.names)}"),
            (r"\sigma_k", "the standard deviation of characteristic *k* over the schools compared"),
        )
        line = r"v_{ij}^2 = \frac{1}{p} \sum\limits_{k=1}^{p} \frac{(z_{ik} - z_{jk})^2}{\sigma_k^2}"
        return Formula((line,), where)

    def indicators(self, spec: SimilarSchoolsSpec) -> Sequence[str]:
        return spec.likeness.given

    def describing(self, spec: SimilarSchoolsSpec) -> Sequence[str]:
        return spec.likeness.given[1:]

    def value_of(self, spec: SimilarSchoolsSpec) -> None:
        return None

    def stages(self, spec: SimilarSchoolsSpec, tallies: Mapping[str, Counted], prefix: str) -> Sequence[Step]:
        given = [tallies[name] for name in spec.likeness.given]
        schools = schools_stage(f"{prefix}schools", given[0], given, spec.likeness, given[0].everyone)
        least = max(one.report_n for one in given)
        compute = partial(computed, spec, least, schools.name)
        says = "The schools nearest to each, and how far they are."
        return [schools, Computation(f"{prefix}similar", says, (schools.name,), COLUMNS, compute)]


def computed(spec: SimilarSchoolsSpec, least: int, name: str, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The rows of the Tally out of the stage of schools."""
    pools, apart = split(frames[name], spec.likeness, least)
    rows = list(apart_rows(apart))
    for pool in pools:
        if pool.size < spec.least_orgs:
            rows += unjudged_rows(pool, f"fewer than {spec.least_orgs} schools to compare")
        else:
            rows += neighbors(spec, pool)
    return frame(rows)


def neighbors(spec: SimilarSchoolsSpec, pool: Pool) -> Iterator[Row]:
    """A row for each school of a pool and each of its neighbours."""
    places, dropped = methods.standardized(pool.x)
    near, lengths = methods.nearest(places, spec.neighbors)
    notes = "; ".join((f"nearest of {pool.size} schools", *dropped_notes(spec.likeness, dropped)))
    for at, org in enumerate(pool.orgs):
        for other, length in zip(near[at], lengths[at], strict=True):
            n = float(min(pool.n[at], pool.n[other]))
            yield {
                "school_year": pool.school_year,
                "org_level": "school",
                "org_id": org,
                "student_group": pool.student_group,
                "category": pool.orgs[other],
                "denominator": n,
                "n": n,
                "value": float(length),
                "notes": notes,
            }
