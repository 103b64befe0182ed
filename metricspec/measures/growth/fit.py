"""A fitted growth model as a value: what scores a district without solving again, written to JSON and read back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

FORMAT = "metricspec growth fit 1"
LARGEST = 1e300  # beyond it nothing is a score or a coefficient


@dataclass(frozen=True)
class CellFit:
    """The regression of one cell.

    `values` are the cell's values in the order of `Fit.cell`; `coefficients` stand in the order of `Fit.terms`, in
    units of the outcome per unit of the term, None where the term was dropped. A refused cell has no intercept and no
    coefficients; its notes say why. `outcome_sd` is what residuals are divided by (1 where nothing is standardized).
    `n` counts the scores fitted, `mean_weight` is their average weight: effects count a score by its weight over this.
    """

    school_year: str
    values: tuple[str, ...]
    n: int
    intercept: float | None
    coefficients: tuple[float | None, ...]
    outcome_sd: float | None
    notes: tuple[str, ...] = ()
    mean_weight: float = 1.0


@dataclass(frozen=True)
class Yardstick:
    """What schools of one year (and category: a cell's label, None for all cells together) are measured by.

    All in standard deviations of the outcome (or in its units, where nothing is standardized). `within`: variance of
    residuals within schools (s2w); `between`: variance of true school effects (tau2), None with fewer than 3 schools;
    `spread`: root of the mean squared effect over schools, by which a normal percentile divides. `effects`: the schools'
    effects in order of size, without names, where percentiles are ranks (else empty). `schools` and `n` (scores) count what
    it was computed from, `left_out` the scores of schools too small to be named in a table of moments.
    """

    school_year: str
    category: str | None
    schools: int
    n: int
    within: float | None
    between: float | None
    spread: float | None
    effects: tuple[float, ...] = ()
    left_out: int = 0


@dataclass(frozen=True)
class Fit:
    """A growth model fitted on the moments of some districts. `cell` names the columns that make a cell besides the year.

    `rules`: the other texts and settings of the spec that the model was fitted by, by what they are called in messages.
    """

    indicator: str
    version: str
    terms: tuple[str, ...]
    cell: tuple[str, ...]
    standardize: str
    cells: tuple[CellFit, ...]
    yardsticks: tuple[Yardstick, ...]
    districts: tuple[str, ...] = ()
    rules: tuple[tuple[str, str], ...] = ()


def to_json(fit: Fit) -> str:
    """As JSON; numbers are written so that they are read back bit by bit."""
    found = {"format": FORMAT, **asdict(fit), "rules": dict(fit.rules)}
    return json.dumps(found, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: str) -> Fit:
    """The fit that `to_json` wrote. Raises ValueError, saying what is wrong, for any other text."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON (line {error.lineno}: {error.msg})") from None
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError(f'it does not say that it is a fit ("format": "{FORMAT}")')
    terms = _texts(found, "terms")
    cell = _texts(found, "cell")
    return Fit(
        _text(found, "indicator"),
        _text(found, "version"),
        terms,
        cell,
        _text(found, "standardize"),
        tuple(_cell(one, len(terms), len(cell)) for one in _blocks(found, "cells")),
        tuple(_yardstick(one) for one in _blocks(found, "yardsticks")),
        _texts(found, "districts"),
        _rules(_value(found, "rules")),
    )


def _rules(found: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise ValueError("'rules' is not a block of texts")
    return tuple(found.items())


def _cell(found: Mapping[str, Any], terms: int, keys: int) -> CellFit:
    coefficients = tuple(_number(value, "coefficients") for value in _list(found, "coefficients"))
    values = _texts(found, "values")
    if len(coefficients) != terms:
        raise ValueError(f"a cell has {len(coefficients)} coefficients for {terms} terms")
    if len(values) != keys:
        raise ValueError(f"a cell has {len(values)} values for {keys} columns")
    intercept, spread = (_number(_value(found, key), key) for key in ("intercept", "outcome_sd"))
    if (intercept is None) != (spread is None) or (intercept is None and any(b is not None for b in coefficients)):
        raise ValueError("a cell is half refused: it has some of intercept, coefficients and outcome_sd")
    if spread is not None and spread <= 0:
        raise ValueError(f"outcome_sd is {spread:g}: it must be greater than 0")
    weight = _number(_value(found, "mean_weight"), "mean_weight")
    if weight is None or weight <= 0:
        raise ValueError("mean_weight is not a number greater than 0")
    year, n, notes = _text(found, "school_year"), _count(found, "n"), _texts(found, "notes")
    return CellFit(year, values, n, intercept, coefficients, spread, notes, weight)


def _yardstick(found: Mapping[str, Any]) -> Yardstick:
    category = _value(found, "category")
    if category is not None and not isinstance(category, str):
        raise ValueError("category is neither text nor null")
    within, between, spread = (_number(_value(found, key), key) for key in ("within", "between", "spread"))
    if any(value is not None and value < 0 for value in (within, between, spread)):
        raise ValueError("a variance or spread is negative")
    effects = [_number(value, "effects") for value in _list(found, "effects")]
    known = tuple(value for value in effects if value is not None)
    if len(known) != len(effects) or list(known) != sorted(known):
        raise ValueError("effects are not numbers in order of size")
    counts = (_count(found, "schools"), _count(found, "n"), _count(found, "left_out"))
    year = _text(found, "school_year")
    return Yardstick(year, category, counts[0], counts[1], within, between, spread, known, counts[2])


def _value(found: Mapping[str, Any], key: str) -> Any:
    if key not in found:
        raise ValueError(f"'{key}' is missing")
    return found[key]


def _text(found: Mapping[str, Any], key: str) -> str:
    value = _value(found, key)
    if not isinstance(value, str):
        raise ValueError(f"'{key}' is not text")
    return value


def _list(found: Mapping[str, Any], key: str) -> Sequence[Any]:
    value = _value(found, key)
    if not isinstance(value, list):
        raise ValueError(f"'{key}' is not a list")
    return value


def _texts(found: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = _list(found, key)
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"'{key}' holds something that is not text")
    return tuple(values)


def _blocks(found: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    values = _list(found, key)
    if not all(isinstance(value, dict) for value in values):
        raise ValueError(f"'{key}' holds something that is not a block")
    return values


def _count(found: Mapping[str, Any], key: str) -> int:
    value = _value(found, key)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"'{key}' is not a count")
    return value


def _number(value: Any, key: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LARGEST:
        raise ValueError(f"'{key}' holds something that is not a number")
    return float(value)
