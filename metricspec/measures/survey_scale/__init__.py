"""The survey_scale measure: what people answered to the items of a survey, as one number for each org."""

from metricspec.measures.survey_scale.credit import Item, Parameters
from metricspec.measures.survey_scale.measure import SurveyScale
from metricspec.measures.survey_scale.spec import SurveyScaleSpec

__all__ = ["Item", "Parameters", "SurveyScale", "SurveyScaleSpec"]
