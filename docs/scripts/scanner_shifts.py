"""Six scanner shifts at three strengths: ``python docs/scripts/scanner_shifts.py DATA OUT --methods mambo,proseg``.

Trains each method on clean images of one fold under the benchmark's protocol, ``proseg`` with the recipe option
``scanner-variation``, so that both see the same changes in training (``--plain``: without). Judged cases are then
changed by each shift and drawn by each rater's own point: Dice with that rater's mask, mean over raters. A line a
case, shift and strength goes to OUT; printed are clean and shifted Dice and the drop, with 95 % intervals over cases.
A method that adjusts is judged both ways, and its light is counted. The run's file as ``proseg-gui benchmark`` writes
it goes to OUT/runs where the conditions are the benchmark's.

``--compare FILE.jsonl OTHER.jsonl`` sets two of these files against each other, of the same cases; several folds are
joined by commas. ``DATA --lights``: how often the light is not green on cases of all folds that it was not calibrated
on; it needs no training.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from proseg_gui.bundle import Card, annotate, load_bundle, read_card, save_bundle
from proseg_gui.inference.fit import FAR, scanner_threshold_of
from proseg_gui.io.base.atomic import atomic_json
from proseg_gui.io.dataset import Dataset, Split, read_dataset
from proseg_gui.networks.base import Method
from proseg_gui.networks.registry import METHODS
from proseg_gui.training.benchmark.data import BenchmarkCase, BenchmarkData, read_cases
from proseg_gui.training.benchmark.protocol import Protocol, Run, fold_split, protocol_recipe, run_hash
from proseg_gui.training.benchmark.runner import judged, trained
from proseg_gui.training.likeness import image_reference, scanner_limit
from proseg_gui.training.recipe import with_options
from proseg_gui.training.run import current_commit
from proseg_gui.training.shifts import SHIFTS, STRENGTHS

REPEATS = 2
"""Draws of each shift a case and strength."""
RESAMPLES = 2000


def main() -> None:
    """Train what is not there yet, test it, print the drops."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--compare", nargs=2, metavar="FILES")
    parser.add_argument("--name", default="brain_growth")
    parser.add_argument("--methods", default="proseg,mambo")
    parser.add_argument("--fold", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--flip", default="x")
    parser.add_argument("--lights", action="store_true")
    parser.add_argument("--plain", action="store_true", help="proseg without scanner-variation")
    parser.add_argument("--validation", action="store_true", help="test on the validation cases instead")
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.compare:
        print(
            compared(*([row for name in names.split(",") for row in read_rows(Path(name))] for names in args.compare))
        )
        return
    dataset = read_dataset(args.data)
    if args.lights:
        print(
            lights(dataset, Protocol(args.name, modality="MR", recipe=protocol_recipe(args.flip, 0, calibrated=False)))
        )
        return
    args.out.mkdir(parents=True, exist_ok=True)
    for method in args.methods.split(","):
        recipe = protocol_recipe(args.flip, 0, calibrated=False)
        label = method
        if method.startswith("proseg"):
            recipe = recipe if args.plain else with_options(recipe, ["scanner-variation"])
            label += "-plain" if args.plain else ""
        steps = 0 if args.seconds else args.steps
        protocol = Protocol(args.name, steps, args.seconds, modality="MR", recipe=recipe)
        data = read_cases(dataset, protocol)
        split = fold_split(dataset, protocol.folds, args.fold)
        stem = f"{args.name}-{protocol.label}-{label}-fold{args.fold}-seed{args.seed}"
        path = args.out / f"{stem}{'-validation' if args.validation else ''}.jsonl"
        if not path.is_file():
            run = Run(method, args.fold, args.seed)
            network, card = network_of(args.out / stem, protocol, run, data, split)
            print(stem, card.training["steps"], "steps", round(card.training["seconds"]), "s", flush=True)
            rows = tested(network, data, split.val if args.validation else split.test, scanner_threshold_of(card))
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        print(summary(stem, read_rows(path)), flush=True)


def network_of(folder: Path, protocol: Protocol, run: Run, data: BenchmarkData, split: Split) -> tuple[Method, Card]:
    """The bundle's in ``folder``, or a new one, which is written there, and its card."""
    if not folder.is_dir():
        train_new(folder, protocol, run, data, split)
    bundle = load_bundle(folder)
    if bundle.method.capabilities.adjusts and not bundle.card.fit:
        own = [data.cases[name].case for name in (*split.train, *split.val)]
        annotate(folder, fit=image_reference(bundle.method, own, protocol.recipe.augmentation, run.seed))
    card = read_card(folder)
    return bundle.method, card


def train_new(folder: Path, protocol: Protocol, run: Run, data: BenchmarkData, split: Split) -> None:
    """Train, and write the bundle and the benchmark's file."""
    commit = current_commit()
    network, steps, seconds = trained(protocol, run, data, split)
    if not protocol.recipe.augmentation.scanner:
        count = sum(p.numel() for p in network.parameters())
        (folder.parent / "runs").mkdir(exist_ok=True)
        atomic_json(folder.parent / "runs" / run.file_name(protocol), {
            "hash": run_hash(protocol, run, data.fingerprint), "commit": commit, **asdict(run),
            "protocol": protocol.as_dict(), "raters": list(data.raters), "steps": steps, "seconds": round(seconds, 3),
            "device": "cpu", "parameters": count, **judged(protocol, run, data, split, network),
        }, overwrite=True)  # fmt: skip
    layout = data.layout
    card = Card(network.kind, folder.name, "1", network.architecture(), data.raters, layout.structures, layout.channels,
                "MR", layout.spacing_mm, dict(layout.window), {"kind": "whole"},
                training={"steps": steps, "seconds": seconds})  # fmt: skip
    save_bundle(folder, card, network.eval())


def lights(dataset: Dataset, protocol: Protocol) -> str:
    """Of each shift and strength how many draws are not green, of these how many red; ``clean`` first."""
    data = read_cases(dataset, protocol)
    layout, found = data.layout, dict[tuple[str, float], list[float]]()
    kind = next(kind for kind, method in METHODS.items() if method.capabilities.adjusts)
    method: Any = METHODS[kind](len(layout.raters), len(layout.structures), len(layout.channels))
    for fold in range(protocol.folds):
        split = fold_split(dataset, protocol.folds, fold)
        method.measure(part for name in split.train for part in data.cases[name].case.image.split(1))
        own = [data.cases[name].case for name in (*split.train, *split.val)]
        limit = scanner_limit(method, own, protocol.recipe.augmentation, np.random.default_rng(0))["threshold"]
        for name in split.test:
            for shift, strength, images in shifted(data.cases[name]):
                times = [min(float(method.scanner_distance(k)) for k in image.split(1)) / limit for image in images]
                found.setdefault((shift, strength), []).extend(times)
    return "\n".join(
        f"{shift:12s} {strength:g}: not green {sum(t > 1 for t in times)} of {len(times)}, red "
        f"{sum(t > FAR for t in times)}, {np.mean(times):.2f} of the limit"
        for (shift, strength), times in found.items()
    )


def read_rows(path: Path) -> list[dict[str, Any]]:
    """What :func:`tested` gave."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@torch.no_grad()
def tested(method: Method, data: BenchmarkData, names: tuple[str, ...], limit: float | None) -> list[dict[str, Any]]:
    """A row a case, shift (``clean`` first), strength and way of encoding."""
    method.eval()
    ways = {"adjusted": method.encode}
    if method.capabilities.adjusts:
        ways["unadjusted"] = method.encode_unadjusted
    rows = []
    for name in names:
        case = data.cases[name]
        for shift, strength, images in shifted(case):
            distance = [float(d) for image in images for d in method.scanner_distance(image)] if len(ways) > 1 else []
            for way, encode in ways.items():
                scores = [own_dice(method, case, torch.cat([encode(k) for k in image.split(1)])) for image in images]
                rows.append({"case": case.number, "shift": shift, "strength": strength, "way": way,
                             "dice": float(np.mean(scores)), "distance": distance, "limit": limit})  # fmt: skip
    return rows


def shifted(case: BenchmarkCase) -> list[tuple[str, float, list[Tensor]]]:
    """The case's image, clean and under each shift; the same numbers for every method."""
    found: list[tuple[str, float, list[Tensor]]] = [("clean", 0.0, [case.case.image])]
    for number, (name, shift) in enumerate(SHIFTS.items()):
        for strength in STRENGTHS:
            seeds = [1000 * case.number + 10 * number + repeat for repeat in range(REPEATS)]
            draws = [torch.Generator().manual_seed(seed) for seed in seeds]
            found.append((name, strength, [shift(case.case.image, strength, draw) for draw in draws]))
    return found


def own_dice(method: Method, case: BenchmarkCase, features: Tensor) -> float:
    """Mean over raters who drew of Dice between a rater's masks and what is drawn at the rater's own point."""
    masks, observed = case.case.masks, case.case.observed
    found = []
    for r in range(method.n_raters):
        drawn = torch.cat([method.personalised(part, r) for part in features.split(1)]) > 0  # (z, S, H, W)
        for q in range(masks.shape[1]):
            for s in range(masks.shape[2]):
                if observed[r, q, s]:
                    mask = masks[r, q, s].bool()
                    total = int(drawn[:, s].sum() + mask.sum())
                    found.append(2.0 * int((drawn[:, s] & mask).sum()) / total if total else 1.0)
    return float(np.mean(found))


def drops(rows: list[dict[str, Any]], way: str) -> tuple[np.ndarray, np.ndarray]:
    """Clean Dice ``(cases,)``, and its drop ``(cases, shifts, strengths)``."""
    cases = sorted({row["case"] for row in rows})
    table = {(r["case"], r["shift"], r["strength"]): r["dice"] for r in rows if r["way"] == way}
    clean = np.array([table[case, "clean", 0.0] for case in cases])
    under = np.array([[[table[case, name, s] for s in STRENGTHS] for name in SHIFTS] for case in cases])
    return clean, clean[:, None, None] - under


def interval(values: np.ndarray) -> str:
    """Mean over cases with a 95 % bootstrap interval."""
    rng = np.random.default_rng(0)
    means = values[rng.integers(0, len(values), (RESAMPLES, len(values)))].mean(1)
    low, high = np.quantile(means, (0.025, 0.975))
    return f"{values.mean():.4f} [{low:.4f}, {high:.4f}]"


def summary(stem: str, rows: list[dict[str, Any]]) -> str:
    """The drops as a text."""
    lines = []
    for way in dict.fromkeys(row["way"] for row in rows):
        clean, lost = drops(rows, way)
        under = (clean[:, None, None] - lost).mean((1, 2))
        lines.append(f"{stem} {way}: clean {interval(clean)}, shifted {interval(under)}, "
                     f"mean drop {interval(lost.mean((1, 2)))}")  # fmt: skip
        for i, name in enumerate(SHIFTS):
            lines.append(f"  {name:12s} " + " ".join(f"{value:7.4f}" for value in lost[:, i].mean(0)))
    far: dict[tuple[str, float], list[float]] = {}
    for row in rows:
        if row["way"] == "unadjusted" and row["limit"]:
            times = [distance / row["limit"] for distance in row["distance"]]
            far.setdefault((row["shift"], row["strength"]), []).extend(times)
    for (name, strength), found in far.items():
        other, too_far = (sum(value > at for value in found) for at in (1.0, FAR))
        lines.append(f"  light {name:12s} {strength:g}: {np.mean(found):.2f} of the limit ({min(found):.2f} to "
                     f"{max(found):.2f}); not green {other} of {len(found)}, red {too_far}")  # fmt: skip
    return "\n".join(lines)


def compared(rows: list[dict[str, Any]], others: list[dict[str, Any]]) -> str:
    """Differences with intervals over cases: of the adjusted ways, and of the first one's two ways."""
    clean, lost = drops(rows, "adjusted")
    other_clean, other_lost = drops(others, "adjusted")
    mine, theirs = lost.mean((1, 2)), other_lost.mean((1, 2))
    lines = [
        f"{len(clean)} cases; drop {interval(mine)} and {interval(theirs)}, ratio {mine.mean() / theirs.mean():.2f}, "
        f"difference {interval(mine - theirs)}",
        f"clean Dice {interval(clean - other_clean)}, shifted {interval((clean - mine) - (other_clean - theirs))}",
    ]
    for i, name in enumerate(SHIFTS):
        words = (" ".join(f"{v:.4f}" for v in part[:, i].mean(0)) for part in (lost, other_lost))
        lines.append(f"  {name:12s} {' | '.join(words)}")
    if any(row["way"] == "unadjusted" for row in rows):
        plain, plain_lost = drops(rows, "unadjusted")
        gained = (clean - mine) - (plain - plain_lost.mean((1, 2)))
        lines.append(f"adjusted less unadjusted: clean {interval(clean - plain)}, shifted {interval(gained)}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
