"""A page of the site, before mkdocs: a title and sections, written as Markdown with blocks of HTML."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field

from metricspec.site.markup import NOTHING, Html, lines, tag, text


@dataclass(frozen=True)
class Section:
    """A part of a page under a heading of its own.

    `searched`: whether the site's search looks into it; long SQL and tables of rows would bury everything else. `kept`:
    whether it follows from the specs alone, so that a check compares it; the history of a file does not.
    """

    id: str
    title: str
    body: Html
    searched: bool = True
    kept: bool = True


@dataclass(frozen=True)
class Page:
    """`path` leads to it from the root of the site, `head` stands above the first section."""

    path: str
    title: str
    head: Html = NOTHING
    sections: tuple[Section, ...] = field(default=())
    about: str = ""

    @property
    def source(self) -> str:
        """The path of its Markdown."""
        return f"{self.path.removesuffix('.html')}.md"

    @property
    def up(self) -> str:
        """From the page to the root of the site."""
        return "../" * self.path.count("/")

    def markdown(self) -> str:
        """For mkdocs. What is not searched is a place that `finished` fills."""
        meta = {"title": self.title, "description": self.about or self.title}
        front = "\n".join(f"{key}: {json.dumps(value, ensure_ascii=True)}" for key, value in meta.items())
        parts = [f"---\n{front}\n---", tag("div", self.head, class_="head")]
        for one in self.sections:
            if one.body:
                parts.append(f"## {_escaped(one.title)} {{#{one.id}}}")
                parts.append(tag("div", one.body) if one.searched else _place(one))
        return "\n\n".join(parts) + "\n"

    def finished(self, html: str) -> str:
        """What mkdocs made of the page, with the parts that the search does not read."""
        for one in self.sections:
            if one.body and not one.searched:
                html = html.replace(_place(one), tag("div", one.body))
        return html

    def digest(self) -> str:
        """Of all that follows from the specs."""
        said = [self.path, self.title, self.about, self.head]
        said += [part for one in self.sections if one.kept for part in (one.id, one.title, one.body)]
        return hashlib.sha256("\0".join(said).encode()).hexdigest()


def heading(title: str, language: str = "en") -> Html:
    """The page's own heading."""
    return tag("h1", text(title), lang=language)


def part(title: str, id_: str, body: Html) -> Html:
    """A part of a section under a smaller heading."""
    return lines(tag("h3", text(title), id=id_), body) if body else NOTHING


def _place(section: Section) -> Html:
    return tag("div", NOTHING, data_later=section.id)


def _escaped(title: str) -> str:
    """A heading in Markdown in which nothing is marked up."""
    return re.sub(r"([\\`*_{}\[\]()#+.!>-])", r"\\\1", title.replace("&", "&amp;").replace("<", "&lt;"))
