"""What a framework is computed from: a Result, and what is public about orgs anyway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

Attributes = Mapping[str, bool | str]


@dataclass(frozen=True)
class Given:
    """`result` is a Result; `ran` the indicators that were asked for, also those without any row (None: those in it).

    `orgs` are attributes by org and school year, `local` findings by org, school year and priority (None: not given).
    """

    result: pd.DataFrame
    ran: frozenset[str] | None = None
    orgs: Mapping[tuple[str, str], Attributes] = field(default_factory=dict)
    local: Mapping[tuple[str, str, str], str] | None = None


class Place(NamedTuple):
    """An org in a school year."""

    year: str
    level: str
    org: str


class Row(NamedTuple):
    """A released row of an indicator's own value; what is hidden is None."""

    value: float | None
    numerator: float | None
    denominator: float | None
    n: float | None
    status: str | None
    rating: str | None
    suppressed: str | None
    prior_suppressed: str | None


KEYS = ("indicator", "school_year", "org_level", "org_id", "student_group")


def released_rows(result: pd.DataFrame) -> dict[tuple[str, str, str, str, str], Row]:
    """The rows of indicators' own values by indicator, year, level, org and group.

    A hidden row comes out empty whatever stands in it, so that nothing here could know more than the public does.
    """
    own = result[result["statistic"].isna() & result["category"].isna()]
    columns = [own[name].astype(object).where(own[name].notna(), None) for name in (*KEYS, *Row._fields)]
    found = {}
    for values in zip(*columns, strict=True):
        row = Row(*values[len(KEYS) :])
        if row.suppressed is not None:
            row = Row(None, None, None, None, None, None, row.suppressed, row.prior_suppressed)
        elif row.prior_suppressed is not None:
            row = row._replace(rating=None)
        found[values[0], values[1], values[2], values[3], values[4]] = row
    return found
