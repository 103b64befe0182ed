"""What a person sees of a Result: never a hidden number, and what they need to read it."""

from __future__ import annotations

import io
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

import metricspec
from metricspec.compiler.tail import RESULT
from metricspec.model import Catalog
from metricspec.reporting.figures import figure
from metricspec.reporting.results import View, print_results

INDICATOR = "ca.chronic_absenteeism"
CATALOG = metricspec.load().catalog
EVERYONE = View(groups=("*",))


def row(**values: object) -> dict[str, object]:
    usual = {
        "indicator": INDICATOR, "version": "1.0.0", "school_year": "2024-25", "org_level": "school", "org_id": "A",
        "group_set": "dash14", "student_group": "ALL", "numerator": 20.0, "denominator": 100.0, "n": 100.0,
        "value": 20.0, "low": 13.3, "high": 28.9, "prior_value": 22.5, "change": -2.5, "status": "High",
        "change_level": "Declined", "rating": "Yellow",
    }  # fmt: skip
    return {name: {**usual, **values}.get(name) for name in RESULT}


def printed(
    rows: list[dict[str, object]], view: View | None = None, width: int = 100, catalog: Catalog = CATALOG
) -> str:
    out = io.StringIO()
    print_results(pd.DataFrame(rows, columns=list(RESULT)), catalog, view, Console(file=out, width=width))
    return out.getvalue()


@settings(max_examples=60, deadline=None)
@given(
    secret=st.lists(st.integers(300_000, 900_000), min_size=13, max_size=13, unique=True),
    reason=st.sampled_from(["primary", "complementary", "input", "a plugin's reason"]),
    prior=st.booleans(),
    width=st.sampled_from([60, 80, 100, 140]),
)
def test_no_number_of_a_hidden_row_is_printed(secret: list[int], reason: str, prior: bool, width: int) -> None:
    """Even if the numbers of a hidden row came through, a table would not show them."""
    columns = [
        "numerator", "denominator", "n", "value", "standard_error", "low", "high", "prior_numerator",
        "prior_denominator", "prior_n", "prior_value", "change", "notes",
    ]  # fmt: skip
    hidden = dict(zip(columns, secret, strict=True))
    marks = {"suppressed": reason, "prior_suppressed": "primary"} if not prior else {"prior_suppressed": reason}
    if prior:
        hidden = {name: hidden[name] for name in columns if name.startswith("prior") or name == "change"}
    text = printed([row(), row(org_id="B", **{**hidden, **marks})], EVERYONE, width)
    if reason == "input" and not prior:
        del hidden["notes"]  # there was no number to hide, and the notes say why
    told = re.sub(r"[^\d]", " ", text.replace(",", "")).split()
    assert not {str(number) for number in hidden.values()} & set(told)
    assert "*" in text or width < 66  # where the prior year has no column


def test_a_hidden_row_shows_no_status_and_no_rating() -> None:
    text = printed(
        [row(), row(org_id="Bee", status="Very High", rating="Red", suppressed="primary", prior_suppressed="primary")]
    )
    line = next(line for line in text.splitlines() if line.startswith("Bee"))
    assert line.split() == ["Bee", "*", "*", "*"]
    assert "* not shown: too few students" in text


def test_a_hidden_prior_hides_change_and_rating_but_not_the_value() -> None:
    text = printed([row(), row(org_id="Bee", prior_suppressed="primary")])
    line = next(line for line in text.splitlines() if line.startswith("Bee"))
    assert line.split() == ["Bee", "100", "20.0%", "13.3", "to", "28.9", "*", "High"]


def test_the_rating_is_a_word_even_without_colour() -> None:
    assert "Yellow" in printed([row(), row(org_id="B")])


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    names = {"A": "The Very Long Name of an Elementary School of Many Words", "B": "Another Name of About That Length"}
    rows = [row(), row(org_id="B", change=-12.5, status="Very High", rating="Orange")]
    text = printed(rows, View(names=names), width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "20.0%" in text
    assert "Orange" in text


def test_names_stand_for_ids_where_they_are_known() -> None:
    text = printed([row(), row(org_id="B")], View(names={"A": "North [Magnet] School"}))
    assert "North [Magnet] School" in text
    assert "\nB " in text


def test_only_the_latest_year_and_all_students_by_default() -> None:
    text = printed(
        [row(), row(org_id="B"), row(student_group="EL", value=77.7), row(school_year="2023-24", value=66.6)]
    )
    assert "77.7" not in text
    assert "66.6" not in text
    assert "also computed: 2023-24" in text


def test_the_group_of_everyone_may_have_another_code() -> None:
    rows = [
        row(indicator="dataquest.chronic_absenteeism", student_group=g, org_id=o) for g in ("TA", "RB") for o in "AB"
    ]
    assert "All students" in printed(rows)


def test_an_indicator_without_a_row_of_everyone_shows_every_group() -> None:
    """Gaps between groups: all students have none to themselves."""
    gaps = [row(indicator="academic_gap_ela", student_group=group) for group in ("HI", "WH")]
    text = printed(gaps)
    assert "Hispanic" in text and "White" in text


def test_orgs_in_a_category_have_their_names_and_the_nearest_comes_first() -> None:
    near = {"B": ("Zebra High", 0.1), "C": ("Alder High", 0.2), "D": ("Birch High", 0.3)}
    rows = [row(indicator="core.similar_schools", category=org, value=far) for org, (_, far) in near.items()]
    text = printed(rows[::-1], View(names={org: name for org, (name, _) in near.items()}))
    assert text.index("Zebra High") < text.index("Alder High") < text.index("Birch High")


def test_long_results_are_cut_and_say_so() -> None:
    rows = [row(org_id=f"S{number:03}") for number in range(100)]
    text = printed(rows, View(limit=10))
    assert text.count("20.0%") == 10
    assert "not shown: 90 of 100 school rows" in text
    assert "--out" in text


def test_unverified_cut_scores_are_marked() -> None:
    text = printed([row(notes="unverified cut scores"), row(org_id="B")])
    assert "High†" in text
    assert "† cut scores not yet verified" in text


def test_several_indicators_of_one_org_make_one_table() -> None:
    text = printed([row(), row(indicator="ca.suspension_rate", value=3.2)], View(names={"A": "North"}))
    assert "Chronic absenteeism" in text
    assert "Suspension rate" in text
    assert text.count("students") == 1


@pytest.mark.parametrize(
    ("value", "digits", "unit", "sign", "text"),
    [
        (0.0, 1, "percent", False, "0.0%"), (-0.04, 1, "points", True, "0.0"), (12.25, 2, "percent", False, "12.25%"),
        (-14.5, 1, "points", False, "-14.5"), (3.0, 0, "percent", True, "+3"), (None, 1, "percent", False, ""),
        (float("nan"), 1, "percent", False, ""), (1234.5, 1, "days", False, "1,234.5"),
    ],
)  # fmt: skip
def test_figures(value: float | None, digits: int, unit: str, sign: bool, text: str) -> None:
    assert figure(value, digits, unit, sign=sign) == text
