"""metricspec framework, and frameworks in list and show."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

import metricspec
from metricspec.frameworks import FRAME

from .conftest import Command

FRAMEWORKS = sorted(metricspec.load().catalog.frameworks)


def test_an_index_with_its_domains_and_designations(command: Command, network: Path) -> None:
    code, out, err = command("framework", "core-sqii", "--project", str(network))
    assert code == 0, err
    for words in (
        "School Quality Improvement Index",
        "index",
        "Academic",
        "of",
        "In need of assistance, priority",
        "2024-25",
    ):
        assert words in out
    assert "also computed: 2021-22, 2022-23, 2023-24" in out


def test_one_school_in_full(command: Command, network: Path, tmp_path: Path) -> None:
    path = tmp_path / "index.csv"
    assert command("framework", "core_sqii", "--project", str(network), "--year", "2024-25", "--out", str(path))[0] == 0
    with path.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert tuple(rows[0]) == FRAME
    assert {row["school_year"] for row in rows} == {"2024-25"}
    org = next(row["org_id"] for row in rows if row["part"] == "index" and row["value"])
    code, out, _ = command("framework", "core_sqii", "--project", str(network), "--org", org)
    assert code == 0
    for words in ("+1 level", "index level of", "Chronic absence", "To recognise for high performance: "):
        assert words in out


def test_designations_and_what_they_lack(command: Command, network: Path, tmp_path: Path) -> None:
    path = tmp_path / "all.parquet"
    code, out, err = command("framework", "ca_dashboard", "--project", str(network))
    assert code == 0
    assert "Differentiated assistance: " in out and "of 4 districts" in out
    assert "the dataset local_indicator is not bound" in err
    assert command("framework", "essa", "--project", str(network), "--out", str(path))[0] == 0
    frame = pd.read_parquet(path)
    assert set(frame["name"]) == {"csi_low_graduation", "csi_low_performing", "atsi"}
    undecided = frame["holds"].isna()
    assert frame.loc[undecided, "undecided"].notna().all() and frame.loc[~undecided, "undecided"].isna().all()
    assert frame.loc[frame["holds"] == True, "why"].notna().all()  # noqa: E712


def test_local_indicators_out_of_a_file(command: Command, network: Path, tmp_path: Path) -> None:
    """A district that did not meet two of them for two years is eligible whatever its colours."""
    org = pd.read_parquet(network / "data" / "org.parquet")
    district = str(org.loc[org["org_level"] == "district", "org_id"].iloc[0])
    path = tmp_path / "local.csv"
    finding = "org_id,school_year,priority,finding\n"
    path.write_text(finding + "".join(f"{district},2024-25,{p},not_met_two_years\n" for p in (1, 2)), encoding="utf-8")
    given = ("framework", "ca_dashboard", "--project", str(network), "--org", district)
    code, out, err = command(*given, "--data", f"local_indicator={path}")
    assert code == 0, err
    assert "Differentiated assistance: yes" in out
    assert "Priority 1 (local indicator of priority 1) and Priority 2 (local indicator of priority 2)" in " ".join(
        out.split()
    )
    path.write_text(f"{finding}{district},2024-25,1,not_mett\n", encoding="utf-8")
    code, _, err = command(*given, "--data", f"local_indicator={path}")
    assert code == 2 and "did you mean 'not_met'?" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("framework", "core_sqi"), "unknown framework 'core_sqi': did you mean 'core_sqii'?"),
        (("framework", "essa"), "no indicator of essa can run: ca.chronic_absenteeism was not computed"),
        (("framework", "essa", "--out", "x.xlsx"), "write to a file that ends in"),
    ],
)
def test_usage(command: Command, arguments: tuple[str, ...], message: str) -> None:
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    ("year", "message"), [("2024", "is not a school year"), ("2009-10", "there is nothing for 2009-10")]
)
def test_years(command: Command, network: Path, year: str, message: str) -> None:
    code, _, err = command("framework", "essa", "--project", str(network), "--year", year)
    assert code == 2 and message in err


def test_list(command: Command) -> None:
    code, out, _ = command("list", "--frameworks")
    assert code == 0 and all(name in out for name in FRAMEWORKS)
    rows = json.loads(command("list", "--frameworks", "--unverified", "--format", "json")[1])
    assert [row["id"] for row in rows] == FRAMEWORKS
    assert rows[0]["indicators"]["ela"] == ["ca.ela_dfs", "ca.published.ela"]
    assert "frameworks with such a part: ca_dashboard, core_sqii, essa" in command("list", "--unverified")[1]


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_show_says_every_rule(command: Command, name: str) -> None:
    code, out, _ = command("show", name)
    assert code == 0
    text = " ".join(out.split())
    spec = metricspec.load().catalog.frameworks[name]
    for one in (*spec.inputs, *spec.criteria, *spec.designations):
        assert str(one.title) in text
    assert "None" not in text and "Not verified" in text


def test_show_differentiated_assistance(command: Command) -> None:
    text = " ".join(command("show", "ca_dashboard")[1].split())
    assert "English language arts is Red and Mathematics is Red or Orange, not for LTEL" in text
    assert "it meets 2 or more of Priority 1, Priority 2" in text
