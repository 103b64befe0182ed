"""Versions that are too low for what changed, as problems at their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from metricspec.problems import Place, Problem
from metricspec.versioning.bumps import EFFECTS, Effect, enough, needed, raised
from metricspec.versioning.changes import Told
from metricspec.versioning.compared import Compared, through

DOES: Mapping[Effect, str] = MappingProxyType(
    {
        "past": "changes results of finished school years",
        "future": "changes results of school years that are not finished",
        "label": "changes what the indicator says, and no result",
    }
)

LOWER = (
    "The ",
    "A ",
    "An ",
    "This",
    "There ",
    "Nobody ",
    "Version ",
    "Values ",
)  # how a sentence begins that goes on inside another


def version_problems(found: Iterable[Compared], reference: str) -> Iterator[Problem]:
    """What a state of the specs lacks in versions against an older one, which is called `reference`."""
    for one in found:
        if one.key[0] != "indicator":
            continue
        if one.became == "gone":
            message = f"the indicator {one.key[1]} of {reference} is gone: what used it finds nothing any more"
            hint = "keep it with status: deprecated, until nobody uses it"
            yield Problem("MS903", message, Place(one.spec.document.file), hint, "warning")
        if one.new is None or one.old is None:
            continue
        place = one.new.document.key("version")
        old, new = one.versions
        if one.declared is None:
            message = f"the version went down: {reference} has {old}, this is {new}"
            hint = f'write version: "{raised(old, one.needed)}"'
            yield Problem("MS902", message, place, hint)
        elif not enough(one.declared, one.needed):
            told = demanding(one)
            message = f"the version {new} is too low: {_said(told)}, which {DOES[told.effect]}"
            hint = f'{reference} has {old}; write version: "{raised(old, one.needed)}" or higher ({one.needed})'
            yield Problem("MS901", message, place, hint)


def demanding(one: Compared) -> Told:
    """The first change that demands the bump that is needed."""
    strongest = min((told.effect for told in one.changes), key=EFFECTS.index)
    assert needed([strongest]) == one.needed
    return next(told for told in one.changes if told.effect == strongest)


def _said(told: Told) -> str:
    """The sentence of `diff`, and in brackets the key."""
    says = told.change.says.removesuffix(".")
    says = f"{says[0].lower()}{says[1:]}" if says.startswith(LOWER) else says
    where = f" ({told.change.key})" if told.change.key else ""
    return f"{through(told.via)}{says}{where}"
