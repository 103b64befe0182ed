"""A stranger's packages in a clean environment: wheels are built and installed, a district's project names them, and they work
without anything of metricspec being touched. Nothing here is imported from the checkout but made-up data."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

pytestmark = pytest.mark.stranger
REPOSITORY = Path(__file__).resolve().parents[2]
STRANGER = Path(__file__).parent / "stranger"
SHIPPED = sorted(path.parent for path in REPOSITORY.glob("plugins/*/pyproject.toml"))
NAME = "missed-work"
# Students who missed a tenth of their days, by district, from the stints themselves.
ODDS = """
WITH student AS (
  SELECT o.parent_id AS district, a.student_id, sum(days_absent) AS absent, sum(days_expected) AS expected
  FROM '{data}/attendance_stint.parquet' AS a
  JOIN '{data}/org.parquet' AS o ON o.org_id = a.school_id AND o.school_year = a.school_year
  WHERE a.school_year = '2024-25' GROUP BY ALL
)
SELECT district, count(*) FILTER (10 * absent >= expected), count(*) FROM student GROUP BY ALL HAVING count(*) >= 20
"""


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and a folder outside the repository."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "env" / "bin" / "python"

    @property
    def pip(self) -> tuple[object, ...]:
        return (self.python, "-m", "pip", "--disable-pip-version-check", "install", "-q")

    def run(self, *command: object, where: Path, fails: int = 0) -> subprocess.CompletedProcess[str]:
        """A command with the environment's programs first, and without the caller's modules."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "METRICSPEC"))}
        there = {**kept, "PATH": f"{self.python.parent}{os.pathsep}{kept['PATH']}", "COLUMNS": "120"}
        listed = [str(part) for part in command]
        done = subprocess.run(listed, cwd=where, env=there, capture_output=True, text=True, timeout=600)
        assert done.returncode == fails, f"{' '.join(listed)}\n{done.stdout}\n{done.stderr}"
        return done

    def installed(self) -> Path:
        """Where metricspec itself lies."""
        said = self.run(self.python, "-c", "import metricspec; print(metricspec.__file__)", where=self.folder).stdout
        return Path(said.strip()).parent


def package(folder: Path) -> tuple[str, str]:
    """Name and version."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["name"], project["version"]


def fingerprint(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert len(files) > 300
    return hashlib.sha256(b"".join(str(f).encode() + f.read_bytes() for f in files)).hexdigest()


def wheels(folders: Sequence[Path], into: Path) -> list[Path]:
    """A wheel of each package, built by pip."""
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", into, *folders],
        check=True,
        timeout=300,
    )
    return sorted(into.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """metricspec, the stranger's package, one that `metricspec plugin new` wrote, and each of plugins/, from wheels."""
    folder = tmp_path_factory.mktemp("stranger")
    made = Environment(folder)
    subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True, timeout=120)
    (ours,) = wheels([REPOSITORY], folder / "ours")
    made.run(*made.pip, f"{ours}[testing]", "pytest-xdist", where=folder)
    made.run("metricspec", "plugin", "new", NAME, where=folder)
    theirs = wheels([STRANGER, folder / f"metricspec-{NAME}", *SHIPPED], folder / "theirs")
    assert len(theirs) == 2 + len(SHIPPED)
    shipped = {name.replace("-", "_") for name, _ in map(package, SHIPPED)}
    wanted = [f"{wheel}[testing]" if wheel.name.split("-")[0] in shipped else wheel for wheel in theirs]
    made.run(*made.pip, *wanted, where=folder)
    return made


@pytest.fixture(scope="module")
def district(environment: Environment, network: Path) -> Path:
    """A district's project that names every package, with specs of its own."""
    folder = environment.folder / "district"
    shutil.copytree(network / "data", folder / "data")
    named = [package(one) for one in (STRANGER, environment.folder / f"metricspec-{NAME}", *SHIPPED)]
    lines = [f'  {name}: ">={version},<{int(version.split(".")[0]) + 1}"' for name, version in named]
    (folder / "metricspec.yaml").write_text(
        "\n".join(["metricspec: 1", "project: district", "binding: demo", "specs: [specs]", "plugins:", *lines, ""])
    )
    own = (STRANGER / "src" / "kelp_measures" / "specs" / "odds-absent.yaml").read_text(encoding="utf-8")
    (folder / "specs").mkdir()
    (folder / "specs" / "ours.yaml").write_text(own.replace("kelp.odds_absent", "ours.odds").replace("10 *", "20 *"))
    return folder


def test_a_district_uses_them(environment: Environment, district: Path) -> None:
    untouched = fingerprint(environment.installed())
    said = environment.run("metricspec", "plugins", "lock", where=district)
    assert (district / "metricspec.lock").is_file()
    assert all(package(one)[0] in said.stdout for one in (STRANGER, *SHIPPED))
    listed = environment.run("metricspec", "list", where=district).stdout
    for name in ("kelp.odds_absent", "missed_work.missed_days", "ours.odds"):
        assert name in listed
    checked = environment.run("metricspec", "check", where=district)
    assert checked.stdout == "" and "no problems" in checked.stderr
    shown = environment.run("metricspec", "show", "kelp.odds_absent", where=district).stdout
    assert "for every other student" in shown and "20" in shown
    tested = environment.run("metricspec", "test", "kelp.odds_absent", "missed_work.missed_days", where=district)
    assert "6 cases: 6 passed, 0 failed" in tested.stderr
    assert fingerprint(environment.installed()) == untouched


def test_the_numbers_are_those_of_another_hand(environment: Environment, district: Path) -> None:
    """The measure and the policy of the stranger's package, over the district's data."""
    with duckdb.connect() as connection:
        counted = connection.execute(ODDS.format(data=district / "data")).fetchall()
    expected = {d: (met, n - met, round(met / (n - met), 3)) for d, met, n in counted}
    assert len(expected) > 2
    out = district / "odds.csv"
    options = ("--year", "2024-25", "--level", "district", "--out", out)
    environment.run("metricspec", "run", "kelp.odds_absent", *options, where=district)
    with out.open(newline="", encoding="utf-8") as handle:
        rows = [row for row in csv.DictReader(handle) if not row["suppressed"]]
    found = {r["org_id"]: (float(r["numerator"]), float(r["denominator"]), float(r["value"])) for r in rows}
    assert found == expected


def test_nothing_is_loaded_that_is_not_named(environment: Environment, district: Path) -> None:
    """In another project the same environment knows the built-in measure types alone."""
    other = environment.folder / "other"
    shutil.copytree(district / "specs", other / "specs")
    (other / "metricspec.yaml").write_text("metricspec: 1\nproject: other\nspecs: [specs]\n")
    assert "kelp." not in environment.run("metricspec", "list", where=other).stdout
    said = environment.run("metricspec", "check", where=other, fails=1)
    assert "MS108" in said.stdout and "kelp-county-measures" in said.stdout


def test_a_changed_package_stops_the_run(environment: Environment, district: Path) -> None:
    module = environment.installed().parent / "kelp_measures" / "__init__.py"
    text = module.read_text(encoding="utf-8")
    module.write_text(text + "# mended\n", encoding="utf-8")
    try:
        said = environment.run("metricspec", "run", "kelp.odds_absent", where=district, fails=1)
    finally:
        module.write_text(text, encoding="utf-8")
    assert "kelp-county-measures" in said.stderr and "lock" in said.stderr


def test_what_was_written_passes_as_it_stands(environment: Environment) -> None:
    """The package of `metricspec plugin new`, as its README says: its contract, and the project that its folder is."""
    folder = environment.folder / f"metricspec-{NAME}"
    environment.run(*environment.pip, "-e", ".[dev]", where=folder)
    said = environment.run(environment.python, "-m", "pytest", "-rs", where=folder).stdout
    assert " passed" in said and "skipped" not in said, "every judge is installed"
    assert "missed_work.missed_days" in environment.run("metricspec", "list", where=folder).stdout
    checked = environment.run("metricspec", "check", where=folder)
    assert checked.stdout == "" and "no problems" in checked.stderr
    assert "4 cases: 4 passed" in environment.run("metricspec", "test", "missed_work.missed_days", where=folder).stderr
    told = json.loads(environment.run("metricspec", "plugins", "--format", "json", where=folder).stdout)
    assert f"metricspec-{NAME}" in json.dumps(told)


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_the_tests_of_a_shipped_plugin_pass_outside_the_repository(folder: Path, environment: Environment) -> None:
    place = environment.folder / "plugins" / folder.name
    shutil.copytree(folder, place, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    said = environment.run(environment.python, "-m", "pytest", "-n", "2", "tests", where=place).stdout
    assert " passed" in said
