"""Whether readings that a model weighs have the probability that the phantom knows: that of the lobe.

    python docs/scripts/lobe_weights.py                          # 48 phantoms, 800 steps, 16 unseen phantoms
    python docs/scripts/lobe_weights.py --steps 1600 --phantoms 200

Of every phantom 96 mm around the lesion are cut out at 3 mm, and of its slices, 5 mm apart, those through the lobe.
A reading of the model holds the lobe on a slice where it covers more than half of the lobe's core there. What is
printed are the probabilities of these readings, by case (the mean over slices, by how much of the core lies there),
beside the true one: three of four raters draw the lobe, in ``lobe_in`` of 8 of their readings.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from proseg_gui.catalogue import METHODS
from proseg_gui.networks.base import Method
from proseg_gui.networks.registry import METHODS as NETWORKS
from proseg_gui.phantom import CHANNEL, RATERS, STRUCTURE, Phantom
from proseg_gui.phantom.lesion import LOBE_STATES
from proseg_gui.phantom.raters import STYLES
from proseg_gui.training.augment import augmentation_for
from proseg_gui.training.dataset import Layout, TrainingCase, intensity_window, prepare_case, slice_features
from proseg_gui.training.loop import Trainer
from proseg_gui.training.methods import OBJECTIVES, new_network
from proseg_gui.training.recipe import Recipe
from proseg_gui.volume import Geometry, Mask, Study, Volume

SHAPE, SPACING = (12, 96, 96), (5.0, 3.0, 3.0)
SIDE, READINGS = 32, 4
FIRST_UNSEEN = 1000
CORE_MM, BODY_MM = 3.0, -3.0
"""The core: so deep in the lobe, and so far outside of the body."""


def main() -> None:
    """Train, then print a line a case and what they have in common."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    weighed = [entry.name for entry in METHODS if NETWORKS[entry.name].capabilities.weighed]
    parser.add_argument("--method", choices=weighed, default=weighed[0])
    parser.add_argument("--phantoms", type=int, default=48)
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--cases", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    window = intensity_window((-40.0, 200.0))
    layout = Layout(tuple(sorted(RATERS)), (STRUCTURE,), (CHANNEL,), SPACING[1:], window, "CT")
    method = trained(layout, args)
    unseen = [Phantom(FIRST_UNSEEN + i, SHAPE, SPACING) for i in range(args.cases)]
    rows = [judged(method, phantom, layout) for phantom in unseen if core_of(phantom).any()]
    for row in rows:
        print("lobe_in {:d}: true {:.3f}, readings with the lobe {:.3f}; {}".format(*row))
    true, found = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    print(f"{len(rows)} cases: mean true {true.mean():.3f}, found {found.mean():.3f}; mean absolute difference "
          f"{np.abs(true - found).mean():.3f} (of one probability for all: {np.abs(true - true.mean()).mean():.3f}); "
          f"correlation {np.corrcoef(true, found)[0, 1]:.2f}")  # fmt: skip


def trained(layout: Layout, args: argparse.Namespace) -> Method:
    """The method on ``args.phantoms`` phantoms with two readings a rater."""
    recipe = Recipe(steps=args.steps, seed=args.seed, augmentation=augmentation_for("none", calibrated=True))
    phantoms = [Phantom(seed, SHAPE, SPACING) for seed in range(args.phantoms)]
    cases = [around_the_lobe(phantom, layout)[0] for phantom in phantoms if core_of(phantom).any()]
    torch.manual_seed(args.seed)
    objective = OBJECTIVES[args.method](new_network(args.method, layout, recipe), recipe)
    with tempfile.TemporaryDirectory() as folder:
        Trainer(objective, cases, (), recipe, Path(folder), {}, torch.device("cpu")).run()
    return objective.method.eval()


def core_of(phantom: Phantom) -> np.ndarray:
    """``(z, y, x)``: the lobe's core."""
    fields = phantom.depths
    return (fields.lobe > CORE_MM) & (fields.body < BODY_MM)


def true_share(phantom: Phantom) -> float:
    """The lobe's probability: how many of the raters ever draw it, and how often these do."""
    share = sum(style.draws_lobe for style in STYLES.values()) / len(STYLES)
    return share * phantom.lesion.lobe_in / LOBE_STATES


def around_the_lobe(phantom: Phantom, layout: Layout, study: Study | None = None) -> tuple[TrainingCase, np.ndarray]:
    """A phantom's slices through the lobe, cut out around the lesion, and the core on them; ``study``: as drawn."""
    core, study = core_of(phantom), study or phantom.study(readings=READINGS)
    inside = (phantom.depths.body > 0) | (phantom.depths.lobe > 0)
    middle = [round(float(np.nonzero(inside)[axis].mean())) for axis in (1, 2)]
    first = [min(max(m - SIDE // 2, 0), n - SIDE) for m, n in zip(middle, SHAPE[1:], strict=True)]
    place = (np.flatnonzero(core.any((1, 2))), *(slice(f, f + SIDE) for f in first))
    geometry = Geometry.plain((len(place[0]), SIDE, SIDE), SPACING)
    image = Volume(study.image.array[place], geometry, "HU", "CT")
    readings = tuple(replace(r, mask=Mask(r.mask.array[place], geometry, STRUCTURE)) for r in study.readings)
    return prepare_case(Study(study.name, {CHANNEL: image}, (STRUCTURE,), readings), layout), core[place]


@torch.no_grad()
def judged(method: Method, phantom: Phantom, layout: Layout) -> tuple[int, float, float, str]:
    """``lobe_in``, the true probability of the lobe, the model's, and the model's readings on the lobe's main slice."""
    case, found_core = around_the_lobe(phantom, layout)
    core = torch.from_numpy(found_core)
    true = true_share(phantom)
    found, weights, words = [], [], ""
    for k in range(core.shape[0]):
        pixels = int(core[k].sum())
        features = slice_features(method, case, k)
        points, chances = method.weighed_readings(features)
        covered = (method.decode_many(features, points)[:, 0] > 0)[:, core[k]].float().mean(1)
        if not weights or pixels > max(weights):
            words = ", ".join(f"{c:.0%} {'with' if x > 0.5 else 'without'}"
                              for c, x in zip(chances[0], covered, strict=True))  # fmt: skip
        found.append(float(chances[0][covered > 0.5].sum()))
        weights.append(pixels)
    return phantom.lesion.lobe_in, true, float(np.average(found, weights=weights)), words


if __name__ == "__main__":
    main()
