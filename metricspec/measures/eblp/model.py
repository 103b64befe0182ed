"""One model from its sums to a prediction for every org."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metricspec.measures.eblp.blockeffects import BlockMeans, block_means, covariances, explained
from metricspec.measures.eblp.definite import semidefinite_with_zeros
from metricspec.measures.eblp.patterns import with_common_patterns
from metricspec.measures.eblp.population import Population, parts, restricted
from metricspec.measures.eblp.prediction import Prediction, predicted
from metricspec.measures.eblp.residuals import Refused, error_covariance, overlap, residual_covariance

if TYPE_CHECKING:
    from metricspec.measures.eblp.population import Floats


@dataclass(frozen=True)
class Minimums:
    """Scores of a block, students of a pattern, students of two blocks, blocks and orgs of a model: what it takes."""

    block: int = 100
    pattern: int = 100
    pair: int = 100
    blocks: int = 3
    orgs: int = 5


@dataclass(frozen=True)
class Fitted:
    """A model fitted: `blocks` and `orgs` name the axes; `r` and `g` the covariances; `without` G without each batch."""

    orgs: tuple[str, ...]
    blocks: tuple[int, ...]
    means: BlockMeans
    errors: Floats
    r: Floats
    g: Floats
    without: Floats

    def prediction(self, org: int, target: frozenset[int]) -> Prediction | None:
        """Of the mean over the target's blocks, weighted by the org's scores in them; None where it has none."""
        import numpy as np

        seen = np.flatnonzero(self.means.n[org] > 0)
        n = np.array([self.means.n[org, b] if self.blocks[b] in target else 0.0 for b in seen])
        if not n.any():
            return None
        at = np.ix_(seen, seen)
        return predicted(
            self.means.mean[org, seen],
            self.means.explained[org, seen],
            n / n.sum(),
            self.errors[org][at],
            self.g[at],
            self.without[:, seen[:, None], seen],
        )


def large_blocks(population: Population, minimum: int) -> tuple[Population, frozenset[int]]:
    """The population without blocks of fewer scores than the minimum, and these."""
    import numpy as np

    counts = np.bincount(population.cells.block, population.cells.n, minlength=len(population.blocks))
    kept = np.flatnonzero(counts >= minimum)
    small = frozenset(population.blocks[b] for b in np.flatnonzero(counts < minimum))
    orgs = np.unique(population.cells.org[np.isin(population.cells.block, kept)])
    return restricted(population, orgs, kept), small


def fitted(population: Population, minimums: Minimums) -> Fitted:
    """The model of one part of a population. Raises Refused where it cannot be fitted."""
    import numpy as np

    if len(population.blocks) < minimums.blocks:
        raise Refused(f"fewer than {minimums.blocks} blocks")
    if len(population.orgs) < minimums.orgs:
        raise Refused(f"fewer than {minimums.orgs} orgs share these blocks")
    population = with_common_patterns(population, minimums.pattern)
    raw, estimated = residual_covariance(population, minimums.pair)
    means = block_means(population, explained(population.cells))
    counts = overlap(population)
    g, *without = covariances(means, error_covariance(counts, raw))
    r = semidefinite_with_zeros(raw, estimated)
    stack = np.stack(without) if without else np.zeros((0, *g.shape))
    return Fitted(population.orgs, population.blocks, means, error_covariance(counts, r), r, g, stack)


@dataclass(frozen=True)
class Outcome:
    """What one org gets of its model: a prediction, or the reason why there is none."""

    prediction: Prediction | None = None
    reason: str | None = None


def outcomes(population: Population, target: frozenset[int], minimums: Minimums) -> dict[str, Outcome]:
    """The prediction for every org with a score in the target's blocks."""
    import numpy as np

    large, small = large_blocks(population, minimums.block)
    aimed = [at for at, block in enumerate(population.blocks) if block in small & target]
    lost = {
        population.orgs[org]: Outcome(reason=f"a block of fewer than {minimums.block} scores")
        for org in np.unique(population.cells.org[np.isin(population.cells.block, aimed)])
    }
    found: dict[str, Outcome] = {}
    for part in parts(large):
        if not target & frozenset(part.blocks):
            continue
        try:
            model = fitted(part, minimums)
        except Refused as refused:
            found.update({org: Outcome(reason=str(refused)) for org in part.orgs})
            continue
        for at, org in enumerate(model.orgs):
            prediction = model.prediction(at, target)
            if prediction is not None:
                found[org] = Outcome(prediction)
    return found | lost
