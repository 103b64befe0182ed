"""What has to be said about a result: cells that are not fitted, terms that were dropped, and what could not be computed."""

from __future__ import annotations

from metricspec.measures.growth.effects import FEWEST, category
from metricspec.measures.growth.terms import Design, on, term_names
from metricspec.sql.stage import Stage, comma, lit

DROPPED = "dropped as constant or held by the terms before: "


def reasons(design: Design) -> dict[str, str]:
    """Why a cell is refused, by the word for it in `coefficients`."""
    least = design.spec.cell_minimum
    return {
        "few": f"cell refused: fewer than {least} complete scores, or no more than coefficients",
        "error": "cell refused: the error of the priors exceeds their variation",
        "flat": "cell refused: the outcome is the same for all",
        "absent": "cell not in the fit",
        "unfitted": "cell refused in the fit",
    }


def note_stages(design: Design) -> tuple[Stage, ...]:
    """Ends in `noted`: by year, org and category the flags few ... and dropped_1 ... of its cells, where there are any."""
    return (_noted_cells(design), _noted_places(design), _noted(design))


def _flags(design: Design) -> list[str]:
    return [*reasons(design), *(f"dropped_{at}" for at in range(1, design.q + 1))]


def _noted_cells(design: Design) -> Stage:
    flags = [f"CASE WHEN refused = '{reason}' THEN 1 ELSE 0 END AS {reason}" for reason in reasons(design)]
    flags += [f"dropped_{at}" for at in range(1, design.q + 1)]
    dropped = [f"dropped_{at} = 1" for at in range(1, design.q + 1)]
    text = f"""SELECT {comma(design.keys)}, {comma(flags)} FROM {design.name("coefficients")}
        WHERE {" OR ".join(["refused IS NOT NULL", *dropped])}"""
    return design.stage("noted_cells", "Cells that are refused or have a term dropped.", text, True)


def _noted_places(design: Design) -> Stage:
    """Read from the rows, not the residuals: where no cell has a note, the join has nothing to do."""
    places = [f"at_{level}" for level in design.inputs.levels]
    kept = comma(f"r.{name} AS {name}" for name in (*design.keys, *places))
    flags = comma(f"k.{flag} AS {flag}" for flag in _flags(design))
    text = f"""SELECT DISTINCT {kept}, {flags} FROM {design.inputs.rows} AS r
        INNER JOIN {design.name("noted_cells")} AS k ON {on("k", "r", design.keys)}"""
    return design.stage("noted_places", "Where scores of these cells count.", text, True)


def _noted(design: Design) -> Stage:
    flags = comma(f"MAX({flag}) AS any_{flag}" for flag in _flags(design))
    parts = []
    for level in design.inputs.levels:
        org = f"SELECT {lit(level)} AS org_level, at_{level} AS org_id, school_year"
        source = f"FROM {design.name('noted_places')} WHERE at_{level} IS NOT NULL GROUP BY at_{level}, school_year"
        parts.append(f"{org}, CAST(NULL AS VARCHAR) AS category, {flags} {source}")
        if design.spec.by_cell:
            by = "".join(f", {name}" for name in design.cells)
            parts.append(f"{org}, {category(design)} AS category, {flags} {source}{by}")
    text = "\nUNION ALL\n".join(parts)
    return design.stage("noted", "Notes on the cells of each org.", text)


def note(design: Design, reported: bool = True) -> str:
    """The notes on a row of `placed` p joined to `noted` c, as SQL; NULL where there are none."""
    parts = [f"CASE WHEN c.any_{key} = 1 THEN {lit('; ' + text)} ELSE '' END" for key, text in reasons(design).items()]
    names = [
        f"CASE WHEN c.any_dropped_{at} = 1 THEN {lit(', ' + name)} ELSE '' END"
        for at, name in enumerate(term_names(design.spec), 1)
    ]
    listed = " || ".join(names)
    any_dropped = " OR ".join(f"c.any_dropped_{at} = 1" for at in range(1, design.q + 1))
    parts.append(f"CASE WHEN {any_dropped} THEN {lit('; ' + DROPPED)} || SUBSTR({listed}, 3) ELSE '' END")
    parts.append("CASE WHEN p.n = 0 AND c.org_level IS NULL THEN '; no complete score' ELSE '' END")
    if reported and design.spec.shrinkage == "empirical_bayes":
        parts.append(f"CASE WHEN p.n > 0 AND p.shrink IS NULL THEN '; not shrunken: {_few(design)}' ELSE '' END")
        parts.append("CASE WHEN p.between_ = 0e0 THEN '; no differences beyond chance at this level' ELSE '' END")
    parts.append(
        f"CASE WHEN p.n > 0 AND p.peers < {FEWEST} THEN '; fewer than {FEWEST} schools to compare with' ELSE '' END"
    )
    return f"NULLIF(SUBSTR({' || '.join(parts)}, 3), '')"


def _few(design: Design) -> str:
    return f"the variance between orgs needs {FEWEST} of them, and more scores than orgs"
