"""The page of conformance, made from the suite's own lists: `python -m tests.engines.page`."""

from __future__ import annotations

from pathlib import Path

from metricspec.compiler import Compiler
from metricspec.docsgen.markdown import table
from metricspec.sql.stage import Computation

from .comparing import NOTHING, RELATIVE
from .data import registry, runnable, shipped
from .engines import ENGINES, HOLES, USUAL, Engine

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "conformance.md"
INTRO = f"""# Conformance

The tests run every measure type on every engine below, over the same tables, and compare the whole Result with
DuckDB's: texts, empty cells, counts and published numbers exactly, other numbers to {RELATIVE:g} of
their size (below {NOTHING:g} all are nothing), and the counts of
what was missing or did not match. DuckDB's numbers are held against SQL and Python written by hand elsewhere in the
tests. A further test gives each engine a table of texts: what is no number is nothing on all of them, and ids that
differ in a letter's case, an accent or a last space stay apart.

This page is made from the lists of that suite by `python -m tests.engines.page`. Change the lists, not the page."""


def conformance_page() -> str:
    kinds = sorted(registry().measure_types)
    held = [engine for engine in ENGINES if engine is not USUAL]
    engines = table(
        ("Engine", "Version", "How it is run", "Indicators", "pytest marker"),
        [(e.title, e.tested, e.how, "all" if e.all_indicators else "one of each type", _marker(e)) for e in ENGINES],
    )
    rows = [(f"`{kind}`", *(_cell(engine, kind) for engine in held)) for kind in kinds]
    parts = [INTRO, "## Engines", engines, "## Measure types", FORMS]
    parts += [table(("Measure type", *(engine.title for engine in held)), rows), *_holes()]
    used = [(f"`{kind}`", str(len(runnable()[kind])), f"`{runnable()[kind][0]}`") for kind in kinds]
    parts += ["## Indicators run", table(("Measure type", "Indicators", "Where only one runs"), used)]
    return "\n\n".join(parts) + "\n"


FORMS = """script: every step a temporary table or view, all indicators of the type together, as `metricspec run` does
it. statement: one indicator as one statement, as `metricspec compile` writes it. A measure type that runs partly in
Python has no statement."""


def _marker(engine: Engine) -> str:
    return "" if engine.name in ("duckdb", "sqlite") else f"`{engine.name}`"


def _python(kind: str) -> bool:
    project = shipped()
    compiler = Compiler(project.catalog, project.registry, project.expressions)
    return any(isinstance(step, Computation) for step in compiler.plan([runnable()[kind][0]]).stages)


def _cell(engine: Engine, kind: str) -> str:
    forms = [form for form in engine.forms if form == "script" or not _python(kind)]
    return ", ".join(f"no {form}" if (engine.name, kind, form) in HOLES else form for form in forms)


def _holes() -> list[str]:
    titles = {engine.name: engine.title for engine in ENGINES}
    scripts = [f"{e.title}: {e.only_script}." for e in ENGINES if e.only_script]
    if not HOLES:
        return [*scripts, "There is no hole: every measure type gives DuckDB's numbers on every engine."]
    rows = [
        (titles[e], f"`{kind}`", form, f"`{h.error}`" if h.error else "not tried", h.reason)
        for (e, kind, form), h in HOLES.items()
    ]
    return [*scripts, "## What does not run", table(("Engine", "Measure type", "Form", "Error", "Why"), rows)]


if __name__ == "__main__":
    PAGE.write_text(conformance_page(), encoding="utf-8")
