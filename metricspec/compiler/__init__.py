"""From a catalogue to a plan of stages: bind, combine, measure, then the tail that all indicators share."""

from metricspec.compiler.plan import Compiler

__all__ = ["Compiler"]
