"""With sequences missing: ``python docs/scripts/missing_sequences.py BUNDLE DATASET [--plain BUNDLE]``.

On the test cases of the data set's split, for every choice of one, two or three missing sequences: identity and
consensus Dice and GED^2 with the model's own estimates and their draws, beside the same network when zeros or the
training images' mean is put in their place, told that it is no acquired sequence or not, and beside ``--plain``, a
model of another method that knows of nothing missing, with the same fills. Then how many pixels of what was left out
lie in the 90 % intervals, and the uncertainty. Writes a table, and with ``--json FILE`` all figures.
"""

from __future__ import annotations

import argparse
import copy
import json
from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from proseg_gui.bundle import Bundle, load_bundle
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.plan import default_plan
from proseg_gui.inference.survey import CaseSurvey
from proseg_gui.io.dataset import load_case, read_dataset
from proseg_gui.training.dataset import Layout, TrainingCase, prepare_case
from proseg_gui.training.validate import validate

DRAWS = 8
"""A rater and case."""
FIGURES = ("dice_identity_mean", "dice_consensus_style", "ged2", "sample_diversity")
Z90 = 1.6449
DARK = -0.98
"""Air, in normalised units: it is left out of the intervals' count."""


def without(cases: Iterable[TrainingCase], gone: tuple[int, ...], fill: Tensor | None) -> list[TrainingCase]:
    """The cases with channels ``gone`` missing, or filled by ``fill (C,)``, in normalised units."""
    found = []
    for case in cases:
        image = case.image.clone()
        for channel in gone:
            image[:, channel] = torch.nan if fill is None else fill[channel]
        found.append(replace(case, image=image))
    return found


def figures(bundle: Bundle, cases: list[TrainingCase], told: Tensor | None = None) -> dict[str, float]:
    """Means over cases; with ``told``, what is put in the place of missing channels instead of their estimate."""
    method: Any = bundle.method
    if told is not None:
        method = copy.deepcopy(method)
        method.filled = lambda image, _number: torch.where(image.isnan(), told[:, None, None], image)
    found = validate(method, cases, DRAWS, seed=0)
    return {name: round(float(found[name]), 4) for name in FIGURES}


@torch.no_grad()
def held(bundle: Bundle, cases: list[TrainingCase], gone: tuple[int, ...]) -> dict[str, float]:
    """Share of pixels of the channels ``gone`` in their 90 % interval: of the head, and where anybody drew."""
    inside: dict[str, list[np.ndarray]] = {"head": [], "drawn": []}
    error = []
    for case in cases:
        drawn = case.masks.flatten(0, 2).amax(0).bool()
        for k in range(case.image.shape[0]):
            image = case.image[k : k + 1].clone()
            image[:, list(gone)] = torch.nan
            mean, spread = bundle.method.estimate(image)
            for channel in gone:
                truth = case.image[k, channel]
                hit = (truth - mean[0, channel]).abs() <= Z90 * spread[0, channel]
                inside["head"].append(hit[truth > DARK].numpy())
                inside["drawn"].append(hit[drawn[k]].numpy())
                error.append((truth - mean[0, channel])[truth > DARK].square().numpy())
    shares = {name: round(float(np.concatenate(parts).mean()), 4) for name, parts in inside.items()}
    return {**shares, "rmse": round(float(np.sqrt(np.concatenate(error).mean())), 4)}


def uncertainty(bundle: Bundle, studies: list[Any], gone: tuple[int, ...]) -> dict[str, float]:
    """Total uncertainty in pixels a case, and the share of it that the imputation makes; means over cases."""
    total, share = [], []
    for study in studies:
        kept = {name: volume for c, (name, volume) in enumerate(study.channels.items()) if c not in gone}
        engine = Engine(bundle, replace(study, channels=kept), device="cpu", threads=1)
        survey = CaseSurvey(engine, default_plan(bundle, missing=bool(engine.missing)))
        maps = [survey.slice(k).sums for k in range(engine.n_slices)]
        total.append(sum(float(sums["total"].sum()) for sums in maps))
        share.append(sum(float(sums.get("imputation", np.zeros(1)).sum()) for sums in maps) / max(total[-1], 1e-9))
    return {"total_pixels": round(float(np.mean(total)), 2), "imputation_share": round(float(np.mean(share)), 4)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--plain", type=Path)
    parser.add_argument("--cases", type=int, help="so many test cases only")
    parser.add_argument("--choices", type=int, default=99, help="so many choices of two, and of three, only")
    parser.add_argument("--surveyed", type=int, default=6, help="cases whose uncertainty is surveyed")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    data, bundle = read_dataset(args.dataset), load_bundle(str(args.bundle))
    plain = load_bundle(str(args.plain)) if args.plain else None
    card = bundle.card
    layout = Layout(card.raters, card.structures, card.channels, card.spacing_mm, card.window)
    assert data.split is not None, "the data set has no split.json"
    names = data.split.test[: args.cases] if args.cases else data.split.test

    def read(which: Iterable[str]) -> list[Any]:
        return [load_case(data.case(n), card.structures, channels=card.channels) for n in which]

    studies = read(names)
    cases = [prepare_case(study, layout) for study in studies]
    known = [prepare_case(study, layout).image for study in read(data.split.train[:12])]
    mean = torch.stack([image.mean((0, 2, 3)) for image in known]).mean(0)
    fills = {"zero fill": torch.full_like(mean, -1.0), "mean fill": mean}

    rows: list[dict[str, Any]] = []
    channels = range(len(card.channels))
    for count in range(len(card.channels)):
        all_of = list(combinations(channels, count))
        for gone in all_of[:: max(1, len(all_of) // args.choices)] if count > 1 else all_of:
            label = ", ".join(card.channels[c] for c in gone) or "nothing"
            ways: dict[str, tuple[Bundle, Tensor | None]] = {"estimated": (bundle, None)}
            ways |= {f"{name}, told": (bundle, fill) for name, fill in fills.items()}
            ways |= {f"{name}, not told": (bundle, fill) for name, fill in fills.items()}
            if plain is not None:
                ways |= {f"{plain.card.kind}, {name}": (plain, fill) for name, fill in fills.items()}
            if not gone:
                ways = {"estimated": (bundle, None), **({plain.card.kind: (plain, None)} if plain else {})}
            for way, (model, fill) in ways.items():
                told = way.endswith(", told")
                found = figures(model, without(cases, gone, None if told else fill), fill if told else None)
                row = {"missing": label, "count": count, "way": way, **found}
                if way == "estimated":
                    row |= held(bundle, cases, gone) if gone else {}
                    row |= uncertainty(bundle, studies[: args.surveyed], gone) if count < 2 else {}
                rows.append(row)
                print(json.dumps(row), flush=True)
    print_table(rows)
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1))


def print_table(rows: list[dict[str, Any]]) -> None:
    """Means over the choices of as many missing sequences."""
    print("\n| missing | way | identity Dice | consensus Dice | GED² | held by 90 % intervals: head, drawn |")
    print("|---|---|---|---|---|---|")
    for count in sorted({row["count"] for row in rows}):
        for way in dict.fromkeys(row["way"] for row in rows if row["count"] == count):
            some = [row for row in rows if row["count"] == count and row["way"] == way]
            told = [f"{np.mean([row[name] for row in some]):.3f}" for name in FIGURES[:3]]
            both = [
                f"{100 * np.mean([row[name] for row in some]):.1f} %" for name in ("head", "drawn") if name in some[0]
            ]
            print(f"| {count} | {way} | {' | '.join(told)} | {', '.join(both)} |")


if __name__ == "__main__":
    main()
