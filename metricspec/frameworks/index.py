"""The index of an org: points of domains and metrics, each metric's weight shared among student groups.

All arithmetic is exact (fractions) and the index is capped and rounded once, at the end: three metrics that share 40
points and are at the highest level give 40, not three times 13.33.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from metricspec.frameworks.given import Place
from metricspec.frameworks.released import Released, Seen
from metricspec.model.framework import Domain, Index, Share


@dataclass(frozen=True)
class Part:
    """A group's share of a metric: `weight` is what it could have in points, `points` what it has."""

    share: Share
    group: str
    seen: Seen
    weight: Fraction = Fraction(0)
    points: Fraction = Fraction(0)

    @property
    def level(self) -> int | None:
        return int(self.seen.rating) if self.seen.rating is not None else None


@dataclass(frozen=True)
class Metric:
    name: str
    parts: tuple[Part, ...]
    weight: Fraction = Fraction(0)
    points: Fraction = Fraction(0)
    undecided: tuple[str, ...] = ()


@dataclass(frozen=True)
class Made:
    """An index with its domains and metrics; `value` is None where there is none, or `undecided` says why not."""

    value: Fraction | None
    domains: tuple[tuple[Domain, Fraction, Fraction, tuple[Metric, ...]], ...]  # with weight and points
    undecided: tuple[str, ...] = ()


def make_index(index: Index, released: Released, place: Place) -> Made:
    """The index of one org and year; what has no result gives its weight to the others, as the index says."""
    measured = [
        (domain, [(_metric(index, released, place, name), Fraction(weight)) for name, weight in domain.metrics])
        for domain in index.domains
    ]
    open_ = tuple(dict.fromkeys(text for _, ms in measured for m, _ in ms for text in m.undecided))
    missing = any(not _has(m) for _, ms in measured for m, _ in ms) and index.missing_metric == "no_index"
    empty = any(not any(_has(m) for m, _ in ms) for _, ms in measured) and index.missing_domain == "no_index"
    whole = sum((Fraction(d.weight) for d, ms in measured if any(_has(m) for m, _ in ms)), Fraction(0))
    domains = []
    for domain, metrics in measured:
        there = sum((w for m, w in metrics if _has(m)), Fraction(0))
        weight = Fraction(100) * Fraction(domain.weight) / whole if there and whole else Fraction(0)
        made = tuple(_weighted(m, weight * w / there if _has(m) else Fraction(0), index.levels) for m, w in metrics)
        domains.append((domain, weight, sum((m.points for m in made), Fraction(0)), made))
    if open_ or missing or empty or not whole:
        return Made(None, tuple(domains), open_)
    return Made(_rounded(sum((points for _, _, points, _ in domains), Fraction(0)), index), tuple(domains))


def _has(metric: Metric) -> bool:
    return not metric.undecided and any(part.level is not None for part in metric.parts)


def _metric(index: Index, released: Released, place: Place, name: str) -> Metric:
    parts = tuple(_part(index, released, place, name, share) for share in index.shares)
    if any(part.share.required and part.level is None and not part.seen.undecided for part in parts):
        parts = tuple(Part(part.share, part.group, part.seen._replace(rating=None, undecided="")) for part in parts)
    open_ = tuple(dict.fromkeys(part.seen.undecided for part in parts if part.seen.undecided))
    return Metric(name, parts, undecided=open_)


def _part(index: Index, released: Released, place: Place, name: str, share: Share) -> Part:
    if share.group is not None:
        return Part(share, share.group, released.level(name, place, share.group, index.least_n))
    return _lowest(index, released, place, name, share)


def _lowest(index: Index, released: Released, place: Place, name: str, share: Share) -> Part:
    """The group with the worst released value; of equal ones that with more students, then the first by its id, as in the
    measure type lowest_group."""
    seen = [(group, released.level(name, place, group, index.least_n)) for group in sorted(share.lowest_of)]
    open_ = next((one for _, one in seen if one.undecided), None)
    if open_ is not None:
        return Part(share, "", open_)
    there = [(group, one) for group, one in seen if one.rating is not None and one.row is not None]
    if not there:
        return Part(share, "", Seen())
    better = released.rules(there[0][1].indicator, place.year).better

    def rank(pair: tuple[str, Seen]) -> tuple[float, float]:
        row = pair[1].row
        assert row is not None and row.value is not None
        return badness(row.value, better), row.n or 0.0

    group, one = max(there, key=rank)  # the first of those that are equal
    return Part(share, group, one)


def badness(value: float, better: str) -> float:
    """How bad a value is, larger being worse.

    >>> badness(5.0, "higher"), badness(5.0, "lower"), badness(0.5, "toward:1")
    (-5.0, 5.0, 0.5)
    """
    if better == "higher":
        return -value
    return value if better == "lower" else abs(value - float(better.partition(":")[2]))


def _weighted(metric: Metric, weight: Fraction, levels: int) -> Metric:
    """The metric's weight over its shares that have a level, and the points that they get."""
    if not weight:
        return metric
    there = sum((Fraction(p.share.weight) for p in metric.parts if p.level is not None), Fraction(0))
    parts = []
    for part in metric.parts:
        own = weight * Fraction(part.share.weight) / there if part.level is not None else Fraction(0)
        parts.append(Part(part.share, part.group, part.seen, own, own * (part.level or 0) / levels))
    return Metric(metric.name, tuple(parts), weight, sum((p.points for p in parts), Fraction(0)))


def _rounded(points: Fraction, index: Index) -> Fraction:
    """Capped, then rounded once, half up: there are no negative points."""
    capped = min(max(points, Fraction(index.least)), Fraction(index.most))
    steps = Fraction(Decimal(10) ** index.digits)
    return Fraction(floor(capped * steps + Fraction(1, 2))) / steps
