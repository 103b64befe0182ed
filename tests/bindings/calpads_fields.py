"""The fields of CALPADS files in their order, as docs/how-to/bind-calpads.md lists them."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "bind-calpads.md"


def fields() -> dict[str, list[str]]:
    """The lists of the page: a table's name, and its columns."""
    text = PAGE.read_text(encoding="utf-8")
    found = re.findall(r'^    "(calpads_\w+)": """\n(.*?)"""', text, re.DOTALL | re.MULTILINE)
    return {name: listed.split() for name, listed in found}
