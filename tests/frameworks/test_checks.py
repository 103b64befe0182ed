"""What the files of bad inputs cannot hold: mistakes in the shipped frameworks themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

import metricspec
from metricspec.model.framework import Framework
from metricspec.problems import UsageError
from metricspec.reading.load import load
from metricspec.registry import load_registry

REGISTRY = load_registry()
SHIPPED = REGISTRY.spec_folders[0] / "frameworks"


def changed(tmp_path: Path, file: str, old: str, new: str) -> list[tuple[str, str, str]]:
    text = (SHIPPED / file).read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new, 1).replace("\nframework: ", "\nframework: other.", 1)
    (tmp_path / file).write_text(text, encoding="utf-8")
    found = load([*REGISTRY.spec_folders, tmp_path], REGISTRY).problems
    return [(p.code, p.message, p.hint) for p in found if p.place.file.startswith(str(tmp_path))]


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "words"),
    [
        ("ca-dashboard.yaml", "found: [not_met_two_years]", "found: [not_met_2_years]", "MS202", "no finding 'not_met_2_years'"),
        ("ca-dashboard.yaml", "math: [Red, Orange]", "math: [Red, Amber]", "MS202", "no rating 'Amber'"),
        ("ca-dashboard.yaml", "SWD, FOS, HOM]", "SWD, FOS, HOME]", "MS202", "no student group 'HOME'"),
        ("ca-dashboard.yaml", "ratings: {Very High: Red}", "ratings: {Very high: Red}", "MS202", "no status 'Very high'"),
        ("ca-dashboard.yaml", "at_least: 2", "at_least: 20", "MS107", "20 criteria cannot be met where 10 are named"),
        ("ca-dashboard.yaml", "groups: [LTEL]", "groups: [LTL]", "MS202", "no student group 'LTL'"),
        ("core-sqii.yaml", "group: SED", "group: SDE", "MS202", "no student group 'SDE'"),
        ("core-sqii.yaml", "FI, LX, PI, WH, TWO", "FI, LX, PI, WH, TOW", "MS202", "no student group 'TOW'"),
        ("core-sqii.yaml", "levels: 10", "levels: 9", "MS110", "has no index levels from 1 to 9"),
        ("core-sqii.yaml", "hs_readiness: 1", "hs_readyness: 1", "MS202", "no indicator 'hs_readyness'"),
        ("core-sqii.yaml", "{from: 80, below: 90}", "{from: 81, below: 90}", "MS406", "no band holds 80"),
        ("essa.yaml", "how_many: majority", "how_many: 0", "MS105", "'0' is not allowed here"),
        ("essa.yaml", "criteria: [low_graduation]", "criteria: [low_gradation]", "MS202", "no criterion 'low_gradation'"),
        ("essa.yaml", "of: [ca.graduation_rate", "of: [ca.graduation", "MS201", "no indicator 'ca.graduation'"),
        ("essa.yaml", "{title_i: true}", "{title_1: true}", "MS102", "unknown key 'title_1'"),
    ],
)  # fmt: skip
def test_one_mistake(tmp_path: Path, file: str, old: str, new: str, code: str, words: str) -> None:
    found = changed(tmp_path, file, old, new)
    assert found and {each[0] for each in found} == {code}
    assert all(words in each[1] for each in found)
    assert all(each[2] for each in found)


def test_a_framework_with_a_broken_indicator_is_left_out(tmp_path: Path) -> None:
    text = (SHIPPED / "essa.yaml").read_text(encoding="utf-8")
    text = text.replace("framework: essa", "framework: other").replace("ca.elpi, ca.published.elpi", "ours.elpi")
    (tmp_path / "other.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "elpi.yaml").write_text("metricspec: 1\nindicator: ours.elpi\nversion: 1.0\n", encoding="utf-8")
    catalog = load([*REGISTRY.spec_folders, tmp_path], REGISTRY).catalog
    assert "essa" in catalog.frameworks and "other" not in catalog.frameworks


def test_every_shipped_framework_names_its_source_and_both_languages() -> None:
    for one in metricspec.load().catalog.frameworks.values():
        assert one.source is not None and one.source.read is not None
        titled = (one, *one.inputs, *one.criteria, *one.designations, *(d for i in one.indexes for d in i.domains))
        assert all({"en", "es"} <= {language for language, _ in each.title.by_language} for each in titled)


def test_an_id_may_have_a_dash_and_an_unknown_one_is_named() -> None:
    project = metricspec.load()
    assert isinstance(project.framework_spec("core-sqii"), Framework)
    with pytest.raises(UsageError, match="did you mean 'ca_dashboard'"):
        project.framework_spec("ca-dashbord")
