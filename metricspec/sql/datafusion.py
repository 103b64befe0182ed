"""DataFusion's dialect, which sqlglot does not bring: DuckDB's, with whole numbers divided to whole numbers."""

from __future__ import annotations

from sqlglot.dialects.duckdb import DuckDB as _DuckDB


class DataFusion(_DuckDB):
    """Importing this module makes the dialect known to sqlglot by the name `datafusion`."""

    TYPED_DIVISION = True
    SAFE_DIVISION = False
