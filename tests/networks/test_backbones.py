"""Backbones by name: refusals in words, and encoders of timm (where it is installed) as any other backbone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))
from method_tests import MethodTests
from test_proseg import TrainableProSeg

from proseg_gui.networks.backbones import ENCODERS, build_backbone
from proseg_gui.networks.registry import build

try:
    import timm  # noqa: F401
except (ImportError, RuntimeError):  # the latter: a torchvision that does not fit this torch
    TIMM = False
else:
    TIMM = True
needs_timm = pytest.mark.skipif(not TIMM, reason="timm is not installed, or its torchvision does not fit this torch")


def test_only_known_names_are_built():
    for name in ("hf-hub:somebody/something", "resnet9000", "timm/resnet18"):  # timm would look for these in the net
        with pytest.raises(ValueError, match="backbone must be one of unet, resnet18"):
            build("proseg", {"n_raters": 2, "backbone": name})


def test_without_the_library_its_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(ValueError, match=r"resnet18 needs the library timm; install proseg-gui\[encoders\]"):
        build("proseg", {"n_raters": 2, "backbone": "resnet18"})


def test_the_usual_backbone_is_not_named_in_the_architecture():
    assert "backbone" not in build("pionono", {"n_raters": 2, "backbone": "unet"}).architecture()


@needs_timm
class TestEncoderAsMethod(MethodTests):
    make = staticmethod(lambda **sizes: TrainableProSeg(**sizes, widths=(8, 12), features=8, backbone="convnext_atto"))


@needs_timm
@pytest.mark.parametrize("name", ENCODERS)
def test_an_encoder_gives_full_resolution_features_and_no_batch_changes_it(name):
    torch.manual_seed(0)
    net = build_backbone(name, 2, (8, 16), 6).train()
    before = {key: value.clone() for key, value in net.state_dict().items()}
    with torch.no_grad():
        image = torch.randn(3, 2, 40, 33)
        features = net(image)
        assert features.shape == (3, 6, 40, 33) and features.isfinite().all()
        assert torch.allclose(net(image[1:2])[0], features[1], atol=1e-4)
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())
    assert all(value.is_floating_point() for value in before.values())  # averaged and saved like any weight
