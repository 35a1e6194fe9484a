"""What methods share that make a draw in steps on a whole slice: one after the other, from the noise of its seed.

A draw is decoded alone, never together with others, because a processor rounds a batch otherwise than one, and a step
that compares with noise would turn the last digit into another pixel: the same seed has to be the same draw anywhere.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from proseg_gui.networks.base import Coords
from proseg_gui.networks.linear import StraightMethod

SEEDS = 1_000_000
"""Seeds of draws are 1 to one less than this; every one of them is exact in float32."""


class StreamMethod(StraightMethod):
    """``eps`` is one number, the seed of a draw's noise; 0 is what the method says without noise."""

    eps_size = 1

    @abstractmethod
    def steps(self, features: Tensor, tau: Tensor, seed: int) -> Iterator[Tensor]:
        """Logits ``(B, S, H, W)`` after each step for whole slices ``(B, C, H, W)`` at ``tau (D,)``."""

    def stream(self, features: Tensor, coords: Coords) -> Iterator[Tensor]:
        """See the base class."""
        yield from self.steps(features, coords["tau"].to(features), int(coords["eps"][0]))

    def decode(self, features: Tensor, coords: Coords) -> Tensor:
        """The last step, for whole slices ``(B, C, H, W)``."""
        logits = features.new_zeros(features.shape[0], self.n_structures, *features.shape[-2:])
        if features.shape[0]:
            for logits in self.stream(features, coords):  # noqa: B007 (only the last one is wanted)
                pass
        return logits

    def decode_many(self, features: Tensor, points: Mapping[str, Tensor]) -> Tensor:
        """``(1, C, H, W)`` at N points -> ``(N, S, H, W)``, one by one."""
        found = [self.decode(features, {"tau": tau, "eps": eps})
                 for tau, eps in zip(points["tau"], points["eps"], strict=True)]  # fmt: skip
        return torch.cat(found) if found else features.new_zeros(0, self.n_structures, *features.shape[-2:])

    def draw_eps(self, n: int, generator: torch.Generator) -> Tensor:
        """``(n, 1)`` seeds."""
        return torch.randint(1, SEEDS, (n, 1), generator=generator).float()

    def ambiguity_gram(self, features: Tensor, coords: Coords) -> Tensor:
        """Nothing: no axis runs through a seed."""
        return torch.zeros(2, 2, dtype=torch.float64)
