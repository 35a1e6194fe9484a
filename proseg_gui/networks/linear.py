"""What methods share whose latents are plain vectors: points, draws and sliders; and a decoder that is pixelwise."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

import torch
from torch import Tensor

from proseg_gui.networks import axes
from proseg_gui.networks.base import Control, Coords, Method

CHUNK = 16384
"""Pixels decoded at once, over all points, so that hidden layers stay in the processor's cache."""


class StraightMethod(Method):
    """Straight lines in tau and eps themselves; subclasses give the network, a decoder and :meth:`presets`."""

    eps_size: int = 0

    @abstractmethod
    def presets(self) -> Tensor:
        """``(R, D)`` the tau of every rater."""

    # -- points ---------------------------------------------------------------------------------------------------
    def rater_coords(self, rater: int) -> Coords:
        """The rater's preset, eps = 0."""
        return self._at(self.presets()[rater])

    def style_coords(self, weights: Tensor) -> Coords:
        """The presets' mean under ``weights``, eps = 0."""
        presets = self.presets()
        return self._at(weights.to(presets) @ presets)

    def _at(self, tau: Tensor) -> Coords:
        return {"tau": tau.detach().float().cpu().clone(), "eps": torch.zeros(self.eps_size)}

    @torch.no_grad()
    def draw(self, rater: int | None, n: int, generator: torch.Generator, *, tau_draws: int | None = None) -> Coords:
        """Points ``(n, D)`` and ``(n, K)``; eps ~ N(0, I); see the base class for the nesting."""
        if tau_draws is not None and (rater is None or tau_draws < 1 or n % tau_draws):
            raise ValueError("balanced draws need a rater and n divisible by tau_draws")
        count = n if tau_draws is None else tau_draws
        raters = torch.arange(count) % self.n_raters if rater is None else torch.full((count,), rater)
        tau = self.draw_tau(raters, generator, everybody=rater is None)
        eps = self.draw_eps(n, generator)
        return {"tau": tau.repeat_interleave(n // max(count, 1), 0).float(), "eps": eps}

    def draw_tau(self, raters: Tensor, generator: torch.Generator, *, everybody: bool) -> Tensor:
        """``(n, D)`` a tau for each of ``raters (n,)``, here their presets; ``everybody``: no rater was asked for."""
        return self.presets().detach().cpu()[raters]

    # -- sliders --------------------------------------------------------------------------------------------------
    def preference_controls(self) -> list[Control]:
        """Eigenvectors of the presets' covariance between raters; + is towards raters who draw larger areas."""
        return axes.between_raters(self.presets(), self.rater_area) if self.capabilities.preference_axes else []

    def ambiguity_controls(self, gram: Tensor) -> list[Control]:
        """Eigenvectors of J^T D J, largest first; + draws a larger area."""
        return axes.of_ambiguity(gram) if self.capabilities.ambiguity_axes else []

    def position(self, control: Control, coords: Coords) -> float:
        """Projection in standard deviations."""
        return float(control.axis @ (self._plain(control, coords) - control.origin)) / control.unit

    def moved(self, control: Control, coords: Coords, position: float) -> Coords:
        """``coords`` with one latent shifted along the axis."""
        step = (position - self.position(control, coords)) * control.unit
        return {**coords, control.latent: self._plain(control, coords) + step * control.axis}

    @staticmethod
    def _plain(control: Control, coords: Coords) -> Tensor:
        return coords[control.latent].detach().float().cpu()


class LinearMethod(StraightMethod):
    """With a pixelwise decoder. A method without ambiguity leaves ``eps_size`` 0 and need not write :meth:`slopes`."""

    @abstractmethod
    def decode_points(self, pixels: Tensor, tau: Tensor, eps: Tensor) -> Tensor:
        """Features ``(B, C, P)`` of any P pixels at ``tau (B, N, D)``, ``eps (B, N, K)`` -> logits ``(B, N, S, P)``."""

    def decode(self, features: Tensor, coords: Coords) -> Tensor:
        """``(B, C, H, W)`` at one point -> ``(B, S, H, W)`` logits."""
        batch, _, height, width = features.shape
        tau, eps = (coords[name].to(features).expand(batch, 1, -1) for name in ("tau", "eps"))
        return self._in_chunks(features.flatten(2), tau, eps).view(batch, self.n_structures, height, width)

    def decode_many(self, features: Tensor, points: Mapping[str, Tensor]) -> Tensor:
        """``(1, C, H, W)`` at N points -> ``(N, S, H, W)`` logits."""
        tau, eps = (points[name].to(features).unsqueeze(0) for name in ("tau", "eps"))
        logits = self._in_chunks(features.flatten(2), tau, eps)[0]
        return logits.view(tau.shape[1], self.n_structures, *features.shape[-2:])

    def _in_chunks(self, pixels: Tensor, tau: Tensor, eps: Tensor) -> Tensor:
        batch, points, count = pixels.shape[0], tau.shape[1], pixels.shape[-1]
        if 0 in (batch, points, count):
            return pixels.new_zeros(batch, points, self.n_structures, count)
        size = max(CHUNK // points, 1024) if pixels.device.type == "cpu" else count  # a GPU: one large piece
        return torch.cat([self.decode_points(part, tau, eps) for part in pixels.split(size, -1)], dim=-1)

    def slopes(self, pixels: Tensor, tau: Tensor) -> tuple[Tensor, Tensor]:
        """``(C, P)`` at ``tau (D,)`` -> logits ``(S, P)`` at eps = 0 and their derivatives by eps, ``(K, S, P)``."""
        logits = self.decode_points(pixels[None], tau[None, None], pixels.new_zeros(1, 1, 0))[0, 0]
        return logits, logits.new_zeros(0, *logits.shape)

    @torch.no_grad()
    def ambiguity_gram(self, features: Tensor, coords: Coords) -> Tensor:
        """``(K + 1, K + 1)`` float64 on the CPU: [J 1]^T D [J 1] (see the base class)."""
        gram = torch.zeros(self.eps_size + 1, self.eps_size + 1, dtype=torch.float64)
        tau = coords["tau"].to(features)
        for part in features[0].flatten(1).split(CHUNK, 1):
            logits, slope = self.slopes(part, tau)
            p = torch.sigmoid(logits)
            rows = torch.cat([slope, torch.ones_like(logits)[None]]).flatten(1)
            gram += ((rows * (p * (1.0 - p)).flatten()) @ rows.T).cpu().double()
        return gram
