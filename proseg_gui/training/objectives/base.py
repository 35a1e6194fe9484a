"""What the training loop asks of a method's loss."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from proseg_gui.jobs import CancelToken
from proseg_gui.networks.base import Method
from proseg_gui.networks.blends import BlendMethod
from proseg_gui.training.dataset import Batch, TrainingCase, slice_features
from proseg_gui.training.recipe import Recipe

PRETRAINED_RATE = 0.1
"""Of the learning rate: what an encoder learned elsewhere is not thrown away in the first steps."""
TAU_RATE = 10.0
"""Of the learning rate, for the weights that tau is multiplied with where it mixes whole matrices."""
AREA_CASES = 8
"""Cases on which is measured who draws more, which orients the sliders."""


class Objective(nn.Module):
    """A network with its loss, as one module for Fabric to place. Random draws come from torch's CPU generator."""

    def __init__(self, method: Method, recipe: Recipe) -> None:
        super().__init__()
        self.method, self.recipe = method, recipe
        self.helpers = nn.ModuleDict()
        """What learns beside the network and is thrown away after."""

    stages: int = 1
    """How many things are learned one after the other, each with a whole schedule of the recipe's steps."""
    keeps_early: bool = False
    """Whether weights of before there is an average compete too, those of before the first step included."""
    patient_from: int = 0
    """Step from which a recipe's patience counts: before, not all that learns has begun to."""

    @abstractmethod
    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """Named terms of the 0-based ``step``'s loss, as they count; ``total``, their sum, is what is minimised."""

    def rater_parameters(self) -> list[nn.Parameter]:
        """Parameters that learn ``recipe.rater_rate`` times as fast, without weight decay."""
        return []

    def tau_parameters(self) -> list[nn.Parameter]:
        """Parameters that learn :data:`TAU_RATE` times as fast, without weight decay."""
        return []

    def groups(self) -> list[dict[str, Any]]:
        """Parameters that learn, in groups for the optimiser; ``factor`` scales the recipe's learning rate."""
        own, tau, encoder = self.rater_parameters(), self.tau_parameters(), self.method.backbone.pretrained()
        apart = {id(p) for p in (*own, *tau, *encoder)}
        rest = [p for p in (*self.method.parameters(), *self.helpers.parameters()) if id(p) not in apart]
        usual = self.recipe.weight_decay
        quick = (self.recipe.rater_rate, 0.0, own), (TAU_RATE, 0.0, tau)
        parts = (1.0, usual, rest), (PRETRAINED_RATE, usual, encoder), *quick
        return [{"params": group, "weight_decay": decay, "factor": factor} for factor, decay, group in parts if group]

    def score(self, figures: Mapping[str, Any]) -> float:
        """What is best of the figures of ``training.validate``: the higher, the better."""
        return float(figures["dice_identity_mean"] - figures["ged2"] / 2.0)

    def fit(self, cases: Sequence[TrainingCase]) -> None:
        """Set what is fitted to the training cases and not learned; called before the network is judged."""

    def calibrate(
        self, cases: Sequence[TrainingCase], judge: Callable[[], dict[str, Any]], token: CancelToken | None = None
    ) -> dict[str, Any]:
        """Choose on held-out cases what no gradient sees; the kept weights are in the network, :meth:`fit` is done.

        ``judge()`` gives the figures of ``training.validate`` on ``cases`` as the network is now. Returns a JSON-able
        account for the card with the ``figures`` of what was chosen; empty: there is nothing to choose.
        """
        return {}

    @torch.no_grad()
    def finish(self, cases: Sequence[TrainingCase]) -> None:
        """Measure on training cases what the sliders need; the chosen weights are in the network."""
        if self.method.capabilities.preference_axes:
            self.method.rater_area.copy_(relative_areas(self.method, cases[:AREA_CASES]))


class BlendObjective(Objective):
    """For methods whose preference axes are measured: how the raters' own predictions differ on training cases."""

    method: BlendMethod

    @torch.no_grad()
    def finish(self, cases: Sequence[TrainingCase]) -> None:
        """Measure, then see the base class."""
        method = self.method
        device = next(method.parameters()).device
        gram = torch.zeros_like(method.blend_gram)
        for case in cases[:AREA_CASES]:
            for image in case.image.split(1):
                gram += method.measure(method.encode(image.to(device)))
        method.blend_gram.copy_(gram)
        super().finish(cases)


def summed(terms: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """``terms``, scalars as they count in the loss, with their sum as ``total``."""
    return {**terms, "total": torch.stack([*terms.values()]).sum()}


def slab_features(method: Method, batch: Batch) -> Tensor:
    """Features ``(V, C, n H W)``: each slice encoded once, the slices of an item side by side."""
    items, slices = batch.images.shape[:2]
    features = method.encode(batch.images.flatten(0, 1))
    return features.unflatten(0, (items, slices)).transpose(1, 2).flatten(2)


def single_slices(batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """The batch with each slice an item of its own.

    Images ``(V n, channels, H, W)``, masks ``(V n, R, Q, S, H, W)``, observed ``(V n, R, Q, S)``.
    """
    images = batch.images.flatten(0, 1)
    masks = batch.masks.permute(0, 4, 1, 2, 3, 5, 6).flatten(0, 1)
    return images, masks, batch.observed.repeat_interleave(batch.images.shape[1], 0)


def rater_share(masks: Tensor, observed: Tensor) -> tuple[Tensor, Tensor]:
    """Share of raters who include a pixel: ``masks (V, R, Q, S, ...)``, ``observed (V, R, Q, S)`` -> ``(V, S, ...)``.

    Raters count equally, whatever their number of readings. The second result says where anybody drew, ``(V, S)``.
    """
    seen = observed.to(masks)
    readings = seen.sum(2)
    weight = seen / readings.clamp_min(1.0).unsqueeze(2)
    weight = weight / (readings > 0).sum(1).clamp_min(1)[:, None, None]
    share = (masks * weight.view(*weight.shape, *(1,) * (masks.ndim - 4))).sum((1, 2))
    return share, (readings > 0).any(1)


@torch.no_grad()
def relative_areas(method: Method, cases: Sequence[TrainingCase]) -> Tensor:
    """``(R,)`` how much larger each rater's own predictions are than the raters' mean, as a share of it."""
    presets = [method.rater_coords(r) for r in range(method.n_raters)]
    points = {name: torch.stack([coords[name] for coords in presets]) for name in presets[0]}
    areas = torch.zeros(method.n_raters, dtype=torch.float64)
    for case in cases:
        for k in range(case.image.shape[0]):
            p = torch.sigmoid(method.decode_many(slice_features(method, case, k), points))
            areas += p.sum((1, 2, 3)).cpu().double()
    return (areas / areas.mean().clamp_min(1e-12) - 1.0).float()
