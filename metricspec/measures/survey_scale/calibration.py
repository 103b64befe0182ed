"""Item parameters of the generalized partial credit model from people's answers, by marginal maximum likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from metricspec.measures.survey_scale.credit import Item, Parameters, nodes

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

NOT_ANSWERED = -1
POINTS = 129
GRADIENT = 1e-7  # of the log-likelihood per person, where the search ends


@dataclass(frozen=True)
class Calibration:
    """What was fitted: the items, and the log-likelihood of all people's answers. `settled` is whether the search ended
    where no parameter could better it."""

    parameters: Parameters
    log_likelihood: float
    people: int
    settled: bool


@dataclass(frozen=True)
class _Data:
    """Patterns of answers (0 the lowest, -1 none) by item, with the people who gave each; points of theta and the logs
    of their weights."""

    patterns: Ints
    people: Floats
    answers: int
    theta: Floats
    weight: Floats


def calibrate(names: Sequence[str], patterns: Ints, people: Floats, answers: int) -> Calibration:
    """Fit discriminations and steps; theta has mean 0 and standard deviation 1.

    patterns: (patterns, items), 0 to answers - 1, -1 where not answered (left out of the likelihood). people: how many
    gave each pattern. The search is scipy's L-BFGS-B over the logs of the discriminations and the steps.
    """
    import numpy as np
    from scipy.optimize import minimize

    points = nodes(Parameters((), points=POINTS))
    theta, weight = (np.array(one) for one in zip(*points, strict=True))
    data = _Data(patterns, people.astype(float), answers, theta, weight)
    items, total = patterns.shape[1], float(people.sum())
    start = np.concatenate([np.zeros(items), _first_steps(data).ravel()])

    def per_person(x: Floats) -> tuple[float, Floats]:
        loss, slopes = _loss(x, data)
        return loss / total, slopes / total

    options: Any = {"maxiter": 5_000, "maxfun": 20_000, "gtol": GRADIENT, "ftol": 0.0}
    found = minimize(per_person, start, jac=True, method="L-BFGS-B", options=options)
    sharp, steps = np.exp(found.x[:items]), found.x[items:].reshape(items, answers - 1)
    fitted = tuple(
        Item(name, float(a), tuple(float(step) for step in own))
        for name, a, own in zip(names, sharp, steps, strict=True)
    )
    settled = bool(np.abs(found.jac).max() < 100 * GRADIENT)
    return Calibration(Parameters(fitted), -float(found.fun) * total, round(total), settled)


def _first_steps(data: _Data) -> Floats:
    """Logs of how many gave each answer against the one above it."""
    import numpy as np

    counts = np.array(
        [
            [data.people[data.patterns[:, item] == answer].sum() for answer in range(data.answers)]
            for item in range(data.patterns.shape[1])
        ]
    )
    steps: Floats = np.log((counts[:, :-1] + 0.5) / (counts[:, 1:] + 0.5))
    return steps


def _logs(x: Floats, data: _Data) -> tuple[Floats, Floats]:
    """Log-probabilities (item, point, answer), and the sums over steps (item, point, answer) that they are made of
    before the discrimination."""
    import numpy as np

    items = data.patterns.shape[1]
    steps = x[items:].reshape(items, data.answers - 1)
    sums = np.zeros((items, data.theta.size, data.answers))
    sums[:, :, 1:] = np.cumsum(data.theta[None, :, None] - steps[:, None, :], axis=2)
    scaled = np.exp(x[:items])[:, None, None] * sums
    top = scaled.max(axis=2, keepdims=True)
    return scaled - top - np.log(np.exp(scaled - top).sum(axis=2, keepdims=True)), sums


def _loss(x: Floats, data: _Data) -> tuple[float, Floats]:
    """The negative log-likelihood and its gradient: the posterior of theta of each pattern spreads its people over the
    points, and each item is then a regression of answers on known points."""
    import numpy as np

    items = data.patterns.shape[1]
    logs, sums = _logs(x, data)
    joint = np.tile(data.weight, (len(data.patterns), 1))
    for item in range(items):
        known = data.patterns[:, item] != NOT_ANSWERED
        joint[known] += logs[item][:, data.patterns[known, item]].T
    top = joint.max(axis=1, keepdims=True)
    likelihood = top[:, 0] + np.log(np.exp(joint - top).sum(axis=1))
    spread = np.exp(joint - likelihood[:, None]) * data.people[:, None]
    slopes = np.zeros_like(x)
    sharp = np.exp(x[:items])
    for item in range(items):
        chosen = np.stack([spread[data.patterns[:, item] == answer].sum(axis=0) for answer in range(data.answers)], 1)
        left = chosen - chosen.sum(axis=1, keepdims=True) * np.exp(logs[item])
        slopes[item] = sharp[item] * (left * sums[item]).sum()
        above = left[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]  # of the answers from each step on
        begin = items + item * (data.answers - 1)
        slopes[begin : begin + data.answers - 1] = -sharp[item] * above.sum(axis=0)
    return -float(data.people @ likelihood), -slopes
