"""The page that compares growth models: what controlling for peers changes."""

from metricspec.reporting.growth_compare.drawing import ready
from metricspec.reporting.growth_compare.page import page
from metricspec.reporting.growth_compare.summary import print_comparison

__all__ = ["page", "print_comparison", "ready"]
