"""Built pages as tests read them: elements with their attributes and text, and whether every element is closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "mspace"]
)


@dataclass
class Element:
    name: str
    attributes: dict[str, str]
    parts: list[Element | str] = field(default_factory=list)

    def all(self, *names: str) -> Iterator[Element]:
        """The elements below this one of some names (all), in the order of the page."""
        for part in self.parts:
            if isinstance(part, Element):
                if not names or part.name in names:
                    yield part
                yield from part.all(*names)

    @property
    def text(self) -> str:
        """Its words, blanks and line breaks as one blank."""
        return " ".join(self.raw.split())

    @property
    def raw(self) -> str:
        return "".join(part if isinstance(part, str) else part.raw for part in self.parts)

    def one(self, name: str, **attributes: str) -> Element:
        found = [e for e in self.all(name) if all(e.attributes.get(k.rstrip("_")) == v for k, v in attributes.items())]
        assert len(found) == 1, (name, attributes, len(found))
        return found[0]


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) < len(names):
            self.wrong.append(f"<{tag}> says an attribute twice")
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].parts.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].parts.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].name != tag:
            self.wrong.append(f"</{tag}> where <{self.open[-1].name}> is open, line {self.getpos()[0]}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)


@cache
def read(path: Path) -> Element:
    """A page; every element in it is closed where it should be."""
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    assert not reader.wrong, f"{path}: {reader.wrong[:3]}"
    assert [e.name for e in reader.open] == [""], f"{path}: not closed: {[e.name for e in reader.open]}"
    return reader.root


def section(page: Element, id_: str) -> Element:
    """What stands under a heading of a page, up to the next of its kind."""
    (main,) = page.all("main")
    found, inside = Element("section", {}), False
    for part in main.parts:
        if isinstance(part, Element) and part.name == "h2":
            inside = part.attributes.get("id") == id_
        elif inside:
            found.parts.append(part)
    return found
