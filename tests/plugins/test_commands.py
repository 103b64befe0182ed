"""Commands of plugins: listed without being imported, run where the project names the package, and no traceback."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from metricspec.plugins.wanted import in_range, range_from
from tests.cli.conftest import Command
from tests.plugins.conftest import Named
from tests.plugins.site import Site, measures

COMMAND = """
import pathlib
pathlib.Path(__file__).with_suffix(".imported").touch()
import click

@click.command("hail")
@click.argument("whom")
@click.option("--project", type=click.Path())
@click.option("--fail")
def hail(whom, project, fail):
    "Greet somebody."
    if fail == "usage":
        raise click.UsageError("hail whom?")
    if fail == "exit":
        raise SystemExit(4)
    if fail == "spec":
        from metricspec.problems import Problem, SpecError
        raise SpecError([Problem("TRY002", "no hail today")])
    if fail:
        raise {"key": KeyError, "file": FileNotFoundError, "base": type("Base", (Exception,), {})}[fail]("lost")
    click.echo(f"hail {whom}")
    return 3

text = "hail"
"""


@pytest.fixture
def hailing(site: Site, named: Named) -> Path:
    site.install(
        "hailing",
        {"hailing.py": COMMAND},
        commands={"hail": "hailing:hail", "text": "hailing:text", "run": "hailing:hail"},
    )
    return named('hailing: ">=1"')


def imported(site: Site) -> bool:
    return (site.folder / "hailing.imported").exists()


def test_help_lists_them_without_importing(hailing: Path, site: Site, command: Command) -> None:
    code, out, _ = command("--help")
    listed = out.split("Commands of plugins")[1]
    assert code == 0 and "hail " in listed and "hailing: What hailing is." in listed
    assert "run" not in listed.split(), "ours stays ours"
    assert not imported(site)


@pytest.mark.parametrize("content", ["nonsense", "[metricspec.commands]\nx", "[metricspec]\n= y\n", "\xff"])
def test_metadata_that_are_broken_stop_nothing(hailing: Path, site: Site, command: Command, content: str) -> None:
    info = site.folder / "broken-1.dist-info"
    info.mkdir()
    (info / "entry_points.txt").write_bytes(content.encode("latin-1"))
    code, out, err = command("--help")
    assert code == 0 and "Start a new indicator" in out and "Traceback" not in err
    assert command("plugins", "--project", hailing)[0] == 0
    assert command("hail", "you", "--project", hailing)[0] == 3


def test_it_runs_where_the_project_names_it(
    hailing: Path, site: Site, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("hail", "you", "--project", hailing) == (3, "hail you\n", "")
    assert command("hail", "you", f"--project={hailing}") == (3, "hail you\n", "")
    monkeypatch.chdir(hailing)
    assert command("hail", "you") == (3, "hail you\n", "")
    code, out, _ = command("hail", "--help")
    assert code == 0 and "Greet somebody." in out


def test_it_does_not_run_elsewhere(
    hailing: Path, site: Site, named: Named, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(site.folder)
    code, _, err = command("hail", "you")
    assert code == 2 and "the plugin hailing" in err and 'plugins: {hailing: ">=1.0,<2"}' in err
    code, _, err = command("hail", "--", "--project", str(hailing))
    assert code == 2, "what stands behind -- is no option"
    named()
    code, _, err = command("hail", "you", "--project", hailing)
    assert code == 2 and "name it in this project's metricspec.yaml" in err
    named('hailing: ">=2"')
    code, _, err = command("hail", "you", "--project", hailing)
    assert code == 1 and "MS705" in err
    assert not imported(site)


def test_the_lock_comes_first(hailing: Path, site: Site, command: Command) -> None:
    assert command("plugins", "lock", "--project", hailing)[0] == 0
    with (site.folder / "hailing.py").open("a") as file:
        file.write("# more\n")
    code, _, err = command("hail", "you", "--project", hailing)
    assert code == 1 and "MS712" in err and not imported(site)


@pytest.mark.parametrize(
    ("fail", "code", "said"),
    [
        ("key", 1, "a command of the plugin hailing failed: KeyError: 'lost'"),
        ("file", 2, "metricspec: lost"),  # what a person can mend, as for any command
        ("base", 1, "a command of the plugin hailing failed: Base: lost"),
        ("usage", 2, "hail whom?"), ("exit", 4, ""), ("spec", 1, "TRY002 no hail today"),
    ],
)  # fmt: skip
def test_what_it_raises(hailing: Path, command: Command, fail: str, code: int, said: str) -> None:
    found, _, err = command("hail", "you", "--project", hailing, "--fail", fail)
    assert found == code and said in err and "Traceback" not in err and "should not happen" not in err


def test_what_cannot_be_run(hailing: Path, site: Site, command: Command) -> None:
    code, _, err = command("text", "--project", hailing)
    assert code == 1 and "MS709" in err and "is a str, not a click command" in err
    site.install("hailing", {"hailing.py": "raise SystemExit('never')"}, commands={"hail": "hailing:hail"})
    sys.modules.pop("hailing", None)
    code, _, err = command("hail", "you", "--project", hailing)
    assert code == 1 and "MS703" in err and "SystemExit: never" in err


def test_two_packages_with_one_command(hailing: Path, site: Site, named: Named, command: Command) -> None:
    """The first that the project names has it."""
    site.install(
        "abel", {"abel.py": COMMAND.replace("hail {whom}", "abel hails {whom}")}, commands={"hail": "abel:hail"}
    )
    named('hailing: ">=0"', 'abel: ">=0"')
    assert command("hail", "you", "--project", hailing)[1] == "hail you\n"
    named('abel: ">=0"', 'hailing: ">=0"')
    assert command("hail", "you", "--project", hailing)[1] == "abel hails you\n"


def test_a_command_nobody_has(hailing: Path, command: Command) -> None:
    code, _, err = command("hial", "you")
    assert code == 2 and "did you mean 'hail'?" in err


def test_help_is_quick(site: Site) -> None:
    """With fifty plugins: the processor's time of the fastest of five starts, so that other work on the machine does not count."""
    for at in range(50):
        site.install(f"many-{at}", {f"many_{at}.py": measures(f"many_{at}")}, commands={f"many-{at}": f"many_{at}:run"})
    path = os.pathsep.join(filter(None, (str(site.folder), os.environ.get("PYTHONPATH"))))

    def used() -> float:
        found = resource.getrusage(resource.RUSAGE_CHILDREN)
        return found.ru_utime + found.ru_stime

    def seconds() -> float:
        before = used()
        command = [sys.executable, "-m", "metricspec", "--help"]
        done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, check=True)
        assert b"many-49" in done.stdout
        return used() - before

    assert min(seconds() for _ in range(5)) < 0.25


@pytest.mark.parametrize(
    ("version", "wanted"),
    [("0.2.0", ">=0.2,<0.3"), ("0.10.3", ">=0.10,<0.11"), ("1.4.2", ">=1.4,<2"), ("0.3.dev1", ">=0.3.dev1,<0.4")],
)
def test_the_range_that_is_proposed(version: str, wanted: str) -> None:
    """It takes what is installed, and not the next release that may break something."""
    assert range_from(version) == wanted and in_range(version, wanted)
    assert range_from("no version") == ">=0"
