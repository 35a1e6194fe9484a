"""One run: train a method under the protocol, judge it on the fold's cases, return what a result file holds."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from proseg_gui.inference.judge import Predictions, judge, mean_figures
from proseg_gui.inference.points import judged_points, stacked
from proseg_gui.io.dataset import Split
from proseg_gui.jobs import CancelToken, Progress, no_progress
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
) -> dict[str, Any]:
    """Train on the CPU and judge on ``split.test``.

    Returns
    -------
    JSON-able: ``steps``, ``seconds`` (processor seconds of training, validation included), ``parameters``,
    ``figures`` (mean over cases) and ``cases`` (number, the judge's figures, ``dice_identity``).
    """
    device = torch.device("cpu")
    train = [data.cases[name].case for name in split.train]
    held_out = [data.cases[name].case for name in split.val]
    with tempfile.TemporaryDirectory(prefix="proseg-benchmark-") as folder:

        def trained(steps: int, judges: Sequence[TrainingCase], report: Progress) -> tuple[Method, float]:
            """The network, and the processor seconds that it took."""
            recipe = protocol.recipe_of(run, steps)
            torch.manual_seed(run.seed)
            kind = run.contender.method
            objective = OBJECTIVES[kind](new_network(kind, data.layout, recipe), recipe)
            path = Path(folder) / str(len(judges)) / str(steps)
            path.mkdir(parents=True)
            began = time.process_time()
            Trainer(objective, train, judges, recipe, path, {}, device).run(report, token)
            return objective.method, time.process_time() - began

        steps = protocol.steps
        if protocol.seconds:
            pace = trained(PACE_STEPS, (), no_progress)[1] / PACE_STEPS
            steps = max(FEWEST_STEPS, int(protocol.seconds / pace))
        method, seconds = trained(steps, held_out, progress)
    points = stacked(judged_points(method, protocol.samples * method.n_raters, run.seed))
    cases = [judged_case(method, data.cases[name], data, points) for name in split.test]
    return {
        "steps": steps, "seconds": round(seconds, 3),
        "parameters": sum(p.numel() for p in method.parameters()),
        "figures": mean_figures(cases, data.raters), "cases": cases,
    }  # fmt: skip


@torch.no_grad()
def judged_case(
    method: Method, case: BenchmarkCase, data: BenchmarkData, points: dict[str, torch.Tensor]
) -> dict[str, Any]:
    """Figures of one case: the mean over its structures that somebody drew."""
    count = len(next(iter(points.values())))
    structures = range(method.n_structures)
    predicted = [Predictions(data.raters, count - len(data.raters), case.geometry) for _ in structures]
    for k in range(case.case.image.shape[0]):
        features = method.encode(case.case.image[k : k + 1])
        probability = torch.sigmoid(method.decode_many(features, points)).numpy()
        for index in range(count):
            for s in structures:
                predicted[s].add(index, k, probability[index, s])
    rows = []
    for s in structures:
        drawn = case.drawn(s, data.raters)
        if drawn.readings:
            figures, by_rater = judge(drawn, predicted[s])
            rows.append({**figures, "dice_identity": by_rater})
    return {"case": case.number, **mean_figures(rows, data.raters)}
