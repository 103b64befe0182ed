"""Who counts, where and in which groups, and what small numbers mean: the rules on people, in words."""

from __future__ import annotations

from collections.abc import Sequence

from metricspec.measure import EVERY_ROW
from metricspec.model import Dated, Group, Indicator, OrgLevel, Policy, Threshold
from metricspec.reporting import words
from metricspec.reporting.unverified import between
from metricspec.site.catalogue import Links
from metricspec.site.markup import NOTHING, Html, code, joined, lines, listing, paragraph, sentence, table, tag, text

MINIMUMS = {
    "privacy": "Shown at all",
    "report": "Reported",
    "rating": "Rated",
    "small": "Rules for small numbers end",
}


def expression(written: str) -> Html:
    return code(" ".join(written.split()))


def waterfall(indicator: Indicator, links: Links) -> Html:
    """From all students of the dataset to those who count, step by step."""
    if indicator.students is None:
        return paragraph(text(words.NOBODY))
    dataset = links.catalogue.catalog.datasets[indicator.students]
    name = links.to("datasets", dataset.id)
    steps = [Html(f"Students in {name} ({text(str(dataset.title).lower())}).")]
    if indicator.stints:
        steps.append(lines(text(words.ROWS), listing(map(expression, indicator.stints))))
    each_row = indicator.row_keys == EVERY_ROW
    steps.append(_combined(indicator.row_keys))
    if indicator.facts:
        facts = [_fact(words.fact_words(fact), fact.dataset, links) for fact in indicator.facts]
        steps.append(lines(text(words.FACTS), listing(facts)))
    if indicator.population:
        said = "A row counts if" if each_row else words.POPULATION
        steps.append(lines(text(said), listing(map(expression, indicator.population))))
    else:
        steps.append(text("Every such row counts." if each_row else words.EVERYBODY))
    return listing(steps, "ol", class_="waterfall")


def _combined(row_keys: tuple[str, ...] | None) -> Html:
    """What becomes of a student's several rows."""
    if row_keys is None:
        return text("The rows of a student at each org become one.")
    if row_keys == EVERY_ROW:
        return text("Each row counts as it stands; none are combined.")
    keys = joined([code(key) for key in row_keys], ", ")
    return Html(f"A student's rows become one score for each school year{f' and {keys}' if keys else ''}.")


def _fact(said: str, dataset: str, links: Links) -> Html:
    return Html(sentence(said).replace(code(dataset), links.to("datasets", dataset), 1))


def org_levels(levels: Sequence[OrgLevel]) -> Html:
    rows = []
    for level in levels:
        only = joined([expression(one) for one in level.stints], " and ")
        rows.append([text(level.name), expression(level.key), only or text("every row")])
    return table([text("Level"), text("An org is"), text("Rows that count")], rows, text("Levels of the org tree"))


def group_rows(groups: Sequence[Group]) -> Html:
    rows = [[code(one.id), titles(one.title.by_language), sentence(words.group_words(one))] for one in groups]
    return table([text("Code"), text("Group"), text("Who")], rows, text("Student groups and who belongs to each"))


def titles(by_language: Sequence[tuple[str, str]]) -> Html:
    """A title in each of its languages, marked as such; once where it is the same in several."""
    first = {words_: language for language, words_ in reversed(by_language)}
    return joined(
        [tag("span", text(words_), lang=lang) for lang, words_ in by_language if first[words_] == lang], " / "
    )


def described(by_language: Sequence[tuple[str, str]]) -> Html:
    """A description, a paragraph for each language."""
    return lines(*(tag("p", text(said), lang=language) for language, said in by_language))


def minimums(policy: Policy) -> Html:
    """Every minimum with its years; of several that match the last holds."""
    rows = []
    for kind, name in MINIMUMS.items():
        entries: Sequence[Threshold] = getattr(policy, kind)
        rows += [_minimum(name, entry, policy) for entry in entries]
    headings = [text(word) for word in ("What", "From", "Student groups", "Org levels", "School years", "About it")]
    caption = text("Fewest students, or fewest in the denominator; later rows go before earlier ones")
    return table(headings, rows, caption, class_="notes minimums")


def _minimum(name: str, entry: Threshold, policy: Policy) -> list[Html]:
    of = "students" if policy.of == "students" and name != MINIMUMS["small"] else "in the denominator"
    return [
        text(name),
        text(f"{entry.n} {of}"),
        joined([code(group) for group in entry.groups], ", ") or text("all"),
        text(words.listed(entry.org_levels, "and") or "all"),
        text(years(entry.dated)),
        dated_note(entry.dated),
    ]


def years(dated: Dated) -> str:
    """
    >>> from metricspec.model import Dated, Years
    >>> years(Dated()), years(Dated(Years("2017-18", None)))
    ('every year', 'from 2017-18')
    """
    found = between(dated.years.first, dated.years.last).strip()
    without = f", not {words.listed(dated.years.excluded)}" if dated.years.excluded else ""
    return (found or "every year") + without


def dated_note(dated: Dated) -> Html:
    """What a dated rule says of itself: whether it is verified, its source, its note."""
    source = words.source_words(dated.source)
    return joined([unverified() if dated.unverified else NOTHING, text(source), text(dated.note)])


def unverified() -> Html:
    return tag("strong", text("Not verified."), class_="unverified")
