"""What single pages say, and that whatever a spec says stays words."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

import metricspec
from metricspec.running.project import Project
from metricspec.site.catalogue import Catalogue
from metricspec.site.mathematics import mathml
from metricspec.site.page import Page
from metricspec.site.pages import pages
from metricspec.site.people import titles
from metricspec.site.worked import folded_rows

from .conftest import Command, Site
from .walker import Element, read, section

CHRONIC = "indicators/ca.chronic_absenteeism.html"


@pytest.fixture(scope="module")
def project() -> Project:
    return metricspec.load()


@pytest.fixture(scope="module")
def chronic(whole: Site) -> Element:
    return read(whole.folder / CHRONIC)


def rows(table: Element) -> list[list[str]]:
    return [[cell.text for cell in row.all("th", "td")] for row in table.one("tbody").all("tr")]


def test_an_indicator_in_both_languages(chronic: Element) -> None:
    assert chronic.one("h1").text == "Chronic absenteeism" and chronic.one("h1").attributes["lang"] == "en"
    subtitle = chronic.one("p", class_="subtitle")
    assert (subtitle.text, subtitle.attributes["lang"]) == ("Ausentismo crónico", "es")


def test_who_counts_step_by_step(chronic: Element, project: Project) -> None:
    steps = next(section(chronic, "who-counts").all("ol"))
    said = [code.text for code in steps.all("code")]
    spec = project.catalog.indicators["ca.chronic_absenteeism"]
    assert said == ["attendance_stint", *spec.stints, *spec.population]


def test_what_becomes_of_several_rows(whole: Site) -> None:
    said = {
        "ca.chronic_absenteeism": "The rows of a student at each org become one.",
        "core.growth_ela": "A student's rows become one score for each school year and grade.",
        "core.sel_pct_favorable_self_management": "Each row counts as it stands; none are combined.",
    }
    for name, sentence in said.items():
        page = read(whole.folder / "indicators" / f"{name}.html")
        assert sentence in section(page, "who-counts").text
        assert ("counts once at each school" in section(page, "orgs").text) == name.startswith("ca.")


def test_the_policy_with_its_years(chronic: Element, project: Project) -> None:
    (table,) = section(chronic, "small-numbers").all("table")
    policy = project.catalog.policies["ca_dashboard"]
    assert len(rows(table)) == sum(len(part) for part in (policy.privacy, policy.report, policy.rating, policy.small))
    assert ["Rated", "15 students", "LTEL", "district", "from 2023-24", ""] in rows(table)
    assert rows(table)[0][:4] == ["Shown at all", "11 students", "all", "all"]


def test_cut_scores_and_the_grid(chronic: Element, project: Project) -> None:
    levels = project.catalog.levels["ca.chronic_absenteeism"]
    tables = list(section(chronic, "cut-scores").all("table"))
    assert [len(rows(table)) for table in tables] == [5, 3, 5, 5]
    assert rows(tables[0])[0] == ["Very Low", "up to 2.5%"] and rows(tables[0])[4] == ["Very High", "above 20.0%"]
    grid = [[cell.split()[0] for cell in row[-5:]] for row in rows(tables[3])]
    assert grid == [list(ratings) for _, ratings in levels.grids[0].rows]
    assert [row[0] for row in rows(tables[3])] == [status for status, _ in levels.grids[0].rows]


def test_worked_examples_show_what_goes_in_and_what_comes_out(chronic: Element, project: Project) -> None:
    (test,) = (t for t in project.catalog.tests if t.indicator == "ca.chronic_absenteeism")
    shown = list(section(chronic, "examples").all("details"))
    assert [e.one("summary").text for e in shown] == [" ".join(case.name.split()) for case in test.cases]
    given, expected = shown[1].all("table")
    assert rows(given)[0] == ["s1", "A", "40", "4"] and len(rows(given)) == 4
    assert rows(expected) == [["school", "A", "ALL", "2", "4"]]


def test_the_sql_is_what_compile_writes(whole: Site, project: Project) -> None:
    for name in ("ca.chronic_absenteeism", "ca.suspension_rate", "core.growth_ela"):
        page = read(whole.folder / "indicators" / f"{name}.html")
        for shown, dialect in zip(section(page, "sql").all("pre"), ("duckdb", "postgres", "snowflake"), strict=True):
            assert shown.raw.strip() == project.compile(name, dialect).strip()


def test_what_runs_in_python_says_so(whole: Site, project: Project) -> None:
    for name in ("ca.growth_ela", "core.outlier_schools", "core.similar_schools"):
        said = section(read(whole.folder / "indicators" / f"{name}.html"), "sql")
        assert "computed in Python" in said.text and not list(said.all("pre"))


def test_sources_are_dated_and_linked(whole: Site, project: Project) -> None:
    """Every source with an address is a link, wherever it stands."""
    linked = 0
    for indicator in project.catalog.indicators.values():
        source = indicator.source
        page = read(whole.folder / "indicators" / f"{indicator.id}.html")
        found = section(page, "sources")
        if source is None:
            assert "no source given" in found.text
            continue
        assert source.read is None or source.read.isoformat() in found.text
        if source.url:
            linked += 1
            assert source.url in [link.attributes["href"] for link in found.all("a")], indicator.id
    assert linked


def test_what_is_not_verified_is_flagged_first(whole: Site, project: Project) -> None:
    from metricspec.reporting.unverified import unverified_parts

    for indicator in project.catalog.indicators.values():
        page = read(whole.folder / "indicators" / f"{indicator.id}.html")
        parts = unverified_parts(indicator, project.catalog)
        warned = [e for e in page.all("p") if e.attributes.get("class") == "warning"]
        assert bool(warned) == bool(parts), indicator.id
        assert len(list(section(page, "not-verified").all("li"))) == len(parts), indicator.id


def test_pages_that_use_each_other(whole: Site) -> None:
    def led_to(path: str, id_: str) -> set[str]:
        return {link.attributes["href"] for link in section(read(whole.folder / path), id_).all("a")}

    assert "../indicators/ca.chronic_absenteeism.html" in led_to("policies/ca_dashboard.html", "used-by")
    assert "../indicators/ca.chronic_absenteeism.html" in led_to("levels/ca.chronic_absenteeism.html", "used-by")
    assert "../indicators/ca.chronic_absenteeism.html" in led_to("datasets/attendance_stint.html", "used-by")
    assert "../indicators/ca.chronic_absenteeism.html" in led_to("measure-types/rate.html", "used-by")
    assert "../indicators/ca.chronic_absenteeism.html" in led_to("frameworks/ca_dashboard.html", "indicators")


def test_an_own_indicator_stands_under_its_project(tmp_path: Path, command: Command) -> None:
    """Whatever its id begins with; one whose id begins with an authority that ships stands there."""
    (tmp_path / "specs").mkdir()
    (tmp_path / "metricspec.yaml").write_text("metricspec: 1\nproject: lakeside\nspecs: [specs]\n", encoding="utf-8")
    made = VERSION.format(version="1.0.0", status="active", more="", first="2016-17", days=9)
    for name in ("plain_name", "ours.absent", "ca.of_ours"):
        (tmp_path / "specs" / f"{name}.yaml").write_text(made.replace("ours.absent", name), encoding="utf-8")
    names = ("plain_name", "ours.absent", "ca.of_ours", "attendance_rate")
    code, _, err = command("docs", *names, "--project", tmp_path, "--out", tmp_path / "site", "--dialects", "duckdb")
    assert code == 0, err
    found = section(read(tmp_path / "site" / "index.html"), "by-authority")
    own, shared, ca = "This project's own (lakeside)", "Shared building blocks", "California School Dashboard"
    said = found.text
    at = {word: said.index(word) for word in (own, shared, ca, *names)}
    assert sorted(at, key=lambda word: at[word]) in (
        [ca, "ca.of_ours", shared, "attendance_rate", own, "ours.absent", "plain_name"],
        [ca, "ca.of_ours", shared, "attendance_rate", own, "plain_name", "ours.absent"],
    )


def test_a_title_that_is_the_same_in_two_languages_stands_once() -> None:
    found = str(titles((("en", "DataQuest"), ("es", "DataQuest"), ("zh", "Other"))))
    assert found.count("DataQuest") == 1 and 'lang="en"' in found and "Other" in found


HOSTILE = """metricspec: 1
indicator: ours.bad
version: "1.0.0"
title: {en: '<script>alert(1)</script> & "more" `code', es: '</p><img src=x onerror=alert(2)>'}
description: "[a link](javascript:alert(3)) and **bold** {#id .class}"
note: "<b>bold</b> [x](http://example.org)"
source: {publisher: '<i>', document: 'D', url: 'javascript:alert(4)', read: 2026-11-22, note: '*x*'}
students: attendance_stint
population: ["grade < '05' or grade = '12'"]
measure: {type: rate, numerator: "days_absent < 5 and grade <> 'KN'"}
orgs: plain
groups: all_students
policy: sqii
"""


def test_whatever_a_spec_says_stays_words(tmp_path: Path, command: Command) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "metricspec.yaml").write_text("metricspec: 1\nproject: p\nspecs: [specs]\n", encoding="utf-8")
    (tmp_path / "specs" / "bad.yaml").write_text(HOSTILE, encoding="utf-8")
    code, _, err = command(
        "docs", "ours.bad", "--project", tmp_path, "--out", tmp_path / "site", "--name", "<script>alert(0)</script>"
    )
    assert code == 0, err
    page = read(tmp_path / "site" / "indicators" / "ours.bad.html")
    assert page.one("h1").text == '<script>alert(1)</script> & "more" `code'
    assert "days_absent < 5 and grade <> 'KN'" in section(page, "how").text
    assert "[a link](javascript:alert(3)) and **bold** {#id .class}" in page.one("main").text
    for path in (tmp_path / "site").rglob("*.html"):
        for element in read(path).all():
            assert not any(name.startswith("on") for name in element.attributes), element
            assert not element.attributes.get("href", "").startswith("javascript:")
            if element.name == "script":
                assert "alert(" not in element.raw
        assert not list(read(path).one("main").all("img", "script", "b"))


def test_history_is_shown_and_not_checked(project: Project) -> None:
    entry = SimpleNamespace(
        version="2.0.0", date="2026-01-05", revision="0123456789abcdef", changes=("The `rule` changed.",)
    )
    chosen = ("ca.chronic_absenteeism",)

    def page(history: dict[str, list[SimpleNamespace]]) -> Page:
        found = pages(Catalogue(project, (), chosen, history), "x")
        return next(one for one in found if one.path == CHRONIC)

    without, with_it = page({}), page({"ca.chronic_absenteeism": [entry]})
    (shown,) = (one for one in with_it.sections if one.id == "history")
    assert "<code>rule</code>" in shown.body and "2026-01-05" in shown.body and "0123456789" in shown.body
    assert "## History" not in without.markdown() and without.digest() == with_it.digest()


VERSION = """metricspec: 1
indicator: ours.absent
version: "{version}"
status: {status}
{more}title: Often absent
effective: {{from: {first}}}
students: attendance_stint
measure: {{type: rate, numerator: days_absent >= {days}}}
orgs: plain
groups: all_students
policy: sqii
"""


def test_each_of_several_versions_has_a_page(tmp_path: Path, command: Command) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "metricspec.yaml").write_text("metricspec: 1\nproject: p\nspecs: [specs]\n", encoding="utf-8")
    old = VERSION.format(
        version="1.2.0", status="deprecated", more="deprecated: {since: 2026-01-05}\n", first="2016-17", days=9
    )
    new = VERSION.format(version="2.0.0", status="active", more="", first="2023-24", days=5)
    (tmp_path / "specs" / "one.yaml").write_text(old, encoding="utf-8")
    (tmp_path / "specs" / "two.yaml").write_text(new, encoding="utf-8")
    code, _, err = command(
        "docs", "ours.absent", "--project", tmp_path, "--out", tmp_path / "site", "--dialects", "duckdb"
    )
    assert code == 0, err
    newest = read(tmp_path / "site" / "indicators" / "ours.absent.html")
    older = read(tmp_path / "site" / "indicators" / "ours.absent-v1.html")
    assert "days_absent >= 5" in section(newest, "how").text and "days_absent >= 9" in section(older, "how").text
    warned = [e.text for e in older.all("p") if e.attributes.get("class") == "warning"]
    assert "deprecated since 2026-01-05" in warned[0]
    for page in (newest, older):
        led = {link.attributes["href"] for link in section(page, "version").all("a")}
        assert led == {"../indicators/ours.absent-v1.html", "../indicators/ours.absent.html"}
        assert "from 2016-17 to 2022-23; from 2023-24 on version 2.0.0" in section(page, "version").text
    summary = next(e for e in older.all("dl") if "In force" in e.text)
    assert "from 2016-17 to 2022-23; from 2023-24 on version 2.0.0" in summary.text


def test_only_what_is_chosen_and_what_it_needs(project: Project) -> None:
    found = Catalogue(project, (), ("core.status_by_growth_ela",))
    assert set(found.indicators) == {"core.status_by_growth_ela", "core.growth_ela", "pct_met_or_exceeded_ela"}
    assert found.ids["frameworks"] == () and set(found.ids["policies"]) < set(project.catalog.policies)
    assert found.path("levels", "ca.ela") is None


def test_mathematics_holds_nothing_else() -> None:
    made = mathml(r"\href{javascript:alert(1)}{x} \text{<script> & y}").replace("\xa0", " ")
    assert "javascript" not in made and "&lt;script&gt; &amp; y" in made


def test_rows_that_differ_in_the_student_only_are_one() -> None:
    given = [{"person": f"s{at}", "score": at % 2} for at in range(6)]
    assert folded_rows(given, "person") == [
        {"person": "s0 ... s4 (3 rows)", "score": 0},
        {"person": "s1 ... s5 (3 rows)", "score": 1},
    ]
    assert folded_rows(given, None) == given
