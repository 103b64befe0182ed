"""Every command and every Python block that a page shows is run, in the order of the page, in a folder of its own."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pytest

import metricspec
from metricspec.running.binding import required
from metricspec.running.demo import write_project
from metricspec.synthetic import generate
from tests.bindings.layouts import statements
from tests.engines.servers import POSTGRES, postgres
from tests.plugins.site import Site

from .pages import PAGES, REPOSITORY, Block, blocks, name

SHOWN = [page for page in PAGES if page.parent.name in ("tutorial", "how-to") or page.name == "README.md"]
WITH_PYTHON = [page for page in SHOWN if any(block.kind == "python" for block in blocks(page))]
PUBLISHED = "ca_dashboard_monterey_2018.csv"
# Pages whose commands are read in a project that has the indicator they speak of.
PREPARED = {
    "write-an-indicator.md": "demo",
    "write-a-growth-indicator.md": "demo",
    "test-a-spec.md": "demo",
    "run-in-python.md": "demo beside",
}
BEFORE = {
    "test-a-spec.md": "metricspec new ours.absent_middle",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo as the command writes it, of its usual size, so that the pages' figures are met."""
    folder = tmp_path_factory.mktemp("shown") / "metricspec-demo"
    generate(folder / "data", students=12_000, districts=8, years=4, seed=20_260)
    write_project(folder)
    return folder


@dataclass
class Reader:
    """Somebody who follows a page in a folder."""

    folder: Path
    demo: Path
    page: Path
    output: str = ""
    python: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    servers: ExitStack = field(default_factory=ExitStack)

    def prepare(self, what: str) -> None:
        if what == "demo":
            self.demo_here()
            self.folder = self.folder / "metricspec-demo" if self.folder.name != "metricspec-demo" else self.folder
        elif what == "demo beside":
            self.demo_here()
        elif what == "data":
            shutil.copytree(self.demo / "data", self.folder / "data")
        elif what == "edfi":
            write_ods(self.folder / "ods.duckdb")
        elif what.startswith("plugin "):
            self.install_plugin(REPOSITORY / "plugins" / what.removeprefix("plugin "))
        elif what == "postgres":
            self.start_postgres()
        elif what == "environment":
            self.environment |= environment(self.folder / ".environment")
        elif what == "published":
            write_published(self.folder / PUBLISHED)
        else:
            raise ValueError(f"{name(self.page)}: nothing is called '{what}'")

    def install_plugin(self, package: Path) -> None:
        """A package, of the folder plugins, as pip would install it."""
        site = Site(self.folder.parent / "site-packages")
        site.folder.mkdir(exist_ok=True)
        site.install_folder(package)
        self.environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(site.folder), os.environ.get("PYTHONPATH"))))

    def start_postgres(self) -> None:
        """A server, named in the variables that its driver reads."""
        if not POSTGRES:
            pytest.skip("no PostgreSQL server is installed (Debian: postgresql)")
        url = urlsplit(self.servers.enter_context(postgres()))
        self.environment |= {
            "PGHOST": str(url.hostname),
            "PGPORT": str(url.port),
            "PGUSER": str(url.username),
            "PGDATABASE": url.path.strip("/"),
        }

    def demo_here(self) -> None:
        if self.folder.name != "metricspec-demo" and not (self.folder / "metricspec-demo").exists():
            shutil.copytree(self.demo, self.folder / "metricspec-demo")

    def follow(self, block: Block) -> None:
        for remark, about in block.remarks:
            if remark in ("in", "with"):
                self.prepare(about)
            elif remark == "replace":
                self.replace(about)
        if block.kind == "python" and block.remark("file") is None:
            self.python.append(block.text)
            return
        self.run_python()
        file = block.remark("file")
        if file is not None:
            path = self.folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text + "\n", encoding="utf-8")
        elif block.remark("output") is not None:
            self.compare(block)
        elif block.commands:
            self.shell(block)

    def replace(self, about: str) -> None:
        file, _, change = about.partition(": ")
        old, _, new = change.partition(" -> ")
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name(self.page)}: {file} has no {old}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def shell(self, block: Block) -> None:
        text = block.text
        if text.startswith("cd metricspec-demo") and self.folder.name == "metricspec-demo":
            text = text.partition("\n")[2]
        script = f"{text}\npwd > {self.folder}/.here"
        done = self.started(["bash", "-euo", "pipefail", "-c", script])
        expected = [int(code) for code in (block.remark("fails") or "0").split(" or ")]
        self.output = done.stdout + done.stderr
        assert done.returncode in expected, f"{name(self.page)}:{block.line} {block.text}\n{self.output}"
        here = self.folder / ".here"
        if here.exists():
            moved = Path(here.read_text(encoding="utf-8").strip())
            here.unlink()
            self.folder = moved

    def run_python(self) -> None:
        """Run the Python blocks that follow one another as one program."""
        program, self.python = "\n".join(self.python), []
        if program:
            done = self.started([sys.executable, "-c", program])
            self.output = done.stdout + done.stderr
            assert done.returncode == 0, f"{name(self.page)}\n{program}\n{self.output}"

    def started(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        modules = os.pathsep.join(filter(None, (str(self.folder), os.environ.get("PYTHONPATH"))))
        environment = {**os.environ, "PATH": path, "PYTHONPATH": modules, "COLUMNS": "120", **self.environment}
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=300)

    def compare(self, block: Block) -> None:
        """Every word that the page shows is in what the command said; figures may differ between versions of numpy, but for
        those that the remark names."""
        exact = " ".join((block.remark("output") or "").split())
        for text in (block.text, self.output):
            assert exact in " ".join(text.split()), f"{name(self.page)}:{block.line} '{exact}' is not in: {text}"
        said = set(words(self.output))
        missing = [word for word in words(block.text) if word not in said]
        assert not missing, f"{name(self.page)}:{block.line} not in the output: {missing}\n{self.output}"


def environment(folder: Path) -> dict[str, str]:
    """A virtual environment in which the page's `pip` installs, over everything that is installed here; nothing is fetched."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=120)
    (site,) = folder.glob("lib/*/site-packages")
    here = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    lines = [f"import site; site.addsitedir({path!r})\n" for path in here]
    (site / "what_is_installed_here.pth").write_text("".join(lines), encoding="utf-8")
    for program in ("metricspec", "pip"):
        file = folder / "bin" / program
        file.write_text(f'#!/bin/sh\nexec "{folder / "bin" / "python"}" -m {program} "$@"\n', encoding="utf-8")
        file.chmod(0o755)
    no_index = {name: "1" for name in ("PIP_NO_DEPS", "PIP_NO_INDEX", "PIP_DISABLE_PIP_VERSION_CHECK", "PIP_QUIET")}
    path = f"{folder / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "PIP_NO_BUILD_ISOLATION": "0", **no_index}  # 0: pip means the opposite of what it says


def words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_][\w'-]+", text)


def write_ods(path: Path) -> None:
    """A small Ed-Fi database of data standard 5."""
    with duckdb.connect(str(path)) as database:
        for statement in statements("edfi", "edfi_5"):
            database.execute(statement)


def write_published(path: Path) -> None:
    """A small file in the columns of California's: two districts with chronic absenteeism in two years."""
    catalog = metricspec.load().catalog
    columns = catalog.datasets["dashboard_published"].columns
    wanted = sorted(required(catalog.bindings["ca.dashboard_2018"].datasets["dashboard_published"], columns))
    rows = [
        {"cds": "27000000000000", "districtname": "One", "currnumer": 20, "currdenom": 200, "priornumer": 30, "priordenom": 200},
        {"cds": "27000010000000", "districtname": "Two", "currnumer": 2, "currdenom": 9, "priornumer": 1, "priordenom": 40},
    ]  # fmt: skip
    same = {"ind": "chronic", "rtype": "D", "reportingyear": 2018, "studentgroup": "ALL", "type": "UD"}
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, wanted, restval="")
        writer.writeheader()
        writer.writerows({**same, **row} for row in rows)


QUICK = ("README.md", "first-indicator.md", "write-an-indicator.md", "use-a-plugin.md", "read-a-result.md")


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=[] if page.name in QUICK else pytest.mark.slow, id=name(page)) for page in SHOWN],
)
def test_what_a_page_shows(page: Path, demo: Path, tmp_path: Path) -> None:
    reader = Reader(tmp_path, demo, page)
    if page.name in PREPARED:
        reader.prepare(PREPARED[page.name])
    if page.name in BEFORE:
        reader.shell(Block("console", BEFORE[page.name], 0))
    followed = list(blocks(page))
    assert any(block.commands or block.kind == "python" for block in followed)
    with reader.servers:
        for block in followed:
            reader.follow(block)
        reader.run_python()


def test_every_command_of_ours_is_run() -> None:
    """No block that starts with our command escapes by its language, and each output stands behind a command."""
    for page in SHOWN:
        last = False
        for block in blocks(page):
            if block.text.lstrip().startswith(("metricspec ", "$ metricspec")):
                assert block.commands, f"{name(page)}:{block.line}"
            if block.remark("output") is not None:
                assert last, f"{name(page)}:{block.line} shows an output of nothing"
            last = last or block.commands or block.kind == "python"
    assert WITH_PYTHON


def test_the_readme_has_exactly_two_commands() -> None:
    marked = [b for b in blocks(PAGES[0]) if b.remark("first") is not None or b.remark("second") is not None]
    assert [block.remarks[0][0] for block in marked] == ["first", "second"]
    first, second = (block.text for block in marked)
    assert "\n" not in first and "\n" not in second
    assert first.startswith("python3 -m venv .venv && ") and first.endswith(".venv/bin/metricspec demo")
    assert "-e '.[dev]'" in second and ".venv/bin/python -m pytest" in second
    assert [b for b in blocks(PAGES[0]) if b.kind == "bash"] == marked
