"""metricspec fit: files of moments in, coefficients shown and written; files that do not belong together refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from metricspec.measures.growth.fit import from_json
from metricspec.measures.pooling.pool import pooled
from metricspec.measures.pooling.table import Table, to_metadata
from metricspec.reporting.writing import write_parquet
from tests.growth.pooling_rows import header, simulated, tables

from .conftest import Command

Files = Callable[..., list[Path]]


def write(path: Path, table: Table, **changes: Any) -> Path:
    write_parquet(path, table.rows, {"metricspec": to_metadata(replace(table.header, **changes))})
    return path


@pytest.fixture(scope="module")
def parts() -> list[Table]:
    rows = simulated(31)
    names = ("prior_same", "prior_other", "english_learner", "school mean of prior_same")
    found = tables(rows, header(rows.terms, years=("2023-24", "2024-25")))
    return [replace(table, header=replace(table.header, terms=names)) for table in found]


@pytest.fixture
def files(tmp_path: Path, parts: list[Table]) -> list[Path]:
    return [write(tmp_path / f"{name}.parquet", table) for name, table in zip("abc", parts, strict=True)]


def test_the_coefficients_are_shown_and_written(
    command: Command, files: list[Path], parts: list[Table], tmp_path: Path
) -> None:
    target = tmp_path / "fit.json"
    code, out, err = command("fit", *files, "--out", target)
    fit = pooled(parts)
    assert code == 0
    assert from_json(target.read_text(encoding="utf-8")) == fit
    assert f"the fit of 3 files written to {target}" in err
    assert "3 districts; 4 cells" in out
    for cell in fit.cells:
        assert all(f"{value:,.4f}" in out for value in cell.coefficients if value is not None)
        assert f"{cell.n:,}" in out
    line = next(line for line in out.splitlines() if line.startswith("prior_same"))
    assert line.split()[1:] == [f"{cell.coefficients[0]:.4f}" for cell in fit.cells if cell.school_year == "2023-24"]


def test_an_earlier_fit_is_written_over_whole(command: Command, files: list[Path], tmp_path: Path) -> None:
    target = tmp_path / "fit.json"
    target.write_text("x" * 1_000_000, encoding="utf-8")
    assert command("fit", *files, "--out", target)[0] == 0
    assert json.loads(target.read_text(encoding="utf-8"))["indicator"] == "core.growth"
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".parquet", ".parquet", ".parquet"]


def test_one_file_is_a_fit_of_one_district(command: Command, files: list[Path]) -> None:
    code, out, _ = command("fit", files[0])
    assert code == 0
    assert "1 district; 4 cells" in out


def test_dropped_and_refused_are_told(command: Command, parts: list[Table], tmp_path: Path) -> None:
    paths = []
    for name, table in zip("abc", parts, strict=True):
        rows = table.rows.copy()
        here = (rows["school_year"] == "2024-25") & (rows["cell_1"] == "05")
        rows.loc[here, [c for c in rows if c.startswith("cross_") and "3" in c.split("_")]] *= 0.0
        rows.loc[here & (rows["part"] == "cell"), "mean_3"] = 0.0
        rows.loc[(rows["cell_1"] == "06") & (rows["part"] == "cell"), "error_1"] *= 1000
        paths.append(write(tmp_path / f"{name}.parquet", replace(table, rows=rows)))
    code, out, _ = command("fit", *paths)
    assert code == 0
    assert "dropped: english_learner: 2024-25 05" in out
    assert "refused: the error of the priors exceeds their variation: 2023-24 06, 2024-25 06" in out
    flag = [line.split()[1:] for line in out.splitlines() if line.startswith("english_learner")]
    assert flag[1] == ["dropped", "refused"]


def failing(command: Command, *arguments: object) -> tuple[int, str]:
    code, out, err = command("fit", *arguments)
    assert out == ""
    assert "Traceback" not in err
    return code, err


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"indicator": "core.other"}, "the indicator: 'core.growth' and 'core.other'"),
        ({"version": "2.0.0"}, "the version: '1.0.0' and '2.0.0'"),
        ({"terms": ("a", "b", "c", "d")}, "the terms"),
        ({"form": "two_step"}, "the form"),
        ({"standardize": "none"}, "how scores are standardized"),
        ({"rules": (("the population", "tested"),)}, "the population"),
    ],
)
def test_files_of_different_models(
    command: Command, files: list[Path], parts: list[Table], tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    other = write(tmp_path / "z.parquet", parts[1], **changes)
    target = tmp_path / "fit.json"
    code, err = failing(command, files[0], other, files[2], "--out", target)
    assert code == 1
    assert "MS531" in err and words in err
    assert str(files[0]) in err and str(other) in err
    assert not target.exists()


def test_a_district_twice(command: Command, files: list[Path], parts: list[Table], tmp_path: Path) -> None:
    again = write(tmp_path / "z.parquet", parts[0], districts=("d7",))  # under another name: its schools tell
    code, err = failing(command, *files, again)
    assert code == 1
    assert "MS532" in err and "school s00 in 2023-24" in err
    assert str(files[0]) in err and str(again) in err


def test_two_schools_of_one_id_in_different_cells(
    command: Command, files: list[Path], parts: list[Table], tmp_path: Path
) -> None:
    """Two districts that both call a school 001, one in grade 5, one in grade 6: their effects would be one school's."""
    paths = []
    for at, (grade, school) in enumerate((("05", "s00"), ("06", "s01"))):
        rows = parts[at].rows
        rows = rows[(rows["cell_1"] == grade) & (rows["school"].isna() | (rows["school"] == school))]
        rows = rows.replace({"school": {school: "001"}})
        assert (rows["school"] == "001").sum() == 2
        paths.append(write(tmp_path / f"{grade}.parquet", replace(parts[at], rows=rows)))
    code, err = failing(command, *paths)
    assert code == 1
    assert "MS532" in err and "both hold school 001 in 2023-24" in err
    assert "ids that tell them apart" in err


def test_a_district_twice_without_a_school_in_common(
    command: Command, files: list[Path], parts: list[Table], tmp_path: Path
) -> None:
    rows = parts[0].rows
    again = write(tmp_path / "z.parquet", replace(parts[0], rows=rows[rows["part"] == "cell"]))
    code, err = failing(command, *files, again)
    assert code == 1
    assert "both hold district d0 in 2023-24" in err


def test_a_district_may_send_one_file_a_year(command: Command, parts: list[Table], tmp_path: Path) -> None:
    paths = []
    for year in ("2023-24", "2024-25"):
        rows = parts[0].rows
        table = replace(parts[0], rows=rows[rows["school_year"] == year])
        paths.append(write(tmp_path / f"{year}.parquet", table, years=(year,)))
    code, out, _ = command("fit", *paths)
    assert code == 0
    assert "1 district; 4 cells" in out


def test_files_that_are_no_moments(command: Command, files: list[Path], parts: list[Table], tmp_path: Path) -> None:
    text, plain, cut, broken = (tmp_path / f"{name}.parquet" for name in ("text", "plain", "cut", "broken"))
    text.write_text("school_year,n\n2024-25,7\n", encoding="utf-8")
    parts[0].rows.to_parquet(plain)
    cut.write_bytes(files[0].read_bytes()[:-100])
    rows = parts[0].rows.copy()
    rows.loc[0, "cross_1_1"] = -5.0
    write(broken, replace(parts[0], rows=rows))
    code, err = failing(command, text, plain, cut, broken, files[1])
    assert code == 1
    assert err.count("MS530") == 4
    assert "a sum of squares is negative" in err
    assert "metricspec moments INDICATOR" in err


def test_usage(command: Command, files: list[Path], tmp_path: Path) -> None:
    assert failing(command)[0] == 2
    assert failing(command, tmp_path / "no.parquet") == (2, f"metricspec: there is no file {tmp_path / 'no.parquet'}\n")
    assert "ends in .json" in failing(command, *files, "--out", tmp_path / "fit.csv")[1]
    assert "there is no folder" in failing(command, *files, "--out", tmp_path / "no" / "fit.json")[1]


def test_a_file_of_a_later_version_with_more_columns_is_read(
    command: Command, files: list[Path], parts: list[Table], tmp_path: Path
) -> None:
    more = write(tmp_path / "z.parquet", replace(parts[1], rows=parts[1].rows.assign(later=1.0)))
    assert command("fit", files[0], more)[0] == 0


def test_nothing_of_a_student_is_in_the_files(files: list[Path]) -> None:
    for path in files:
        frame = pd.read_parquet(path)
        assert len(frame) < 100
        assert (frame["n"] > 1).all()
