"""How results change from one state of the specs to another, cell by cell. What is hidden on either side stays hidden, and
so does a cell whose two sides differ by too few students: both numbers together would tell of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from metricspec.compiler.tail import RESULT
from metricspec.model import Policy
from metricspec.reporting.figures import known

if TYPE_CHECKING:
    import pandas as pd

KEYS = ("school_year", "org_level", "org_id", "student_group", "category")
SCHOOL = "school"
Hidden = Literal["", "before", "now", "both", "too few between"]
HIDDEN_WORDS = {
    "before": "hidden before",
    "now": "hidden now",
    "both": "hidden before and now",
    "too few between": "too few students make the difference",
}


@dataclass(frozen=True)
class Cell:
    """One number in two states. Where `hidden` says why, nothing else of it is there."""

    school_year: str
    org_level: str
    org_id: str
    student_group: str
    category: str | None
    hidden: Hidden = ""
    old: float | None = None
    new: float | None = None
    old_rating: str | None = None
    new_rating: str | None = None

    @property
    def change(self) -> float:
        return (self.new or 0.0) - (self.old or 0.0)

    @property
    def differs(self) -> bool:
        return self.hidden in ("before", "now", "too few between") or (
            (self.old, self.old_rating) != (self.new, self.new_rating)
        )


@dataclass(frozen=True)
class Colours:
    """Ratings of schools in one year, all students: of those rated on both sides how many have another one."""

    school_year: str
    rated: int
    recoloured: int
    only_before: int
    only_now: int
    moves: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class NumbersChange:
    """The cells that differ, largest first and hidden ones last; how many there are in all; `without`: why there are none."""

    cells: tuple[Cell, ...] = ()
    compared: int = 0
    only_before: int = 0
    only_now: int = 0
    colours: tuple[Colours, ...] = ()
    without: str = ""


def numbers_change(old: pd.DataFrame, new: pd.DataFrame, least: int, everyone: Sequence[str]) -> NumbersChange:
    """Two Results of one indicator compared. `least` is the smallest number of students that both policies show;
    `everyone` the groups of all students."""
    both = _own(old).merge(
        _own(new), on=[*KEYS, "occurrence"], how="outer", suffixes=("_old", "_new"), indicator="side"
    )
    sides = both["side"].value_counts()
    rows = both[both["side"] == "both"].to_dict("records")
    cells = [_cell({str(k): v for k, v in row.items()}, least) for row in rows]
    ordered = sorted((cell for cell in cells if cell.differs), key=_weight)
    schools = [cell for cell in cells if cell.org_level == SCHOOL and cell.student_group in everyone]
    return NumbersChange(
        tuple(ordered), len(cells), int(sides["left_only"]), int(sides["right_only"]), tuple(_colours(schools))
    )


def least_shown(policies: Sequence[Policy]) -> int:
    """The smallest number of students that each of some policies may show."""
    return max((policy.least_shown() for policy in policies), default=1)


def _own(frame: pd.DataFrame) -> pd.DataFrame:
    """The indicator's own values, without further statistics. A hidden result may be a category and so have none: rows
    of one key are numbered."""
    rows = frame[frame["statistic"].isna()][[name for name in RESULT if name not in ("indicator", "version")]]
    rows = rows.assign(category=rows["category"].fillna(""))
    return rows.assign(occurrence=rows.groupby(list(KEYS), dropna=False).cumcount())


def _cell(row: dict[str, Any], least: int) -> Cell:
    where = {name: row[name] for name in KEYS} | {"category": row["category"] or None}
    before, now = (known(row[f"suppressed_{side}"]) for side in ("old", "new"))
    if before or now:
        return Cell(**where, hidden="both" if before and now else "before" if before else "now")
    if _few_between(row, least):
        return Cell(**where, hidden="too few between")
    prior_hidden = any(known(row[f"prior_suppressed_{side}"]) for side in ("old", "new"))
    values = {side: float(row[f"value_{side}"]) if known(row[f"value_{side}"]) else None for side in ("old", "new")}
    ratings = {
        side: str(row[f"rating_{side}"]) if known(row[f"rating_{side}"]) and not prior_hidden else None
        for side in ("old", "new")
    }
    return Cell(**where, old=values["old"], new=values["new"], old_rating=ratings["old"], new_rating=ratings["new"])


def _few_between(row: dict[str, Any], least: int) -> bool:
    """Whether the two sides, this year's or the prior year's, count numbers of students (or what the denominator counts)
    that differ by fewer than may be shown."""
    for name in ("n", "denominator", "prior_n", "prior_denominator"):
        old, new = row[f"{name}_old"], row[f"{name}_new"]
        if known(old) and known(new) and 0 < abs(float(old) - float(new)) < least:
            return True
    return False


def _weight(cell: Cell) -> tuple[bool, float, bool, str, str, str]:
    recoloured = cell.old_rating != cell.new_rating
    return bool(cell.hidden), -abs(cell.change), not recoloured, cell.org_id, cell.student_group, cell.school_year


def _colours(schools: Sequence[Cell]) -> Iterator[Colours]:
    for year in sorted({cell.school_year for cell in schools}):
        seen = [cell for cell in schools if cell.school_year == year and not cell.hidden]
        rated = [(cell.old_rating, cell.new_rating) for cell in seen if cell.old_rating and cell.new_rating]
        moved = [(old, new) for old, new in rated if old != new]
        before = sum(bool(cell.old_rating) and not cell.new_rating for cell in seen)
        now = sum(bool(cell.new_rating) and not cell.old_rating for cell in seen)
        if rated or before or now:
            moves = tuple((str(old), str(new), moved.count((old, new))) for old, new in dict.fromkeys(moved))
            yield Colours(year, len(rated), len(moved), before, now, moves)
