"""Nobody finds a hidden number of a school in the indices that are released: all splits of two hidden numbers are tried."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
import pytest
from metricspec.sql.stage import Stage
from numpy.typing import NDArray

from metricspec_segregation.two import indices

SHOWN = 11
DISTRICTS = 200
Counts = NDArray[np.float64]
District = tuple[Counts, Counts]  # students of each school, and those of them in the group


def published(students: Counts, group: Counts) -> tuple[float, ...]:
    """The four indices to two decimals, by other formulas than the SQL's."""
    others = students - group
    entropies = [entropy(row) for row in np.column_stack([group, others])]
    exact = (
        np.maximum(group / group.sum() - others / others.sum(), 0).sum(),
        (group**2 / students).sum() / group.sum(),
        (group * others / students).sum() / group.sum(),
        1 - (students @ entropies) / students.sum() / entropy(np.array([group.sum(), others.sum()])),
    )
    return tuple(round(float(one) + 1e-12, 2) for one in exact)


def entropy(counts: Counts) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def districts(schools: int) -> Sequence[District]:
    """Every other district has two schools with 1 to 10 of the group; else each has 11 or more inside and outside it."""
    chance = np.random.default_rng(20251122 + schools)
    made = []
    for at in range(DISTRICTS):
        students = chance.integers(100, 250, schools).astype(float)
        group = np.floor(students * chance.uniform(0.15, 0.5, schools))
        if at % 2:
            students[:2] = chance.integers(30, 200, 2)
            group[:2] = chance.integers(1, SHOWN, 2)
        made.append((students, group))
    return made


def computed(made: Sequence[District]) -> dict[int, tuple[float, tuple[float, ...]]]:
    """n and the four indices to two decimals of each district, as the measure type's SQL gives them."""
    rows = [
        ("2024-25", "district", str(at), "ALL", f"S{place}", a, t - a, t)
        for at, (students, group) in enumerate(made)
        for place, (t, a) in enumerate(zip(students.tolist(), group.tolist(), strict=True))
    ]
    with duckdb.connect() as connection:
        connection.execute("""CREATE TABLE schools (school_year VARCHAR, org_level VARCHAR, org_id VARCHAR,
            student_group VARCHAR, school VARCHAR, a DOUBLE, b DOUBLE, t DOUBLE)""")
        connection.executemany("INSERT INTO schools VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        for step in indices("s_", "schools", "dissimilarity"):
            assert isinstance(step, Stage)
            connection.execute(f"CREATE TABLE {step.name} AS {step.template.text}")
        found = connection.execute("""SELECT CAST(org_id AS INTEGER) AS at, MIN(n),
            MAX(CASE WHEN statistic IS NULL THEN value END), MAX(CASE WHEN statistic = 'isolation' THEN value END),
            MAX(CASE WHEN statistic = 'exposure' THEN value END),
            MAX(CASE WHEN statistic = 'information_theory' THEN value END) FROM s_segregation GROUP BY 1""").fetchall()
    return {at: (n, tuple(round(value + 1e-12, 2) for value in values)) for at, n, *values in found}


def splits(students: Counts, group: Counts, told: tuple[float, ...]) -> int:
    """In how many ways the first two schools can share what the others leave of the group, and give the same indices."""
    left = int(group[:2].sum())
    ways = ((one, left - one) for one in range(1, SHOWN) if 1 <= left - one < SHOWN)
    return sum(published(students, np.array([*way, *group[2:]])) == told for way in ways)


@pytest.mark.parametrize("schools", [5, 8])
def test_no_hidden_number_is_the_only_one_that_fits(schools: int) -> None:
    made = districts(schools)
    found = computed(made)
    hidden = {at for at, (_, group) in enumerate(made) if group.min() < SHOWN}
    assert all(told == published(*made[at]) for at, (_, told) in found.items())
    assert sum(splits(*made[at], found[at][1]) == 1 for at in hidden) >= 5, "the indices tell nothing that must hide"
    released = {at for at, (n, _) in found.items() if n >= SHOWN}
    assert len(released) >= DISTRICTS // 4, "nothing is released"
    assert [at for at in released & hidden if splits(*made[at], found[at][1]) == 1] == []
