"""Expected scores under the partial credit model: a table of log-probabilities, joined, summed and weighted."""

from __future__ import annotations

from metricspec.measures.survey_scale.credit import Parameters, log_probabilities, nodes
from metricspec.measures.survey_scale.design import PERSON, Design, double
from metricspec.sql.stage import Stage, comma, plus

NEGLIGIBLE = (
    "-7e2"  # a log-likelihood whose exponential is near the smallest number there is: PostgreSQL refuses smaller
)


def theta_stages(design: Design) -> tuple[Stage, ...]:
    """From `answers` to `thetas`: the expected a posteriori place (EAP) of each person who answered an item."""
    parameters = design.spec.parameters
    assert parameters is not None
    points = range(1, parameters.points + 1)
    return (_chances(design, parameters), _likelihoods(design, points), _thetas(design, parameters))


def _chances(design: Design, parameters: Parameters) -> Stage:
    known = {item.name: item for item in parameters.items}
    places = [theta for theta, _ in nodes(parameters)]
    rows = []
    for number, name in enumerate(design.spec.items, 1):
        by_point = [log_probabilities(known[name], theta) for theta in places]
        for answer in range(len(known[name].steps) + 1):
            logs = comma(f"CAST({logs[answer]:.12e} AS DOUBLE) AS l_{at}" for at, logs in enumerate(by_point, 1))
            rows.append(f"SELECT {number} AS item_number, {double(float(design.spec.low) + answer)} AS x, {logs}")
    says = f"The log-probability of each answer to each item, at {parameters.points} points of the scale."
    return design.stage("chances", says, "\nUNION ALL\n".join(rows), stored=True)


def _likelihoods(design: Design, points: range) -> Stage:
    by = comma((*PERSON, "item_number"))
    sums = comma(f"SUM(c.l_{at}) AS l_{at}" for at in points)
    person = comma(f"a.{key}" for key in PERSON)
    known = f"SELECT {by}, MAX(x) AS x FROM {design.name('answers')} WHERE x IS NOT NULL GROUP BY {by}"
    text = f"""SELECT {comma(f"a.{key} AS {key}" for key in PERSON)}, {sums} FROM ({known}) AS a
        INNER JOIN {design.name("chances")} AS c ON c.item_number = a.item_number AND c.x = a.x GROUP BY {person}"""
    return design.stage("likelihoods", "How likely a person's answers are at each point of the scale.", text)


def _thetas(design: Design, parameters: Parameters) -> Stage:
    by = comma(PERSON)
    logs = [f"l_{at} + {double(log)}" for at, (_, log) in enumerate(nodes(parameters), 1)]
    weighed = comma(
        f"CASE WHEN {log} > {NEGLIGIBLE} THEN EXP({log}) ELSE 0e0 END AS e_{at}" for at, log in enumerate(logs, 1)
    )
    above = plus(f"{double(theta)} * e_{at}" for at, (theta, _) in enumerate(nodes(parameters), 1))
    below = plus(f"e_{at}" for at in range(1, parameters.points + 1))
    text = f"""SELECT {by}, ({above}) / NULLIF({below}, 0e0) AS theta
        FROM (SELECT {by}, {weighed} FROM {design.name("likelihoods")}) AS w"""
    return design.stage("thetas", "Where on the scale each person is expected to be.", text, stored=True)
