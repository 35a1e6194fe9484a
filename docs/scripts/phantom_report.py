"""Measure a phantom bundle against the phantom's known truth, and print the tables of docs/phantom.md.

    python docs/scripts/phantom_report.py                        # shipped bundle, demo case and six unseen phantoms
    python docs/scripts/phantom_report.py --model FOLDER --cases 3 --json report.json

Nothing here is tuned: whatever comes out is what the page states.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import label

from proseg_gui.bundle import Bundle, load_bundle
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.judge import Drawn, Predictions, judge
from proseg_gui.inference.points import point_from, unstacked
from proseg_gui.inference.uncertainty import PARTS, StreamingMoments
from proseg_gui.phantom import DEMO_SEED, Phantom
from proseg_gui.phantom.lesion import LOBE_STATES
from proseg_gui.phantom.raters import JITTER, random_draw, reading_mask, reading_probability
from proseg_gui.volume import Study

FIRST_UNSEEN_SEED = 1000
SLICES = 26
TAU_DRAWS, EPS_DRAWS, SEED = 6, 24, 0
"""Draws are other ones in each case: with the same in all, their chance would not average out."""
TRUE_READINGS = 18
"""Readings a rater that stand for the truth where a figure needs samples of it."""
LOBE_DEPTH_MM = 4.0
"""The lobe's core, which even the tightest reading includes when it includes the lobe."""
KEYS = "true_ml", "model_ml", "binary_ml"
"""Truth; the model's probabilities; the model's draws binarised, as the truth's readings are."""
IN, OUT = 0.8, 0.2
"""A sample holds the lobe when it has more than this share of it, leaves it out below the other; between is torn."""


def main() -> None:
    """Measure every case and print markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="phantom")
    parser.add_argument("--cases", type=int, default=6, help="unseen phantoms beside the demo case")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    bundle = load_bundle(args.model)
    seeds = [DEMO_SEED, *range(FIRST_UNSEEN_SEED, FIRST_UNSEEN_SEED + args.cases)]
    rows = []
    for seed in seeds:
        rows.append(measure(bundle, seed))
        print(f"<!-- measured {rows[-1]['name']} -->", flush=True)
    print("\n".join(tables(rows)))
    if args.json:
        args.json.write_text(json.dumps(rows, indent=2))


def measure(bundle: Bundle, seed: int) -> dict:
    """All figures of one phantom, the model's and the true ones."""
    phantom = Phantom(seed, (SLICES, 192, 192))
    study = phantom.study(readings=TRUE_READINGS)
    engine = Engine(bundle, study, device="cpu")
    ml = study.geometry.voxel_volume_ml
    model_maps, samples = split_by_cause(engine, seed)
    truth = phantom.true_parts()
    raters = [r.mask.array for r in study.readings]
    fields = phantom.depths
    lobe = (fields.lobe > LOBE_DEPTH_MM) & (fields.body < -5.0)
    points = [point_from(engine.method.rater_coords(r)) for r in range(len(engine.raters))]
    own = [engine.mask(point).array for point in points]
    figures, by_rater = judged(study, engine.raters, own, samples)
    best, _ = judged(study, engine.raters, *ideal(phantom, engine.raters))
    return {
        "name": "demo" if seed == DEMO_SEED else f"seed {seed}",
        "true_ml": {part: float(truth[part].sum() * ml) for part in PARTS},
        "model_ml": {part: float(model_maps[part].sum() * ml) for part in PARTS},
        "binary_ml": {part: float(model_maps[f"binary {part}"].sum() * ml) for part in PARTS},
        "correlation": {
            part: float(np.corrcoef(model_maps[part].ravel(), truth[part].ravel())[0, 1])
            for part in ("total", "inter", "intra", "ambiguity")
        },
        "mean_error": float(np.abs(model_maps["probability"] - truth["probability"])[near(phantom)].mean()),
        "lobe_true": 0.75 * phantom.lesion.lobe_in / LOBE_STATES,
        "lobe_truth_drawn": lobe_shares(raters, lobe),
        "lobe_model": lobe_shares(samples, lobe),
        "coherence_true": coherence(raters),
        "coherence_model": coherence(samples),
        "figures": figures,
        "ideal": best,
        "dice_identity": by_rater,
    }


def split_by_cause(engine: Engine, seed: int) -> tuple[dict[str, np.ndarray], list[np.ndarray]]:
    """The model's maps over R x T x Z balanced draws, also of binarised draws; and these masks (one eps a volume)."""
    method, raters = engine.method, len(engine.raters)
    generator = torch.Generator().manual_seed(SEED + seed)
    points = [
        point
        for rater in range(raters)
        for point in unstacked(method.draw(rater, TAU_DRAWS * EPS_DRAWS, generator, tau_draws=TAU_DRAWS))
    ]
    slices = [StreamingMoments(raters, TAU_DRAWS, EPS_DRAWS) for _ in range(engine.n_slices)]
    binary = [StreamingMoments(raters, TAU_DRAWS, EPS_DRAWS) for _ in range(engine.n_slices)]
    masks = [np.zeros(engine.geometry.shape, dtype=bool) for _ in points]
    for k, moments in enumerate(slices):
        for mask, probability in zip(masks, engine.probabilities(k, points), strict=True):
            moments.add(probability[0])
            mask[k] = probability[0] > 0.5
            binary[k].add(mask[k])
    maps = {part: np.stack([m.maps(corrected=True)[part] for m in slices]) for part in PARTS}
    maps["probability"] = np.stack([m.mean() for m in slices])
    maps |= {f"binary {part}": np.stack([m.maps(corrected=True)[part] for m in binary]) for part in PARTS}
    return maps, masks


def judged(study: Study, raters: Sequence[str], own: list[np.ndarray], samples: list[np.ndarray]) -> tuple[dict, dict]:
    """GED^2, identity Dice and the like against every true reading."""
    predicted = Predictions(raters, len(samples), study.geometry)
    for index, mask in enumerate([*own, *samples]):
        for k, part in enumerate(mask):
            predicted.add(index, k, part.astype(np.float32))
    readings: dict[str, list[np.ndarray]] = {}
    for reading in study.readings:
        readings.setdefault(reading.rater, []).append(reading.mask.array)
    return judge(Drawn(readings, study.geometry), predicted)


def ideal(phantom: Phantom, raters: Sequence[str]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """What a model could do at best: each rater's own most likely voxels, and fresh readings as samples."""
    lesion, fields = phantom.lesion, phantom.depths
    own = [
        np.mean([reading_probability(lesion, fields, name, t) for t in range(len(JITTER))], axis=0) > 0.5
        for name in raters
    ]
    rng = np.random.default_rng([phantom.seed, SEED])
    n = TAU_DRAWS * EPS_DRAWS
    return own, [reading_mask(lesion, fields, name, random_draw(rng)) for name in raters for _ in range(n)]


def near(phantom: Phantom) -> np.ndarray:
    """Voxels within 10 mm of the lesion's surface: where the mean map is compared."""
    return np.abs(phantom.depths.both) < 10.0


def lobe_shares(masks: list[np.ndarray], lobe: np.ndarray) -> dict[str, float]:
    """How many masks hold the lobe, and how many tear it."""
    share = np.array([mask[lobe].mean() for mask in masks])
    return {"in": float((share > IN).mean()), "torn": float(((share >= OUT) & (share <= IN)).mean())}


def coherence(masks: list[np.ndarray]) -> dict[str, float]:
    """Mean over masks: 3D components, those over 1 % of the mask, and the slice-to-slice jump of area.

    The jump is the mean |area(k+1) - area(k)| over the slices that the mask spans, over its largest area.
    """
    counts, large, jumps = [], [], []
    for mask in masks:
        labels, n = label(mask)
        sizes = np.bincount(labels.ravel())[1:]
        counts.append(n)
        large.append(int((sizes > 0.01 * mask.sum()).sum()))
        areas = mask.sum((1, 2)).astype(float)
        span = np.flatnonzero(areas)
        if span.size > 1:
            inside = areas[span[0] : span[-1] + 1]
            jumps.append(np.abs(np.diff(inside)).mean() / inside.max())
    return {"components": np.mean(counts), "large": np.mean(large), "jump": np.mean(jumps)}


def tables(rows: list[dict]) -> list[str]:
    """Markdown."""
    parts = ("total", "inter", "intra", "ambiguity", "residual")
    lines = ["| case | " + " | ".join(f"{p}" for p in parts) + " | r total | r inter |"]
    lines.append("|---" * (len(parts) + 3) + "|")
    for row in rows:
        cells = [" / ".join(f"{row[key][p]:.2f}" for key in KEYS) for p in parts]
        r = row["correlation"]
        lines.append(f"| {row['name']} | " + " | ".join(cells) + f" | {r['total']:.3f} | {r['inter']:.3f} |")
    means = [[np.mean([row[key][p] for row in rows]) for p in parts] for key in KEYS]
    cells = [" / ".join(f"{value:.2f}" for value in values) for values in zip(*means, strict=True)]
    lines.append("| **mean** | " + " | ".join(cells) + " | | |")
    shares = [[v / m[0] for v in m[1:]] for m in means]
    cells = ["", *(" / ".join(f"{value:.0%}" for value in values) for values in zip(*shares, strict=True))]
    lines += ["| share of total | " + " | ".join(cells) + " | | |", ""]
    heads = (
        "case", "lobe in: true p", "true readings", "model samples", "torn", "components (>1 %) true / model",
        "area jump true / model", "identity Dice best / model", "GED^2 best / model", "diversity raters / model",
    )  # fmt: skip
    lines += ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    return lines + ["| " + " | ".join(_sample_cells(row)) + " |" for row in rows]


def _sample_cells(row: dict) -> list[str]:
    t, m, f = row["coherence_true"], row["coherence_model"], row["figures"]
    counts = [f"{c['components']:.2f} ({c['large']:.2f})" for c in (t, m)]
    return [
        row["name"],
        f"{row['lobe_true']:.2f}",
        f"{row['lobe_truth_drawn']['in']:.2f}",
        f"{row['lobe_model']['in']:.2f}",
        f"{row['lobe_model']['torn']:.2f}",
        " / ".join(counts),
        f"{t['jump']:.3f} / {m['jump']:.3f}",
        f"{row['ideal']['dice_identity_mean']:.3f} / {f['dice_identity_mean']:.3f}",
        f"{row['ideal']['ged2']:.3f} / {f['ged2']:.3f}",
        f"{f['rater_diversity']:.3f} / {f['sample_diversity']:.3f}",
    ]


if __name__ == "__main__":
    main()
