"""What tools make of a whole structure: pinned slices, one step each, and nothing over what changed meanwhile."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.planes import Plane
from proseg_gui.review.drafts import IN
from proseg_gui.review.edits import has_origin

from .conftest import SHAPE, mask_at
from .test_drafts import spot, stroke


def whole(desk, bench, name: str = "lesion") -> np.ndarray:
    """What a structure holds of every slice, with its strokes; by the model's own mask where one draws it."""
    number = desk.structures.index(name)
    kept = desk.shapes.kept(number)
    base = mask_at(desk.latents.stand(number)[0]).mask() if kept is None else kept.mask()
    return np.stack([desk.drafts.shown(name, Plane(0, k), base[k]) for k in range(SHAPE[0])])


def test_grown_slices_are_pinned_and_hold_what_the_ball_reaches(bench) -> None:
    desk = (bench.open(), bench.desk)[1]
    before = whole(desk, bench)
    desk.operations.grow(3.0)
    bench.worker.finish()
    index = np.argwhere(before)
    steps = np.array([3.0, 2.0, 1.0])
    expected = np.zeros(SHAPE, bool)
    for place in np.ndindex(SHAPE):
        expected[place] = (np.linalg.norm((index - place) * steps, axis=1) <= 3.0).any()
    assert np.array_equal(whole(desk, bench), expected)
    changed = (before != expected).any(axis=(1, 2))
    assert changed.any()
    assert np.array_equal(desk.drafts.said_of("lesion") == 1, changed)
    assert desk.undo_name == "grow by 3 mm"
    desk.latents.choose_rater("ben")  # what the model draws elsewhere moves, pinned slices do not
    assert np.array_equal(whole(desk, bench)[changed], expected[changed])
    desk.undo()
    desk.undo()
    assert np.array_equal(whole(desk, bench), before)


def test_on_one_slice_only_that_slice_changes(bench) -> None:
    desk = (bench.open(model=False), bench.desk)[1]
    desk.drafts.add("GTV")
    stroke(desk, IN, spot(2, 1, 1), name="GTV")
    desk.operations.grow(2.0, Plane(0, 2))
    bench.worker.finish()
    found = whole(desk, bench, "GTV")
    assert found.any(axis=(1, 2)).tolist() == [False, False, True, False, False, False]
    assert found[2].sum() == 1 + 4 + 2 - 1  # one row up and down, two columns right, one left, the place itself
    assert not (desk.drafts.said_of("GTV") == 1).any()
    codes = desk.drafts.codes("GTV")
    assert has_origin(codes, "hand").sum() == 1
    assert has_origin(codes, "tool").sum() == found.sum() - 1


def test_nothing_is_put_over_what_changed_meanwhile(bench) -> None:
    desk = (bench.open(), bench.desk)[1]
    desk.operations.grow(3.0)
    stroke(desk, IN, spot(5, 4, 3))
    bench.worker.finish()
    assert "was changed meanwhile" in bench.sayings("noticed")[-1]
    assert desk.undo_name == "brush"


def test_interpolation_fills_between_drawn_slices_and_leaves_them(bench) -> None:
    desk = (bench.open(model=False), bench.desk)[1]
    desk.drafts.add("GTV")
    desk.operations.interpolate()
    assert "Draw on two slices" in bench.sayings("noticed")[-1]
    for k in (0, 4):
        stroke(desk, IN, spot(k, 1, 1, 3, 2), name="GTV")
    desk.operations.interpolate()
    bench.worker.finish()
    found = whole(desk, bench, "GTV")
    assert found[:5, 1:4, 1:3].all() and found.sum() == 5 * 6
    assert desk.undo_name == "interpolate between slices"


@pytest.mark.parametrize(
    ("how", "expected"),
    [("union", {(2, 1, 1), (2, 1, 2), (2, 2, 2)}), ("intersect", {(2, 1, 2)}), ("subtract", {(2, 1, 1)}),
     ("exclusive or", {(2, 1, 1), (2, 2, 2)})],
)  # fmt: skip
def test_structures_are_combined_and_the_other_stays(bench, how, expected) -> None:
    desk = (bench.open(model=False), bench.desk)[1]
    desk.drafts.add("CTV")
    stroke(desk, IN, spot(2, 1, 2), spot(2, 2, 2), name="CTV")
    desk.drafts.add("GTV")
    stroke(desk, IN, spot(2, 1, 1), spot(2, 1, 2), name="GTV")
    desk.operations.combine("CTV", how)
    bench.worker.finish()
    assert {tuple(map(int, place)) for place in np.argwhere(whole(desk, bench, "GTV"))} == expected
    assert whole(desk, bench, "CTV").sum() == 2


def test_a_slice_is_copied_from_its_neighbour_and_from_a_rater(bench) -> None:
    desk = (bench.open(), bench.desk)[1]
    desk.set_slice(1)
    desk.operations.copy_neighbour(-1)
    bench.worker.finish()
    assert np.array_equal(whole(desk, bench)[1], whole(desk, bench)[0])
    desk.set_slice(2)
    desk.operations.copy_given("anna", Plane(0, 2))
    bench.worker.finish()
    assert np.array_equal(whole(desk, bench)[2], desk.study.readings[0].mask.array[2])
    assert has_origin(desk.drafts.codes("lesion")[2], "copy").all()
    desk.operations.copy_given("nobody")
    assert bench.sayings("noticed")[-1] == "nobody gave no mask on this scan"


def test_nothing_is_done_to_what_is_locked(bench) -> None:
    desk = (bench.open(), bench.desk)[1]
    desk.drafts.lock("lesion", True)
    desk.operations.grow(2.0)
    assert not bench.worker.of("tool")


def test_a_threshold_takes_all_values_of_the_range_that_the_tools_have(bench) -> None:
    desk = (bench.open(model=False), bench.desk)[1]
    desk.drafts.add("GTV")
    desk.operations.threshold()
    bench.worker.finish()
    assert "range of values" in bench.sayings("noticed")[-1] and desk.undo_name != "values"
    values = desk.display.shown.array
    low, high = np.percentile(values, (20, 70)).tolist()
    desk.tools.set_range(low, high)
    desk.operations.threshold()
    bench.worker.finish()
    assert np.array_equal(whole(desk, bench, "GTV"), (values >= low) & (values <= high))
    assert desk.undo_name == f"values from {low:g} to {high:g}"
    desk.undo()
    desk.tools.set_range(None, high)
    desk.operations.threshold(Plane(0, 1))
    bench.worker.finish()
    found = whole(desk, bench, "GTV")
    assert np.array_equal(found[1], values[1] <= high) and found.any(axis=(1, 2)).sum() == 1


def test_a_hollow_structure_keeps_its_outline(bench) -> None:
    desk = (bench.open(model=False), bench.desk)[1]
    desk.drafts.add("GTV")
    block = np.zeros(SHAPE, bool)
    block[0:5, 1:5] = True
    desk.drafts.put("block", "GTV", [(tuple(slice(0, n) for n in SHAPE), block.astype(np.uint8))])
    desk.operations.hollow(2.0)
    bench.worker.finish()
    found = whole(desk, bench, "GTV")
    assert found[0:5, 1].all() and not found[:, 2:].any() and not found[5].any()
    assert desk.undo_name == "hollow to 2 mm"
