"""Packages as they lie in an environment: modules, and the metadata that pip would write beside them."""

from __future__ import annotations

import importlib
import re
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FROZEN = Path(__file__).parent / "packages"


@dataclass(frozen=True)
class Site:
    """A folder of installed packages."""

    folder: Path

    def install(
        self,
        name: str,
        modules: Mapping[str, str],
        *,
        version: str = "1.0",
        hooks: Mapping[str, str] | None = None,
        commands: Mapping[str, str] | None = None,
    ) -> None:
        """A package: files by their path, and entry points (default: a hook for each top-level module)."""
        for path, text in modules.items():
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        if hooks is None and commands is None:
            hooks = {stem: stem for path in modules if (stem := path.removesuffix(".py")).isidentifier()}
        self.metadata(name, version, {"metricspec": hooks or {}, "metricspec.commands": commands or {}})

    def install_folder(self, folder: Path) -> str:
        """A package as its pyproject.toml describes it, with what lies in src; its name."""
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        shutil.copytree(folder / "src", self.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        self.metadata(project["name"], project["version"], project["entry-points"])
        return str(project["name"])

    def metadata(self, name: str, version: str, entries: Mapping[str, Mapping[str, str]]) -> None:
        stem = re.sub(r"[-_.]+", "_", name)
        for old in self.folder.glob(f"{stem}-*.dist-info"):
            shutil.rmtree(old)
        info = self.folder / f"{stem}-{version}.dist-info"
        info.mkdir()
        about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: What {name} is.\n"
        (info / "METADATA").write_text(about, encoding="utf-8")
        lines = [
            line for group, ones in entries.items() for line in (f"[{group}]", *(f"{k} = {v}" for k, v in ones.items()))
        ]
        (info / "entry_points.txt").write_text("\n".join([*lines, ""]), encoding="utf-8")
        importlib.invalidate_caches()


def measures(*names: str, hooks: int | None = 2, more: str = "") -> str:
    """A module that offers measure types which count students."""
    return f"""
from metricspec.hookspecs import hookimpl
from metricspec.measure import Estimate, Moment
{f"METRICSPEC_HOOKS = {hooks}" if hooks else ""}

class Heads:
    \"\"\"Students counted.\"\"\"
    schema = {{"type": "object", "additionalProperties": False, "properties": {{}}}}
    def __init__(self, name): self.name = name
    def parse(self, block): return None
    def expressions(self, spec): return ()
    def sentence(self, spec): return "the students counted"
    def moments(self, spec): return (Moment("n", "count"),)
    def estimates(self, spec): return (Estimate("n", "n", "n", "n", exact=("n",)),)

@hookimpl
def metricspec_measure_types():
    return [Heads(name) for name in {list(names)!r}]
{more}
"""
