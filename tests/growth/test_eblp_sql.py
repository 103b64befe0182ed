"""The stages of eblp from residuals to sums, against the same sums by pandas, on three engines."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from metricspec.compiler.needs import GroupPart
from metricspec.compiler.scores import Grouping
from metricspec.measure import Inputs
from metricspec.measures.eblp.blocks import Windows, block_stages
from metricspec.model import Group, GroupSet
from metricspec.sql.stage import Renderer, Stage

from .conftest import POSTGRES

LEVELS = ("school", "district")
CARRIED = ["school", "school_year", "at_school", "at_district", "el"]
MODEL = ["org_level", "org_id", "school_year", "student_group"]
Frames = Mapping[str, pd.DataFrame]


def residuals() -> pd.DataFrame:
    """Four years of two subjects: students move between schools and districts, leave the group EL, miss tests, and
    some scores count for no district."""
    rng = np.random.default_rng(8)
    rows = []
    for person in range(260):
        school, el, start = int(rng.integers(0, 6)), int(rng.random() < 0.4), int(rng.integers(1, 7))
        for year in range(4):
            grade = start + year
            if rng.random() < 0.1:
                school = int(rng.integers(0, 6))
            el = int(el and rng.random() < 0.8)
            if not 4 <= grade <= 6:
                continue
            for subject in ("ela", "math"):
                if rng.random() < 0.1:
                    continue
                district = None if school == 5 else f"d{school // 3}"
                residual = None if rng.random() < 0.05 else float(rng.normal() * 30)
                place = (f"s{school}", f"20{20 + year}-{21 + year}", f"s{school}", district, el)
                rows.append((f"p{person}", *place, subject, str(grade), residual))
    return pd.DataFrame(rows, columns=["student", *CARRIED, "cell_1", "cell_2", "residual"])


def windows() -> Windows:
    groups = GroupSet("two", (Group("ALL", where="true"), Group("EL", where="el")))
    part = GroupPart(groups, signature=["el"], flags={"ALL": "1 = 1", "EL": "el = 1"})
    grouping = Grouping("g_", LEVELS, part)
    inputs = Inputs("residuals", "g_", LEVELS, grouping.carried, "long", grouping.sums)
    return Windows(inputs, ("cell_1", "cell_2"), 3, 12, ("cell_1", "ela"))


def made(run: Callable[[str], Any], dialect: str) -> list[str]:
    """Every stage a table or view; their names."""
    renderer, names = Renderer(dialect), []
    for stage in block_stages(windows(), "residuals"):
        assert isinstance(stage, Stage)
        run(renderer.creation(stage))
        names.append(stage.name)
    return names


def in_duckdb(frame: pd.DataFrame) -> Frames:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE residuals AS FROM frame")
        return {name: connection.sql(f'FROM "{name}"').df() for name in made(connection.execute, "duckdb")}


def in_sqlite(frame: pd.DataFrame) -> Frames:
    with sqlite3.connect(":memory:") as connection:
        frame.to_sql("residuals", connection, index=False)
        names = made(connection.execute, "sqlite")
        return {name: pd.read_sql(f'SELECT * FROM "{name}"', connection) for name in names}


def in_postgres(frame: pd.DataFrame, to: str) -> Frames:
    psycopg = pytest.importorskip("psycopg")
    kinds = {"el": "bigint", "residual": "double precision"}
    declared = ", ".join(f"{column} {kinds.get(column, 'text')}" for column in frame)
    found = {}
    with psycopg.connect(to) as connection:
        connection.execute(f"CREATE TEMP TABLE residuals ({declared})")
        with connection.cursor() as cursor, cursor.copy("COPY residuals FROM STDIN") as copy:
            for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False):
                copy.write_row(row)
        for name in made(connection.execute, "postgres"):
            cursor = connection.execute(f'SELECT * FROM "{name}"')
            found[name] = pd.DataFrame(cursor.fetchall(), columns=[c.name for c in cursor.description])
    return found


@pytest.fixture(scope="module", params=["duckdb", "sqlite", POSTGRES])
def frames(request: pytest.FixtureRequest) -> Frames:
    if request.param == "postgres":
        return in_postgres(residuals(), request.getfixturevalue("server"))
    return in_duckdb(residuals()) if request.param == "duckdb" else in_sqlite(residuals())


def spread(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for each level and group that a row counts in."""
    parts = []
    for level in LEVELS:
        for group, rows in (("ALL", frame), ("EL", frame[frame["el"] == 1])):
            rows = rows.assign(org_level=level, org_id=rows[f"at_{level}"], student_group=group)
            parts.append(rows[rows["org_id"].notna()])
    return pd.concat(parts)


def windowed() -> pd.DataFrame:
    """Each known residual once for each window, with the block as text and the pattern as the set of a student's."""
    known = residuals().dropna(subset="residual")
    known["block"] = known["school_year"] + "/" + known["cell_1"] + "/" + known["cell_2"]
    parts = []
    for last in sorted(known["school_year"].unique()):
        ago = int(last[:4]) - known["school_year"].str[:4].astype(int)
        parts.append(known[(ago >= 0) & (ago < 3)].assign(school_year=last))
    window = pd.concat(parts)
    sets = window.groupby(["student", "school_year"])["block"].agg(lambda b: "+".join(sorted(b))).rename("pattern")
    counts = sets.reset_index().groupby("school_year")["pattern"].value_counts()
    common = {key for key, count in counts.items() if count >= 12}
    assert 0 < len(common) < len(counts)
    window = window.merge(sets.reset_index(), on=["student", "school_year"])
    rare = [key not in common for key in zip(window["school_year"], window["pattern"], strict=True)]
    return window.assign(pattern=window["pattern"].mask(rare, "rare"))


def named(frames: Frames, frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Blocks by text instead of number; patterns by whether they are the rare ones."""
    blocks = frames["g_blocks"]
    text = blocks["block_year"] + "/" + blocks["cell_1"] + "/" + blocks["cell_2"]
    names = dict(zip(zip(blocks["school_year"], blocks["block"], strict=True), text, strict=True))
    for column in columns:
        found = [names[key] for key in zip(frame["school_year"], frame[column], strict=True)]
        frame = frame.assign(**{column: found})
    return frame


def same(ours: pd.DataFrame, theirs: pd.DataFrame, keys: list[str], sums: list[str]) -> None:
    """Equal rows: a number of ours stands for exactly one pattern of theirs (0 for the rare)."""
    left = ours.sort_values([*keys, *sums]).reset_index(drop=True)
    right = theirs.sort_values([*keys, *sums]).reset_index(drop=True)
    assert len(left) == len(right) > 100
    pd.testing.assert_frame_equal(left[keys], right[keys], check_dtype=False)
    np.testing.assert_allclose(left[sums].to_numpy(float), right[sums].to_numpy(float), rtol=1e-9, atol=1e-9)
    pairs = set(zip(left["school_year"], left["pattern"], right["pattern"], strict=True))
    assert len(pairs) == len({(y, p) for y, p, _ in pairs}) == len({(y, t) for y, _, t in pairs})
    assert {t for _, p, t in pairs if p == 0} == {"rare"}


def test_blocks(frames: Frames) -> None:
    blocks = frames["g_blocks"]
    known = windowed()
    want = known[["school_year", "block"]].drop_duplicates()
    assert len(blocks) == len(want)
    assert blocks.groupby("school_year")["block"].agg(["min", "nunique"]).to_dict("list") == {
        "min": [1, 1, 1, 1],
        "nunique": want.groupby("school_year")["block"].nunique().tolist(),
    }
    target = (blocks["block_year"] == blocks["school_year"]) & (blocks["cell_1"] == "ela")
    assert (blocks["target"] == 1).tolist() == target.tolist()
    assert target.sum() == 12  # three grades in each of four years


def test_cells(frames: Frames) -> None:
    rows = spread(windowed()).assign(squares=lambda r: r["residual"] ** 2)
    keys = [*MODEL, "block"]
    theirs = rows.groupby([*keys, "pattern"], as_index=False).agg(
        n=("residual", "size"), total=("residual", "sum"), squares=("squares", "sum")
    )
    same(named(frames, frames["g_cells"], "block"), theirs, keys, ["n", "total", "squares"])


def test_pairs_of_blocks(frames: Frames) -> None:
    rows = spread(windowed())
    both = rows.merge(rows, on=["student", "pattern", *MODEL], suffixes=("_1", "_2"))
    both = both[both["block_1"] < both["block_2"]].assign(product=lambda b: b["residual_1"] * b["residual_2"])
    both = both.rename(columns={"block_1": "first_block", "block_2": "second_block"})
    keys = [*MODEL, "first_block", "second_block"]
    theirs = both.groupby([*keys, "pattern"], as_index=False).agg(
        n=("product", "size"),
        product=("product", "sum"),
        first_total=("residual_1", "sum"),
        second_total=("residual_2", "sum"),
    )
    ours = named(frames, frames["g_pair_cells"], "first_block", "second_block")
    same(ours, theirs, keys, ["n", "product", "first_total", "second_total"])


def test_coverage(frames: Frames) -> None:
    rows = spread(residuals().loc[lambda r: r["cell_1"] == "ela"])
    theirs = rows.groupby(MODEL).agg(population=("student", "size"), scored=("residual", "count"))
    ours = frames["g_coverage"].set_index(MODEL)[["population", "scored"]]
    pd.testing.assert_frame_equal(ours.sort_index().astype(int), theirs.sort_index().astype(int))
    assert (theirs["scored"] < theirs["population"]).any()
