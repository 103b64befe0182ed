"""The site of the whole catalogue: nothing from elsewhere, links that lead somewhere, pages that everybody can read."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import metricspec
from metricspec.formula import FormulaMeasure

from .conftest import Site
from .walker import Element, read

SOURCES = {"script": "src", "link": "href", "img": "src", "source": "src", "iframe": "src", "object": "data"}


def test_it_is_built_in_time_and_has_a_page_for_everything(whole: Site) -> None:
    catalog = metricspec.load().catalog
    assert whole.seconds < 60
    for kind in ("indicators", "levels", "policies", "groups", "orgs", "datasets", "frameworks"):
        pages = {path.stem for path in (whole.folder / kind).glob("*.html")}
        assert pages == set(getattr(catalog, kind)), kind
        assert (whole.folder / ("index.html" if kind == "indicators" else f"{kind}.html")).is_file()
    types = {path.stem for path in (whole.folder / "measure-types").glob("*.html")}
    assert types == set(metricspec.load().registry.measure_types)


def test_nothing_comes_from_another_host(whole: Site) -> None:
    loaded = set()
    for path in whole.pages:
        page = read(path)
        for element in page.all(*SOURCES):
            address = element.attributes.get(SOURCES[element.name], "")
            assert not urlsplit(address).netloc and not urlsplit(address).scheme, f"{path}: {address}"
            if address:
                loaded.add((path.parent / address).resolve())
        for element in page.all():
            assert "style" not in element.attributes or "url(" not in element.attributes["style"]
    missing = [path for path in loaded if not path.is_file()]
    assert missing == []
    for path in [*whole.folder.rglob("*.css"), *whole.folder.rglob("*.js")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"url\(\s*['\"]?(https?:)?//", text) and "@import" not in text, path
        assert not re.search(r"(importScripts|fetch)\(\s*['\"]https?:", text), path


def test_every_link_leads_to_a_page_and_a_place_on_it(whole: Site) -> None:
    anchors = {path: {e.attributes["id"] for e in read(path).all() if "id" in e.attributes} for path in whole.pages}
    seen = 0
    for path in whole.pages:
        for element in read(path).all("a"):
            address = urlsplit(element.attributes.get("href", "#"))
            if address.scheme:
                assert address.scheme in ("http", "https")
                continue
            target = (path.parent / unquote(address.path)).resolve() if address.path else path
            assert target in anchors, f"{path}: {element.attributes}"
            assert not address.fragment or address.fragment in anchors[target], f"{path}: {element.attributes}"
            seen += 1
    assert seen > 3_000


def test_every_page_is_reached_from_the_first(whole: Site) -> None:
    reached, waiting = set[Path](), [whole.folder / "index.html"]
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        for element in read(path).all("a"):
            address = urlsplit(element.attributes.get("href", ""))
            if address.path and not address.scheme:
                waiting.append((path.parent / unquote(address.path)).resolve())
    assert reached == set(whole.pages)


def test_pages_are_built_for_everybody(whole: Site) -> None:
    """Language, skip link, headings in order, tables with headings and captions, ids once, names for what is pressed."""
    for path in whole.pages:
        page = read(path)
        assert page.one("html").attributes["lang"] == "en"
        assert page.one("title").text
        first = next(page.all("a"))
        assert (first.attributes["href"], first.attributes["class"]) == ("#main", "skip")
        assert page.one("main").attributes["id"] == "main"
        levels = [int(element.name[1]) for element in page.one("main").all("h1", "h2", "h3", "h4")]
        assert levels[0] == 1 and levels.count(1) == 1, path
        assert all(after <= before + 1 for before, after in pairwise(levels)), f"{path}: {levels}"
        ids = Counter(element.attributes["id"] for element in page.all() if "id" in element.attributes)
        assert max(ids.values()) == 1, f"{path}: {ids.most_common(1)}"
        for table in page.all("table"):
            _table(path, table)
        for image in page.all("img"):
            assert "alt" in image.attributes
        for button in page.all("button"):
            assert button.text or button.attributes.get("aria-label"), path


def _table(path: Path, table: Element) -> None:
    assert table.one("caption").text, path
    assert {e.attributes["scope"] for e in table.one("thead").all("th")} == {"col"}, path
    for row in table.one("tbody").all("tr"):
        first, *others = row.parts
        assert isinstance(first, Element)
        assert (first.name, first.attributes["scope"]) == ("th", "row"), path
        assert {e.name for e in others if isinstance(e, Element)} <= {"td"}


def test_the_search_knows_every_indicator_and_no_sql(whole: Site) -> None:
    text = (whole.folder / "search" / "search_index.json").read_text(encoding="utf-8")
    assert len(text) < 3_000_000
    found = json.loads(text)["docs"]
    for indicator in metricspec.load().catalog.indicators.values():
        said = " ".join(d["text"] for d in found if d["location"] == f"indicators/{indicator.id}.html")
        assert indicator.id in said, indicator.id
        assert all(title in said for _, title in indicator.title.by_language), indicator.id
    assert "NULLIF(" not in text


def test_every_formula_is_shown_as_mathematics(whole: Site) -> None:
    project = metricspec.load()
    for indicator in project.catalog.indicators.values():
        measure = project.registry.measure_types[indicator.measure_type]
        assert isinstance(measure, FormulaMeasure)
        page = read(whole.folder / "indicators" / f"{indicator.id}.html")
        blocks = [e for e in page.all("math") if e.attributes["display"] == "block"]
        more = indicator.unit == "percent"
        assert len(blocks) == len(measure.formula(indicator.measure).lines) + more, indicator.id
        assert all("\\" not in e.text and "&" not in e.text for e in blocks), indicator.id


def test_colours_are_named_and_can_be_read(whole: Site) -> None:
    css = (whole.folder / "css" / "site.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--(\w[\w-]*): (#[0-9a-f]{6});", css))
    for name in ("red", "orange", "yellow", "green", "blue"):
        ink = re.search(rf"\.rating\.{name} {{ background: var\(--{name}\); color: (#\w+); }}", css)
        assert ink and contrast(colours[name], ink[1]) >= 4.5, name
    for ink, paper in (
        ("ink", "#ffffff"),
        ("quiet", "#ffffff"),
        ("quiet", "panel"),
        ("accent", "#ffffff"),
        ("care", "care-panel"),
    ):
        assert contrast(colours[ink], colours.get(paper, paper)) >= 4.5, (ink, paper)
    shown = 0
    for path in whole.pages:
        for element in read(path).all("span"):
            kind = element.attributes.get("class", "")
            if kind.startswith("rating "):
                shown += 1
                word, marks = element.text.split()
                assert word.lower() == kind.removeprefix("rating ") and re.fullmatch("[●○]{5}", marks)
    assert shown > 500


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2 between two colours."""

    def light(colour: str) -> float:
        digits = colour.lstrip("#")
        digits = "".join(2 * d for d in digits) if len(digits) == 3 else digits
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)
