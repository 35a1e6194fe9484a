"""A frozen encoder with small adapters that follow a code and what was pointed at: clicks in and out, and a box.

After the Uncertainty-aware Adapter (arXiv 2403.10931) and Probabilistic SAM (arXiv 2509.05809), from their
descriptions: the encoder stays as it is, a conditional variational autoencoder over the raters' masks gives a code, and
the code acts on every adapter, by where a pixel lies to what was pointed at. Instead of SAM's encoder the project's own
U-Net stands frozen, which is learned first.

Preference: tau holds what was pointed at, as SAM's prompt tokens do: of each click where it lies, how its pixel looks
(a few learned keys), and whether each structure was said to be in (1) or out (-1) there; of the box its corners. All 0
is nothing. Ambiguity: eps is the code in the prior's own standard deviations. The decoder is pixelwise: the features
carry keys, the prior's mean and scale as constant maps, and at last each pixel's place in pixels of the model's grid
(row, column, and height across the slices), so a click wears off with distance on its slice and on others.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from proseg_gui.networks.base import Capabilities, Coords
from proseg_gui.networks.linear import LinearMethod
from proseg_gui.networks.probunet import CodeEncoder, spread

ADAPTER_WIDTH = 12
AXES = 3
REACHES = (2.0, 5.0, 12.0)
"""Where the widths of a click's reach begin, in pixels."""
LOOK_REACH = 24.0
"""Standard deviation in pixels of how far a click says something of pixels that look like its own."""
BOX_EDGE, BOX_HEIGHT = 1.0, 4.0
"""Softness of a box's border in its plane, and how far it reaches across slices, in pixels."""
POINTED = 2 * (len(REACHES) + 1) + 3
"""Maps of what was pointed at: near a click in, like it, the same for out; inside, outside, and middle of the box."""
PULL = (3.0, 1.5, 0.0, 1.5, -3.0, -1.5, 0.0, -1.5, 0.0, -2.0, 0.0)
"""How each of them begins to act on the logits: what was said holds near by from the first step."""


class Adapter(nn.Module):
    """``h + up(relu(FiLM_z(down(h) * (1 + a c) + b c)))`` at every pixel, with ``c`` of :data:`POINTED` maps."""

    def __init__(self, features: int, code: int, width: int = ADAPTER_WIDTH) -> None:
        super().__init__()
        self.down = nn.Parameter(torch.randn(width, features) * features**-0.5)
        self.bias = nn.Parameter(torch.zeros(width, 1))
        self.by_place = nn.Parameter(torch.randn(2 * width, POINTED) * 0.5 * POINTED**-0.5)
        self.by_code = nn.Parameter(torch.randn(2 * width, code) * 0.5 * code**-0.5)
        self.up = nn.Parameter(torch.randn(features, width) * 0.5 * width**-0.5)

    def before(self, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """``(B, N, F, P)`` and ``(B, N, POINTED, P)`` -> narrow maps ``(B, N, w, P)``, and the factor by place."""
        scale, shift = (self.by_place @ c).chunk(2, -2)
        return (self.down @ h) * (1.0 + scale) + shift + self.bias, 1.0 + scale

    def forward(self, h: Tensor, c: Tensor, z: Tensor) -> Tensor:
        """``z (B, N, L)``; sizes of 1 stand for all N, or all P, alike."""
        narrow, _ = self.before(h, c)
        scale, shift = (z @ self.by_code.T).unsqueeze(-1).chunk(2, -2)
        return h + self.up @ torch.relu(narrow * (1.0 + scale) + shift)

    def slopes(self, h: Tensor, dh: Tensor, c: Tensor, z: Tensor, dz: Tensor) -> tuple[Tensor, Tensor]:
        """``h (F, P)`` at ``z (L,)`` and its derivatives ``(K, F, P)``, from ``dh`` and ``dz (K, L)``."""
        narrow, by_place = (part[0, 0] for part in self.before(h[None, None], c))
        scale, shift = (self.by_code @ z).unsqueeze(-1).chunk(2)
        d_scale, d_shift = (dz @ self.by_code.T).unsqueeze(-1).chunk(2, 1)
        before = narrow * (1.0 + scale) + shift
        slope = narrow * d_scale + d_shift + (self.down @ dh) * by_place * (1.0 + scale)
        return h + self.up @ torch.relu(before), dh + self.up @ (slope * (before > 0))


class SamAdapter(LinearMethod):
    """``code``: size of z; ``keys``: numbers by which pixels look alike; ``clicks``: how many are seen, the latest."""

    kind: ClassVar[str] = "sam_adapter"
    capabilities: ClassVar[Capabilities] = Capabilities(
        personalised=False, samples=True, preference_axes=False, ambiguity_axes=True, intra_expert=False,
        rater_draws=False, clicks=True,
    )  # fmt: skip

    def __init__(self, *sizes: int, code: int = 6, keys: int = 4, clicks: int = 8, **common: Any) -> None:
        own = {"code": (code, 1, 64), "keys": (keys, 1, 16), "clicks": (clicks, 1, 32)}
        super().__init__(*sizes, own=own, **common)
        self.eps_size = self.code = code
        self.keys, self.clicks = keys, clicks
        features = self.backbone.features
        self.look = nn.Sequential(
            nn.Conv2d(features, ADAPTER_WIDTH, 3, padding=1), nn.ReLU(), nn.Conv2d(ADAPTER_WIDTH, keys, 1)
        )
        self.reaches = nn.Parameter(torch.tensor([math.log(reach) for reach in REACHES]))
        self.one, self.two = Adapter(features, code), Adapter(features, code)
        self.first = nn.Linear(features, self.hidden)
        self.last = nn.Linear(self.hidden, self.n_structures)
        self.pull = nn.Parameter(torch.tensor(PULL))
        self.prior = CodeEncoder(self.n_channels, code, "plain")
        self.posterior = CodeEncoder(self.n_channels + self.n_structures, code, "plain")

    # -- features -------------------------------------------------------------------------------------------------
    def encode(self, image: Tensor) -> Tensor:
        """``(B, channels, H, W)`` -> ``(B, C + keys + 2 L + 3, H, W)``; all slices lie at height 0."""
        return self.around(self.backbone(image), image)

    def around(self, features: Tensor, image: Tensor) -> Tensor:
        """What :meth:`encode` puts beside the frozen ``features (B, C, H, W)`` of ``image``."""
        if image.shape[0] == 0:
            return features.new_zeros(0, features.shape[1] + self.keys + 2 * self.code + AXES, *image.shape[-2:])
        rows, columns = (torch.arange(float(n), device=features.device) for n in image.shape[-2:])
        level = torch.zeros(image.shape[-2:], device=features.device)
        places = torch.stack([*torch.meshgrid(rows, columns, indexing="ij"), level])
        code = spread(torch.cat(self.prior(image), -1), image)
        return torch.cat([features, self.look(features), code, places.expand(len(image), -1, -1, -1)], dim=1)

    def at_height(self, features: Tensor, height: float) -> Tensor:
        """See the base class."""
        return torch.cat([features[:, :-1], torch.full_like(features[:, -1:], height)], dim=1)

    def split(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """``(B, .., P)`` -> features ``(B, C, P)``, keys, mean and scale ``(B, L)``, places ``(B, 3, P)``."""
        sizes = (self.backbone.features, self.keys, self.code, self.code, AXES)
        features, keys, mean, scale, places = pixels.split(sizes, 1)
        return features, keys, mean[..., 0], scale[..., 0], places

    # -- what was pointed at --------------------------------------------------------------------------------------
    @property
    def tau_sizes(self) -> tuple[int, int]:
        """How many numbers of tau are about clicks, and how many about the box."""
        return self.clicks * (self.n_structures + AXES + self.keys), self.n_structures + 2 * AXES

    def presets(self) -> Tensor:
        """``(R, D)`` of zeros: nothing was pointed at."""
        return torch.zeros(self.n_raters, sum(self.tau_sizes))

    def tokens(self, pixels: Tensor, said: Tensor, corners: Tensor, boxed: Tensor) -> Tensor:
        """``(V, D)``: tau of what was pointed at.

        ``pixels (V, n, C)``: features of the pixels clicked, with ``said (V, n, S)``: 1 in, -1 out, 0 not said;
        ``corners (V, 2, C)``: of the box's corners, with ``boxed (V, S)``: 1 where it is about a structure.
        """
        places = slice(-AXES, None)
        keys = slice(self.backbone.features, self.backbone.features + self.keys)
        heard = said.abs().amax(-1, keepdim=True)
        clicks = torch.cat([said, heard * pixels[..., places], heard * pixels[..., keys]], -1).flatten(1)
        there = boxed.amax(-1, keepdim=True)
        missing = self.tau_sizes[0] - clicks.shape[1]
        return torch.cat(
            [clicks, clicks.new_zeros(len(clicks), missing), boxed, there * corners[..., places].flatten(1)], -1
        )

    def clicked(
        self, coords: Coords, pixels: Tensor, inside: Tensor, corners: Tensor | None, structure: int = 0
    ) -> Coords:
        """See the base class; of more clicks than it was built for the latest are seen."""
        pixels, inside = pixels[-self.clicks :].cpu(), inside[-self.clicks :].cpu()
        if not len(pixels):  # of no pixel at all not even the number of features is known
            pixels = torch.zeros(0, self.backbone.features + self.keys + 2 * self.code + AXES)
        said, boxed = torch.zeros(1, len(pixels), self.n_structures), torch.zeros(1, self.n_structures)
        said[0, :, structure] = torch.where(inside, 1.0, -1.0)
        boxed[0, structure] = float(corners is not None)
        ends = pixels.new_zeros(2, pixels.shape[1]) if corners is None else corners.cpu()
        return {**coords, "tau": self.tokens(pixels[None], said, ends[None], boxed)[0]}

    def pointed(self, tau: Tensor, keys: Tensor, places: Tensor, structure: int) -> Tensor:
        """``(B, N, POINTED, P)`` maps of what ``tau (B, N, D)`` says of a structure; ``(B, 1, POINTED, 1)`` of none."""
        if not tau.any():
            return tau.new_zeros(len(tau), 1, POINTED, 1)
        clicks, box = tau.split(self.tau_sizes, -1)
        said, at, look = clicks.unflatten(-1, (self.clicks, -1)).split((self.n_structures, AXES, self.keys), -1)
        strength = torch.stack([said[..., structure].clamp_min(0.0), (-said[..., structure]).clamp_min(0.0)], 2)
        away = squares(at, places)
        near = [torch.exp(-0.5 * away / reach.exp().square()) for reach in self.reaches]
        alike = torch.exp(-squares(look, keys) - 0.5 * away / LOOK_REACH**2)
        maps = torch.stack([*near, alike], 3)  # (B, N, clicks, 4, P)
        by_click = [(maps * strength[:, :, side, :, None, None]).amax(2) for side in (0, 1)]
        return torch.cat([*by_click, self._box(box, places, structure)], 2)

    def _box(self, box: Tensor, places: Tensor, structure: int) -> Tensor:
        """``(B, N, 3, P)``: inside of the box, outside of it, and near its middle."""
        there, one, other = box.split((self.n_structures, AXES, AXES), -1)
        low, high = (f(one, other).unsqueeze(-1) for f in (torch.minimum, torch.maximum))  # (B, N, 3, 1)
        at = places.unsqueeze(1)
        edges = torch.sigmoid((at - low + 0.5) / BOX_EDGE) * torch.sigmoid((high - at + 0.5) / BOX_EDGE)
        inside = edges[..., 0, :] * edges[..., 1, :]
        above = (low - at).clamp_min(0.0)[..., 2, :] + (at - high).clamp_min(0.0)[..., 2, :]
        strength = there[..., structure, None] * torch.exp(-0.5 * (above / BOX_HEIGHT).square())
        off = ((at - 0.5 * (low + high)) / (0.5 * (high - low) + 1.0)).square()
        middle = torch.exp(-0.5 * (off[..., 0, :] + off[..., 1, :]))
        return torch.stack([inside, 1.0 - inside, middle], 2) * strength.unsqueeze(2)

    # -- the decoder ----------------------------------------------------------------------------------------------
    def decode_points(self, pixels: Tensor, tau: Tensor, eps: Tensor) -> Tensor:
        """The adapters and two layers at z = mean + scale eps, for each structure by what was said of it."""
        features, keys, mean, scale, places = self.split(pixels)
        z = mean[:, None] + scale[:, None] * eps
        if tau.shape[1] > 1 and bool((tau == tau[:, :1]).all()):
            tau = tau[:, :1]
        found = []
        for structure in range(self.n_structures):
            h, c = features.unsqueeze(1), self.pointed(tau, keys, places, structure)
            for adapter in (self.one, self.two):
                h = adapter(h, c, z)
            hidden = torch.relu(self.first.weight @ h + self.first.bias[:, None])
            found.append(self.last.weight[structure] @ hidden + self.last.bias[structure] + self.pull @ c)
        return torch.stack(found, 2)

    def slopes(self, pixels: Tensor, tau: Tensor) -> tuple[Tensor, Tensor]:
        """See the base class."""
        features, keys, mean, scale, places = self.split(pixels[None])
        logits, slopes = [], []
        for structure in range(self.n_structures):
            h, c = features[0], self.pointed(tau[None, None], keys, places, structure)
            dh = h.new_zeros(self.code, len(h), 1)
            for adapter in (self.one, self.two):
                h, dh = adapter.slopes(h, dh, c, mean[0], torch.diag(scale[0]))
            before = self.first.weight @ h + self.first.bias[:, None]
            plain = self.last.weight[structure] @ torch.relu(before) + self.last.bias[structure]
            logits.append(plain + self.pull @ c[0, 0])
            slopes.append(self.last.weight[structure] @ ((self.first.weight @ dh) * (before > 0)))
        return torch.stack(logits), torch.stack(slopes, 1)


def squares(at: Tensor, maps: Tensor) -> Tensor:
    """Squared distances ``(B, N, n, P)`` of n vectors ``(B, N, n, d)`` from the pixels of ``maps (B, d, P)``."""
    pairs = zip(at.unbind(-1), maps.unbind(1), strict=True)
    return torch.stack([(a.unsqueeze(-1) - m[:, None, None]).square() for a, m in pairs]).sum(0)
