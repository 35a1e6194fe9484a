"""Probabilistic U-Net: one code for a whole image, drawn from a Gaussian that depends on the image.

Kohl et al., "A Probabilistic U-Net for Segmentation of Ambiguous Images" (NeurIPS 2018): a prior network gives the
mean and scale of 6 numbers for each image, a posterior network (training only) sees a mask too, and the code is tiled
to the U-Net's features before three pixelwise layers. It knows no raters: everybody's prediction is the prior's mean.

Ambiguity: eps is the code in the prior's own standard deviations, z = mean(x) + scale(x) eps, so a slider means
equally much in every slice. The features carry mean and scale as constant maps beside the U-Net's.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from proseg_gui.networks.base import Capabilities
from proseg_gui.networks.heads import CodeHead
from proseg_gui.networks.linear import LinearMethod
from proseg_gui.networks.unet import ConvBlock

ENCODER_WIDTHS = (16, 32, 64, 96)
LEAST_SCALE = 1e-3
CODE_ENCODERS = ("normed", "plain")
"""Whether the convolutions of a code's encoder are followed by norms, as in bundles that do not name it, or not, as in
the paper. A norm over an image followed by a mean over it hides how much was drawn, which is most of what raters
differ by: the posterior has little to tell then, and collapses into the prior."""


class PlainBlock(nn.Sequential):
    """Twice: 3x3 convolution, ReLU; weights begin as the paper has them (He et al. 2015)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, padding=1), nn.ReLU(inplace=True),
        )  # fmt: skip
        for layer in self:
            if isinstance(layer, nn.Conv2d) and layer.bias is not None:
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)


class CodeEncoder(nn.Module):
    """``(B, inputs, H, W)`` -> mean and standard deviation ``(B, L)`` of a code for the whole image.

    It begins at half the resolution: a code says nothing of single pixels, and the first level costs most.
    """

    def __init__(self, inputs: int, code: int, kind: str) -> None:
        super().__init__()
        channels, block = [inputs, *ENCODER_WIDTHS], PlainBlock if kind == "plain" else ConvBlock
        self.blocks = nn.ModuleList(block(i, o) for i, o in pairwise(channels))
        self.last = nn.Linear(ENCODER_WIDTHS[-1], 2 * code)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """An empty batch gives empty codes."""
        if image.shape[0] == 0:
            return tuple(image.new_zeros(2, 0, self.last.out_features // 2))
        for block in self.blocks:
            image = block(functional.avg_pool2d(image, 2, ceil_mode=True))
        mean, scale = self.last(image.mean((-2, -1))).chunk(2, -1)
        return mean, functional.softplus(scale) + LEAST_SCALE


class ProbabilisticUNet(LinearMethod):
    """``code``: size of z; ``code_encoder``: see :data:`CODE_ENCODERS`; the others are those of every method."""

    kind: ClassVar[str] = "probunet"
    capabilities: ClassVar[Capabilities] = Capabilities(
        personalised=False, samples=True, preference_axes=False, ambiguity_axes=True, intra_expert=False,
        rater_draws=False,
    )  # fmt: skip

    def __init__(
        self, *sizes: int, code: int = 6, code_encoder: str = CODE_ENCODERS[0], **common: Any
    ) -> None:  # fmt: skip
        choices = {"code_encoder": (code_encoder, CODE_ENCODERS)}
        super().__init__(*sizes, own={"code": (code, 1, 64)}, choices=choices, **common)
        self.eps_size = self.code = code
        self.prior = CodeEncoder(self.n_channels, code, code_encoder)
        self.posterior = CodeEncoder(self.n_channels + self.n_structures, code, code_encoder)
        self.head = CodeHead(self.backbone.features, code, self.hidden, self.n_structures)

    def encode(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> ``(B, C + 2 L, H, W)``: features, and the prior's mean and scale everywhere."""
        mean, scale = self.prior(image)
        return torch.cat([self.backbone(image), spread(torch.cat([mean, scale], -1), image)], dim=1)

    def split(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What :meth:`encode` joined, for ``(B, C + 2 L, P)``: features ``(B, C, P)``, mean and scale ``(B, L)``."""
        features = pixels[:, : self.backbone.features]
        mean, scale = pixels[:, self.backbone.features :, 0].chunk(2, -1)
        return features, mean, scale

    def presets(self) -> Tensor:
        """No numbers: ``(R, 0)``."""
        return torch.zeros(self.n_raters, 0)

    def decode_points(self, pixels: Tensor, tau: Tensor, eps: Tensor) -> Tensor:
        """The head at z = mean + scale eps of each image."""
        features, mean, scale = self.split(pixels)
        logits: Tensor = self.head(features, mean[:, None] + scale[:, None] * eps)
        return logits

    def slopes(self, pixels: Tensor, tau: Tensor) -> tuple[Tensor, Tensor]:
        """See the base class."""
        features, mean, scale = self.split(pixels[None])
        return self.head.slopes(features[0], mean[0], (self.head.first_code * scale[0]).T.unsqueeze(-1))


def spread(code: Tensor, image: Tensor) -> Tensor:
    """``(B, L)`` repeated at every pixel of ``image (B, .., H, W)``."""
    return code[:, :, None, None].expand(-1, -1, *image.shape[-2:])
