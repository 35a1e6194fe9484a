"""Trains methods that take clicks under the benchmark's protocol and clicks: ``click_rows.py DATA OUT``.

For each fold: the run's file as ``proseg-gui benchmark`` writes it, the bundle, and in ``clicks.jsonl`` what clicks did
on the judged cases. Somebody has rater A's mask in mind and clicks at the deepest point of the largest region where the
contour is wrong, on one slice, five times. Dice of the contour with A's mask, and with another rater's (B, the next
one), after 0, 1, 3 and 5 clicks, and with a box around A's mask (each side off by up to 15 %, by chance). No mask is
seen by what draws. ``best`` is the best of the candidates offered, ``likeliest`` the one with the largest share,
``spread`` how much they differ.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from proseg_gui.bundle import Bundle, Card, load_bundle, save_bundle
from proseg_gui.catalogue import METHODS
from proseg_gui.inference.clicks import Candidates, candidates
from proseg_gui.inference.condition.reader import Reader
from proseg_gui.inference.engine import THRESHOLD, Engine
from proseg_gui.inference.pointing import Click, Clicks
from proseg_gui.inference.points import Point, point_from
from proseg_gui.io.base.atomic import atomic_json
from proseg_gui.io.dataset import read_dataset
from proseg_gui.metrics.overlap import dice
from proseg_gui.networks.registry import METHODS as NETWORKS
from proseg_gui.training.benchmark.data import BenchmarkCase, BenchmarkData, read_cases
from proseg_gui.training.benchmark.protocol import Protocol, fold_split, protocol_recipe, run_hash, runs_of
from proseg_gui.training.benchmark.runner import judged, trained
from proseg_gui.training.run import current_commit
from proseg_gui.volume import Study, Volume

COUNTS = (0, 1, 3, 5)
BOX_OFF = 0.15


def engine_of(bundle: Bundle, case: BenchmarkCase, data: BenchmarkData) -> Engine:
    """The case as the benchmark has it, on its own grid."""
    image = case.case.image.numpy()
    names = enumerate(data.layout.channels)
    return Engine(bundle, Study(str(case.number), {c: Volume(image[:, i], case.geometry) for i, c in names}),
                  device="cpu")  # fmt: skip


def clicked(engine: Engine, mine: np.ndarray, other: np.ndarray, chance: np.random.Generator) -> dict[str, float]:
    """Figures of one rater's clicks in one case."""
    reader, found = Reader(mine, engine.geometry.spacing_mm, 1.0), {}
    plain = point_from(engine.method.consensus_style())
    shown, points = drawn(engine, plain), Clicks()
    for count in range(max(COUNTS) + 1):
        if count in COUNTS:
            found[f"A {count}"], found[f"B {count}"] = dice(shown, mine), dice(shown, other)
        if count == max(COUNTS):
            break
        place = reader.worst(shown, ())
        if place is not None:  # else all is right
            at = tuple(engine.geometry.index_to_world(place).tolist())
            points = Clicks((*points.places, Click(at, bool(mine[place]))))
            offered = candidates(engine, points)
            shown = drawn(engine, offered.guess)
        if count + 1 in COUNTS and not points.empty:
            found[f"candidates {count + 1}"] = float(len(offered.points))
            found[f"share {count + 1}"] = float(offered.shares[0])
            found[f"best {count + 1}"] = best(engine, offered, mine)
            found[f"likeliest {count + 1}"] = dice(drawn(engine, offered.points[0]), mine)
            found[f"spread {count + 1}"] = spread(engine, offered)
    if mine.any():
        boxed = candidates(engine, Clicks(box=around(engine, mine, chance)))
        shown = drawn(engine, boxed.guess)
        found["A box"], found["B box"], found["best box"] = (
            dice(shown, mine),
            dice(shown, other),
            best(engine, boxed, mine),
        )
    return found


def drawn(engine: Engine, point: Point) -> np.ndarray:
    """``(z, y, x)``."""
    return engine.mask(point).array


def best(engine: Engine, offered: Candidates, mine: np.ndarray) -> float:
    """Dice of the best candidate."""
    return max(dice(drawn(engine, point), mine) for point in offered.points)


def spread(engine: Engine, offered: Candidates) -> float:
    """Mean standard deviation of the candidates' probability, where any draws, by their shares."""
    p = np.stack([engine.probability(offered.k, point)[0] for point in offered.points])
    mean = np.tensordot(offered.shares, p, 1)
    variance = np.tensordot(offered.shares, np.square(p - mean), 1)
    where = p.max(0) > THRESHOLD
    return float(np.sqrt(variance[where]).mean()) if where.any() else 0.0


def around(engine: Engine, mine: np.ndarray, chance: np.random.Generator) -> Any:
    """LPS corners of a box around a mask, a little off."""
    z, y, x = (np.flatnonzero(mine.any(axes)) for axes in ((1, 2), (0, 2), (0, 1)))
    k = int(z[len(z) // 2])
    ends = []
    for side, size in ((y, mine.shape[1]), (x, mine.shape[2])):
        off = np.round(BOX_OFF * len(side) * chance.uniform(-1, 1, 2))
        ends.append(np.clip([side[0] + off[0], side[-1] + off[1]], 0, size - 1))
    return tuple(tuple(engine.geometry.index_to_world((k, ends[0][i], ends[1][i])).tolist()) for i in (0, 1))


def measured(bundle: Bundle, data: BenchmarkData, names: Any) -> dict[str, float]:
    """Means over cases of the means over raters."""
    chance, rows = np.random.default_rng(0), []
    for name in names:
        case = data.cases[name]
        engine, masks = engine_of(bundle, case, data), {r: m[0] for r, m in case.drawn(0, data.raters).readings.items()}
        raters = list(masks)
        found = [clicked(engine, masks[r], masks[raters[(i + 1) % len(raters)]], chance) for i, r in enumerate(raters)]
        rows.append({key: float(np.mean([row[key] for row in found if key in row])) for key in found[0]})
    return {key: round(float(np.mean([row[key] for row in rows if key in row])), 4) for key in rows[0]}


def main() -> None:
    """Make the rows that are not there yet; clicks are measured anew each time."""
    able = [entry.name for entry in METHODS if NETWORKS[entry.name].capabilities.clicks]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--methods", default=",".join(able))
    parser.add_argument("--folds", type=int, default=1)
    parser.add_argument("--steps", type=int, default=800)
    args = parser.parse_args()
    torch.set_num_threads(1)
    protocol = Protocol("brain_growth", args.steps, modality="MR", recipe=protocol_recipe("x", 0, calibrated=False))
    dataset = read_dataset(args.data)
    data = read_cases(dataset, protocol)
    (args.out / "runs").mkdir(parents=True, exist_ok=True)
    for run in (run for run in runs_of(args.methods.split(","), protocol.folds, 1) if run.fold < args.folds):
        path, split = args.out / "runs" / run.file_name(protocol), fold_split(dataset, protocol.folds, run.fold)
        if not path.is_file():
            commit = current_commit()
            method, steps, seconds = trained(protocol, run, data, split)
            figures = judged(protocol, run, data, split, method)
            layout, window = data.layout, {"kind": "fixed", "low": -1.0, "high": 1.0}  # cases are normalised already
            card = Card(run.contender.method, path.stem, "1", method.architecture(), data.raters, layout.structures,
                        layout.channels, "", layout.spacing_mm, window, {"kind": "whole"})  # fmt: skip
            save_bundle(args.out / path.stem, card, method, overwrite=True)
            count = sum(p.numel() for p in method.parameters())
            atomic_json(path, {
                "hash": run_hash(protocol, run, data.fingerprint), "commit": commit, **asdict(run),
                "protocol": protocol.as_dict(), "raters": list(data.raters), "steps": steps,
                "seconds": round(seconds, 3), "device": "cpu", "parameters": count, **figures,
            }, overwrite=True)  # fmt: skip
            told = ("ged2", "dice_identity_mean", "dice_soft", "dice_max", "diversity_samples")
            print(run, round(seconds), {k: v for k, v in figures["figures"].items() if k in told}, flush=True)
        row = {"method": run.method, "fold": run.fold,
               **measured(load_bundle(args.out / path.stem), data, split.test)}  # fmt: skip
        with (args.out / "clicks.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        print(row, flush=True)


if __name__ == "__main__":
    main()
