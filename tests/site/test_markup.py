"""Pages as Markdown: headings and places that stay what they are."""

from __future__ import annotations

import re
from html import unescape

import markdown
import pytest

from metricspec.site.markup import Html, outside, sentence, table, text
from metricspec.site.page import Page, Section


@pytest.mark.parametrize("title", ["a *b* _c_ `d` [e](f) # g", "1. h", "<i>&amp;", "x {#y}", "- z | ~w~ \\ !", "a > b"])
def test_a_heading_is_its_words(title: str) -> None:
    page = Page("x.html", "t", sections=(Section("s", title, text("b")),))
    made = markdown.markdown(page.markdown().partition("---\n\n")[2], extensions=["attr_list"])
    (heading,) = re.findall('<h2 id="s">(.*)</h2>', made)
    assert unescape(heading) == title and "<" not in heading


def test_what_is_not_searched_is_put_in_afterwards() -> None:
    page = Page("x.html", "t", sections=(Section("sql", "SQL", Html("<pre>\n\nSELECT 1\n\n</pre>"), searched=False),))
    made = markdown.markdown(page.markdown().partition("---\n\n")[2], extensions=["attr_list"])
    assert "SELECT" not in made
    assert "<pre>\n\nSELECT 1\n\n</pre>" in page.finished(made)


def test_only_web_addresses_are_links() -> None:
    assert outside("https://example.org/a/").startswith('<a href="https://example.org/a/"')
    for other in ("javascript:alert(1)", "data:text/html,x", "see the guide", "https://a b"):
        assert outside(other) == text(other)


def test_tables_leave_empty_columns_out() -> None:
    made = table([text("a"), text("b")], [[text("1"), Html("")]], text("c"))
    assert "<td>" not in made and '<th scope="row">1</th>' in made and "<caption>c</caption>" in made


def test_sentences_are_escaped() -> None:
    assert sentence("x < `a < b` & *s*") == "x &lt; <code>a &lt; b</code> &amp; <i>s</i>"
