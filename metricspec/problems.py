"""Anything wrong with what a person wrote: one frozen value, collected and never raised one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands: `line` and `column` count from 1; 0 means the file as a whole."""

    file: str = ""
    line: int = 0
    column: int = 0
    length: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True)
class Problem:
    """One finding. `code` is documented in docs/reference/problems; `hint` says what is allowed and what to do."""

    code: str
    message: str
    place: Place = Place()
    hint: str = ""
    severity: Severity = "error"


class SpecError(Exception):
    """Raised where work cannot go on; carries every problem found so far, so that all are shown in one run."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{p.place}: {p.code} {p.message}" for p in self.problems))


class UsageError(Exception):
    """The call itself is wrong (an unknown indicator, a missing file): the message says what to do, exit code 2."""


class PartlyPython(UsageError):
    """SQL was asked for of an indicator that is computed in Python in part."""


def source_line(place: Place) -> str:
    """The line of text at `place`, or an empty string where it cannot be read."""
    if not place.line:
        return ""
    try:
        with Path(place.file).open(encoding="utf-8", errors="replace") as handle:
            for number, text in enumerate(handle, 1):
                if number == place.line:
                    return text.rstrip("\n")
    except OSError:
        pass
    return ""
