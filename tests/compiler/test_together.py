"""An indicator has the same results whether it runs alone (one statement) or with others (shared stages)."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

import metricspec
from metricspec.running.project import Project
from metricspec.sql.stage import Stage


def test_alone_and_together(network: Path) -> None:
    project = metricspec.load(network)
    together = project.run()
    names = sorted(set(together["indicator"]))
    assert len(names) >= 16
    for name in names:
        ours = together[together["indicator"] == name].reset_index(drop=True)
        alone = project.run(name)
        pd.testing.assert_frame_equal(ours, alone, check_exact=False, rtol=1e-12, check_dtype=False, obj=name)


def test_one_year_is_a_part_of_all(network: Path) -> None:
    project = metricspec.load(network)
    names = ("ca.chronic_absenteeism", "ca.suspension_rate", "ca.ela_dfs")
    all_years = project.run(*names)
    one = project.run(*names, year="2023-24")
    part = all_years[all_years["school_year"] == "2023-24"].reset_index(drop=True)
    assert len(one) > 100
    pd.testing.assert_frame_equal(part, one, check_exact=False, rtol=1e-12, check_dtype=False)


def test_each_fact_table_is_read_once(tables: Project, computed: list[str]) -> None:
    """A table is named in one stage; where several stages build on that, it is kept and not read again."""
    plan = tables.compiler().plan(computed)
    texts = [stage.template.text for stage in plan.stages if isinstance(stage, Stage)]
    assert len(plan.reads) >= 8
    for dataset in plan.reads:
        named = [text for text in texts if re.search(rf"FROM {dataset} AS physical\b", text)]
        assert len(named) == 1, dataset
        (bound,) = (s for s in plan.stages if isinstance(s, Stage) and s.name == f"bound_{dataset}")
        readers = [text for text in texts if re.search(rf"\bbound_{dataset}\b", text)]
        own = dataset == "org"  # a few rows, looked up from several stages
        assert bound.stored or own or len(readers) == 1, f"{dataset} is read {len(readers)} times"
