"""States of the shipped specs for tests: as they are, and with an edit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from hashlib import sha1
from pathlib import Path

import metricspec
from metricspec.registry import load_registry
from metricspec.versioning.calendar import Calendar
from metricspec.versioning.compared import Compared, Comparison
from metricspec.versioning.snapshot import Reader, Snapshot, Written

SPECS = Path(metricspec.__file__).resolve().parent.parent / "specs"
TODAY = Calendar(date(2026, 11, 22))


@dataclass(frozen=True)
class Edit:
    """The text `old` of a file is replaced by `new`."""

    file: str
    old: str
    new: str


@cache
def reader() -> Reader:
    return Reader(load_registry())


@cache
def shipped_files() -> tuple[Written, ...]:
    found = []
    for path in sorted(SPECS.rglob("*.yaml")):
        content = path.read_bytes()
        found.append(Written(path.relative_to(SPECS).as_posix(), content, sha1(content).hexdigest()))
    return tuple(found)


@cache
def shipped() -> Snapshot:
    return reader().snapshot(shipped_files())


def edited(edits: Iterable[Edit], files: Iterable[Written] | None = None) -> Snapshot:
    """The shipped specs with some edits, each of a text that stands there once."""
    found = {one.file: one for one in (files if files is not None else shipped_files())}
    for edit in edits:
        text = found[edit.file].content.decode()
        assert text.count(edit.old) == 1, f"{edit.file} has {text.count(edit.old)} times: {edit.old}"
        content = text.replace(edit.old, edit.new).encode()
        found[edit.file] = replace(found[edit.file], content=content, mark=sha1(content).hexdigest())
    return reader().snapshot(found.values())


def compared(old: Snapshot, new: Snapshot, calendar: Calendar = TODAY) -> dict[str, Compared]:
    """What changed, by id of an indicator or kind and id of something else."""
    found = Comparison(old, new, calendar).all()
    return {one.key[1] if one.key[0] == "indicator" else " ".join(one.key): one for one in found}
