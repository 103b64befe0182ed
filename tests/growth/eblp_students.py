"""Students with growth scores drawn from the model of eblp, and their sums by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from metricspec.measures.eblp.population import Cells, Pairs, Population

YEARS, GRADES, SUBJECTS = (1, 2, 3), (4, 5, 6), ("ela", "math")
BLOCKS = tuple((year, grade, subject) for year in YEARS for grade in GRADES for subject in SUBJECTS)


@dataclass(frozen=True)
class Truth:
    """Covariances and means that scores are drawn with; blocks as in BLOCKS."""

    g: np.ndarray
    r: np.ndarray
    alpha: np.ndarray
    between: float


def truth(rng: np.random.Generator, between: float = 8.0) -> Truth:
    """G with a common part by subject and year, rows summing to zero; R with students alike in their gains, so that a
    gain after a large gain tends to be small."""
    size = len(BLOCKS)
    root = rng.normal(size=(size, 3)) * 4
    for at, (year, _, subject) in enumerate(BLOCKS):
        root[at, 0] += 4 if subject == "ela" else -4
        root[at, 1] += 3 * (year - 2)
    centre = np.eye(size) - 1 / size
    g = centre @ (root @ root.T + 9 * np.eye(size)) @ centre
    r = np.zeros((size, size))
    for i, (year, grade, subject) in enumerate(BLOCKS):
        for j, (other_year, other_grade, other_subject) in enumerate(BLOCKS):
            apart = abs(year - other_year)
            if grade - year != other_grade - other_year:
                continue  # no student is in both
            if apart == 0:
                r[i, j] = 900 if subject == other_subject else 300
            elif apart == 1:
                r[i, j] = -200 if subject == other_subject else -60
    return Truth(g, r, rng.normal(size=size) * 5, between)


def schools(
    rng: np.random.Generator, given: Truth, count: int, smallest: int = 5, largest: int = 60
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scores (student, school, block, y) and true means (school by block: mu + u + alpha).

    A cohort goes through the grades at its school; some students leave a block out or miss one subject.
    """
    size, rows, means = len(BLOCKS), [], []
    values, vectors = np.linalg.eigh(given.g)
    half = vectors * np.sqrt(np.clip(values, 0, None))
    errors = np.linalg.cholesky(given.r)
    number = {block: at for at, block in enumerate(BLOCKS)}
    person = 0
    for school in range(count):
        mean = rng.normal() * given.between + half @ rng.normal(size=size) + given.alpha
        means.append(mean)
        entry = rng.integers(smallest, largest + 1)
        for start in range(min(GRADES) - len(YEARS) + 1, max(GRADES) + 1):  # grade in the first year
            for _ in range(max(1, entry + rng.integers(-3, 4))):
                person += 1
                error = errors @ rng.normal(size=size)
                for year in YEARS:
                    grade = start + year - 1
                    if grade not in GRADES or rng.random() < 0.1:
                        continue
                    for subject in SUBJECTS if rng.random() > 0.05 else SUBJECTS[:1]:
                        at = number[year, grade, subject]
                        rows.append((f"p{person}", f"s{school:04d}", at, mean[at] + error[at]))
    return pd.DataFrame(rows, columns=["student", "school", "block", "y"]), pd.DataFrame(means)


def with_pattern(scores: pd.DataFrame) -> pd.DataFrame:
    """The scores with the set of blocks in which their student has one, as a number from 1."""
    sets = (2 ** scores["block"]).groupby(scores["student"]).transform("sum")
    return scores.assign(pattern=sets.rank(method="dense").astype(int))


def population(scores: pd.DataFrame) -> Population:
    """The sums of the model, by pandas; `scores` has a pattern."""
    orgs = tuple(sorted(scores["school"].unique()))
    blocks = tuple(sorted(scores["block"].unique()))
    frame = scores.assign(
        org=scores["school"].map({org: at for at, org in enumerate(orgs)}),
        block=scores["block"].map({block: at for at, block in enumerate(blocks)}),
        y2=scores["y"] ** 2,
    )
    cells = frame.groupby(["org", "block", "pattern"]).agg(n=("y", "size"), total=("y", "sum"), squares=("y2", "sum"))
    both = frame.merge(frame, on=["student", "org"], suffixes=("a", "b"))
    both = both[both["blocka"] < both["blockb"]]
    pairs = both.rename(columns={"blocka": "first", "blockb": "second", "patterna": "pattern"})
    pairs = pairs.assign(product=pairs["ya"] * pairs["yb"])
    pairs = (
        pairs.groupby(["org", "first", "second", "pattern"])
        .agg(n=("ya", "size"), product=("product", "sum"), first_total=("ya", "sum"), second_total=("yb", "sum"))
        .reset_index()
    )
    cells = cells.reset_index()
    floats = [cells[c].to_numpy(float) for c in ("n", "total", "squares")]
    more = [pairs[c].to_numpy(float) for c in ("n", "product", "first_total", "second_total")]
    return Population(
        orgs,
        blocks,
        Cells(*(cells[c].to_numpy() for c in ("org", "block", "pattern")), *floats),
        Pairs(*(pairs[c].to_numpy() for c in ("org", "first", "second", "pattern")), *more),
    )
