"""The fitted model of each cell, solved from its moments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from metricspec.measures.growth.solve_lists import list_stages
from metricspec.measures.growth.solve_long import long_stages
from metricspec.measures.growth.solve_wide import wide_stages
from metricspec.measures.growth.system import CONSTANT, error, system_stage
from metricspec.measures.growth.terms import Design, columns
from metricspec.sql.dialects import Solve
from metricspec.sql.stage import Stage, comma, plus

SOLVES: Mapping[Solve, Callable[[Design], tuple[Stage, ...]]] = MappingProxyType(
    {"long": long_stages, "wide": wide_stages, "lists": list_stages}
)
EXACT = "1e-13"  # of the outcome's sum of squares: what a fit leaves under it is rounding, and counts as nothing


def solved_stages(design: Design) -> tuple[Stage, ...]:
    """From `moments` to `coefficients`: one row per cell with its keys and n.

    intercept, b_1 ... b_q: in raw units, 0 for a dropped term, which has dropped_i = 1. shifted: the intercept among
    centred variables. scale: what makes weights 1 on average. deviation: the outcome's standard deviation, 1 where
    nothing is standardized; unit: 1 / deviation, by which residuals are multiplied (0 where the fit leaves only
    rounding). refused: few, error or flat; then all numbers are NULL, so that the cell's scores have no residual.
    """
    solve = SOLVES[design.inputs.solve]
    return (system_stage(design), *solve(design), _coefficients(design))


def expected_of_school(design: Design) -> str:
    """What the intercept and plain peer means of a cell `k` add to all scores of a school, of sums `s`."""
    terms = enumerate(design.bases.values(), len(design.students) + 1)
    return plus(("k.shifted", *(f"k.b_{at} * s.s_{base} / s.w" for at, base in terms)))


def _coefficients(design: Design) -> Stage:
    terms = range(1, design.q + 1)
    y = design.q + 1
    kept = plus(f"CASE WHEN s.s_{i} = 0 THEN 1 ELSE 0 END" for i in terms)
    refused = f"""CASE WHEN m.n < {design.spec.cell_minimum} OR m.n <= {kept} + 1 THEN 'few'
        WHEN {" OR ".join(f"s.s_{i} = 2" for i in terms)} THEN 'error'
        WHEN m.cross_{y}_{y} <= {CONSTANT} * m.w * m.mean_{y} * m.mean_{y} THEN 'flat' END"""
    solved = comma(f"s.b_{i} AS b_{i}, s.s_{i} AS s_{i}" for i in terms)
    joined = f"""SELECT m.*, {solved}, {refused} AS refused, {columns(design.keys, "k")}
        FROM {design.name("moments")} AS m INNER JOIN {design.name("solution")} AS s ON s.cell = m.cell
        INNER JOIN {design.name("cells")} AS k ON k.cell = m.cell"""
    exact = f"{_left(design)} <= {EXACT} * cross_{y}_{y}" if not design.two_step else "1 = 0"
    numbers = {
        "intercept": f"mean_{y} - ({plus(f'b_{i} * mean_{i}' for i in terms)})",
        "shifted": f"shift_{y} - ({plus(f'b_{i} * shift_{i}' for i in terms)})",
        **{f"b_{i}": f"b_{i}" for i in terms},
        "scale": "n / w",
        "deviation": _deviation(design),
        "unit": f"CASE WHEN {exact} THEN 0e0 ELSE 1e0 / ({_deviation(design)}) END",
    }
    chosen = comma(f"CASE WHEN refused IS NULL THEN {value} END AS {name}" for name, value in numbers.items())
    dropped = comma(f"CASE WHEN refused IS NULL AND s_{i} = 1 THEN 1 ELSE 0 END AS dropped_{i}" for i in terms)
    text = f"SELECT cell, {comma(design.keys)}, n, refused, {chosen}, {dropped} FROM ({joined}) AS f"
    return design.stage("coefficients", "The fitted model of each cell, or why it has none.", text, stored=True)


def _left(design: Design) -> str:
    """The sum of squared residuals, from the moments: y'y - b'X'y + b'Sb."""
    y = design.q + 1
    parts = [f"cross_{y}_{y}", *(f"b_{i} * cross_{i}_{y}" for i in range(1, y))]
    known = [(i, error(design, i)) for i in range(1, y)]
    return " - ".join(parts) + "".join(f" + b_{i} * b_{i} * {what}" for i, what in known if what)


def _deviation(design: Design) -> str:
    if design.spec.standardize == "none":
        return "1e0"
    y = design.q + 1
    variance = "population_ss / population_n" if design.spec.standardize == "population" else f"cross_{y}_{y} / w"
    return f"SQRT(CASE WHEN {variance} > 0e0 THEN {variance} END)"
