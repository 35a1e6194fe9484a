"""Adapters on a frozen encoder: the encoder is learned first, by plain heads a rater; then all else, by pointing.

In the second part each image is pointed at as a person would who has one reading in mind (:func:`pointed_at`): clicks
and boxes are made from that rater's mask, and at test from nothing. A quarter of the images is not pointed at at all;
there every rater's masks are meant. The terms: ``guess``, what is drawn at the prior's mean, and ``near``, the same
beside the clicks; ``segmentation`` and ``kl`` of the autoencoder, whose posterior sees the mask; and the energy score
of draws of the prior, which is smallest where they are distributed as masks are, so that neither draws collapse nor
clicks are ignored beside the code.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from proseg_gui.networks.heads import PixelHead
from proseg_gui.networks.sam_adapter import SamAdapter
from proseg_gui.training import losses
from proseg_gui.training.dataset import Batch
from proseg_gui.training.objectives.base import Objective, single_slices, summed
from proseg_gui.training.objectives.probunet import any_reading, gaussian_divergence
from proseg_gui.training.precision import in_float32
from proseg_gui.training.recipe import Recipe

UNPOINTED, BOXED = 0.25, 0.4
"""Share of images that are not pointed at; of the others, share with a box."""
MOST_CLICKS = 5
ON_ERROR, FIRST_IN_HEART = 0.8, 0.3
"""Share of clicks that go to where the unpointed prediction is wrong, and of first clicks that go to the middle of the
mask instead; the others say what is right already."""
CLICK_JITTER = 2
"""Pixels by which a click may miss what was aimed at; what is said is true of where it lies."""
BOX_JITTER = (0.1, 0.2)
"""Of a box's sides: how far its edges may lie off, drawn for each box between these."""
BLUR = 7
"""Pixels: the middle of a region is where most around is of the region too."""
DRAWS = 6
ENERGY_WEIGHT, KL_WEIGHT, NEAR_WEIGHT = 2.0, 1.0, 0.5
"""The second is divided by the number of pixels, as for the Probabilistic U-Net."""
NEAR = 3.0
"""Pixels: what lies so far from a click counts as near it (a Gaussian's deviation)."""


@dataclass(frozen=True, eq=False)
class Pointed:
    """What V images are pointed at.

    ``rows``, ``columns (V, n)`` of the clicks, ``said (V, n, S)``; ``corners (V, 2, 2)`` row and column, ``boxed
    (V, S)``, as :meth:`~proseg_gui.networks.sam_adapter.SamAdapter.tokens` takes them. ``quiet (V,)``: not at all.
    """

    rows: Tensor
    columns: Tensor
    said: Tensor
    corners: Tensor
    boxed: Tensor

    @property
    def quiet(self) -> Tensor:
        """``(V,)``."""
        return ~(self.said.flatten(1).any(1) | self.boxed.any(1))


class SamAdapterObjective(Objective):
    """See the module's text."""

    method: SamAdapter
    stages = 2

    def __init__(self, method: SamAdapter, recipe: Recipe) -> None:
        super().__init__(method, recipe)
        self.helpers["heads"] = PixelHead(method.n_raters, method.backbone.features, method.hidden, method.n_structures)

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """See the base class; every slice is an image of its own."""
        return self._encoder(batch) if step < self.recipe.steps else self._adapters(batch)

    def _encoder(self, batch: Batch) -> dict[str, Tensor]:
        images, masks, observed = single_slices(batch)
        logits = self.helpers["heads"](self.method.backbone(images).flatten(2))
        return summed({"heads": losses.segmentation_loss(logits, masks.flatten(-2), observed)})

    def _adapters(self, batch: Batch) -> dict[str, Tensor]:
        method, stride = self.method, self.recipe.stride
        images, masks, observed = single_slices(batch)
        masks, observed = masks.flatten(1, 2), observed.flatten(1, 2)  # (V, M, S, H, W), (V, M, S)
        items = torch.arange(len(images), device=images.device)
        chosen = any_reading(observed.unsqueeze(2))
        own, there = masks[items, chosen], observed[items, chosen]
        own = own * there[..., None, None]
        with torch.no_grad():
            features = method.backbone(images)
        maps = method.around(features, images)
        with torch.no_grad():
            plain = method.decode(maps, method.consensus_style())
        pointed = pointed_at(own, there, plain > 0.0)
        tau = tokens_at(method, maps, pointed)
        y, x = (int(torch.randint(0, stride, ())) for _ in range(2))
        pixels, masks = (part[..., y::stride, x::stride].flatten(-2) for part in (maps, masks))
        mean, scale = method.posterior(torch.cat([images, own], 1))
        _, _, prior_mean, prior_scale, _ = method.split(pixels)
        seen = (mean + scale * torch.randn(mean.shape).to(mean) - prior_mean) / prior_scale
        drawn = torch.randn(len(images), DRAWS, method.code).to(mean)
        eps = torch.cat([torch.zeros_like(drawn[:, :1]), seen[:, None], drawn], 1)
        logits = method.decode_points(pixels, tau[:, None].expand(-1, eps.shape[1], -1), eps)
        # Of an image that was not pointed at any reading may be meant; else the one in mind.
        meant = observed & (pointed.quiet[:, None] | functional.one_hot(chosen, observed.shape[1]).bool())[..., None]
        mine = functional.one_hot(chosen, observed.shape[1]).bool()[..., None] & observed
        guess = losses.segmentation_loss(logits[:, :1], masks.unsqueeze(1), meant.unsqueeze(1))
        told = losses.segmentation_loss(logits[:, 1:2], masks.unsqueeze(1), mine.unsqueeze(1))
        kl = losses.weighted_mean(gaussian_divergence(mean, scale, prior_mean, prior_scale), there.any(-1).to(mean))
        energy = energy_score(logits[:, 2:], masks, meant, 1.0 / stride**2)
        _, _, _, _, places = method.split(pixels)
        near = near_loss(logits[:, 0], masks[items, chosen], pointed, places)
        size = own.shape[-2] * own.shape[-1]
        return summed({
            "guess": guess, "near": NEAR_WEIGHT * near, "segmentation": told, "kl": KL_WEIGHT / size * kl,
            "energy": ENERGY_WEIGHT * energy,
        })  # fmt: skip


def tokens_at(method: SamAdapter, maps: Tensor, pointed: Pointed) -> Tensor:
    """Tau ``(V, D)`` of what was pointed at in ``maps (V, C, H, W)``."""
    items = torch.arange(len(maps), device=maps.device)[:, None]
    clicked = maps.permute(0, 2, 3, 1)[items, pointed.rows, pointed.columns]
    corners = maps.permute(0, 2, 3, 1)[items, pointed.corners[..., 0], pointed.corners[..., 1]]
    return method.tokens(clicked, pointed.said, corners, pointed.boxed)


def near_loss(logits: Tensor, mask: Tensor, pointed: Pointed, places: Tensor) -> Tensor:
    """Cross-entropy of ``logits (V, S, P)`` with ``mask (V, S, P)`` at pixels by how near to a click they lie.

    ``places (V, 3, P)``: row, column and height of the pixels.
    """
    clicks = torch.stack([pointed.rows, pointed.columns], -1).to(places)  # (V, n, 2)
    away = (clicks[..., None] - places[:, None, :2]).square().sum(2)  # (V, n, P)
    weight = torch.exp(-0.5 * away / NEAR**2)[:, :, None] * pointed.said.abs()[..., None]  # (V, n, S, P)
    bce = functional.binary_cross_entropy_with_logits(logits.float(), mask.float(), reduction="none")
    return losses.weighted_mean(bce, weight.amax(1))


@in_float32
def energy_score(logits: Tensor, masks: Tensor, meant: Tensor, smooth: float) -> Tensor:
    """mean_m d(p_m, y) - 1/2 mean_{m != m'} d(p_m, p_m') of ``logits (V, M, S, P)`` over the readings meant.

    ``masks (V, N, S, P)``, ``meant (V, N, S)`` bool.
    """
    p = torch.sigmoid(logits).transpose(1, 2)
    weight = meant.to(p).transpose(1, 2)
    to_masks = losses.mask_distance(p, masks.to(p).transpose(1, 2), smooth).mean(2)  # (V, S, N)
    cross = (to_masks * weight).sum(-1) / weight.sum(-1).clamp_min(1.0)
    draws = p.shape[2]
    spread = losses.pairwise_distance(p, p, smooth).sum((-2, -1)) / (draws * (draws - 1))
    return losses.weighted_mean(cross - 0.5 * spread, weight.amax(-1))


@torch.no_grad()
def pointed_at(masks: Tensor, there: Tensor, drawn: Tensor) -> Pointed:
    """How somebody might point who has ``masks (V, S, H, W)`` in mind and sees ``drawn (V, S, H, W)`` bool.

    One structure an image, among those that are ``there (V, S)``. Chance comes from torch's CPU generator.
    """
    count, structures = masks.shape[:2]
    items, device = torch.arange(count), masks.device
    masks, there, drawn = masks.cpu(), there.cpu(), drawn.cpu()
    known = there.any(1)
    which = torch.multinomial(torch.where(known[:, None], there.float(), 1.0), 1)[:, 0]
    mask, seen = masks[items, which] > 0.5, drawn[items, which]
    quiet = (torch.rand(count) < UNPOINTED) | ~known
    boxed = ~quiet & (torch.rand(count) < BOXED) & mask.flatten(1).any(1)
    least = torch.where(boxed, 0, 1)
    clicks = least + (torch.rand(count) * (MOST_CLICKS + 1 - least)).long()
    clicks[quiet] = 0
    rows, columns = _clicks(mask, seen)
    inside = mask[items[:, None], rows, columns]
    said = torch.where(inside, 1.0, -1.0) * (torch.arange(MOST_CLICKS) < clicks[:, None])
    by_structure = functional.one_hot(which, structures).float()
    return Pointed(
        rows.to(device), columns.to(device), (said.unsqueeze(-1) * by_structure[:, None]).to(device),
        _boxes(mask).to(device), (boxed.float().unsqueeze(-1) * by_structure).to(device),
    )  # fmt: skip


def _clicks(mask: Tensor, drawn: Tensor) -> tuple[Tensor, Tensor]:
    """Row and column ``(V, MOST_CLICKS)`` of clicks by somebody who means ``mask (V, H, W)`` and sees ``drawn``."""
    count, height, width = mask.shape

    def middle(region: Tensor) -> Tensor:
        around = functional.avg_pool2d(region.float()[:, None], BLUR, 1, BLUR // 2)[:, 0]
        return region * around.pow(3)

    wrong, heart = middle(mask != drawn), middle(mask)
    near = functional.max_pool2d(mask.float()[:, None], 2 * BLUR + 1, 1, BLUR)[:, 0]
    rest = near + 1e-3  # anywhere, mostly on the structure or beside it
    chance = torch.rand(count, MOST_CLICKS)
    weights = torch.where((chance < ON_ERROR)[..., None, None], wrong[:, None], rest[:, None])
    weights[:, 0] = torch.where((chance[:, 0] < FIRST_IN_HEART)[:, None, None], heart, wrong)
    weights = weights.flatten(2)
    nothing = weights.sum(-1, keepdim=True) <= 0.0
    weights = torch.where(nothing, rest.flatten(1)[:, None], weights)
    at = torch.multinomial(weights.flatten(0, 1), 1)[:, 0].view(count, MOST_CLICKS)
    miss = torch.randint(-CLICK_JITTER, CLICK_JITTER + 1, (2, count, MOST_CLICKS))
    rows, columns = (at // width + miss[0]).clamp(0, height - 1), (at % width + miss[1]).clamp(0, width - 1)
    return rows, columns


def _boxes(mask: Tensor) -> Tensor:
    """``(V, 2, 2)`` row and column of two corners of a box around ``mask (V, H, W)``, a little off."""
    found = []
    for axis, size in ((2, mask.shape[1]), (1, mask.shape[2])):
        along = mask.any(axis)  # (V, size)
        first = along.float().argmax(1)
        last = size - 1 - along.flip(1).float().argmax(1)
        sides = (last - first + 1).float()
        off = BOX_JITTER[0] + (BOX_JITTER[1] - BOX_JITTER[0]) * torch.rand(len(mask))
        moved = (2.0 * torch.rand(2, len(mask)) - 1.0) * off * sides
        low, high = first + moved[0].round(), last + moved[1].round()
        found.append(torch.stack([low, torch.maximum(high, low)], 1).clamp(0, size - 1))
    return torch.stack(found, -1).long()
