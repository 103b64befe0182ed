"""The coefficients of each model in each cell, out of the stages that stand in the engine."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metricspec.measures.growth.spec import GrowthSpec
from metricspec.measures.growth.terms import term_names
from metricspec.running.growth_models import Model, Trait
from metricspec.running.growth_traits import cell_label
from metricspec.sql.stage import Plan, lit, q
from metricspec.warehouses.duckdb import DuckDB

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("model", "cell", "term", "kind", "of", "title", "estimate", "n", "hidden")


def coefficient_rows(
    plan: Plan,
    engine: DuckDB,
    models: Sequence[Model],
    traits: Sequence[Trait],
    fewest: Mapping[tuple[str, str], int],
    year: str,
    least: int,
) -> pd.DataFrame:
    """`coefficients` of Comparison: in raw units, terms in the order of the fullest model; cells that were refused and
    terms that were dropped have no row, nor have cells of fewer than `least` scores.

    `fewest`: by cell and expression, how many students are in a group or outside it, whichever are fewer. The
    coefficient of a condition that is true of one student alone tells that student's score: those of few are hidden.
    """
    import pandas as pd

    known = {trait.key: trait for trait in traits}
    rows: list[dict[str, Any]] = []
    stages = _stages(plan, engine)
    for model in models:
        terms = _terms(model.spec, known)
        cells = [f"cell_{at}" for at in range(1, len(model.spec.cell) + 1)]
        text = f"SELECT * FROM {q(stages[len(terms)])} WHERE school_year = {lit(year)} AND n >= {least}"
        for record in engine.frame(text, "reading the coefficients").to_dict("records"):
            cell = cell_label([record[name] for name in cells])
            for at, term in enumerate(terms, 1):
                value = record[f"b_{at}"]
                if pd.isna(value) or record[f"dropped_{at}"]:
                    continue
                hidden = fewest.get((cell, term["base"]), least) < least
                told = {"estimate": math.nan if hidden else float(value), "hidden": hidden}
                rows.append({"model": model.key, "cell": cell, "n": int(record["n"]), **term, **told})
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    order = {term["term"]: at for at, term in enumerate(_terms(models[-1].spec, known))}
    place = {model.key: at for at, model in enumerate(models)}
    found = found.assign(at=found["term"].map(order), by=found["model"].map(place))
    return found.sort_values(["at", "cell", "by"], kind="stable").drop(columns=["at", "by"]).reset_index(drop=True)


def _stages(plan: Plan, engine: DuckDB) -> dict[int, str]:
    """The stage of coefficients of each model, by its number of terms: no two models have the same."""
    found = {}
    for step in plan.stages:
        if step.name.startswith("scores_") and step.name.endswith("_coefficients"):
            described = engine.rows(f"DESCRIBE SELECT * FROM {q(step.name)}", "reading a stage")
            found[sum(str(row[0]).startswith("b_") for row in described)] = step.name
    return found


def _terms(spec: GrowthSpec, known: Mapping[str, Trait]) -> list[dict[str, Any]]:
    """What is said of each term, in the order of the regression; `base` is the expression that it is of."""
    own = [*((p.column, "prior") for p in spec.priors), *((text, "covariate") for text in spec.covariates)]
    found = [{"kind": kind, "of": known[text].kind, "base": text, "title": known[text].title} for text, kind in own]
    ending = "school mean" if spec.peer_means == "all" else "mean of the others at the school"
    for text in spec.peers:
        title = f"{known[text].title}, {ending}"
        found.append({"kind": "peer", "of": known[text].kind, "base": text, "title": title})
    return [{"term": name, **term} for name, term in zip(term_names(spec), found, strict=True)]
