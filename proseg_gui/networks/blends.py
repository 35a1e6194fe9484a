"""Methods in which a rater is a corner and tau holds weights over the corners: presets and measured preference axes."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from proseg_gui.networks.axes import MOST_AXES, towards
from proseg_gui.networks.base import Control
from proseg_gui.networks.linear import LinearMethod


class BlendMethod(LinearMethod):
    """tau sums to 1 and may leave 0..1: a slider may go beyond a rater.

    Corners are equally far from each other, so their covariance has no main axis. Axes are therefore taken from how
    the raters' own predictions differ, which is measured on training cases and kept in :attr:`blend_gram`.
    """

    preference_domain = "weights"
    corners: int
    """Size of tau: the raters, and what else there is to blend with."""
    blend_gram: Tensor
    """``(R, R)``, the sum of :meth:`measure`."""

    def __init__(self, *sizes: int, more_corners: int = 0, **common: Any) -> None:
        super().__init__(*sizes, **common)
        self.corners = self.n_raters + more_corners
        self.register_buffer("rater_area", torch.zeros(self.n_raters))
        self.register_buffer("blend_gram", torch.eye(self.n_raters) - 1.0 / self.n_raters)

    def presets(self) -> Tensor:
        """The raters' corners, ``(R, corners)``."""
        return torch.eye(self.corners, device=self.blend_gram.device)[: self.n_raters]

    @torch.no_grad()
    def measure(self, features: Tensor) -> Tensor:
        """``(R, R)`` products of the raters' deviations from their mean over ``(B, C, H, W)``, doubtful pixels most.

        Sum_p D (l_r - mean l)(l_s - mean l), D = p(1 - p) at the mean.
        """
        tau = self.presets().expand(len(features), -1, -1)
        logits = self.decode_points(features.flatten(2), tau, tau.new_zeros(*tau.shape[:2], self.eps_size))
        mean = logits.mean(1, keepdim=True)
        p = torch.sigmoid(mean)
        apart = (logits - mean) * (p * (1.0 - p)).sqrt()
        return torch.einsum("brsp,bqsp->rq", apart, apart)

    @torch.no_grad()
    def preference_controls(self) -> list[Control]:
        """Eigenvectors of :attr:`blend_gram`: directions in the weights that change the drawing most; + draws more."""
        raters, area = self.n_raters, self.rater_area.cpu().double()
        values, vectors = torch.linalg.eigh(self.blend_gram.cpu().double())
        values = values.clamp_min(0.0)
        beyond = torch.zeros(self.corners - raters)
        origin = torch.cat([torch.full((raters,), 1.0 / raters), beyond])
        controls: list[Control] = []
        for j in list(reversed(range(raters)))[: min(raters - 1, MOST_AXES)]:
            if values[j] <= 1e-9 * values[-1].clamp_min(1e-30):
                break
            axis = vectors[:, j] - vectors[:, j].mean()  # orthogonal to (1, ..., 1) but for rounding
            axis = torch.cat([towards(axis, axis @ area).float(), beyond])
            name, share = f"Preference {len(controls) + 1}", float(values[j] / values.sum())
            controls.append(Control(name, "preference", "tau", axis, origin, raters**-0.5, share))
        return controls
