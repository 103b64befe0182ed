"""`metricspec show`: an indicator in plain English, section by section."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from metricspec.model import Catalog, Indicator, LevelTable
from metricspec.registry import Registry
from metricspec.reporting import words
from metricspec.reporting.figures import console
from metricspec.reporting.levels import level_parts
from metricspec.reporting.unverified import unverified_parts
from metricspec.scopes import Expressions

FRACTION = "divided by"
Part = str | Text | Table


class Page:
    """Prints sections; backquoted words stand out."""

    def __init__(self, to: Console) -> None:
        self.to = to

    def section(self, title: str, items: Iterable[Part]) -> None:
        found = list(items)
        if not found:
            return
        self.to.print()
        self.to.print(Text(title, style="bold underline"))
        for item in found:
            shown = marked(item) if isinstance(item, str) else item
            self.to.print(Padding(shown, (0, 0, 0, 2), expand=False))


def marked(sentence: str, style: str = "") -> Text:
    """Text in which what stands between backquotes is an expression or a name."""
    found = Text(style=style)
    for at, part in enumerate(sentence.split("`")):
        found.append(part, style="cyan" if at % 2 else "")
    return found


def print_indicator(
    indicator: Indicator,
    catalog: Catalog,
    registry: Registry,
    expressions: Expressions,
    to: Console | None = None,
) -> None:
    """Everything that an indicator's spec, its groups, policy and cut scores say."""
    page = Page(to or console())
    unverified = unverified_parts(indicator, catalog)
    _head(page.to, indicator, bool(unverified))
    page.section("What it measures", _measures(indicator))
    page.section("Who counts", _who(indicator, catalog))
    page.section("How it is computed", _computed(indicator, registry))
    terms = words.column_words(indicator, catalog, registry, expressions)
    page.section("The words in these rules", [_pairs(terms)] if terms else [])
    page.section("Where a student counts", _orgs(indicator, catalog))
    page.section("Student groups", _groups(indicator, catalog))
    page.section("When numbers are small", words.threshold_words(catalog.policies[indicator.policy]))
    page.section("Compared with", words.compare_words(indicator.compare))
    levels = catalog.levels[indicator.rating] if indicator.rating else None
    page.section("Cut scores", level_parts(levels, indicator) if levels else [])
    page.section("Sources", [_pairs(_sources(indicator, catalog, levels))])
    page.section(
        "Not verified",
        [f"! {one.part[0].upper()}{one.part[1:]}{f'. {one.note}' if one.note else ''}" for one in unverified],
    )
    page.section("Version", _version(indicator, catalog))


def _head(to: Console, indicator: Indicator, unverified: bool) -> None:
    title = Text.assemble((str(indicator.title), "bold"), f"  {indicator.id} {indicator.version}")
    if indicator.status != "active":
        title.append(f"  {indicator.status}", style="bold yellow")
    to.print(title)
    if unverified:
        warning = "Parts of this indicator are NOT VERIFIED against their source: see 'Not verified' below."
        to.print(Text(warning, style="bold yellow"))


def _measures(indicator: Indicator) -> list[str]:
    description = str(indicator.description)
    return ([description] if description else []) + [words.value_words(indicator)]


def _who(indicator: Indicator, catalog: Catalog) -> list[str]:
    if indicator.students is None:
        return [words.NOBODY]
    dataset = catalog.datasets[indicator.students]
    items = [f"Students in `{dataset.id}` ({str(dataset.title).lower()})."]
    if indicator.stints:
        items.append(words.ROWS)
        items += [f"  - `{_line(text)}`" for text in indicator.stints]
    if indicator.facts:
        items.append(words.FACTS)
        items += [f"  - {words.fact_words(fact)}" for fact in indicator.facts]
    if indicator.population:
        items.append(words.POPULATION)
        items += [f"  - `{_line(text)}`" for text in indicator.population]
    else:
        items.append(words.EVERYBODY)
    return items


def _line(text: str) -> str:
    return " ".join(text.split())


def _computed(indicator: Indicator, registry: Registry) -> list[Part]:
    """The measure's own sentence; a fraction is set above and below a line."""
    sentence = registry.measure_types[indicator.measure_type].sentence(indicator.measure)
    above, divided, below = sentence.partition(FRACTION)
    if not divided:
        return [f"{sentence[0].upper()}{sentence[1:]}."]
    above, below = above.strip().rstrip(","), below.strip()
    table = Table(box=None, show_header=False, padding=0)
    table.add_column(justify="center")
    line = "─" * max(len(above.replace("`", "")), len(below.replace("`", "")))
    for part in (marked(above), Text(line, overflow="crop", no_wrap=True), marked(below)):
        table.add_row(part)
    return [table]


def _pairs(pairs: Iterable[tuple[str, str]]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for name, meaning in pairs:
        table.add_row(Text(name), marked(meaning))
    return table


def _orgs(indicator: Indicator, catalog: Catalog) -> list[str]:
    if indicator.orgs is None:
        return []
    items = []
    for level in catalog.orgs[indicator.orgs].levels:
        only = f", counting rows for which {words.listed([f'`{t}`' for t in level.stints])}" if level.stints else ""
        items.append(f"- {level.name}: by `{level.key}`{only}")
    return [*items, words.ONCE]


def _groups(indicator: Indicator, catalog: Catalog) -> list[Part]:
    groups = catalog.groups[indicator.groups]
    if groups.column:
        return [f"Each value of `{groups.column}` is a group ({groups.title})."]
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(max_width=36)
    table.add_column(overflow="fold", style="dim")
    for group in groups.groups:
        table.add_row(Text(group.id), Text(str(group.title)), marked(words.group_words(group)))
    return [table]


def _sources(indicator: Indicator, catalog: Catalog, levels: LevelTable | None) -> list[tuple[str, str]]:
    policy, groups = catalog.policies[indicator.policy], catalog.groups[indicator.groups]
    pairs = [("definition", words.source_words(indicator.source))]
    if levels is not None:
        pairs.append(("cut scores", words.source_words(levels.source)))
    pairs.append(("small numbers", words.source_words(policy.source)))
    pairs.append(("groups", words.source_words(groups.source)))
    return [(name, text or "no source given") for name, text in pairs]


def _others(indicator: Indicator, catalog: Catalog) -> list[str]:
    """The other versions beside this one, and what a plain id means."""
    plain = indicator.id.partition("@")[0]
    several = catalog.versions.get(plain, ())
    others = [
        f"- {one.id}: {one.version}, {one.status}, {words.in_force_words(one, catalog)}"
        for one in several
        if one.version != indicator.version
    ]
    about = f"Without @, {plain} means in each school year the newest version in use that has begun."
    return ["Beside it there are", *others, about] if others else []


def _version(indicator: Indicator, catalog: Catalog) -> Sequence[str]:
    text = f"{indicator.version}, {indicator.status}, {words.in_force_words(indicator, catalog)}."
    replaces = [f"Replaces {indicator.supersedes}."] if indicator.supersedes else []
    note = [indicator.note] if indicator.note and not indicator.unverified else []
    dropped = [f"{indicator.deprecation[0].upper()}{indicator.deprecation[1:]}."] if indicator.deprecation else []
    return [text, *dropped, *_others(indicator, catalog), *replaces, *note, f"Written in {_near(indicator.place.file)}"]


def _near(file: str) -> str:
    """The file's path from here, where it lies below."""
    path, here = Path(file).resolve(), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else file
