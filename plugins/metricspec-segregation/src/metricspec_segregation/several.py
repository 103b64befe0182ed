"""The steps between several groups: Theil's H of each org."""

from __future__ import annotations

from collections.abc import Sequence

from metricspec.measure import PLACED, Inputs
from metricspec.sql.stage import NO_TEXT, Step, comma, stage

from metricspec_segregation.rows import positive, result


def several_stages(inputs: Inputs) -> Sequence[Step]:
    """Of the groups that the column `part` of the rows tells apart."""
    prefix, carried = inputs.prefix, comma(inputs.carried)
    says = "The students of whom the group is known."
    known = stage(f"{prefix}known", says, f"SELECT {carried}, part FROM {inputs.rows} WHERE part IS NOT NULL")
    counts = inputs.sums("counts", known.name, ("part",), {"students": "COUNT(*)"})
    sized = stage(f"{prefix}sized", "The same beside the sizes of school and group.", _sized(counts[-1].name))
    made = stage(f"{prefix}index", "The index of each org.", _made(sized.name))
    rows = result(made.name, NO_TEXT, positive("index_value"))
    return [known, *counts, sized, made, stage(f"{prefix}segregation", "A row for each org.", rows)]


def _sized(counts: str) -> str:
    keys, cell = comma(PLACED), "CAST(students AS DOUBLE)"
    return f"""SELECT {keys}, school, part, {cell} AS here,
            SUM({cell}) OVER (PARTITION BY {keys}, school) AS in_school,
            SUM({cell}) OVER (PARTITION BY {keys}, part) AS in_part,
            SUM({cell}) OVER (PARTITION BY {keys}) AS everyone FROM {counts}"""


def _made(sized: str) -> str:
    """H: the students' ln(n N / (school's group's)) by their ln(N / group's), summed over all."""
    return f"""SELECT {comma(PLACED)}, few, information / NULLIF(entropy, 0) AS index_value
        FROM (SELECT {comma(PLACED)}, COUNT(DISTINCT school) AS schools, COUNT(DISTINCT part) AS parts,
                MIN(here) AS few,
                SUM(here * LN(here * everyone / (in_school * in_part))) AS information,
                SUM(here * LN(everyone / in_part)) AS entropy
            FROM {sized} GROUP BY {comma(PLACED)}) AS s WHERE schools > 1 AND parts > 1"""
