"""Growth of one student group: sums by school and cell in place of a row for each score.

A residual is linear in a score's variables, so its sum over a school comes from theirs. The scores are read for those
sums, for the products of each cell, and to be counted; squares of residuals come from the products.
"""

from __future__ import annotations

from metricspec.measure import Inputs
from metricspec.measures.growth.coefficients import expected_of_school
from metricspec.measures.growth.spec import GrowthSpec
from metricspec.measures.growth.terms import Design, columns
from metricspec.sql.stage import Stage, comma, on, plus


def suits(spec: GrowthSpec, inputs: Inputs) -> bool:
    """With student groups there are nearly as many sums as scores; with means over others each score has its own; and
    where a school's scores count at several orgs of a level, its sums do not tell which."""
    design = Design(spec, inputs)
    return design.means and not design.signature and bool(inputs.bare)


def summed_stages(design: Design) -> tuple[Stage, ...]:
    """From the rows to `cells`, `centred_sums` (a row for each school in each cell) and `kept` (a row for each score less
    the centre of its cell)."""
    schools = (_populations(design), _unlike(design))
    sums = (_raw_sums(design), _cells(design), _centred_sums(design))
    return (*schools, *sums, *((_school_sums(design),) if design.schools else ()), _kept(design))


def residual_sums(design: Design) -> tuple[Stage, ...]:
    """From `coefficients` to `carried_sums`: by place and cell the counts and sums that effects are made of."""
    return (_place_residuals(design), _squares(design), _within_cells(design), _carried_sums(design))


def _places(design: Design) -> list[str]:
    return [f"at_{level}" for level in design.inputs.levels]


def _where_counted(design: Design, table: str) -> str:
    levels = design.inputs.levels
    return comma(f"CASE WHEN {table}.at_{level} IS NULL THEN 0 ELSE 1 END AS in_{level}" for level in levels)


def _populations(design: Design) -> Stage:
    text = f"""SELECT e.school AS school, e.school_year AS school_year, e.population AS population, p.school AS known,
        {columns(_places(design), "p")}, {_where_counted(design, "p")}
        FROM (SELECT school, school_year, COUNT(*) AS population FROM {design.inputs.bare} GROUP BY school, school_year) AS e
        LEFT JOIN {design.inputs.schools} AS p ON p.school = e.school AND p.school_year = e.school_year"""
    return design.stage("populations", "How many scores each school has, and where they count.", text, stored=True)


def _unlike(design: Design) -> Stage:
    """Few or none: to look every score's school up would cost more than all its products."""
    missing = " OR ".join(f"{place} IS NULL" for place in ("known", *_places(design)))
    text = f"SELECT * FROM {design.name('populations')} WHERE {missing}"
    return design.stage("unlike", "Schools that are not known, or do not count at every level.", text)


def _raw_sums(design: Design) -> Stage:
    by = comma([*design.keys, "school"])
    squares = "SUM(w * w)" if design.weighted else "CAST(COUNT(*) AS DOUBLE)"
    sums = comma(f"{design.total(v)} AS s_{v}" for v in design.measured)
    inner = f"""SELECT {by}, COUNT(*) AS n, {design.total()} AS w, {squares} AS w2, {sums}
        FROM {design.inputs.bare} AS r WHERE {design.complete()} GROUP BY {by}"""
    text = f"""SELECT s.*, {columns(_places(design), "p")} FROM ({inner}) AS s
        INNER JOIN {design.inputs.schools} AS p ON p.school = s.school AND p.school_year = s.school_year"""
    return design.stage("raw_sums", "Sums of the complete scores of each school in each cell.", text, stored=True)


def _cells(design: Design) -> Stage:
    centres = comma(f"SUM(s_{v}) / SUM(w) AS c_{v}" for v in design.measured)
    keys = comma(design.keys)
    text = f"""SELECT CAST(ROW_NUMBER() OVER (ORDER BY {keys}) AS INTEGER) AS cell, {keys},
        CAST(SUM(n) AS BIGINT) AS n, {centres} FROM {design.name("raw_sums")} GROUP BY {keys}"""
    says = "The cells, numbered, with the mean of each variable over complete scores."
    return design.stage("cells", says, text, stored=True)


def _centred_sums(design: Design) -> Stage:
    sums = comma(f"s.s_{v} - s.w * k.c_{v} AS s_{v}" for v in design.measured)
    names = columns([*design.places, "n", "w", "w2"], "s")
    text = f"""SELECT k.cell AS cell, {names}, {_where_counted(design, "s")}, {sums}
        FROM {design.name("raw_sums")} AS s INNER JOIN {design.name("cells")} AS k ON {on("k", "s", design.keys)}"""
    says = "The same sums of what scores differ by from the mean of their cell."
    return design.stage("centred_sums", says, text, stored=True)


def _school_sums(design: Design) -> Stage:
    sums = comma(f"s_{v}" for v in design.measured)
    text = f"SELECT cell, school, n, w, {sums} FROM {design.name('centred_sums')}"
    return design.stage("school_sums", "The same, wherever its scores count.", text)


def _kept(design: Design) -> Stage:
    """Not stored: few passes read it, and each only some of its columns."""
    values = [f"r.{v} - k.c_{v} AS {v}" for v in design.measured]
    counted = [f"COALESCE(u.{name}, 1) AS {name}" for name in design.counted]
    names = ["school", "school_year", *design.raw]
    items = comma([columns(names, "r"), *counted, *values, *(f"k.{c} AS {c}" for c in design.categories)])
    text = f"""SELECT k.cell AS cell, CASE WHEN {design.complete()} THEN 1 END AS complete, {items}
        FROM {design.inputs.bare} AS r LEFT JOIN {design.name("cells")} AS k ON {on("k", "r", design.keys)}
        LEFT JOIN {design.name("unlike")} AS u ON u.school = r.school AND u.school_year = r.school_year
        WHERE r.school IS NOT NULL AND r.school_year IS NOT NULL AND (u.school IS NULL OR u.known IS NOT NULL)"""
    says = "Every score less the mean of its cell; complete where all that the model needs is known of it."
    return design.stage("kept", says, text)


def _place_residuals(design: Design) -> Stage:
    """own: sums of the outcome less what students' own terms add to it; total: less all that is expected."""
    source = f"""{design.name("centred_sums")} AS s
        INNER JOIN {design.name("coefficients")} AS k ON k.cell = s.cell"""
    expected = expected_of_school(design)
    names = columns(["cell", *design.places, *design.counted, "n", "w", "w2"], "s")
    own = plus(f"k.b_{v[1:]} * s.s_{v}" for v in design.students)
    model = columns(["unit", "scale", *design.categories], "k")
    inner = f"""SELECT {names}, {model}, {expected} AS expected,
        s.s_y - ({own}) AS own FROM {source}"""
    text = f"SELECT r.*, own - w * expected AS total FROM ({inner}) AS r"
    return design.stage("place_residuals", "Sums of residuals of each school in each cell.", text, stored=True)


def _squares(design: Design) -> Stage:
    """By products: (y - Xb)'(y - Xb) of centred scores. A fit would have to be exact to ten digits to lose some here."""
    parts = []
    for i, one in enumerate(design.students, 1):
        rest = "".join(f" - 2e0 * k.b_{j} * t.t_{one}_x{j}" for j in range(i + 1, len(design.students) + 1))
        parts.append(f" - k.b_{i} * (2e0 * t.t_{one}_y - k.b_{i} * t.t_{one}_{one}{rest})")
    text = f"""SELECT {columns(["cell", *design.counted], "t")}, t.t_y_y{"".join(parts)} AS squares
        FROM {design.name("counted_products")} AS t INNER JOIN {design.name("coefficients")} AS k ON k.cell = t.cell"""
    return design.stage("squares", "Squares of what students' own terms leave of each cell's scores.", text)


def _within_cells(design: Design) -> Stage:
    """What peers add is the same for a whole school, so that squares within schools do not change with it."""
    by = design.counted
    inner = f"""SELECT {comma(["cell", *by])}, SUM(w) AS w, SUM(own * own / w) AS between_schools
        FROM {design.name("place_residuals")} GROUP BY {comma(["cell", *by])}"""
    within = "q.squares - p.between_schools"
    text = f"""SELECT {columns(["cell", *by], "p")}, CASE WHEN {within} > 0e0 THEN ({within}) / p.w ELSE 0e0 END AS within
        FROM ({inner}) AS p INNER JOIN {design.name("squares")} AS q ON {on("p", "q", ["cell", *by])}"""
    return design.stage("within_cells", "The variance of residuals within the schools of a cell.", text, stored=True)


def _carried_sums(design: Design) -> Stage:
    """A school's sum of squares is that of its mean, and its share by weight of the squares within schools."""
    squares = "(p.total * p.total / p.w + p.w * v.within) * p.unit * p.unit"
    items = {"complete": "p.n", "fitted": "CASE WHEN p.unit IS NULL THEN 0 ELSE p.n END"}
    if design.weighted:
        items |= {"w": "p.w * p.scale", "w2": "p.w2 * p.scale * p.scale"}
        items |= {"r": "p.total * p.unit * p.scale", "rr": f"{squares} * p.scale"}
    else:
        items |= {"r": "p.total * p.unit", "rr": squares}
    places = [*design.places, *design.categories]
    sums = comma(f"{value} AS {name}" for name, value in items.items())
    nothing = comma(f"CAST(NULL AS DOUBLE) AS {name}" for name in items if name in ("w", "w2", "r", "rr"))
    everyone = f"SELECT * FROM {design.name('populations')} WHERE known IS NOT NULL"
    if design.categories:
        everyone = _populations_of_cells(design)
    text = f"""SELECT {columns(places, "p")}, 0 AS population, {sums} FROM {design.name("place_residuals")} AS p
        INNER JOIN {design.name("within_cells")} AS v ON {on("v", "p", ["cell", *design.counted])}
        UNION ALL
        SELECT {comma(places)}, population, 0 AS complete, 0 AS fitted, {nothing} FROM ({everyone}) AS e"""
    return design.stage("carried_sums", "Counts and sums of residuals by place, and how many scores there are.", text)


def _populations_of_cells(design: Design) -> str:
    by = comma(["school", "school_year", *design.categories])
    names = columns(["school", "school_year", *design.categories, "population"], "e")
    return f"""SELECT {names}, {columns(_places(design), "p")}
        FROM (SELECT {by}, COUNT(*) AS population FROM {design.kept} GROUP BY {by}) AS e
        INNER JOIN {design.inputs.schools} AS p ON p.school = e.school AND p.school_year = e.school_year"""
