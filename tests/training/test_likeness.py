"""How a trained model's own images look to it: what the card says of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from proseg_gui.bundle import load_bundle, save_bundle
from proseg_gui.inference.fit import Reference
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.networks.registry import METHODS
from proseg_gui.training import likeness
from proseg_gui.training.augment import Augmentation
from proseg_gui.training.likeness import describe_case, image_reference

PLAIN, MIRRORED = Augmentation(), Augmentation(flip_x=True, flip_y=True)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(3)
    return ProSeg(3, 1, 1, widths=(4, 8), features=4, hidden=4, modes=2).eval().requires_grad_(False)


def test_of_enough_cases_the_card_holds_a_reference_that_a_bundle_reads_back(network, make_cases, tmp_path):
    fit = image_reference(network, make_cases(10), PLAIN, 0)
    assert fit["cases"] == 10 and fit["threshold"] > 0 and len(fit["mean"]) == 8 * 4
    assert fit == image_reference(network, make_cases(10), PLAIN, 0)  # every draw follows from the seed
    card = replace(
        load_bundle("phantom").card, fit=fit, style={}, raters=("a", "b", "c"), architecture=network.architecture()
    )
    save_bundle(tmp_path / "b", card, network)
    read = load_bundle(tmp_path / "b").card
    assert read.fit == fit and Reference.from_card(read).cases == 10


def test_of_too_few_it_holds_none(network, make_cases):
    assert image_reference(network, make_cases(7), PLAIN, 0) == {}


def test_where_training_mirrors_mirrored_images_are_no_misfits(network, make_cases):
    image = make_cases(1)[0].image
    found = [describe_case(network, image, how, np.random.default_rng(0), 1, 2) for how in (PLAIN, MIRRORED)]
    assert [len(one.turned) for one in found] == [3, 1]


def test_a_volume_is_described_at_the_slices_that_it_will_be_judged_by(network, make_cases):
    image = make_cases(1, shape=(12, 24, 20))[0].image
    found = describe_case(network, image, PLAIN, np.random.default_rng(0), 5, 2)
    assert len(found.looked) == 3 and {len(rows) for rows in found.turned} == {3}
    assert len(found.all) == 6 + 5 * 2  # slices 2, 6, 10 and 1, 3, 6, 8, 10; and two variants of these five
    assert all(any(np.array_equal(row, other) for other in found.all) for row in found.looked)


def test_large_slices_are_described_less_often(network, make_cases, monkeypatch):
    runs = []
    encode = ProSeg.encode
    monkeypatch.setattr(ProSeg, "encode", lambda self, image: runs.append(image.shape) or encode(self, image))
    cases = make_cases(8, shape=(12, 24, 20))
    counts = []
    for pixels in (20_000_000, 30_000):
        monkeypatch.setattr("proseg_gui.training.likeness.PIXELS", pixels)
        runs.clear()
        assert image_reference(network, cases, PLAIN, 0)
        counts.append(len(runs))
    assert counts[1] < counts[0] / 3


def test_a_method_that_adjusts_gets_a_distance_that_its_own_images_keep(make_cases, monkeypatch):
    method = next(kind for kind in METHODS.values() if kind.capabilities.adjusts)
    torch.manual_seed(1)
    network = method(3, widths=(4, 8), features=8, hidden=8, modes=2, tau_dims=4).eval()
    cases = make_cases(8)
    network.measure(case.image[:1] for case in cases)
    scanner = image_reference(network, cases, PLAIN, 0)["scanner"]
    own = [float(network.scanner_distance(case.image[:1]).detach()) for case in cases]
    assert scanner["cases"] == 8 and max(own) < scanner["threshold"]  # in other frames they lie farther away
    monkeypatch.setattr(likeness, "SCANNER_VARIANTS", 0)
    assert image_reference(network, cases, PLAIN, 0)["scanner"]["threshold"] == pytest.approx(max(own), rel=1e-3)
