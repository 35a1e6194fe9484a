"""A checkpoint as a bundle: the averaged weights where there are some, and the raters' names."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from proseg_gui.errors import UserError
from proseg_gui.inference.drawings import rater_points
from proseg_gui.inference.engine import Engine
from proseg_gui.networks.registry import build
from proseg_gui.training.checkpoint import NAME, fresh_state, save_checkpoint
from proseg_gui.training.preview import bundle_of_checkpoint

KEY = {"method": "proseg", "recipe": {"widths": [4, 8]}, "raters": ["rater1", "rater3"], "structures": ["disc"],
       "channels": ["T2"], "window": {"kind": "percentile", "low": 1.0, "high": 99.0}}  # fmt: skip


@pytest.mark.parametrize("averaged", [False, True])
@pytest.mark.parametrize("network", [{}, {"preference": "gaussian"}])
def test_the_weights_are_those_that_would_be_judged(tmp_path, study, averaged, network):
    torch.manual_seed(0)
    method = build("proseg", {"n_raters": 2, "n_structures": 1, "n_channels": 1, "widths": [4, 8], **network})
    state = fresh_state()
    wanted = {name: value.clone() for name, value in method.state_dict().items()}
    if averaged:
        wanted = {name: value + 0.25 for name, value in wanted.items()}
        state = replace(state, average=wanted)
    key = {**KEY, "recipe": {**KEY["recipe"], "network": network}} if network else KEY
    save_checkpoint(tmp_path / NAME, key, state, method, torch.optim.AdamW(method.parameters()))
    bundle = bundle_of_checkpoint(tmp_path / NAME, (1.0, 1.0))
    assert bundle.card.raters == ("rater1", "rater3")
    found = bundle.method.state_dict()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)
    maps = list(Engine(bundle, study, device="cpu", threads=1).probabilities(0, rater_points(bundle)))
    assert len(maps) == 2 and maps[0].shape == (1, *study.geometry.shape[1:])


def test_a_checkpoint_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        bundle_of_checkpoint(tmp_path / NAME, (1.0, 1.0))
    (tmp_path / NAME).write_bytes(b"half")
    with pytest.raises(UserError, match="cannot be read"):
        bundle_of_checkpoint(tmp_path / NAME, (1.0, 1.0))
