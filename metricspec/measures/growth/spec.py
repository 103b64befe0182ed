"""What a growth block says: its schema, its frozen form, and keys that do not go together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from metricspec.measure import Use, Wrong
from metricspec.measures.growth.fit import Fit

Report = Literal["percentile", "empirical_bayes", "mean_residual", "index_level"]


@dataclass(frozen=True)
class Prior:
    """An earlier score. Its error is known by an expression for each score's (`csem`), or by a share (`reliability`)."""

    column: str
    csem: str | None = None
    reliability: float | None = None


@dataclass(frozen=True)
class GrowthSpec:
    """`fitted` never comes from a file: with it scores are measured by that fit and nothing is solved."""

    outcome: str
    priors: tuple[Prior, ...]
    cell: tuple[str, ...] = ()
    covariates: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    peer_means: Literal["all", "others"] = "all"
    weight: str | None = None
    form: Literal["pooled", "two_step"] = "pooled"
    standardize: Literal["none", "population", "sample"] = "sample"
    shrinkage: Literal["empirical_bayes", "none"] = "empirical_bayes"
    report: Report = "percentile"
    percentile: Literal["normal", "rank"] = "normal"
    cell_minimum: int = 30
    by_cell: bool = False
    fitted: Fit | None = field(default=None, metadata={"of_run": True})  # given to a run; no part of the rule


def _expression(description: str) -> dict[str, Any]:
    return {"type": "string", "x-effect": "past", "x-expression": True, "description": description}


def _list(item: Mapping[str, Any], description: str, least: int = 0) -> dict[str, Any]:
    about = {"type": "array", "uniqueItems": True, "x-effect": "past", "description": description}
    return {**about, "minItems": least, "items": item}


def _choice(values: Sequence[str], description: str, effect: str = "past") -> dict[str, Any]:
    return {"enum": list(values), "x-effect": effect, "description": description}


_ERROR = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
    "x-effect": "past",
    "description": "How exact the earlier score is, one of csem and reliability; without it, it counts as exact.",
    "properties": {
        "csem": _expression("The standard error of measurement of each student's earlier score, in its own units."),
        "reliability": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 1,
            "x-effect": "past",
            "description": "The share of the earlier score's variance in a cell that is not error.",
        },
    },
}
_PRIOR = {
    "type": "object",
    "additionalProperties": False,
    "required": ["column"],
    "x-effect": "past",
    "description": "One earlier score.",
    "properties": {"column": _expression("The earlier score."), "error": _ERROR},
}
_COLUMN = {
    "type": "string",
    "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
    "x-form": "the name of a column",
    "x-effect": "past",
    "description": "A column of the dataset.",
}
SCHEMA: Mapping[str, Any] = MappingProxyType(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["outcome", "priors"],
        "x-unit": "required",
        "properties": {
            "outcome": _expression("The score whose growth is measured."),
            "cell": _list(
                _COLUMN, "Columns within whose values a regression is fitted; the school year always is one."
            ),
            "priors": _list(_PRIOR, "Earlier scores, in the same and in other subjects.", 1),
            "covariates": _list(
                _expression("A number, or a condition that counts as 1 or 0."), "What else is held equal for a student."
            ),
            "peers": _list(
                _expression("A prior, a covariate, or an expression of its own."),
                "What is held equal for a school: the mean over its scores in the cell.",
            ),
            "peer_means": _choice(
                ("all", "others"), "Whether a student counts in the mean of their own school: all (usual) or others."
            ),
            "weight": _expression("How much a score counts; a score of weight 0 or less does not."),
            "form": _choice(
                ("pooled", "two_step"),
                "pooled (usual): one regression. two_step: slopes of students within schools, then school means on peers.",
            ),
            "standardize": _choice(
                ("none", "population", "sample"),
                "In whose standard deviations of the outcome results are: of the scores that are fitted (sample, usual), "
                "of all known outcomes of the cell (population), or in the outcome's own units (none).",
            ),
            "shrinkage": _choice(
                ("empirical_bayes", "none"),
                "Whether effects are drawn to the mean as far as they are uncertain (usual).",
            ),
            "report": _choice(
                ("percentile", "empirical_bayes", "mean_residual", "index_level"),
                "Which number is the indicator's value (percentile where left out); the others are statistics beside it.",
            ),
            "percentile": _choice(
                ("normal", "rank"),
                "normal (usual): where an effect lies in a normal distribution as wide as the schools' effects. rank: the "
                "share of schools below.",
            ),
            "cell_minimum": {
                "type": "integer",
                "minimum": 3,
                "x-effect": "past",
                "description": "The number of complete scores that a cell needs to be fitted (30 where left out).",
            },
            "by_cell": {
                "type": "boolean",
                "x-effect": "past",
                "description": "Whether there are rows for each cell too, the cell as their category (false where left out).",
            },
        },
    }
)


def parse(block: Mapping[str, Any]) -> GrowthSpec:
    """A block that the schema accepted, as a frozen value."""
    lists = ("cell", "covariates", "peers", "priors")
    values: dict[str, Any] = {key: tuple(value) if key in lists else value for key, value in block.items()}
    return GrowthSpec(**{**values, "priors": tuple(_prior(one) for one in block["priors"])})


def _prior(block: Mapping[str, Any]) -> Prior:
    error = block.get("error", {})
    reliability = error.get("reliability")
    return Prior(block["column"], error.get("csem"), None if reliability is None else float(reliability))


def own_peers(spec: GrowthSpec) -> tuple[str, ...]:
    """The peers that are neither a prior nor a covariate."""
    known = {*(prior.column for prior in spec.priors), *spec.covariates}
    return tuple(text for text in spec.peers if text not in known)


def expressions(spec: GrowthSpec) -> Sequence[Use]:
    uses = [Use(("outcome",), spec.outcome, "number")]
    uses += [Use(("cell", at), text, "label") for at, text in enumerate(spec.cell)]
    for at, prior in enumerate(spec.priors):
        uses.append(Use(("priors", at, "column"), prior.column, "number"))
        if prior.csem is not None:
            uses.append(Use(("priors", at, "error", "csem"), prior.csem, "number"))
    uses += [Use(("covariates", at), text, "quantity") for at, text in enumerate(spec.covariates)]
    uses += [Use(("peers", spec.peers.index(text)), text, "quantity") for text in own_peers(spec)]
    if spec.weight is not None:
        uses.append(Use(("weight",), spec.weight, "quantity"))
    return uses


def wrong(spec: GrowthSpec) -> Sequence[Wrong]:
    """Keys that do not go together."""
    found = []
    if spec.report == "empirical_bayes" and spec.shrinkage == "none":
        message = "without shrinkage there is no empirical Bayes effect to report"
        found.append(Wrong(("report",), message, "report mean_residual, or leave 'shrinkage' out"))
    if spec.form == "two_step" and spec.peer_means == "others":
        message = "in two steps the means of a school are the same for all its students"
        found.append(Wrong(("peer_means",), message, "leave 'peer_means' out, or take the form pooled"))
    if spec.peer_means == "others" and not spec.peers:
        message = "there are no peers of which means could be taken"
        found.append(Wrong(("peer_means",), message, "name 'peers', or leave 'peer_means' out"))
    texts = [spec.outcome, *(prior.column for prior in spec.priors)]
    for at, prior in enumerate(spec.priors):
        if prior.column in texts[: at + 1]:
            what = "the outcome" if prior.column == spec.outcome else "an earlier prior"
            found.append(Wrong(("priors", at, "column"), f"this is {what} again"))
    for at, text in enumerate(spec.covariates):
        if text in texts:
            found.append(Wrong(("covariates", at), "this is the outcome or a prior again"))
    if spec.outcome in spec.peers:
        message = "the mean of the outcome would take away the effect of the school"
        found.append(Wrong(("peers", spec.peers.index(spec.outcome)), message, "name a prior or a covariate"))
    return found
