"""Voxels of the structures that no figures are about: drawn while planes across are in view, and only then."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.review import across
from proseg_gui.review.figures import Figures

from .conftest import SHAPE, Bench, mask_at, scan


@pytest.fixture
def measured(bench, monkeypatch) -> Bench:
    """A case under a model of two structures, whose first one is measured."""
    monkeypatch.setattr(across, "TELL_EVERY_S", -1.0)
    bench.open()
    figures(bench)
    return bench


def figures(bench: Bench) -> None:
    bench.desk.settled()
    point = bench.worker.of("measure")[-1][0]
    bench.desk.take_figures(Figures(1.0, True, True, voxels=mask_at(point)))


def asked(bench: Bench) -> int:
    return len([lane for (lane,) in bench.worker.of("look") if lane == "across"])


def do(bench: Bench) -> None:
    bench.worker.looks.pop()[2]()


def test_nothing_is_drawn_while_no_plane_across_is_in_view(measured):
    assert asked(measured) == 0
    assert measured.desk.across.voxels("oedema") is None


def test_the_other_structure_comes_nearest_slice_first_then_whole(measured, monkeypatch):
    desk = measured.desk
    desk.set_structure(1)
    desk.latents.choose_rater("ben")
    desk.set_structure(0)
    figures(measured)
    desk.across.want(1)
    assert asked(measured) == 1
    seen = []

    def told(name: str, _value: object) -> None:
        if name == "across_changed":
            seen.append(desk.across.voxels("oedema").mask())

    monkeypatch.setattr(desk.across, "_announce", told)
    do(measured)
    whole = mask_at(desk.latents.points[1]).mask()
    assert len(seen) == 2 and whole[:2].all()
    assert not seen[0][[k for k in range(SHAPE[0]) if k != 1]].any() and seen[0][1].all()
    assert np.array_equal(seen[-1], whole)
    assert desk.shapes.voxels["oedema"][1] == desk.model
    desk.across.want(2)
    assert asked(measured) == 1, "it is known now"


def test_a_structure_that_was_moved_is_drawn_anew_when_another_is_active(measured):
    desk = measured.desk
    desk.across.want(1)
    do(measured)
    desk.set_structure(1)
    desk.latents.choose_rater("ben")
    figures(measured)
    assert asked(measured) == 1, "the first structure was measured where it stands"
    desk.undo()
    figures(measured)
    desk.set_structure(0)
    figures(measured)
    assert asked(measured) == 1
    desk.latents.choose_rater("ben")  # and on to the other one before its figures came
    desk.set_structure(1)
    figures(measured)
    assert asked(measured) == 2
    do(measured)
    assert np.array_equal(desk.across.voxels("lesion").mask(), mask_at(desk.latents.points[0]).mask())


def test_leaving_the_planes_ends_the_work(measured):
    desk = measured.desk
    desk.across.want(1)
    desk.across.want(None)
    do(measured)
    assert desk.across.voxels("oedema") is None
    desk.across.want(3)
    assert asked(measured) == 2


def test_an_accepted_structure_and_one_of_another_case_are_left_alone(measured):
    desk = measured.desk
    desk.shapes.accept(all_structures=True)
    measured.worker.finish()
    desk.across.want(1)
    assert asked(measured) == 0
    desk.shapes.reopen(1)
    figures(measured)
    assert asked(measured) == 1
    measured.open(scan("b"))
    do(measured)
    assert desk.across.voxels("oedema") is None
