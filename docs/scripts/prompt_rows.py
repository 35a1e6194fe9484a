"""Trains methods under the benchmark's protocol and follows prompts: ``python docs/scripts/prompt_rows.py DATA OUT``.

For each method and fold: the run's file as ``proseg-gui benchmark`` writes it, and in ``prompts.jsonl`` what prompts
did. A prompt of a judged rater is written from that rater's training masks only (their mean style); it is followed on
the judged cases by moving sliders from the consensus style, and where the method learned words, by its own text code
too. Each is compared with the rater's own mask there (Dice), beside the consensus style, the rater's own preset, and a
prompt of another rater. ``unseen``: sentences of words that no encoder learned.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch

from proseg_gui.bundle import Bundle, Card, save_bundle
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.latents import Sliders
from proseg_gui.inference.points import Point, point_from
from proseg_gui.inference.style import follow_prompt
from proseg_gui.io.base.atomic import atomic_json
from proseg_gui.io.dataset import read_dataset
from proseg_gui.metrics.overlap import dice
from proseg_gui.networks.base import Method
from proseg_gui.prompts.pieces import pieces_of
from proseg_gui.prompts.reading import read_prompt
from proseg_gui.prompts.templates import describe
from proseg_gui.training.benchmark.data import BenchmarkData, read_cases
from proseg_gui.training.benchmark.protocol import Protocol, fold_split, protocol_recipe, run_hash, runs_of
from proseg_gui.training.benchmark.runner import judged, trained
from proseg_gui.training.run import current_commit
from proseg_gui.training.styles import style_record
from proseg_gui.volume import Study, Volume

SENTENCES = 2
"""A rater and case, of each kind."""


def rater_styles(data: BenchmarkData, names: Sequence[str]) -> np.ndarray:
    """``(R, 6)``: mean style of each rater on the named cases, in standard deviations over raters and cases."""
    return np.array(style_record([data.cases[name].case for name in names])["raters"], np.float64)


def prompted(method: Method, data: BenchmarkData, split: Any, seed: int) -> dict[str, float]:
    """Mean Dice over judged cases and raters of each way to say whose style is meant."""
    layout, styles = data.layout, rater_styles(data, split.train)
    card = Card(method.kind, "fold", "1", method.architecture(), data.raters, layout.structures, layout.channels, "",
                layout.spacing_mm, {"kind": "fixed", "low": -1.0, "high": 1.0}, {"kind": "whole"})  # fmt: skip
    bundle, chance = Bundle(card, method.eval().requires_grad_(False), Path()), Random(seed)
    found: dict[str, list[float]] = {}
    for name in split.test:
        case = data.cases[name]
        image = case.case.image.numpy()
        study = Study(str(case.number), {c: Volume(image[:, i], case.geometry) for i, c in enumerate(layout.channels)})
        engine = Engine(bundle, study, device="cpu")
        sliders = Sliders(engine)
        start = sliders.consensus_style()
        drawn = case.drawn(0, data.raters).readings
        masks = {rater: masks[0] for rater, masks in drawn.items()}

        def note(key: str, rater: str, point: Point | None, engine: Engine = engine, masks: Any = masks) -> None:
            if point is not None and rater in masks:
                found.setdefault(key, []).append(dice(engine.mask(point).array, masks[rater]))

        for r, rater in enumerate(data.raters):
            note("consensus style", rater, start)
            note("own preset", rater, sliders.rater_point(rater))
            other = (r + 1) % len(data.raters)
            ways = ("prompt", r, False), ("unseen prompt", r, True), ("other's prompt", other, False)
            for kind, who, unseen in ways:
                for _ in range(SENTENCES):
                    text = describe(styles[who].tolist(), chance, unseen=unseen)
                    prompt = read_prompt(text)
                    if kind != "unseen prompt":
                        note(f"{kind}, sliders", rater, follow_prompt(engine, sliders, start, prompt).point)
                    place = method.described(pieces_of(text))
                    note(f"{kind}, text", rater, None if place is None else point_from(place))
    return {key: round(float(np.mean(values)), 4) for key, values in found.items()}


def main() -> None:
    """Make the rows that are not there yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--methods", default="prosona,dpersona,proseg")
    parser.add_argument("--folds", type=int, default=2)
    parser.add_argument("--steps", type=int, default=800)
    args = parser.parse_args()
    torch.set_num_threads(1)
    recipe = protocol_recipe("x", 0, calibrated=False)
    protocol = Protocol("brain_growth", args.steps, modality="MR", recipe=recipe)
    dataset = read_dataset(args.data)
    data = read_cases(dataset, protocol)
    (args.out / "runs").mkdir(parents=True, exist_ok=True)
    for run in (run for run in runs_of(args.methods.split(","), protocol.folds, 1) if run.fold < args.folds):
        path = args.out / "runs" / run.file_name(protocol)
        if path.is_file():
            continue
        split = fold_split(dataset, protocol.folds, run.fold)
        commit = current_commit()
        method, steps, seconds = trained(protocol, run, data, split)
        figures = judged(protocol, run, data, split, method)
        row = {"method": run.method, "fold": run.fold, **prompted(method, data, split, run.seed)}
        with (args.out / "prompts.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        layout = data.layout
        card = Card(run.contender.method, path.stem, "1", method.architecture(), data.raters, layout.structures,
                    layout.channels, "MR", layout.spacing_mm, dict(layout.window), {"kind": "whole"})  # fmt: skip
        save_bundle(args.out / path.stem, card, method, overwrite=True)
        count = sum(p.numel() for p in method.parameters())
        atomic_json(path, {
            "hash": run_hash(protocol, run, data.fingerprint), "commit": commit, **asdict(run),
            "protocol": protocol.as_dict(), "raters": list(data.raters), "steps": steps, "seconds": round(seconds, 3),
            "device": "cpu", "parameters": count, **figures,
        }, overwrite=True)  # fmt: skip
        told = {key: figures["figures"][key] for key in ("ged2", "dice_identity_mean", "dice_soft", "dice_max")}
        print(run, round(seconds), told, row, flush=True)


if __name__ == "__main__":
    main()
