"""A plugin's code at its work: what it raises names its package, and no traceback reaches a person."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from metricspec.plugins.importing import raised
from metricspec.problems import Problem, SpecError, UsageError
from metricspec.warehouses.messages import without_secrets

US = "metricspec"
OURS = (SpecError, UsageError, BrokenPipeError, KeyboardInterrupt, GeneratorExit)


@contextmanager
def blaming(package: str, what: str, *, url: str = "", passing: tuple[type[BaseException], ...] = ()) -> Iterator[None]:
    """Whatever the code of a plugin raises inside becomes MS715, without the secrets of `url`, except what is `passing`.

    What metricspec itself raises stays as it is, and with METRICSPEC_DEBUG everything does.
    """
    through: tuple[type[BaseException], ...] = (*OURS, *passing)
    try:
        yield
    except through:
        raise
    except BaseException as error:
        if package == US or os.environ.get("METRICSPEC_DEBUG"):
            raise
        message = f"{what} of the plugin {package} failed: {without_secrets(raised(error), url)}"
        hint = f"tell the authors of {package}; METRICSPEC_DEBUG=1 shows where it happened"
        raise SpecError([Problem("MS715", message, hint=hint)]) from None
