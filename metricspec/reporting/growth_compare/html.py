"""Elements of a page as text: everything is escaped that is not an element already."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


Child = str | Html | None

_ALONE = {"meta", "br"}


def element(name: str, *children: Child, **attributes: str | None) -> Html:
    """One element; an attribute that is None is left out, `_` at its end too (`class_`), others stand for `-`.

    >>> element("p", "a & b", element("b", "c"), class_="quiet", aria_label='"')
    '<p class="quiet" aria-label="&quot;">a &amp; b<b>c</b></p>'
    """
    pairs = ((_attribute(key), value) for key, value in attributes.items() if value is not None)
    opened = name + "".join(f' {key}="{escape(value)}"' for key, value in pairs)
    if name in _ALONE:
        return Html(f"<{opened}>")
    return Html(f"<{opened}>{joined(children)}</{name}>")


def _attribute(key: str) -> str:
    return key if key == "viewBox" else key.rstrip("_").replace("_", "-")


def joined(children: Iterable[Child]) -> Html:
    return Html("".join(c if isinstance(c, Html) else escape(c, quote=False) for c in children if c is not None))


def paragraphs(texts: Iterable[Child], **attributes: str | None) -> Html:
    return joined(element("p", text, **attributes) for text in texts)


def bullets(texts: Iterable[Child]) -> Html:
    return element("ul", *(element("li", text) for text in texts))


def table(caption: str, headings: Iterable[Child], rows: Iterable[Iterable[Child]], *, words: int = 1) -> Html:
    """A table that scrolls by itself where it is too wide. The first cell of a row is its heading; the first `words`
    columns hold words, the others figures."""
    about = element("p", caption, class_="caption")
    head = element("tr", *(_cell("th", at, text, words, scope="col") for at, text in enumerate(headings)))
    body = (
        element(
            "tr",
            *(_cell("td" if at else "th", at, text, words, scope=None if at else "row") for at, text in enumerate(row)),
        )
        for row in rows
    )
    inside = element("table", element("thead", head), element("tbody", *body), aria_label=caption)
    return joined([about, element("div", inside, class_="scroll", tabindex="0", role="region", aria_label=caption)])


def _cell(name: str, at: int, text: Child, words: int, **attributes: str | None) -> Html:
    return element(name, text, class_="words" if at < words else "number", **attributes)
