"""segregation: how unevenly groups of students are spread over the schools of a district or network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metricspec.formula import Formula
from metricspec.measure import Inputs, Statistic, Use, Variable, Wrong
from metricspec.sql.stage import Step

from metricspec_segregation.equations import formula
from metricspec_segregation.several import several_stages
from metricspec_segregation.spec import INDICES, OTHERS, SCHEMA, SegregationSpec
from metricspec_segregation.two import condition_stages, reference_stages

DIGITS = 2


class Segregation:
    """How unevenly groups of students are spread over the schools of a district or network, 0 to 1.

    Between two groups, of a and b students at a school that has t, A and B in all schools:

    - `dissimilarity` (D): half the sum of |a/A - b/B|. The share of either group that would have to change schools for
      both to be spread alike (Duncan and Duncan 1955).
    - `isolation` (xPx): the sum of a/A times a/t, the share of the group in the school of its average student.
    - `exposure` (xPy): the sum of a/A times b/t, the share of the other group there (Massey and Denton 1988).
    - `information_theory` (Theil's H): how much less mixed the schools are than all their students together, as a share
      of the latter's entropy. Of two groups, or with `by` of several (Reardon and Firebaugh 2002).

    D and H say how evenly groups are spread, whatever their size; isolation and exposure depend on the size too: in a
    district where everyone is in need isolation is 1.

    Two groups are those who meet the condition `of` and those who do not, among the students of each student group (mostly
    all). Or with `reference` each student group against one of them, or against `others`, the students outside it; then t
    counts all students of the school, and students in both groups count in both. With `by` the groups are the values of a
    code. Students of whom the condition or code is not known are left out. A student counts once a year, at the school of
    the last row. Orgs with one school have no row, so schools have none; nor has a group that is absent, or outside which
    there is nobody. A district's index is made of its schools, not of its neighbors: a network's index is higher than its
    districts' where districts differ.

    Schools for other ages are no alternative to each other: let the population be grades that one kind of school teaches.

    Further statistics: of two groups the other three indices; of several none.

    `n` is the number of students that the value can tell of: the smallest number of any group at any school that has some,
    however many schools there are and however large the groups. With the sizes of groups and schools at hand, a school's
    own number can be worked out from the indices, most easily in a small school. Write no more than two decimals.

    Interval: none. All students and schools are counted, none is drawn. But chance alone spreads students unevenly, the
    more so the smaller the schools and the smaller group, so that D and H are above 0 where nobody is sorted.

    Sources: Massey and Denton 1988, The Dimensions of Residential Segregation, Social Forces 67(2); Reardon and Firebaugh
    2002, Measures of Multigroup Segregation, Sociological Methodology 32; Duncan and Duncan 1955, American Sociological
    Review 20(2); National Academies 2019, Monitoring Educational Equity, chapter 5, domain D.

    Example: `{type: segregation, index: dissimilarity, of: economically_disadvantaged}`
    """

    name = "segregation"
    schema: Mapping[str, Any] = SCHEMA

    def parse(self, block: Mapping[str, Any]) -> SegregationSpec:
        return SegregationSpec(**block)

    def share(self, spec: SegregationSpec) -> bool:
        return True

    def wrong(self, spec: SegregationSpec) -> Sequence[Wrong]:
        if not spec.given:
            return [Wrong((), "between which students is not said", "write one of of, reference and by")]
        if len(spec.given) > 1:
            return [Wrong((spec.given[1],), f"'{spec.given[0]}' says between whom already", "keep one of them")]
        if spec.by is not None and spec.index != "information_theory":
            message = f"{spec.index} is of two groups, and 'by' tells several apart"
            return [Wrong(("index",), message, "write information_theory, or a condition under 'of'")]
        return []

    def expressions(self, spec: SegregationSpec) -> Sequence[Use]:
        if spec.of is not None:
            return (Use(("of",), spec.of, "boolean"),)
        return () if spec.by is None else (Use(("by",), spec.by, "label"),)

    def sentence(self, spec: SegregationSpec) -> str:
        index = spec.index.replace("_", " ")
        if spec.of is not None:
            between = f"students with `{spec.of}` and without"
        elif spec.by is not None:
            between = f"students apart by `{spec.by}`"
        else:
            other = "the students outside it" if spec.reference == OTHERS else f"`{spec.reference}`"
            between = f"each student group and {other}"
        return f"the {index} index of {between}, over the schools of each district and network"

    def formula(self, spec: SegregationSpec) -> Formula:
        return formula(spec)

    def variables(self, spec: SegregationSpec) -> Sequence[Variable]:
        if spec.of is not None:
            return (Variable("meets", spec.of),)
        return () if spec.by is None else (Variable("part", spec.by, "label"),)

    def row_keys(self, spec: SegregationSpec) -> Sequence[str]:
        return ()

    def years_before(self, spec: SegregationSpec) -> int:
        return 0

    def statistics(self, spec: SegregationSpec) -> Sequence[Statistic]:
        if spec.by is not None:
            return ()
        return tuple(Statistic(name, says, DIGITS) for name, says in INDICES.items() if name != spec.index)

    def stages(self, spec: SegregationSpec, inputs: Inputs) -> Sequence[Step]:
        if spec.by is not None:
            return several_stages(inputs)
        if spec.reference is not None:
            return reference_stages(inputs, spec.reference, spec.index)
        return condition_stages(inputs, spec.index)
