"""How well the phantom's lobe probability can be known at all, beside what lobe_weights.py finds of a mixture's gate.

    python docs/scripts/lobe_ceiling.py                                      # 48 phantoms, 600 steps
    python docs/scripts/lobe_ceiling.py --phantoms 200 --steps 1200

On unseen phantoms, as correlation with the true probability and mean absolute difference from it:

* the lobe's contrast, fitted where the outlines of body and lobe are known exactly: first with the anatomy behind them
  known too (only grain is left), then with nothing but which voxels are liver;
* the share of 16 masks that hold the lobe: what one case's masks say of it;
* a classifier: the same backbone and gate, told for every training mask whether it holds the lobe, and nothing else.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from lobe_weights import FIRST_UNSEEN, READINGS, SHAPE, SPACING, around_the_lobe, core_of, true_share
from torch import Tensor
from torch.nn import functional

from proseg_gui.networks.mose import MixtureOfStochasticExperts
from proseg_gui.phantom import CHANNEL, RATERS, STRUCTURE, Phantom
from proseg_gui.phantom.anatomy import paint_anatomy
from proseg_gui.training.augment import augmentation_for
from proseg_gui.training.dataset import Batch, Layout, intensity_window, slice_features
from proseg_gui.training.loop import Trainer
from proseg_gui.training.methods import new_network
from proseg_gui.training.objectives.base import Objective, single_slices, summed
from proseg_gui.training.recipe import Recipe
from proseg_gui.volume import Mask, Reading

CORE = "the core"
"""Stands among the raters, so that it is moved as their masks are."""
CASES = 48
NEAR_MM, LIVER_HU = -6.0, 15.0
CONTRASTS = np.arange(0.2, 1.3, 0.01)


def main() -> None:
    """Print a line a way of knowing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--phantoms", type=int, default=48)
    parser.add_argument("--steps", type=int, default=600)
    args = parser.parse_args()
    torch.set_num_threads(1)
    unseen = phantoms(range(FIRST_UNSEEN, FIRST_UNSEEN + CASES))
    true = np.array([true_share(phantom) for phantom in unseen])
    fitted = np.array([contrasts(phantom) for phantom in unseen])
    report("contrast, outlines and anatomy known", true, fitted[:, 0])
    report("contrast, outlines and liver known", true, fitted[:, 1])
    report("share of 16 masks", true, np.array([masks_with_core(phantom) for phantom in unseen]))
    found = classified(phantoms(range(args.phantoms)), unseen, args.steps)
    report(f"classifier of {args.phantoms} phantoms, {args.steps} steps", true, found)


def phantoms(seeds: Sequence[int]) -> list[Phantom]:
    """Those whose lobe has a core on this grid."""
    return [phantom for seed in seeds if core_of(phantom := Phantom(seed, SHAPE, SPACING)).any()]


def report(title: str, true: np.ndarray, found: np.ndarray) -> None:
    """A contrast is no probability: it is brought to the scale by a line, which flatters it."""
    if "contrast" in title:
        found = np.polyval(np.polyfit(found, true, 1), found)
    constant = np.abs(true - true.mean()).mean()
    print(f"{title}: {len(true)} cases, correlation {np.corrcoef(true, found)[0, 1]:.2f}, mean absolute difference "
          f"{np.abs(true - found).mean():.3f} (of one probability for all: {constant:.3f})", flush=True)  # fmt: skip


def contrasts(phantom: Phantom) -> tuple[float, float]:
    """The lobe's contrast against the body's by least squares: all but grain known, and only outlines and liver."""
    fields, scale = phantom.depths, 0.75 * phantom.lesion.border_mm
    body, lobe = (0.5 * (1.0 + np.tanh(np.clip(d / scale, -40, 40) / 2.0)) for d in (fields.body, fields.lobe))
    image = phantom.volume().array.astype(float)
    anatomy = paint_anatomy(phantom._rng(2), *phantom._axes(), phantom.spacing_mm).astype(float)
    near = np.maximum(fields.body, fields.lobe) > NEAR_MM
    liver = near & (np.abs(anatomy - np.median(anatomy[fields.body > 0])) < LIVER_HU)
    found = []
    for place, known in ((near, True), (liver, False)):
        values = (image - anatomy if known else image)[place]
        errors = []
        for contrast in CONTRASTS:
            shape = np.maximum(body, contrast * lobe)[place]
            columns = [shape] if known else [shape, np.ones_like(shape)]
            design = np.stack(columns, 1)
            errors.append(np.square(values - design @ np.linalg.lstsq(design, values, rcond=None)[0]).sum())
        found.append(float(CONTRASTS[np.argmin(errors)]))
    return found[0], found[1]


def masks_with_core(phantom: Phantom) -> float:
    """Share of the masks that cover more than half of the core."""
    core = core_of(phantom)
    return float(np.mean([reading.mask.array[core].mean() > 0.5 for reading in phantom.study(READINGS).readings]))


def has_lobe(logits: Tensor) -> Tensor:
    """``(B,)`` probability of the lobe: the second of the gate's first two logits ``(B, K)`` against the first."""
    return torch.sigmoid(logits[:, 1] - logits[:, 0])


class Told(Objective):
    """The gate alone, held to the share of an item's masks that cover the core, which is the last rater's."""

    method: MixtureOfStochasticExperts

    def forward(self, batch: Batch, step: int = 0) -> dict[str, Tensor]:
        """Cross-entropy on slices with some of the core."""
        images, masks, observed = single_slices(batch)
        core = masks[:, -1, 0, 0]
        size = core.flatten(1).sum(1)
        covered = (masks[:, :-1, :, 0] * core[:, None, None]).flatten(3).sum(-1) > 0.5 * size[:, None, None]
        seen = observed[:, :-1, :, 0].float()
        share = ((covered * seen).sum(2) / seen.sum(2).clamp_min(1.0)).mean(1)
        chance = has_lobe(self.method.gate(self.method.backbone(images)))
        loss = functional.binary_cross_entropy(chance, share, reduction="none")
        there = (size >= 3.0).float()
        return summed({"lobe": (loss * there).sum() / there.sum().clamp_min(1.0)})


def classified(train: Sequence[Phantom], unseen: Sequence[Phantom], steps: int) -> np.ndarray:
    """What a gate that was told of the core says of unseen phantoms, a mean over slices as in lobe_weights.py."""
    window = intensity_window((-40.0, 200.0))
    layout = Layout((*sorted(RATERS), CORE), (STRUCTURE,), (CHANNEL,), SPACING[1:], window, "CT")
    recipe = Recipe(steps=steps, augmentation=augmentation_for("none", calibrated=True))
    cases = []
    for phantom in train:
        study = phantom.study(READINGS)
        told = Reading(CORE, STRUCTURE, Mask(core_of(phantom), study.geometry, STRUCTURE), "1")
        study = replace(study, readings=(*study.readings, told))
        cases.append(around_the_lobe(phantom, layout, study)[0])
    torch.manual_seed(0)
    network = new_network("mose", layout, recipe)
    with tempfile.TemporaryDirectory() as folder:
        Trainer(Told(network, recipe), cases, (), recipe, Path(folder), {}, torch.device("cpu")).run()
    network.eval()
    found = []
    with torch.no_grad():
        for phantom in unseen:
            case, core = around_the_lobe(phantom, layout)
            chances = []
            for k in range(core.shape[0]):
                features = slice_features(network, case, k)[:, : network.backbone.features]
                chances.append(float(has_lobe(network.gate(features))))
            found.append(np.average(chances, weights=core.sum((1, 2))))
    return np.array(found)


if __name__ == "__main__":
    main()
