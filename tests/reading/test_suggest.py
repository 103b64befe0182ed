"""What somebody is told who names an indicator that is not there."""

from __future__ import annotations

import random

import pytest

from metricspec.reading.suggest import indicator_hint

KNOWN = ["attendance_rate", "ca.chronic_absenteeism", "ca.suspension_rate", "early_warning.abc", "early_warning.freshman_on_track",
         "grade_8_on_track", "near_chronic", "sqii.suspension_expulsion"]  # fmt: skip
ALL = "'metricspec list' shows all 8"


@pytest.mark.parametrize(
    ("word", "said"),
    [
        # its prefix, and of these what holds its last part first
        ("early_warning.on_track", f"like it: early_warning.freshman_on_track, early_warning.abc; {ALL}"),
        ("nope.x", ALL),
        ("near-chronic", f"did you mean 'near_chronic'? {ALL}"),
        ("near_chronik@2", f"did you mean 'near_chronic'? {ALL}"),
        ("suspension", f"like it: ca.suspension_rate, sqii.suspension_expulsion; {ALL}"),
        ("ca.suspension_rat", f"did you mean 'ca.suspension_rate'? like it: ca.chronic_absenteeism; {ALL}"),
    ],
)
def test_its_neighbours_and_where_all_are_listed(word: str, said: str) -> None:
    for seed in range(3):  # in whatever order they come
        assert indicator_hint(word, random.Random(seed).sample(KNOWN, len(KNOWN))) == said


def test_a_plugin_that_may_have_it_is_named_where_nothing_is_near() -> None:
    assert indicator_hint("nope.x", KNOWN, "is it of metricspec-nope?") == f"is it of metricspec-nope? {ALL}"
    installed = "is it of metricspec-nope, which is installed? name it in metricspec.yaml under plugins"
    assert indicator_hint("nope.x", KNOWN, installed) == f"{installed}; {ALL}"
    assert "nope?" not in indicator_hint("near_chronik", KNOWN, "is it of metricspec-nope?")


def test_many_neighbours_are_cut_and_none_are_told() -> None:
    many = [f"ca.n{number}" for number in range(20)]
    assert indicator_hint("ca.other", many).count("ca.n") == 8 and "and others; " in indicator_hint("ca.other", many)
    assert indicator_hint("ca.other", []) == "there are: none"
