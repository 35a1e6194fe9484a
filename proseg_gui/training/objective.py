"""ProSeg's loss: encode each slice once, decode for every rater, at the presets and at random points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from proseg_gui.jobs import CancelToken
from proseg_gui.networks.preferences import Dirichlets, Rows, lower_triangular
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training import losses
from proseg_gui.training.dataset import Batch, TrainingCase
from proseg_gui.training.helpers import FirstHeads, RaterPyramid
from proseg_gui.training.objectives.base import Objective, summed
from proseg_gui.training.recalibrate import best_affine, gathered, rescale
from proseg_gui.training.recipe import Recipe
from proseg_gui.training.spread import best_factor, rater_error

ALL = slice(None)


class ProSegObjective(Objective):
    """Segmentation at the presets, energies and cross-entropy of the draws, and the preferences' divergence."""

    method: ProSeg

    def __init__(self, method: ProSeg, recipe: Recipe) -> None:
        super().__init__(method, recipe)
        self.heads_until = round(recipe.heads_first * recipe.steps)
        if self.heads_until:
            if method.first_mix is None:
                raise ValueError("heads to begin with need the conditioning matrix")
            self.helpers["first"] = FirstHeads(method)
        if recipe.rater_heads or recipe.deep_supervision:
            levels = len(method.backbone.up) if recipe.deep_supervision else 1
            self.helpers["pyramid"] = RaterPyramid(method, levels)

    def rater_parameters(self) -> list[nn.Parameter]:
        """The numbers of the raters' distributions."""
        return list(self.method.rater_rows().values())

    def tau_parameters(self) -> list[nn.Parameter]:
        """All weights that tau is multiplied with, where it mixes the decoder's matrices; else none."""
        method = self.method
        return [] if method.first_mix is None else [method.gamma, method.beta, method.first_tau, method.first_mix]

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """See the base class."""
        if "pyramid" in self.helpers:
            images, deep = batch.images.flatten(0, 1), self.recipe.deep_supervision
            maps = self.method.backbone.pyramid(images) if deep else [self.encoded(images)]
            weight = deep or self.recipe.rater_heads
            beside = {"rater_heads": weight * self.helpers["pyramid"](maps, batch)}
            features = self._slabs(maps[0], batch)
        else:
            beside, features = {}, self.features(batch)
        if step < self.heads_until:
            logits = self._first(self.method, features.flatten(2))
            heads = losses.segmentation_loss(logits, batch.masks.flatten(-3), batch.observed)
            return summed({"first_heads": heads, **beside})
        if step == self.heads_until and self.heads_until:
            self._first.put(self.method)
        return summed({**self.weighted(self.terms(features, batch)), **beside})

    @property
    def _first(self) -> FirstHeads:
        heads = self.helpers["first"]
        assert isinstance(heads, FirstHeads)
        return heads

    def features(self, batch: Batch) -> Tensor:
        """``(V, C, n, H, W)``: each slice encoded once."""
        return self._slabs(self.encoded(batch.images.flatten(0, 1)), batch)

    def encoded(self, images: Tensor) -> Tensor:
        """Features of slices ``(B, channels, H, W)``."""
        return self.method.encode(images)

    @staticmethod
    def _slabs(features: Tensor, batch: Batch) -> Tensor:
        return features.unflatten(0, batch.images.shape[:2]).transpose(1, 2)

    def terms(self, features: Tensor, batch: Batch, raters: slice = ALL) -> dict[str, Tensor]:
        """Unweighted terms of the raters numbered ``raters``."""
        method, recipe, items = self.method, self.recipe, features.shape[0]
        masks, observed = batch.masks[:, raters], batch.observed[:, raters]
        rows = {name: values[raters] for name, values in method.rater_rows().items()}
        presets = method.family.from_line(method.family.presets(rows)).expand(items, -1, -1)
        still = presets.new_zeros(*presets.shape[:2], method.modes)
        logits = method.decode_points(features.flatten(2), presets, still)
        terms = {"segmentation": losses.segmentation_loss(logits, masks.flatten(-3), observed)}

        y, x = (int(torch.randint(0, recipe.stride, ())) for _ in range(2))
        coarse = features[..., y :: recipe.stride, x :: recipe.stride].flatten(2)
        coarse_masks = masks[..., y :: recipe.stride, x :: recipe.stride].flatten(-3)
        tau, eps = self._points(batch, rows, presets)
        sampled = method.decode_points(coarse, tau, eps).unflatten(1, (presets.shape[1], -1))
        smooth = 1.0 / recipe.stride**2
        energy, population = losses.energy_losses(torch.sigmoid(sampled.float()), coarse_masks, observed, smooth)
        terms["energy"], terms["population"] = energy, population
        terms["sample_bce"] = losses.sample_bce(sampled, coarse_masks, observed)
        terms["kl"] = self._divergence(rows)
        return terms

    def weighted(self, terms: dict[str, Tensor]) -> dict[str, Tensor]:
        """``terms`` as they count: times the recipe's weights."""
        return {name: getattr(self.recipe.weights, name) * value for name, value in terms.items()}

    @torch.no_grad()
    def calibrate(
        self, cases: Sequence[TrainingCase], judge: Callable[[], dict[str, Any]], token: CancelToken | None = None
    ) -> dict[str, Any]:
        """Widths of the raters' draws and of the ambiguity's; presets and eps = 0 stay where they are.

        The raters' by :func:`~proseg_gui.training.spread.rater_error`, then the modes' (as if eps had another standard
        deviation) by the soft Dice of the mean map less half of GED^2: GED^2 alone hardly tells wide draws from right
        ones (docs/decisions/model-loss.md). A width of the raters' draws with which validation would be worse than
        as they were learnt is not applied; the account's ``refused`` says what was found. The ambiguity alone is then
        looked at again, whose own width competes.
        """
        learnt = {name: values.clone() for name, values in self.method.rater_rows().items()}
        modes = self.method.mode_weight.clone()
        before = judge()
        preference = self._calibrate_preference(cases, learnt, token)
        ambiguity, figures = self._calibrate_ambiguity(judge, {1.0: before} if preference == 1.0 else {})
        refused = {}
        if _cost(figures) > _cost(before):  # with these widths validation would be worse than as it was learnt
            refused = {"refused": {"preference_scale": round(preference, 4), **_told(figures)}}
            preference = 1.0
            self._put(learnt, preference)
            self.method.mode_weight.copy_(modes)
            ambiguity, figures = self._calibrate_ambiguity(judge, {1.0: before})
        made = {"preference_scale": round(preference, 4), "ambiguity_scale": round(ambiguity, 4),
                "before": _told(before), **refused}  # fmt: skip
        if self.recipe.recalibrate:
            made["recalibration"], figures = self._recalibrate(cases, judge, figures, token)
        return {**made, "figures": figures}

    def _recalibrate(
        self,
        cases: Sequence[TrainingCase],
        judge: Callable[[], dict[str, Any]],
        before: dict[str, Any],
        token: CancelToken | None,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Scale and shift of the logits, unless validation would be worse with them; the account and the figures."""
        learnt = self.method.third.weight.clone(), self.method.third.bias.clone()
        scales = [best_affine(logits, share) for logits, share in gathered(self.method, cases, token)]
        rescale(self.method, scales)
        after = judge()
        told = {"scales": [[round(v, 4) for v in pair] for pair in scales], **_told(after)}
        if _cost(after) - after["dice_identity_mean"] <= _cost(before) - before["dice_identity_mean"]:
            return told, after
        self.method.third.weight.copy_(learnt[0])
        self.method.third.bias.copy_(learnt[1])
        return {"refused": told}, before

    def _put(self, learnt: Rows, factor: float) -> None:
        """Give the raters' draws ``factor`` times the width that they have in ``learnt``."""
        rows = learnt if factor == 1.0 else self.method.family.widened(learnt, factor)
        for name, values in self.method.rater_rows().items():
            values.copy_(rows[name])

    def _calibrate_preference(self, cases: Sequence[TrainingCase], learnt: Rows, token: CancelToken | None) -> float:
        def cost(factor: float) -> float:
            self._put(learnt, factor)
            return rater_error(self.method, cases, token)

        factor = best_factor(cost)
        self._put(learnt, factor)
        return factor

    def _calibrate_ambiguity(
        self, judge: Callable[[], dict[str, Any]], seen: dict[float, dict[str, Any]]
    ) -> tuple[float, dict[str, Any]]:
        """The best factor and its figures; ``seen`` holds the figures of factors that were judged already."""
        modes = self.method.mode_weight
        learnt = modes.clone()

        def cost(factor: float) -> float:
            if factor not in seen:
                modes.copy_(factor * learnt)
                seen[factor] = judge()
            return _cost(seen[factor])

        cost(best_factor(cost))
        factor = min(seen, key=cost)
        modes.copy_(factor * learnt)
        return factor, seen[factor]

    def _divergence(self, rows: Rows) -> Tensor:
        """Mean over raters of KL(q(tau | r) to Dir(1)), or to N(0, I)."""
        family = self.method.family
        if isinstance(family, Dirichlets):
            return losses.dirichlet_kl(family.alpha(rows))
        return losses.gaussian_kl(rows["rater_mean"], lower_triangular(rows["rater_scale"]), 1.0).mean()

    def _points(self, batch: Batch, rows: Rows, like: Tensor) -> tuple[Tensor, Tensor]:
        """Draws for each rater and item, one for all of the item's slices: ``(V, R M, D)`` and ``(V, R M, K)``."""
        method, raters = self.method, like.shape[1]
        draws = self.recipe.samples(raters)
        tau = batch.mine(lambda items: method.family.sample(rows, items, draws)).flatten(1, 2)
        eps = batch.mine(lambda items: torch.randn(items, raters * draws, method.modes))
        return tau.to(like), eps.to(like)


def _cost(figures: Mapping[str, Any]) -> float:
    """What the calibration makes least."""
    return float(figures["ged2"] / 2.0 - figures["dice_soft"])


def _told(figures: Mapping[str, Any]) -> dict[str, float]:
    return {name: round(figures[name], 4) for name in ("ged2", "dice_soft")}
