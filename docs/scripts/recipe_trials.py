"""The trials of docs/decisions/recipe-options.md: many trainings beside each other, the most telling ones first.

``python docs/scripts/recipe_trials.py --data DIR --out FILE --seconds 400 --devices cuda:6,cpu:9 --steps 1200``

Goes down :func:`trials` until the time is over. FILE gets a line of JSON as each training ends; a trial that it holds
already is passed over, so the same command goes on. ``--table FILE`` prints what the lines say of the validation cases
(by which options are chosen), ``--judged`` of the judged ones (which are looked at once, at the end).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import multiprocessing
import os
import sys
import time
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

if importlib.util.find_spec("SimpleITK") is None:  # STAPLE alone needs it here: its figure is then left out
    sys.modules["SimpleITK"] = types.ModuleType("SimpleITK")
    NO_STAPLE = True
else:
    NO_STAPLE = False

import numpy as np
import torch

from proseg_gui.errors import Cancelled
from proseg_gui.inference import judge as judge_module
from proseg_gui.inference.judge import FIGURES
from proseg_gui.io.dataset import Split, read_dataset
from proseg_gui.jobs import CancelToken
from proseg_gui.metrics.overlap import frequency
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training.benchmark import runner
from proseg_gui.training.benchmark.columns import column, difference
from proseg_gui.training.benchmark.data import BenchmarkData, read_cases
from proseg_gui.training.benchmark.protocol import Protocol, Run, fold_split, protocol_recipe
from proseg_gui.training.recalibrate import best_affine, gathered, rescale
from proseg_gui.training.recipe import with_options

SETS: Mapping[str, Mapping[str, Any]] = {
    "brain_growth": {"flip": "x", "modality": "MR"}, "cells": {"flip": "xy", "modality": ""},
}  # fmt: skip
SIDE, FOLDS = 64, 5
BLOCKS = ((0, 0), (1, 1), (2, 0), (3, 1), (4, 0))
"""Fold and seed of each round through all variants: more cases and another seed at once."""
FIRST = ("film", "heads", "matrix", "film+rater-heads", "matrix+rater-heads", "heads-first", "film+strong-variation",
         "film+deep-supervision", "probunet", "dpersona", "heads-first+rater-heads+strong-variation")  # fmt: skip
"""In the order of the issue's promise, with the peers whose training changed."""
LATER = ("film, 2 raters", "heads, 2 raters", "film+rater-heads, 2 raters", "matrix+rater-heads, 2 raters",
         "film, steps x 2", "threshold", "matrix+rater-heads+strong-variation")  # fmt: skip
SPARSE_SEED = 7


@dataclass(frozen=True)
class Trial:
    """One training: ``variant`` is a method or ProSeg's conditioning, options after ``+``, conditions after ``,``."""

    data: str
    variant: str
    fold: int
    seed: int


class Deadline(CancelToken):
    """Cancels when the time is over."""

    def __init__(self, at: float) -> None:
        super().__init__()
        self.at = at

    def check(self) -> None:
        """See the base class."""
        if time.monotonic() > self.at:
            raise Cancelled


def trials() -> Iterator[Trial]:
    """All, the most telling first."""
    for variants, blocks in ((FIRST, BLOCKS[:2]), (LATER, BLOCKS[:2]), (FIRST, BLOCKS[2:]), (LATER, BLOCKS[2:])):
        for fold, seed in blocks:
            for variant in variants:
                for data in SETS:
                    yield Trial(data, variant, fold, seed)


def conditions(trial: Trial, steps: int) -> tuple[Protocol, Run, int]:
    """Protocol and run of a trial, and how many raters drew each training image (0: as many as did)."""
    what, *more = trial.variant.split(", ")
    base, *options = what.split("+")
    own = SETS[trial.data]
    recipe = replace(protocol_recipe(own["flip"], 0, calibrated=False), rater_heads=float("rater-heads" in options))
    if base == "matrix":
        recipe = replace(recipe, network={"conditioning": "matrix"})
    if base == "heads-first":
        options = [base, *options]
    method = {"heads": "rater_heads", "film": "proseg", "matrix": "proseg", "heads-first": "proseg"}.get(base, base)
    steps *= 2 if "steps x 2" in more else 1
    sparse = 2 if "2 raters" in more else 0
    protocol = Protocol(trial.data, steps, side=SIDE, folds=FOLDS, modality=own["modality"],
                        recipe=with_options(recipe, [o for o in options if o != "rater-heads"]))  # fmt: skip
    return protocol, Run(method, trial.fold, trial.seed), sparse


def thinned(data: BenchmarkData, split: Split, raters: int) -> BenchmarkData:
    """``data`` with each training image drawn by ``raters`` of those who drew it; other cases as they are."""
    cases = dict(data.cases)
    for name in split.train:
        case = cases[name]
        drew = np.flatnonzero(case.case.observed.any(-1).any(-1).numpy())
        kept = np.random.default_rng((SPARSE_SEED, case.number)).choice(drew, min(raters, len(drew)), replace=False)
        observed = torch.zeros_like(case.case.observed)
        observed[kept] = case.case.observed[kept]
        cases[name] = replace(case, case=replace(case.case, observed=observed))
    return replace(data, cases=cases)


def recalibrated(
    method: ProSeg, protocol: Protocol, run: Run, data: BenchmarkData, split: Split
) -> dict[str, list[dict[str, Any]]]:
    """Figures with the logits' scale and shift: each validation case by those of the others, judged cases by all."""
    learnt = method.third.weight.clone(), method.third.bias.clone()

    def figures(by: Sequence[str], judged: Sequence[str]) -> list[dict[str, Any]]:
        parts = gathered(method, [data.cases[name].case for name in by])
        scales = [best_affine(logits, share) for logits, share in parts]
        rescale(method, scales)
        found = runner.judged(protocol, run, data, Split(split.train, (), tuple(judged)), method)["cases"]
        with torch.no_grad():
            method.third.weight.copy_(learnt[0])
            method.third.bias.copy_(learnt[1])
        return [{**case, "scales": scales} for case in found]

    apart = [figures([other for other in split.val if other != name], [name])[0] for name in split.val]
    return {"validation": apart, "cases": figures(split.val, split.test)}


@lru_cache
def _data(folder: str, name: str) -> tuple[Any, BenchmarkData]:
    dataset = read_dataset(Path(folder) / name)
    protocol, _, _ = conditions(Trial(name, "film", 0, 0), 2)
    return dataset, read_cases(dataset, protocol)


def made(trial: Trial, folder: str, steps: int, device: str, ends: float) -> list[dict[str, Any]]:
    """Records of one training: itself, and for ProSeg the same recalibrated; none where the time is over."""
    began = time.monotonic()
    torch.set_num_threads(1)
    if NO_STAPLE:
        judge_module.staple = lambda masks: frequency(masks) > 0.5  # the figure is taken out below
    protocol, run, sparse = conditions(trial, steps)
    dataset, data = _data(folder, trial.data)
    split = fold_split(dataset, protocol.folds, run.fold)
    learned = thinned(data, split, sparse) if sparse else data
    try:
        method, done, seconds = runner.trained(protocol, run, learned, split, token=Deadline(ends), device=device)
    except Cancelled:
        return []
    result = {"steps": done, "seconds": round(seconds, 1), "device": device,
              **runner.judged(protocol, run, data, split, method)}  # fmt: skip
    common = {**asdict(trial), "protocol": protocol.as_dict(), "raters": list(data.raters),
              "wall": round(time.monotonic() - began, 1)}  # fmt: skip
    records = [{**common, **result}]
    if isinstance(method, ProSeg):
        again = recalibrated(method, protocol, run, data, split)
        head, *more = trial.variant.split(", ")
        records.append({**common, "variant": ", ".join([f"{head}+recalibrated", *more]), **again})
    for record in records:
        for case in (*record["cases"], *record["validation"]):
            if NO_STAPLE:
                del case["consensus_staple_dice"]
            for key in FIGURES:
                if isinstance(case.get(key), float):
                    case[key] = round(case[key], 6)
    return records


_mine: dict[str, Any] = {"device": "cpu"}
"""Of this process: its device, and how long the last trial on each data set took (seconds)."""


def _begin(devices: Any) -> None:
    _mine["device"] = devices.get()
    torch.backends.cudnn.allow_tf32 = False  # as on the processor


def _work(job: tuple[Trial, str, int, float]) -> tuple[Trial, list[dict[str, Any]], str]:
    trial, folder, steps, ends = job
    began = time.monotonic()
    if ends - began < 0.9 * float(_mine.get(trial.data, 0.0)):
        return trial, [], ""
    said = ""
    for device in dict.fromkeys([_mine["device"], "cpu"]):
        try:
            records = made(trial, folder, steps, device, ends)
        except Exception as error:  # noqa: BLE001 - told, and the others go on
            said += f"{device}: {type(error).__name__}: {error} "
            continue
        if records:
            _mine[trial.data] = time.monotonic() - began
        return trial, records, said
    return trial, [], said


def run_all(args: argparse.Namespace) -> None:
    """Go down the list with as many processes as asked for."""
    ends = time.monotonic() + args.seconds
    there = {(r["data"], r["variant"], r["fold"], r["seed"]) for r in read(args.out)} if args.out.is_file() else set()
    todo = [t for t in trials() if (t.data, t.variant, t.fold, t.seed) not in there][: args.most or None]
    jobs = [(t, str(args.data), args.steps, ends - args.spare) for t in todo]
    context = multiprocessing.get_context("spawn")
    devices, names = context.Queue(), []
    for part in args.devices.split(","):
        name, _, count = part.partition(":")
        names += [name] * int(count or 1)
    for name in names:
        devices.put(name)
    with context.Pool(len(names), _begin, (devices,)) as pool, args.out.open("a", encoding="utf-8") as file:
        results = pool.imap_unordered(_work, jobs)
        for _ in jobs:
            try:
                trial, records, wrong = results.next(timeout=max(0.1, ends - time.monotonic()))
            except multiprocessing.TimeoutError:
                print("the time is over", flush=True)
                break
            for record in records:
                file.write(json.dumps(record) + "\n")
            file.flush()
            if records:
                first = records[0]
                told = f"{first['device']} {first['wall']:.0f} s, fair {_mean(first['validation'], 'fair_ged2'):.4f}"
                print(f"{trial.data} {trial.variant} fold {trial.fold} seed {trial.seed}: {told}", flush=True)
            if wrong:
                print(f"{trial.data} {trial.variant}: {wrong}", flush=True)
        sys.stdout.flush()
        for process in multiprocessing.active_children():
            process.kill()
        os._exit(0)  # a pool whose processes were killed waits for them for ever


def read(path: Path) -> list[dict[str, Any]]:
    """Whole lines; a last one that was cut short is left out."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines[:-1] if line]


def _mean(cases: Sequence[Mapping[str, Any]], key: str) -> float:
    values = [case[key] for case in cases if case.get(key) is not None]
    return float(np.mean(values)) if values else float("nan")


def table(records: Sequence[Mapping[str, Any]], part: str, against: str) -> list[str]:
    """Each variant less ``against`` over the cases of the runs (fold and seed) that both made, by data set."""
    keys = (("fair_ged2", "fair GED^2"), ("dice_identity_mean", "identity Dice"), ("own_minus_wrong", "own - wrong"),
            ("dice_soft", "Dice_soft"), ("volume_crps_ml", "volume CRPS"))  # fmt: skip
    lines = []
    for name in SETS:
        mine = [{**r, "cases": r[part]} for r in records if r["data"] == name]
        heads = ["variant", "runs", *(text for _, text in keys), "own map", "ECE inner"]
        lines += [f"### {name}", "", f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
        base = [r for r in mine if r["variant"] == against]
        for variant in dict.fromkeys(r["variant"] for r in mine):
            runs = [r for r in mine if r["variant"] == variant]
            shared = {(r["fold"], r["seed"]) for r in runs} & {(r["fold"], r["seed"]) for r in base}
            pair = [[r for r in group if (r["fold"], r["seed"]) in shared] for group in (runs, base)]
            cells = []
            for key, _ in keys:
                mean = float(np.mean([*column(runs, key).by_case.values()]))
                found = (
                    difference(column(pair[0], key), column(pair[1], key)) if shared and variant != against else None
                )
                more = f" ({found.mean:+.4f} [{found.low:+.4f}, {found.high:+.4f}])" if found else ""
                cells.append(f"{mean:.4f}{more}")
            floor = float(np.mean([*column(runs, "random_levels").by_case.values()]))
            bins = np.sum([c["reliability"] for r in runs for c in r["cases"]], axis=0)
            inner = float(np.abs(bins[1, 1:-1] - bins[2, 1:-1]).sum() / max(bins[0, 1:-1].sum(), 1))
            lines.append(f"| {variant} | {len(runs)} | {' | '.join(cells)} | {floor:.4f} | {inner:.3f} |")
        lines.append("")
    return lines


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seconds", type=float, default=400.0)
    parser.add_argument("--spare", type=float, default=10.0, help="seconds before the end in which nothing trains")
    parser.add_argument("--devices", default="cpu:2", help="processes on each device, such as cuda:6,cpu:9")
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--most", type=int, default=0, help="so many trials at most (0: all)")
    parser.add_argument("--table", type=Path)
    parser.add_argument("--judged", action="store_true")
    parser.add_argument("--against", default="film")
    args = parser.parse_args()
    if args.table:
        print("\n".join(table(read(args.table), "cases" if args.judged else "validation", args.against)))
    else:
        run_all(args)


if __name__ == "__main__":
    main()
