"""metricspec demo."""

from __future__ import annotations

import shlex
import subprocess
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


@pytest.mark.slow
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


def test_git_takes_the_specs_of_a_demo_and_nothing_of_students(command: Command, tmp_path: Path) -> None:
    """Whatever the pages write into a demo, `git add` of everything takes the project and its specs."""
    folder = tmp_path / "demo"
    command("demo", folder, *SMALL)
    made = ("r.csv", "r.csv.meta.json", "r.parquet", "r.json", "r.html", "r.png", "students.sqlite", "more/rows.csv",
            "site/index.html", ".schemas/x.json", ".metricspec/record.key", "CHANGES.md", "metricspec.lock")  # fmt: skip
    for name in made:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")
    for arguments in (["init", "-q"], ["add", "--all"]):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    taken = subprocess.run(["git", "ls-files"], cwd=folder, check=True, capture_output=True, text=True).stdout.split()
    ours = [".gitignore", "CHANGES.md", "metricspec.lock", "metricspec.yaml", "specs/indicators/near-chronic.yaml"]
    assert sorted(taken) == ours


def test_a_gitignore_that_is_there_stays(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    command("demo", folder, *SMALL)
    (folder / ".gitignore").write_text("mine\n")
    command("demo", folder, *SMALL)
    assert (folder / ".gitignore").read_text() == "mine\n"
    (folder / ".gitignore").unlink()
    command("demo", folder, *SMALL)
    assert "/data/" in (folder / ".gitignore").read_text()


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
