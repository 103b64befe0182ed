"""The empirical best linear prediction of one org's target out of its block means, and its mean squared error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metricspec.measures.eblp.population import Floats

SINGULAR = 1e-12  # smallest over largest eigenvalue of V


@dataclass(frozen=True)
class Prediction:
    """Two estimates of a target: the direct mean and the best linear prediction, each with its mean squared error.

    `resampled` is the jackknife's part of `mse`; `own` the weight of the target's own block means in the prediction
    (the weights of all block means sum to 1). `singular`: V has no inverse, and the prediction is the direct mean.
    """

    direct: float
    direct_mse: float
    blp: float
    mse: float
    resampled: float
    own: float
    singular: bool = False

    @property
    def better(self) -> bool:
        """Whether the prediction has the smaller mean squared error: the hybrid takes it then."""
        return not self.singular and self.mse < self.direct_mse


def weights(g: Floats, r: Floats) -> Floats:
    """Q with BLP = Q y: H + G V^-1 (I - H), H = 1 1'V^-1 / (1'V^-1 1), V = G + R. Rows sum to 1.

    `g` and `r` are square, over one org's blocks; `g` can be a stack of such.
    """
    import numpy as np

    size = r.shape[-1]
    inverse = np.linalg.inv(g + r)
    columns = inverse.sum(axis=-2, keepdims=True)
    h = np.broadcast_to(columns / columns.sum(axis=-1, keepdims=True), inverse.shape)
    q: Floats = h + g @ inverse @ (np.eye(size) - h)
    return q


def _definite(r: Floats, g: Floats, without: Floats) -> bool:
    """Whether V has an inverse, with G and without each batch: it has wherever R alone has."""
    import numpy as np

    if np.linalg.eigvalsh(r)[0] > SINGULAR * np.linalg.eigvalsh(g + r)[-1]:
        return True
    values = np.linalg.eigvalsh(np.concatenate([g[None], without]) + r)
    return bool((values[:, 0] > SINGULAR * values[:, -1]).all())


def predicted(mean: Floats, explained: Floats, target: Floats, r: Floats, g: Floats, without: Floats) -> Prediction:
    """For one org and its observed blocks: `mean` and `explained` (blocks,), `target` the weights of the target
    (blocks,), `r` the covariance of the block means about the org's effects and `g` that of the effects (blocks,
    blocks); `without`: G without each batch of the jackknife (batches, blocks, blocks), may be empty.

    mse = l'((I-Q) G (I-Q)' + Q R Q')l + (J-1)/J sum_j (blp_j - mean of blp_j)^2. Units: of the scores, squared.
    """
    import numpy as np

    rest = mean - explained
    direct, direct_mse = float(target @ mean), float(target @ r @ target)
    if not _definite(r, g, without):
        return Prediction(direct, direct_mse, direct, direct_mse, 0.0, 1.0, singular=True)
    q = weights(g, r)
    miss = target @ (np.eye(len(mean)) - q)
    weight = target @ q
    mse = float(miss @ g @ miss + weight @ r @ weight)
    blp = float(target @ explained + weight @ rest)
    count = len(without)
    resampled = 0.0
    if count > 1:
        others = np.einsum("b,jbc,c->j", target, weights(without, r), rest)
        resampled = (count - 1) / count * float(((others - others.mean()) ** 2).sum())
    own = float(weight[target > 0].sum())
    return Prediction(direct, direct_mse, blp, mse + resampled, resampled, own)
