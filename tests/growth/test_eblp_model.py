"""What eblp does with sums: patterns taken together, sets of blocks fitted apart, refusals, and rows of the Tally."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from metricspec.measures.eblp.computation import computed
from metricspec.measures.eblp.model import Minimums, large_blocks, outcomes
from metricspec.measures.eblp.patterns import collected, connected, students, with_common_patterns
from metricspec.measures.eblp.population import Cells, Pairs, Population, parts
from metricspec.measures.eblp.spec import EblpSpec

from .eblp_students import BLOCKS, population, schools, truth, with_pattern

FINAL = frozenset(at for at, (year, _, subject) in enumerate(BLOCKS) if year == 3 and subject == "ela")
SPEC = EblpSpec("score", ("prior",), ("subject", "grade"), "subject", "ela")


@cache
def scores() -> pd.DataFrame:
    rng = np.random.default_rng(99)
    return with_pattern(schools(rng, truth(rng), 20, smallest=4, largest=40)[0])


def cells(rows: list[tuple[int, int, int, int]]) -> Cells:
    """(org, block, pattern, scores), all scores 0."""
    org, block, pattern, n = (np.array(column) for column in zip(*rows, strict=True))
    return Cells(org, block, pattern, n.astype(float), np.zeros(len(n)), np.zeros(len(n)))


def alone(given: Cells) -> Population:
    empty = np.zeros(0, dtype=int)
    names = tuple(f"s{at}" for at in range(int(given.org.max()) + 1))
    nothing = np.zeros(0)
    return Population(
        names,
        tuple(range(int(given.block.max()) + 1)),
        given,
        Pairs(empty, empty, empty, empty, nothing, nothing, nothing, nothing),
    )


@pytest.mark.parametrize(
    ("counts", "names"),
    [
        ([0, 500, 300, 200], [0, 1, 2, 3]),  # none is rare
        ([0, 500, 100, 100], [0, 1, 2, 3]),  # the minimum is enough
        ([0, 500, 60, 50], [0, 1, 0, 0]),  # together 110
        ([0, 500, 300, 50], [0, 1, 0, 0]),  # 50 is too few: the next smallest joins it
        ([0, 60, 20, 10], [0, 0, 0, 0]),
        ([40, 500, 300, 200], [0, 1, 2, 0]),  # 40 were taken together before: 200 join them
        ([140, 500, 0, 200], [0, 1, 2, 3]),
    ],
)
def test_rare_patterns_are_taken_together_until_they_are_enough(counts: list[int], names: list[int]) -> None:
    assert collected(np.array(counts, dtype=float), 100).tolist() == names


def test_the_students_of_a_pattern_are_those_of_its_fullest_block() -> None:
    assert students(cells([(0, 0, 1, 7), (1, 0, 1, 3), (0, 1, 1, 9), (0, 1, 2, 4)])).tolist() == [0, 10, 4]


def test_more_patterns_are_taken_together_where_a_school_has_one_for_itself() -> None:
    """Org 1 alone has pattern 2, and nothing else: its mean and the pattern's cannot be told apart."""
    given = cells([(0, 0, 1, 400), (0, 1, 1, 400), (1, 0, 2, 150), (1, 1, 2, 150)])
    assert not connected(given)
    found = with_common_patterns(alone(given), 100).cells
    assert connected(found)
    assert set(found.pattern) == {0}
    joined = cells([(0, 0, 1, 400), (0, 1, 1, 400), (1, 0, 2, 150), (1, 1, 2, 150), (1, 0, 1, 5)])
    assert set(with_common_patterns(alone(joined), 100).cells.pattern) == {1, 2}


def without_grade_5(given: pd.DataFrame) -> pd.DataFrame:
    """Every second school has grade 4 only, the others grade 6 only: nothing ties the two together."""
    grade = given["block"].map(lambda block: BLOCKS[block][1])
    even = given["school"].str[-1].isin(list("02468"))
    return with_pattern(given[(even & (grade == 4)) | (~even & (grade == 6))].drop(columns="pattern"))


def test_sets_of_blocks_that_no_school_ties_together_are_fitted_apart() -> None:
    apart = without_grade_5(scores())
    whole = population(apart)
    assert len(parts(whole)) == 2
    found = outcomes(whole, FINAL, Minimums(pattern=20))
    grade = apart["block"].map(lambda block: BLOCKS[block][1])
    for one in (4, 6):
        own = outcomes(population(apart[grade == one]), FINAL, Minimums(pattern=20))
        assert own
        for org, outcome in own.items():
            ours = found.pop(org).prediction
            assert outcome.prediction is not None and ours is not None
            assert (ours.blp, ours.mse) == pytest.approx((outcome.prediction.blp, outcome.prediction.mse), rel=1e-9)
    assert found == {}


def refused(given: Population, minimums: Minimums, target: frozenset[int] = FINAL) -> set[str | None]:
    return {outcome.reason for outcome in outcomes(given, target, minimums).values()}


def test_models_that_cannot_be_fitted_say_why() -> None:
    usual, given = Minimums(), scores()
    assert refused(population(given), usual) == {None}
    few = given[given["block"].isin([16, 17])]
    assert refused(population(few), usual) == {"fewer than 3 blocks"}
    two = given[given["school"].isin(["s0000", "s0001"])]
    assert refused(population(two), replace(usual, block=10)) == {"fewer than 5 orgs share these blocks"}
    size = int((given["block"] == 12).sum())
    assert 12 not in large_blocks(population(given), size)[1]  # the minimum is enough
    assert 12 in large_blocks(population(given), size + 1)[1]
    small = given[(given["block"] != 12) | (given["school"] == "s0003")]
    reasons = {org: o.reason for org, o in outcomes(population(small), FINAL, usual).items()}
    assert (small["block"] == 12).sum() < 100 < size
    assert reasons.pop("s0003") == "a block of fewer than 100 scores"
    assert set(reasons.values()) == {None}
    alike = given.assign(y=0.0)
    assert {o.prediction and o.prediction.singular for o in outcomes(population(alike), FINAL, usual).values()} == {
        True
    }


def test_two_blocks_that_no_school_has_both_of() -> None:
    """Schools with grades 4 and 5, others with 5 and 6: tied together by grade 5, but none has 4 and 6."""
    given = scores()
    grade = given["block"].map(lambda block: BLOCKS[block][1])
    even = given["school"].str[-1].isin(list("02468"))
    chain = population(with_pattern(given[(even & (grade < 6)) | (~even & (grade > 4))].drop(columns="pattern")))
    assert len(parts(chain)) == 1
    assert refused(chain, Minimums()) == {"no org has scores in both of two blocks"}


def test_one_student_blocks_cannot_tell_errors_apart() -> None:
    given = scores()
    first = given.drop_duplicates(["school", "block", "pattern"])
    reasons = refused(population(first), Minimums(block=1, pattern=1))
    assert reasons == {"a block in which no org has two scores"}


def frames(group: str = "ALL", level: str = "school", given: pd.DataFrame | None = None) -> dict[str, pd.DataFrame]:
    """The stages that the computation reads, for one level and group of one window."""
    sums = population(scores() if given is None else given)
    place: dict[str, Any] = {"school_year": "2024-25", "org_level": level, "student_group": group}
    cell = pd.DataFrame({key: getattr(sums.cells, key) for key in ("pattern", "n", "total", "squares")})
    pair = pd.DataFrame(
        {key: getattr(sums.pairs, key) for key in ("pattern", "n", "product", "first_total", "second_total")}
    )
    blocks = pd.DataFrame(BLOCKS, columns=["year", "cell_2", "cell_1"]).assign(block=range(len(BLOCKS)))
    orgs, numbers = np.array(sums.orgs), np.array(sums.blocks)
    return {
        "g_cells": cell.assign(org_id=orgs[sums.cells.org], block=numbers[sums.cells.block], **place),
        "g_pair_cells": pair.assign(
            org_id=orgs[sums.pairs.org],
            first_block=numbers[sums.pairs.first],
            second_block=numbers[sums.pairs.second],
            **place,
        ),
        "g_blocks": blocks.assign(
            school_year="2024-25",
            block_year=blocks["year"].map({1: "2022-23", 2: "2023-24", 3: "2024-25"}),
            target=[int(at in FINAL) for at in blocks["block"]],
        ),
        "g_coverage": pd.DataFrame([{**place, "org_id": "s0001", "population": 80, "scored": 60}]),
    }


def rows(spec: EblpSpec, given: dict[str, pd.DataFrame]) -> dict[str | None, pd.DataFrame]:
    found = computed(spec, "g_", given)
    return {
        None if pd.isna(name) else str(name): own.set_index("org_id")
        for name, own in found.groupby("statistic", dropna=False)
    }


def test_rows_of_the_tally() -> None:
    found = rows(SPEC, frames())
    assert set(found) == {None, "eblp", "simple_mean", "weight", "coverage"}
    own = scores()[scores()["block"].isin(FINAL)].groupby("school")["y"]
    simple, hybrid, eblp = found["simple_mean"], found[None], found["eblp"]
    np.testing.assert_allclose(simple["value"], 100 + own.mean(), rtol=1e-12)
    assert (simple["n"] == own.size()).all() and (hybrid["n"] == own.size()).all()
    np.testing.assert_allclose(simple["numerator"] / simple["denominator"], simple["value"], rtol=1e-12)
    nearer = eblp["standard_error"] < simple["standard_error"]
    assert nearer.sum() > 10
    np.testing.assert_array_equal(hybrid["value"], np.where(nearer, eblp["value"], simple["value"]))
    assert (hybrid.loc[nearer, "notes"] == "best linear prediction").all()
    assert hybrid.loc[~nearer, "notes"].str.startswith("simple mean").all()
    np.testing.assert_allclose(hybrid["high"] - hybrid["low"], 2 * 1.959963984540054 * hybrid["standard_error"])
    assert found["weight"]["value"].between(0, 1).mean() > 0.9
    assert found["coverage"].loc["s0001", ["numerator", "denominator", "n", "value"]].tolist() == [60, 80, 60, 0.75]


@pytest.mark.parametrize("report", ["eblp", "simple_mean"])
def test_another_number_can_be_the_value(report: Any) -> None:
    usual, found = rows(SPEC, frames()), rows(replace(SPEC, report=report), frames())
    assert set(found) == {None, *({"hybrid", "eblp", "simple_mean", "weight", "coverage"} - {report})}
    np.testing.assert_array_equal(found[None]["value"], usual[report]["value"])
    np.testing.assert_array_equal(found["hybrid"]["value"], usual[None]["value"])


@pytest.mark.parametrize(
    ("group", "level", "simple"),
    [("EL", "district", True), ("ALL", "district", False), ("EL", "school", False)],
)
def test_large_groups_of_districts_get_the_simple_mean(group: str, level: str, simple: bool) -> None:
    found = rows(replace(SPEC, simple_above=60), frames(group, level))
    large = found[None]["n"] > 60
    assert 0 < large.sum() < len(large)
    noted = found[None]["notes"].eq("simple mean: more than 60 scores")
    assert noted.tolist() == (large if simple else large & False).tolist()
    if simple:
        np.testing.assert_array_equal(found[None]["value"][large], found["simple_mean"]["value"][large])


def test_a_refused_model_has_no_value_but_a_simple_mean() -> None:
    found = rows(replace(SPEC, orgs_minimum=21), frames())
    assert found[None]["value"].isna().all()
    assert set(found[None]["notes"]) == {"fewer than 21 orgs share these blocks"}
    assert found["simple_mean"]["value"].notna().all()
    large = rows(replace(SPEC, orgs_minimum=21, simple_above=1), frames("EL", "district"))
    assert large[None]["value"].notna().all()


def test_missing_years_are_noted() -> None:
    given = frames(given=scores()[scores()["block"] >= 6])
    given["g_blocks"] = given["g_blocks"][given["g_blocks"]["block"] >= 6]
    strict, loose = rows(SPEC, given), rows(replace(SPEC, years_minimum=2), given)
    assert set(strict[None]["notes"]) == {"scores of 2 of 3 years"}
    assert strict[None]["value"].isna().all() and strict["simple_mean"]["value"].notna().all()
    assert loose[None]["notes"].str.endswith("; scores of 2 of 3 years").all()
    assert loose[None]["value"].notna().all()


def test_the_center_moves_every_value() -> None:
    usual, moved = rows(SPEC, frames()), rows(replace(SPEC, center=0.0), frames())
    for name in (None, "eblp", "simple_mean"):
        np.testing.assert_allclose(usual[name]["value"] - moved[name]["value"], 100)


def test_the_order_of_rows_changes_nothing() -> None:
    """But for rounding: sums are added in another order."""
    given = frames()
    mixed = {name: frame.sample(frac=1, random_state=4) for name, frame in given.items()}
    first, second = rows(SPEC, given), rows(SPEC, mixed)
    np.testing.assert_allclose(first[None]["value"], second[None]["value"], rtol=1e-10)
    np.testing.assert_allclose(first[None]["standard_error"], second[None]["standard_error"], rtol=1e-8)
