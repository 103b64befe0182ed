"""What has to be said about a result: cells that are not fitted, terms that were dropped, and what could not be computed."""

from __future__ import annotations

from metricspec.measures.growth.effects import FEWEST, category
from metricspec.measures.growth.terms import Design, term_names
from metricspec.sql.stage import Stage, comma, lit, on

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
    """From `placed` to `told`, which has its notes too; NULL where there is nothing to say."""
    return (_noted_cells(design), _noted_places(design), _noted(design), _told(design))


def _flags(design: Design) -> list[str]:
    return [*reasons(design), *(f"dropped_{at}" for at in range(1, design.q + 1))]


def _noted_cells(design: Design) -> Stage:
    flags = [f"CASE WHEN refused = '{reason}' THEN 1 ELSE 0 END AS {reason}" for reason in reasons(design)]
    flags += [f"dropped_{at}" for at in range(1, design.q + 1)]
    dropped = [f"dropped_{at} = 1" for at in range(1, design.q + 1)]
    text = f"""SELECT {comma(design.keys)}, {comma(flags)} FROM {design.name("coefficients")}
        WHERE {" OR ".join(["refused IS NOT NULL", *dropped])}"""
    return design.stage("noted_cells", "Cells that are refused or have a term dropped.", text)


def _noted_places(design: Design) -> Stage:
    """Read from the rows, not the residuals: where no cell has a note, the join has nothing to do."""
    places = [f"at_{level}" for level in design.inputs.levels]
    kept = comma(f"r.{name} AS {name}" for name in (*design.keys, *places))
    flags = comma(f"k.{flag} AS {flag}" for flag in _flags(design))
    text = f"""SELECT DISTINCT {kept}, {flags} FROM {design.inputs.rows} AS r
        INNER JOIN {design.name("noted_cells")} AS k ON {on("k", "r", design.keys)}"""
    return design.stage("noted_places", "Where scores of these cells count.", text, stored=True)


def _noted(design: Design) -> Stage:
    """What is to be said of the cells of each org, and of each of its cells where they have rows of their own."""
    flags = comma(f"MAX({flag}) AS any_{flag}" for flag in _flags(design))
    parts = []
    for level in design.inputs.levels:
        org = f"SELECT {lit(level)} AS org_level, at_{level} AS org_id, school_year"
        source = f"FROM {design.name('noted_places')} WHERE at_{level} IS NOT NULL GROUP BY at_{level}, school_year"
        parts.append(f"{org}, CAST(NULL AS VARCHAR) AS category, {flags} {source}")
        if design.spec.by_cell:
            by = "".join(f", {name}" for name in design.cells)
            parts.append(f"{org}, {category(design)} AS category, {flags} {source}{by}")
    union = "\nUNION ALL\n".join(parts)
    text = f"SELECT org_level, org_id, school_year, category, {_of_cells(design)} AS note FROM ({union}) AS f"
    return design.stage("noted", "Notes on the cells of each org.", text)


def _of_cells(design: Design) -> str:
    """Each note begins with '; '."""
    parts = [f"CASE WHEN any_{key} = 1 THEN {lit('; ' + text)} ELSE '' END" for key, text in reasons(design).items()]
    numbered = list(enumerate(term_names(design.spec), 1))
    listed = " || ".join(f"CASE WHEN any_dropped_{at} = 1 THEN {lit(', ' + name)} ELSE '' END" for at, name in numbered)
    dropped = " OR ".join(f"any_dropped_{at} = 1" for at, _ in numbered)
    parts.append(f"CASE WHEN {dropped} THEN {lit('; ' + DROPPED)} || SUBSTR({listed}, 3) ELSE '' END")
    return " || ".join(parts)


def _told(design: Design) -> Stage:
    parts = ["COALESCE(c.note, '')", "CASE WHEN p.n = 0 AND c.note IS NULL THEN '; no complete score' ELSE '' END"]
    if design.spec.shrinkage == "empirical_bayes":
        few = f"; not shrunken: the variance between orgs needs {FEWEST} of them, and more scores than orgs"
        parts.append(f"CASE WHEN p.n > 0 AND p.shrink IS NULL THEN {lit(few)} ELSE '' END")
        parts.append("CASE WHEN p.between_ = 0e0 THEN '; no differences beyond chance at this level' ELSE '' END")
    alone = f"; fewer than {FEWEST} schools to compare with"
    parts.append(f"CASE WHEN p.n > 0 AND p.peers < {FEWEST} THEN {lit(alone)} ELSE '' END")
    alike = "; no percentile: the schools that it would be placed among do not differ beyond chance"
    parts.append(
        f"CASE WHEN p.effect IS NOT NULL AND p.percentile IS NULL AND p.peers >= {FEWEST} THEN {lit(alike)} ELSE '' END"
    )
    text = f"""SELECT p.*, NULLIF(SUBSTR({" || ".join(parts)}, 3), '') AS notes FROM {design.name("placed")} AS p
        LEFT JOIN {design.name("noted")} AS c ON c.org_level = p.org_level AND c.org_id = p.org_id
        AND c.school_year = p.school_year AND COALESCE(c.category, '') = COALESCE(p.category, '')"""
    return design.stage("told", "The effects, with what has to be said about them.", text, stored=True)
