"""HTML out of parts. Whatever a spec says goes through `text` or `sentence`, which escape it; only they make Html."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape, unescape
from typing import NewType

Html = NewType("Html", str)
NOTHING = Html("")
_TAG = re.compile(r"<[^>]*>")
_SYMBOL = re.compile(r"\*(\w)\*")


def text(words: object) -> Html:
    """Words as they are, on one line."""
    return Html(escape(" ".join(str(words).split())))


def sentence(words: str) -> Html:
    """Words in which expressions and names stand between backquotes, and a single letter between asterisks is a symbol.

    >>> sentence("a <b> where `x < *y*` for student *s*")
    'a &lt;b&gt; where <code>x &lt; *y*</code> for student <i>s</i>'
    """
    parts = " ".join(words.split()).split("`")
    return Html(
        "".join(code(part) if at % 2 else _SYMBOL.sub(r"<i>\1</i>", text_of(part)) for at, part in enumerate(parts))
    )


def text_of(words: str) -> str:
    """Escaped, with its blanks at both ends."""
    return escape(words)


def code(words: object) -> Html:
    return Html(f"<code>{escape(str(words))}</code>")


def tag(name: str, inside: Html = NOTHING, /, **attributes: str) -> Html:
    """An element; `class_` is the attribute class, `data_later` is data-later.

    >>> tag("p", text("a & b"), class_="note")
    '<p class="note">a &amp; b</p>'
    """
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return Html(f"<{name}{written}>{inside}</{name}>")


def joined(parts: Iterable[Html], between: str = " ") -> Html:
    return Html(escape(between).join(part for part in parts if part))


def lines(*parts: Html) -> Html:
    """Blocks below one another."""
    return Html("\n".join(part for part in parts if part))


def paragraph(inside: Html, **attributes: str) -> Html:
    return tag("p", inside, **attributes) if inside else NOTHING


def listing(items: Iterable[Html], kind: str = "ul", **attributes: str) -> Html:
    found = [tag("li", item) for item in items]
    return tag(kind, Html("\n".join(found)), **attributes) if found else NOTHING


def pairs(items: Iterable[tuple[Html, Html]]) -> Html:
    """Terms and what they mean."""
    found = [tag("dt", term) + tag("dd", meaning) for term, meaning in items if meaning]
    return tag("dl", Html("\n".join(found))) if found else NOTHING


def folded(summary: Html, inside: Html, **attributes: str) -> Html:
    """What is opened on demand."""
    return tag("details", lines(tag("summary", summary), inside), **attributes)


def link(address: str, inside: Html) -> Html:
    return tag("a", inside, href=address)


def outside(address: str) -> Html:
    """A link to somewhere else; anything but a web address stays text."""
    if not re.match(r"https?://[^\s]+$", address):
        return text(address)
    return tag("a", text(re.sub(r"^https?://(www\.)?|/$", "", address)), href=address, rel="external noopener")


def table(
    headings: Sequence[Html],
    rows: Iterable[Sequence[Html]],
    caption: Html,
    *,
    class_: str = "",
    numbers: Iterable[int] = (),
) -> Html:
    """A table whose first column heads its rows; a caption says what it holds. Columns that are empty throughout are left
    out. Wide ones scroll by themselves, by keyboard too."""
    given = [list(row) for row in rows]
    kept = [at for at in range(len(headings)) if at == 0 or any(row[at] for row in given)]
    right = set(numbers)

    def cell(at: int, inside: Html, first: bool) -> Html:
        name = {"class_": "number"} if at in right else {}
        return tag("th", inside, scope="row", **name) if first else tag("td", inside, **name)

    head = Html(
        "".join(tag("th", headings[at], scope="col", **({"class_": "number"} if at in right else {})) for at in kept)
    )
    body = [Html("".join(cell(at, row[at], at == kept[0]) for at in kept)) for row in given]
    inside = lines(
        tag("caption", caption),
        tag("thead", tag("tr", head)),
        tag("tbody", Html("\n".join(tag("tr", row) for row in body))),
    )
    whole = tag("table", inside, **({"class_": class_} if class_ else {}))
    return tag("div", whole, class_="scroll", tabindex="0", role="region", aria_label=unescape(_TAG.sub("", caption)))
