"""A dbt project: sources from the binding, steps kept apart from results, one model for each indicator."""

from metricspec.exports.dbt.project import DbtOptions, dbt_project

__all__ = ["DbtOptions", "dbt_project"]
