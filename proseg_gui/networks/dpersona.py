"""D-Persona: diversity first, persons second, over one latent space (Wu et al., CVPR 2024).

Stage 1 is a Probabilistic U-Net whose posterior sees all raters' masks, and whose prior samples are also held to the
union and intersection of the raters (the bound loss). Stage 2 freezes it and learns, for each rater, a small head that
turns the image's features into a query; attention over a bank of prior codes gives the rater's code for that image.

Preference: tau weighs the raters' codes; a last corner stands for the prior's mean, where stage 1's diverse samples
are drawn: everybody at once. Ambiguity: eps is added in the prior's own deviations. In a rater's own prediction it is
0; the method gives no distribution to a single rater.

Not repeated from the public code: raters sorted by the area of their masks, kernels padded by 3, normalisation layers
that drift while "frozen". Queries are pooled from features at a quarter of the resolution, and without dropout.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from proseg_gui.networks.base import Capabilities
from proseg_gui.networks.blends import BlendMethod
from proseg_gui.networks.heads import CodeHead
from proseg_gui.networks.probunet import CODE_ENCODERS, CodeEncoder, spread
from proseg_gui.networks.unet import ConvBlock

QUERY_WIDTH = 32
QUERY_POOL = 4


class QueryHead(nn.Module):
    """``(B, C, H, W)`` features -> one query ``(B, L)`` an image."""

    def __init__(self, features: int, code: int) -> None:
        super().__init__()
        self.block = ConvBlock(features, QUERY_WIDTH)
        self.last = nn.Linear(QUERY_WIDTH, code)

    def forward(self, features: Tensor) -> Tensor:
        """Features are pooled before, and averaged after the convolutions."""
        pooled = functional.avg_pool2d(features, QUERY_POOL, ceil_mode=True)
        query: Tensor = self.last(self.block(pooled).mean((-2, -1)))
        return query


class DPersona(BlendMethod):
    """``code`` and ``bank``: size of z, and number of prior codes that a query looks over.

    ``code_encoder``: see :data:`~proseg_gui.networks.probunet.CODE_ENCODERS`.
    """

    kind: ClassVar[str] = "dpersona"
    capabilities: ClassVar[Capabilities] = Capabilities(
        personalised=True, samples=True, preference_axes=True, ambiguity_axes=True, intra_expert=False,
        rater_draws=False,
    )  # fmt: skip

    def __init__(
        self, *sizes: int, code: int = 6, bank: int = 500, code_encoder: str = CODE_ENCODERS[0], **common: Any
    ) -> None:  # fmt: skip
        own, choices = (
            {"code": (code, 1, 64), "bank": (bank, 1, 10_000)},
            {"code_encoder": (code_encoder, CODE_ENCODERS)},
        )
        super().__init__(*sizes, more_corners=1, own=own, choices=choices, **common)
        self.eps_size = self.code = code
        self.prior = CodeEncoder(self.n_channels, code, code_encoder)
        self.posterior = CodeEncoder(self.n_channels + self.n_raters * self.n_structures, code, code_encoder)
        self.head = CodeHead(self.backbone.features, code, self.hidden, self.n_structures)
        self.queries = nn.ModuleList(QueryHead(self.backbone.features, code) for _ in range(self.n_raters))
        self.bank: Tensor
        self.register_buffer("bank", torch.randn(bank, code))

    def encode(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> ``(B, C + L + (R + 1) L, H, W)``.

        Features, and everywhere the prior's scale, the raters' codes and the prior's mean.
        """
        features = self.backbone(image)
        mean, scale = self.prior(image)
        codes = torch.cat([scale, self.rater_codes(features, mean, scale, self.bank).flatten(1), mean], -1)
        return torch.cat([features, spread(codes, image)], dim=1)

    def rater_codes(self, features: Tensor, mean: Tensor, scale: Tensor, bank: Tensor) -> Tensor:
        """``(B, R, L)``: attention of each rater's query over the prior codes mean + scale ``bank (N, L)``."""
        if features.shape[0] == 0:
            return features.new_zeros(0, self.n_raters, self.code)
        query = torch.stack([head(features) for head in self.queries], 1)
        keys = mean[:, None] + scale[:, None] * bank
        return torch.softmax(query @ keys.mT, -1) @ keys

    def split(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """``(B, .., P)`` -> features ``(B, C, P)``, scale ``(B, L)``, corners' codes ``(B, R + 1, L)``."""
        features, rest = pixels[:, : self.backbone.features], pixels[:, self.backbone.features :, 0]
        return features, rest[:, : self.code], rest[:, self.code :].unflatten(1, (self.corners, self.code))

    def decode_points(self, pixels: Tensor, tau: Tensor, eps: Tensor) -> Tensor:
        """The head at z = sum_r tau_r code_r + scale eps."""
        features, scale, codes = self.split(pixels)
        logits: Tensor = self.head(features, tau @ codes + scale[:, None] * eps)
        return logits

    def slopes(self, pixels: Tensor, tau: Tensor) -> tuple[Tensor, Tensor]:
        """See the base class."""
        features, scale, codes = self.split(pixels[None])
        return self.head.slopes(features[0], tau @ codes[0], (self.head.first_code * scale[0]).T.unsqueeze(-1))

    def draw_tau(self, raters: Tensor, generator: torch.Generator, *, everybody: bool) -> Tensor:
        """The last corner for every draw: ``(n, R + 1)``."""
        return torch.eye(self.corners)[-1].repeat(len(raters), 1)
