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

RECORD = """Every file that `metricspec run`, `apply` or `framework` writes with `--out` says how it was made: a parquet file in its
metadata, under the key `metricspec`; a csv or json file in `FILE.meta.json` beside it. Both are JSON.
[Verify a result](../how-to/verify-a-result.md) compares it with the project as it is now."""
PARTS = (
    ("record", "The form of the record: 1."),
    ("metricspec", "The version of metricspec that wrote the file."),
    ("created", "When, in UTC."),
    ("asked", "The command, the indicators, and what limited the rows: year, level, orgs, groups; a framework's id; the hash of a fit."),
    ("indicators", "Version and fingerprint of each indicator that was computed, as `id@N`: each version in force in the years of the rows."),
    ("framework", "Id and fingerprint of the framework, in its tables."),
    ("engine", "Dialect, name and version of what computed."),
    ("binding", "Its id, and a hash of the names, codes and conditions by which data were read: no path, no secret."),
    ("data", "Of each dataset: file, table or query; about how many rows; its school years; seals of exact numbers and of files."),
    ("policies", "The minimums of each policy of these versions, in the order of its entries."),
    ("plugins", "Packages whose measure types computed something, with their versions."),
    ("key", "Which project key sealed the numbers; null where none did."),
    ("rows", "How many rows the file has, and a hash of their cells in which their order does not count."),
)  # fmt: skip


def result_page() -> str:
    columns = table(("Column", "Type", "Meaning"), [(code(name), *MEANINGS[name]) for name in RESULT])
    reasons = table(("Reason", "Meaning"), [(code(name), meaning) for name, meaning in REASONS.items()])
    note = (
        "`complementary` is set between the categories of one org and group only; other totals are not protected yet."
    )
    record = table(("Key", "Meaning"), [(code(name), meaning) for name, meaning in PARTS])
    return page(
        "The Result",
        INTRO,
        [columns, "## Hidden numbers", HIDING, reasons, note, "## The record of a file", RECORD, record],
    )
