"""Fine-tuning a trained ProSeg on the raters of another data set: add raters, adapt the decoder, or train on.

*rater*: everything is frozen; each new rater is one row of preference parameters, learnt on features that are encoded
once. *adapt*: the decoder learns too, still on cached features. *full*: the backbone as well, slowly and tied to where
it came from. In all stages the known raters' preferences stay where they are. What keeps those raters' predictions in
place is replay where the data hold their masks, and elsewhere agreement with what the base model draws on the same
images (docs/METHOD.md section 6; docs/decisions/model-stages.md has the measurements).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from proseg_gui.errors import UserError
from proseg_gui.jobs import CancelToken
from proseg_gui.networks.base import Method
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.networks.registry import build
from proseg_gui.training import losses
from proseg_gui.training.dataset import Batch, TrainingCase, slice_features, slices_with_structure
from proseg_gui.training.objective import ALL, ProSegObjective
from proseg_gui.training.objectives.base import AREA_CASES, relative_areas, summed
from proseg_gui.training.precision import in_float32
from proseg_gui.training.recipe import Recipe, single_stage
from proseg_gui.training.room import Room

RATES = {"rater": 2e-3, "adapt": 1e-3, "full": 1e-4}
RATER_RATE = {"rater": 10.0, "adapt": 20.0, "full": 100.0}
RATER_DRAWS = 8
"""Random points an item in stage *rater*, over the new raters."""
BACKBONE_FACTOR = 0.1
"""Of the learning rate of stage *full*: 1e-5 for the backbone."""
RATER_SHARE = 0.5
"""Of the steps of stage *adapt*: before the decoder moves, new raters find their place in the decoder as it is."""
AVERAGE_SHARE = 0.5
"""Of the steps of a stage: before, weights are not averaged. The measurements of the stages are with this."""
KEEP = 30.0
"""Weight of agreement with the base model."""
TIE = 1e-2
"""Weight of the squared distance to the base's weights (L2-SP) in stage *full*."""
FEATURE_BYTES = 1 << 30
"""Features made of the cases to train on, at most; beyond, evenly chosen slices of each stand for all. A matter of time
and disk, and fixed, so that a run can be resumed on another machine; what lies in memory is up to :class:`Room`."""


def stage_recipe(stage: str, recipe: Recipe, base: Method) -> Recipe:
    """``recipe`` with the learning rates of a stage and the network's sizes."""
    widths = tuple(base.architecture()["widths"])
    draws = RATER_DRAWS if stage == "rater" else recipe.draws
    return replace(single_stage(recipe), widths=widths, draws=draws, rate=RATES[stage], rater_rate=RATER_RATE[stage],
                   warm_up=10, weight_decay=0.0, average_share=AVERAGE_SHARE)  # fmt: skip


def extended(base: Method, n_raters: int) -> Method:
    """A network for ``n_raters`` with the weights of ``base``; only the rows of further raters are new."""
    grown = build(base.kind, {**base.architecture(), "n_raters": n_raters})
    state = grown.state_dict()
    for name, old in base.state_dict().items():
        state[name] = old.clone() if old.shape == state[name].shape else torch.cat([old, state[name][len(old) :]])
    grown.load_state_dict(state)
    return grown


@torch.no_grad()
def start_new_raters(method: ProSeg, known: int, cases: Sequence[TrainingCase]) -> None:
    """Put each rater from number ``known`` on where the known one is whose preset fits these masks best."""
    misfit = torch.zeros(method.n_raters - known, known)
    points = [method.rater_coords(r) for r in range(known)]
    stacked = {name: torch.stack([coords[name] for coords in points]) for name in points[0]}
    for case in cases:
        for k in range(case.image.shape[0]):
            logits = method.decode_many(slice_features(method, case, k), stacked).flatten(-2)  # (known, S, P)
            masks = case.masks[known:, :, :, k].flatten(-2).to(logits)
            for new, seen in enumerate(case.observed[known:]):
                for r in range(known):
                    loss = losses.segmentation_loss(logits[None, r : r + 1], masks[None, None, new], seen[None, None])
                    misfit[new, r] += float(loss)
    for values in method.rater_rows().values():
        values[known:] = values[misfit.argmin(-1)]


@torch.no_grad()
def encoded_cases(
    method: Method, cases: Sequence[TrainingCase], device: torch.device, room: Room, *, train: bool
) -> list[TrainingCase]:
    """The cases with features for images, each slice encoded once; ``room`` says where the features lie.

    Cases to ``train`` on are padded to one size first, and keep at most :data:`FEATURE_BYTES` in all: beyond, some
    slices of each stand for all. Cases to judge by are judged whole: where they would need more, they stay images.
    """
    channels = method.architecture()["features"]
    sides = [max(-(-case.image.shape[axis] // method.stride) for case in cases) * method.stride for axis in (-2, -1)]
    most = FEATURE_BYTES // (4 * channels * sides[0] * sides[1])
    if not train and sum(case.image.shape[0] for case in cases) > most:
        return list(cases)
    network = copy.deepcopy(method).to(device).eval()
    found = []
    for case in cases:
        kept = _chosen_slices(case, max(1, most // len(cases)) if train else case.image.shape[0])
        image, masks = case.image[kept], case.masks[:, :, :, kept]
        if train:
            more = (0, sides[1] - image.shape[-1], 0, sides[0] - image.shape[-2])
            image = functional.pad(image, more, value=float(case.image.min()))
            masks = functional.pad(masks, more)
        features = room.zeros((len(image), channels, *image.shape[-2:]), np.float32)
        for k, part in enumerate(image.split(1)):
            features[k] = network.encode(part.to(device))[0].cpu()
        found.append(replace(case, image=features, masks=masks, encoded=True))
    return found


def _chosen_slices(case: TrainingCase, most: int) -> list[int]:
    """All slices of a case, or ``most`` of them: evenly among those with a structure, where these are enough."""
    depth = case.image.shape[0]
    if depth <= most:
        return list(range(depth))
    drawn = slices_with_structure(case).tolist()
    pool = drawn if len(drawn) >= most else list(range(depth))
    return [pool[i] for i in np.linspace(0, len(pool) - 1, most).round().astype(int)]


def prepare_stage(
    method: Method, recipe: Recipe, base: Method, stage: str, train: Sequence[TrainingCase],
    held_out: Sequence[TrainingCase], device: torch.device, room: Room,
) -> tuple[StageObjective, list[TrainingCase], list[TrainingCase]]:  # fmt: skip
    """What the loop needs: the objective, and the cases as the stage looks at them. New raters are set to their start.

    Raises
    ------
    UserError
        No training case holds a mask of a new rater.
    """
    assert isinstance(method, ProSeg) and isinstance(base, ProSeg)  # origin.load_base saw to it
    known = base.n_raters
    for new in range(known, method.n_raters):
        if not any(bool(case.observed[new].any()) for case in train):
            raise UserError("a new rater has no mask in any training case",
                            remedy="Put cases of every new rater into the training part")  # fmt: skip
    cases, judged = list(train), list(held_out)
    if stage == "rater":
        cases = [case for case in cases if case.observed[known:].any()]
    if stage != "full":
        cases = encoded_cases(method, cases, device, room, train=True)
        judged = encoded_cases(method, judged, device, room, train=False) if judged else []
    start_new_raters(method, known, cases)
    only_new = method.n_raters > known and not any(bool(case.observed[:known].any()) for case in cases)
    return StageObjective(method, recipe, base, stage, only_new=only_new), cases, judged


class StageObjective(ProSegObjective):
    """What a stage learns, and what holds the base's raters in place.

    Parameters
    ----------
    base:
        The network before; its raters are the first of ``method``'s.
    stage:
        One of :data:`~proseg_gui.catalogue.STAGES`, by name.
    only_new:
        No training case holds a mask of a known rater: nothing needs to be decoded for them but to keep them.
    """

    keeps_early = True

    def __init__(self, method: ProSeg, recipe: Recipe, base: ProSeg, stage: str, *, only_new: bool = False) -> None:
        super().__init__(method, recipe)
        self.base = copy.deepcopy(base).eval().requires_grad_(False)
        self.stage, self.known, self.only_new = stage, base.n_raters, only_new
        if stage != "full":
            method.backbone.requires_grad_(False)
        if stage == "rater":
            method.requires_grad_(False)
        if stage == "adapt" and method.n_raters > self.known:
            self.patient_from = round(RATER_SHARE * recipe.steps)
        own = [id(values) for values in self.rater_parameters()]
        self._shared = [p for p in method.parameters() if p.requires_grad and id(p) not in own]
        for values in self.rater_parameters():
            values.requires_grad_(method.n_raters > self.known)
            if values.requires_grad:
                values.register_hook(self._new_rows)

    def _new_rows(self, gradient: Tensor) -> Tensor:
        """Without the known raters' rows: with a gradient of exactly 0, Adam leaves them bit by bit as they are."""
        return torch.cat([torch.zeros_like(gradient[: self.known]), gradient[self.known :]])

    def groups(self) -> list[dict[str, Any]]:
        """See the base class."""
        backbone = [p for p in self.method.backbone.parameters() if p.requires_grad]
        own = [p for p in self.rater_parameters() if p.requires_grad]
        apart = [id(p) for p in (*backbone, *own)]
        rest = [p for p in self.method.parameters() if p.requires_grad and id(p) not in apart]
        factors = (BACKBONE_FACTOR, backbone), (1.0, rest), (self.recipe.rater_rate, own)
        return [{"params": group, "weight_decay": 0.0, "factor": factor} for factor, group in factors if group]

    def features(self, batch: Batch) -> Tensor:
        """See the base class; cached features come in place of the images."""
        return super().features(batch) if self.stage == "full" else batch.images.transpose(1, 2)

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """See the base class; further terms are ``keep`` and ``tie``."""
        alone = self._alone(step)
        for values in self._shared:
            values.requires_grad_(not alone)
        features = self.features(batch)
        raters = slice(self.known, None) if alone or self.only_new else ALL
        terms = self.terms(features, batch, raters)
        if raters != ALL:
            del terms["population"]  # a matter of all raters together
        terms = self.weighted(terms)
        if not alone:
            terms["keep"] = KEEP * self._keep(features, batch)
            if self.stage == "full":
                terms["tie"] = TIE * self._tie()
        return summed(terms)

    def _alone(self, step: int) -> bool:
        """Whether nothing but the new raters' numbers moves in this step."""
        return self.stage == "rater" or step < self.patient_from

    def _keep(self, features: Tensor, batch: Batch) -> Tensor:
        """Cross-entropy against the base's own drawings, of each known rater who did not draw the item.

        At the preset and at one random draw of (tau, eps), on every ``stride``-th row and column.
        """
        base, stride, items = self.base, self.recipe.stride, features.shape[0]
        with torch.no_grad():
            before = features
            if self.stage == "full":
                before = base.encode(batch.images.flatten(0, 1)).unflatten(0, batch.images.shape[:2]).transpose(1, 2)
            presets = base.family.from_line(base.presets()).expand(items, -1, -1)
            drawn = batch.mine(lambda n: base.family.sample(base.rater_rows(), n, 1)).squeeze(2)
            noise = batch.mine(lambda n: torch.randn(n, self.known, base.modes))
            tau = torch.cat([presets, drawn.to(features)], 1)
            eps = torch.cat([torch.zeros_like(noise), noise], 1).to(features)
            target = base.decode_points(before[..., ::stride, ::stride].flatten(2), tau, eps)
        logits = self.method.decode_points(features[..., ::stride, ::stride].flatten(2), tau, eps)
        missing = ~batch.observed[:, : self.known].any(2)  # (V, R, S)
        apart = _divergence(logits, target)
        return losses.weighted_mean(apart.mean(-1), torch.cat([missing, missing], 1).to(apart))

    def _tie(self) -> Tensor:
        old = dict(self.base.named_parameters())
        return torch.stack([
            (p - old[name]).square().sum() for name, p in self.method.named_parameters() if p.shape == old[name].shape
        ]).sum()  # fmt: skip

    def score(self, figures: Mapping[str, Any]) -> float:
        """Identity Dice: of the new raters in stage *rater*; else the mean of theirs and of the known raters'."""
        old, new = ([d for d in part if d is not None] for part in
                    (figures["dice_identity"][: self.known], figures["dice_identity"][self.known :]))  # fmt: skip
        parts = [new] if self.stage == "rater" else [old, new]
        means = [float(np.mean(part)) for part in parts if part]
        return float(np.mean(means)) if means else float("-inf")

    def calibrate(
        self, cases: Sequence[TrainingCase], judge: Callable[[], dict[str, Any]], token: CancelToken | None = None
    ) -> dict[str, Any]:
        """Nothing: the known raters' draws stay as wide as they were."""
        return {}

    @torch.no_grad()
    def finish(self, cases: Sequence[TrainingCase]) -> None:
        """The new raters' areas on the scale of the known ones, which stay as they were."""
        areas = 1.0 + relative_areas(self.method, cases[:AREA_CASES])
        areas = areas / areas[: self.known].mean().clamp_min(1e-12) - 1.0
        self.method.rater_area.copy_(torch.cat([self.base.rater_area.to(areas), areas[self.known :]]))


@in_float32
def _divergence(logits: Tensor, base_logits: Tensor) -> Tensor:
    """Divergence of each pixel's Bernoulli from the base's; the same shape."""
    target = torch.sigmoid(base_logits)
    apart = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return apart - functional.binary_cross_entropy(target, target, reduction="none")
