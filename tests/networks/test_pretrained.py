"""Encoders with weights from elsewhere: the abstract tests for every method, and weights that mean what they did."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest
import torch
from torch.nn import functional

pytest.importorskip("monai", reason="MONAI is not installed: pip install 'proseg-gui[encoders]'")
sys.path.insert(0, str(Path(__file__).parent))
from method_tests import MethodTests

from proseg_gui.catalogue import BACKBONE
from proseg_gui.networks import pretrained
from proseg_gui.networks.pretrained import CHANNELS, build_backbone


def small(module, name="small", **more):
    """The factory of another method's tests, with an encoder."""
    make = getattr(importlib.import_module(module), name)
    return staticmethod(lambda **sizes: make(**sizes, **more, backbone="resnet18"))


class TestProSegWithAnEncoder(MethodTests):
    make = small("test_proseg")


class TestReferenceWithAnEncoder(MethodTests):
    make = small("test_reference")


class TestDPersonaWithAnEncoder(MethodTests):
    make = small("test_dpersona")


class TestProbabilisticUNetWithAnEncoder(MethodTests):
    make = small("test_probunet")


class TestPiononoWithAnEncoder(MethodTests):
    make = small("test_pionono")


class TestRaterHeadsWithAnEncoder(MethodTests):
    make = small("test_rater_heads")


SIZES = {"widths": (8, 12, 16), "features": 8, "hidden": 8}


class TestMajorityWithAnEncoder(MethodTests):
    make = small("test_majority", "TrainableMajority", **SIZES)


class TestThresholdWithAnEncoder(MethodTests):
    make = small("test_majority", "TrainableThreshold", **SIZES)


@pytest.fixture
def weights():
    """A file's content, named as torchvision and timm name it, in colours and with a classifier at the end."""
    generator = torch.Generator().manual_seed(0)
    encoder = build_backbone("resnet18", 3, (8,) * 6, 8).encoder
    found = {}
    for name, value in encoder.state_dict().items():
        noise = torch.randn(value.shape, generator=generator)
        spread = 0.5 + noise.sigmoid() if name.endswith(("running_var", "weight")) and value.ndim == 1 else 0.1 * noise
        found[name] = noise * (2.0 / value[0].numel()) ** 0.5 if value.ndim == 4 else spread
        if name.endswith("running_mean"):
            found[name.replace("running_mean", "num_batches_tracked")] = torch.tensor(7)
    return {**found, "fc.weight": torch.zeros(1000, 512), "fc.bias": torch.zeros(1000)}


def norm(x, w, name):
    stats = (w[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias"))
    return functional.batch_norm(x, *stats)


def residual_network(x, w):
    """ResNet-18 of He et al. written out, with torchvision's names: its five levels."""
    x = functional.relu(norm(functional.conv2d(x, w["conv1.weight"], stride=2, padding=3), w, "bn1"))
    levels = [x]
    x = functional.max_pool2d(x, 3, 2, 1)
    for level in range(1, 5):
        for block in range(2):
            at, stride = f"layer{level}.{block}", 2 if level > 1 and block == 0 else 1
            y = functional.conv2d(x, w[f"{at}.conv1.weight"], stride=stride, padding=1)
            y = functional.conv2d(functional.relu(norm(y, w, f"{at}.bn1")), w[f"{at}.conv2.weight"], padding=1)
            if f"{at}.downsample.0.weight" in w:
                x = norm(functional.conv2d(x, w[f"{at}.downsample.0.weight"], stride=stride), w, f"{at}.downsample.1")
            x = functional.relu(norm(y, w, f"{at}.bn2") + x)
        levels.append(x)
    return levels


def test_weights_do_what_they_did_where_they_come_from(weights):
    backbone = build_backbone("resnet18", 3, (8,) * 6, 8)
    backbone.start_from(weights)
    image = torch.rand(2, 3, 64, 96, generator=torch.Generator().manual_seed(1)) * 2 - 1
    seen = ((image + 1) / 2 - 0.449) / 0.226  # a picture 0..1, as these networks were shown it
    found, expected = backbone.encoded(image), residual_network(seen, weights)
    assert [x.shape[1] for x in found] == list(CHANNELS["resnet18"])
    for mine, theirs in zip(found, expected, strict=True):
        assert torch.allclose(mine, theirs, rtol=0.05, atol=0.02 * float(theirs.abs().max()))


@pytest.mark.parametrize("channels", [1, 2, 5])
def test_equal_channels_are_seen_as_grey_is(weights, channels):
    grey, own = (build_backbone("resnet18", n, (8, 8), 8) for n in (3, channels))
    grey.start_from(weights)
    own.start_from(weights)
    image = torch.randn(1, 1, 16, 16)
    seen = [b.encoded(image.expand(1, n, 16, 16))[0] for b, n in ((grey, 3), (own, channels))]
    assert torch.allclose(*seen, atol=1e-4)


def test_statistics_never_change(weights):
    backbone = build_backbone("resnet18", 1, (8, 8, 8), 8).train()
    backbone.start_from(weights)
    before = {name: value.clone() for name, value in backbone.encoder.named_buffers()}
    backbone(torch.randn(4, 1, 16, 16) * 9)
    assert before and all(torch.equal(before[name], value) for name, value in backbone.encoder.named_buffers())


@pytest.mark.parametrize(("change", "said"), [
    (lambda w: w.pop("layer1.0.bn1.running_var"), r"no 'layer1.0.bn1.running_var'"),
    (lambda w: w.update({"conv1.weight": torch.zeros(64, 3, 3, 3)}), "has the shape"),
    (lambda w: w["bn1.bias"].fill_(float("nan")), "not numbers"),
])  # fmt: skip
def test_weights_that_do_not_fit_are_refused_and_change_nothing(weights, change, said):
    backbone = build_backbone("resnet18", 1, (8, 8, 8), 8)
    before = {name: value.clone() for name, value in backbone.state_dict().items()}
    change(weights)
    with pytest.raises(ValueError, match=said):
        backbone.start_from(weights)
    assert all(torch.equal(before[name], value) for name, value in backbone.state_dict().items())


def test_unknown_backbones_and_too_many_levels_are_refused():
    with pytest.raises(ValueError, match="must be one of unet, resnet18"):
        build_backbone("vgg", 1, (8, 8), 8)
    with pytest.raises(ValueError, match="at most 6 widths"):
        build_backbone("resnet18", 1, (8,) * 7, 8)
    assert BACKBONE.names == (pretrained.UNET, *CHANNELS)


@pytest.mark.parametrize("name", ["resnet34", "resnet50"])
def test_larger_ones_have_the_levels_that_they_say(name):
    with torch.device("meta"):
        backbone = build_backbone(name, 1, (8,) * 6, 8)
        assert [x.shape[1] for x in backbone.encoded(torch.zeros(1, 1, 32, 32))] == list(CHANNELS[name])
