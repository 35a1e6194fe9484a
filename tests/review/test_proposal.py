"""Which model a scan is opened with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from proseg_gui.bundle import Card, list_bundles
from proseg_gui.inference.fit import Fit
from proseg_gui.phantom import Phantom
from proseg_gui.review.proposal import LookThrough, NoModelFits, choose_bundle_name
from proseg_gui.review.session import begin_review
from proseg_gui.volume import Geometry, Study, Volume

ALIKE, UNLIKE, UNTOLD = Fit(True, (), 1.0, 2.0), Fit(False, ("It looks otherwise.",), 3.0, 2.0), Fit(True)


def card(name, modality="MR", channels=("image",), spacing=1.0):
    architecture = {"n_raters": 1, "n_structures": 1, "n_channels": len(channels)}
    window, view = {"kind": "percentile", "low": 1, "high": 99}, {"kind": "whole"}
    return Card("proseg", name, "1", architecture, ("a",), ("s",), channels, modality, (spacing, spacing), window, view)


def study(modality="MR", channels=("image",), spacing=1.0, description=""):
    geometry = Geometry.plain((2, 8, 8), (2.0, spacing, spacing))
    volume = Volume(np.zeros((2, 8, 8), np.float32), geometry, modality=modality, description=description)
    return Study("s", dict.fromkeys(channels, volume))


def chosen(cards, scan, *, wanted="", remembered="", **fits):
    looked = []

    def look(name):
        looked.append(name)
        return fits.get(name, ALIKE)

    return choose_bundle_name(scan, wanted, remembered, cards, look), looked


def test_the_model_asked_for_is_taken_whatever_it_is():
    assert chosen([card("mr")], study("CT"), wanted="x") == ("x", [])


def test_a_ct_is_never_offered_an_mr_model_while_a_ct_model_is_there():
    cards = [card("mr"), card("ct", "CT"), card("mr2")]
    assert chosen(cards, study("CT"), remembered="mr") == ("ct", ["ct"])


def test_nor_without_one():
    with pytest.raises(NoModelFits, match="no model fits this scan"):
        chosen([card("mr"), card("phantom", "CT")], study("CT"))


@pytest.mark.parametrize(
    ("cards", "scan", "remembered", "name"),
    [
        ([card("a"), card("b")], study(), "b", "b"),
        ([card("a"), card("b")], study(), "gone", "a"),
        ([card("untold", "unknown"), card("mr")], study(), "untold", "mr"),
        ([card("one", channels=("T2",)), card("two")], study(), "one", "two"),
        ([card("coarse", spacing=2.0), card("near", spacing=1.1)], study(), "", "near"),
        ([card("fine", spacing=0.2), card("near")], study(), "fine", "near"),
        ([card("pair", channels=("T1", "T2")), card("one")], study(channels=("T1", "T2")), "one", "pair"),
    ],
)
def test_modality_then_channels_then_the_last_choice_then_spacing(cards, scan, remembered, name):
    assert chosen(cards, scan, remembered=remembered)[0] == name


def test_the_last_choice_is_taken_only_if_it_fits():
    cards = [card("last"), card("other")]
    assert chosen(cards, study(), remembered="last", last=UNLIKE) == ("other", ["last", "other"])


def test_a_model_that_cannot_tell_comes_after_those_that_can():
    cards = [card("old"), card("told")]
    assert chosen(cards, study(), remembered="old", old=UNTOLD)[0] == "told"
    assert chosen(cards, study(), remembered="old", old=UNTOLD, told=UNLIKE)[0] == "old"


def test_where_nothing_looks_alike_none_is_taken():
    with pytest.raises(NoModelFits):
        chosen([card("a"), card("b")], study(""), a=UNLIKE, b=UNLIKE)


def test_the_phantom_s_model_is_for_the_phantom():
    cards = [card("phantom", "CT"), card("liver", "CT")]
    assert chosen(cards, study("CT"), remembered="phantom")[0] == "liver"
    assert chosen(cards, study("CT", description="CT phantom 2 mm"), remembered="phantom")[0] == "phantom"


def test_the_shipped_models_know_the_phantom_from_anything_else():
    """With the real look: the phantom's model for a phantom, and none for the same scan turned or of no description."""
    scan = Phantom(9_001, (6, 144, 144), (10.0, 2.0, 2.0)).study(readings=0)
    cards = list_bundles()
    look = LookThrough(scan)
    assert choose_bundle_name(scan, "", "", cards, look) == "phantom"
    assert set(look.engines) == {"phantom"}
    assert [look.engines["phantom"].is_encoded(k) for k in (1, 3, 5)] == [False, True, False]  # one was enough
    review = begin_review(scan, look.engines["phantom"].bundle, "auto", engine=look.engines["phantom"])
    assert review.engine is look.engines["phantom"] and review.fit().ok
    image = scan.image
    for other in (
        replace(image, array=np.ascontiguousarray(image.array[:, ::-1])),
        replace(image, description=""),
    ):
        turned = Study("turned", {"CT": other})
        with pytest.raises(NoModelFits):
            choose_bundle_name(turned, "", "", cards, LookThrough(turned))
