"""Whether readings that a model weighs have the probability that the phantom knows: that of the lobe.

    python docs/scripts/lobe_weights.py                          # 48 phantoms at 4 mm, 400 steps, 16 unseen phantoms
    python docs/scripts/lobe_weights.py --method mose --steps 800

A reading of the model holds the lobe on a slice where it covers more than half of the lobe's core there. What is
printed are the probabilities of these readings, by case (the mean over slices, by how much of the core lies there),
beside the true one: three of four raters draw the lobe, in ``lobe_in`` of 8 of their readings.
"""

from __future__ import annotations

import argparse
import tempfile
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
from proseg_gui.training.dataset import Layout, intensity_window, prepare_case, slice_features
from proseg_gui.training.loop import Trainer
from proseg_gui.training.methods import OBJECTIVES, new_network
from proseg_gui.training.recipe import Recipe

SHAPE, SPACING = (26, 72, 72), (2.5, 4.0, 4.0)
FIRST_UNSEEN = 1000
CORE_MM, BODY_MM = 3.0, -3.0
"""The core: so deep in the lobe, and so far outside of the body."""
LEAST_PIXELS = 3


def main() -> None:
    """Train, then print a line a case and what they have in common."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    weighed = [entry.name for entry in METHODS if NETWORKS[entry.name].capabilities.weighed]
    parser.add_argument("--method", choices=weighed, default=weighed[0])
    parser.add_argument("--phantoms", type=int, default=48)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--cases", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    window = intensity_window((-40.0, 200.0))
    layout = Layout(tuple(sorted(RATERS)), (STRUCTURE,), (CHANNEL,), SPACING[1:], window, "CT")
    method = trained(layout, args)
    rows = [judged(method, Phantom(FIRST_UNSEEN + i, SHAPE, SPACING), layout) for i in range(args.cases)]
    for row in rows:
        print("lobe_in {:d}: true {:.3f}, readings with the lobe {:.3f}; {}".format(*row))
    true, found = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    print(f"{len(rows)} cases: mean true {true.mean():.3f}, found {found.mean():.3f}; mean absolute difference "
          f"{np.abs(true - found).mean():.3f} (of one probability for all: {np.abs(true - true.mean()).mean():.3f}); "
          f"correlation {np.corrcoef(true, found)[0, 1]:.2f}")  # fmt: skip


def trained(layout: Layout, args: argparse.Namespace) -> Method:
    """The method on ``args.phantoms`` phantoms with two readings a rater."""
    recipe = Recipe(steps=args.steps, seed=args.seed, crop=36, augmentation=augmentation_for("none", calibrated=True))
    cases = [prepare_case(Phantom(seed, SHAPE, SPACING).study(), layout) for seed in range(args.phantoms)]
    torch.manual_seed(args.seed)
    objective = OBJECTIVES[args.method](new_network(args.method, layout, recipe), recipe)
    with tempfile.TemporaryDirectory() as folder:
        Trainer(objective, cases, (), recipe, Path(folder), {}, torch.device("cpu")).run()
    return objective.method.eval()


@torch.no_grad()
def judged(method: Method, phantom: Phantom, layout: Layout) -> tuple[int, float, float, str]:
    """``lobe_in``, the true probability of the lobe, the model's, and the model's readings on the lobe's main slice."""
    case = prepare_case(phantom.study(readings=1), layout)
    fields = phantom.depths
    core = torch.from_numpy((fields.lobe > CORE_MM) & (fields.body < BODY_MM))
    share = sum(style.draws_lobe for style in STYLES.values()) / len(STYLES)
    true = share * phantom.lesion.lobe_in / LOBE_STATES
    found, weights, words = [], [], ""
    for k in range(core.shape[0]):
        pixels = int(core[k].sum())
        if pixels < LEAST_PIXELS:
            continue
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
