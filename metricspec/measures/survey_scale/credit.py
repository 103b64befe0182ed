"""The generalized partial credit model (Muraki 1992), and people's expected scores under it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Rule = Literal["even", "gauss_hermite"]
WIDTH = 8  # standard deviations of the population to either side that points of quadrature reach


@dataclass(frozen=True)
class Item:
    """The log odds of answer h against the answer below it are `discrimination` * (theta - steps[h - 1])."""

    name: str
    discrimination: float
    steps: tuple[float, ...]


@dataclass(frozen=True)
class Parameters:
    """Items, and the normal distribution of theta among people; `points` of quadrature by a rule.

    even: at equal distances. gauss_hermite: exact for polynomials, but coarse where answers say much: it is there to
    meet scores made with it (R's ltm takes 21 points).
    """

    items: tuple[Item, ...]
    mean: float = 0.0
    sd: float = 1.0
    rule: Rule = "even"
    points: int = 65


def enough_points(items: Sequence[Item], sd: float) -> int:
    """How many even points give a mean of theta to nine digits: the step is at most the smallest standard deviation that
    theta can have once all items are answered (an error of about exp(-2 pi^2)). Between 65 and 401."""
    known = max(sum(_information(item, sd * at / 10) for item in items) for at in range(-40, 41))
    smallest = 1 / math.sqrt(1 + known * sd * sd)  # in standard deviations of the population
    return min(401, max(65, 2 * math.ceil(WIDTH / smallest) + 1))


def _information(item: Item, theta: float) -> float:
    chances = [math.exp(log) for log in log_probabilities(item, theta)]
    mean = sum(at * chance for at, chance in enumerate(chances))
    return item.discrimination**2 * sum((at - mean) ** 2 * chance for at, chance in enumerate(chances))


def nodes(parameters: Parameters) -> tuple[tuple[float, float], ...]:
    """(theta, log of its weight), the weights adding up to 1."""
    found = _gauss_hermite(parameters.points) if parameters.rule == "gauss_hermite" else _even(parameters.points)
    return tuple((parameters.mean + parameters.sd * z, log) for z, log in found)


def _even(points: int) -> list[tuple[float, float]]:
    gap = 2 * WIDTH / (points - 1)
    places = [-WIDTH + gap * at for at in range(points)]
    whole = math.fsum(math.exp(-z * z / 2) for z in places)
    return [(z, -z * z / 2 - math.log(whole)) for z in places]


def _gauss_hermite(points: int) -> list[tuple[float, float]]:
    import numpy as np

    places, weights = np.polynomial.hermite_e.hermegauss(points)
    logs = np.log(weights) - math.log(math.sqrt(2 * math.pi))
    return [(float(z), float(log)) for z, log in zip(places, logs, strict=True)]


def log_probabilities(item: Item, theta: float) -> tuple[float, ...]:
    """Of the answers from the lowest to the highest."""
    sums = [0.0]
    for step in item.steps:
        sums.append(sums[-1] + item.discrimination * (theta - step))
    top = max(sums)
    whole = top + math.log(math.fsum(math.exp(one - top) for one in sums))
    return tuple(one - whole for one in sums)
