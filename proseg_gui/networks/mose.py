"""Mixture of stochastic experts: a few distinct readings of an image, each with a probability that the image decides.

Gao et al., "Modeling Multimodal Aleatoric Uncertainty in Segmentation with Mixture of Stochastic Experts" (ICLR 2023):
each expert is a narrow Gaussian over a code, whose draws are put into the features as (F + shift(z)) * scale(z) before
three pixelwise layers, and a gate gives every expert its probability. It knows no raters.

Preference: tau is one number, the reading: 1 to K, from the one that draws least to the one that draws most (found on
training cases), or 0, *as weighed*: then the gate decides. Ambiguity: there the first number of eps chooses the
reading, by where its normal distribution function falls among the gate's probabilities, so that draws at tau = 0 have
each reading as often as its probability says, and eps = 0 is the reading in the middle (half of all draw no more). The
others move the code within a reading. The features carry the probabilities as constant maps.

Not repeated from the public code: pooling of the bottleneck for the gate (an attention over the last features instead,
which sees a faint detail that a mean over the image does not), and noise of another size for each expert.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from proseg_gui.networks.base import Capabilities, Control, Coords
from proseg_gui.networks.linear import LinearMethod
from proseg_gui.networks.probunet import spread

WIDTH = 0.125
"""Standard deviation of the code within a reading, as published."""
LIMIT = 3.0
"""Ends of the slider; its stops are spread evenly between them."""
HEADS = 4


class Gate(nn.Module):
    """``(B, C, H, W)`` features -> ``(B, K)`` logits of the readings: a few heads of attention over the pixels."""

    def __init__(self, features: int, hidden: int, readings: int) -> None:
        super().__init__()
        self.look = nn.Conv2d(features, HEADS, 1)
        self.layers = nn.Sequential(nn.Linear(HEADS * features, hidden), nn.ReLU(), nn.Linear(hidden, readings))

    def forward(self, features: Tensor) -> Tensor:
        """An empty batch gives empty logits."""
        where = self.look(features).flatten(2).softmax(-1)
        logits: Tensor = self.layers((where @ features.flatten(2).mT).flatten(1))
        return logits


class MixtureOfStochasticExperts(LinearMethod):
    """``readings`` and ``code``: how many experts there are, and the size of z."""

    kind: ClassVar[str] = "mose"
    capabilities: ClassVar[Capabilities] = Capabilities(
        personalised=False, samples=True, preference_axes=True, ambiguity_axes=True, intra_expert=False,
        rater_draws=False, weighed=True,
    )  # fmt: skip

    def __init__(self, *sizes: int, readings: int = 4, code: int = 6, **common: Any) -> None:
        super().__init__(*sizes, own={"readings": (readings, 2, 16), "code": (code, 1, 64)}, **common)
        self.readings, self.code, self.eps_size = readings, code, 1 + code
        features, narrow = self.backbone.features, max(self.hidden // 2, 4)
        self.gate = Gate(features, self.hidden, readings)
        self.centres = nn.Parameter(torch.randn(readings, code))
        self.shift = nn.Parameter(torch.randn(features, code) * code**-0.5)
        self.scale = nn.Parameter(torch.randn(features, code) * 0.5 * code**-0.5)
        self.first, self.second = nn.Linear(features, self.hidden), nn.Linear(self.hidden, narrow)
        self.third = nn.Linear(narrow, self.n_structures)
        self.order: Tensor  # (K, K) of 0 and 1: row k - 1 says which expert is reading k
        self.register_buffer("order", torch.eye(readings))
        self.register_buffer("rater_area", torch.zeros(self.n_raters))

    def encode(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> ``(B, C + K, H, W)``: features, and the readings' probabilities everywhere."""
        features = self.backbone(image)
        return torch.cat([features, spread(self.gate(features).softmax(-1) @ self.order.T, image)], dim=1)

    def split(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """``(B, C + K, P)`` -> features ``(B, C, P)``, probabilities ``(B, K)`` of the readings 1 to K."""
        return pixels[:, : self.backbone.features], pixels[:, self.backbone.features :, 0]

    def presets(self) -> Tensor:
        """``(R, 1)``: as weighed, for everybody."""
        return torch.zeros(self.n_raters, 1)

    def weighed_readings(self, features: Tensor) -> tuple[Coords, Tensor]:
        """See the base class."""
        tau = torch.arange(1.0, self.readings + 1.0).unsqueeze(1)
        return {"tau": tau, "eps": torch.zeros(self.readings, self.eps_size)}, self.split(features.flatten(2))[1]

    def codes(self, chances: Tensor, tau: Tensor, eps: Tensor) -> Tensor:
        """``(B, N, L)`` of z at ``tau (B, N, 1)``, ``eps (B, N, 1 + L)``, given ``chances (B, K)``."""
        stops = torch.arange(self.readings + 1, device=tau.device)
        near = (1.0 - (tau.clamp(0.0, float(self.readings)) - stops).abs()).clamp_min(0.0)
        place = torch.special.ndtr(eps[..., :1].float())
        chosen = (place > chances.cumsum(-1)[:, None, :-1]).sum(-1)
        by_gate = torch.nn.functional.one_hot(chosen, self.readings).to(near)
        return (near[..., 1:] + near[..., :1] * by_gate) @ (self.order @ self.centres) + WIDTH * eps[..., 1:]

    def decode_points(self, pixels: Tensor, tau: Tensor, eps: Tensor) -> Tensor:
        """Three pixelwise layers on (F + shift z) (1 + scale z); the first is folded for each point."""
        features, chances = self.split(pixels)
        code = self.codes(chances, tau, eps)
        by = 1.0 + code @ self.scale.T  # (B, N, C)
        bias = (by * (code @ self.shift.T)) @ self.first.weight.T + self.first.bias
        first = torch.relu((self.first.weight * by.unsqueeze(2)) @ features.unsqueeze(1) + bias.unsqueeze(-1))
        second = torch.relu(self.second.weight @ first + self.second.bias[:, None])
        logits: Tensor = self.third.weight @ second + self.third.bias[:, None]
        return logits

    def slopes(self, pixels: Tensor, tau: Tensor) -> tuple[Tensor, Tensor]:
        """See the base class; which reading is drawn changes by jumps, so its number has no slope."""
        features, chances = (part[0] for part in self.split(pixels[None]))
        code = self.codes(chances[None], tau[None, None], tau.new_zeros(1, 1, self.eps_size))[0, 0]
        by, moved = 1.0 + self.scale @ code, features + (self.shift @ code)[:, None]
        first = self.first.weight @ (moved * by[:, None]) + self.first.bias[:, None]
        second = self.second.weight @ torch.relu(first) + self.second.bias[:, None]
        logits = self.third.weight @ torch.relu(second) + self.third.bias[:, None]
        by_code = self.shift.T[:, :, None] * by[:, None] + self.scale.T[:, :, None] * moved  # (L, C, P)
        slope = (self.second.weight @ ((self.first.weight @ by_code) * (first > 0))) * (second > 0)
        slope = WIDTH * (self.third.weight @ slope)
        return logits, torch.cat([torch.zeros_like(slope[:1]), slope])

    def preference_controls(self) -> list[Control]:
        """The reading; + draws more, and the lower end leaves it to the gate."""
        words = ("as weighed", *(f"reading {k}" for k in range(1, self.readings + 1)))
        middle, unit = torch.tensor([0.5 * self.readings]), self.readings / (2.0 * LIMIT)
        return [Control("Reading", "preference", "tau", torch.tensor([1.0]), middle, unit, 1.0, LIMIT, words)]
