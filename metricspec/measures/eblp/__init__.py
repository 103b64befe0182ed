"""Growth by residual gains and empirical best linear prediction: California's model."""

from metricspec.measures.eblp.measure import Eblp

__all__ = ["Eblp"]
