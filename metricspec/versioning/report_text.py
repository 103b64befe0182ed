"""A comparison for the terminal."""

from __future__ import annotations

from types import MappingProxyType

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from metricspec.reporting.figures import console
from metricspec.reporting.show import marked
from metricspec.versioning.report import Report, Style, lines

LOOKS: MappingProxyType[Style, tuple[int, str]] = MappingProxyType(
    {
        "title": (0, "bold"),
        "verdict": (0, ""),
        "wrong": (0, "bold yellow"),
        "head": (2, "underline"),
        "item": (2, ""),
        "code": (2, ""),
        "plain": (0, ""),
    }
)


def print_report(report: Report, to: Console | None = None) -> None:
    page = to or console()
    first = True
    for style, text in lines(report):
        indent, look = LOOKS[style]
        if style == "title" and not first:
            page.print()
        first = False
        if style == "code":
            page.print(_diff(text, " " * indent), soft_wrap=True)
        else:
            shown = marked(f"- {text}" if style == "item" else text, look)
            page.print(Padding(shown, (0, 0, 0, indent), expand=False))


def _diff(text: str, margin: str) -> Text:
    """A unified diff, with what came in green and what went in red."""
    found = Text()
    for line in text.splitlines():
        style = "green" if line.startswith("+") else "red" if line.startswith("-") else ""
        found.append(f"{margin}{line}\n", style=style)
    found.right_crop(1)
    return found
