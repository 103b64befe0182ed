"""From rows to sums: centred scores, sums by school, and for each cell the means and centred sums of products."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metricspec.measures.growth.terms import LARGEST, Design, columns
from metricspec.sql.stage import Stage, comma, on


def kept_stages(design: Design) -> tuple[Stage, ...]:
    """Ends in a row for each score, all in numbers: `kept`, and with means over others `terms`, which has these too."""
    stages = [_cells(design), _places(design), _kept(design)]
    if design.schools:
        stages.append(_school_sums(design))
    if not design.means:
        stages.append(_with_means_of_others(design))
    return tuple(stages)


def centred_stages(design: Design) -> tuple[Stage, ...]:
    """The same, and with places as text: `scores`, a row for each, and where they are needed `schools`, their sums."""
    stages = [*kept_stages(design), _scores(design)]
    if design.schools:
        stages.append(_schools(design))
    return tuple(stages)


def moment_stages(design: Design) -> tuple[Stage, ...]:
    """Ends in `moments`: a row for each cell with n, w, w2, means, shifts, and centred sums of products."""
    stages = [*product_stages(design)]
    if design.means and design.schools:
        stages.append(_between(design))
    if design.spec.standardize == "population":
        stages.append(population(design))
    return (*stages, _moments(design))


def _cells(design: Design) -> Stage:
    centres = comma(f"AVG(r.{v}) AS c_{v}" for v in design.measured)
    keys = comma(f"r.{key}" for key in design.keys)
    text = f"""SELECT CAST(ROW_NUMBER() OVER (ORDER BY {keys}) AS INTEGER) AS cell, {keys}, COUNT(*) AS n, {centres}
        FROM {design.inputs.rows} AS r WHERE {design.complete()} GROUP BY {keys}"""
    says = "The cells, numbered, with the mean of each variable over complete scores."
    return design.stage("cells", says, text, stored=True)


def _places(design: Design) -> Stage:
    """Text that is not known stands as '', so that places can be joined."""
    known = comma(f"COALESCE({name}, '') AS {name}" for name in design.places)
    names = comma(design.places)
    text = f"""SELECT CAST(ROW_NUMBER() OVER (ORDER BY {names}) AS INTEGER) AS place,
        CAST(DENSE_RANK() OVER (ORDER BY school) AS INTEGER) AS school_number, {names}
        FROM (SELECT DISTINCT {known} FROM {design.inputs.rows}) AS p"""
    return design.stage("places", "Where scores count, numbered.", text, stored=True)


def _kept(design: Design) -> Stage:
    """Stored once: four passes over numbers cost less than over text and the joins that centre."""
    kept = columns([*design.signature, *(("student",) if design.named else ()), *design.raw], "r")
    values = comma(f"r.{v} - k.c_{v} AS {v}" for v in design.measured)
    same = " AND ".join(f"p.{name} = COALESCE(r.{name}, '')" for name in design.places)
    text = f"""SELECT p.place AS place, p.school_number AS school_number, k.cell AS cell,
        CASE WHEN {design.complete()} THEN 1 END AS complete{f", {kept}" if kept else ""}, {values}
        FROM {design.inputs.rows} AS r INNER JOIN {design.name("places")} AS p ON {same}
        LEFT JOIN {design.name("cells")} AS k ON {on("k", "r", design.keys)}"""
    says = "Every score less the mean of its cell; complete where all that the model needs is known of it."
    return design.stage("kept", says, text, stored=True)


def _scores(design: Design) -> Stage:
    items = [*design.signature, *(("student",) if design.named else ()), *design.raw, "cell", "complete"]
    values = [*design.students, *(design.others if design.means else design.bases), "y"]
    text = f"""SELECT {places_as_text(design, "p")}, {columns([*items, *values], "s")}
        FROM {design.kept} AS s INNER JOIN {design.name("places")} AS p ON p.place = s.place"""
    return design.stage("scores", "Every score with its places as text.", text)


def places_as_text(design: Design, table: str) -> str:
    return comma(f"NULLIF({table}.{name}, '') AS {name}" for name in design.places)


def _school_sums(design: Design) -> Stage:
    names = design.measured if design.means else tuple(dict.fromkeys(design.bases.values()))
    sums = comma(f"{design.total(v)} AS s_{v}" for v in names)
    text = f"""SELECT cell, school_number, COUNT(*) AS n, {design.total()} AS w, {sums}
        FROM {design.name("kept")} WHERE complete = 1 GROUP BY cell, school_number"""
    return design.stage("school_sums", "Sums of the complete scores of each school in each cell.", text, stored=True)


def _schools(design: Design) -> Stage:
    text = f"""SELECT s.*, p.school AS school FROM {design.name("school_sums")} AS s
        INNER JOIN (SELECT DISTINCT school_number, school FROM {design.name("places")}) AS p
        ON p.school_number = s.school_number"""
    return design.stage("schools", "The same sums with the school as text.", text)


def _with_means_of_others(design: Design) -> Stage:
    """A student alone in a school and cell has no others: that score is not complete."""
    weight = "s.w" if design.weighted else "1e0"
    items = ["place", "school_number", "cell", *design.signature, *(("student",) if design.named else ()), *design.raw]
    alone = f"s.complete = 1 AND p.n > 1 AND p.w - {weight} > 0e0"
    means = comma(
        f"CASE WHEN {alone} THEN (p.s_{base} - {weight} * s.{base}) / (p.w - {weight}) END AS {peer}"
        for peer, base in design.bases.items()
    )
    text = f"""SELECT {columns([*items, *design.students, "y"], "s")}, CASE WHEN {alone} THEN 1 END AS complete, {means}
        FROM {design.name("kept")} AS s
        LEFT JOIN {design.name("school_sums")} AS p ON p.cell = s.cell AND p.school_number = s.school_number"""
    return design.stage("terms", "Every score with the means of the others in its school and cell.", text)


def _pairs(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for at, one in enumerate(names):
        for other in names[at:]:
            yield one, other


def product_stages(design: Design) -> tuple[Stage, ...]:
    """Ends in `products`; in sums by school they are apart before, by the levels at which scores count."""
    if not design.summed:
        return (_products(design, "products", ("cell",)),)
    names = ("n", "w", "w2", *_sums_of_products(design))
    added = comma(f"SUM({name}) AS {name}" for name in names[1:])
    text = f"""SELECT cell, CAST(SUM(n) AS BIGINT) AS n, {added}
        FROM {design.name("counted_products")} GROUP BY cell"""
    whole = design.stage("products", "The same sums over all complete scores of each cell.", text)
    return (_products(design, "counted_products", ("cell", *design.counted)), whole)


def _sums_of_products(design: Design) -> dict[str, str]:
    names = design.in_rows
    found = {f"s_{v}": design.total(v) for v in names}
    found |= {f"t_{one}_{other}": design.total(f"{one} * {other}") for one, other in _pairs(names)}
    return found | {f"e_{at}": design.total(f"e{at} * e{at}") for at in design.errors}


def _products(design: Design, name: str, by: Sequence[str]) -> Stage:
    squares = "SUM(w * w)" if design.weighted else "CAST(COUNT(*) AS DOUBLE)"
    items = comma(f"{sql} AS {column}" for column, sql in _sums_of_products(design).items())
    text = f"""SELECT {comma(by)}, COUNT(*) AS n, {design.total()} AS w, {squares} AS w2, {items}
        FROM {design.kept} WHERE complete = 1 GROUP BY {comma(by)}"""
    says = "Sums of products over the complete scores of each cell."
    return design.stage(name, says, text, stored=design.summed)


def _between(design: Design) -> Stage:
    """Sums of products of school sums: those of a peer term with anything, and in two steps all."""
    bases = set(design.bases.values())
    pairs = [(one, other) for one, other in _pairs(design.measured) if design.two_step or {one, other} & bases]
    items = [f"SUM(s_{v}) AS s_{v}" for v in design.others]
    items += [f"SUM(s_{one} * s_{other} / w) AS b_{one}_{other}" for one, other in pairs]
    text = f"SELECT cell, {comma(items)} FROM {design.name('school_sums')} GROUP BY cell"
    return design.stage("between", "Sums of products of the schools' means in each cell.", text)


def population(design: Design) -> Stage:
    text = f"""SELECT cell, CAST(COUNT(*) AS DOUBLE) AS n, SUM(y) AS s, SUM(y * y) AS ss
        FROM {design.name("kept")} WHERE cell IS NOT NULL AND ABS(y) < {LARGEST} GROUP BY cell"""
    return design.stage("population", "Known outcomes of each cell, also of scores that are not complete.", text)


def _moments(design: Design) -> Stage:
    """Variables are numbered as terms are, the outcome last. A shift is a mean less the centre of its cell."""
    names = (*design.terms, "y")
    items = [f"{_sum(design, v)} / t.w AS shift_{at}" for at, v in enumerate(names, 1)]
    items += [f"k.c_{design.base(v)} + {_sum(design, v)} / t.w AS mean_{at}" for at, v in enumerate(names, 1)]
    for i, one in enumerate(names, 1):
        for j, other in enumerate(names[i - 1 :], i):
            crossed = f"{_product(design, one, other)} - {_sum(design, one)} * {_sum(design, other)} / t.w"
            items.append(f"{crossed} AS cross_{i}_{j}")
    if design.two_step:
        for one, other in _pairs((*design.students, "y")):
            items.append(f"t.t_{one}_{other} - b.b_{one}_{other} AS within_{one}_{other}")
    items += [f"t.e_{at} AS error_{at}" for at in design.errors]
    source = f"{design.name('products')} AS t INNER JOIN {design.name('cells')} AS k ON k.cell = t.cell"
    if design.means and design.schools:
        source += f" INNER JOIN {design.name('between')} AS b ON b.cell = t.cell"
    if design.spec.standardize == "population":
        source += f" INNER JOIN {design.name('population')} AS p ON p.cell = t.cell"
        items.append("p.n AS population_n, p.ss - p.s * p.s / p.n AS population_ss")
    text = f"SELECT t.cell AS cell, t.n AS n, t.w AS w, t.w2 AS w2, {comma(items)} FROM {source}"
    return design.stage("moments", "Means and centred sums of products of each cell.", text, stored=True)


def _sum(design: Design, variable: str) -> str:
    """The sum of a variable over a cell: of a plain peer mean that is the sum of its base."""
    name = variable if variable in design.in_rows else design.base(variable)
    return f"t.s_{name}" if name in design.in_rows else f"b.s_{name}"


def _product(design: Design, one: str, other: str) -> str:
    if one in design.in_rows and other in design.in_rows:
        return f"t.t_{one}_{other}"
    pair = sorted((design.base(one), design.base(other)), key=design.measured.index)
    return f"b.b_{pair[0]}_{pair[1]}"
