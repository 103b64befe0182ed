"""California's published Dashboard of 2018 against the engine: every rate, change, level and colour of the file.

The published columns are read here with the standard library's csv alone; the engine is given counts and never
reads the answers.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import metricspec
from metricspec.cli import cli
from metricspec.running.project import Project

pytestmark = pytest.mark.real_data

FILE = "ca_dashboard_monterey_2018.csv"
INDICATORS = {
    "chronic": "ca.published.chronic_absenteeism",
    "susp": "ca.published.suspension_rate",
    "grad": "ca.published.graduation_rate",
    "cci": "ca.published.cci",
    "ela": "ca.published.ela",
    "math": "ca.published.math",
}
STATUS = ("Very Low", "Low", "Medium", "High", "Very High")
CHANGE = ("Declined Significantly", "Declined", "Maintained", "Increased", "Increased Significantly")
COLOURS = ("Red", "Orange", "Yellow", "Green", "Blue")
# Code 1 is the highest level for these two and the lowest for the others; code 0 is no level.
FROM_THE_TOP = ("chronic", "susp")

# School rows of students with disabilities without a colour although 30 or more students count in both years. The
# file's denominators hold students on the alternate assessment; the n that decides on a colour seems to leave some out.
UNCOLOURED_SWD = (
    "27102720124297",
    "27661346026470",
    "27661426026546",
    "27661426026561",
    "27661910122911",
    "27661916026652",
    "27662336026702",
    "27754406026686",
)
# A school up to grade 2 that takes its scores from another (`pairshare_method`): coloured without a prior count.
PAIR_AND_SHARE = "27661420132407"


def published(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as handle:
        return [row for row in csv.DictReader(handle) if row["ind"] in INDICATORS]


@cache
def shipped() -> Project:
    return metricspec.load()


def results(path: Path) -> dict[tuple[str, str, str, str], dict[str, object]]:
    frame = shipped().run(*INDICATORS.values(), data={"dashboard_published": path})
    return keyed(frame)


def keyed(frame: pd.DataFrame) -> dict[tuple[str, str, str, str], dict[str, object]]:
    rows = {}
    for row in frame.astype(object).where(frame.notna(), None).to_dict("records"):
        rows[row["indicator"], row["org_level"], row["org_id"], row["student_group"]] = row
    assert len(rows) == len(frame)
    return rows


@pytest.fixture(scope="module")
def as_2018(real_data: Path) -> dict[tuple[str, str, str, str], dict[str, object]]:
    """The Result of the file as it is, by indicator, org level, org and group."""
    return results(real_data / FILE)


@pytest.fixture(scope="module")
def pairs(real_data: Path, as_2018: dict) -> list[tuple[dict[str, str], dict[str, object]]]:
    """Each row of the file beside the engine's row for it; there is one for every row and none besides."""
    ours, theirs = as_2018, published(real_data / FILE)
    levels = {"S": "school", "D": "district"}
    found = [
        (row, ours[INDICATORS[row["ind"]], levels[row["rtype"]], row["cds"], row["studentgroup"]]) for row in theirs
    ]
    assert len(found) == len(ours)
    return found


def named(names: tuple[str, ...], row: dict[str, str], column: str) -> str | None:
    if row[column] in ("", "0"):
        return None
    order = names[::-1] if row["ind"] in FROM_THE_TOP and column != "color" else names
    return order[int(row[column]) - 1]


def compared(pairs: list, indicator: str, column: str, ours: str) -> tuple[int, list]:
    """How many published numbers of a column were met exactly, and where they were not."""
    met, missed = 0, []
    for row, result in pairs:
        if row["ind"] != indicator:
            continue
        expected = float(row[column]) if row[column] != "" else None
        if result[ours] != expected:
            missed.append((row["cds"], row["studentgroup"], expected, result[ours]))
        elif expected is not None:
            met += 1
    return met, missed


@pytest.mark.parametrize(
    ("indicator", "rates", "priors", "changes"),
    [
        ("chronic", 975, 978, 946),
        ("susp", 1_244, 1_238, 1_193),
        ("grad", 237, 223, 210),
        ("cci", 237, 223, 210),
        ("ela", 1_322, 1_327, 1_283),
        ("math", 1_321, 1_326, 1_283),
    ],
)
def test_every_published_number(pairs: list, indicator: str, rates: int, priors: int, changes: int) -> None:
    """Rates and changes out of the published counts (ela and math publish none: theirs pass through)."""
    assert compared(pairs, indicator, "currstatus", "value") == (rates, [])
    assert compared(pairs, indicator, "priorstatus", "prior_value") == (priors, [])
    assert compared(pairs, indicator, "change", "change") == (changes, [])


def test_rates_come_from_the_counts(real_data: Path, tmp_path: Path) -> None:
    """The same file without its published rates, changes and levels gives the same rates and changes."""
    path = tmp_path / "counts_only.csv"
    rows = [row for row in published(real_data / FILE) if row["ind"] not in ("ela", "math")]
    blank = dict.fromkeys(("currstatus", "priorstatus", "change", "curr_prep_pct", "statuslevel", "changelevel"), "")
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, **blank} for row in rows)
    ours = results(path)
    levels = {"S": "school", "D": "district"}
    met = dict.fromkeys(INDICATORS, 0)
    for row in rows:
        if row["currstatus"]:
            result = ours[INDICATORS[row["ind"]], levels[row["rtype"]], row["cds"], row["studentgroup"]]
            assert result["value"] == float(row["currstatus"]), row
            assert result["change"] == (float(row["change"]) if row["change"] else None), row
            met[row["ind"]] += 1
    assert met == {"chronic": 975, "susp": 1_244, "grad": 237, "cci": 237, "ela": 0, "math": 0}


@pytest.mark.parametrize(
    ("indicator", "levels", "change_levels"),
    [
        ("chronic", 975, 946),
        ("susp", 1_244, 1_193),
        ("grad", 237, 210),  # schools with alternative status too: they have cut scores of their own in 2018
        ("cci", 237, 210),
        ("ela", 1_322, 1_283),
        ("math", 1_321, 1_283),
    ],
)
def test_every_published_level(pairs: list, indicator: str, levels: int, change_levels: int) -> None:
    mine = [(row, result) for row, result in pairs if row["ind"] == indicator]
    for column, names, ours, count in (
        ("statuslevel", STATUS, "status", levels),
        ("changelevel", CHANGE, "change_level", change_levels),
    ):
        expected = {(row["cds"], row["studentgroup"]): named(names, row, column) for row, _ in mine}
        found = {(row["cds"], row["studentgroup"]): result[ours] for row, result in mine}
        assert found == expected
        assert sum(level is not None for level in expected.values()) == count


@pytest.mark.parametrize(
    ("indicator", "colours"),
    [("chronic", 747), ("susp", 940), ("grad", 135), ("cci", 135), ("ela", 688), ("math", 687)],
)
def test_every_published_colour(pairs: list, indicator: str, colours: int) -> None:
    mine = [(row, result) for row, result in pairs if row["ind"] == indicator]
    assert sum(row["color"] != "0" for row, _ in mine) == colours
    differing = {
        (row["cds"], row["rtype"], row["studentgroup"])
        for row, result in mine
        if result["rating"] != named(COLOURS, row, "color")
    }
    expected = set()
    if indicator in ("ela", "math"):
        expected = {(cds, "S", "SWD") for cds in UNCOLOURED_SWD} | {(PAIR_AND_SHARE, "S", "ALL")}
    assert differing == expected


def test_the_exceptions_are_what_they_are_said_to_be(pairs: list) -> None:
    """Uncoloured rows have 30 students in both years; the pair-and-share school has a colour and no prior count."""
    academic = [row for row, _ in pairs if row["ind"] in ("ela", "math")]
    disabled = [row for row in academic if row["cds"] in UNCOLOURED_SWD and row["studentgroup"] == "SWD"]
    assert len(disabled) == 2 * len(UNCOLOURED_SWD)
    for row in disabled:
        assert row["color"] == "0" and int(row["currdenom"]) >= 30 and int(row["priordenom"]) >= 30
    shared = [row for row in academic if row["cds"] == PAIR_AND_SHARE and row["studentgroup"] == "ALL"]
    assert [(row["color"], row["priordenom"], row["pairshare_method"]) for row in shared] == [("3", "", "DA")] * 2


def test_a_row_without_a_published_status_is_hidden(pairs: list) -> None:
    shown = ("numerator", "denominator", "n", "value", "low", "high", "standard_error", "change", "status", "rating")
    hidden = 0
    for row, result in pairs:
        if row["currstatus"]:
            assert result["suppressed"] is None
            continue
        hidden += 1
        assert result["suppressed"] in ("primary", "input")
        assert [result[name] for name in shown] == [None] * len(shown)
    assert hidden == 901 + 693 + 226 + 226 + 754 + 755


@pytest.fixture(scope="module")
def later_file(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file under the column names of later years."""
    path = tmp_path_factory.mktemp("later") / "dashboard.csv"
    with (real_data / FILE).open(newline="", encoding="utf-8-sig") as handle:
        header, *rows = csv.reader(handle)
    renamed = {"ind": "indicator", "safetynet": "smalldenom"}
    with path.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows([[renamed.get(name, name) for name in header], *rows])
    return path


def test_a_later_year_s_file_binds_by_its_columns(as_2018: dict, later_file: Path) -> None:
    later = shipped().execute(list(INDICATORS.values()), data={"dashboard_published": later_file})
    assert any("'ca.dashboard_later'" in sentence for sentence in later.said)
    assert keyed(later.result) == as_2018


def test_on_the_command_line(real_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.csv"
    given = ["--data", f"dashboard_published={real_data / FILE}", "--out", str(out)]
    done = CliRunner().invoke(cli, ["run", INDICATORS["chronic"], *given], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    with out.open(newline="", encoding="utf-8") as handle:
        ours = {(r["org_id"], r["org_level"][0].upper(), r["student_group"]): r for r in csv.DictReader(handle)}
    rows = [row for row in published(real_data / FILE) if row["ind"] == "chronic"]
    assert len(ours) == len(rows)
    for row in rows:
        result = ours[row["cds"], row["rtype"], row["studentgroup"]]
        for column, name in (("currstatus", "value"), ("change", "change")):
            assert (float(result[name]) if result[name] else None) == (float(row[column]) if row[column] else None)
