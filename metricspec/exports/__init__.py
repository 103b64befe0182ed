"""What engineers deploy: indicators as the files of other tools.

Each exporter is one function `(project, ids, options)` that gives the files as text by their relative path. It writes
nothing and reads no data; `metricspec.reporting.folders` writes what it gives, whole or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping

Files = Mapping[str, str]
"""Texts by their path in the folder that they are written to."""
