"""Every relative link of the documentation leads to a file, and to a heading of it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from .pages import PAGES, REPOSITORY, blocks, name

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
OUTSIDE = ("http://", "https://", "mailto:")


def prose(path: Path) -> str:
    """A page without its blocks of code and what stands between backquotes."""
    text = path.read_text(encoding="utf-8")
    for block in blocks(path):
        text = text.replace(block.text, "")
    return re.sub(r"`[^`\n]*`", "", text)


@cache
def anchors(path: Path) -> frozenset[str]:
    """What may stand behind # in a link to a page: its headings as GitHub writes them."""
    found = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in found)


def links(path: Path) -> list[str]:
    return [link for link in LINK.findall(prose(path)) if not link.startswith(OUTSIDE)]


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    for link in links(path):
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), f"{name(path)}: {link}"
        assert target.is_relative_to(REPOSITORY), f"{name(path)}: {link} leaves the repository"
        if anchor:
            assert anchor in anchors(target), f"{name(path)}: {link}"


def test_every_page_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [PAGES[0].resolve()]
    while waiting:
        path = waiting.pop()
        if path in reached or path.suffix != ".md":
            continue
        reached.add(path)
        waiting += [
            (path.parent / link.partition("#")[0]).resolve() for link in links(path) if not link.startswith("#")
        ]
    assert {name(path) for path in PAGES if path.resolve() not in reached} == set()
