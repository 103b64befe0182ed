"""What an indicator depends on, and what of it matters to the indicator."""

from __future__ import annotations

from collections.abc import Sequence

from metricspec.model import Indicator
from metricspec.reading.mentions import mentions
from metricspec.versioning.snapshot import Key, Snapshot, Spec

OF_PARTS_ONLY = frozenset({"rating", "compare"})  # what others are made of is neither compared nor rated there


def depends_on(snapshot: Snapshot, spec: Spec) -> frozenset[Key]:
    """Everything but the indicator itself, through others where it is made of them."""
    found: dict[Key, None] = {}
    _own(snapshot, spec, found)
    if spec.model.rating:
        found["levels", spec.model.rating] = None
    found.pop(spec.key, None)
    return frozenset(key for key in found if key in snapshot.specs)


def _own(snapshot: Snapshot, spec: Spec, found: dict[Key, None]) -> None:
    indicator: Indicator = spec.model
    found |= dict.fromkeys([("policy", indicator.policy), ("group_set", indicator.groups)])
    datasets = [indicator.students, snapshot.registry.rows_of(indicator), *(fact.dataset for fact in indicator.facts)]
    orgs = snapshot.catalog.orgs.get(indicator.orgs or "")
    if orgs is not None:
        found["orgs", orgs.id] = None
        datasets.append(orgs.dataset)
    found |= {("dataset", name): None for name in datasets if name}
    for name in filter(None, datasets):
        columns = snapshot.catalog.datasets[name].columns.values() if name in snapshot.catalog.datasets else ()
        found |= {("codes", column.codes): None for column in columns if column.codes}
    found |= {("lookup", one.id): None for one in mentions(spec.document, snapshot.schemas) if one.kind == "lookup"}
    for key in (("indicator", name) for name in snapshot.registry.made_of(indicator)):
        if key not in found:
            found[key] = None
            for other in snapshot.in_use(key):
                _own(snapshot, other, found)


def matters(sides: Sequence[tuple[Snapshot, Spec]], key: Key, path: tuple[str | int, ...]) -> bool:
    """Whether what stands at a path of a document can reach an indicator: of datasets the columns that it reads, of code
    lists those of such columns, and of indicators that it is made of neither their cut scores nor their comparisons."""
    kind, id_ = key
    if kind == "indicator":
        return path[0] not in OF_PARTS_ONLY
    if kind not in ("dataset", "codes"):
        return True
    for snapshot, spec in sides:
        reads = snapshot.reads(snapshot.name(spec))
        if reads is None or (kind == "dataset" and path[0] != "columns"):
            return True
        if kind == "dataset" and path[1] in reads.get(id_, ()):
            return True
        columns = (snapshot.catalog.datasets[name].columns[c] for name, read in reads.items() for c in read)
        if kind == "codes" and any(column.codes == id_ for column in columns):
            return True
    return False
