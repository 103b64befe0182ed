"""Small databases in the published layouts of source systems, as statements that DuckDB and PostgreSQL take."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def statements(*layouts: str) -> list[str]:
    text = "\n".join((FOLDER / f"{name}.sql").read_text(encoding="utf-8") for name in layouts)
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    return [one for one in "\n".join(lines).split(";\n") if one.strip()]
