"""The program's actions from Python: what is drawn, and that what cannot be done is a sentence and changes nothing."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from proseg_gui import api
from proseg_gui.io.case_write import write_case
from proseg_gui.io.dataset import load_case, read_dataset
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.io.images.reading import read_image
from proseg_gui.phantom import Phantom
from proseg_gui.volume import Geometry, Mask

GRID = Geometry((5, 20, 24), np.array([10.0, -20.0, 30.0]), (3.0, 2.0, 1.5), np.eye(3))


@pytest.fixture
def scan(tmp_path):
    write_nifti(np.random.default_rng(0).normal(size=GRID.shape).astype(np.float32), GRID, tmp_path / "a.nii.gz")
    return tmp_path / "a.nii.gz"


@pytest.fixture
def case(scan):
    found = api.open(scan, person="eva")
    found.add("Node")
    return found


def place(k, y, x):
    return GRID.index_to_world([k, y, x])


def test_a_stroke_is_a_ball_in_mm_and_everything_after_it_works(case, tmp_path):
    case.stroke("Node", [place(2, 10, 12)], radius_mm=4.1)
    k, y, x = np.mgrid[:5, :20, :24]
    ball = np.hypot(np.hypot((k - 2) * 3.0, (y - 10) * 2.0), (x - 12) * 1.5) <= 4.1
    assert np.array_equal(case.draft("Node").array, ball)
    case.stroke("Node", [place(2, 10, 12)], radius_mm=1.0, erase=True)
    assert not case.draft("Node").array[2, 10, 12]
    case.operation("Node", "fill_holes")
    assert np.array_equal(case.draft("Node").array, ball)
    case.undo()
    reading = case.accept("Node")
    assert (reading.person, reading.edits) == ("eva", {"hand": int(ball.sum())})
    (file,) = case.export(tmp_path / "out")
    assert np.array_equal(read_image(file)[0].array > 0, case.draft("Node").array)
    case.reopen("Node")
    assert case.readings == {}


def elsewhere():
    return Mask(np.ones((5, 20, 24), bool), Geometry(GRID.shape, np.zeros(3), (3.0, 2.0, 1.5), np.eye(3)))


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda c: c.stroke("Node", [(9999.0, 0, 0)]), "lies outside the image"),
        (lambda c: c.stroke("Node", [(1.0, 2.0)]), "list of points"),
        (lambda c: c.stroke("Node", [(float("nan"), 0, 0)]), "list of points"),
        (lambda c: c.stroke("Heart", [place(2, 10, 12)]), "no structure 'Heart'"),
        (lambda c: c.set_point("Node", "anna"), "no model draws Node"),
        (lambda c: c.condition("Node", "x"), "no model draws Node"),
        (lambda c: (c.lock("Node"), c.stroke("Node", [place(2, 10, 12)])), "Node is locked"),
        (lambda c: (c.lock("Node"), c.operation("Node", "grow", mm=2)), "Node is locked"),
        (lambda c: (c.accept("Node"), c.stroke("Node", [place(2, 10, 12)])), "Node is accepted"),
        (lambda c: (c.accept("Node"), c.accept("Node")), "accepted already"),
        (lambda c: c.copy("Node", elsewhere()), "not on the image's grid"),
        (lambda c: c.operation("Node", "explode"), "no operation 'explode'"),
        (lambda c: c.operation("Node", "grow", by=2), "other options"),
        (lambda c: c.add("node"), "a structure called node already"),
        (lambda c: c.export("x", "dicom"), "no format 'dicom'"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_sentence_and_nothing_is_lost(case, act, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    case.stroke("Node", [place(1, 5, 5)], radius_mm=3)
    before = case.draft("Node").array.copy()
    with pytest.raises(api.UserError, match=sentence) as told:
        act(case)
    assert "\n" not in str(told.value)
    assert before.any() and np.array_equal(case.draft("Node").array, before)


def test_a_project_keeps_the_work_and_gives_it_out_as_a_data_set(scan, tmp_path):
    with api.project(tmp_path / "work.project", person="eva") as project:
        case = project.open(scan)
        case.add("Node")
        case.stroke("Node", [place(2, 10, 12)], radius_mm=4)
        wanted = case.draft("Node").array.copy()
        case.accept("Node")
        project.export(tmp_path / "set")
    (found,) = read_dataset(tmp_path / "set").cases
    (reading,) = load_case(found).readings
    assert (reading.rater, reading.structure) == ("eva", "Node") and np.array_equal(reading.mask.array, wanted)
    with api.project(tmp_path / "work.project") as project:
        again = project.open(scan)
        assert again.readings["Node"].person == "eva" and np.array_equal(again.draft("Node").array, wanted)


def test_with_a_model_a_point_draws_what_the_engine_draws_and_strokes_stay_on_it(tmp_path):
    write_case(Phantom(4, (3, 48, 48), (8.0, 6.0, 6.0)).study(), tmp_path / "scan")
    case = api.open(tmp_path / "scan", model="phantom", device="cpu")
    rater = next(iter(case.points()))
    case.set_point("lesion", rater)
    engine = case._desk.review.engine
    drawn = engine.mask(case.points()[rater], 0).array
    assert np.array_equal(case.draft("lesion").array, drawn)
    case.stroke("lesion", [case.study.geometry.index_to_world([1, 2, 2])], radius_mm=7)
    assert (case.draft("lesion").array & ~drawn).sum() > 0 and case.draft("lesion").array[1, 2, 2]
    with pytest.raises(api.UserError, match="no rater 'nobody'"):
        case.set_point("lesion", "nobody")


def test_it_brings_no_window_along():
    code = (
        "import sys, proseg_gui.api; print([m for m in sys.modules if m.startswith(('PySide6', 'pyqtgraph', 'torch'))])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
