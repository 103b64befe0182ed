"""What an eblp block says, as a frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Report = Literal["hybrid", "eblp", "simple_mean"]


@dataclass(frozen=True)
class EblpSpec:
    """`subject` is one of `cell`; `reported` its value whose growth is reported (None: all); `years_minimum` None: as
    many as `years`."""

    outcome: str
    priors: tuple[str, ...]
    cell: tuple[str, ...]
    subject: str | None = None
    reported: str | None = None
    years: int = 3
    years_minimum: int | None = None
    cell_minimum: int = 30
    block_minimum: int = 100
    pattern_minimum: int = 100
    pair_minimum: int = 100
    blocks_minimum: int = 3
    orgs_minimum: int = 5
    simple_above: int = 500
    all_students: str = "ALL"
    center: float = 100.0
    report: Report = "hybrid"

    @property
    def needed(self) -> int:
        """The school years of scores that a model needs."""
        return self.years if self.years_minimum is None else self.years_minimum


def parsed(block: Mapping[str, Any]) -> EblpSpec:
    given = dict(block)
    given["priors"] = tuple(given["priors"])
    given["cell"] = tuple(given["cell"])
    return EblpSpec(**given)
