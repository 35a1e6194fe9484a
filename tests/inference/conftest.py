"""Small models and images: an untrained ProSeg, and one with hand-set weights whose drawing is known."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from proseg_gui.bundle import Bundle, Card
from proseg_gui.inference.engine import Engine
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.volume import Geometry, Study, Volume

RATERS = ("rater1", "rater2", "rater3")


class Bright(ProSeg):
    """Draws what is brighter than a threshold: lower for rater 1, higher for rater 3, lower with growing eps[0].

    Features are (intensity, 1, column, 0); in the first hidden unit
    h = intensity + 1.5 + 0.15 eps[0] + 0.002 column eps[1] + U tau, and logit = 20 (h - 1.5).
    """

    def __init__(self, n_raters=3, n_structures=1, n_channels=1):
        super().__init__(n_raters, n_structures, n_channels, widths=(2, 2), features=4, hidden=4, modes=2, tau_dims=4)
        with torch.no_grad():
            for parameter in (self.gamma, self.beta, self.mean_weight, self.mode_weight, self.first_weight):
                parameter.zero_()
            for layer in (self.second, self.third):
                layer.weight.zero_()
                layer.bias.zero_()
            self.first_tau.zero_()
            self.mean_weight[0, 0] = 1.0
            self.mode_weight[0, 0, 1] = 0.15
            self.mode_weight[1, 0, 2] = 0.002
            self.first_weight[0, 0] = 1.0
            self.first_tau[0] = torch.tensor([0.5, 0.0, -0.5, 0.0])
            self.first_bias[0] = 1.5
            self.second.weight[0, 0] = 1.0
            self.third.weight[:, 0] = 20.0
            self.third.bias[:] = -30.0
            if n_structures > 1:
                self.third.bias[1:] = -36.0  # the further structures are the brighter core: intensity above 0.3

    def architecture(self):
        return {"n_raters": self.n_raters, "n_structures": self.n_structures, "n_channels": self.n_channels}

    def encode(self, image):
        column = torch.arange(image.shape[-1], dtype=image.dtype).expand_as(image[:, :1])
        first = image[:, :1]
        return torch.cat([first, torch.ones_like(first), column, torch.zeros_like(first)], 1)


def make_bundle(method, *, spacing=(1.0, 1.0), field_of_view=None, raters=RATERS, structures=("lesion",), **more):
    values = {
        "kind": "proseg", "name": "tiny", "version": "1", "architecture": method.architecture(), "raters": raters,
        "structures": structures, "channels": tuple(f"c{i}" for i in range(method.n_channels)), "modality": "CT",
        "spacing_mm": spacing, "window": {"kind": "fixed", "low": -100.0, "high": 100.0},
        "field_of_view": field_of_view or {"kind": "whole"}, "sha256": "0" * 63 + "1",
    }  # fmt: skip
    return Bundle(Card(**{**values, **more}), method.eval().requires_grad_(False), Path("tiny"))


def random_bundle(n_structures=1, n_channels=1, **more):
    torch.manual_seed(7)
    method = ProSeg(3, n_structures, n_channels, widths=(4, 4, 8), features=8, hidden=8, modes=3, tau_dims=8)
    with torch.no_grad():
        method.third.weight *= 6.0
        method.mode_weight *= 3.0
    structures = tuple(f"s{i}" for i in range(n_structures))
    return make_bundle(method, structures=structures, **more)


def bright_bundle(n_structures=1, **more):
    names = ("lesion", "core")[:n_structures]
    return make_bundle(Bright(n_structures=n_structures), structures=names, **more)


def ball_study(shape=(6, 40, 48), spacing=(2.0, 1.0, 1.0), centre=None, radius=10.0, geometry=None, seed=0):
    """A soft bright ball (100 HU in its middle, 0 at ``radius`` mm, -100 outside) with a little noise."""
    geometry = geometry or Geometry.plain(shape, spacing)
    middle = geometry.index_to_world([(n - 1) / 2 for n in geometry.shape])
    centre = middle if centre is None else np.asarray(centre)
    index = np.stack(np.meshgrid(*(np.arange(n) for n in geometry.shape), indexing="ij"), -1)
    distance = np.linalg.norm(geometry.index_to_world(index) - centre, axis=-1)
    noise = np.random.default_rng(seed).normal(0, 1.0, geometry.shape)
    array = np.clip((radius - distance) * 10.0, -100, 100) + noise
    volume = Volume(array.astype(np.float32), geometry, "HU", "CT")
    return Study("ball", {"c0": volume}, source="generated")


def noise_study(shape=(5, 37, 45), spacing=(2.0, 1.0, 1.0), channels=1, seed=0):
    rng = np.random.default_rng(seed)
    geometry = Geometry.plain(shape, spacing)
    coarse = [rng.normal(0, 60, [max(2, n // 6 + 2) for n in shape]) for _ in range(channels)]
    arrays = [np.kron(c, np.ones((6, 6, 6)))[: shape[0], : shape[1], : shape[2]] for c in coarse]
    volumes = {
        f"c{i}": Volume((a + rng.normal(0, 10, shape)).astype(np.float32), geometry, "HU", "CT")
        for i, a in enumerate(arrays)
    }
    return Study("noise", volumes)


@pytest.fixture
def bundle():
    return random_bundle()


@pytest.fixture
def engine(bundle):
    return Engine(bundle, noise_study(), device="cpu")


@pytest.fixture
def bright():
    return Engine(bright_bundle(), ball_study(), device="cpu")


@pytest.fixture(scope="session")
def make():
    """The factories of this file (test modules cannot import a conftest in importlib mode)."""
    return SimpleNamespace(
        bundle=make_bundle, random_bundle=random_bundle, bright_bundle=bright_bundle, ball=ball_study,
        noise=noise_study, Bright=Bright, raters=RATERS,
    )  # fmt: skip
