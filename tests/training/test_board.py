"""TensorBoard's file holds what the log holds, also after a break, and no names."""

from __future__ import annotations

import json
import os
import socket
import sys

import pytest
import torch

from proseg_gui.errors import Cancelled
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training import board, loop
from proseg_gui.training.objective import ProSegObjective
from proseg_gui.training.recipe import Recipe

RECIPE = Recipe(steps=6, items=2, volumes=2, draws=6, warm_up=2, validations=2, validation_draws=2, widths=(4, 8))


@pytest.fixture
def make_trainer(make_cases, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_EVERY", 3)
    monkeypatch.setattr(loop, "LOG_EVERY", 1)
    data = make_cases(4)

    def build():
        torch.manual_seed(0)
        objective = ProSegObjective(ProSeg(3, widths=(4, 8), features=4, hidden=8, modes=3), RECIPE)
        return loop.Trainer(objective, data[:3], data[3:], RECIPE, tmp_path, {}, torch.device("cpu"))

    return build


def read_back(folder):
    """Curve -> [(step, value)], by TensorBoard's own reader."""
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_file_loader",
                                 reason="TensorBoard is not installed: pip install 'proseg-gui[log]'")  # fmt: skip
    (path,) = (folder / board.FOLDER).iterdir()
    found: dict[str, list[tuple[int, float]]] = {}
    times = []
    for event in loader.LegacyEventFileLoader(str(path)).Load():
        times.append(event.wall_time)
        for value in event.summary.value:
            found.setdefault(value.tag, []).append((event.step, value.simple_value))
    assert times == sorted(times)
    return found, path


def of_log(folder):
    found: dict[str, list[tuple[int, float]]] = {}
    for line in (folder / loop.LOG_NAME).read_text().splitlines():
        row = json.loads(line)
        for name, value in board.curves(row).items():
            found.setdefault(name, []).append((row["step"], pytest.approx(value, rel=1e-6)))
    return found


def test_the_curves_are_the_logs_after_a_break_too(make_trainer, tmp_path, stop_after):
    with pytest.raises(Cancelled):
        make_trainer().run(token=stop_after(5))
    first, _ = read_back(tmp_path)
    assert [step for step, _ in first["train/total"]] == [1, 2, 3, 4, 5]
    trainer = make_trainer()
    trainer.resume()
    trainer.run()
    found, path = read_back(tmp_path)
    assert found == of_log(tmp_path)
    assert [step for step, _ in found["train/total"]] == [1, 2, 3, 4, 5, 6]
    assert {"train/energy", "train/gradient", "validation/ged2", "validation/dice_identity/3"} <= set(found)
    assert [step for step, _ in found["validation/dice_identity_mean"]] == [3, 6]
    everything = path.name.encode() + path.read_bytes()
    names = ("rater1", "case1", "disc", socket.gethostname(), os.environ.get("USER") or "root")
    assert not [name for name in names if name.encode() in everything]


def test_without_tensorboard_the_log_alone_is_written(make_trainer, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    for name in [name for name in sys.modules if name.startswith("tensorboard.")]:
        monkeypatch.delitem(sys.modules, name)
    make_trainer().run()
    assert not (tmp_path / board.FOLDER).exists()
    assert (tmp_path / loop.LOG_NAME).read_text().count("total") == 6


def test_what_is_no_number_has_no_curve():
    assert board.curves({"step": 3, "event": "calibrated", "ambiguity_scale": 0.9}) == {}
    row = {"step": 3, "validation": {"ged2": 0.5, "dice_identity": [0.1, None, 0.3]}, "averaged": True}
    assert board.curves(row) == {"validation/ged2": 0.5, "validation/dice_identity/1": 0.1,
                                 "validation/dice_identity/3": 0.3}  # fmt: skip
