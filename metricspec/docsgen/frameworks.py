"""The page of frameworks: the columns of their table, and each shipped one in words."""

from __future__ import annotations

from metricspec.docsgen.markdown import code, listing, page, table
from metricspec.frameworks import FRAME
from metricspec.frameworks.released import title
from metricspec.model import Catalog
from metricspec.model.framework import Framework
from metricspec.reporting import words
from metricspec.reporting.framework_words import condition_words, designation_words, index_words, unverified_rules

INTRO = """Every framework that metricspec ships, with its rules in words, and the table that `metricspec framework --out` and
`Project.framework` give. What they are: [frameworks](../explanation/frameworks.md). *Not verified* names rules that nobody has
compared with their source yet."""
MEANINGS = {
    "framework": "Id of the framework.",
    "school_year": "School year, as 2024-25.",
    "org_level": "Level of the org.",
    "org_id": "Id of the org.",
    "part": "What the row is: `index`, `domain`, `metric`, `share` (a student group's part of a metric) or `designation`.",
    "name": "The framework's name of it.",
    "metric": "Of a share: its metric.",
    "student_group": "Of a share: the student group, for the lowest group the one that was chosen. Of a designation: the groups by which it holds.",
    "indicator": "The indicator that the result was taken from.",
    "value": "The indicator's value as released; of the index, the index.",
    "level": "Index level; of a metric that of its first share, all students.",
    "band": "What that level is called.",
    "weight": "How many points there are to be had, what is missing having been spread.",
    "points": "The points, not rounded; of the index, the index.",
    "needed_1": "The change of the value that lifts it by one level; empty where there is none, or where it depends on more than the Result says.",
    "needed_2": "By two levels.",
    "needed_3": "By three levels.",
    "kind": "Of a designation: `support` or `recognition`.",
    "holds": "Whether the org is designated; empty where it cannot be said.",
    "why": "The rule and the released results that decided, parted by semicolons.",
    "undecided": "What would have to be known.",
}


def _framework(one: Framework) -> str:
    used = [f"{title(each)}: {words.listed([code(id_) for id_ in each.of], 'or')}" for each in one.inputs]
    parts = [f"## {one.id}", f"**{one.title}**", str(one.description), "Indicators:", listing(used)]
    for index in one.indexes:
        first, *rest = index_words(one, index)
        parts += [f"Index: {first}", listing(text.removeprefix("- ") for text in rest)]
    if one.criteria:
        rows = [
            (str(c.title) or c.name, condition_words(one, condition))
            for c in one.criteria
            for condition in c.conditions
        ]
        parts += ["Criteria, each met where any of its conditions holds:", table(("Criterion", "Condition"), rows)]
    for each in one.designations:
        parts.append(
            f"**{str(each.title) or each.name}** ({code(each.name)}). {' '.join(designation_words(one, each))}"
        )
    parts.append(f"Source: {words.source_words(one.source) or 'none given'}.")
    rules = unverified_rules(one)
    if rules:
        parts.append(listing(f"**Not verified:** {r.part}{f' ({r.note})' if r.note else ''}" for r in rules))
    return "\n\n".join(part for part in parts if part)


def frameworks_page(catalog: Catalog) -> str:
    columns = table(("Column", "Meaning"), [(code(name), MEANINGS[name]) for name in FRAME])
    shipped = [_framework(catalog.frameworks[name]) for name in sorted(catalog.frameworks)]
    return page("Frameworks", INTRO, [*shipped, "## Columns", columns])
