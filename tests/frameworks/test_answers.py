"""Three-valued answers against every way in which the unknown could turn out."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from metricspec.frameworks.answers import Answer, all_of, any_of, at_least, unknown

ANSWERS = st.lists(st.sampled_from([True, False, None]), max_size=6)


def answer(holds: bool | None, name: str) -> Answer:
    return unknown(name) if holds is None else Answer(holds, (name,) if holds else ())


def outcomes(holds: list[bool | None], number: int) -> set[bool]:
    ways = product(*[[True, False] if one is None else [one] for one in holds])
    return {sum(way) >= number for way in ways}


@given(holds=ANSWERS, number=st.integers(0, 7))
def test_open_exactly_where_it_could_turn_out_either_way(holds: list[bool | None], number: int) -> None:
    found = at_least(number, [answer(one, str(at)) for at, one in enumerate(holds)])
    possible = outcomes(holds, number)
    assert found.holds == (possible.pop() if len(possible) == 1 else None)
    assert bool(found.undecided) == (found.holds is None)
    assert set(found.undecided) <= {str(at) for at, one in enumerate(holds) if one is None}


@given(holds=ANSWERS)
def test_any_and_all(holds: list[bool | None]) -> None:
    answers = [answer(one, "x") for one in holds]
    assert any_of(answers).holds == at_least(1, answers).holds
    assert all_of(answers).holds == at_least(len(answers), answers).holds


def test_reasons_are_said_once() -> None:
    assert any_of([Answer(True, ("a",)), Answer(True, ("a",)), Answer(True, ("b",))]).why == ("a", "b")
    assert all_of([unknown("a"), unknown("a")]).undecided == ("a",)
