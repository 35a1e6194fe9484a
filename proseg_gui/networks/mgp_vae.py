"""Missing sequences by a Gaussian process over sequences, in front of ProSeg (after MGP-VAE, arXiv 2107.03442).

One variational autoencoder reads single sequences: an image and which sequence it is become a map of codes, at an
eighth of the resolution. The codes of one place in the C sequences of a slice are a priori one Gaussian for each of
their numbers, with a mean and a C x C covariance that all places share. So what is missing has a conditional Gaussian
given what is there, in closed form; its mean and draws from it, decoded, are the estimate and its imputations.
That covariance is the same in every place. What one sequence alone shows lies in few places, which the others point
to (beside a lesion): so a few factors a sequence are added to it, whose amplitudes a small network reads off what is
there.

The segmentation network gets each sequence with a map that says what it is: acquired (1), a draw (0), or the
estimate (-1). It has learned draws as images that went through the autoencoder, which know as much of the true one as
a code holds: so a draw is taken for what it shows, and what draws differ in is the imputation's uncertainty. The
estimate it has learned for what it is. A draw's noise is the same in all slices, so a draw is one coherent volume.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from proseg_gui.networks.base import Capabilities, Coords
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.networks.sizes import check_sizes

STRIDE = 8
"""Side of the patches that a code stands for."""
WIDTH, BLOCKS = 64, 2
"""Channels of the autoencoder, which works on the grid of its codes; blocks of the encoder (one more: decoder)."""
FACTORS, FACTOR_WIDTH = 6, 48
"""Local factors a sequence; channels of the network that says how large they are where."""
ACQUIRED, DRAWN, ESTIMATED = 1.0, 0.0, -1.0
"""What the map beside a sequence says that it is."""
LEAST_VARIANCE, LEAST_SCALE = 1e-3, 1e-2
"""Of a code given all other sequences; of a code given its image."""
COMMON = 0.8
"""Share of the codes' variance that sequences have in common before anything is learned."""
NOISE_SEED = 20_107


class Block(nn.Module):
    """Two 3x3 convolutions beside the identity, which it nearly is before anything is learned."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = (nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
        nn.init.normal_(self.second.weight, std=0.1 / (3.0 * width**0.5))

    def forward(self, x: Tensor) -> Tensor:
        """``(N, width, h, w)`` -> the same shape."""
        added: Tensor = self.second(functional.silu(self.first(functional.silu(x))))
        return x + added


class SequenceVae(nn.Module):
    """``(N, 1, H, W)`` single sequences, and which of C each is ``(N, C)`` (one-hot), to codes and back.

    All layers work on patches of :data:`STRIDE` pixels each way, so it costs little, and begins as a linear map.
    """

    def __init__(self, sequences: int, codes: int) -> None:
        super().__init__()
        pixels = STRIDE**2
        self.read = nn.Conv2d(pixels + sequences, WIDTH, 3, padding=1)
        self.down = nn.Sequential(*(Block(WIDTH) for _ in range(BLOCKS)))
        self.code = nn.Conv2d(WIDTH, 2 * codes, 1)
        self.open = nn.Conv2d(codes + sequences, WIDTH, 3, padding=1)
        self.up = nn.Sequential(*(Block(WIDTH) for _ in range(BLOCKS + 1)))
        self.write = nn.Conv2d(WIDTH, pixels, 1)

    def encode(self, image: Tensor, which: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation ``(N, L, h, w)`` of the codes; the border is repeated up to a whole stride."""
        height, width = image.shape[-2:]
        image = functional.pad(image, (0, -width % STRIDE, 0, -height % STRIDE), mode="replicate")
        patches = functional.pixel_unshuffle(image, STRIDE)
        mean, scale = self.code(self.down(self.read(torch.cat([patches, _spread(which, patches)], 1)))).chunk(2, 1)
        return mean, functional.softplus(scale - 2.0) + LEAST_SCALE

    def decode(self, codes: Tensor, which: Tensor, size: tuple[int, int]) -> Tensor:
        """``(N, L, h, w)`` codes -> ``(N, 1, *size)`` images."""
        patches = self.write(self.up(self.open(torch.cat([codes, _spread(which, codes)], 1))))
        return functional.pixel_shuffle(patches, STRIDE)[..., : size[0], : size[1]]


def _spread(values: Tensor, like: Tensor) -> Tensor:
    """``(N, C)`` at every pixel of ``like (N, .., H, W)``."""
    return values[:, :, None, None].expand(-1, -1, *like.shape[-2:]).to(like)


class SequenceGaussians(nn.Module):
    """For each of L numbers of a code, its joint Gaussian over C sequences; see the module."""

    def __init__(self, sequences: int, codes: int) -> None:
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(codes, sequences))
        alone, common = (1.0 - COMMON) ** 0.5, (1.0 - COMMON + COMMON * sequences) ** 0.5
        root = torch.full((codes, sequences, sequences), (common - alone) / sequences)
        root.diagonal(dim1=-2, dim2=-1).fill_(alone + (common - alone) / sequences)
        self.root = nn.Parameter(root)  # its square: COMMON 1 1' + (1 - COMMON) I

    def covariance(self) -> Tensor:
        """``(L, C, C)``."""
        with torch.autocast(self.root.device.type, enabled=False):  # what follows factorises it
            return self.root @ self.root.mT + LEAST_VARIANCE * torch.eye(self.root.shape[-1]).to(self.root)

    def of_the_present(self, there: Tensor) -> Tensor:
        """Covariances ``(B, L, C, C)`` of the sequences that are ``there (B, C)``, with a 1 for each other one."""
        both = (there[:, :, None] & there[:, None, :]).to(self.root)
        return self.covariance() * both[:, None] + torch.diag_embed((~there).to(self.root))[:, None]

    def missing(self, there: Tensor) -> tuple[Tensor, Tensor]:
        """Of what is not ``there (B, C)``, given what is: weights, and a root of the covariance, ``(B, L, C, C)``.

        mean + weights (codes - mean) leaves the codes that are there as they are; root @ noise leaves them alone.
        """
        whole, present = self.covariance(), self.of_the_present(there)
        across = whole * ((~there)[:, :, None] & there[:, None, :]).to(whole)[:, None]  # missing x present
        known = torch.diag_embed(there.to(whole))[:, None]
        weights = torch.linalg.solve(present, across.mT).mT
        gone = ((~there)[:, :, None] & (~there)[:, None, :]).to(whole)[:, None]
        with torch.autocast(whole.device.type, enabled=False):
            rest = whole * gone - weights @ across.mT
        root = torch.linalg.cholesky(rest + known) - known
        return weights + known, root

    def divergence(self, mean: Tensor, scale: Tensor, there: Tensor) -> Tensor:
        """``(B, L, h, w)``: KL of codes of ``mean`` and ``scale (B, C, L, h, w)`` to the Gaussian, where ``there``."""
        present = self.of_the_present(there)
        precision = torch.linalg.inv(present)
        seen = there[:, :, None, None, None]
        apart = torch.where(seen, mean - self.mean.T[None, :, :, None, None], 0.0)
        variance = torch.where(seen, scale.square(), 1.0)
        pulled = torch.einsum("blcd,bclhw,bdlhw->blhw", precision, apart, apart)
        trace = torch.einsum("blcc,bclhw->blhw", precision, variance)
        spread = torch.logdet(present)[..., None, None] - variance.log().sum(1)
        return 0.5 * (trace + pulled + spread - there.shape[1])


class LocalFactors(nn.Module):
    """How a missing sequence's codes vary beyond the Gaussian: ``(C, L, K)`` factors, with amplitudes by place."""

    def __init__(self, sequences: int, codes: int) -> None:
        super().__init__()
        self.count = min(FACTORS, codes)
        self.factors = nn.Parameter(0.1 * torch.randn(sequences, codes, self.count))
        self.amplitudes = nn.Sequential(
            nn.Conv2d(sequences * codes + sequences, FACTOR_WIDTH, 3, padding=1), nn.SiLU(),
            nn.Conv2d(FACTOR_WIDTH, FACTOR_WIDTH, 3, padding=1), nn.SiLU(),
            nn.Conv2d(FACTOR_WIDTH, sequences * self.count, 1),
        )  # fmt: skip

    def forward(self, codes: Tensor, there: Tensor) -> Tensor:
        """Codes ``(B, C, L, h, w)``, estimated where they are not ``there (B, C)`` -> scaled factors.

        ``(B, C, L, K, h, w)``.
        """
        flat = codes.flatten(1, 2)
        found = functional.softplus(self.amplitudes(torch.cat([flat, _spread(there.to(flat), flat)], 1)))
        amplitudes = found.unflatten(1, (codes.shape[1], 1, self.count))
        return self.factors[None, :, :, :, None, None] * amplitudes

    def surprise(self, apart: Tensor, scaled: Tensor, variance: Tensor) -> Tensor:
        """``(B, C, h, w)``: minus the log-likelihood of codes that lie ``apart (B, C, L, h, w)`` from their estimate.

        ``variance (B, C, L)`` is the Gaussian's; constants are left out.
        """
        root = scaled.permute(0, 1, 4, 5, 2, 3)  # (B, C, h, w, L, K)
        left = apart.permute(0, 1, 3, 4, 2)[..., None]
        diagonal = variance[:, :, None, None, :, None]
        inner = root.mT @ (root / diagonal) + torch.eye(self.count).to(root)
        half = torch.linalg.cholesky(inner)
        along = torch.linalg.solve_triangular(half, root.mT @ (left / diagonal), upper=False)
        distance = (left.square() / diagonal).sum((-2, -1)) - along.square().sum((-2, -1))
        volume = variance.log().sum(-1)[:, :, None, None] + 2.0 * half.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        return 0.5 * (distance + volume)


class MgpVae(ProSeg):
    """``codes``: numbers of a code; ``imputations``: draws of what is missing.

    Attributes
    ----------
    pixel_scale:
        ``(C,)`` standard deviation, in normalised units, of a pixel of each sequence around a draw of it; set on
        held-out cases so that 90 % intervals of imputed pixels hold 90 % of them.
    """

    kind: ClassVar[str] = "mgp_vae"
    maps_a_channel: ClassVar[int] = 2
    capabilities: ClassVar[Capabilities] = Capabilities(True, True, True, True, True, imputes=True)

    def __init__(self, *sizes: int, codes: int = 16, imputations: int = 8, **common: Any) -> None:
        super().__init__(*sizes, **common)
        self._architecture |= {"codes": codes, "imputations": imputations}
        check_sizes(self._architecture, {}, {"codes": 256, "imputations": 32})
        self.imputations = imputations
        self.autoencoder = SequenceVae(self.n_channels, codes)
        self.gaussians = SequenceGaussians(self.n_channels, codes)
        self.local = LocalFactors(self.n_channels, codes) if self.n_channels > 1 else None
        self.pixel_scale: Tensor
        self.register_buffer("pixel_scale", torch.zeros(self.n_channels))

    # -- sequences ------------------------------------------------------------------------------------------------
    def encode_sequences(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """``(B, C, H, W)`` -> mean and standard deviation ``(B, C, L, h, w)`` of every sequence's codes."""
        batch, channels = image.shape[:2]
        which = torch.eye(channels, device=image.device).repeat(batch, 1)
        mean, scale = self.autoencoder.encode(image.flatten(0, 1)[:, None], which)
        return mean.unflatten(0, (batch, channels)), scale.unflatten(0, (batch, channels))

    def decode_sequences(self, codes: Tensor, size: tuple[int, int]) -> Tensor:
        """``(B, C, L, h, w)`` -> images ``(B, C, *size)``."""
        batch, channels = codes.shape[:2]
        which = torch.eye(channels, device=codes.device).repeat(batch, 1)
        return self.autoencoder.decode(codes.flatten(0, 1), which, size).view(batch, channels, *size)

    def impute(self, mean: Tensor, scale: Tensor, there: Tensor, noise: Tensor | None = None) -> Tensor:
        """Codes ``(B, C, L, h, w)`` in which those that are not ``there (B, C)`` are estimated from those that are.

        With ``noise (3, C, L, h, w)``, standard normal, they are drawn: first those that are there, as their images
        leave them open, and given these the missing ones, by the Gaussian and by the local factors.
        """
        codes = mean if noise is None else mean + scale * noise[0]
        weights, root = self.gaussians.missing(there)
        centre = self.gaussians.mean.T[None, :, :, None, None]
        apart = torch.where(there[:, :, None, None, None], codes - centre, 0.0)
        found = centre + torch.einsum("blcd,bdlhw->bclhw", weights, apart)
        if noise is None or self.local is None:
            return found
        scaled = self.local(found, there)
        local = torch.einsum("bclkhw,ckhw->bclhw", scaled, noise[2, :, : self.local.count])
        drawn = torch.einsum("blcd,dlhw->bclhw", root, noise[1]) + local
        return torch.where(there[:, :, None, None, None], found, found + drawn)

    def draw_noise(self, number: int, like: Tensor) -> Tensor:
        """``(3, C, L, h, w)`` for draw ``number``, the same for all slices of a size; ``like``: codes."""
        generator = torch.Generator().manual_seed(NOISE_SEED + number)
        return torch.randn(3, *like.shape[1:], generator=generator).to(like)

    def filled(self, image: Tensor, number: int) -> Tensor:
        """``image (B, C, H, W)`` with draw ``number`` (0: the estimate) of channels that are NaN."""
        gone = image.isnan()
        there = ~gone.flatten(2).any(-1)
        mean, scale = self.encode_sequences(torch.where(gone, 0.0, image))
        codes = self.impute(mean, scale, there, self.draw_noise(number, mean) if number else None)
        decoded = self.decode_sequences(codes, (image.shape[-2], image.shape[-1]))
        return torch.where(there[:, :, None, None], image, decoded)

    def estimate(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """See the base class: mean over draws, and their spread with :attr:`pixel_scale`."""
        draws = torch.stack([self.filled(image, number) for number in range(1, self.imputations + 1)])
        gone = image.isnan().flatten(2).any(-1)[:, :, None, None]
        spread = draws.var(0, unbiased=self.imputations > 1) + self.pixel_scale[:, None, None].square()
        return torch.where(gone, draws.mean(0), image), torch.where(gone, spread.sqrt(), 0.0)

    @staticmethod
    def marked(image: Tensor, what: Tensor) -> Tensor:
        """What the backbone takes, ``(B, 2 C, H, W)``: ``image (B, C, H, W)``, ``what (B, C)`` each sequence is."""
        return torch.cat([image, _spread(what, image)], 1)

    def encode(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> ``(B, C, H, W)``, 1 + imputations times as many where a channel is missing."""
        gone = image.isnan().flatten(2).any(-1)
        what = torch.where(gone, DRAWN, ACQUIRED)
        if not gone.any():
            features: Tensor = self.backbone(self.marked(image, what))
            return features
        estimated = torch.where(gone, ESTIMATED, ACQUIRED)
        parts = [self.marked(self.filled(image, 0), estimated)]
        parts += [self.marked(self.filled(image, number), what) for number in range(1, self.imputations + 1)]
        return torch.cat([self.backbone(part) for part in parts], 1)

    def imputed(self, features: Tensor, number: int) -> Tensor:
        """See the base class; where nothing was missing all draws are the image itself."""
        size = self.backbone.features
        first = min(max(number, 0), features.shape[1] // size - 1) * size
        return features[:, first : first + size]

    # -- points ---------------------------------------------------------------------------------------------------
    def at_imputation(self, coords: Coords, number: int | Tensor) -> Coords:
        """See the base class."""
        eps = coords["eps"].clone()
        eps[..., self.modes] = number
        return {**coords, "eps": eps}

    def fold(self, tau: Tensor, eps: Tensor) -> tuple[Tensor, Tensor]:
        """ProSeg's, without the number of the draw."""
        return super().fold(tau, eps[..., : self.modes])

    def _at(self, line: Tensor) -> Coords:
        return _numbered(super()._at(line), torch.zeros(1))

    @torch.no_grad()
    def draw(self, rater: int | None, n: int, generator: torch.Generator, *, tau_draws: int | None = None) -> Coords:
        """ProSeg's; each of the ``n`` points has a random draw of what is missing."""
        points = super().draw(rater, n, generator, tau_draws=tau_draws)
        return _numbered(points, torch.randint(1, self.imputations + 1, (n, 1), generator=generator).float())

    def draw_eps(self, n: int, generator: torch.Generator) -> Tensor:
        """See the base class; of the ambiguity alone, at the estimate of what is missing."""
        return torch.cat([torch.randn(n, self.modes, generator=generator), torch.zeros(n, 1)], 1)

    def _number(self, eps: Tensor) -> int:
        return round(float(eps.detach()[self.modes]))

    def decode(self, features: Tensor, coords: Coords) -> Tensor:
        """See the base class."""
        return super().decode(self.imputed(features, self._number(coords["eps"])), coords)

    def decode_many(self, features: Tensor, points: Mapping[str, Tensor]) -> Tensor:
        """See the base class; the points at one draw together."""
        if features.shape[1] == self.backbone.features:
            return super().decode_many(features, points)
        numbers = points["eps"][:, self.modes].round().long()
        logits = features.new_zeros(len(numbers), self.n_structures, *features.shape[-2:])
        for number in numbers.unique().tolist():
            at = numbers == number
            some = {name: values[at] for name, values in points.items()}
            logits[at] = super().decode_many(self.imputed(features, number), some)
        return logits

    # -- sliders --------------------------------------------------------------------------------------------------
    def ambiguity_gram(self, features: Tensor, coords: Coords) -> Tensor:
        """ProSeg's, with a row of zeros for the number of the draw."""
        gram = super().ambiguity_gram(self.imputed(features, self._number(coords["eps"])), coords)
        wide = torch.zeros(len(gram) + 1, len(gram) + 1, dtype=gram.dtype)
        kept = torch.tensor([*range(self.modes), self.modes + 1])
        wide[kept[:, None], kept] = gram
        return wide


def _numbered(coords: Coords, number: Tensor) -> Coords:
    return {**coords, "eps": torch.cat([coords["eps"], number], -1)}
