"""The figures of a comparison of growth models: how neutral each model is, and which orgs move."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metricspec.running.growth_models import Comparison, Model, Trait
from metricspec.sql.intervals import NORMAL

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MOST = 2 / 3
THIRDS = ("lowest", "middle", "highest")


@dataclass(frozen=True)
class Neutrality:
    """How the effects of one model go with one trait over the orgs shown, each org counting once.

    `r`: Pearson's correlation; `low`, `high`: its 95 % interval by Fisher's transformation; `gap`: the mean effect of
    the third of orgs highest in the trait less that of the lowest third. NaN where it cannot be known.
    """

    model: Model
    trait: Trait
    r: float
    low: float
    high: float
    gap: float


def correlation(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Pearson's r with its 95 % interval (Fisher 1921); NaN where either does not vary or fewer than 4 pairs are known."""
    import numpy as np

    known = np.isfinite(x) & np.isfinite(y)
    x, y = (
        x[known] - x[known].mean() if known.any() else x[known],
        y[known] - y[known].mean() if known.any() else y[known],
    )
    scale = math.sqrt(float(x @ x) * float(y @ y))
    if len(x) < 4 or scale < 1e-12 * len(x):
        return math.nan, math.nan, math.nan
    r = max(-1.0, min(1.0, float(x @ y) / scale))
    if abs(r) > 1 - 1e-12:
        return r, r, r
    half = NORMAL / math.sqrt(len(x) - 3)
    return r, math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)


def third_of(values: np.ndarray) -> np.ndarray:
    """0, 1, 2 for the lowest, middle and highest third by rank; equal values stay together; -1 where unknown."""
    import numpy as np

    known = np.isfinite(values)
    found = np.full(len(values), -1)
    if known.any():
        given = values[known]
        order = np.sort(given)
        middle = (np.searchsorted(order, given, "left") + np.searchsorted(order, given, "right")) / (2 * len(given))
        found[known] = np.minimum((3 * middle).astype(int), 2)
    return found


def neutrality(found: Comparison) -> list[Neutrality]:
    """Every model by every trait, in their orders."""
    import numpy as np

    effects, rows = found.wide("effect"), []
    for trait in found.traits:
        values = found.orgs[trait.key].to_numpy(float)
        third = third_of(values)
        for model in found.models:
            effect = effects[model.key].to_numpy(float)
            ends = [effect[(third == at) & np.isfinite(effect)] for at in (0, 2)]
            gap = float(ends[1].mean() - ends[0].mean()) if len(ends[0]) and len(ends[1]) else math.nan
            rows.append(Neutrality(model, trait, *correlation(values, effect), gap))
    return rows


def moves(found: Comparison) -> pd.DataFrame:
    """One row per org: org_id, name, district, n, the percentile and index level in each model (percentile_KEY, level_KEY),
    `change` in percentile and `steps` in index level from the first model to the last, and whether the intervals of the
    two effects `overlap`; largest changes first."""
    table = found.orgs[["org_id", "name", "district", "n"]].reset_index(drop=True)
    percentile, level = found.wide("percentile"), found.wide("index_level")
    low, high = found.wide("low"), found.wide("high")
    first, last = found.first.key, found.last.key
    for model in found.models:
        table[f"percentile_{model.key}"] = percentile[model.key].to_numpy(float)
        table[f"level_{model.key}"] = level[model.key].to_numpy(float)
    table["change"] = table[f"percentile_{last}"] - table[f"percentile_{first}"]
    table["steps"] = table[f"level_{last}"] - table[f"level_{first}"]
    table["overlap"] = ((low[first] <= high[last]) & (low[last] <= high[first])).to_numpy(bool)
    order = table["change"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def by_third(found: Comparison, trait: Trait) -> pd.DataFrame:
    """The mean percentile in each model of each third of orgs by a trait: third, orgs, low, high (of the trait), then a
    column for each model."""
    import pandas as pd

    values = told(found, trait)
    third, percentile = third_of(values), found.wide("percentile")
    rows = []
    for at, name in enumerate(THIRDS):
        inside = third == at
        if not inside.any():
            continue
        means = {m.key: float(percentile[m.key].to_numpy(float)[inside].mean()) for m in found.models}
        ends = {"low": float(values[inside].min()), "high": float(values[inside].max())}
        rows.append({"third": name, "orgs": int(inside.sum()), **ends, **means})
    return pd.DataFrame(rows)


def share_shown(share: float, n: float, least: int) -> bool:
    """Whether a share may stand beside its n: neither the students in the group nor those outside it are too few.

    >>> share_shown(0.5, 40, 11), share_shown(0.1, 40, 11), share_shown(0.9, 40, 11), share_shown(0.0, 40, 11)
    (True, False, False, False)
    """
    members = round(share * n)
    return members >= least and n - members >= least


def told(found: Comparison, trait: Trait) -> np.ndarray:
    """A trait by org, as far as it may be told of a single one: NaN where a share would tell of too few students."""
    import numpy as np

    values = found.orgs[trait.key].to_numpy(float)
    if trait.kind != "share":
        return values
    shown = [share_shown(v, n, found.least) for v, n in zip(values, found.orgs["n"], strict=True)]
    return np.where(shown, values, np.nan)


def first_prior(found: Comparison) -> Trait | None:
    """The first prior score that differs between the orgs shown; None where none does."""
    return next((trait for trait in found.traits if trait.kind == "prior"), None)


def telling_share(found: Comparison, rows: list[Neutrality]) -> Trait | None:
    """Of the shares that may be told of most orgs, the one that goes most with the effects of the first model."""
    import numpy as np

    shares = [one for one in rows if one.trait.kind == "share" and one.model is found.first and not math.isnan(one.r)]
    shares = [one for one in shares if np.isfinite(told(found, one.trait)).mean() >= MOST]
    return max(shares, key=lambda one: abs(one.r)).trait if shares else None
