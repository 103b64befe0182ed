"""The exporters that ship, offered through the same hook as any plugin's; each is imported when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from metricspec.hookspecs import hookimpl
from metricspec.offers import ExportCall, Exporter, ExportOption

if TYPE_CHECKING:
    from metricspec.running.project import Project

DIALECT = ExportOption("dialect", "Any dialect that sqlglot knows.", "duckdb")


def _dbt(project: Project, call: ExportCall) -> Mapping[str, str]:
    from metricspec.exports.dbt import DbtOptions, dbt_project

    return dbt_project(project, call.indicators, DbtOptions(call.text("dialect"), call.text("name")))


def _views(project: Project, call: ExportCall) -> Mapping[str, str]:
    from metricspec.exports.views import ViewOptions, views

    return views(project, call.indicators, ViewOptions(call.text("dialect"), call.text("schema")))


def _ossie(project: Project, call: ExportCall) -> Mapping[str, str]:
    from metricspec.exports.ossie import OssieOptions, ossie

    options = OssieOptions(call.text("name"), call.options["result"], json=call.suffix == ".json")
    return ossie(project, call.indicators, options)


@hookimpl
def metricspec_exporters() -> list[Exporter]:
    return [
        Exporter(
            "dbt",
            "Write a dbt project: one model for each indicator, its shared steps, sources, descriptions and tests.",
            _dbt,
            (DIALECT, ExportOption("name", "The name of the dbt project.", "metricspec")),
        ),
        Exporter(
            "views",
            "Write CREATE VIEW scripts: one view of released numbers for each indicator.",
            _views,
            (DIALECT, ExportOption("schema", "The schema to make the views in. Default: where the script is run.")),
            suffixes=(".sql",),
        ),
        Exporter(
            "ossie",
            "Write a semantic model of datasets and indicators for other tools, as Apache Ossie (incubating) describes one.",
            _ossie,
            (
                ExportOption("name", "The name of the semantic model.", "metricspec"),
                ExportOption(
                    "result",
                    "The table or view that holds the released results. Default: what export dbt makes of this --name.",
                    metavar="TABLE",
                ),
            ),
            suffixes=(".yaml", ".yml", ".json"),
            folder=False,
            python=True,
        ),
    ]
