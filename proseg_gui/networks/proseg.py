"""ProSeg, mode *coherent*: one latent for the rater (preference, tau) and one for the image (ambiguity, eps).

Generative model of arXiv 2512.00748 with these choices (docs/METHOD.md sections 2 to 4): tau is the only carrier of
rater identity; eps is shared by all pixels and slices, so a sample is one coherent shape; the modes
W_k (gamma F + beta) depend on the image through the features F; all heads are pixelwise, so the first layer folds to
one small matrix for any (tau, eps), and moving either slider costs three pointwise layers on cached features.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from proseg_gui.catalogue import CONDITIONING, PREFERENCE
from proseg_gui.networks import axes
from proseg_gui.networks.base import Capabilities, Control, Coords, Method, OwnSizes
from proseg_gui.networks.preferences import PREFERENCES

LEAST_VARIANCE = 1e-5
"""Pixels with a smaller p(1 - p) add nothing measurable to the Gram matrix and are skipped."""
CHUNK = 16384
"""Pixels decoded at once, so that the hidden layers of a slice stay in the processor's cache."""


class ProSeg(Method):
    """See the module; capabilities: all.

    Parameters
    ----------
    preference:
        ``"dirichlet"`` or ``"gaussian"``: what a rater's tau is distributed as.
    conditioning:
        One of the catalogue's: tau scales and shifts features; with ``"matrix"``, W0 is W0 + sum_d tau_d V_d as well,
        which lets raters differ by what they look at (docs/decisions/model-conditioning.md). Bundles that do not name
        it have ``"film"``.
    modes, tau_dims:
        K (size of eps), size of tau. ``hidden`` is the first decoder layer; the second has half.
    """

    kind: ClassVar[str] = "proseg"
    capabilities: ClassVar[Capabilities] = Capabilities(True, True, True, True, True)

    def __init__(
        self, *sizes: int, modes: int = 8, tau_dims: int = 8, preference: str = "dirichlet",
        conditioning: str = "film", own: OwnSizes = MappingProxyType({}), **common: Any,
    ) -> None:  # fmt: skip
        own = {"modes": (modes, 1, 64), "tau_dims": (tau_dims, 2, 64), **own}
        choices = {"preference": (preference, PREFERENCE.names), "conditioning": (conditioning, CONDITIONING.names)}
        super().__init__(*sizes, own=own, choices=choices, **common)
        self.family = PREFERENCES[preference]
        self.preference_domain = self.family.domain
        self.modes, self.tau_dims = modes, tau_dims
        features, hidden = self.backbone.features, self.hidden
        with torch.device("cpu"):  # a few numbers, also where a bundle is checked (networks/claims.py)
            start = self.family.start(self.n_raters, tau_dims)
        self._rows = tuple(start)
        for name, values in start.items():
            self.register_parameter(name, nn.Parameter(values))
        self.gamma = _normal(0.1, features, tau_dims)
        self.beta = _normal(0.1, features, tau_dims)
        self.mean_weight = _normal(features**-0.5, features, features)
        self.mode_weight = _normal(0.2 * features**-0.5, modes, features, features)
        self.first_weight = _normal(features**-0.5, hidden, features)
        self.first_tau = _normal(0.1, hidden, tau_dims)
        self.first_bias = nn.Parameter(torch.zeros(hidden))
        narrow = max(hidden // 2, 4)
        self.second = nn.Linear(hidden, narrow)
        self.third = nn.Linear(narrow, self.n_structures)
        mixed = conditioning == "matrix"
        self.first_mix = _normal(0.1 * features**-0.5, tau_dims, hidden, features) if mixed else None
        self.rater_area: Tensor
        self.register_buffer("rater_area", torch.zeros(self.n_raters))

    # -- the two halves -------------------------------------------------------------------------------------------
    def encode(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> features ``(B, C, H, W)``."""
        features: Tensor = self.backbone(image)
        return features

    def fold(self, tau: Tensor, eps: Tensor) -> tuple[Tensor, Tensor]:
        """First decoder layer at ``tau (..., D)``, ``eps (..., K)``: a ``(..., hidden, C)`` matrix and its bias.

        (W0 + sum_d tau_d V_d) (W_mu + sum_k eps_k W_k) (gamma F + beta) + U tau + b  =  matrix F + bias.
        """
        inner = self.mean_weight + torch.einsum("...k,kzc->...zc", eps, self.mode_weight)
        first: Tensor = self.first_weight
        if self.first_mix is not None:
            first = first + torch.einsum("...d,dhz->...hz", tau, self.first_mix)
        whole = first @ inner
        gamma, beta = 1.0 + tau @ self.gamma.T, tau @ self.beta.T
        bias = (whole @ beta.unsqueeze(-1)).squeeze(-1) + tau @ self.first_tau.T + self.first_bias
        return whole * gamma.unsqueeze(-2), bias

    def decode_points(self, pixels: Tensor, tau: Tensor, eps: Tensor) -> Tensor:
        """Features ``(B, C, P)`` of any P pixels at ``tau (B, N, D)``, ``eps (B, N, K)`` -> logits ``(B, N, S, P)``."""
        matrix, bias = self.fold(tau, eps)
        batch, points, hidden, channels = matrix.shape
        if 0 in (batch, points, pixels.shape[-1]):
            return pixels.new_zeros(batch, points, self.n_structures, pixels.shape[-1])
        matrix, bias = matrix.reshape(batch, points * hidden, channels), bias.reshape(batch, points * hidden, 1)
        whole = torch.is_grad_enabled() or pixels.device.type != "cpu"  # a GPU is faster with one large piece
        size = pixels.shape[-1] if whole else max(CHUNK // max(points, 1), 1024)
        parts = [self.layers(part, matrix, bias, points) for part in pixels.split(size, -1)]
        return torch.cat(parts, dim=-1)

    def layers(self, pixels: Tensor, matrix: Tensor, bias: Tensor, points: int) -> Tensor:
        """All three layers: ``(B, C, P)``, the first one's ``(B, N hidden, C)`` and bias -> ``(B, N, S, P)`` logits."""
        batch, _, count = pixels.shape
        first = torch.baddbmm(bias, matrix, pixels).relu_().view(batch * points, -1, count)
        second = torch.baddbmm(self.second.bias[:, None], _repeat(self.second.weight, first), first).relu_()
        third = torch.baddbmm(self.third.bias[:, None], _repeat(self.third.weight, second), second)
        return third.view(batch, points, self.n_structures, count)

    def decode(self, features: Tensor, coords: Coords) -> Tensor:
        """``(B, C, H, W)`` at one point -> ``(B, S, H, W)`` logits."""
        batch, _, height, width = features.shape
        tau, eps = (coords[name].to(features).expand(batch, 1, -1) for name in ("tau", "eps"))
        return self.decode_points(features.flatten(2), tau, eps).view(batch, self.n_structures, height, width)

    def decode_many(self, features: Tensor, points: Mapping[str, Tensor]) -> Tensor:
        """``(1, C, H, W)`` at N points -> ``(N, S, H, W)`` logits."""
        tau, eps = (points[name].to(features).unsqueeze(0) for name in ("tau", "eps"))
        logits = self.decode_points(features.flatten(2), tau, eps)[0]
        return logits.view(tau.shape[1], self.n_structures, *features.shape[-2:])

    # -- raters ---------------------------------------------------------------------------------------------------
    def rater_rows(self) -> dict[str, nn.Parameter]:
        """The parameters that tell raters apart, and nothing else does: one row a rater in each."""
        return {name: self.get_parameter(name) for name in self._rows}

    def presets(self) -> Tensor:
        """``(R, D)`` mean of each rater's tau on the line (centred log-ratios, or the Gaussians' means)."""
        return self.family.presets(self.rater_rows())

    def rater_coords(self, rater: int) -> Coords:
        """The point at the rater's mean on the line, eps = 0."""
        return self._at(self.presets()[rater])

    def style_coords(self, weights: Tensor) -> Coords:
        """Barycentric blend of the presets on the line, eps = 0."""
        presets = self.presets()
        return self._at(weights.to(presets) @ presets)

    def _at(self, line: Tensor) -> Coords:
        tau = self.family.from_line(line).detach().float().cpu().clone()  # never a view of a parameter
        return {"tau": tau, "eps": torch.zeros(self.modes)}

    @torch.no_grad()
    def draw(self, rater: int | None, n: int, generator: torch.Generator, *, tau_draws: int | None = None) -> Coords:
        """Points ``(n, D)`` and ``(n, K)``: tau ~ q(tau | r), eps ~ N(0, I); see the base class for the nesting."""
        if tau_draws is not None and (rater is None or tau_draws < 1 or n % tau_draws):
            raise ValueError("balanced draws need a rater and n divisible by tau_draws")
        raters = torch.arange(n) % self.n_raters if rater is None else torch.full((tau_draws or n,), rater)
        tau = self.family.draw(self.rater_rows(), raters, generator)
        eps = torch.randn(n, self.modes, generator=generator)
        return {"tau": tau.repeat_interleave(n // max(len(tau), 1), 0), "eps": eps}

    # -- sliders --------------------------------------------------------------------------------------------------
    def preference_controls(self) -> list[Control]:
        """Eigenvectors of the presets' covariance between raters; + is towards raters who draw larger areas."""
        return axes.between_raters(self.presets(), self.rater_area)

    def preference_line(self, tau: Tensor) -> Tensor:
        """Centred log-ratios of ``tau (..., D)``, or tau itself."""
        return self.family.to_line(tau)

    @torch.no_grad()
    def ambiguity_gram(self, features: Tensor, coords: Coords) -> Tensor:
        """``(K + 1, K + 1)`` float64 on the CPU: [J 1]^T D [J 1] with J = d logits / d eps, D = diag(p(1 - p)).

        The last row holds d area / d eps in pixels, from which the axes take their signs.
        """
        device = features.device
        tau, zero = coords["tau"].to(features), torch.zeros(self.modes, device=device)
        pixels = features[0].flatten(1)
        logits = self.decode_points(pixels[None], tau.expand(1, 1, -1), zero.expand(1, 1, -1))[0, 0]
        p = torch.sigmoid(logits)
        weight = p * (1.0 - p)
        unsure = (weight > LEAST_VARIANCE).any(0)
        pixels, weight = pixels[:, unsure], weight[:, unsure]
        matrix, bias = self.fold(tau, zero)
        units = torch.eye(self.modes, device=device, dtype=features.dtype)
        moved, moved_bias = self.fold(tau.expand(self.modes, -1), units)
        gram = torch.zeros(self.modes + 1, self.modes + 1, dtype=torch.float64)
        for part, d in zip(pixels.split(CHUNK, 1), weight.split(CHUNK, 1), strict=True):
            before = matrix @ part + bias[:, None]
            after = torch.relu(before)
            second = self.second.weight @ after + self.second.bias[:, None]
            slope = (moved - matrix) @ part + (moved_bias - bias)[..., None]
            slope = self.second.weight @ (slope * (before > 0))
            slope = (self.third.weight @ (slope * (second > 0))).flatten(1)
            rows = torch.cat([slope, torch.ones_like(slope[:1])])
            gram += ((rows * d.flatten()) @ rows.T).cpu().double()
        return gram

    def ambiguity_controls(self, gram: Tensor) -> list[Control]:
        """Eigenvectors of J^T D J, largest first; + draws a larger area."""
        return axes.of_ambiguity(gram)

    def position(self, control: Control, coords: Coords) -> float:
        """Projection in standard deviations, on the line for tau."""
        return float(control.axis @ (self._linear(control, coords) - control.origin)) / control.unit

    def moved(self, control: Control, coords: Coords, position: float) -> Coords:
        """``coords`` with one latent shifted along the axis."""
        at = self._linear(control, coords)
        step = position * control.unit - float(control.axis @ (at - control.origin))
        at = at + step * control.axis
        return {**coords, control.latent: self.family.from_line(at) if control.latent == "tau" else at}

    def _linear(self, control: Control, coords: Coords) -> Tensor:
        """The control's latent in the coordinates in which its axis is straight."""
        at = coords[control.latent].detach().float().cpu()
        return self.family.to_line(at) if control.latent == "tau" else at


def _normal(deviation: float, *shape: int) -> nn.Parameter:
    """Starting weights."""
    return nn.Parameter(deviation * torch.randn(shape))


def _repeat(weight: Tensor, like: Tensor) -> Tensor:
    return weight.expand(like.shape[0], -1, -1)
