"""The growth measure: regression of scores on earlier scores in SQL, and what each school adds to what is expected."""

from metricspec.measures.growth.measure import Growth, residual_stages
from metricspec.measures.growth.spec import GrowthSpec, Prior
from metricspec.measures.growth.terms import term_names

__all__ = ["Growth", "GrowthSpec", "Prior", "residual_stages", "term_names"]
