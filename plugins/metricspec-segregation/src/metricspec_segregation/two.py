"""The steps between two groups: a and b students at each school of t, then the four indices of each org."""

from __future__ import annotations

from collections.abc import Sequence

from metricspec.measure import PLACED, Inputs
from metricspec.sql.stage import NO_TEXT, Stage, Step, comma, lit, on, q, stage

from metricspec_segregation.rows import positive, result
from metricspec_segregation.spec import INDICES, OTHERS


def condition_stages(inputs: Inputs, index: str) -> Sequence[Step]:
    """Students who meet a condition (the column `meets` of the rows) and students who do not, in each student group."""
    sums = {"known": "COUNT(meets)", "meeting": "SUM(meets)"}
    counts = inputs.sums("counts", inputs.rows, (), sums)
    meeting = "COALESCE(CAST(meeting AS DOUBLE), 0e0)"
    text = f"""SELECT {comma(PLACED)}, school, {meeting} AS a, CAST(known AS DOUBLE) - {meeting} AS b,
            CAST(known AS DOUBLE) AS t FROM {counts[-1].name}"""
    schools = stage(f"{inputs.prefix}schools", "Students of both groups at each school.", text)
    return [*counts, schools, *indices(inputs.prefix, schools.name, index)]


def reference_stages(inputs: Inputs, reference: str, index: str) -> Sequence[Step]:
    """Each student group against another, or against the students outside it."""
    counts = inputs.sums("counts", inputs.rows, (), {"students": "COUNT(*)"})
    everyone = _everyone(inputs)
    schools = _pairs(f"{inputs.prefix}schools", counts[-1].name, everyone[-1].name, reference)
    return [*counts, *everyone, schools, *indices(inputs.prefix, schools.name, index)]


def _everyone(inputs: Inputs) -> tuple[Stage, Stage]:
    """All students of the population at each school of each org, whatever their groups."""
    places = comma(["school", "school_year", *(q(f"at_{level}") for level in inputs.levels)])
    text = f"SELECT {places}, COUNT(*) AS students FROM {inputs.rows} GROUP BY {places}"
    first = stage(f"{inputs.prefix}everyone_places", "All students of each school.", text, stored=True)
    union = "\nUNION ALL\n".join(
        f"""SELECT {lit(level)} AS org_level, {q(f"at_{level}")} AS org_id, school, school_year, students
            FROM {first.name} WHERE {q(f"at_{level}")} IS NOT NULL"""
        for level in inputs.levels
    )
    text = f"""SELECT org_level, org_id, school, school_year, CAST(SUM(students) AS DOUBLE) AS everyone
        FROM ({union}) AS l GROUP BY org_level, org_id, school, school_year"""
    return first, stage(f"{inputs.prefix}everyone", "All students of each school, at every org level.", text)


def _pairs(name: str, counts: str, everyone: str, reference: str) -> Stage:
    """A row for each group and each school of the org, also where one of the two groups is absent."""
    org = ("school_year", "org_level", "org_id")
    at_school = (*org, "school")
    group, other = "COALESCE(CAST(c.students AS DOUBLE), 0e0)", "e.everyone - COALESCE(CAST(c.students AS DOUBLE), 0e0)"
    where = join = ""
    if reference != OTHERS:
        where = f" WHERE student_group <> {lit(reference)}"
        other = "COALESCE(CAST(r.students AS DOUBLE), 0e0)"
        join = f"""LEFT JOIN (SELECT * FROM {counts} WHERE student_group = {lit(reference)}) AS r
            ON {on("r", "e", at_school)}"""
    text = f"""SELECT g.school_year AS school_year, g.org_level AS org_level, g.org_id AS org_id,
            g.student_group AS student_group, e.school AS school, {group} AS a, {other} AS b, e.everyone AS t
        FROM (SELECT DISTINCT {comma(PLACED)} FROM {counts}{where}) AS g
        INNER JOIN {everyone} AS e ON {on("g", "e", org)}
        LEFT JOIN {counts} AS c ON {on("c", "e", at_school)} AND c.student_group = g.student_group
        {join}"""
    return stage(name, "Students of each group, and of what it is held against, at each school.", text)


def indices(prefix: str, schools: str, index: str) -> Sequence[Step]:
    """The rows of orgs out of `schools`, which has a, b and t of each school."""
    window = f"OVER (PARTITION BY {comma(PLACED)})"
    text = f"""SELECT {comma(PLACED)}, a, b, t, SUM(a) {window} AS all_a, SUM(b) {window} AS all_b,
            COUNT(*) {window} AS schools FROM {schools} WHERE a + b > 0"""
    sized = stage(f"{prefix}sized", "The same beside the sizes of the groups in the org.", text)
    made = stage(f"{prefix}indices", "The four indices of each org and group.", _made(sized.name))
    rows = "\nUNION ALL\n".join(
        result(made.name, NO_TEXT if name == index else lit(name), positive(name)) for name in INDICES
    )
    return [sized, made, stage(f"{prefix}segregation", "A row for each index.", rows)]


def _made(sized: str) -> str:
    """H of two groups: sums of a ln(a/t' / A/T) over both groups, t' and T counting them alone, by the whole's entropy."""

    def part(here: str, everywhere: str) -> str:
        ratio = f"{here} * (all_a + all_b) / ((a + b) * {everywhere})"
        return f"CASE WHEN {here} > 0 THEN {here} * LN({ratio}) ELSE 0e0 END"

    entropy = "(all_a * LN((all_a + all_b) / all_a) + all_b * LN((all_a + all_b) / all_b))"
    few = "CASE WHEN least_a < least_b THEN least_a ELSE least_b END"
    return f"""SELECT {comma(PLACED)}, {few} AS few, dissimilarity, isolation, exposure,
            information / {entropy} AS information_theory
        FROM (SELECT {comma(PLACED)}, all_a, all_b, MIN(CASE WHEN a > 0 THEN a END) AS least_a,
                MIN(CASE WHEN b > 0 THEN b END) AS least_b, SUM(ABS(a / all_a - b / all_b)) / 2e0 AS dissimilarity,
                SUM((a / all_a) * (a / t)) AS isolation, SUM((a / all_a) * (b / t)) AS exposure,
                SUM({part("a", "all_a")} + {part("b", "all_b")}) AS information
            FROM {sized} WHERE schools > 1 AND all_a > 0 AND all_b > 0
            GROUP BY {comma(PLACED)}, all_a, all_b) AS p"""
