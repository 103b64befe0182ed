"""What a record says of a run. It is published with the results, so nothing in it tells what they hide."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metricspec.model import BoundDataset, Indicator, Policy
from metricspec.records.key import Key
from metricspec.registry import MEASURES, US
from metricspec.running.project import Project
from metricspec.running.trace import Read, Trace
from metricspec.versioning.canonical import Canonical, written
from metricspec.versioning.fingerprint import fingerprint, framework_fingerprint, versions_of
from metricspec.warehouses.messages import secrets_hidden

if TYPE_CHECKING:
    import pandas as pd

FORM = 1  # of the record
PACKAGE = "metricspec-edu"
Record = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """What was asked for: `command` is run, apply or framework; `framework` its id; `fit` the hash of a fit's file. Orgs are
    ids. What is empty was not limited."""

    command: str
    indicators: tuple[str, ...]
    year: str | None = None
    level: str | None = None
    orgs: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    framework: str | None = None
    fit: str | None = None


def narrowed(frame: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    """The rows of a result, or of a framework's table, that were asked for."""
    for column, wanted in (("school_year", asked.year), ("org_level", asked.level)):
        frame = frame[frame[column] == wanted] if wanted is not None else frame
    frame = frame[frame["org_id"].isin(asked.orgs)] if asked.orgs else frame
    every = not asked.groups or "*" in asked.groups
    return frame if every else frame[frame["student_group"].isin(asked.groups)]


def years_of(own: Iterable[object], asked: Asked, trace: Trace) -> tuple[str, ...]:
    """The school years whose rules made some rows: their own, and for a framework's table, whose rules look back, all that
    were read up to its last."""
    found = {str(year) for year in own}
    if found and asked.framework is not None:
        found |= {year for read in trace.reads for year in read.years if year <= max(found)}
    return tuple(sorted(found))


def record_of(project: Project, trace: Trace, asked: Asked, key: Key | None, years: Sequence[str] = ()) -> Record:
    """The record of a run, without what the file itself adds: of each indicator every version in force in `years`."""
    ids = trace.indicators
    least = grain(project, ids)
    used = project.registry.involved(ids, project.catalog, years)
    made: Record = {
        "record": FORM,
        "metricspec": version(PACKAGE),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "asked": asdict(replace(asked, indicators=ids)),
        "indicators": indicators_of(project, ids, years),
        "engine": {"dialect": trace.dialect, "name": trace.engine, "version": trace.engine_version},
        "binding": {"id": project.binding.id if project.binding else None, "hash": binding_hash(trace.reads)},
        "data": {read.bound.dataset: extent(read, least, key) for read in trace.reads},
        "policies": {one.id: minimums(one) for one in policies(project, used)},
        "plugins": plugins_of(project, used),
        "key": key.id if key else None,
    }
    if asked.framework is not None:
        made["framework"] = framework_of(project, asked.framework, years)
    return made


def indicators_of(project: Project, ids: Iterable[str], years: Sequence[str] = ()) -> dict[str, dict[str, str]]:
    """Version and fingerprint of each version in force, by id@N."""
    catalog, registry = project.catalog, project.registry
    found = (one for id_ in ids for one in versions_of(id_, catalog, years))
    return {
        f"{one.id.partition('@')[0]}@{one.major}": {
            "version": one.version,
            "fingerprint": fingerprint(one, catalog, registry, years),
        }
        for one in found
    }


def framework_of(project: Project, name: str, years: Sequence[str] = ()) -> dict[str, str]:
    spec = project.framework_spec(name)
    return {"id": spec.id, "fingerprint": framework_fingerprint(spec, project.catalog, project.registry, years)}


def policies(project: Project, used: Iterable[Indicator]) -> list[Policy]:
    """The policies of some indicators, by id."""
    return [project.catalog.policies[id_] for id_ in sorted({one.policy for one in used})]


def minimums(policy: Policy) -> dict[str, list[int]]:
    """The n's of a policy, as its entries come."""
    lists = {"privacy": policy.privacy, "report": policy.report, "rating": policy.rating, "small": policy.small}
    return {name: [entry.n for entry in entries] for name, entries in lists.items() if entries}


def grain(project: Project, ids: Iterable[str]) -> int:
    """What numbers of rows are rounded to at least: far above every minimum, so that nobody finds a hidden number by taking
    shown ones from it. A power of ten, 100 or more. Every version in force counts, whatever the years: rows of all are
    counted."""
    every = policies(project, project.registry.involved(ids, project.catalog))
    least = max((entry.n for one in every for entry in (*one.privacy, *one.report)), default=1)
    found = 100
    while found < 5 * least:
        found *= 10
    return found


def rounded(rows: int, least: int) -> int:
    """To two digits, and to `least` at least.

    >>> rounded(4_821, 100), rounded(182_113, 100), rounded(37, 100)
    (4800, 180000, 0)
    """
    unit = max(least, int("1" + "0" * (len(str(rows)) - 2)) if rows > 99 else 1)
    return (rows + unit // 2) // unit * unit


def extent(read: Read, least: int, key: Key | None) -> dict[str, Any]:
    """What a dataset held: about how many rows, which school years; exactly, and a file to the letter, only sealed."""
    bound = read.bound
    found: dict[str, Any] = {
        "from": "file" if bound.file else "query" if bound.sql else "table",
        "rows": rounded(read.rows, least),
        "years": list(read.years),
    }
    if key is not None:
        found["seal"] = key.seal(f"{bound.dataset}|{read.rows}|{','.join(read.years)}")
    if key is not None and bound.file:
        found["file"] = key.seal(bound.dataset, Path(bound.file))
    return found


def binding_hash(reads: Iterable[Read]) -> str:
    """A hash of the names by which the datasets were read: columns, codes, conditions. Not where they lie: a file's path and
    a secret in a query are not in it."""
    found = {read.bound.dataset: Canonical().of(_without_place(read.bound)) for read in reads}
    return hashlib.sha256(written(found).encode()).hexdigest()


def _without_place(bound: BoundDataset) -> BoundDataset:
    """A table of the dataset's own name says no more than a file does."""
    own = bound.table == bound.dataset
    return replace(
        bound, file=None, table=None if own else bound.table, sql=secrets_hidden(bound.sql) if bound.sql else None
    )


def plugins_of(project: Project, used: Iterable[Indicator]) -> dict[str, str]:
    """The packages whose measure types computed some indicators, with their versions; not what ships."""
    registry = project.registry
    packages = {registry.package_of(MEASURES, one.measure_type) for one in used} - {US}
    return {one.package: one.version for one in registry.provided if one.package in packages}
