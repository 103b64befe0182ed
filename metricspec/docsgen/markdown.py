"""Markdown: pages, tables and code, with what would break them escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MADE = "This page is made from the code by `python -m metricspec.docsgen`. Change the code, not the page."


def page(title: str, intro: str, parts: Iterable[str]) -> str:
    blocks = [f"# {title}", intro, MADE, *parts]
    return "\n\n".join(block.strip() for block in blocks if block.strip()) + "\n"


def cell(text: str) -> str:
    """Text as a cell of a table: on one line, with its bars escaped.

    >>> cell("a | b\\n c")
    'a \\\\| b c'
    """
    return " ".join(text.split()).replace("|", "\\|")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table without the columns that are empty in every row."""
    found = [[cell(text) for text in row] for row in rows]
    kept = [at for at in range(len(headings)) if any(row[at] for row in found)]
    lines = [[headings[at] for at in kept], ["---"] * len(kept), *([row[at] for at in kept] for row in found)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(text: object) -> str:
    return f"`{text}`"


def listing(items: Iterable[str]) -> str:
    return "\n".join(f"- {' '.join(item.split())}" for item in items)


def quoted(text: str, kind: str = "") -> str:
    return f"```{kind}\n{text.rstrip()}\n```"
