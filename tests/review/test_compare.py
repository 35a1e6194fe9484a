"""Two contours against each other, and given against given as a table: figures counted by hand."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest

from proseg_gui.errors import UserError
from proseg_gui.jobs import CancelToken
from proseg_gui.planes import Plane
from proseg_gui.review import compare
from proseg_gui.review.compare import Compared, Parts, given_pairs, sides, voxels_of, write_pairs
from proseg_gui.review.edits import Bricks
from proseg_gui.volume import Geometry, Mask, Reading, Study, Volume

from .conftest import SHAPE, Bench, mask_at

GEOMETRY = Geometry((4, 6, 8), np.zeros(3), (5.0, 2.0, 1.0), np.eye(3))


def box(z: slice, y: slice, x: slice) -> np.ndarray:
    found = np.zeros(GEOMETRY.shape, bool)
    found[z, y, x] = True
    return found


A, B = box(slice(1, 3), slice(1, 5), slice(1, 5)), box(slice(1, 3), slice(1, 5), slice(2, 8))


def test_figures_of_two_boxes():
    found = Compared.of(A, B, GEOMETRY)
    assert found.figures.dice == pytest.approx(2 * 24 / (32 + 48))
    assert found.ml == pytest.approx((32 * 10 / 1000, 48 * 10 / 1000))
    # Border voxels all of both (each box is two slices thick). From B to A: columns 5, 6, 7 lie 1, 2, 3 mm away.
    assert found.figures.surface_dice == pytest.approx((32 + 40) / (32 + 48))
    assert found.figures.hd95_mm == pytest.approx(3.0)
    assert (
        found.text == "Dice 0.600 \u00b7 surface Dice (2 mm) 0.900 \u00b7 HD95 3.0 mm \u00b7 A 0.32 ml \u00b7 B 0.48 ml"
    )


def test_nothing_is_infinitely_far_from_something():
    assert "HD95 \u221e" in Compared.of(A, np.zeros_like(A), GEOMETRY).text


def test_every_voxel_of_a_plane_is_in_one_part():
    parts = Parts.of(A[1], B[1])
    assert (parts.both.sum(), parts.only_a.sum(), parts.only_b.sum()) == (12, 4, 12)
    assert np.array_equal(parts.both.astype(int) + parts.only_a + parts.only_b, (A[1] | B[1]).astype(int))


def given(*drawn: tuple[str, str, str, np.ndarray]) -> Study:
    readings = tuple(Reading(who, what, Mask(array, GEOMETRY), which) for who, what, which, array in drawn)
    return Study("case, one", {"image": Volume(np.zeros(GEOMETRY.shape, np.float32), GEOMETRY)}, ("a", "b"), readings)


def test_given_masks_are_compared_in_all_pairs_of_a_structure(tmp_path):
    study = given(("anna", "a", "", A), ("ben", "a", "", B), ("ben", "a", "2", A), ("anna", "b", "", A))
    rows = given_pairs(study, CancelToken())
    assert [row[:4] for row in rows[::5]] == [
        ("case, one", "a", "anna", "ben"), ("case, one", "a", "anna", "ben (2)"), ("case, one", "a", "ben", "ben (2)")
    ]  # fmt: skip
    write_pairs(tmp_path / "pairs.csv", rows)
    with (tmp_path / "pairs.csv").open(newline="", encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    assert tuple(read[0]) == ("case", "structure", "A", "B", "metric", "value")
    first = {row["metric"]: float(row["value"]) for row in read if row["B"] == "ben"}
    assert first == {
        "dice": pytest.approx(0.6), "surface_dice_2mm": pytest.approx(0.9), "hd95_mm": pytest.approx(3.0),
        "assd_mm": pytest.approx((8 * 1 + 8 * 1 + 8 * 2 + 8 * 3) / 80), "volume_ml": pytest.approx(-0.16),
    }  # fmt: skip
    same = {row["metric"]: float(row["value"]) for row in read if (row["A"], row["B"]) == ("anna", "ben (2)")}
    assert same == {"dice": 1.0, "surface_dice_2mm": 1.0, "hd95_mm": 0.0, "assd_mm": 0.0, "volume_ml": 0.0}


def test_an_empty_mask_is_written_as_inf(tmp_path):
    write_pairs(tmp_path / "p.csv", given_pairs(given(("anna", "a", "", A), ("ben", "a", "", A & ~A)), CancelToken()))
    values = {line.split(",")[-2]: line.split(",")[-1] for line in (tmp_path / "p.csv").read_text().splitlines()[1:]}
    assert math.isinf(float(values["hd95_mm"])) and values["dice"] == "0.0"


def test_a_table_that_cannot_be_written_is_told_and_leaves_nothing(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UserError):
        write_pairs(tmp_path / "file" / "pairs.csv", [])
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_pairs_need_two_masks_of_one_structure():
    assert not compare.pairs_there(None)
    assert not compare.pairs_there(given(("anna", "a", "", A), ("ben", "b", "", A)))
    assert compare.pairs_there(given(("anna", "a", "", A), ("ben", "a", "", A)))


# -- what can be compared ---------------------------------------------------------------------------------------------
def test_sides_are_draft_settings_given_masks_and_readings(bench: Bench):
    bench.open()
    bench.desk.remember()
    bench.desk.shapes.accept()
    bench.worker.finish()
    found = {side.key: side for side in sides(bench.desk)}
    assert list(found)[:4] == ["draft", "consensus", "rater/anna", "rater/ben"]
    assert [key.split("/")[0] for key in list(found)[4:]] == ["remembered", "given", "reading"]
    ben = voxels_of(found["rater/ben"], bench.desk.review, 0, CancelToken())
    assert np.array_equal(ben, mask_at({"tau": (2.0, 0.0)}).mask())
    reading = next(side for key, side in found.items() if key.startswith("reading"))
    assert np.array_equal(voxels_of(reading, None, 0, CancelToken()), mask_at({"tau": (1.5, 0.0)}).mask())
    bench.desk.undo()
    assert not [side for side in sides(bench.desk) if side.key.startswith("reading")], "an undone reading is none"


def test_without_a_model_given_masks_can_be_compared(bench: Bench):
    bench.open(model=False)
    bench.desk.drafts.add("lesion")
    found = sides(bench.desk)
    assert [side.name for side in found] == ["Current draft", "Given by anna"]
    assert np.array_equal(voxels_of(found[1], None, 0, CancelToken()), bench.desk.study.readings[0].mask.array)


def test_the_draft_is_shown_as_it_is_now(bench: Bench):
    bench.open()
    desk, side = bench.desk, sides(bench.desk)[0]
    here = Plane(0, desk.slice_index)
    assert np.array_equal(compare.on_plane(side, None, desk, here), desk.shown_on_slice())
    assert compare.on_plane(side, None, desk, Plane(1, 2)) is None, "the volume has not come"
    desk.settled()
    desk.take_figures(bench.figures())
    assert compare.on_plane(side, None, desk, Plane(1, 2)).all()
    codes = np.zeros(SHAPE, np.uint8)
    codes[3, 2, 1] = 2  # the hand says: out
    desk.document.edit("stroke", "lesion", Bricks.empty(SHAPE).changed(tuple(slice(0, n) for n in SHAPE), codes))
    shown = compare.on_plane(side, None, desk, Plane(1, 2))
    assert not shown[3, 1] and shown.sum() == shown.size - 1
