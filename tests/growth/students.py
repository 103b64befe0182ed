"""Made-up students for a growth model: scores with error, flags, schools, and what numpy makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def students(
    seed: int = 1, schools: int = 12, size: tuple[int, int] = (8, 40), cells: Sequence[str] = ("05", "06")
) -> pd.DataFrame:
    """y of x1 and x2 (earlier scores with error, x1's known as e1), flags x3 and x4, weights w, in cells and schools."""
    rng = np.random.default_rng(seed)
    parts = []
    for cell in cells:
        for school in range(schools):
            n = int(rng.integers(*size))
            true = 2500 + 25 * rng.normal() + 80 * rng.normal(size=n)
            error = rng.uniform(20, 40, n)
            x3 = (rng.random(n) < 0.1 + 0.05 * school).astype(float)
            x4 = (rng.random(n) < 0.3).astype(float)
            y = 200 + 0.9 * true - 20 * x3 + 5 * x4 + 12 * rng.normal() + 40 * rng.normal(size=n)
            columns = {
                "x1": true + error * rng.normal(size=n),
                "x2": 0.5 * true + 45 * rng.normal(size=n),
                "x3": x3,
                "x4": x4,
            }
            part = pd.DataFrame({"y": y, **columns, "e1": error, "w": rng.uniform(0.25, 2, n)})
            parts.append(part.assign(school=f"s{school:02d}", district=f"d{school % 4}", cell_1=cell))
    found = pd.concat(parts, ignore_index=True)
    return found.assign(in_group=(rng.random(len(found)) < 0.4).astype(int))


def regression(
    rows: pd.DataFrame,
    terms: Sequence[str],
    reliability: Mapping[str, float] | None = None,
    csem: Mapping[str, str] | None = None,
    weight: str | None = None,
) -> Floats:
    """Intercept and slopes. Without error numpy's lstsq; with it (X'WX - S)^-1 X'Wy with the intercept's column in X.

    Columns are centred at their plain means and divided by their spread first, so that the solve is well conditioned.
    """
    y = rows["y"].to_numpy(float)
    w = rows[weight].to_numpy(float) if weight else np.ones(len(rows))
    z = rows[list(terms)].to_numpy(float)
    middle, size = z.mean(axis=0), z.std(axis=0)
    x = np.column_stack([np.ones(len(rows)), (z - middle) / size])
    s = np.zeros(len(terms) + 1)
    for at, term in enumerate(terms, 1):
        if reliability and term in reliability:
            about = z[:, at - 1] - np.average(z[:, at - 1], weights=w)
            s[at] = (1 - reliability[term]) * (w * about**2).sum() / size[at - 1] ** 2
        if csem and term in csem:
            s[at] = (w * rows[csem[term]].to_numpy(float) ** 2).sum() / size[at - 1] ** 2
    if s.any():
        b = np.linalg.solve((x * w[:, None]).T @ x - np.diag(s), (x * w[:, None]).T @ (y - y.mean()))
    else:
        root = np.sqrt(w)
        b = np.linalg.lstsq(x * root[:, None], (y - y.mean()) * root, rcond=None)[0]
    slopes = b[1:] / size
    return np.concatenate([[b[0] + y.mean() - slopes @ middle], slopes])


def with_peer(rows: pd.DataFrame, of: str, name: str, others: bool = False, weight: str | None = None) -> pd.DataFrame:
    """The school mean of a column within cells, as another column; of the others in the school with `others`."""
    w = rows[weight] if weight else pd.Series(1.0, index=rows.index)
    by = [rows["cell_1"], rows["school"]]
    total, weights = (rows[of] * w).groupby(by).transform("sum"), w.groupby(by).transform("sum")
    mean = (total - w * rows[of]) / (weights - w) if others else total / weights
    return rows.assign(**{name: mean})
