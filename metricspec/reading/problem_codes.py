"""Every code of a problem, out of problem_codes.toml: what it means and how to mend it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

TABLE = Path(__file__).with_suffix(".toml")
FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "MS0": "Files and YAML",
        "MS1": "Keys and values",
        "MS2": "References",
        "MS3": "Expressions",
        "MS4": "Dates and levels",
        "MS5": "Bindings and data",
        "MS6": "Tests",
        "MS7": "Plugins",
        "MS9": "Versions",
    }
)


@dataclass(frozen=True)
class Entry:
    """A code. `example` is something that raises it, as it would be written."""

    code: str
    title: str
    meaning: str
    mend: str
    example: str = ""


def entries() -> tuple[Entry, ...]:
    """All codes in order."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return tuple(Entry(code, **table[code]) for code in sorted(table))


def as_markdown() -> str:
    """The reference page of all codes."""
    lines = ["# Problems", "", "What the codes of `metricspec check` mean. This page is generated.", ""]
    family = ""
    for entry in entries():
        if entry.code[:3] != family:
            family = entry.code[:3]
            lines += [f"## {FAMILIES[family]}", ""]
        lines += [f"### {entry.code} {entry.title}", "", entry.meaning, "", f"**Mend:** {entry.mend}", ""]
        if entry.example:
            lines += ["```yaml", entry.example.strip(), "```", ""]
    return "\n".join(lines)
