"""An indicator has the same results whether it runs alone (one statement) or with others (shared stages)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import metricspec


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
