"""Tables that fit the terminal: one column gives way, figures are never cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

GAP = 2  # blanks between columns


@dataclass(frozen=True)
class Heading:
    text: str
    right: bool = True


def fitted(
    headings: Sequence[Heading],
    rows: Sequence[Sequence[Text]],
    width: int,
    *,
    gives_way: int = 0,
    least: int = 12,
    empty: bool = False,
    wrap: bool = False,
) -> Table:
    """A table without lines, `width` wide at most. A column without anything in it is left out, unless `empty`.

    The column `gives_way` is cut where it is too long, or with `wrap` goes on in the next line.
    """
    kept = [at for at in range(len(headings)) if empty or at == gives_way or any(row[at].plain for row in rows)]
    widths = {at: max([len(headings[at].text), *(row[at].cell_len for row in rows)]) for at in kept}
    others = sum(widths[at] + GAP for at in kept if at != gives_way)
    widths[gives_way] = min(widths[gives_way], max(least, width - others))
    table = Table(box=None, padding=(0, GAP, 0, 0), show_edge=False, pad_edge=False, header_style="underline")
    for at in kept:
        table.add_column(
            headings[at].text,
            justify="right" if headings[at].right else "left",
            no_wrap=not (wrap and at == gives_way),
            overflow="ellipsis",
            width=widths[at],
        )
    for row in rows:
        table.add_row(*(row[at] for at in kept))
    return table
