"""Every test that lies beside a shipped spec, each indicator a case of its own."""

from functools import cache

import pytest

from metricspec.model import IndicatorTest
from metricspec.running.project import Project
from metricspec.testing.report import case_text
from metricspec.testing.runner import Runner


@cache
def shipped() -> Project:
    """The shipped catalogue alone, whatever folder pytest runs in."""
    from metricspec.reading.load import load as read
    from metricspec.registry import load_registry

    registry = load_registry()
    found = read(registry.spec_folders, registry)
    return Project(found.catalog, registry, found.expressions, registry.spec_folders[0], None, found.problems)


def test_the_shipped_specs_have_no_problems() -> None:
    assert [str(problem) for problem in shipped().problems if problem.severity == "error"] == []


@pytest.mark.parametrize("test", shipped().catalog.tests, ids=lambda test: test.indicator)
def test_shipped_spec(test: IndicatorTest) -> None:
    project = shipped()
    results = list(Runner(project.catalog, project.registry, project.expressions).run([test]))
    assert len(results) == len(test.cases)
    assert not [r for r in results if not r.passed], "\n".join(case_text(r) for r in results if not r.passed)


def test_every_active_indicator_has_a_test() -> None:
    catalog = shipped().catalog
    tested = {test.indicator for test in catalog.tests}
    assert [i.id for i in catalog.indicators.values() if i.status == "active" and i.id not in tested] == []
