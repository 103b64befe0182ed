"""What metricspec ships, offered through the same hooks as any plugin."""

from __future__ import annotations

from pathlib import Path

from metricspec.hookspecs import hookimpl
from metricspec.measure import MeasureType
from metricspec.offers import WarehouseType


@hookimpl
def metricspec_measure_types() -> list[MeasureType]:
    from metricspec.measures import (
        CohortRate,
        Count,
        Disparity,
        Distribution,
        Eblp,
        EventsPer100,
        Gap,
        Growth,
        LowestGroup,
        Mean,
        Outlier,
        Progress,
        Published,
        Quadrants,
        Rate,
        Ratio,
        SimilarSchools,
        SurveyScale,
    )

    counts: list[MeasureType] = [Rate(), Ratio(), Mean(), Count(), EventsPer100(), Distribution()]
    cohorts: list[MeasureType] = [Progress(), CohortRate()]
    others: list[MeasureType] = [Quadrants(), Gap(), Disparity(), LowestGroup(), Outlier(), SimilarSchools()]
    return [*counts, *cohorts, Published(), *others, Growth(), Eblp(), SurveyScale()]


@hookimpl
def metricspec_spec_folders() -> list[Path]:
    """The shipped catalogue: inside the package once installed, beside it in a checkout."""
    here = Path(__file__).resolve().parent
    return [folder for folder in (here / "specs", here.parent / "specs") if folder.is_dir()][:1]


@hookimpl
def metricspec_warehouses() -> list[WarehouseType]:
    from metricspec.warehouses.connect import BUILT_IN

    return list(BUILT_IN)
