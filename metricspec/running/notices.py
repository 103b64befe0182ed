"""What a run says of the indicators it was asked for: which version held in which years, and what is out of use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metricspec.model import Catalog, Years


def notices(names: Sequence[str], catalog: Catalog, years: Sequence[str] = ()) -> Iterator[str]:
    """A sentence for each indicator that several versions stand for, and for each that is deprecated."""
    for name in names:
        in_force = catalog.in_force(name, years)
        if len(catalog.in_force(name)) > 1:
            parts = ", ".join(f"version {one.version} {span(one.effective)}" for one in in_force)
            yield f"{name}: {parts}" + ("; no change is shown from one version to the next" if in_force[1:] else "")
        newest = in_force[-1]
        if newest.status == "deprecated":
            one = name if newest is catalog.in_force(name)[-1] else f"version {newest.version} of {name}"
            yield f"{one} is {newest.deprecation}"


def span(years: Years) -> str:
    """For which school years, in words."""
    if years.first is None:
        return f"up to {years.last}" if years.last else "for all years"
    if years.last is None:
        return f"from {years.first} on"
    return f"for {years.first}" if years.first == years.last else f"for {years.first} to {years.last}"
