"""A file of results against its project as it is now: the same run again, and what differs since."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from metricspec.problems import UsageError
from metricspec.records.compare import Compared, compared
from metricspec.records.files import ResultFile
from metricspec.records.key import content_hash, project_key
from metricspec.records.record import Asked, Record, narrowed, policies, record_of, years_of
from metricspec.records.touched import touched
from metricspec.running.binding import absolute, overridden
from metricspec.running.frameworks import run_framework
from metricspec.running.pooling import with_fit
from metricspec.running.project import Project
from metricspec.running.trace import Trace
from metricspec.versioning.numbers import least_shown
from metricspec.warehouse import Progress

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Difference:
    """`about`: file, spec, framework, fit, policy, binding, data or plugin; `name` which of them; `says` how it differs."""

    about: str
    name: str
    says: str


@dataclass(frozen=True)
class Verdict:
    """`notes` tell of what may differ without making another result: the engine, the version of metricspec. `digits`: those
    of each indicator's value."""

    record: Record
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    rows: Compared
    digits: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def altered(self) -> bool:
        return any(one.about == "file" for one in self.differences)

    @property
    def same(self) -> bool:
        return not self.differences and self.rows.same


@dataclass(frozen=True)
class Means:
    """What to run with: as given to the commands that write results."""

    data: Mapping[str, Path]
    url: str | None = None
    timeout: float | None = None
    fit: Path | None = None
    progress: Progress | None = None


def verify(project: Project, file: ResultFile, means: Means) -> Verdict:
    """Run again what a file was made by, and compare.

    Raises UsageError where it cannot be run again: nothing of it is in the project, data are not bound, the fit is missing.
    """
    asked = _asked(file.record)
    there = tuple(id_ for id_ in asked.indicators if project.catalog.find(id_) is not None)
    if not there:
        raise UsageError(f"the project has none of the file's indicators: {', '.join(asked.indicators)}")
    if asked.command == "apply":
        project = _scored(project, asked, means)
    wanted = replace(asked, indicators=there)
    frame, trace = _again(project, replace(wanted, indicators=_bound(project, wanted, means) or there), means)
    years = years_of(_years(file), asked, trace)
    now = record_of(project, trace, asked, project_key(project.folder, make=False), years)
    found = (
        *([Difference("file", "", touched(file))] if file.altered else []),
        *_specs(file.record, now),
        *_differing(file.record, now),
        *_data(file.record, now),
        *_fit(asked, means),
    )
    then = (n for one in file.record["policies"].values() for name in ("privacy", "report") for n in one.get(name, ()))
    least = max(least_shown(policies(project, project.registry.involved(there, project.catalog))), *then, 1)
    rows = compared(file, narrowed(frame, asked), least)
    digits = {id_.partition("@")[0]: project.indicator(id_).digits for id_ in there}  # the same in all versions (MS215)
    return Verdict(file.record, found, tuple(_notes(file.record, now)), rows, digits)


def _asked(record: Record) -> Asked:
    given = record["asked"]
    lists = {key: tuple(given.get(key, ())) for key in ("indicators", "orgs", "groups")}
    return Asked(**{**given, **lists})


def _scored(project: Project, asked: Asked, means: Means) -> Project:
    if means.fit is None:
        raise UsageError("the file was made with a model fitted elsewhere: name its file with --fit")
    return with_fit(project, asked.indicators[0], means.fit)[0]


def _bound(project: Project, asked: Asked, means: Means) -> tuple[str, ...]:
    """The indicators whose datasets are bound, so that the others can be told of; of a year those that its rules read."""
    given, _ = overridden(absolute(project.binding, project.folder, means.data), means.data, project.catalog)
    years = (asked.year,) if asked.year else ()

    def bound(id_: str) -> bool:
        every = project.datasets(project.indicator(id_)) <= given.keys()
        return every or (bool(years) and project.compiler().plan([id_], years).reads.keys() <= given.keys())

    return tuple(id_ for id_ in asked.indicators if bound(id_))


def _years(file: ResultFile) -> set[str]:
    """The school years that the rows of a file are of."""
    at = [number for number, name in enumerate(file.columns) if name == "school_year"]
    return {row[number] for row in file.rows for number in at}


def _again(project: Project, asked: Asked, means: Means) -> tuple[pd.DataFrame, Trace]:
    """A year that is no longer there is a difference and no mistake."""
    if asked.command == "framework":
        spec = project.framework_spec(asked.framework or "")
        done = run_framework(
            project, spec, data=means.data, progress=means.progress, url=means.url, timeout=means.timeout, trace=True
        )
        frame, run = done.frame, done.run
    else:
        with project.connect(means.url, timeout=means.timeout) as engine:
            prepared = project.prepare(asked.indicators, engine, means.data, (asked.year,) if asked.year else ())
            frame, quality = prepared.run(engine, means.progress)
            return frame, prepared.traced(engine, quality)
    assert run.trace is not None
    return frame, run.trace


def _specs(then: Record, now: Record) -> Iterator[Difference]:
    """Definitions that are not what they were."""
    successors = _successors(then["indicators"], now["indicators"])
    for id_, old in then["indicators"].items():
        new = now["indicators"].get(successors.get(id_, id_))
        if new is None:
            yield Difference(
                "spec", id_, f"{old['version']} then; not run now: no such indicator, or its data are not bound"
            )
        elif new["fingerprint"] != old["fingerprint"]:
            versions = (
                f"{old['version']} then, {new['version']} now" if old["version"] != new["version"] else old["version"]
            )
            prints = f"{old['fingerprint'][:12]} then, {new['fingerprint'][:12]} now"
            yield Difference("spec", id_, f"the definition changed: version {versions}; fingerprint {prints}")
        elif new["version"] != old["version"]:
            says = f"version {old['version']} then, {new['version']} now; the definition is the same"
            yield Difference("spec", id_, says)
    for id_ in sorted(now["indicators"].keys() - then["indicators"].keys() - set(successors.values())):
        yield Difference("spec", id_, "not in the file; run now")
    old, new = then.get("framework", {}), now.get("framework", {})
    if old.get("fingerprint") != new.get("fingerprint"):
        yield Difference("framework", str(new.get("id", "")), "its rules, or an indicator that it uses, changed")


def _successors(then: Collection[str], now: Collection[str]) -> dict[str, str]:
    """Of each version that is not there any more, the one of the same indicator that took its place, if one did."""
    free = [id_ for id_ in now if id_ not in then]
    found = {}
    for id_ in then:
        same = [one for one in free if one.partition("@")[0] == id_.partition("@")[0]]
        if id_ not in now and same:
            found[id_] = same[0]
            free.remove(same[0])
    return found


def _fit(asked: Asked, means: Means) -> Iterator[Difference]:
    if asked.fit is not None and means.fit is not None and content_hash(means.fit) != asked.fit:
        yield Difference("fit", means.fit.name, "this is another file than the one it was made with")


def _differing(then: Record, now: Record) -> Iterator[Difference]:
    """The policies' numbers, the binding, and plugins."""
    for id_ in _keys(then.get("policies", {}), now["policies"]):
        old, new = then.get("policies", {}).get(id_), now["policies"].get(id_)
        yield Difference("policy", id_, f"{_numbers(old)} then, {_numbers(new)} now")
    if then["binding"]["hash"] != now["binding"]["hash"]:
        says = "columns, codes, tables or conditions are others"
        yield Difference("binding", str(now["binding"]["id"] or ""), says)
    for package in _keys(then.get("plugins", {}), now["plugins"]):
        old, new = then.get("plugins", {}).get(package), now["plugins"].get(package)
        yield Difference("plugin", package, f"{old or 'not there'} then, {new or 'not there'} now")


def _numbers(policy: Mapping[str, Sequence[int]] | None) -> str:
    if policy is None:
        return "not used"
    return "; ".join(f"{name} {', '.join(map(str, numbers))}" for name, numbers in policy.items())


def _data(then: Record, now: Record) -> Iterator[Difference]:
    """Datasets that hold something else. What is sealed with another project's key cannot be compared."""
    sealed = then.get("key") is not None and then.get("key") == now["key"]
    for name in sorted({*then["data"], *now["data"]}):
        old, new = then["data"].get(name), now["data"].get(name)
        if old is None or new is None:
            yield Difference("data", name, "read now, not then" if old is None else "read then, not now")
            continue
        both = sealed and "file" in old and "file" in new
        exactly = sealed and "seal" in old and old["seal"] == new.get("seal")  # also where now is rounded otherwise
        if old["years"] != new["years"]:
            yield Difference("data", name, f"years {', '.join(old['years'])} then, {', '.join(new['years'])} now")
        elif old["rows"] != new["rows"] and not exactly:
            yield Difference("data", name, f"about {old['rows']:,} rows then, {new['rows']:,} now")
        elif sealed and old.get("seal") != new.get("seal"):
            yield Difference("data", name, "a few rows more or fewer than then")
        elif both and old["file"] != new["file"]:
            yield Difference("data", name, "the file is another one than then, with as many rows")


def _keys(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The keys of either whose values differ."""
    return [key for key in sorted({*then, *now}) if then.get(key) != now.get(key)]


def _notes(then: Record, now: Record) -> Iterator[str]:
    for what, old, new in (
        ("engine", _engine(then), _engine(now)),
        ("metricspec", then["metricspec"], now["metricspec"]),
    ):
        if old != new:
            yield f"{what}: {old} then, {new} now"
    if then.get("key") != now["key"]:
        yield "the data are compared by years and about how many rows: the file was made with the key of another copy of the project"


def _engine(record: Record) -> str:
    return f"{record['engine']['name']} {record['engine'].get('version', '')}".strip()
