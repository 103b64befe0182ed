"""metricspec demo."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from metricspec.running.demo import MARKER
from metricspec.synthetic import writing

from .conftest import Command

SMALL = ("--students", 600, "--districts", 2, "--years", 2, "--seed", 3)


def test_the_demo_is_a_project_whose_commands_work(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "my demo"
    code, out, _ = command("demo", folder, *SMALL)
    assert code == 0
    assert "Chronic absenteeism" in out
    commands = [line.strip() for line in out[out.index("What to try next") :].splitlines() if line.startswith("    ")]
    assert commands[0] == f"cd '{folder}'"
    assert len(commands) == 6
    monkeypatch.chdir(folder)
    for line in commands[1:]:
        name, *arguments = shlex.split(line)
        assert name == "metricspec"
        assert command(*arguments)[0] == 0, line
    assert (folder / "results.csv").is_file()
    assert command("check")[0] == 0
    assert command("run", "near_chronic")[0] == 0


def test_the_same_seed_gives_the_same_demo(command: Command, tmp_path: Path) -> None:
    outs = [command("demo", tmp_path / name, *SMALL)[1] for name in ("one", "two")]
    first, second = (out.partition("Example Network")[2].partition("What to try")[0] for out in outs)
    assert first == second != ""


def test_a_demo_may_be_made_again_and_keeps_what_people_wrote(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    command("demo", folder, *SMALL)
    example = folder / "specs" / "indicators" / "near-chronic.yaml"
    example.write_text(example.read_text().replace("5", "7"))
    changed = example.read_text()
    assert command("demo", folder, *SMALL)[0] == 0
    assert example.read_text() == changed


@pytest.mark.parametrize("name", ["notes.txt", "metricspec.yaml"])
def test_a_folder_that_is_no_demo_is_refused(command: Command, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("project: ours\n")
    code, out, err = command("demo", tmp_path, *SMALL)
    assert (code, out) == (2, "")
    assert "is not empty and no demo" in err
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [("--students", 5, "must lie between"), ("--districts", 500, "must lie between"), ("--years", 0, "must lie between"),
     ("--seed", -1, "must lie between"), ("--students", "many", "is not a valid integer")],
)  # fmt: skip
def test_numbers_out_of_range_are_usage_errors(
    command: Command, tmp_path: Path, option: str, value: object, words: str
) -> None:
    code, out, err = command("demo", tmp_path / "demo", option, value)
    assert (code, out) == (2, "")
    assert words in err
    assert not (tmp_path / "demo").exists()


def test_the_demo_knows_the_mark_of_a_made_up_network() -> None:
    assert MARKER == writing.MARKER
