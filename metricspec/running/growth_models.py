"""Growth models side by side: which models are compared, and what is known of each org under each of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from metricspec.measures.growth.spec import GrowthSpec
from metricspec.model import Catalog, Indicator
from metricspec.problems import UsageError

if TYPE_CHECKING:
    import pandas as pd

TraitKind = Literal["prior", "share", "number"]
TermKind = Literal["intercept", "prior", "covariate", "peer"]

FULL = "peers"


@dataclass(frozen=True)
class Model:
    """One of the models compared. `key` names it in frames, `spec` is its growth spec."""

    key: str
    title: str
    spec: GrowthSpec


@dataclass(frozen=True)
class Trait:
    """What the students of an org have in common: a column `key` of the frame of orgs.

    prior: mean of an earlier score, in standard deviations of its cell; share: share of students, 0 to 1; number: a mean.
    `student` and `peer`: the keys of the models that hold it equal between students, and between schools.
    """

    key: str
    title: str
    kind: TraitKind
    student: tuple[str, ...] = ()
    peer: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Everything the page shows; only orgs that the policy shows are in the frames.

    effects: one row per model and org: model, org_id, n, effect (mean residual), standard_error, low, high (its 95 %
    interval), empirical_bayes, percentile, percentile_low, percentile_high, index_level.
    orgs: one row per org: org_id, name, district, n, and a column for each trait.
    coefficients: one row per model, cell and term: model, cell, term, kind, of (kind of its trait), title, estimate, n,
    hidden (then without an estimate: a group of too few students would be told of).
    `unit` is that of the effects; `least` the smallest number of students shown, `left_out` how many orgs have fewer.
    """

    indicator: Indicator
    year: str
    level: str
    network: str
    models: tuple[Model, ...]
    traits: tuple[Trait, ...]
    effects: pd.DataFrame
    orgs: pd.DataFrame
    coefficients: pd.DataFrame
    least: int
    left_out: int
    unit: str
    notes: tuple[str, ...] = ()

    @property
    def first(self) -> Model:
        return self.models[0]

    @property
    def last(self) -> Model:
        return self.models[-1]

    def wide(self, column: str) -> pd.DataFrame:
        """One row per org in the order of `orgs`, one column per model."""
        found = self.effects.pivot(index="org_id", columns="model", values=column)
        return found.reindex(index=self.orgs["org_id"], columns=[m.key for m in self.models])


def models(indicator: Indicator) -> tuple[Model, ...]:
    """The indicator's own model and those below it: without peers, and without anything but prior scores.

    Raises UsageError where the model has no peers: then nothing is to be compared.
    """
    spec: GrowthSpec = indicator.measure
    if not spec.peers:
        raise UsageError(
            f"{indicator.id} has no peers (school means), so there is no other model to compare it with: "
            "name a growth indicator whose measure has 'peers'"
        )
    found = [Model("priors", "Prior scores only", replace(spec, covariates=(), peers=()))]
    if spec.covariates:
        alone = replace(spec, peers=())
        found.append(Model("students", "+ students", alone))
    found.append(Model(FULL, "+ peers", spec))
    return tuple(found)


def same_scores(indicator: Indicator, model: Model, conditions: Collection[str] = ()) -> Indicator:
    """The indicator with another model, over the scores that the indicator's own model is fitted to.

    A model with fewer variables would otherwise take students in whom one of the others is unknown, or no finite number;
    `conditions` are the expressions that are true or false. One difference is left: with `peer_means: others` a student
    alone at a school in a cell is in no model with peers (see `alone_in_some`).
    """
    lacking = dict.fromkeys((*indicator.measure.covariates, *indicator.measure.peers))
    known = tuple(_known(text, text in conditions) for text in lacking if text not in _terms(model.spec))
    return replace(
        indicator,
        id=f"{indicator.id}.{model.key}",
        measure=model.spec,
        population=(*indicator.population, *known),
        rating=None,
        compare=(),
    )


def _known(text: str, condition: bool) -> str:
    """That an expression has a value; a number less itself is 0 unless it is infinite or NaN."""
    return f"({text}) is not null" if condition else f"({text}) - ({text}) = 0"


def alone_in_some(found: Comparison) -> bool:
    """Whether the models without peers are fitted to students whom the full one cannot take: those without schoolmates."""
    return found.last.spec.peer_means == "others"


def _terms(spec: GrowthSpec) -> set[str]:
    return {*(p.column for p in spec.priors), *spec.covariates, *spec.peers}


def term_titles(catalog: Catalog, indicator: Indicator, texts: Sequence[str]) -> Mapping[str, str]:
    """What people call each expression: the title of the dataset's column, or the expression itself."""
    assert indicator.students is not None
    columns = catalog.datasets[indicator.students].columns
    return {text: str(columns[text].title) if text in columns and str(columns[text].title) else text for text in texts}
