"""Cases beyond the budget lie in files: the same numbers, no name to open, words where the disk is full."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from proseg_gui.errors import UserError
from proseg_gui.training import room
from proseg_gui.training.dataset import Batches, prepare_case
from proseg_gui.training.recipe import Recipe
from proseg_gui.training.room import Room


def is_mapped(tensor):
    """Whether a tensor's memory is a file's, as the system tells it."""
    at = tensor.data_ptr()
    for line in Path("/proc/self/maps").read_text().splitlines():
        first, last = (int(part, 16) for part in line.split()[0].split("-"))
        if first <= at < last:
            return int(line.split()[4]) != 0  # the inode
    return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_what_does_not_fit_lies_in_a_file_without_a_name(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    space = Room(1000)
    inside, outside = space.zeros((10, 25), np.float32), space.zeros((3, 5), np.uint8)
    assert not is_mapped(inside) and is_mapped(outside)
    assert inside.dtype == torch.float32 and outside.dtype == torch.uint8 and outside.shape == (3, 5)
    outside[1] = 7
    assert outside.sum() == 35 and list(tmp_path.iterdir()) == []


def test_half_of_the_free_memory_is_used_unless_told(monkeypatch):
    monkeypatch.setattr(room.psutil, "virtual_memory", lambda: type("", (), {"available": 4000})())
    assert Room().left == 2000 and Room(5).left == 5


def test_batches_are_the_same_from_files_and_from_memory(make_study, layout):
    studies = [make_study(i, shape=(7, 24, 20)) for i in range(4)]
    studies[1] = replace(studies[1], readings=studies[1].readings[1:])  # a rater is missing
    kinds = [Room(0), Room(40_000), None]  # none in memory, some, all
    draws = [Batches([prepare_case(s, layout, kind) for s in studies], Recipe(volumes=2), 4) for kind in kinds]
    for step in range(12):
        found = []
        for draw in draws:
            torch.manual_seed(step)
            found.append(draw(step))
        for other in found[1:]:
            assert other.names == found[0].names
            for name in ("images", "masks", "observed"):
                assert torch.equal(getattr(other, name), getattr(found[0], name))


def test_a_full_disk_is_told(monkeypatch, tmp_path):
    class Full:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def write(self, _):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "TemporaryFile", Full)
    with pytest.raises(UserError, match="space"):
        Room(0).zeros((3,), np.float32)
