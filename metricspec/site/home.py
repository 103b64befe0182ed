"""The first page, the page of each kind, and how to read the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

from metricspec.model import Indicator, Text
from metricspec.reporting.figures import plural
from metricspec.reporting.listing import AUTHORITIES, authority
from metricspec.reporting.unverified import unverified_parts
from metricspec.running.project import Project
from metricspec.site import ratings
from metricspec.site.catalogue import KINDS, Catalogue, Kind, Links
from metricspec.site.markup import (
    NOTHING,
    Html,
    code,
    joined,
    lines,
    link,
    listing,
    pairs,
    paragraph,
    sentence,
    tag,
    text,
)
from metricspec.site.mathematics import mathml
from metricspec.site.page import Page, Section, heading, part
from metricspec.site.people import titles, unverified

# What indicators over a dataset are about; another dataset gives its own title.
DOMAINS = {
    "attendance_stint": "Attendance",
    "daily_attendance": "Attendance",
    "discipline_action": "Discipline",
    "assessment": "Test scores and growth",
    "english_learner_status": "English learners",
    "cohort_outcome": "Graduation and readiness",
    "course_grade": "Graduation and readiness",
    "survey_response": "Climate and social-emotional learning",
    "enrollment": "Who a school's students are",
    "dashboard_published": "Results published elsewhere",
}
WHAT = """Each page says what one indicator means: who counts, how it is computed, from which number of students it is shown,
how it is rated, and where that is written. The same files are compiled to the SQL that computes it."""
NO_DATA = """There are no data of students on this site, only rules. The rows of the worked examples are made up."""
INTROS: Mapping[Kind, str] = {
    "frameworks": "What an authority makes of several indicators: indexes and designations.",
    "levels": "From which value on a result is high or low, and which rating follows.",
    "policies": "From how many students on a result is shown, reported and rated.",
    "groups": "For which groups of students results are given, and who belongs to each.",
    "orgs": "Schools, districts and networks: at which a student counts.",
    "datasets": "The tables that indicators are written over, as a district provides them.",
    "measure-types": "How values are computed.",
}

SYMBOLS = (
    (r"s \in S", "a student *s*, of the students *S* who count at an org, in a group, in a year"),
    ("v", "the value, before it is rounded; of a percentage the share, as 0.133"),
    (r"\left|S\right|", "how many students are in *S*"),
    (r"\{\, s \in S \;:\; c_s \,\}", "those students of *S* for whom *c* holds"),
    (r"\sum\limits_{s \in S} x_s", "*x* of all of them added up"),
)
WORDS = (
    ("Status, change, rating", "Status is the band that the value lies in, change the band that its change lies in. Both together give the rating, read from the grid."),
    ("n", "How many students a number counts. It is not always the denominator."),
    ("Hidden", "A number of too few students is not shown, and neither is what it could be worked out from in the same row."),
    ("Rounding", "Values are rounded half away from zero. A change is taken from the exact values and rounded once."),
    ("Interval", "How far chance alone could carry a value, at 95 percent."),
    ("Org", "A school, a district or a network of districts."),
    ("Stint", "One enrollment of a student at a school, from entry to exit."),
    ("School year", "2024-25 begins in summer 2024 and ends in summer 2025."),
    ("Draft", "Not in use: only computed where it is asked for by name."),
)  # fmt: skip


def home(catalogue: Catalogue, name: str) -> Page:
    """By authority and by domain, with the search."""
    links = Links(catalogue, "")
    count = plural(len(catalogue.indicators), "indicator")
    button = tag(
        "button",
        text("Search"),
        type="button",
        class_="search",
        data_bs_toggle="modal",
        data_bs_target="#mkdocs_search_modal",
    )
    how = Html(f"{link('reading.html', text('How to read these pages'))}.")
    top = lines(
        heading(name), paragraph(text(f"{count}. {WHAT}")), paragraph(button), paragraph(how), paragraph(text(NO_DATA))
    )
    return Page(
        "index.html",
        name,
        top,
        (
            Section(
                "by-authority",
                "By authority",
                _grouped(links, lambda one: _authority(one, catalogue.project), "authority"),
            ),
            Section("by-domain", "By domain", _grouped(links, lambda one: domain(one, catalogue), "domain")),
        ),
        f"{count}: what each means, who counts, how it is computed and rated, and where that is written.",
    )


def _authority(one: Indicator, project: Project) -> str:
    """Whose indicator it is: the project's own, unless its id begins with an authority that we know."""
    name = authority(one.id)
    if not (name and name in AUTHORITIES) and not _shipped(one, project):
        return f"This project's own ({project.name})" if project.name else "This project's own"
    return AUTHORITIES.get(name, name)


def _shipped(one: Indicator, project: Project) -> bool:
    """Whether an indicator came with metricspec or with a plugin."""
    file = Path(one.place.file).resolve()
    return any(file.is_relative_to(folder.resolve()) for folder in project.registry.spec_folders)


def domain(one: Indicator, catalogue: Catalogue) -> str:
    """What an indicator is about, by the data it reads; one made of others as the first of them."""
    made_of = catalogue.registry.made_of(one)
    if made_of:
        return domain(catalogue.project.indicator(made_of[0]), catalogue)
    name = catalogue.datasets(one)[0]
    return DOMAINS.get(name) or str(catalogue.catalog.datasets[name].title) or name


def _grouped(links: Links, key: Callable[[Indicator], str], prefix: str) -> Html:
    found = sorted(
        links.catalogue.indicators.values(), key=lambda one: (key(one).casefold(), str(one.title).casefold(), one.id)
    )
    parts = []
    for name, members in groupby(found, key=key):
        id_ = f"{prefix}-{re.sub(r'[^a-z0-9]+', '-', name.lower())}"
        parts.append(part(name, id_, listing((_item(links, one) for one in members), class_="catalogue")))
    return lines(*parts)


def _item(links: Links, one: Indicator) -> Html:
    marks = [tag("span", text(one.status), class_="badge")] if one.status != "active" else []
    marks += [unverified_mark()] if unverified_parts(one, links.catalogue.catalog) else []
    about = tag("span", joined([code(one.id), *marks]), class_="about")
    return joined([links.to("indicators", one.id, text(one.title)), about])


def unverified_mark() -> Html:
    return tag("span", text("partly not verified"), class_="badge unverified")


def index_pages(catalogue: Catalogue) -> Iterator[Page]:
    """A list of the pages of each kind."""
    catalog, links = catalogue.catalog, Links(catalogue, "")
    known: Mapping[Kind, Mapping[str, object]] = {
        "frameworks": catalog.frameworks,
        "levels": catalog.levels,
        "policies": catalog.policies,
        "groups": catalog.groups,
        "orgs": catalog.orgs,
        "datasets": catalog.datasets,
    }
    for kind, name in KINDS.items():
        items = []
        for id_ in catalogue.ids[kind]:
            spec = known.get(kind, {}).get(id_)
            title = getattr(spec, "title", Text())
            if str(title):
                named = links.to(kind, id_, titles(title.by_language))
                items.append(joined([named, tag("span", code(id_), class_="about")]))
            else:
                items.append(links.to(kind, id_, code(id_)))
        more = (
            paragraph(Html(f"The codes in them: {link('codes.html', text('codes'))}."))
            if kind == "datasets"
            else NOTHING
        )
        body = lines(heading(name), paragraph(text(INTROS[kind])), listing(items, class_="catalogue"), more)
        yield Page(f"{kind}.html", name, body, about=INTROS[kind])


def reading() -> Page:
    """How to read a page."""
    doubted = Html(
        f"{unverified()} {text('marks a part that nobody has compared with its source yet. Do not publish by it.')}"
    )
    return Page(
        "reading.html",
        "How to read these pages",
        heading("How to read these pages"),
        (
            Section("words", "Words", pairs((text(word), sentence(meaning)) for word, meaning in WORDS)),
            Section("symbols", "Symbols", pairs((mathml(symbol), sentence(meaning)) for symbol, meaning in SYMBOLS)),
            Section(
                "expressions",
                "Expressions",
                paragraph(
                    sentence(
                        "Rules are written as conditions on columns, such as `grade between 'TK' and '08'`. Each page lists the "
                        "columns that its rules name, and what they hold."
                    )
                ),
            ),
            Section(
                "colours",
                "Colours",
                lines(
                    paragraph(
                        text("A colour never stands alone: its name is written on it, and so many of five marks.")
                    ),
                    ratings.legend(),
                ),
            ),
            Section("not-verified", "Not verified", paragraph(doubted)),
            Section("data", "Data", paragraph(text(NO_DATA))),
        ),
    )
