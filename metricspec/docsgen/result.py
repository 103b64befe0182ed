"""The page of the Result: its columns in order, each with its meaning."""

from __future__ import annotations

from metricspec.compiler.tail import RESULT
from metricspec.docsgen.markdown import code, page, table
from metricspec.reporting.marks import REASONS
from metricspec.reporting.result_columns import MEANINGS

INTRO = """What every run yields, whatever was measured: one row for each indicator, school year, org and student group. The same
columns come out of `metricspec run --out`, of `Project.run` in Python, and of compiled SQL."""
HIDING = """Where `suppressed` holds a reason, these are empty: numerator, denominator, n, value, standard_error, low, high, status,
change, change_level, rating and notes. Where only `prior_suppressed` holds one, the current value stays and everything that
depends on the earlier year is empty: the prior columns, change, change_level and rating. An empty number is null, never 0.

[Read a result](../how-to/read-a-result.md) explains the columns by example; [Privacy](../explanation/privacy.md) says what
is hidden and what is not protected."""


def result_page() -> str:
    columns = table(("Column", "Type", "Meaning"), [(code(name), *MEANINGS[name]) for name in RESULT])
    reasons = table(("Reason", "Meaning"), [(code(name), meaning) for name, meaning in REASONS.items()])
    note = (
        "`complementary` is set between the categories of one org and group only; other totals are not protected yet."
    )
    return page("The Result", INTRO, [columns, "## Hidden numbers", HIDING, reasons, note])
