"""Diffusion over masks: a draw begins as noise and becomes a mask in a few steps, on features that are made once.

One engine for three published methods. Rahman et al., "Ambiguous Medical Image Segmentation using Diffusion Models"
(CVPR 2023): many hypotheses for one image, here the mode *diverse*. Amit et al., "Annotator Consensus Prediction for
Medical Image Segmentation with Diffusion Models" (MICCAI 2023): agreement levels, the mode *level*. Zhang et al.,
"DiffOSeg" (MICCAI 2025): a rater's own drawings, the mode *rater*. Masks are 0 and 1, so the noise is that of
Zbinden et al., "Stochastic Segmentation with Conditional Categorical Diffusion Models" (ICCV 2023), of two categories:
q(x_t | y) = Bernoulli(a_t y + (1 - a_t) / 2). The network predicts y. By the option *dynamics*, flow matching instead
(Lipman et al., ICLR 2023): x_t on the straight line from Gaussian noise to the mask, and Euler steps.

eps is a draw's seed. At seed 0 there is no noise: what the network says of nothing but the image (x_t at its mean, all
noise still to come), which is the mean of all draws, in one step. tau is nothing (diverse), the rater's embedding
(rater: free numbers, blends mix them), or the level (level: 1 to R, as a slider that rests at whole levels).

The denoiser works at a quarter of the resolution (masks are folded into channels) and is refined pixel by pixel by the
image's features, so that a step is cheap. Levels are predicted together, each less than the one before by a positive
step, from noise that they share: nested by construction, in every draw.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from proseg_gui.networks.base import Capabilities, Control, Coords
from proseg_gui.networks.levels import at_level, level_control, level_draws, mixed_levels
from proseg_gui.networks.streams import StreamMethod

FOLD = 4
"""The denoiser's pixel is so many of the image's, each way."""
KEPT = 4
"""Channels that the denoiser gives every pixel of the image."""
EMBEDDING = 8
"""Numbers of a rater."""
TIMES = 16
"""Numbers by which the network is told the time."""
MODES = ("diverse", "rater", "level")
DYNAMICS = ("bernoulli", "flow")


class Block(nn.Module):
    """Two convolutions beside a way around; what is told of time and rater scales and shifts in between."""

    def __init__(self, width: int, told: int) -> None:
        super().__init__()
        self.first, self.second = (nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
        self.norms = nn.ModuleList(nn.GroupNorm(max(1, width // 8), width) for _ in range(2))
        self.told = nn.Linear(told, 2 * width)

    def forward(self, x: Tensor, told: Tensor) -> Tensor:
        """``x (B, width, h, w)``, ``told (B, told)``."""
        scale, shift = self.told(told)[:, :, None, None].chunk(2, 1)
        inner = self.norms[1](self.first(functional.silu(self.norms[0](x)))) * (1.0 + scale) + shift
        found: Tensor = x + self.second(functional.silu(inner))
        return found


class Denoiser(nn.Module):
    """Noisy masks ``(B, M, H, W)`` in -1..1, times and raters -> logits ``(B, M, H, W)``, for an image's features.

    H and W are multiples of ``2 FOLD``. What is made of the features alone is made once for all steps: :meth:`look`.
    """

    def __init__(self, features: int, masks: int, width: int, hidden: int, told: int) -> None:
        super().__init__()
        cells = FOLD * FOLD
        self.far, self.near = nn.Conv2d(features, width, FOLD, FOLD), nn.Conv2d(features, hidden, 1)
        self.begin = nn.Conv2d(masks * cells, width, 3, padding=1)
        self.tell = nn.Sequential(nn.Linear(TIMES + told, width), nn.SiLU())
        self.above, self.below, self.after = (Block(width, width) for _ in range(3))
        self.end = nn.Conv2d(width, KEPT * cells, 1)
        self.sharp, self.last = nn.Conv2d(KEPT, hidden, 1, bias=False), nn.Conv2d(hidden, masks, 1)

    def look(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Of ``(B, C, H, W)`` what the steps need: at the denoiser's resolution, and at the image's."""
        return self.far(features), self.near(features)

    def forward(self, looked: tuple[Tensor, Tensor], noisy: Tensor, time: Tensor, rater: Tensor) -> Tensor:
        """``time (B,)`` 0..1, ``rater (B, told)``."""
        rates = torch.exp(torch.linspace(0.0, math.log(100.0), TIMES // 2, device=time.device))
        angles = time[:, None] * rates
        told = self.tell(torch.cat([angles.sin(), angles.cos(), rater], 1))
        x = looked[0] + self.begin(functional.pixel_unshuffle(noisy, FOLD))
        x = self.above(x, told)
        deep = self.below(functional.avg_pool2d(x, 2), told)
        x = self.after(x + functional.interpolate(deep, scale_factor=2.0, mode="bilinear", align_corners=False), told)
        found: Tensor = self.last(torch.relu(looked[1] + self.sharp(functional.pixel_shuffle(self.end(x), FOLD))))
        return found


def kept_share(time: Tensor) -> Tensor:
    """a_t: how much of the mask is left at a time of 0..1, by the cosine schedule."""
    return (0.5 * math.pi * time).cos().square()


def _margin(maps: Tensor) -> tuple[int, int, int, int]:
    """What lacks on the right and below to a multiple of the denoiser's stride."""
    height, width = maps.shape[-2:]
    return 0, -width % (2 * FOLD), 0, -height % (2 * FOLD)


class MaskDiffusion(StreamMethod):
    """Mode *diverse*; by ``mode`` one of the subclasses below is made.

    ``steps_each``: steps of a draw. ``width``: channels of the denoiser.
    """

    kind: ClassVar[str] = "diffusion"
    capabilities: ClassVar[Capabilities] = Capabilities(
        personalised=False, samples=True, preference_axes=False, ambiguity_axes=False, intra_expert=False,
        rater_draws=False, streams=True,
    )  # fmt: skip
    mode: ClassVar[str] = MODES[0]
    told: int = 0
    """Numbers by which the denoiser is told who draws."""

    def __new__(cls, *_sizes: Any, mode: str = MODES[0], **_more: Any) -> MaskDiffusion:
        """The class of the mode; a subclass is itself, so that copies are what they were."""
        of_mode = {c.mode: c for c in (MaskDiffusion, RaterDiffusion, LevelDiffusion)}
        found: MaskDiffusion = super().__new__(of_mode.get(mode, cls) if cls is MaskDiffusion else cls)
        return found

    def __init__(
        self, *sizes: int, mode: str = MODES[0], dynamics: str = DYNAMICS[0], steps_each: int = 8, width: int = 32,
        **common: Any,
    ) -> None:  # fmt: skip
        own = {"steps_each": (steps_each, 1, 100), "width": (width, 8, 512)}
        choices = {"mode": (mode, MODES), "dynamics": (dynamics, DYNAMICS)}
        super().__init__(*sizes, own=own, choices=choices, **common)
        self.dynamics, self.steps_each = dynamics, steps_each
        self.denoiser = Denoiser(self.backbone.features, self.n_masks, width, self.hidden, self.told)
        self.register_buffer("rater_area", torch.zeros(self.n_raters))

    @property
    def n_masks(self) -> int:
        """Masks that are drawn at once."""
        return self.n_structures

    def encode(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> features ``(B, C, H, W)``."""
        features: Tensor = self.backbone(image)
        return features

    def presets(self) -> Tensor:
        """No numbers: ``(R, 0)``."""
        return torch.zeros(self.n_raters, 0)

    def rater_of(self, tau: Tensor) -> Tensor:
        """What the denoiser is told of ``tau (..., D)``: ``(..., told)``."""
        return tau[..., : self.told]

    def drawn(self, logits: Tensor, tau: Tensor) -> Tensor:
        """Of the denoiser's ``logits (B, M, H, W)`` those at ``tau (D,)``: ``(B, S, H, W)``."""
        return logits

    # -- one step -------------------------------------------------------------------------------------------------
    def look(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """What all steps on ``(B, C, H, W)`` need of it, see :meth:`predict`."""
        found: tuple[Tensor, Tensor] = self.denoiser.look(functional.pad(features, _margin(features), mode="replicate"))
        return found

    def predict(self, looked: tuple[Tensor, Tensor], noisy: Tensor, time: Tensor, rater: Tensor) -> Tensor:
        """Logits ``(B, M, H, W)`` of the masks behind ``noisy (B, M, H, W)`` in -1..1, for any size."""
        height, width = noisy.shape[-2:]
        noisy = functional.pad(noisy, _margin(noisy), mode="replicate")
        logits: Tensor = self.denoiser(looked, noisy, time, rater)
        return self.ordered(logits[..., :height, :width])

    def ordered(self, logits: Tensor) -> Tensor:
        """What the denoiser says, as logits of the masks."""
        return logits

    def noised(self, masks: Tensor, time: Tensor, noise: Tensor) -> Tensor:
        """``masks (B, M, H, W)`` of 0 and 1 at ``time (B,)`` by ``noise (B, 1, H, W)``, as the denoiser takes them.

        ``noise`` is uniform for Bernoulli noise and Gaussian for the flow, and shared by an item's masks.
        """
        time = time[:, None, None, None]
        if self.dynamics == "flow":
            return (1.0 - time) * (2.0 * masks - 1.0) + time * noise
        kept = kept_share(time)
        return 2.0 * (noise < kept * masks + 0.5 * (1.0 - kept)).to(masks) - 1.0

    def fresh(self, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        """Noise on the CPU, as :meth:`noised` takes it."""
        kind = torch.randn if self.dynamics == "flow" else torch.rand
        return kind(shape, generator=generator)

    def steps(self, features: Tensor, tau: Tensor, seed: int) -> Iterator[Tensor]:
        """See the base class; without noise one step, else ``steps_each`` of them."""
        batch, (height, width) = len(features), features.shape[-2:]
        rater, looked = self.rater_of(tau).expand(batch, -1), self.look(features)
        if seed == 0:
            nothing = features.new_zeros(batch, self.n_masks, height, width)
            yield self.drawn(self.predict(looked, nothing, features.new_ones(batch), rater), tau)
            return
        generator = torch.Generator().manual_seed(seed)
        noise = self.fresh((1, 1, height, width), generator).to(features).expand(batch, self.n_masks, -1, -1)
        noisy = self.noised(torch.zeros_like(noise), features.new_ones(batch), noise)
        for step in range(self.steps_each):
            now, then = (features.new_full((batch,), 1.0 - (step + i) / self.steps_each) for i in (0, 1))
            logits = self.predict(looked, noisy, now, rater)
            yield self.drawn(logits, tau)
            if step + 1 < self.steps_each:
                noise = self.fresh((1, 1, height, width), generator).to(features)
                noisy = self.moved_on(noisy, torch.sigmoid(logits), float(now[0]), float(then[0]), noise)

    def moved_on(self, noisy: Tensor, p: Tensor, now: float, then: float, noise: Tensor) -> Tensor:
        """From time ``now`` to the earlier ``then``, where masks are thought to be 1 with probability ``p``."""
        if self.dynamics == "flow":
            return noisy + (now - then) / now * (2.0 * p - 1.0 - noisy)
        kept, kept_then = (float(kept_share(torch.tensor(time))) for time in (now, then))
        between = kept / kept_then
        one, zero = 0.5 * (1.0 + between * noisy), 0.5 * (1.0 - between * noisy)  # q(x_now | x_then = 1 and 0)
        chance = torch.zeros_like(p)
        for mask, weight in ((1.0, p), (0.0, 1.0 - p)):
            prior = kept_then * mask + 0.5 * (1.0 - kept_then)
            chance = chance + weight * one * prior / (one * prior + zero * (1.0 - prior))
        return 2.0 * (noise < chance).to(noisy) - 1.0


class RaterDiffusion(MaskDiffusion):
    """Mode *rater*: tau is the rater's embedding, and draws are of one rater."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        personalised=True, samples=True, preference_axes=True, ambiguity_axes=False, intra_expert=False, streams=True,
    )  # fmt: skip
    mode: ClassVar[str] = MODES[1]
    told = EMBEDDING

    def __init__(self, *sizes: int, **common: Any) -> None:
        super().__init__(*sizes, **common)
        self.rater_embedding = nn.Parameter(0.3 * torch.randn(self.n_raters, EMBEDDING))

    def presets(self) -> Tensor:
        """``(R, D)``."""
        return self.rater_embedding


class LevelDiffusion(MaskDiffusion):
    """Mode *level*: tau is how many raters must agree, and draws of everybody are all levels in turn."""

    capabilities: ClassVar[Capabilities] = Capabilities(
        personalised=False, samples=True, preference_axes=True, ambiguity_axes=False, intra_expert=False,
        rater_draws=False, levels=True, streams=True,
    )  # fmt: skip
    mode: ClassVar[str] = MODES[2]

    @property
    def n_masks(self) -> int:
        """R levels of each structure."""
        return self.n_raters * self.n_structures

    def presets(self) -> Tensor:
        """``(R, 1)``: the majority's level for everybody."""
        return torch.full((self.n_raters, 1), float(self.n_raters // 2 + 1))

    def level_coords(self, level: int) -> Coords:
        """See the base class."""
        return at_level(level, self.consensus_style())

    def ordered(self, logits: Tensor) -> Tensor:
        """Each level less than the one before by a positive step."""
        first, *steps = logits.split(self.n_structures, 1)
        levels = [first]
        for step in steps:
            levels.append(levels[-1] - functional.softplus(step))
        return torch.cat(levels, 1)

    def drawn(self, logits: Tensor, tau: Tensor) -> Tensor:
        """The level, or a mixture of its neighbours."""
        levels = logits.unflatten(1, (self.n_raters, self.n_structures)).flatten(3)
        return mixed_levels(levels, tau.expand(len(logits), 1, 1))[:, 0].unflatten(-1, logits.shape[-2:])

    def draw_tau(self, raters: Tensor, generator: torch.Generator, *, everybody: bool) -> Tensor:
        """Each level in turn; asked for one rater: the majority's."""
        if not everybody:
            return super().draw_tau(raters, generator, everybody=False)
        return level_draws(len(raters), self.n_raters, generator)

    def preference_controls(self) -> list[Control]:
        """The level."""
        return level_control(self.n_raters)
