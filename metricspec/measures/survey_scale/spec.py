"""What a survey_scale block says, as a frozen value, and keys that do not go together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from metricspec.measure import Wrong
from metricspec.measures.survey_scale.credit import Item, Parameters, enough_points

Score = Literal["mean", "total", "percent_favorable", "partial_credit"]


@dataclass(frozen=True)
class Part:
    """Items that are scored together, by their place in `items`, and how many of them a person must answer. The whole
    scale is the part without a name."""

    name: str | None
    items: tuple[int, ...]
    fewest: int


@dataclass(frozen=True)
class Floor:
    """The participation, in percent, that is asked of people for whom `where` holds (everybody, where None)."""

    percent: Decimal
    where: str | None = None


@dataclass(frozen=True)
class SurveyScaleSpec:
    """`low` and `high` are the ends of the answers' range. Numbers that SQL compares with answers are Decimals, written
    as in the file."""

    items: tuple[str, ...]
    low: Decimal
    high: Decimal
    score: Score
    reverse: frozenset[str] = frozenset()
    item: str = "item"
    response: str = "response"
    answered: Literal["half", "all"] | Decimal = "half"
    favorable: Decimal | None = None
    pool: Literal["responses", "students"] | None = None
    parts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    parameters: Parameters | None = None
    scale_mean: float | None = None
    scale_sd: float | None = None
    floors: tuple[Floor, ...] = ()
    standing_n: int | None = None
    report: Literal["score", "standing"] = "score"

    def fewest(self, items: int) -> int:
        """How many of so many items a person must answer to count."""
        if self.answered == "all":
            return items
        share = Decimal("0.5") if self.answered == "half" else self.answered
        return max(1, math.ceil(share * items)) if share < 1 else int(share)

    def all_parts(self) -> tuple[Part, ...]:
        """The whole scale first."""
        places = {name: at for at, name in enumerate(self.items, 1)}
        whole = Part(None, tuple(places.values()), self.fewest(len(self.items)))
        return whole, *(
            Part(name, tuple(places[item] for item in items), self.fewest(len(items))) for name, items in self.parts
        )

    @property
    def middle(self) -> Decimal:
        """The middle of the range: answers are summed from there, so that large sums lose no digits."""
        return (self.low + self.high) / 2


def parse(block: Mapping[str, Any]) -> SurveyScaleSpec:
    """A block that the schema accepted."""
    answered = block.get("answered", "half")
    favorable, scale = block.get("favorable"), block.get("scale", {})
    return SurveyScaleSpec(
        items=tuple(block["items"]),
        low=_exact(block["range"]["from"]),
        high=_exact(block["range"]["to"]),
        score=block["score"],
        reverse=frozenset(block.get("reverse", ())),
        item=block.get("item", "item"),
        response=block.get("response", "response"),
        answered=answered if isinstance(answered, str) else _exact(answered),  # type: ignore[arg-type]  # the schema knows
        favorable=None if favorable is None else _exact(favorable["from"]),
        pool=block.get("pool"),
        parts=tuple((name, tuple(items)) for name, items in block.get("parts", {}).items()),
        parameters=_parameters(block.get("parameters")),
        scale_mean=float(scale["mean"]) if scale else None,
        scale_sd=float(scale["sd"]) if scale else None,
        floors=_floors(block.get("participation_floor")),
        standing_n=block.get("standing", {}).get("orgs_from"),
        report=block.get("report", "score"),
    )


def _exact(value: float | int) -> Decimal:
    return Decimal(str(value))


def _floors(given: float | Sequence[Mapping[str, Any]] | None) -> tuple[Floor, ...]:
    if given is None:
        return ()
    if isinstance(given, int | float):
        return (Floor(_exact(given)),)
    return tuple(Floor(_exact(one["percent"]), one.get("where")) for one in given)


def _parameters(block: Mapping[str, Any] | None) -> Parameters | None:
    if block is None:
        return None
    people = block.get("population", {})
    items = tuple(
        Item(name, float(one["discrimination"]), tuple(float(step) for step in one["steps"]))
        for name, one in block["items"].items()
    )
    points = block.get("quadrature", {})
    mean, sd = float(people.get("mean", 0)), float(people.get("sd", 1))
    return Parameters(
        items, mean, sd, points.get("rule", "even"), int(points.get("points") or enough_points(items, sd))
    )


def wrong(spec: SurveyScaleSpec) -> Sequence[Wrong]:
    """What the schema cannot say."""
    return [*_range(spec), *_score(spec), *_parts(spec), *_answered(spec), *_standing(spec), *_credit(spec)]


def _range(spec: SurveyScaleSpec) -> Iterator[Wrong]:
    if spec.low >= spec.high:
        yield Wrong(("range", "from"), f"the range from {spec.low} to {spec.high} holds no two answers")
    for name in sorted(spec.reverse - set(spec.items)):
        yield Wrong(("reverse",), f"'{name}' is not one of the items", "name it under 'items' too")


def _score(spec: SurveyScaleSpec) -> Iterator[Wrong]:
    wanted = {"favorable": "percent_favorable", "pool": "percent_favorable", "parameters": "partial_credit"}
    given = {"favorable": spec.favorable, "pool": spec.pool, "parameters": spec.parameters}
    for key, score in wanted.items():
        if spec.score == score and given[key] is None:
            hints = {"favorable": "favorable: {from: 4}", "pool": "pool: responses, or pool: students"}
            hint = f"write {hints.get(key, 'them; metricspec calibrate INDICATOR fits them')}"
            yield Wrong(("score",), f"'score: {score}' needs '{key}'", hint)
        if spec.score != score and given[key] is not None:
            yield Wrong((key,), f"'{key}' says nothing with 'score: {spec.score}'", f"leave it out, or score: {score}")
    if spec.scale_mean is not None and spec.score != "partial_credit":
        yield Wrong(("scale",), f"'scale' says nothing with 'score: {spec.score}'", "leave it out")
    if spec.favorable is not None and not spec.low < spec.favorable <= spec.high:
        message = f"with 'from: {spec.favorable}' all answers of the range would be favorable, or none"
        yield Wrong(("favorable", "from"), message, f"write a number above {spec.low}, and at most {spec.high}")


def _parts(spec: SurveyScaleSpec) -> Iterator[Wrong]:
    if spec.parts and spec.score == "partial_credit":
        yield Wrong(("parts",), "a part of the items has no partial credit score", "write an indicator for each part")
    seen: set[str] = set()
    for name, items in spec.parts:
        for at, item in enumerate(items):
            if item not in spec.items:
                yield Wrong(("parts", name, at), f"'{item}' is not one of the items", "name it under 'items' too")
            if item in seen:
                yield Wrong(("parts", name, at), f"'{item}' is in another part already", "name it in one of them")
            seen.add(item)


def _answered(spec: SurveyScaleSpec) -> Iterator[Wrong]:
    if isinstance(spec.answered, str):
        return
    if spec.answered >= 1 and spec.answered != int(spec.answered):
        yield Wrong(("answered",), f"{spec.answered} is no number of items", "a share is below 1, such as 0.75")
    for name, items in ((None, spec.items), *spec.parts):
        if spec.answered >= 1 and spec.answered > len(items):
            of = "the scale" if name is None else f"the part '{name}'"
            yield Wrong(("answered",), f"{of} has only {len(items)} items", "write half, all, or a share such as 0.75")


def _standing(spec: SurveyScaleSpec) -> Iterator[Wrong]:
    if spec.report == "standing" and spec.standing_n is None:
        yield Wrong(("report",), "'report: standing' needs 'standing'", "write standing: {orgs_from: 10}")
    for at, floor in enumerate(spec.floors[:-1]):
        if floor.where is None:
            yield Wrong(("participation_floor", at), "the entries after this one never hold", "put it last")


def _credit(spec: SurveyScaleSpec) -> Iterator[Wrong]:
    if spec.parameters is None:
        return
    whole = spec.low == int(spec.low) and spec.high == int(spec.high)
    if not whole:
        yield Wrong(("range",), "partial credit is for answers in whole numbers")
    steps = int(spec.high) - int(spec.low)
    known = {one.name: one for one in spec.parameters.items}
    for name in spec.items:
        if name not in known:
            yield Wrong(("parameters", "items"), f"the item '{name}' has no parameters")
    for name, one in known.items():
        if name not in spec.items:
            yield Wrong(("parameters", "items", name), f"'{name}' is not one of the items", "leave it out")
        elif whole and len(one.steps) != steps:
            message = f"'{name}' has {len(one.steps)} steps; from {spec.low} to {spec.high} there are {steps}"
            yield Wrong(("parameters", "items", name, "steps"), message, "a step for each answer above the lowest")
