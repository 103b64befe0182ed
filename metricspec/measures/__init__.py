"""The measure types that metricspec ships."""

from metricspec.measures.eblp import Eblp
from metricspec.measures.growth import Growth
from metricspec.measures.mean import Mean
from metricspec.measures.published import Published
from metricspec.measures.quadrants import Quadrants
from metricspec.measures.rate import Rate
from metricspec.measures.ratio import Ratio

__all__ = ["Eblp", "Growth", "Mean", "Published", "Quadrants", "Rate", "Ratio"]
