"""What an expression of a spec is: its scope, its checked form, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp

from metricspec.model import Codes, Column, Lookup

Type = Literal["boolean", "number", "string", "date", "code", "school_year", "null"]


@dataclass(frozen=True)
class Scope:
    """The columns that an expression may name, with the code lists and lookups they refer to."""

    columns: Mapping[str, Column]
    codes: Mapping[str, Codes] = field(default_factory=dict)
    lookups: Mapping[str, Lookup] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """Something wrong inside an expression; `offset` and `length` count characters of its text."""

    code: str
    message: str
    hint: str = ""
    offset: int = 0
    length: int = 1
    word: str = ""
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Expression:
    """A checked expression. `tree` is portable: flags are compared with 1 and ordered codes become lists.

    `scale` is the number of decimal places that the value keeps exactly; None for floating point.
    """

    text: str
    type: Type
    columns: tuple[str, ...]
    tree: exp.Expression = field(compare=False)
    scale: int | None = None


class Refused(Exception):
    """Carries the finding out of the typing pass; never leaves `parse_expression`."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding
