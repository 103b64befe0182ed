"""`metricspec docs --check`: which pages of a site are not what the specs say now."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from metricspec.problems import UsageError
from metricspec.registry import load_registry
from metricspec.running.loading import load
from metricspec.site.catalogue import Catalogue
from metricspec.site.manifest import manifest_of, read_manifest, stale
from metricspec.site.pages import pages
from tests.conftest import REPOSITORY

from .conftest import Command, Site
from .walker import read

POLICY = """metricspec: 1
policy: ours
title: Ours
privacy:
  - n: {n}
"""
INDICATOR = """metricspec: 1
indicator: ours.absent
version: "1.0.0"
title: {title}
better: lower
students: attendance_stint
population: [days_expected >= 31]
measure: {{type: rate, numerator: 10 * days_absent >= days_expected}}
orgs: plain
groups: all_students
policy: ours
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "ours"
    (folder / "specs").mkdir(parents=True)
    (folder / "metricspec.yaml").write_text("metricspec: 1\nproject: ours\nspecs: [specs]\n", encoding="utf-8")
    write(folder)
    return folder


def write(project: Path, n: int = 11, title: str = "Often absent") -> None:
    (project / "specs" / "policy.yaml").write_text(POLICY.format(n=n), encoding="utf-8")
    (project / "specs" / "absent.yaml").write_text(INDICATOR.format(title=title), encoding="utf-8")


@pytest.mark.slow
def test_an_edit_of_the_catalogue_names_the_pages_that_show_it(whole: Site, tmp_path: Path) -> None:
    """All others are found current. Where a title changes, that is every page that links to the indicator, by what was
    built; where a minimum does, the policy's page and those of its indicators."""
    specs = tmp_path / "specs"
    shutil.copytree(REPOSITORY / "specs", specs)
    edit(specs / "indicators/nyc/published-chronic-absenteeism.yaml", "\n  en: ", "\n  en: Edited ")
    edit(specs / "policies/edfacts.yaml", "  - n: ", "  - n: 1")
    registry = replace(load_registry(), spec_folders=(specs,))
    was = read_manifest(whole.folder)
    catalogue = Catalogue(load(registry=registry), was.dialects)
    now = manifest_of(pages(catalogue, was.name), {}, was.name, was.dialects, ())
    found = stale(whole.folder, was, now)

    titled = "indicators/nyc.published.chronic_absenteeism.html"
    expected = {titled, *linking_to(whole, titled), "policies/edfacts.html"}
    expected |= {f"indicators/{i.id}.html" for i in catalogue.indicators.values() if i.policy == "edfacts"}
    assert set(found) == {f"{path}: changed" for path in expected}
    assert len(expected) < len(whole.pages) / 2


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def linking_to(site: Site, target: str) -> set[str]:
    wanted = site.folder / target
    return {
        str(path.relative_to(site.folder))
        for path in site.pages
        for link in read(path).one("main").all("a")
        if (path.parent / urlsplit(link.attributes["href"]).path).resolve() == wanted and path != wanted
    }


def test_from_building_to_stale_and_back(project: Path, tmp_path: Path, command: Command) -> None:
    site = tmp_path / "site"
    build = (
        "docs",
        "ours.absent",
        "--project",
        project,
        "--out",
        site,
        "--dialects",
        "duckdb,sqlite",
        "--name",
        "Ours",
    )
    check = ("docs", "--check", "--project", project, "--out", site)
    assert command(*build)[0] == 0
    code, out, _ = command(*check)
    assert code == 0 and "pages are current" in out

    write(project, n=20)
    code, out, err = command(*check)
    assert code == 1
    assert out.splitlines() == ["indicators/ours.absent.html: changed", "policies/ours.html: changed"]
    assert f"metricspec docs ours.absent --out {site} --dialects duckdb,sqlite --name Ours builds it again" in err
    assert command(*build)[0] == 0 and command(*check)[0] == 0

    page = site / "policies" / "ours.html"
    page.write_text(page.read_text(encoding="utf-8").replace("20", "5"), encoding="utf-8")
    (site / "reading.html").unlink()
    assert command(*check)[1].splitlines() == [
        "policies/ours.html: the file was changed by hand",
        "reading.html: the file is gone",
    ]


def test_another_version_of_metricspec_or_another_look_is_stale(
    project: Path, tmp_path: Path, command: Command
) -> None:
    site = tmp_path / "site"
    command("docs", "ours.absent", "--project", project, "--out", site, "--dialects", "duckdb")
    was = read_manifest(site)
    assert stale(site, replace(was, metricspec="0.0.1"), was) == [
        f"the site was built by metricspec 0.0.1; this is {was.metricspec}"
    ]
    assert stale(site, replace(was, look="another"), was) == ["the look of the site has changed"]
    more = replace(was, pages={**was.pages, "new.html": "1"})
    assert stale(site, was, more) == ["new.html: missing"]
    assert stale(site, more, was) == ["new.html: no longer there"]


def test_the_same_specs_give_the_same_bytes(
    project: Path, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On another day, in another place, over another site."""
    files = []
    for zone, folder in (("UTC", "one"), ("Pacific/Auckland", "two"), ("UTC", "one")):
        monkeypatch.setenv("TZ", zone)
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400" if zone == "UTC" else "1700000000")
        out = tmp_path / folder / "site"
        assert command("docs", "ours.absent", "--project", project, "--out", out, "--dialects", "duckdb")[0] == 0
        files.append({str(f.relative_to(out)): f.read_bytes() for f in sorted(out.rglob("*")) if f.is_file()})
    assert files[0] == files[1] == files[2]
    assert not any(str(tmp_path).encode() in content for content in files[0].values())


def test_what_lies_in_the_way_is_not_overwritten(project: Path, tmp_path: Path, command: Command) -> None:
    mine, site = tmp_path / "mine", tmp_path / "site"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work", encoding="utf-8")
    code, _, err = command("docs", "ours.absent", "--project", project, "--out", mine)
    assert code == 2 and "not empty" in err and [f.name for f in mine.iterdir()] == ["thesis.txt"]
    command("export", "views", "ours.absent", "--project", project, "--out", tmp_path / "views")
    code, _, err = command("docs", "ours.absent", "--project", project, "--out", tmp_path / "views")
    assert code == 2 and "'metricspec export' wrote this folder" in err
    for _ in range(2):
        assert command("docs", "ours.absent", "--project", project, "--out", site, "--dialects", "duckdb")[0] == 0
        (site / "CNAME").write_text("indicators.example.org", encoding="utf-8")
    assert (site / "CNAME").is_file()  # what the host wants beside the pages stays


def test_wrong_calls(project: Path, tmp_path: Path, command: Command) -> None:
    code, _, err = command("docs", "--check", "--project", project, "--out", tmp_path / "none")
    assert code == 2 and "is no site of metricspec" in err
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be read"):
        read_manifest(tmp_path / "broken")
    code, _, err = command("docs", "ours.abset", "--project", project, "--out", tmp_path / "site")
    assert code == 2 and "ours.absent" in err
    code, _, err = command("docs", "--dialects", "duckbd", "--project", project, "--out", tmp_path / "site")
    assert code == 2 and "unknown dialect 'duckbd'" in err
    assert not (tmp_path / "site").exists()


def test_without_mkdocs_it_says_what_to_install(
    project: Path, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "mkdocs" else real(name))
    code, _, err = command("docs", "--project", project, "--out", tmp_path / "site")
    assert code == 2 and "pip install 'metricspec-edu[site]'" in err and not (tmp_path / "site").exists()
