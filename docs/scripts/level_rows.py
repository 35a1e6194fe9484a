"""Agreement levels against a floor: the mean map cut at (c - 1/2) / R, level by level.

    python docs/scripts/level_rows.py brain_growth --flip x --modality MR                 # fold 0 of five, 800 steps
    python docs/scripts/level_rows.py brain_growth --fold 1 --flip x --modality MR

Trains under the benchmark's protocol what learns levels; with --methods also others, whose mean map is then cut (of
ProSeg's draws, for instance). For every judged case and level c: Dice with
what at least c raters drew, of the level as drawn and of the mean map cut at (c - 1/2) / R.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from proseg_gui.catalogue import CONTENDERS
from proseg_gui.inference.points import judged_points, stacked
from proseg_gui.io.dataset import read_dataset
from proseg_gui.metrics.bootstrap import paired_difference
from proseg_gui.networks.base import Method
from proseg_gui.training.benchmark.data import BenchmarkCase, read_cases
from proseg_gui.training.benchmark.protocol import Protocol, Run, fold_split, protocol_recipe
from proseg_gui.training.benchmark.runner import trained

DRAWS = 56
"""Over which a mean map is taken."""


def main() -> None:
    """Train, judge, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--methods", default="consensus_levels,diffusion_level")
    parser.add_argument("--fold", type=int, default=0)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--flip", default="none")
    parser.add_argument("--modality", default="")
    args = parser.parse_args()
    torch.set_num_threads(1)
    dataset = read_dataset(args.dataset)
    recipe = protocol_recipe(args.flip, 0, calibrated=False)
    protocol = Protocol("levels", args.steps, folds=args.folds, modality=args.modality, recipe=recipe)
    split, data = fold_split(dataset, args.folds, args.fold), read_cases(dataset, protocol)
    count = len(data.raters)
    print(f"| Dice of level | {' | '.join(f'{c} of {count}' for c in range(1, count + 1))} | mean |", flush=True)
    print("|---" * (count + 2) + "|", flush=True)
    for name in args.methods.split(","):
        method, _, _ = trained(protocol, Run(name, args.fold, args.seed), data, split)
        method.eval()
        found = [judged(method, data.cases[case]) for case in split.test]
        drawn, cut = (np.array([pair[way] for pair in found]) for way in (0, 1))
        title = CONTENDERS[name].title
        if method.capabilities.levels:
            row(f"{title}: its levels", drawn)
            difference = paired_difference(drawn.mean(1), cut.mean(1))
        row(f"{title}: its mean map cut", cut)
        if method.capabilities.levels:
            print(f"levels less the cut map: {difference.mean:+.4f} [{difference.low:+.4f}, {difference.high:+.4f}]")


def row(title: str, dice: np.ndarray) -> None:
    """``dice (cases, R)``: means over cases, and over levels."""
    shown = [f"{value:.3f}" for value in (*dice.mean(0), dice.mean())]
    print(f"| {title} | {' | '.join(shown)} |", flush=True)


@torch.no_grad()
def judged(method: Method, case: BenchmarkCase) -> tuple[np.ndarray, np.ndarray]:
    """``(R,)`` Dice of each level as drawn (NaN where the method has none), and of the mean map cut for it."""
    count = method.n_raters
    points = stacked(judged_points(method, DRAWS, 0)[count:])
    levels = None
    if method.capabilities.levels:
        at = [method.level_coords(c) for c in range(1, count + 1)]
        levels = {name: torch.stack([coords[name] for coords in at]) for name in at[0]}
        if not method.capabilities.streams:  # without noise the mean over draws is that over levels
            points = levels
    masks, observed = case.case.masks[:, :, 0], case.case.observed[:, :, 0]
    assert observed[:, 0].all()  # every rater drew every case of these sets
    votes = masks[:, 0].sum(0).numpy()  # (z, y, x)
    drawn, mean = [], []
    for image in case.case.image.split(1):
        features = method.encode(image)
        mean.append(torch.sigmoid(method.decode_many(features, points))[:, 0].mean(0).numpy())
        if levels is not None:
            drawn.append((method.decode_many(features, levels)[:, 0] > 0).numpy())
    share, inside = np.stack(mean), np.stack(drawn, 1) if drawn else None
    by_cut = [dice(share > (c - 0.5) / count, votes >= c) for c in range(1, count + 1)]
    by_level = [np.nan if inside is None else dice(inside[c - 1], votes >= c) for c in range(1, count + 1)]
    return np.array(by_level), np.array(by_cut)


def dice(a: np.ndarray, b: np.ndarray) -> float:
    """1 where both are empty."""
    total = int(a.sum() + b.sum())
    return 1.0 if not total else 2.0 * int((a & b).sum()) / total


if __name__ == "__main__":
    main()
