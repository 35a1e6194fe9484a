"""One run: train a method under the protocol, judge it on the fold's cases, return what a result file holds."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from proseg_gui.inference.judge import (
    OF_DRAWS,
    Predictions,
    draw_figures,
    finite,
    judge,
    mean_figures,
    reliability_of,
)
from proseg_gui.inference.points import judged_points, stacked
from proseg_gui.io.dataset import Split
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.metrics.calibration import COVERAGE_DRAWS
from proseg_gui.networks.base import Method
from proseg_gui.training.benchmark.data import BenchmarkCase, BenchmarkData
from proseg_gui.training.benchmark.protocol import Protocol, Run
from proseg_gui.training.dataset import TrainingCase
from proseg_gui.training.loop import Trainer
from proseg_gui.training.methods import OBJECTIVES, new_network

PACE_STEPS = 24
"""Steps of the short training by which a method's pace is measured where seconds are held equal."""
FEWEST_STEPS = 20


def train_and_judge(
    protocol: Protocol,
    run: Run,
    data: BenchmarkData,
    split: Split,
    progress: Progress = no_progress,
    token: CancelToken | None = None,
    device: str = "cpu",
) -> dict[str, Any]:
    """Train on ``device`` and judge on ``split.test``, and on the validation cases by which recipes are chosen.

    Returns
    -------
    JSON-able: ``steps``, ``seconds`` (processor seconds of training, validation included), ``parameters``,
    ``figures`` (mean over cases), ``cases`` (number, the judge's figures, ``dice_identity``, ``reliability``), and
    ``validation``, the same of the cases by which weights were chosen.
    """
    method, steps, seconds = trained(protocol, run, data, split, progress, token, device)
    return {
        "steps": steps, "seconds": round(seconds, 3), "device": device,
        "parameters": sum(p.numel() for p in method.parameters()), **judged(protocol, run, data, split, method),
    }  # fmt: skip


def trained(
    protocol: Protocol,
    run: Run,
    data: BenchmarkData,
    split: Split,
    progress: Progress = no_progress,
    token: CancelToken | None = None,
    device: str = "cpu",
) -> tuple[Method, int, float]:
    """A network trained on ``split.train`` and chosen by ``split.val``; its steps; processor seconds of learning."""
    train = [data.cases[name].case for name in split.train]
    held_out = [data.cases[name].case for name in split.val]
    with tempfile.TemporaryDirectory(prefix="proseg-benchmark-") as folder:

        def learned(steps: int, judges: Sequence[TrainingCase], report: Progress) -> tuple[Method, float]:
            """The network, and the processor seconds that it took."""
            recipe = protocol.recipe_of(run, steps)
            torch.manual_seed(run.seed)
            kind = run.contender.method
            objective = OBJECTIVES[kind](new_network(kind, data.layout, recipe), recipe)
            path = Path(folder) / str(len(judges)) / str(steps)
            path.mkdir(parents=True)
            began = time.process_time()
            Trainer(objective, train, judges, recipe, path, {}, torch.device(device)).run(report, token)
            return objective.method, time.process_time() - began

        steps = protocol.steps
        if protocol.seconds:
            pace = learned(PACE_STEPS, (), no_progress)[1] / PACE_STEPS
            steps = max(FEWEST_STEPS, int(protocol.seconds / pace))
        method, seconds = learned(steps, held_out, progress)
    return method, steps, seconds


def judged(protocol: Protocol, run: Run, data: BenchmarkData, split: Split, method: Method) -> dict[str, Any]:
    """The figures of a trained ``method``: ``figures``, ``cases`` and ``validation`` of :func:`train_and_judge`."""
    draws = protocol.samples * method.n_raters
    points = stacked(judged_points(method, draws, run.seed))
    many = None
    if method.capabilities.samples:
        wanted = -(-COVERAGE_DRAWS // method.n_raters) * method.n_raters
        many = stacked(judged_points(method, wanted, run.seed))
    parts = [[judged_case(method, data.cases[name], data, points, many) for name in names]
             for names in (split.test, split.val)]  # fmt: skip
    return {"figures": mean_figures(parts[0], data.raters), "cases": parts[0], "validation": parts[1]}


def judged_case(
    method: Method,
    case: BenchmarkCase,
    data: BenchmarkData,
    points: dict[str, torch.Tensor],
    many: dict[str, torch.Tensor] | None,
) -> dict[str, Any]:
    """Figures of one case: the mean over its structures that somebody drew.

    ``points``: each rater's own and the draws of figures that depend on their number; ``many``: the same with enough
    draws for the others (:data:`OF_DRAWS`), ``None`` for a method that draws nothing but its raters' own points.
    """
    predicted = predictions(method, case, data, points)
    enough = predicted if many is None else predictions(method, case, data, many)
    rows, bins = [], []
    for s in range(method.n_structures):
        drawn = case.drawn(s, data.raters)
        if drawn.readings:
            figures, by_rater = judge(drawn, predicted[s], exhaustive=many is None)
            if many is not None:
                more = draw_figures(drawn, enough[s])
                figures |= {name: finite(more[name]) for name in OF_DRAWS}
            rows.append({**figures, "dice_identity": by_rater})
            bins.append(reliability_of(drawn, enough[s]))
    summed = [[round(sum(v), 3) for v in zip(*lines, strict=True)] for lines in zip(*bins, strict=True)]
    return {"case": case.number, **mean_figures(rows, data.raters), "reliability": summed}


@torch.no_grad()
def predictions(
    method: Method, case: BenchmarkCase, data: BenchmarkData, points: dict[str, torch.Tensor]
) -> list[Predictions]:
    """Of each structure, at ``points``: the raters' own first."""
    count, structures = len(next(iter(points.values()))), range(method.n_structures)
    device = next(method.parameters()).device
    found = [Predictions(data.raters, count - len(data.raters), case.geometry) for _ in structures]
    for k in range(case.case.image.shape[0]):
        features = method.encode(case.case.image[k : k + 1].to(device))
        probability = torch.sigmoid(method.decode_many(features, points)).cpu().numpy()
        for index in range(count):
            for s in structures:
                found[s].add(index, k, probability[index, s])
    return found
