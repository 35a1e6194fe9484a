"""What methods share in which tau is an agreement level: what at least c of R raters include."""

from __future__ import annotations

import torch
from torch import Tensor

from proseg_gui.networks.base import Control, Coords

LIMIT = 3.0
"""Ends of the slider; the levels are spread evenly between them."""


def mixed_levels(levels: Tensor, tau: Tensor) -> Tensor:
    """Logits ``(B, N, S, P)`` at level ``tau (B, N, 1)`` of ``levels (B, R, S, P)``, the lowest first.

    Between two whole levels theirs are mixed; below the first and above the last it is that one.
    """
    count = levels.shape[1]
    numbers = torch.arange(1, count + 1, device=levels.device)
    nearness = (1.0 - (tau.clamp(1.0, float(count)) - numbers).abs()).clamp_min(0.0)  # (B, N, R)
    return torch.einsum("bnr,brsp->bnsp", nearness, levels)


def at_level(level: int, like: Coords) -> Coords:
    """The point of a whole level, without anything random; ``like`` is any point of the method."""
    return {"tau": torch.tensor([float(level)]), "eps": torch.zeros_like(like["eps"])}


def level_words(level: int, count: int) -> str:
    """What is inside of a level: "at least 4 of 7"."""
    return f"all {count}" if level == count else f"at least {level} of {count}"


def level_draws(n: int, count: int, generator: torch.Generator) -> Tensor:
    """``(n, 1)`` levels of ``count``: each in turn, every round in an order of its own."""
    rounds = -(-n // count)
    order = torch.rand(rounds, count, generator=generator).argsort(1).flatten()
    return 1.0 + order[:n, None].float()


def level_control(count: int) -> list[Control]:
    """The level as a slider; + includes more, so that it runs from "all" to "at least 1"."""
    if count == 1:
        return []
    words = tuple(level_words(level, count) for level in range(count, 0, -1))
    middle, unit = torch.tensor([0.5 * (count + 1)]), (count - 1) / (2.0 * LIMIT)
    return [Control("Agreement", "preference", "tau", torch.tensor([-1.0]), middle, unit, 1.0, LIMIT, words)]
