"""Every command that the site shows works in a demo project."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

import metricspec

from .conftest import Command, Site
from .walker import read


def commands(site: Site) -> dict[tuple[str, ...], list[list[str]]]:
    """The commands of all pages by shape: the words without the ids."""
    known = {*metricspec.load().catalog.indicators, *metricspec.load().catalog.frameworks}
    found: dict[tuple[str, ...], list[list[str]]] = defaultdict(list)
    for path in site.pages:
        for element in read(path).all("code"):
            if element.attributes.get("class") == "command":
                first, *words = element.text.split()
                assert first == "metricspec", element.text
                found[tuple("ID" if word in known else word for word in words)].append(words)
    return found


def test_nothing_that_looks_like_a_command_escapes(whole: Site) -> None:
    for path in whole.pages:
        for element in read(path).one("main").all("code", "pre"):
            if re.match(r"(\$ )?metricspec [a-z]", element.text):
                assert element.attributes.get("class") == "command" or element.text == "metricspec run", element.text


def test_each_command_runs(whole: Site, network: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of each shape, of different indicators. (The SQL of every indicator was compiled for the site.)"""
    monkeypatch.chdir(network)
    found = commands(whole)
    assert {shape[0] for shape in found} == {"show", "test", "run", "compile"}
    ids = metricspec.load().catalog.indicators
    assert len(found["show", "ID"]) == len(ids) + 3  # and the frameworks
    runnable = {words[1] for words in found["run", "ID"]}
    assert {"ca.chronic_absenteeism", "core.growth_ela"} <= runnable
    assert not any(name.startswith("ca.published.") for name in runnable)
    for shape, all_words in found.items():
        for words in (all_words[0], all_words[-1]) if shape[0] != "run" else all_words[:1]:
            code, out, err = command(*words)
            assert code == 0 and out, (words, err)


def test_what_is_said_to_run_reads_what_the_demo_has(whole: Site) -> None:
    """So that any of them could be run, not only the one that is."""
    project = metricspec.load()
    demo = set(project.catalog.bindings["demo"].datasets)
    runnable = {words[1] for words in commands(whole)["run", "ID"]}
    assert runnable == {i.id for i in project.catalog.indicators.values() if project.datasets(i) <= demo}
