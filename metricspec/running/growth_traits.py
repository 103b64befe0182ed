"""What the students of each org bring along, out of the rows that growth models are fitted on: never a student's row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from metricspec.measure import Variable
from metricspec.measures.growth.spec import GrowthSpec
from metricspec.model import Group, Indicator
from metricspec.running.growth_models import FULL, Model, Trait, TraitKind, term_titles
from metricspec.running.project import Project
from metricspec.sql.stage import comma, lit, q
from metricspec.warehouses.duckdb import DuckDB

if TYPE_CHECKING:
    import pandas as pd

LEAST_SHARE = 0.05  # a group of fewer of all students, or all but as few, tells nothing of most schools
GROUPS = 6  # student groups besides the traits of the models: those that differ most between orgs
SAME = 0.99  # two shares that go together so nearly are one


def traits_of(project: Project, indicator: Indicator, models: Sequence[Model]) -> tuple[Trait, ...]:
    """The traits that some model holds equal, prior scores first; each is a term's expression."""
    spec = indicator.measure
    priors = [prior.column for prior in spec.priors]
    texts = list(dict.fromkeys((*priors, *spec.covariates, *spec.peers)))
    titles = term_titles(project.catalog, indicator, texts)
    found = []
    for text in texts:
        holding = tuple(m.key for m in models if text in {*priors, *m.spec.covariates})
        between = tuple(m.key for m in models if text in m.spec.peers)
        kind: TraitKind = (
            "prior" if text in priors else "share" if _is_condition(project, indicator, text) else "number"
        )
        found.append(Trait(text, titles[text], kind, holding, between))
    return tuple(found)


def _is_condition(project: Project, indicator: Indicator, text: str) -> bool:
    expression, _ = project.expressions.students(indicator, text, None)
    return expression is not None and expression.type == "boolean"


def trait_means(
    engine: DuckDB,
    rows: str,
    spec: GrowthSpec,
    variables: Sequence[Variable],
    traits: Sequence[Trait],
    level: str,
    year: str,
    least: int,
) -> pd.DataFrame:
    """org_id and each trait's mean over the org's complete scores, of orgs with `least` of them or more.

    Prior scores are in standard deviations of all complete scores of the cell, so that grades can be averaged.
    """
    names = {variable.text: variable.name for variable in variables}
    known = _complete(spec, variables)
    cell = comma(["school_year", *(q(v.name) for v in variables if v.kind == "label")])
    items, means = [], []
    for at, trait in enumerate(traits):
        own = q(names[trait.key])
        scaled = f"({own} - AVG({own}) OVER c) / NULLIF(STDDEV_POP({own}) OVER c, 0)"
        items.append(f"{scaled if trait.kind == 'prior' else own} AS t{at}")
        means.append(f"AVG(t{at}) AS {q(trait.key)}")
    text = f"""SELECT org_id, {comma(means)} FROM (
            SELECT {q(f"at_{level}")} AS org_id, {comma(items)} FROM {q(rows)}
            WHERE school_year = {lit(year)} AND {known} WINDOW c AS (PARTITION BY {cell})) AS r
        WHERE org_id IS NOT NULL GROUP BY org_id HAVING COUNT(*) >= {least}"""
    return engine.frame(text, "averaging what students bring along")


def _complete(spec: GrowthSpec, variables: Sequence[Variable]) -> str:
    """The condition under which a score is fitted."""
    numbers = [variable for variable in variables if variable.kind == "number"]
    # NaN is no number: comparisons are false or unknown for it
    conditions = [f"ABS({q(one.name)}) < 1e100" for one in numbers]
    conditions += [f"{q(one.name)} >= 0" for one in numbers if one.text in {prior.csem for prior in spec.priors}]
    conditions += [f"{q(one.name)} > 0" for one in numbers if one.text == spec.weight]
    conditions += [f"{q(one.name)} IS NOT NULL" for one in variables if one.kind == "label"]
    return " AND ".join(conditions)


def cell_label(values: Iterable[object]) -> str:
    return " / ".join(str(value) for value in values) or "all"


def fewest_in_cells(
    engine: DuckDB, rows: str, spec: GrowthSpec, variables: Sequence[Variable], traits: Sequence[Trait], year: str
) -> dict[tuple[str, str], int]:
    """By cell and each trait that is a condition: of how many scores it is true, or of how many not if they are fewer."""
    names = {variable.text: variable.name for variable in variables}
    shares = [trait.key for trait in traits if trait.kind == "share"]
    cells = [q(variable.name) for variable in variables if variable.kind == "label"]
    sums = [f"SUM({q(names[key])})" for key in shares]
    text = f"""SELECT {comma([*cells, "COUNT(*)", *sums])} FROM {q(rows)}
        WHERE school_year = {lit(year)} AND {_complete(spec, variables)}{f" GROUP BY {comma(cells)}" if cells else ""}"""
    found = {}
    for row in engine.rows(text, "counting groups in the cells"):
        label, n = cell_label(row[: len(cells)]), int(row[len(cells)])
        for key, value in zip(shares, row[len(cells) + 1 :], strict=True):
            members = int(value or 0)
            found[label, key] = min(members, n - members)
    return found


def group_traits(
    groups: Sequence[Group], everyone: str, traits: Sequence[Trait], means: pd.DataFrame, counts: pd.DataFrame
) -> tuple[tuple[Trait, ...], pd.DataFrame]:
    """Shares of student groups that are no trait of the models yet, and each org's shares by org_id.

    `means`: the traits' means, `counts`: scores by student group (columns); both by org (index).
    """
    import pandas as pd

    shares: dict[str, pd.Series[float]] = {}
    known = [means[trait.key] for trait in traits if trait.kind == "share"]
    whole = counts[everyone]
    offered = [group for group in groups if group.id != everyone and group.id in counts]
    share = {group.id: counts[group.id].fillna(0) / whole for group in offered}
    for group in sorted(offered, key=lambda one: -float(share[one.id].std())):
        own, overall = share[group.id], float(counts[group.id].sum() / whole.sum())
        alike = any(float(own.corr(other)) > SAME for other in (*known, *shares.values()))
        if LEAST_SHARE <= overall <= 1 - LEAST_SHARE and not alike and len(shares) < GROUPS:
            shares[group.id] = own
    found = [Trait(f"group {g.id}", str(g.title) or g.id, "share") for g in offered if g.id in shares]
    return tuple(found), pd.DataFrame({f"group {key}": values for key, values in shares.items()}, index=counts.index)


def full_model(models: Sequence[Model]) -> Model:
    return next(model for model in models if model.key == FULL)
