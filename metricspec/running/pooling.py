"""One growth model over districts: the sums that a district exports, the fit on several, and scoring with a fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from metricspec.measure import Inputs
from metricspec.measures.growth.fit import Fit
from metricspec.measures.growth.spec import GrowthSpec
from metricspec.measures.growth.terms import term_names
from metricspec.measures.pooling.export import export_stages
from metricspec.measures.pooling.pool import pooled
from metricspec.measures.pooling.release import Release, released
from metricspec.measures.pooling.table import Header, columns, differing
from metricspec.model import Catalog, Indicator, Policy
from metricspec.problems import Place, Problem, SpecError, UsageError
from metricspec.running.moments_files import read_fit, read_moments
from metricspec.running.orgs import all_students
from metricspec.running.project import Prepared, Project
from metricspec.running.quality import Count
from metricspec.schoolyear import demand_school_year
from metricspec.sql.stage import Stage, Step, Template, comma, lit, q
from metricspec.warehouse import Progress
from metricspec.warehouses.duckdb import DuckDB

if TYPE_CHECKING:
    import pandas as pd


DISTRICTS = "districts_of_moments"


@dataclass(frozen=True)
class Moments:
    """A district's moments as they may leave it. `said`: a sentence for each choice made on the way."""

    header: Header
    release: Release
    quality: tuple[Count, ...]
    said: tuple[str, ...]


def moments(
    project: Project,
    indicator: str,
    *,
    year: str | None = None,
    data: Mapping[str, Path] | None = None,
    progress: Progress | None = None,
) -> Moments:
    """The sums that one growth model of several districts needs of this one, without what the policy hides.

    Raises UsageError where the indicator is no growth model or one of two steps, SpecError where the data stop a run.
    """
    demand_school_year(year)
    found = _growth(project, indicator)
    with project.duckdb("moments") as engine:
        prepared = _prepared(project, found, engine, data)
        frame, quality = prepared.run(engine, progress, keep_stages=True)
        wanted = [one in found.effective and year in (None, one) for one in frame["school_year"]]
        frame = frame[wanted]
        if frame.empty:
            raise UsageError(f"{indicator} has no score to fit{f' in {year}' if year else ''}")
        years = sorted({str(one) for one in frame["school_year"]})
        districts = _districts(engine, years) if _has_districts(found, project.catalog) else ()
    policy, everyone = project.catalog.policies[found.policy], all_students(project.catalog, found)
    least = {one: smallest_n(policy, one, everyone) for one in years}
    header = _header(found, districts, years, max(least.values()))
    release = released(header, frame[columns(header)], lambda one: least[one])
    return Moments(header, release, quality, prepared.said)


def _growth(project: Project, name: str) -> Indicator:
    """A growth model that can be pooled. Raises UsageError for any other indicator."""
    indicator = project.indicator(name)
    spec = indicator.measure
    if not isinstance(spec, GrowthSpec):
        raise UsageError(f"{name} is of measure type '{indicator.measure_type}': only growth models are pooled")
    if spec.form == "two_step":
        raise UsageError(
            f"{name} is fitted in two steps, of which the second needs every school, the smallest too: only form: pooled "
            "adds up over districts"
        )
    return indicator


def _prepared(project: Project, indicator: Indicator, engine: DuckDB, data: Mapping[str, Path] | None) -> Prepared:
    """The plan up to the moments; on the way the stage `DISTRICTS`, where there are districts."""
    own = _has_districts(indicator, project.catalog)

    def build(spec: GrowthSpec, inputs: Inputs) -> Sequence[Step]:
        return (*([_districts_stage(inputs)] if own else []), *export_stages(spec, inputs))

    whole = project.prepare([indicator.id], engine, data)
    return replace(whole, plan=whole.compiler.rows_plan(indicator, build))


def _has_districts(indicator: Indicator, catalog: Catalog) -> bool:
    assert indicator.orgs is not None
    return "district" in [level.name for level in catalog.orgs[indicator.orgs].levels]


def _districts_stage(inputs: Inputs) -> Stage:
    text = f"SELECT DISTINCT school_year, at_district FROM {q(inputs.rows)} WHERE at_district IS NOT NULL"
    return Stage(DISTRICTS, "The districts whose scores these are.", Template((DISTRICTS, text), text))


def _districts(engine: DuckDB, years: Sequence[str]) -> tuple[str, ...]:
    sql = f"SELECT DISTINCT at_district FROM {q(DISTRICTS)} WHERE school_year IN ({comma(map(lit, years))})"
    return tuple(sorted(str(one) for (one,) in engine.rows(sql, "reading the districts")))


def smallest_n(policy: Policy, year: str, everyone: str | None) -> int:
    """The smallest number of scores whose sums may leave: what a run shows of any org level, for all students."""
    entries = (*policy.privacy, *policy.report)
    levels = {"", *(level for entry in entries for level in entry.org_levels)}  # "": any that is not named
    return max(policy.least_shown(year, level, everyone) for level in levels)


def _header(indicator: Indicator, districts: tuple[str, ...], years: Sequence[str], least: int) -> Header:
    spec: GrowthSpec = indicator.measure
    return Header(
        indicator=indicator.id,
        version=indicator.version,
        terms=term_names(spec),
        cell=tuple(spec.cell),
        reliability=tuple((at, prior.reliability) for at, prior in enumerate(spec.priors, 1) if prior.reliability),
        form=spec.form,
        standardize=spec.standardize,
        shrinkage=spec.shrinkage,
        percentile=spec.percentile,
        by_cell=spec.by_cell,
        cell_minimum=spec.cell_minimum,
        privacy_n=least,
        rules=_rules(indicator),
        districts=districts,
        years=tuple(years),
    )


def _rules(indicator: Indicator) -> tuple[tuple[str, str], ...]:
    """The texts that decide which rows and numbers go into the moments, besides the terms."""
    spec: GrowthSpec = indicator.measure
    facts = [
        f"{f.name}: {f.aggregate} of {f.value or 'rows'} in {f.dataset} where {f.where or 'true'} at {f.at}"
        for f in indicator.facts
    ]
    found = {
        "the dataset of students": indicator.students or "",
        "the outcome": spec.outcome,
        "the weight": spec.weight or "",
        "the error of the priors": "; ".join(prior.csem or "" for prior in spec.priors),
        "peer means": spec.peer_means if spec.peers else "",
        "the stints": "; ".join(indicator.stints),
        "the population": "; ".join(indicator.population),
        "the facts": "; ".join(facts),
    }
    return tuple((what, " ".join(text.split())) for what, text in found.items())


def fit_files(paths: Sequence[Path]) -> Fit:
    """One model on the sums of some files. Raises UsageError and SpecError as `read_moments` does."""
    return pooled(read_moments(paths))


def with_fit(project: Project, name: str, path: Path) -> tuple[Project, Fit]:
    """The project in which an indicator is scored with a fit instead of fitted. Raises SpecError where it is another's,
    UsageError where the name means several versions."""
    indicator = _growth(project, name)
    several = project.catalog.in_force(indicator.id)
    if len(several) > 1:
        known = ", ".join(f"{one.result_id}@{one.major}" for one in several)
        raise UsageError(f"{name} means other rules in other years, and a fit is of one: name one of {known}")
    fit = read_fit(path)
    what = differing(fit, _header(indicator, (), (), 1))
    if what is not None:
        message = f"{path.name} was fitted by other rules than the project's: they differ in {what}"
        raise SpecError([Problem("MS531", message, Place(str(path)), "fit the model again with this spec")])
    scored = replace(indicator, measure=replace(indicator.measure, fitted=fit))
    return replace(project, catalog=project.catalog.with_indicator(scored)), fit


def missing_years(fit: Fit, frame: pd.DataFrame) -> list[str]:
    """School years of a Result of which the fit knows nothing."""
    known = {cell.school_year for cell in fit.cells}
    return sorted({str(year) for year in frame["school_year"]} - known)
