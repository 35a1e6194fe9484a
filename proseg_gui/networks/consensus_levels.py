"""Agreement levels: for each c = 1..R what at least c of R raters include, one inside the other by construction.

The simplest form of Amit et al., "Annotator Consensus Prediction for Medical Image Segmentation with Diffusion Models"
(MICCAI 2023): the same targets and the same mean over levels, by one deterministic head instead of a diffusion a level.
It knows no raters: everybody's own prediction is the majority's level.

Preference: tau is one number, the level; between two whole levels their logits are mixed. Draws are the levels, each as
often as the others, so that the share of draws that include a pixel is the share of raters who would.

Not in the paper: nesting. The logit of level c is that of level c - 1 less a positive step, so that what more raters
include never lies outside of what fewer do, at any threshold.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from proseg_gui.networks.base import Capabilities, Control, Coords
from proseg_gui.networks.levels import at_level, level_control, level_draws, mixed_levels
from proseg_gui.networks.linear import LinearMethod


class ConsensusLevels(LinearMethod):
    """``hidden`` is the width of the head's inner layer; there are as many levels as raters."""

    kind: ClassVar[str] = "consensus_levels"
    capabilities: ClassVar[Capabilities] = Capabilities(
        personalised=False, samples=True, preference_axes=True, ambiguity_axes=False, intra_expert=False,
        rater_draws=False, levels=True,
    )  # fmt: skip

    def __init__(self, *sizes: int, **common: Any) -> None:
        super().__init__(*sizes, **common)
        self.head = nn.Sequential(
            nn.Conv2d(self.backbone.features, self.hidden, 1), nn.ReLU(),
            nn.Conv2d(self.hidden, self.n_raters * self.n_structures, 1),
        )  # fmt: skip
        self.register_buffer("rater_area", torch.zeros(self.n_raters))

    def encode(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> logits of all levels, ``(B, R S, H, W)``: nothing else is needed later."""
        first, *steps = self.head(self.backbone(image)).split(self.n_structures, 1)
        levels = [first]
        for step in steps:
            levels.append(levels[-1] - functional.softplus(step))
        return torch.cat(levels, 1)

    def presets(self) -> Tensor:
        """``(R, 1)``: the majority's level for everybody, what more than half include."""
        return torch.full((self.n_raters, 1), float(self.n_raters // 2 + 1))

    def level_coords(self, level: int) -> Coords:
        """See the base class."""
        return at_level(level, self.consensus_style())

    def decode_points(self, pixels: Tensor, tau: Tensor, eps: Tensor) -> Tensor:
        """Logits at level ``tau (B, N, 1)``; below the first and above the last level, theirs."""
        return mixed_levels(pixels.unflatten(1, (self.n_raters, self.n_structures)), tau)

    def draw_tau(self, raters: Tensor, generator: torch.Generator, *, everybody: bool) -> Tensor:
        """Each level in turn, every round in an order of its own; asked for one rater: the majority's."""
        if not everybody:
            return super().draw_tau(raters, generator, everybody=False)
        return level_draws(len(raters), self.n_raters, generator)

    def preference_controls(self) -> list[Control]:
        """The level; + includes more, so that it runs from "all" to "at least 1"."""
        return level_control(self.n_raters)
