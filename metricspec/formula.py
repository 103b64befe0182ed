"""How a measure type states its value in mathematics: lines of LaTeX, and what each symbol in them stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

_SPECIAL = re.compile(r"([\\{}<>&#$%~^]+)")
_MACROS = {
    "\\": r"\backslash ",
    "{": r"\{",
    "}": r"\}",
    "<": r"\lt ",
    ">": r"\gt ",
    "&": r"\&",
    "#": r"\#",
    "$": r"\$",
    "%": r"\%",
    "~": r"\sim ",
    "^": r"\wedge ",
}


@dataclass(frozen=True)
class Formula:
    """Equations in LaTeX, below one another, and the legend of their symbols.

    `where` are pairs of a symbol in LaTeX and what it stands for in plain words, with expressions and names between
    backquotes as in `sentence`. Expressions of a spec belong there: they can be long, and lines of mathematics do not
    wrap. Where words must stand in a line, `in_words` escapes them.
    """

    lines: tuple[str, ...]
    where: tuple[tuple[str, str], ...] = ()


@runtime_checkable
class FormulaMeasure(Protocol):
    """A measure type that states its value in mathematics, for the pages of `metricspec docs`.

    The value is `v`; where it is a share, it stands as a share also of indicators in percent.
    """

    def formula(self, spec: Any) -> Formula: ...


def in_words(words: str) -> str:
    """Words as LaTeX, whatever they hold.

    >>> in_words("days_absent >= 5")
    '\\\\text{days_absent }\\\\gt \\\\text{= 5}'
    """
    parts = _SPECIAL.split(" ".join(words.split()))
    return "".join(
        "".join(_MACROS[character] for character in part) if at % 2 else rf"\text{{{part}}}"
        for at, part in enumerate(parts)
        if part
    )
