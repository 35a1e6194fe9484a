"""Measure what fine-tuning gives a new rater, on cases that neither trained nor chose anything.

    python docs/scripts/finetune_report.py brain_growth cells --work FOLDER --raters rater3,rater7 p5_amira

For each data set, held-back rater and seed: a base model of all other raters, then the rater added by each stage with a
few cases of his or hers. The cases of ``train`` in split.json are parted anew by each seed: a few to choose weights
by, the rest for the base; the new rater drew some of the base's images. Those of ``test`` (else ``val``) are reported
on, and nothing else looks at them. The cases added and those chosen by carry the new rater's masks only.

A result a run lies in docs/benchmarks/finetuning as it ends; runs that are there are not made again, and the figures
of docs/finetuning.md are made from all of them. Base models stay in ``--work``, from where they are read again.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save

from proseg_gui.catalogue import CONDITIONING, STAGE_PATIENCE, STAGES
from proseg_gui.io.base.atomic import atomic_bytes, atomic_json, atomic_write
from proseg_gui.io.dataset import Dataset, read_dataset
from proseg_gui.metrics.bootstrap import paired_difference
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training.benchmark.data import BenchmarkData, read_cases
from proseg_gui.training.benchmark.protocol import Protocol, protocol_recipe
from proseg_gui.training.compare import identity_by_case
from proseg_gui.training.dataset import TrainingCase
from proseg_gui.training.loop import Trainer
from proseg_gui.training.methods import OBJECTIVES, new_network
from proseg_gui.training.room import Room
from proseg_gui.training.run import current_commit
from proseg_gui.training.stages import extended, prepare_stage, stage_recipe
from proseg_gui.training.validate import dice_at_points

DOCS = Path(__file__).resolve().parents[1]
RUNS, PAGE = DOCS / "benchmarks" / "finetuning", DOCS / "finetuning.md"
BEGIN, END = "<!-- figures: made by docs/scripts/finetune_report.py -->\n", "<!-- end of figures -->\n"
ADDED, CHOOSE = 10, 4
"""Cases with the new rater's masks, which the base knows by the others', and cases to choose weights by."""
TASKS = (("rater", 10), ("adapt", 10), ("rater", 1), ("rater", 3), ("full", 10))
"""In the order in which they are made, each for all raters."""
LAST = "full"
"""The slow stage, after all seeds of the others."""
STEPS = {stage.name: stage.steps for stage in STAGES}
SHOWN = sorted(TASKS, key=lambda task: (list(STEPS).index(task[0]), task[1]))
PARTS_SEED = 1
FLIPS = {"brain_growth": "x", "cells": "xy"}
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Parts:
    """The cases of one held-back rater and seed; in all of them the held-back rater is the last one.

    ``base`` and ``base_choose`` lack that rater; ``added`` and ``choose`` hold nobody else's masks.
    """

    base: list[TrainingCase]
    base_choose: list[TrainingCase]
    added: list[TrainingCase]
    choose: list[TrainingCase]
    whole_choose: list[TrainingCase]
    report: list[TrainingCase]


@dataclass(frozen=True)
class Setting:
    """What a base depends on; a result also on its stage and number of cases."""

    data: str
    rater: str
    seed: int
    side: int
    steps: int
    voxels: str
    conditioning: str = CONDITIONING.usual

    @property
    def group(self) -> str:
        """The data set, and what the base has that is not usual."""
        return self.data if self.conditioning == CONDITIONING.usual else f"{self.data}-{self.conditioning}"

    @property
    def name(self) -> str:
        """Begins the names of its files."""
        return f"{self.group}-{self.side}px-{self.rater}-seed{self.seed}"


def main() -> None:
    """Make what is missing, then the page's figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("datasets", nargs="*", type=Path, help="folders of cases; none: only the page is made")
    parser.add_argument("--work", type=Path, help="where base models are kept")
    parser.add_argument("--raters", nargs="*", default=[], help="of each data set the raters to hold back: A,B")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--side", type=int, default=64)
    parser.add_argument("--steps", type=int, default=800, help="of the base")
    parser.add_argument("--conditioning", choices=CONDITIONING.names, default=CONDITIONING.usual, help="of the base")
    args = parser.parse_args()
    torch.set_num_threads(1)
    sets = []
    for path, raters in zip(args.datasets, args.raters, strict=True):
        dataset = read_dataset(path)
        sets.append((dataset, read_cases(dataset, Protocol(dataset.name, side=args.side)), raters.split(",")))
    for seed, task in sorted(itertools.product(range(args.seeds), TASKS), key=lambda pair: pair[1][0] == LAST):
        for dataset, data, raters in sets:
            for rater in raters:
                setting = Setting(dataset.name, alias(data, rater), seed, args.side, args.steps, data.fingerprint[:16],
                                  args.conditioning)  # fmt: skip
                measure(setting, dataset, data, data.layout.raters.index(rater), args.work, *task)
    write_page()


def alias(data: BenchmarkData, rater: str) -> str:
    """The rater's name in results."""
    return data.raters[data.layout.raters.index(rater)]


def measure(
    setting: Setting, dataset: Dataset, data: BenchmarkData, rater: int, work: Path, stage: str, count: int
) -> None:
    """Make the result of one stage with ``count`` cases of a held-back rater, unless it is there."""
    path = RUNS / f"{setting.name}-{stage}{count}.json"
    if path.is_file() and Setting(**json.loads(path.read_text())["setting"]) == setting:
        return
    parts = parts_of(dataset, data, rater, setting.seed)
    base = base_model(setting, data, parts, work)
    commit = current_commit()
    result = fine_tune(base, stage, count, parts, setting)
    atomic_json(path, {"setting": asdict(setting), "commit": commit, **result}, overwrite=True)
    gain = column([result], "after").mean() - column([result], "before").mean()
    print(f"{path.stem}: {gain:+.4f} against the consensus style, {result['seconds']:.0f} s", flush=True)
    write_page()


def parts_of(dataset: Dataset, data: BenchmarkData, rater: int, seed: int) -> Parts:
    """Part the cases; the same cases for every rater of a seed."""
    split = dataset.split
    judged = split.test or split.val
    rest = [*split.train, *(split.val if split.test else ())]
    order = np.random.default_rng([PARTS_SEED, seed]).permutation(len(rest))
    names = [rest[i] for i in order]
    count = len(data.raters)
    everybody = [r for r in range(count) if r != rater] + [rater]

    def cases(chosen: Sequence[str], who: list[int], seen: slice = slice(None)) -> list[TrainingCase]:
        found = []
        for name in chosen:
            case = data.cases[name].case
            observed = torch.zeros_like(case.observed[who])
            observed[seen] = case.observed[who][seen]
            found.append(replace(case, masks=case.masks[who], observed=observed))
        return found

    added, choose = names[:ADDED], names[ADDED : ADDED + CHOOSE]
    base = names[:ADDED] + names[ADDED + CHOOSE :]
    new = slice(count - 1, count)
    return Parts(
        cases(base, everybody[:-1]), cases(choose, everybody[:-1]), cases(added, everybody, new),
        cases(choose, everybody, new), cases(choose, everybody), cases(judged, everybody),
    )  # fmt: skip


def base_model(setting: Setting, data: BenchmarkData, parts: Parts, work: Path) -> ProSeg:
    """All raters but the last one, read from ``work`` or trained."""
    recipe = protocol_recipe(FLIPS.get(setting.data, "none"), 0, calibrated=False)
    sizes = {**recipe.network, "conditioning": setting.conditioning}
    recipe = replace(recipe, steps=setting.steps, seed=setting.seed, network=sizes)
    layout = replace(data.layout, raters=data.layout.raters[:-1])  # the names are not used, only their number
    torch.manual_seed(setting.seed)
    network = new_network("proseg", layout, recipe)
    key = hashlib.sha256(json.dumps([asdict(setting), recipe.as_dict()], sort_keys=True).encode()).hexdigest()[:8]
    path = work / f"{setting.name}-{key}.safetensors"
    if path.is_file():
        network.load_state_dict(load_file(path))
    else:
        began = time.process_time()
        with tempfile.TemporaryDirectory() as folder:
            objective = OBJECTIVES["proseg"](network, recipe)
            Trainer(objective, parts.base, parts.base_choose, recipe, Path(folder), {}, CPU).run()
        work.mkdir(parents=True, exist_ok=True)
        atomic_bytes(path, save({name: value.contiguous() for name, value in network.state_dict().items()}))
        print(f"{path.stem}: base, {time.process_time() - began:.0f} s", flush=True)
    return network.eval()


def fine_tune(base: ProSeg, stage: str, count: int, parts: Parts, setting: Setting) -> dict:
    """One stage with ``count`` cases of the new rater, as ``train`` does it, and its figures."""
    began = time.process_time()
    raters = base.n_raters + 1
    recipe = protocol_recipe(FLIPS.get(setting.data, "none"), 0, calibrated=False)
    recipe = replace(recipe, steps=STEPS[stage], seed=setting.seed, patience=STAGE_PATIENCE, validations=10)
    recipe = stage_recipe(stage, recipe, base)
    torch.manual_seed(setting.seed)
    method = extended(base, raters)
    cases = parts.added[:count], parts.choose
    objective, train, choose = prepare_stage(method, recipe, base, stage, *cases, CPU, Room())
    nearest = nearest_rater(method)
    with tempfile.TemporaryDirectory() as folder:
        state = Trainer(objective, train, choose, recipe, Path(folder), {}, CPU).run()
    seconds = time.process_time() - began
    return {
        "stage": stage, "cases": count, "seconds": round(seconds, 2), "steps_done": state.step,
        "chosen_at_step": state.best_step, "recipe": recipe.as_dict(), "nearest": nearest,
        "report": figures(base, method, nearest, parts.report),
        "choose": figures(base, method, nearest, parts.whole_choose),
    }  # fmt: skip


def nearest_rater(method: ProSeg) -> int:
    """The known rater at whom a stage started the new one: whose preset fits the added masks best."""
    rows = next(iter(method.rater_rows().values())).detach()
    return int((rows[:-1] - rows[-1]).flatten(1).abs().sum(-1).argmin())


@torch.no_grad()
def figures(base: ProSeg, method: ProSeg, nearest: int, cases: Sequence[TrainingCase]) -> dict[str, list]:
    """Identity Dice by case and rater (the new one last) before and after; the new rater's of others by case.

    ``before`` of the new rater is the base's consensus style; ``people`` the majority of the other raters' masks.
    """
    raters = method.n_raters
    at_nearest = [dice_at_points(base, case, [base.rater_coords(nearest)] * raters)[-1] for case in cases]
    return {
        "before": rounded(identity_by_case(base, cases)), "after": rounded(identity_by_case(method, cases)),
        "nearest": rounded(np.array(at_nearest)), "people": rounded(np.array([people(case) for case in cases])),
    }  # fmt: skip


def people(case: TrainingCase) -> float:
    """Dice of the last rater's mask with the pixels that more than half of the others include."""
    masks = case.masks[:, 0].numpy().astype(bool)
    crowd, own = masks[:-1].mean(0) > 0.5, masks[-1]
    return 2.0 * float((crowd & own).sum()) / float(crowd.sum() + own.sum())


def rounded(values: np.ndarray) -> list:
    """As a list, to six places."""
    return np.round(values, 6).tolist()


# -- the page -------------------------------------------------------------------------------------------------------
def write_page() -> None:
    """Put the tables of all results between the page's two marks."""
    runs = [json.loads(path.read_text()) for path in sorted(RUNS.glob("*.json"))]
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    text = before + BEGIN + "\n" + "\n".join(tables(runs)) + "\n" + END + rest.partition(END)[2]
    atomic_write(PAGE, lambda path: path.write_text(text, encoding="utf-8"), overwrite=True)


def tables(runs: Sequence[Mapping]) -> list[str]:
    """Markdown, a section for each data set and conditioning of its base."""
    lines = []
    groups: dict[str, list[Mapping]] = {}
    for run in runs:
        groups.setdefault(Setting(**run["setting"]).group, []).append(run)
    for group in sorted(groups):
        lines += section(group, groups[group])
    return lines


def section(group: str, runs: Sequence[Mapping]) -> list[str]:
    """One group: all held-back raters together, then each."""
    setting = runs[0]["setting"]
    raters = sorted({run["setting"]["rater"] for run in runs})
    seeds = sorted({run["setting"]["seed"] for run in runs})
    lines = [
        f"### {group}", "",
        f"{setting['side']} x {setting['side']} pixels; held back in turn: {', '.join(raters)}; seeds {seeds}; "
        f"base of {setting['steps']} steps. {len(runs[0]['report']['people'])} cases reported on.", "",
        "| what draws the new rater | identity Dice | minus consensus style | minus nearest rater | forgetting: mean, "
        "worst rater | processor seconds | runs |",
        "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    whole = [run for run in runs if (run["stage"], run["cases"]) == ("rater", 10)]
    if whole:
        for title, key in (("consensus style of the base", "before"), ("nearest known rater", "nearest"),
                           ("*majority of the other people's masks*", "people")):  # fmt: skip
            lines.append(f"| {title} | {column(whole, key).mean():.4f} | | | | | {len(whole)} |")
    for stage, count in SHOWN:
        found = [run for run in runs if (run["stage"], run["cases"]) == (stage, count)]
        if found:
            lines.append(row(f"stage *{stage}*, {count} case{'s' * (count > 1)}", found))
    lines += ["", *paired_stages(runs), "", *by_rater(runs, raters), ""]
    return lines


def row(title: str, runs: Sequence[Mapping]) -> str:
    """A stage: figures over its raters and seeds, differences paired over cases."""
    after = column(runs, "after")
    lost = [np.array(run["report"]["before"])[:, :-1] - np.array(run["report"]["after"])[:, :-1] for run in runs]
    worst = max(float(part.mean(0).max()) for part in lost)
    seconds = np.array([run["seconds"] for run in runs])
    cells = [
        f"{after.mean():.4f}", difference(after, column(runs, "before")), difference(after, column(runs, "nearest")),
        f"{np.mean(lost):+.4f}, {worst:+.4f}", f"{seconds.mean():.0f} (at most {seconds.max():.0f})", f"{len(runs)}",
    ]  # fmt: skip
    return f"| {title} | {' | '.join(cells)} |"


def paired_stages(runs: Sequence[Mapping]) -> list[str]:
    """Other stages against stage *rater* with as many cases, over the raters and seeds that both have."""
    lines = []
    for stage, count in SHOWN:
        pairs = {}
        for name in (stage, "rater"):
            found = [run for run in runs if (run["stage"], run["cases"]) == (name, count)]
            pairs[name] = {(run["setting"]["rater"], run["setting"]["seed"]): run for run in found}
        shared = sorted(pairs[stage].keys() & pairs["rater"].keys())
        if stage != "rater" and shared:
            parts = [column([pairs[name][key] for key in shared], "after") for name in (stage, "rater")]
            lines.append(f"- *{stage}* minus *rater*, {count} cases: {difference(*parts)}")
    return lines


def by_rater(runs: Sequence[Mapping], raters: Sequence[str]) -> list[str]:
    """Each held-back rater: identity Dice with 10 cases, and the difference from the consensus style."""
    stages = list(dict.fromkeys(stage for stage, _ in SHOWN))
    lines = ["| held back | consensus style | " + " | ".join(f"{stage}, 10" for stage in stages) + " |"]
    lines.append("|---" * (2 + len(stages)) + "|")
    for rater in raters:
        own = [run for run in runs if run["setting"]["rater"] == rater and run["cases"] == 10]
        cells = []
        for stage in stages:
            found = [run for run in own if run["stage"] == stage]
            after = column(found, "after") if found else np.zeros(0)
            cells.append(f"{after.mean():.4f} ({difference(after, column(found, 'before'))})" if found else "-")
        start = f"{column(own, 'before').mean():.4f}" if own else "-"
        lines.append(f"| {rater} | {start} | {' | '.join(cells)} |")
    return lines


def column(runs: Sequence[Mapping], key: str) -> np.ndarray:
    """The new rater's Dice by case, mean over the runs (raters and seeds)."""
    values = [np.array(run["report"][key]) for run in runs]
    return np.mean([part[:, -1] if part.ndim == 2 else part for part in values], 0)


def difference(a: np.ndarray, b: np.ndarray) -> str:
    """Mean and 95 % interval of a paired bootstrap over cases."""
    found = paired_difference(a, b)
    return f"{found.mean:+.4f} [{found.low:+.4f}, {found.high:+.4f}]" + (" tie" if found.tie else "")


if __name__ == "__main__":
    main()
