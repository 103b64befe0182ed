"""Runs growth models side by side over bound data, and keeps of each org what the policy shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from metricspec.compiler.bind import bound_stage
from metricspec.compiler.students import TREE
from metricspec.measure import StagedMeasure, Variable
from metricspec.model import Catalog, Indicator
from metricspec.problems import UsageError
from metricspec.reading.suggest import hint
from metricspec.running.binding import absolute, overridden
from metricspec.running.growth_coefficients import coefficient_rows
from metricspec.running.growth_models import Comparison, Model, Trait, models, same_scores
from metricspec.running.growth_traits import fewest_in_cells, full_model, group_traits, trait_means, traits_of
from metricspec.running.orgs import all_students, org_names
from metricspec.running.project import Prepared, Project
from metricspec.running.student_counts import Subject
from metricspec.schoolyear import demand_school_year
from metricspec.sql.stage import Renderer, lit, q
from metricspec.warehouse import Progress
from metricspec.warehouses.duckdb import DuckDB

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 5  # orgs that a comparison needs: no correlation can be judged from fewer


def compare_growth(
    project: Project,
    name: str,
    *,
    year: str | None = None,
    level: str = "school",
    data: Mapping[str, Path] | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Fit the models below a growth indicator beside it, over the same scores. The latest year that has results, if
    none is named.

    Raises UsageError where the indicator is no growth indicator with peers, where there is no such year or level, or
    where the policy shows too few orgs; SpecError where the data cannot be read.
    """
    demand_school_year(year)
    found = _growth(project, name)
    indicator = replace(found, id=found.id.partition("@")[0])
    assert indicator.orgs is not None
    levels = [one.name for one in project.catalog.orgs[indicator.orgs].levels]
    if level not in levels:
        raise UsageError(f"unknown org level '{level}': {hint(level, levels, 'there are')}")
    compared = models(indicator)
    conditions = {trait.key for trait in traits_of(project, indicator, compared) if trait.kind == "share"}
    own = _with(project, [same_scores(indicator, model, conditions) for model in compared])
    there = _years(project, indicator, data)
    for one in [year] if year else there[::-1]:
        with project.duckdb("growth-compare") as engine:
            prepared = own.prepare([f"{indicator.id}.{model.key}" for model in compared], engine, data, (one,))
            result, _ = prepared.run(engine, progress, keep_stages=True)
            rows = _own_rows(result, level)
            if len(rows):
                reader = _Reader(own, indicator, compared, prepared, engine, one, level)
                return reader.comparison(rows, org_names(project, frozenset({name}), data))
    raise UsageError(
        f"{name} has no result{f' for {year}' if year else ''}; the data have {', '.join(there) or 'no year'}"
    )


def _growth(project: Project, name: str) -> Indicator:
    indicator = project.indicator(name)
    if indicator.measure_type != "growth":
        offered = sorted(i.id for i in project.catalog.indicators.values() if i.measure_type == "growth")
        raise UsageError(
            f"{name} is a {indicator.measure_type}, and growth models are compared; {hint(name, offered, 'there are')}"
        )
    return indicator


def _with(project: Project, indicators: Sequence[Indicator]) -> Project:
    """The project with further indicators in its catalogue."""
    more = {indicator.id: indicator for indicator in indicators}
    catalog = replace(project.catalog, indicators={**project.catalog.indicators, **more})
    return replace(project, catalog=catalog)


def _years(project: Project, indicator: Indicator, data: Mapping[str, Path] | None) -> list[str]:
    """The school years of the students' dataset in which the indicator is in force, in order."""
    assert indicator.students is not None
    dataset = project.catalog.datasets[indicator.students]
    with project.duckdb("growth-compare") as engine:
        bound, _ = overridden(absolute(project.binding, project.folder, data or {}), data or {}, project.catalog)
        if dataset.id not in bound:
            raise UsageError(f"dataset '{dataset.id}' is not bound: name a project whose binding has it")
        stage = bound_stage(dataset, bound[dataset.id], (dataset.keys["year"],))
        year = q(dataset.keys["year"])
        text = f"SELECT DISTINCT {year} FROM ({Renderer('duckdb').stage(stage)}) AS b WHERE {year} IS NOT NULL"
        found = [str(row[0]) for row in engine.rows(text, f"reading the years of {dataset.id}")]
    return sorted(one for one in found if one in indicator.effective)


def _own_rows(result: pd.DataFrame, level: str) -> pd.DataFrame:
    """Of all rows those of whole orgs at a level."""
    return result[(result["org_level"] == level) & result["category"].isna()]


@dataclass(frozen=True)
class _Reader:
    """A comparison being read out of the engine, while the stages stand in it."""

    project: Project
    indicator: Indicator
    models: tuple[Model, ...]
    prepared: Prepared
    engine: DuckDB
    year: str
    level: str

    @property
    def catalog(self) -> Catalog:
        return self.project.catalog

    def comparison(self, rows: pd.DataFrame, names: Mapping[str, str]) -> Comparison:
        everyone = all_students(self.catalog, self.indicator) or "ALL"
        rows = rows[rows["student_group"] == everyone]
        hidden = set(rows.loc[rows["suppressed"].notna(), "org_id"])
        subject = Subject("", self.level, self.year, everyone, "")
        least = self.catalog.policies[self.indicator.policy].least_shown(subject.year, subject.level, subject.group)
        effects, refused = self._effects(everyone, hidden, least)
        orgs, traits = self._orgs(effects, everyone, least, names)
        effects = effects[effects["org_id"].isin(orgs["org_id"])].reset_index(drop=True)
        if len(orgs) < FEWEST:
            raise UsageError(
                f"{self.indicator.id} shows {len(orgs)} orgs of level {self.level} in {self.year}, and a comparison needs "
                f"{FEWEST}; the policy {self.indicator.policy} hides those with fewer than {least} scores"
            )
        return Comparison(
            indicator=self.indicator,
            year=self.year,
            level=self.level,
            network=self._network(names),
            models=self.models,
            traits=traits,
            effects=effects,
            orgs=orgs,
            coefficients=self._coefficients(least),
            least=least,
            left_out=len(hidden),
            unit=self.indicator.unit if self.indicator.measure.standardize == "none" else "standard deviations",
            notes=self._notes(refused),
        )

    def _effects(self, everyone: str, hidden: set[str], least: int) -> tuple[pd.DataFrame, int]:
        """The frame of effects of Comparison, unrounded, of orgs that are not hidden; and how many of those have none."""
        import pandas as pd

        ids = {f"{self.indicator.id}.{m.key}": m.key for m in self.models}
        text = f"""SELECT indicator, org_id, statistic, n, value, standard_error, low, high FROM tally
            WHERE org_level = {lit(self.level)} AND school_year = {lit(self.year)} AND category IS NULL
            AND student_group = {lit(everyone)} AND n >= {least}"""
        tally = self.engine.frame(text, "reading the effects")
        tally = tally[~tally["org_id"].isin(hidden)]
        tally = tally.assign(
            model=tally["indicator"].map(ids), statistic=tally["statistic"].fillna(self.indicator.measure.report)
        )
        keys = ["model", "org_id"]

        def of(statistic: str, columns: Mapping[str, str]) -> pd.DataFrame:
            part = tally[tally["statistic"] == statistic].set_index(keys)
            return part[list(columns)].rename(columns=columns)

        parts = [
            of("mean_residual", {"n": "n", "value": "effect", "standard_error": "standard_error", "low": "low", "high": "high"}),
            of("empirical_bayes", {"value": "empirical_bayes"}),
            of("percentile", {"value": "percentile", "low": "percentile_low", "high": "percentile_high"}),
            of("index_level", {"value": "index_level"}),
        ]  # fmt: skip
        found = pd.concat(parts, axis=1).reset_index()
        known = found.dropna(subset=["effect", "percentile"]).groupby("org_id")["model"].nunique()
        complete = set(known[known == len(self.models)].index)
        return found[found["org_id"].isin(complete)], found["org_id"].nunique() - len(complete)

    def _orgs(
        self, effects: pd.DataFrame, everyone: str, least: int, names: Mapping[str, str]
    ) -> tuple[pd.DataFrame, tuple[Trait, ...]]:
        """The frame of orgs of Comparison, and the traits it has."""
        full, traits = full_model(self.models), traits_of(self.project, self.indicator, self.models)
        rows, variables = self._rows()
        means = trait_means(self.engine, rows, full.spec, variables, traits, self.level, self.year, least)
        orgs = effects.loc[effects["model"] == full.key, ["org_id", "n"]]
        counts = self._counts(full, everyone).loc[orgs["org_id"]]
        groups = self.catalog.groups[self.indicator.groups].groups
        more, shares = group_traits(groups, everyone, traits, means.set_index("org_id"), counts)
        orgs = orgs.merge(means, on="org_id").merge(shares.reset_index(names="org_id"), on="org_id", how="left")
        district = self._districts() if self.level == "school" else {}
        orgs["name"] = [names.get(one, one) for one in orgs["org_id"]]
        orgs["district"] = [names.get(district.get(one, ""), district.get(one, "")) for one in orgs["org_id"]]
        traits = tuple(t for t in (*traits, *more) if orgs[t.key].nunique() > 1 and told_of_enough(t, orgs, least))
        return orgs.sort_values("org_id").reset_index(drop=True), traits

    def _rows(self) -> tuple[str, Sequence[Variable]]:
        """The stage of the full model's rows, and their variables."""
        measure = self.project.registry.measure_types["growth"]
        assert isinstance(measure, StagedMeasure)
        variables = measure.variables(full_model(self.models).spec)
        return rows_stage(self.prepared, self.engine, [v.name for v in variables]), variables

    def _coefficients(self, least: int) -> pd.DataFrame:
        """The frame of coefficients of Comparison."""
        full, traits = full_model(self.models), traits_of(self.project, self.indicator, self.models)
        rows, variables = self._rows()
        fewest = fewest_in_cells(self.engine, rows, full.spec, variables, traits, self.year)
        return coefficient_rows(self.prepared.plan, self.engine, self.models, traits, fewest, self.year, least)

    def _counts(self, model: Model, everyone: str) -> pd.DataFrame:
        """Scores by org and student group, small groups too: they are only summed to correlations."""
        text = f"""SELECT org_id, student_group, MAX(n) AS n FROM tally
            WHERE indicator = {lit(f"{self.indicator.id}.{model.key}")} AND org_level = {lit(self.level)}
            AND school_year = {lit(self.year)} AND category IS NULL AND statistic IS NULL GROUP BY org_id, student_group"""
        long = self.engine.frame(text, "reading the groups")
        wide = long.pivot(index="org_id", columns="student_group", values="n")
        return wide[wide[everyone] > 0]

    def _districts(self) -> dict[str, str]:
        text = f"SELECT school_id, district_id FROM {TREE} WHERE school_year = {lit(self.year)} AND district_id IS NOT NULL"
        return {str(school): str(district) for school, district in self.engine.rows(text, "reading the districts")}

    def _network(self, names: Mapping[str, str]) -> str:
        """The one network, or the one district, that all schools belong to."""
        for column in ("network_id", "district_id"):
            text = f"SELECT DISTINCT {column} FROM {TREE} WHERE school_year = {lit(self.year)} AND {column} IS NOT NULL"
            found = [str(row[0]) for row in self.engine.rows(text, "reading the networks")]
            if len(found) == 1:
                return names.get(found[0], found[0])
        return ""

    def _notes(self, refused: int) -> tuple[str, ...]:
        if not refused:
            return ()
        return (f"Left out as well, for lack of an effect in one of the models: {refused}.",)


def told_of_enough(trait: Trait, orgs: pd.DataFrame, least: int) -> bool:
    """Whether a share is of `least` students or more over all orgs together, in the group and outside it."""
    if trait.kind != "share":
        return True
    members = float((orgs[trait.key] * orgs["n"]).sum())
    return round(min(members, float(orgs["n"].sum()) - members)) >= least


def rows_stage(prepared: Prepared, engine: DuckDB, columns: Sequence[str]) -> str:
    """The stage of the full model's rows: the one that has all of its variables."""
    for step in prepared.plan.stages[::-1]:
        if step.name.startswith("scores_") and step.name.endswith("_rows"):
            there = {str(row[0]) for row in engine.rows(f"DESCRIBE SELECT * FROM {q(step.name)}", "reading a stage")}
            if set(columns) <= there:
                return step.name
    raise AssertionError("a growth plan has rows")
