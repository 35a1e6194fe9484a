"""A checkpoint is whole whatever happens while it is written, and a slow run loses at most a minute."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import proseg_gui
from proseg_gui.errors import UserError
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training.checkpoint import NAME, fresh_state, load_checkpoint, save_checkpoint

WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
import torch
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training.checkpoint import NAME, fresh_state, save_checkpoint

torch.set_num_threads(1)
method = ProSeg(3, widths=(16, 32))
adam = torch.optim.AdamW(method.parameters())
step = 0
while True:
    step += 1
    with torch.no_grad():
        for parameter in method.parameters():
            parameter.fill_(step)
    save_checkpoint(Path(sys.argv[1]) / NAME, {"run": 1}, replace(fresh_state(), step=step), method, adam)
    print(step, flush=True)
"""


@pytest.mark.parametrize("saved", [2, 5])
def test_a_killed_run_leaves_its_last_checkpoint_whole(tmp_path, saved):
    here = str(Path(proseg_gui.__file__).parents[1])
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "PYTHONPATH": here})  # fmt: skip
    for _ in range(saved):
        assert process.stdout.readline()
    process.kill()  # in the middle of the next one
    process.wait()
    process.stdout.close()
    method = ProSeg(3, widths=(16, 32))
    state = load_checkpoint(tmp_path / NAME, {"run": 1}, method, torch.optim.AdamW(method.parameters()))
    assert state.step >= saved
    assert {v for parameter in method.parameters() for v in parameter.flatten().tolist()} == {float(state.step)}


def test_a_full_disk_leaves_the_old_one(tmp_path, monkeypatch):
    method = ProSeg(3, widths=(4, 8))
    adam = torch.optim.AdamW(method.parameters())
    save_checkpoint(tmp_path / NAME, {"run": 1}, fresh_state(), method, adam)
    before = (tmp_path / NAME).read_bytes()

    def full(*_arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with torch.no_grad():
            method.third.bias += 1.0
        with pytest.raises(UserError, match="the disk is full"):
            save_checkpoint(tmp_path / NAME, {"run": 1}, fresh_state(), method, adam)
    assert (tmp_path / NAME).read_bytes() == before and [path.name for path in tmp_path.iterdir()] == [NAME]
