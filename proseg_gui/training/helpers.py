"""What helps a network to learn and is thrown away after: heads a rater on its features, and heads to begin with.

None of it is in the bundle. All weights lie in an objective's ``helpers``, which the checkpoint keeps too.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from proseg_gui.networks.heads import PixelHead
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training import losses
from proseg_gui.training.dataset import Batch
from proseg_gui.training.objectives.base import single_slices


class RaterPyramid(nn.Module):
    """Heads a rater on the maps of the U-Net's decoder, finest first (deep supervision where there are several).

    A level's loss counts half as much as that of the finer one, and all together 1.
    """

    def __init__(self, method: ProSeg, levels: int) -> None:
        super().__init__()
        channels = [up[3].out_channels for up in method.backbone.up[:levels]]  # type: ignore[index]
        self.heads = nn.ModuleList(
            PixelHead(method.n_raters, size, method.hidden, method.n_structures) for size in channels
        )

    def forward(self, maps: list[Tensor], batch: Batch) -> Tensor:
        """Mean loss of ``maps``, ``(V n, C, h, w)`` each, against every rater who drew."""
        _, masks, observed = single_slices(batch)  # (V n, R, Q, S, H, W)
        found, weights = [], []
        for level, (head, features) in enumerate(zip(self.heads, maps, strict=False)):
            logits = head(features.flatten(2))
            drawn = masks
            if level:
                coarse = functional.adaptive_avg_pool2d(masks.flatten(1, 3), (features.shape[-2], features.shape[-1]))
                drawn = (coarse > 0.5).to(masks).unflatten(1, masks.shape[1:4])
            weights.append(0.5**level)
            found.append(weights[-1] * losses.segmentation_loss(logits, drawn.flatten(-2), observed))
        return torch.stack(found).sum() / sum(weights)


class FirstHeads(nn.Module):
    """ProSeg's decoder with a first layer of its own for each rater, to begin with.

    Heads a rater learn in a few steps what they differ by; :meth:`put` then makes preferences of them, by which the
    decoder at each rater's preset is that rater's head: exactly for as many raters as tau has numbers, and the nearest
    (least squares) for more.
    """

    def __init__(self, method: ProSeg) -> None:
        super().__init__()
        features, hidden = method.backbone.features, method.hidden
        self.weight = nn.Parameter(torch.randn(method.n_raters, hidden, features) / features**0.5)
        self.bias = nn.Parameter(torch.zeros(method.n_raters, hidden))

    def forward(self, method: ProSeg, pixels: Tensor) -> Tensor:
        """Features ``(B, C, P)`` -> logits ``(B, R, S, P)``."""
        batch, raters = pixels.shape[0], len(self.weight)
        matrix = self.weight.flatten(0, 1).expand(batch, -1, -1)
        return method.layers(pixels, matrix, self.bias.flatten()[:, None].expand(batch, -1, -1), raters)

    @torch.no_grad()
    def put(self, method: ProSeg) -> None:
        """Set the weights that tau acts by, so that each preset decodes as its head."""
        assert method.first_mix is not None
        tau = method.family.from_line(method.presets())  # (R, D)
        back = torch.linalg.pinv(tau.double().cpu()).to(tau)  # (D, R); the least weights among those that fit
        middle, middle_bias = self.weight.mean(0), self.bias.mean(0)
        method.gamma.zero_()
        method.beta.zero_()
        method.mean_weight.copy_(torch.eye(len(method.mean_weight)))
        method.first_weight.copy_(middle)
        method.first_mix.copy_(torch.einsum("dr,rhc->dhc", back, self.weight - middle))
        method.first_bias.copy_(middle_bias)
        method.first_tau.copy_((back @ (self.bias - middle_bias)).T)
