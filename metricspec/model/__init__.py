"""The nouns of metricspec: frozen values, standard library only. What each means is in docs/reference/language."""

from metricspec.model.catalog import Catalog, NamedPlugin, Project
from metricspec.model.data import Binding, BoundColumn, BoundDataset, Codes, Column, ColumnType, Dataset, Lookup, Rollup
from metricspec.model.framework import Framework
from metricspec.model.indicator import Compare, Deprecated, Fact, Indicator, IndicatorTest, TestCase
from metricspec.model.rules import (
    Band,
    BandSet,
    Grid,
    Group,
    GroupSet,
    LevelTable,
    Membership,
    OrgLevel,
    OrgSet,
    Override,
    Policy,
    Threshold,
)
from metricspec.model.words import NOTHING, Dated, Scalar, Source, Text, Years

__all__ = [
    "NOTHING",
    "Band",
    "BandSet",
    "Binding",
    "BoundColumn",
    "BoundDataset",
    "Catalog",
    "Codes",
    "Column",
    "ColumnType",
    "Compare",
    "Dataset",
    "Dated",
    "Deprecated",
    "Fact",
    "Framework",
    "Grid",
    "Group",
    "GroupSet",
    "Indicator",
    "IndicatorTest",
    "LevelTable",
    "Lookup",
    "Membership",
    "NamedPlugin",
    "OrgLevel",
    "OrgSet",
    "Override",
    "Policy",
    "Project",
    "Rollup",
    "Scalar",
    "Source",
    "TestCase",
    "Text",
    "Threshold",
    "Years",
]
