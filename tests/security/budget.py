"""How much the fuzz tests try: little in the default run, much with METRICSPEC_FUZZ=large."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

TIMES = 20 if os.environ.get("METRICSPEC_FUZZ") == "large" else 1


def tries(examples: int) -> Callable[[Any], Any]:
    """The same examples in every run; many more of them where that is asked for."""
    checks = [
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ]
    return settings(
        max_examples=examples * TIMES, deadline=None, derandomize=True, database=None, suppress_health_check=checks
    )
