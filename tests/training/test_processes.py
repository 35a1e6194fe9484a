"""A training in two processes on this machine (gloo, loopback): the gradients and the files of one process."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import proseg_gui
from proseg_gui.bundle import load_bundle
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.training import processes
from proseg_gui.training.dataset import Batch
from proseg_gui.volume import Geometry, Mask

STEP = """
import sys
from pathlib import Path
import torch
from safetensors.torch import save_file
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training.dataset import TrainingCase
from proseg_gui.training.loop import Trainer
from proseg_gui.training.objective import ProSegObjective
from proseg_gui.training.recipe import Recipe

torch.set_num_threads(1)
torch.manual_seed(5)
cases = []
for i in range(3):
    image = torch.rand(1, 1, 16, 16) * 2 - 1
    masks = torch.stack([(image[:, 0] > level) for level in (-0.3, 0.0, 0.4)])[:, None, None].to(torch.uint8)
    observed = torch.ones(3, 1, 1, dtype=torch.bool)
    observed[: i] = False  # the items' numbers of masks differ, so a mean of their means would be wrong
    cases.append(TrainingCase(f"case{i}", image, masks, observed))
recipe = Recipe(steps=2, items=3, draws=6, widths=(4, 8), clip=1e9, validations=1, validation_draws=1)
method = ProSeg(3, widths=(4, 8), features=4, hidden=8, modes=3)
folder = Path(sys.argv[1])
folder.mkdir(exist_ok=True)
trainer = Trainer(ProSegObjective(method, recipe), cases, cases[:1], recipe, folder, {}, torch.device("cpu"))
seen = []
trainer.adam.register_step_pre_hook(
    lambda *_: seen.append({n: p.grad.clone() for n, p in method.named_parameters()}))
trainer.run()
if trainer.main:
    save_file(seen[0], folder / "gradients.safetensors")
"""


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def start(arguments, count=2):
    """Run a script or module under torchrun with ``count`` processes."""
    torchrun = ["-m", "torch.distributed.run", "--nproc-per-node", str(count), "--master-addr", "127.0.0.1",
                "--master-port", str(free_port())]  # fmt: skip
    here = str(Path(proseg_gui.__file__).parents[1])  # a script's first place to look is its own folder
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo", "PYTHONPATH": here}
    command = [sys.executable, *(torchrun if count > 1 else []), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, env=environment)


@pytest.mark.heavy  # three interpreters that load torch: about 30 s on a busy machine
def test_two_processes_have_the_gradients_of_one(tmp_path):
    script = tmp_path / "step.py"
    script.write_text(STEP)
    gradients, logs = [], []
    for count in (1, 2):
        done = start([str(script), str(tmp_path / str(count))], count)
        assert done.returncode == 0, done.stderr
        gradients.append(load_file(tmp_path / str(count) / "gradients.safetensors"))
        logs.append([json.loads(line) for line in (tmp_path / str(count) / "log.jsonl").read_text().splitlines()])
    one, two = gradients
    assert one.keys() == two.keys() and all(float(value.abs().max()) > 0 for value in one.values())
    for name, value in one.items():
        assert torch.allclose(value, two[name], rtol=1e-3, atol=1e-5 * float(value.abs().max()) + 1e-7), name
    assert [row.keys() for row in logs[0]] == [row.keys() for row in logs[1]]
    assert logs[0][0]["total"] == pytest.approx(logs[1][0]["total"], rel=1e-3)


@pytest.mark.heavy  # as above
def test_two_processes_make_one_bundle_and_one_is_told_what_is_wrong(tmp_path):
    geometry = Geometry.plain((1, 16, 16), (3.0, 1.0, 1.0))
    y, x = np.mgrid[:16, :16]
    distance = np.hypot(y - 8, x - 8)[None]
    for i in range(4):
        case = tmp_path / "discs" / f"case{i}"
        write_nifti((distance + i).astype(np.float32), geometry, case / "image.nii.gz")
        for rater, radius in (("Ann", 3), ("Bob", 5)):
            write_nifti(Mask(distance < radius, geometry), geometry, case / "masks" / f"{rater}.nii.gz")
    train = ["-m", "proseg_gui", "train", str(tmp_path / "discs"), "--out", str(tmp_path / "m"), "--steps", "3",
             "--keep-names", "--device", "cpu", "--precision", "bf16-mixed"]  # fmt: skip
    done = start(train)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("wrote ") == 1
    card = load_bundle(tmp_path / "m").card
    assert card.raters == ("Ann", "Bob") and card.training["processes"] == 2
    assert card.training["recipe"]["precision"] == "bf16-mixed"
    again = start(train)
    assert again.returncode != 0 and "the bundle exists" in again.stderr


def test_a_part_keeps_its_rows_of_the_whole_step_s_draws():
    names = ("a", "b", "c")
    batch = Batch(names, torch.arange(3.0), torch.arange(3.0), torch.ones(3, dtype=torch.bool))

    def draw(items):
        return torch.arange(items * 10, items * 10 + items)

    assert batch.mine(draw).tolist() == [30, 31, 32]
    parts = [batch.part(rank, 2) for rank in (0, 1)]
    assert [part.names for part in parts] == [("a", "c"), ("b",)]
    assert [part.mine(draw).tolist() for part in parts] == [[30, 32], [31]]
    assert parts[0].images.tolist() == [0.0, 2.0]


def test_only_torchrun_makes_several(monkeypatch):
    monkeypatch.setenv("RANK", "3")
    monkeypatch.setenv("WORLD_SIZE", "4")
    monkeypatch.delenv("TORCHELASTIC_RUN_ID", raising=False)
    assert (processes.rank(), processes.world()) == (0, 1)  # a cluster's own variables do not split a run
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "x")
    assert (processes.rank(), processes.world()) == (3, 4)
    total = torch.tensor(3.0)
    assert processes.over_all(total) is total
