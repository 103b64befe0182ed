"""The measure types that metricspec ships."""

from metricspec.measures.cohort_rate import CohortRate
from metricspec.measures.count import Count
from metricspec.measures.disparity import Disparity
from metricspec.measures.distribution import Distribution
from metricspec.measures.eblp import Eblp
from metricspec.measures.events import EventsPer100
from metricspec.measures.gap import Gap
from metricspec.measures.growth import Growth
from metricspec.measures.lowest_group import LowestGroup
from metricspec.measures.mean import Mean
from metricspec.measures.outlier import Outlier
from metricspec.measures.progress import Progress
from metricspec.measures.published import Published
from metricspec.measures.quadrants import Quadrants
from metricspec.measures.rate import Rate
from metricspec.measures.ratio import Ratio
from metricspec.measures.similar_schools import SimilarSchools
from metricspec.measures.survey_scale import SurveyScale

__all__ = [
    "CohortRate",
    "Count",
    "Disparity",
    "Distribution",
    "Eblp",
    "EventsPer100",
    "Gap",
    "Growth",
    "LowestGroup",
    "Mean",
    "Outlier",
    "Progress",
    "Published",
    "Quadrants",
    "Rate",
    "Ratio",
    "SimilarSchools",
    "SurveyScale",
]
