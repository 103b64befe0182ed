"""From the rows of a survey to one row for each person, with an answer to each item."""

from __future__ import annotations

from dataclasses import replace

from metricspec.measure import Inputs
from metricspec.measures.survey_scale.design import PERSON, Design, double
from metricspec.measures.survey_scale.spec import Part, SurveyScaleSpec
from metricspec.measures.survey_scale.thetas import theta_stages
from metricspec.sql.stage import Stage, comma, lit, on, plus, q

# 1 for the row of a person at the school where they answered the most items.
CHOICE = """ROW_NUMBER() OVER (PARTITION BY s.student, s.school_year ORDER BY s.answered_0 DESC, s.school) AS choice"""


def person_stages(design: Design) -> tuple[Stage, ...]:
    """From the rows to `counted`: one row for each person, with all that is carried and, for each part of the items (0
    the whole), answered_0 (items answered), favorable_0 (of them favorable), y_0 (the score less `origin`, NULL for who
    answered too few). complete_0 is 1 for who answered all items, else NULL; outside: answers that are out of range."""
    thetas = theta_stages(design) if design.spec.parameters is not None else ()
    return (
        _items(design),
        _answers(design),
        _people(design),
        *thetas,
        _scored(design),
        _places(design),
        _counted(design),
    )


def pattern_stages(spec: SurveyScaleSpec, inputs: Inputs) -> tuple[Stage, ...]:
    """Ends in the patterns of answers of the people who count: school_year, x_1 ... and people."""
    design = Design(replace(spec, parameters=None, parts=()), inputs)
    by = comma(["school_year", *(f"x_{at}" for at in range(1, len(spec.items) + 1))])
    text = f"""SELECT {by}, COUNT(*) AS people FROM (SELECT s.*, {CHOICE} FROM {design.name("scored")} AS s) AS c
        WHERE choice = 1 AND answered_0 >= {design.parts[0].fewest} GROUP BY {by}"""
    patterns = design.stage("patterns", "How many people gave each pattern of answers.", text)
    return (_items(design), _answers(design), _people(design), _scored(design), patterns)


def _items(design: Design) -> Stage:
    rows = (
        f"SELECT {lit(name)} AS item, {at} AS item_number, {int(name in design.spec.reverse)} AS reversed"
        for at, name in enumerate(design.spec.items, 1)
    )
    return design.stage("items", "The items of the scale.", "\nUNION ALL\n".join(rows), stored=True)


def _answers(design: Design) -> Stage:
    spec = design.spec
    low, high = double(float(spec.low)), double(float(spec.high))
    inside = f"r.response >= {low} AND r.response <= {high}"
    if spec.score == "partial_credit":
        inside += " AND r.response = FLOOR(r.response)"
    turned = f"CASE WHEN k.reversed = 1 THEN {low} + {high} - r.response ELSE r.response END"
    text = f"""SELECT {comma(f"r.{key} AS {key}" for key in PERSON)}, k.item_number AS item_number,
        CASE WHEN {inside} THEN {turned} END AS x,
        CASE WHEN r.response IS NOT NULL AND NOT ({inside}) THEN 1 ELSE 0 END AS outside
        FROM {design.inputs.rows} AS r INNER JOIN {design.name("items")} AS k ON k.item = r.item"""
    says = "The answers to the items of the scale, reversed where an item is; one out of range is none."
    return design.stage("answers", says, text, stored=spec.parameters is not None)


def _people(design: Design) -> Stage:
    answers = comma(
        f"MAX(CASE WHEN item_number = {at} THEN x END) AS x_{at}" for at in range(1, len(design.spec.items) + 1)
    )
    by = comma(PERSON)
    text = f"""SELECT {by}, {answers}, SUM(outside) AS outside, MIN(item_number) AS first_item
        FROM {design.name("answers")} GROUP BY {by}"""
    return design.stage(
        "people", "One row for each person and school, with the answer to each item.", text, stored=True
    )


def _scored(design: Design) -> Stage:
    xs = [f"x_{at}" for at in range(1, len(design.spec.items) + 1)]
    items = []
    for number, part in enumerate(design.parts):
        of = [f"x_{at}" for at in part.items]
        items.append(f"{plus(f'CASE WHEN {x} IS NOT NULL THEN 1 ELSE 0 END' for x in of)} AS answered_{number}")
        items.append(f"{plus(f'COALESCE({x}, 0e0)' for x in of)} AS total_{number}")
        favorable = double(float(design.spec.favorable or 0))
        chosen = plus(f"CASE WHEN {x} >= {favorable} THEN 1 ELSE 0 END" for x in of) if design.percent else "0"
        items.append(f"{chosen} AS favorable_{number}")
    listed = comma(f"p.{name}" for name in (*PERSON, *xs, "outside", "first_item"))
    source = f"{design.name('people')} AS p"
    if design.spec.parameters is not None:
        listed += ", t.theta AS theta"
        source += f" LEFT JOIN {design.name('thetas')} AS t ON {on('t', 'p', PERSON)}"
    text = f"SELECT {comma([listed, *items])} FROM {source}"
    return design.stage("scored", "How many items each person answered, and their sum.", text)


def _places(design: Design) -> Stage:
    """Where a person counts and in which groups, by item: who a person is stands in each of their rows."""
    carried = comma(f"r.{q(name)} AS {q(name)}" for name in design.inputs.carried)
    text = f"""SELECT r.student AS student, {carried}, k.item_number AS item_number{_asked(design)}
        FROM {design.inputs.rows} AS r INNER JOIN {design.name("items")} AS k ON k.item = r.item"""
    return design.stage("places", "The orgs and student groups of each person.", text)


def _asked(design: Design) -> str:
    """The participation asked of a person: the first floor whose condition holds, none asked is 0."""
    if not design.spec.floors:
        return ""
    branches = [
        f"WHEN {'1 = 1' if floor.where is None else f'r.floor_{at} = 1e0'} THEN {double(float(floor.percent))}"
        for at, floor in enumerate(design.spec.floors)
    ]
    return f", CASE {' '.join(branches)} ELSE 0e0 END AS asked"


def _counted(design: Design) -> Stage:
    own = [name for name in design.inputs.carried if name not in PERSON]
    items = [q(name) for name in design.inputs.carried] + ["outside"]
    for number, part in enumerate(design.parts):
        enough = f"answered_{number} >= {part.fewest}"
        items += [
            f"CASE WHEN {enough} THEN {name}_{number} END AS {name}_{number}" for name in ("answered", "favorable")
        ]
        items.append(
            f"CASE WHEN {enough} THEN {_score(design, number, part)} - {design.origin(number)} END AS y_{number}"
        )
    xs = [f"x_{at}" for at in design.parts[0].items]
    items.append(f"CASE WHEN answered_0 = {len(xs)} THEN 1 END AS complete_0")
    items += [*xs, "total_0", *(["asked"] if design.spec.floors else [])]
    carried = comma(f"a.{q(name)} AS {q(name)}" for name in own)
    asked = ", a.asked AS asked" if design.spec.floors else ""
    text = f"""SELECT {comma(items)} FROM (SELECT s.*{f", {carried}" if own else ""}{asked}, {CHOICE}
            FROM {design.name("scored")} AS s INNER JOIN {design.name("places")} AS a
            ON {on("a", "s", PERSON)} AND a.item_number = s.first_item) AS c
        WHERE choice = 1"""
    says = "Each person once, at the school where they answered the most items, with their score."
    return design.stage("counted", says, text)


def _score(design: Design, number: int, part: Part) -> str:
    spec = design.spec
    if design.percent:
        return f"CAST(favorable_{number} AS DOUBLE) / NULLIF(answered_{number}, 0)"
    if spec.parameters is None:
        mean = f"total_{number} / NULLIF(answered_{number}, 0)"
        return f"{len(part.items)}e0 * {mean}" if spec.score == "total" else mean
    if spec.scale_mean is None or spec.scale_sd is None:
        return "theta"
    units = spec.scale_sd / spec.parameters.sd
    return f"{double(spec.scale_mean)} + {double(units)} * (theta - {double(spec.parameters.mean)})"
