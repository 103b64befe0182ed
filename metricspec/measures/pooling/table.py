"""The table of moments: its columns, what its file says about itself, and whether both hold together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from metricspec.measures.growth.fit import Fit
from metricspec.measures.pooling.sums import Sums

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]

FORMAT = "metricspec growth moments 1"
CELL, WITHIN, SCHOOL = "cell", "within", "school"


@dataclass(frozen=True)
class Header:
    """What a file of moments says about itself. Files belong together where all but `districts` is the same.

    `terms` are the regression's, in order; the outcome comes last among the moments and is not one of them. `reliability`
    holds the number (from 1) of each term with a known reliability. `rules` are the texts of the spec that decide which rows
    and numbers went in, by what they are called in messages. `years` are the school years of the file.
    """

    indicator: str
    version: str
    terms: tuple[str, ...]
    cell: tuple[str, ...]
    reliability: tuple[tuple[int, float], ...]
    form: str
    standardize: str
    shrinkage: str
    percentile: str
    by_cell: bool
    cell_minimum: int
    privacy_n: int
    rules: tuple[tuple[str, str], ...] = ()
    districts: tuple[str, ...] = ()
    years: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """Moments as read: `name` is the file's, for messages."""

    name: str
    header: Header
    rows: pd.DataFrame


def cell_columns(number: int) -> list[str]:
    return [f"cell_{at}" for at in range(1, number + 1)]


def mean_columns(terms: int) -> list[str]:
    return [f"mean_{at}" for at in range(1, terms + 2)]


def cross_columns(terms: int) -> list[str]:
    """Upper triangle, row by row; the outcome is the last variable."""
    return [f"cross_{i}_{j}" for i in range(1, terms + 2) for j in range(i, terms + 2)]


def error_columns(terms: int) -> list[str]:
    return [f"error_{at}" for at in range(1, terms + 1)]


def columns(header: Header) -> list[str]:
    """All columns of a table of moments, in order."""
    terms = len(header.terms)
    keys = ["part", "school_year", *cell_columns(len(header.cell)), "school", "n", "w", "w2"]
    population = ["population_n", "population_mean", "population_ss"]
    return [*keys, *population, *mean_columns(terms), *cross_columns(terms), *error_columns(terms)]


def to_metadata(header: Header) -> str:
    """The header as JSON, for the key `metricspec` of the parquet file."""
    return json.dumps(
        {
            "format": FORMAT,
            "indicator": header.indicator,
            "version": header.version,
            "terms": header.terms,
            "cell": header.cell,
            "reliability": {str(number): value for number, value in header.reliability},
            "form": header.form,
            "standardize": header.standardize,
            "shrinkage": header.shrinkage,
            "percentile": header.percentile,
            "by_cell": header.by_cell,
            "cell_minimum": header.cell_minimum,
            "privacy_n": header.privacy_n,
            "rules": dict(header.rules),
            "districts": header.districts,
            "years": header.years,
        },
        ensure_ascii=False,
    )


def from_metadata(text: str) -> Header:
    """The header that `to_metadata` wrote. Raises ValueError for any other text."""
    try:
        found = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        raise ValueError("what the file says about itself is not JSON") from None
    try:
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise ValueError("the file does not say that it is a table of moments")
        return Header(
            indicator=str(found["indicator"]),
            version=str(found["version"]),
            terms=_texts(found["terms"]),
            cell=_texts(found["cell"]),
            reliability=tuple(sorted((int(number), float(value)) for number, value in found["reliability"].items())),
            form=str(found["form"]),
            standardize=str(found["standardize"]),
            shrinkage=str(found["shrinkage"]),
            percentile=str(found["percentile"]),
            by_cell=bool(found["by_cell"]),
            cell_minimum=int(found["cell_minimum"]),
            privacy_n=int(found["privacy_n"]),
            rules=tuple((str(what), str(text)) for what, text in found["rules"].items()),
            districts=_texts(found["districts"]),
            years=_texts(found["years"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"what the file says about itself is not complete ({error})") from None


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TypeError("a list of texts is missing")
    return tuple(value)


def cell_sums(rows: pd.DataFrame, terms: int) -> Sums:
    """The sums in the one row of a cell."""
    import numpy as np

    row = rows.iloc[0]
    mean = row[mean_columns(terms)].to_numpy(dtype=float)
    error = np.nan_to_num(row[error_columns(terms)].to_numpy(dtype=float), nan=0.0)
    return Sums(int(row["n"]), float(row["w"]), mean, crosses(row, terms), error)


def crosses(row: pd.Series[Any], terms: int) -> Floats:
    """The sums of products of a row as a symmetric matrix."""
    import numpy as np

    found = np.zeros((terms + 1, terms + 1))
    found[np.triu_indices(terms + 1)] = row[cross_columns(terms)].to_numpy(dtype=float)
    return found + np.triu(found, 1).T


def faults(header: Header, rows: pd.DataFrame) -> list[str]:
    """What keeps a table from being used; empty where it is sound."""
    wanted = columns(header)
    lacking = [name for name in wanted if name not in rows.columns]
    if lacking:
        return [f"it lacks the columns {', '.join(lacking[:4])}{' ...' if len(lacking) > 4 else ''}"]
    if not set(rows["part"]) <= {CELL, WITHIN, SCHOOL}:
        return ["its column part holds something other than cell, within, school"]
    found = [*_faults_of_keys(header, rows), *_faults_of_numbers(header, rows)]
    if not found and not (rows["part"] == CELL).any():
        found.append("it holds no cell")
    return found


def _faults_of_keys(header: Header, rows: pd.DataFrame) -> list[str]:
    keys = ["part", "school_year", *cell_columns(len(header.cell))]
    found = []
    if rows[keys].isna().any(axis=None):
        found.append("a row has no school year or no cell")
    if (rows["school"].notna() != (rows["part"] == SCHOOL)).any():
        found.append("a row is of a school and does not name it, or names one and is not")
    if rows.duplicated([*keys, "school"]).any():
        found.append("two rows are of the same cell and school")
    cells = {tuple(row) for row in rows.loc[rows["part"] == CELL, keys[1:]].to_numpy().tolist()}
    if any(tuple(row) not in cells for row in rows[keys[1:]].to_numpy().tolist()):
        found.append("a row of a school is in a cell that has no row of its own")
    return found


def _faults_of_numbers(header: Header, rows: pd.DataFrame) -> list[str]:
    """Numbers that no rows of students can have given; about which row they are, nothing is said."""
    import numpy as np

    terms = len(header.terms)
    cells, schools = rows[rows["part"] == CELL], rows[rows["part"] == SCHOOL]
    sums = rows[rows["part"] != SCHOOL]
    needed = [(rows, ["n", "w", "w2"]), (cells, mean_columns(terms)), (schools, mean_columns(terms))]
    needed.append((sums, cross_columns(terms)))
    for part, names in needed:
        try:
            values = part[names].to_numpy(dtype=float)
        except (TypeError, ValueError):
            return [f"a column among {names[0]} ... {names[-1]} is not of numbers"]
        if not np.isfinite(values).all():
            return [f"a number among {names[0]} ... {names[-1]} is missing or not finite"]
    n, w, w2 = (rows[name].to_numpy(dtype=float) for name in ("n", "w", "w2"))
    if (n < 1).any() or (n != np.floor(n)).any() or (w <= 0).any() or (w2 <= 0).any():
        return ["n is not a count, or the weights do not add up to more than 0"]
    squares = sums[[f"cross_{at}_{at}" for at in range(1, terms + 2)]].to_numpy(dtype=float)
    if (squares < 0).any():
        return ["a sum of squares is negative"]
    return []


OWN = {
    "indicator": "the indicator",
    "version": "the version",
    "terms": "the terms",
    "cell": "the columns of a cell",
    "standardize": "how scores are standardized",
}
SETTINGS = {
    "form": "the form",
    "reliability": "the reliabilities of the terms",
    "shrinkage": "shrinkage",
    "percentile": "how percentiles are made",
    "by_cell": "whether there are rows for each cell",
    "cell_minimum": "the least number of scores in a cell",
}


def rules(header: Header) -> tuple[tuple[str, str], ...]:
    """What a fit keeps of the rules besides those that it holds by themselves (see `OWN`), by their names in messages."""
    settings = ((what, _shown(getattr(header, name))) for name, what in SETTINGS.items())
    return (*settings, *((what, _shown(text)) for what, text in header.rules))


def differing(first: Header | Fit, second: Header) -> str | None:
    """The first thing in which two files, or a fit and a file, do not belong together, in words; None where they do."""
    one, other = _stated(first), _stated(second)
    for what in {**one, **other}:
        if one.get(what) != other.get(what):
            return f"{what}: {one.get(what, 'nothing')} and {other.get(what, 'nothing')}"
    return None


def _stated(model: Header | Fit) -> dict[str, str]:
    own = {what: _shown(getattr(model, name)) for name, what in OWN.items()}
    return own | dict(rules(model) if isinstance(model, Header) else model.rules)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_item, value))})" if value else "none"
    return f"'{value}'"


def _item(value: object) -> str:
    if isinstance(value, tuple):
        return f"{value[0]}: {value[1]}"
    return f"'{value}'" if "," in str(value) else str(value)  # so that no two lists look the same


def cell_label(year: str, values: Sequence[str]) -> str:
    """A cell as people see it.

    >>> cell_label("2024-25", ["05", "ELA"])
    '2024-25 05 / ELA'
    """
    return f"{year} {' / '.join(values)}".rstrip()
