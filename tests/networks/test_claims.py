"""Networks that are claims only: no memory, the right shapes, and no compiler imported for them."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from proseg_gui.networks.claims import without_numbers
from proseg_gui.networks.registry import METHODS, build

SIZES = {"n_raters": 3, "n_structures": 2, "n_channels": 1}


@pytest.mark.parametrize("kind", METHODS)
def test_claimed_shapes_are_those_of_the_network_itself(kind: str) -> None:
    with without_numbers():
        claimed = build(kind, SIZES).state_dict()
    real = build(kind, SIZES).state_dict()
    assert {name: (t.shape, t.dtype) for name, t in claimed.items()} == {
        name: (t.shape, t.dtype) for name, t in real.items()
    }
    assert sum(t.is_meta for t in claimed.values()) > len(claimed) / 2


def test_a_named_device_is_left_alone_and_numbers_are_drawn_again_afterwards() -> None:
    with without_numbers():
        assert not torch.randn(2, device="cpu").is_meta
        assert torch.eye(3, 2).shape == (3, 2)
    assert torch.equal(torch.eye(2), torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
    assert not torch.randn(2).is_meta


def test_no_method_brings_in_the_compiler() -> None:
    code = (
        "import sys; from proseg_gui.networks.claims import without_numbers; "
        "from proseg_gui.networks.registry import METHODS, build\n"
        "for kind in METHODS:\n"
        "    with without_numbers():\n"
        f"        build(kind, {SIZES})\n"
        "    assert 'sympy' not in sys.modules, kind"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
