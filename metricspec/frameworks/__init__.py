"""Frameworks computed from a Result: what is hidden there is unknown here."""

from metricspec.frameworks.compose import FRAME, compose
from metricspec.frameworks.given import Given

__all__ = ["FRAME", "Given", "compose"]
