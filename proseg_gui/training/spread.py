"""How widely a trained ProSeg draws: two factors, chosen on held-out cases.

Jaccard distances saturate, so the energies of a loss hardly punish the wide draws of a network that is unsure of what
it learnt; on cases that it did not learn from, one number each tells whether draws of preference and of ambiguity are
too wide or too narrow.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch

from proseg_gui.jobs import CancelToken
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training.dataset import TrainingCase, slice_features

RATIO = 1.2
"""Between neighbouring factors that are tried."""
MOST_STEPS = 5
"""Neighbours tried on one side: factors stay within RATIO^5, 0.4 to 2.5."""
DRAWS, SEED = 32, 0
"""Draws a rater for :func:`rater_error`."""


@torch.no_grad()
def rater_error(method: ProSeg, cases: Sequence[TrainingCase], token: CancelToken | None = None) -> float:
    """Brier score of the raters' mean maps: sum of (p_r - y_r)^2 over all readings, per pixel that they draw.

    A proper score, so least where the spread of a rater's draws is right given what the network knows. All raters meet
    the same ambiguity, each draw with its opposite: else the chance of the draws outweighs what is looked for.
    """
    half = torch.randn(DRAWS // 2, method.modes, generator=torch.Generator().manual_seed(SEED))
    eps = torch.cat([half, -half])
    tau = [method.draw(r, DRAWS, torch.Generator().manual_seed(SEED))["tau"] for r in range(method.n_raters)]
    error = drawn = 0.0
    for case in cases:
        for k in range(case.image.shape[0]):
            if token is not None:
                token.check()
            features = slice_features(method, case, k)
            for r in range(method.n_raters):
                seen = case.observed[r].to(features)[..., None, None]  # (Q, S, 1, 1)
                if not bool(seen.any()):
                    continue
                p = torch.sigmoid(method.decode_many(features, {"tau": tau[r], "eps": eps})).mean(0)
                masks = case.masks[r, :, :, k].to(features)
                error += float((seen * (p - masks).square()).sum())
                drawn += float((seen * masks).sum())
    return error / max(drawn, 1.0)


def best_factor(cost: Callable[[float], float]) -> float:
    """The factor, 1 for the draws as they are, at which ``cost(factor)`` is least.

    Walks from 1 in steps of :data:`RATIO` as long as it gets better, then puts a parabola through the least value and
    its neighbours (in the factor's logarithm). ``cost`` is called at most 3 + :data:`MOST_STEPS` times.
    """
    found = {0: cost(1.0)}

    def at(step: int) -> float:
        if step not in found:
            found[step] = cost(RATIO**step)
        return found[step]

    way = -1 if at(-1) < at(0) else 1
    best = 0
    while abs(best) < MOST_STEPS and at(best + way) < at(best):
        best += way
    if best - way not in found or best + way not in found:
        return RATIO**best
    left, middle, right = found[best - 1], found[best], found[best + 1]
    bend = left - 2.0 * middle + right
    vertex = 0.5 * (left - right) / bend if bend > 0.0 else 0.0
    return math.pow(RATIO, best + max(-0.5, min(0.5, vertex)))
