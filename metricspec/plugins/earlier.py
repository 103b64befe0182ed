"""Plugins written for version 1 of the hooks: what their measure types lack is put beside what they have."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from metricspec.measure import Estimate


def adapted(measure: Any) -> Any:
    """A measure of sums with `estimate(spec)` as one with `estimates(spec)`; anything else as it is.

    It is a copy of a class derived from its own, so that its docstring, its optional members and its state stay.
    """
    if isinstance(measure, type) or not hasattr(measure, "estimate") or hasattr(measure, "estimates"):
        return measure

    def estimates(self: Any, spec: Any) -> Sequence[Estimate]:
        return (self.estimate(spec),)

    kind = type(measure)
    about = {"estimates": estimates, "__doc__": kind.__doc__, "__module__": kind.__module__, "__slots__": ()}
    found = copy.copy(measure)
    object.__setattr__(found, "__class__", type(kind.__name__, (kind,), about))
    return found
