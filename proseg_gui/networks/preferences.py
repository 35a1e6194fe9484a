"""What a rater's preference is distributed as, for ProSeg: a Dirichlet over shares, or a Gaussian of plain numbers.

A family holds no numbers: those are the network's parameters, one *row* a rater in each tensor, and are passed in by
name. The first row of a new rater is all that a new rater is.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from itertools import chain, combinations, cycle, islice
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional

OWN_ALPHA, SHARED_ALPHA, OTHER_ALPHA = 20.0, 3.5, 0.1
"""Where a rater's Dirichlet starts: apart from the others, because a vague start leaves tau almost inert."""
MIN_TAU = 1e-6
"""Draws of tau are clamped here: Dir(0.1, ...) underflows to exact zeros, which have no logarithm."""
START_MEAN, START_SCALE = 1.5, 0.5
"""Where a rater's Gaussian starts, in deviations of the prior N(0, I): on an own coordinate, half as wide."""

NEWTON_STEPS = 6
"""Five give 14 digits (Minka)."""

Rows = Mapping[str, Tensor]
"""Name of a parameter -> ``(R, ...)``: the raters' numbers."""


class Preference(ABC):
    """A family of distributions of tau ``(D,)``. *Line* is where blends and axes are straight."""

    domain: ClassVar[str]
    """See :attr:`~proseg_gui.networks.base.Method.preference_domain`."""

    @abstractmethod
    def start(self, n_raters: int, size: int) -> dict[str, Tensor]:
        """Where the raters' numbers start: apart from each other."""

    @abstractmethod
    def presets(self, rows: Rows) -> Tensor:
        """``(R, D)`` mean of each rater's distribution, on the line."""

    @abstractmethod
    def to_line(self, tau: Tensor) -> Tensor:
        """``tau (..., D)`` on the line."""

    @abstractmethod
    def from_line(self, line: Tensor) -> Tensor:
        """``(..., D)`` back from the line."""

    @abstractmethod
    def sample(self, rows: Rows, items: int, draws: int) -> Tensor:
        """``(items, R, draws, D)`` draws of each rater by torch's CPU generator; gradients reach the rows."""

    @abstractmethod
    def draw(self, rows: Rows, raters: Tensor, generator: torch.Generator) -> Tensor:
        """``(n, D)`` float32 draws on the CPU, one for each of ``raters (n,)``."""

    @abstractmethod
    def widened(self, rows: Rows, factor: float) -> dict[str, Tensor]:
        """New rows whose draws scatter about ``factor`` times as widely on the line, around the same presets."""


class Dirichlets(Preference):
    """q(tau | r) = Dir(softplus(a_r)) on the simplex; the line is the centred log-ratio of tau."""

    domain = "shares"

    def start(self, n_raters: int, size: int) -> dict[str, Tensor]:
        """See the base class; :func:`starting_alpha`."""
        return {"rater_alpha": inverse_softplus(starting_alpha(n_raters, size))}

    def alpha(self, rows: Rows) -> Tensor:
        """``(R, D)`` parameters."""
        return functional.softplus(rows["rater_alpha"])

    def presets(self, rows: Rows) -> Tensor:
        """E[c_r] = psi(alpha) - mean psi(alpha)."""
        psi = torch.digamma(self.alpha(rows))
        return psi - psi.mean(-1, keepdim=True)

    def to_line(self, tau: Tensor) -> Tensor:
        """Centred log-ratios."""
        log = tau.clamp_min(torch.finfo(torch.float32).tiny).log()
        return log - log.mean(-1, keepdim=True)

    def from_line(self, line: Tensor) -> Tensor:
        """Softmax."""
        return torch.softmax(line, -1)

    def sample(self, rows: Rows, items: int, draws: int) -> Tensor:
        """See the base class."""
        dirichlet = torch.distributions.Dirichlet(self.alpha(rows).cpu())
        return clamp_tau(dirichlet.rsample(torch.Size((items, draws)))).transpose(1, 2)

    def draw(self, rows: Rows, raters: Tensor, generator: torch.Generator) -> Tensor:
        """See the base class."""
        gamma = torch._standard_gamma(self.alpha(rows).detach().cpu().double()[raters], generator=generator)
        return clamp_tau(gamma / gamma.sum(-1, keepdim=True).clamp_min(1e-300)).float()

    def widened(self, rows: Rows, factor: float) -> dict[str, Tensor]:
        """See the base class: one number added to all psi(alpha) leaves E[c_r], and var c_r falls as 1 / alpha."""
        psi = torch.digamma(self.alpha(rows).detach().double())
        alpha = inverse_digamma(psi - 2.0 * math.log(factor))
        return {"rater_alpha": inverse_softplus(alpha).to(rows["rater_alpha"])}


class Gaussians(Preference):
    """q(tau | r) = N(mu_r, L_r L_r^T) in plain numbers; a softplus on L_r's diagonal keeps the covariance positive."""

    domain = "free"

    def start(self, n_raters: int, size: int) -> dict[str, Tensor]:
        """Means at :data:`START_MEAN` on an own coordinate (or set of them), covariances at START_SCALE^2 I."""
        codes = starting_alpha(n_raters, size + 1)[:, :-1] > OTHER_ALPHA
        mean = START_MEAN * codes.float() / codes.sum(-1, keepdim=True).clamp_min(1)
        return {"rater_mean": mean, "rater_scale": raw_scales(START_SCALE, n_raters, size)}

    def presets(self, rows: Rows) -> Tensor:
        """The means."""
        return rows["rater_mean"]

    def to_line(self, tau: Tensor) -> Tensor:
        """As it is."""
        return tau

    def from_line(self, line: Tensor) -> Tensor:
        """As it is."""
        return line

    def sample(self, rows: Rows, items: int, draws: int) -> Tensor:
        """See the base class."""
        mean, scale = rows["rater_mean"].cpu(), lower_triangular(rows["rater_scale"]).cpu()
        noise = torch.randn(items, draws, *mean.shape, 1)
        return (mean + (scale @ noise).squeeze(-1)).transpose(1, 2)

    def draw(self, rows: Rows, raters: Tensor, generator: torch.Generator) -> Tensor:
        """See the base class."""
        return draw_gaussians(rows["rater_mean"], lower_triangular(rows["rater_scale"]), raters, generator)

    def widened(self, rows: Rows, factor: float) -> dict[str, Tensor]:
        """See the base class: L_r times ``factor``."""
        scale = factor * lower_triangular(rows["rater_scale"].detach())
        raw = scale.tril(-1) + torch.diag_embed(inverse_softplus(scale.diagonal(dim1=-2, dim2=-1)))
        return {"rater_mean": rows["rater_mean"].detach().clone(), "rater_scale": raw}


PREFERENCES: Mapping[str, Preference] = {"dirichlet": Dirichlets(), "gaussian": Gaussians()}


def starting_alpha(n_raters: int, tau_dims: int) -> Tensor:
    """``(R, D)``: each rater high on an own coordinate, all on the last; beyond D - 1 raters, on an own set of them."""
    own = list(range(tau_dims - 1))
    codes = chain.from_iterable(combinations(own, size) for size in range(1, len(own) + 1))
    alpha = torch.full((n_raters, tau_dims), OTHER_ALPHA)
    alpha[:, -1] = SHARED_ALPHA
    for rater, code in enumerate(islice(cycle(codes), n_raters)):
        alpha[rater, list(code)] = OWN_ALPHA / len(code)
    return alpha


def clamp_tau(tau: Tensor) -> Tensor:
    """Keep points of the simplex ``(..., D)`` off its border, so that their logarithm is finite."""
    tau = tau.clamp_min(MIN_TAU)
    return tau / tau.sum(-1, keepdim=True)


def inverse_softplus(values: Tensor) -> Tensor:
    """What softplus turns into ``values``, which are positive."""
    return values + torch.log(-torch.expm1(-values))


def inverse_digamma(values: Tensor) -> Tensor:
    """The positive x with psi(x) = ``values``, by Newton's method (Minka 2000, "Estimating a Dirichlet")."""
    x = torch.where(values >= -2.22, values.exp() + 0.5, -1.0 / (values - torch.digamma(torch.ones(()).to(values))))
    for _ in range(NEWTON_STEPS):
        x = x - (torch.digamma(x) - values) / torch.polygamma(1, x)
    return x


def raw_scales(deviation: float, n_raters: int, size: int) -> Tensor:
    """``(R, L, L)`` that :func:`lower_triangular` turns into ``deviation`` I for every rater."""
    return math.log(math.expm1(deviation)) * torch.eye(size).repeat(n_raters, 1, 1)


def lower_triangular(raw: Tensor) -> Tensor:
    """``(R, L, L)`` of any values -> lower triangular with a positive diagonal: a covariance is scale scale^T."""
    return raw.tril(-1) + torch.diag_embed(functional.softplus(raw.diagonal(dim1=-2, dim2=-1)))


def draw_gaussians(mean: Tensor, scale: Tensor, raters: Tensor, generator: torch.Generator) -> Tensor:
    """``(n, L)`` draws on the CPU from N(mean_r, scale_r scale_r^T), one for each of ``raters (n,)``."""
    noise = torch.randn(len(raters), mean.shape[-1], 1, generator=generator)
    return mean.detach().cpu()[raters] + (scale.detach().cpu()[raters] @ noise).squeeze(-1)
