"""metricspec list and metricspec show."""

from __future__ import annotations

import json

import pytest

import metricspec
from tests.catalogue import of_each_type

from .conftest import Command

INDICATORS = sorted(metricspec.load().catalog.indicators)


def test_list_has_every_indicator(command: Command) -> None:
    code, out, _ = command("list")
    assert code == 0
    assert [name for name in INDICATORS if name not in out] == []
    assert f"{len(INDICATORS)} indicators" in out


def test_no_title_is_cut_at_a_usual_width(command: Command) -> None:
    """Every word of it is there, in one line or in several."""
    _, out, _ = command("list")
    assert "…" not in out
    assert max(map(len, out.splitlines())) <= 100
    titles = metricspec.load().catalog.indicators
    lines = " ".join(" ".join(line[44:].split()) for line in out.splitlines())
    assert [one for one in titles.values() if str(one.title).split()[0] not in lines] == []


def test_list_as_json(command: Command) -> None:
    code, out, _ = command("list", "--format", "json")
    rows = json.loads(out)
    assert code == 0
    assert [row["id"] for row in rows] == INDICATORS
    chronic = next(row for row in rows if row["id"] == "ca.chronic_absenteeism")
    assert (chronic["title"]["es"], chronic["unverified"]) == ("Ausentismo crónico", [])


def test_list_of_one_authority(command: Command) -> None:
    _, out, _ = command("list", "--authority", "dataquest", "--format", "json")
    assert {row["authority"] for row in json.loads(out)} == {"dataquest"}


def test_list_of_what_is_not_verified(command: Command) -> None:
    _, out, _ = command("list", "--unverified", "--format", "json")
    rows = json.loads(out)
    assert all(row["unverified"] for row in rows)
    assert "ca.graduation_rate" in {row["id"] for row in rows}  # its cut scores after 2018 are from memory
    assert "ca.chronic_absenteeism" not in {row["id"] for row in rows}


def test_an_unknown_authority_is_a_usage_error(command: Command) -> None:
    code, out, err = command("list", "--authority", "dataquset")
    assert (code, out) == (2, "")
    assert "did you mean 'dataquest'?" in err


@pytest.mark.parametrize("name", of_each_type(INDICATORS))
def test_show_says_everything_about_every_indicator(command: Command, name: str) -> None:
    code, out, err = command("show", name)
    assert (code, err) == (0, "")
    for heading in ("What it measures", "Who counts", "How it is computed", "Student groups", "Sources", "Version"):
        assert heading in out
    assert "None" not in out


def test_show_chronic_absenteeism(command: Command) -> None:
    _, out, _ = command("show", "ca.chronic_absenteeism")
    text = " ".join(out.split())
    assert "students for whom 10 * days_absent >= days_expected ─" in text
    assert "─ all students counted" in text
    assert "grade between 'TK' and '08'" in text
    assert "'TK' is Transitional kindergarten" in text
    assert "Days absent for any reason" in text
    assert "fewer than 11 students" in text
    assert "High above 10.0% to 20.0%" in text
    assert "Medium Green Green Yellow Orange Orange" in text
    assert "The rating is Orange, unless it is Red, where not certified" in text
    assert "2025 Dashboard Technical Guide, Chronic Absenteeism, read 2026-11-22" in text
    assert "NOT VERIFIED" not in text


def test_show_flags_what_is_not_verified(command: Command) -> None:
    _, out, _ = command("show", "ca.graduation_rate")
    text = " ".join(out.split())
    assert "Parts of this indicator are NOT VERIFIED" in text
    assert "Status from 2018-19 NOT VERIFIED" in text
    assert "! The cut scores of status from 2018-19. From memory" in text


def test_show_an_unknown_indicator(command: Command) -> None:
    code, out, err = command("show", "ca.chronic_absentism")
    assert (code, out) == (2, "")
    assert "did you mean 'ca.chronic_absenteeism'?" in err
