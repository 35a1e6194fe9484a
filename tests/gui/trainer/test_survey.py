"""What is found in a folder: who drew, who drew nothing, who is missing, and which file is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from proseg_gui.gui.trainer import parts
from proseg_gui.gui.trainer.case_table import CaseModel, short_names
from proseg_gui.gui.trainer.survey import survey
from proseg_gui.io.dataset import read_dataset
from proseg_gui.jobs import CancelToken, no_progress
from proseg_gui.training.process import Plan


@pytest.fixture
def rows(discs):
    found = []
    survey(read_dataset(discs), CancelToken(), no_progress, found.append)
    return {row.case.name: row for row in found}


def states(row):
    return "".join(cell.state[0] for cell in row.cells.values())


def test_each_square_says_what_the_file_holds(rows):
    assert {name: states(row) for name, row in rows.items()} == {
        "case0": "aaa", "case1": "aaa", "case2": "aam", "case3": "aea", "case4": "paa", "case5": "aaa",
    }  # fmt: skip
    assert rows["case3"].cells["ben"].text == "drawn, and empty" and rows["case2"].cells["cleo"].text == "not drawn"
    assert rows["case0"].cells["anna"].text.endswith(" ml")
    assert rows["case0"].spacing_mm == (1.0, 1.0) and rows["case0"].best_slice == 0


def test_a_wrong_mask_is_named_and_the_rest_of_the_case_is_still_shown(rows):
    assert "anna.nii.gz" in rows["case4"].problem and rows["case4"].cells["anna"].text == rows["case4"].problem
    assert [name for name, row in rows.items() if row.problem] == ["case4"]
    assert rows["case4"].picture is not None


def test_an_unreadable_image_is_a_problem_of_the_case(discs):
    (discs / "case1" / "image.nii.gz").write_bytes(b"broken")
    found = []
    survey(read_dataset(discs), CancelToken(), no_progress, found.append)
    assert "image.nii.gz" in found[1].problem and states(found[1]) == "mmm" and found[1].picture is None


def test_pictures_show_the_contours(rows):
    picture = rows["case0"].picture
    assert picture.shape == (112, 112, 3)
    assert (picture.max(-1).astype(int) - picture.min(-1) > 60).sum() > 50  # coloured lines on grey


def test_patients_are_never_parted(discs):
    dataset = read_dataset(discs)
    first = parts.first_parts(dataset, 0)
    assert set(first.values()) == {"train", "val"} and first["case0"] == first["case5"]
    now = dict.fromkeys(dataset.case_names, "train")
    seen = []
    for _ in range(4):
        now = parts.turned(now, dataset, "case5", ["case4"])
        seen.append((now["case0"], now["case5"]))
    assert seen == [("val", "val"), ("test", "test"), ("out", "out"), ("train", "train")]
    assert parts.turned(now, dataset, "case4", ["case4"])["case4"] == "train"  # what is wrong is not moved
    assert parts.patients({**now, "case0": "val", "case5": "val"}, dataset, "val") == 1
    assert parts.usable(now, ["case4", "other"])["case4"] == "out"
    plan = Plan("d", "n", 2, 0, ("case1",), ("case2",))
    assert parts.of_plan(plan, dataset) == dict.fromkeys(dataset.case_names, "out") | {"case1": "train", "case2": "val"}


@pytest.mark.parametrize(
    ("names", "short"),
    [(("rater1", "rater2", "rater10"), ["1", "2", "10"]), (("anna", "ben"), ["ann", "ben"]), (("solo",), ["sol"]),
     (("a", "ab"), ["a", "b"])],
)  # fmt: skip
def test_names_are_short_in_narrow_columns(names, short):
    assert short_names(names) == short


def test_the_table_speaks_for_the_screen_reader(rows):
    from PySide6.QtCore import Qt

    model = CaseModel()
    model.begin(("anna", "ben", "cleo"))
    for row in rows.values():
        model.put(row)
    model.set_parts(dict.fromkeys(rows, "train") | {"case4": "out"})
    text = [[model.data(model.index(r, c)) for c in range(5)] for r in (2, 4)]
    assert text == [["case2", "annotated", "annotated", "missing", "train"],
                    ["case4", "problem", "annotated", "annotated", "out"]]  # fmt: skip
    assert "anna.nii.gz" in model.data(model.index(4, 0), Qt.ItemDataRole.ToolTipRole)
    assert model.data(model.index(5, 0), Qt.ItemDataRole.ToolTipRole).startswith("case5\npatient p0")
    assert np.all([model.headerData(c, Qt.Orientation.Horizontal) for c in range(5)])
