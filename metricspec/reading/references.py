"""Every reference from one document to another, or to a name inside one, leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator

from metricspec.measure import (
    CheckedMeasure,
    ComparableMeasure,
    DescribedMeasure,
    SharingMeasure,
    TallyMeasure,
)
from metricspec.model import Codes, Dataset, Fact, Indicator, Policy
from metricspec.problems import Problem
from metricspec.reading.corpus import Corpus, unknown_name
from metricspec.reading.document import Document
from metricspec.reading.measure_references import measure_references
from metricspec.reading.suggest import hint
from metricspec.reading.value_checks import value_problem
from metricspec.scopes import ORG_COLUMNS

SHARES = ("percent", "ratio")  # units of a share
ROLES = ("student", "school", "year")


def reference_problems(corpus: Corpus) -> Iterator[Problem]:
    """Unknown references of code lists, lookups, datasets, org sets, group sets, policies and indicators."""
    catalog = corpus.catalog
    for document in corpus.of_kind("lookup"):
        yield from _lookup(corpus, document)
    for document in corpus.of_kind("dataset"):
        yield from _dataset(corpus, document, catalog.datasets[document.id])
    for document in corpus.of_kind("orgs"):
        yield from corpus.unknown(document, "dataset", catalog.orgs[document.id].dataset, "dataset")
    for document in corpus.of_kind("group_set"):
        yield from _group_set(document)
    for document in corpus.of_kind("policy"):
        yield from _policy(corpus, document, catalog.policies[document.id])
    for document in corpus.of_kind("indicator"):
        yield from _indicator(corpus, document, catalog.indicators[document.id])


def _lookup(corpus: Corpus, document: Document) -> Iterator[Problem]:
    lookup = corpus.catalog.lookups[document.id]
    yield from corpus.unknown(document, "codes", lookup.key, "key")
    codes = corpus.catalog.codes.get(lookup.key)
    for code, _ in lookup.values if codes else ():
        yield from _unknown_code(document, codes, code, "values", code)


def _unknown_code(document: Document, codes: Codes | None, code: str, *path: str | int) -> Iterator[Problem]:
    if codes is None or code in codes.names:
        return
    about = hint(code, codes.names, "its codes", 16)
    yield Problem("MS202", f"the list {codes.id} has no code '{code}'", document.key(*path), about)


def _dataset(corpus: Corpus, document: Document, dataset: Dataset) -> Iterator[Problem]:
    columns = tuple(dataset.columns)
    for key in ("grain", "order"):
        for number, name in enumerate(getattr(dataset, key)):
            yield from unknown_name(document, "column", name, columns, key, number)
    for role, name in dataset.keys.items():
        yield from unknown_name(document, "column", name, columns, "keys", role)
    for column in dataset.columns.values():
        here = ("columns", column.name)
        if (column.codes is None) == (column.type == "code"):
            message = (
                f"the column '{column.name}' needs a code list"
                if column.type == "code"
                else "only columns of type code have a code list"
            )
            yield document.problem(
                "MS110", message, *here, hint="write type: code and codes: followed by the list's id"
            )
        elif column.codes is not None:
            yield from corpus.unknown(document, "codes", column.codes, *here, "codes")
        codes = corpus.catalog.codes.get(column.codes or "")
        if column.missing not in ("exclude", "error"):
            yield from value_problem(document, column, column.missing, codes, *here, "missing")
        if column.has_default:
            yield from value_problem(document, column, column.default, codes, *here, "default")
        if column.rollup == "sum" and column.type not in ("integer", "decimal", "number"):
            yield document.problem(
                "MS110",
                f"a column of type {column.type} has no sum",
                *here,
                "rollup",
                hint="allowed: latest, first, max, min",
            )
        if column.rollup in ("any", "all") and column.type != "boolean":
            yield document.problem(
                "MS110",
                f"'{column.rollup}' is for columns of type boolean",
                *here,
                "rollup",
                hint="allowed: sum, latest, first, max, min",
            )


def _group_set(document: Document) -> Iterator[Problem]:
    data = document.data
    if ("groups" in data) == ("column" in data):
        what = "both 'groups' and 'column'" if "groups" in data else "neither 'groups' nor 'column'"
        yield document.problem(
            "MS110",
            f"the group set has {what}",
            "group_set",
            hint="list the groups, or name the column whose values are groups",
        )
    if "groups" in data:
        names = tuple(data["groups"])
        for number, partition in enumerate(data.get("partitions", ())):
            for index, name in enumerate(partition):
                yield from unknown_name(document, "group", name, names, "partitions", number, index)


def _indicator(corpus: Corpus, document: Document, indicator: Indicator) -> Iterator[Problem]:
    catalog = corpus.catalog
    for kind, key, id_ in (
        ("dataset", "students", indicator.students),
        ("orgs", "orgs", indicator.orgs),
        ("group_set", "groups", indicator.groups),
        ("policy", "policy", indicator.policy),
        ("levels", "rating", indicator.rating),
        ("indicator", "supersedes", indicator.supersedes),
    ):
        if id_ is not None:
            yield from corpus.unknown(document, kind, id_, key)
    replacement = indicator.deprecated.replacement if indicator.deprecated else None
    if replacement is not None:
        yield from corpus.unknown(document, "indicator", replacement, "deprecated", "replacement")
    if indicator.supersedes == indicator.id:
        yield document.problem("MS209", "an indicator cannot replace itself", "supersedes", hint="name the older one")
    measure_type = corpus.measure_types[indicator.measure_type]
    yield from measure_references(corpus, document, measure_type.schema, document.data["measure"], ("measure",))
    yield from _made_of(corpus, document, indicator)
    yield from _like_its_parts(corpus, document, indicator)
    if isinstance(measure_type, SharingMeasure):
        share = measure_type.share(indicator.measure)
        if share != (indicator.unit in SHARES):
            message = f"the value is {'' if share else 'not '}a share, and its unit is {indicator.unit}"
            units = ", ".join(SHARES) if share else "points, days or count"
            path = "unit" if "unit" in document.data else "indicator"
            yield document.problem("MS110", message, path, hint=f"allowed: {units}")
    if isinstance(measure_type, CheckedMeasure):
        for wrong in measure_type.wrong(indicator.measure):
            yield document.problem("MS110", wrong.message, "measure", *wrong.path, hint=wrong.hint)
    dataset = catalog.datasets.get(corpus.dataset_of(indicator))
    if dataset is not None:
        yield from _students(document, dataset, corpus.takes_rows(indicator))
        yield from _groups_of(corpus, document, indicator, dataset, corpus.takes_rows(indicator))
    for fact in indicator.facts:
        yield from _fact(corpus, document, fact, catalog.datasets.get(indicator.students or ""))
    levels = catalog.levels.get(indicator.rating or "")
    if levels is not None and levels.digits != indicator.digits:
        message = f"values have {indicator.digits} decimal places, those of {levels.id} have {levels.digits}"
        path = "digits" if "digits" in document.data else "rating"
        yield document.problem("MS204", message, path, hint="make the digits of both the same")


def _like_its_parts(corpus: Corpus, document: Document, indicator: Indicator) -> Iterator[Problem]:
    """An indicator made of others has their student groups, the unit of its value, and no year before."""
    measure = corpus.measure_types[indicator.measure_type]
    if not isinstance(measure, TallyMeasure):
        return
    describing = measure.describing(indicator.measure) if isinstance(measure, DescribedMeasure) else ()
    for name in corpus.registry.made_of(indicator):
        for other in corpus.in_force(name) if name not in describing else ():
            if other.groups != indicator.groups:
                groups = f"the student groups of {other.id} are those of {other.groups}"
                message = f"{groups}, so results have no groups in common"
                yield document.problem("MS110", message, "groups", hint=f"write: groups: {other.groups}")
    source = corpus.catalog.indicators.get(measure.value_of(indicator.measure) or "")
    if source is not None and (source.unit, source.digits) != (indicator.unit, indicator.digits):
        message = f"the value is that of {source.id}, which is in {source.unit} with {source.digits} decimal places"
        path = "unit" if source.unit != indicator.unit and "unit" in document.data else "digits"
        where = (path,) if path in document.data else ("measure",)
        about = f"write: unit: {source.unit} and digits: {source.digits}"
        yield document.problem("MS110", message, *where, hint=about)
    comparable = isinstance(measure, ComparableMeasure) and measure.comparable(indicator.measure)
    if not comparable and any(one.mode != "none" for one in indicator.compare):
        message = "where an org stands among others has no change that could be counted"
        yield document.problem(
            "MS110", message, "compare", hint="leave it out, and compare the indicators it is made of"
        )


def _made_of(corpus: Corpus, document: Document, indicator: Indicator) -> Iterator[Problem]:
    """An indicator made of others must not, through them, be made of itself: in any of the versions that its id means."""
    plain = indicator.id.partition("@")[0]
    if indicator not in corpus.in_force(plain):  # a draft beside them, which nothing can name
        return
    seen: set[str] = set()
    waiting = list(corpus.registry.made_of(indicator))
    while waiting:
        name = waiting.pop()
        if name == plain:
            yield document.problem("MS213", f"{plain} is made of its own result", "measure")
            return
        if name not in seen:
            seen.add(name)
            waiting.extend(other for one in corpus.in_force(name) for other in corpus.registry.made_of(one))


def _students(document: Document, dataset: Dataset, rows: bool) -> Iterator[Problem]:
    absent = [role for role in (("org", "year") if rows else ROLES) if role not in dataset.keys]
    if absent:
        message = f"the dataset {dataset.id} names no column for: {', '.join(absent)}"
        path = ("measure", "dataset") if rows else ("students",)
        yield document.problem("MS205", message, *path, hint=f"its keys are: {', '.join(dataset.keys) or 'none'}")


def _groups_of(
    corpus: Corpus, document: Document, indicator: Indicator, dataset: Dataset, rows: bool
) -> Iterator[Problem]:
    groups = corpus.catalog.groups.get(indicator.groups)
    if groups is None:
        return
    if groups.column is not None and groups.column not in dataset.columns:
        needed = f"the group set {groups.id} needs the column '{groups.column}'"
        message = f"{needed}, which the dataset {dataset.id} lacks"
        yield document.problem("MS206", message, "groups", hint=f"{dataset.id} has: {', '.join(dataset.columns)}")
    elif rows and groups.column is None:
        message = f"the rows of {dataset.id} are results of groups already, so the group set must name their column"
        yield document.problem("MS206", message, "groups", hint="name a group set with 'column:'")
    if dataset.span == "year" and any(group.membership == "any_time_in_cohort" for group in groups.groups):
        message = f"the group set {groups.id} asks for membership in a cohort, but {dataset.id} spans one year"
        yield document.problem(
            "MS207", message, "groups", hint="name a group set whose memberships are any_time_in_year"
        )


def _fact(corpus: Corpus, document: Document, fact: Fact, students: Dataset | None) -> Iterator[Problem]:
    name = fact.name
    yield from corpus.unknown(document, "dataset", fact.dataset, "facts", name, "from")
    taken = {*(students.columns if students else ()), *(column.name for column in ORG_COLUMNS), "org_id"}
    if students is not None and name in taken:
        message = f"the fact '{name}' has the name of a column of {students.id} or of the org"
        yield Problem("MS208", message, document.key("facts", name), "give the fact a name of its own")
    dataset = corpus.catalog.datasets.get(fact.dataset)
    if dataset is None:
        return
    absent = [role for role in ROLES if role not in dataset.keys]
    if absent:
        message = f"the dataset {dataset.id} names no column for: {', '.join(absent)}"
        yield document.problem("MS205", message, "facts", name, "from", hint=f"its keys are: {', '.join(dataset.keys)}")
    if fact.aggregate == "latest" and not dataset.order:
        message = f"the dataset {dataset.id} has no order, so no row is the latest"
        yield document.problem("MS205", message, "facts", name, "latest", hint="write 'order:' in the dataset")


def _policy(corpus: Corpus, document: Document, policy: Policy) -> Iterator[Problem]:
    """Groups and org levels that no set at all has; one set may lack what another has."""
    if not (corpus.all_built("group_set") and corpus.all_built("orgs")):
        return
    groups = tuple({group.id: 0 for each in corpus.catalog.groups.values() for group in each.groups})
    levels = tuple({level.name: 0 for each in corpus.catalog.orgs.values() for level in each.levels})
    for key in ("privacy", "report", "rating", "small"):
        for number, threshold in enumerate(getattr(policy, key)):
            for what, known, field in (
                ("student group", groups, "groups"),
                ("org level", levels, "org_levels"),
            ):
                for index, name in enumerate(getattr(threshold, field)):
                    yield from unknown_name(document, what, name, known, key, number, field, index, warn=True)
