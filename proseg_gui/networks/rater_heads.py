"""Per-rater heads: one U-Net, one deterministic pixelwise head a rater. An honest floor without any latent model.

Preference: tau holds barycentric weights over the heads, whose logits it mixes; a rater's own point is a corner. There
is no ambiguity. Axes are the main ways in which the heads' logits differ, measured on training cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor

from proseg_gui.networks.axes import MOST_AXES, towards
from proseg_gui.networks.base import Capabilities, Control
from proseg_gui.networks.heads import PixelHead
from proseg_gui.networks.linear import LinearMethod
from proseg_gui.networks.sizes import check_sizes
from proseg_gui.networks.unet import UNet


class RaterHeads(LinearMethod):
    """``widths``, ``features``, ``hidden``: the U-Net's channels a level, its output, and each head's hidden layer."""

    kind: ClassVar[str] = "rater_heads"
    capabilities: ClassVar[Capabilities] = Capabilities(
        personalised=True, samples=False, preference_axes=True, ambiguity_axes=False, intra_expert=False,
    )  # fmt: skip
    preference_domain: ClassVar[str] = "weights"

    def __init__(
        self, n_raters: int, n_structures: int = 1, n_channels: int = 1, widths: Sequence[int] = (16, 32, 64, 64),
        features: int = 16, hidden: int = 16,
    ) -> None:  # fmt: skip
        super().__init__()
        self._architecture = {
            "n_raters": n_raters, "n_structures": n_structures, "n_channels": n_channels, "widths": list(widths),
            "features": features, "hidden": hidden,
        }  # fmt: skip
        check_sizes(self._architecture, {}, {})
        self.n_raters, self.n_structures, self.n_channels = n_raters, n_structures, n_channels
        self.backbone = UNet(n_channels, widths, features)
        self.stride = self.backbone.stride
        self.heads = PixelHead(n_raters, features, hidden, n_structures)
        self.register_buffer("rater_area", torch.zeros(n_raters))
        self.head_gram: Tensor
        self.register_buffer("head_gram", torch.eye(n_raters) - 1.0 / n_raters)

    def encode(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> features ``(B, C, H, W)``."""
        features: Tensor = self.backbone(image)
        return features

    def presets(self) -> Tensor:
        """The corners: ``(R, R)`` identity."""
        return torch.eye(self.n_raters, device=self.head_gram.device)

    def decode_points(self, pixels: Tensor, tau: Tensor, eps: Tensor) -> Tensor:
        """Logits of the heads mixed by ``tau (B, N, R)``; heads without weight are not computed."""
        used = torch.nonzero((tau != 0).flatten(0, 1).any(0)).flatten()
        return torch.einsum("bnr,brsp->bnsp", tau[..., used], self.heads(pixels, used))

    @torch.no_grad()
    def measure(self, features: Tensor) -> Tensor:
        """``(R, R)`` products of the heads' deviations from their mean over ``(B, C, H, W)``, doubtful pixels most.

        Sum_p D (l_r - mean l)(l_s - mean l), D = p(1 - p) at the mean: what :attr:`head_gram` adds up.
        """
        logits = self.heads(features.flatten(2))
        mean = logits.mean(1, keepdim=True)
        p = torch.sigmoid(mean)
        apart = (logits - mean) * (p * (1.0 - p)).sqrt()
        return torch.einsum("brsp,bqsp->rq", apart, apart)

    @torch.no_grad()
    def preference_controls(self) -> list[Control]:
        """Eigenvectors of :attr:`head_gram`: directions in the weights that change the drawing most; + draws more."""
        gram, area = self.head_gram.cpu().double(), self.rater_area.cpu().double()
        values, vectors = torch.linalg.eigh(gram)
        values = values.clamp_min(0.0)
        controls: list[Control] = []
        for j in list(reversed(range(self.n_raters)))[: min(self.n_raters - 1, MOST_AXES)]:
            if values[j] <= 1e-9 * values[-1].clamp_min(1e-30):
                break
            axis = vectors[:, j] - vectors[:, j].mean()  # orthogonal to (1, ..., 1) but for rounding
            controls.append(Control(
                f"Preference {len(controls) + 1}", "preference", "tau", towards(axis, axis @ area).float(),
                torch.full((self.n_raters,), 1.0 / self.n_raters), self.n_raters**-0.5,
                float(values[j] / values.sum()),
            ))  # fmt: skip
        return controls
