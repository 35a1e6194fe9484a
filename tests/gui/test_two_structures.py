"""Two structures with one model in the window: every panel, switching, hiding, given masks, exports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLabel

from proseg_gui.bundle import Card, load_bundle, save_bundle
from proseg_gui.drawing.painted import Painted
from proseg_gui.io.contours.rtstruct_read import read_rtstruct
from proseg_gui.io.contours.seg_read import read_seg
from proseg_gui.io.dicom.reading import read_series, scan_folder
from proseg_gui.io.images.reading import read_image
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.phantom import CHANNEL, RATERS, STRUCTURES, Phantom
from proseg_gui.review.case import OpenedCase
from proseg_gui.review.document import Document
from proseg_gui.review.drafts import IN
from proseg_gui.review.session import begin_review
from proseg_gui.volume import Mask, Study

from .conftest import SETTLE_MS

LESION, VESSEL = STRUCTURES


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """An untrained model of the phantom's raters and both structures; the second one is drawn much smaller."""
    torch.manual_seed(5)
    method = ProSeg(4, 2, 1, widths=(8, 8), features=8, hidden=8, modes=4).eval()
    with torch.no_grad():
        method.third.weight *= 8.0
    card = Card(
        "proseg", "both", "1", method.architecture(), RATERS, STRUCTURES, (CHANNEL,), "CT", (6.0, 6.0),
        {"kind": "fixed", "low": -40.0, "high": 200.0}, {"kind": "whole"},
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("bundles") / "both"
    save_bundle(folder, card, method)
    return load_bundle(folder)


@pytest.fixture(scope="module")
def case() -> Study:
    return Phantom(4, (6, 48, 48), (8.0, 6.0, 6.0)).study(readings=1, structures=2)


def open_case(window, qtbot, study, bundle):
    window.controller.desk.show(OpenedCase.fresh(study))
    with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
        window.controller.desk.begin(begin_review(study, bundle, "cpu"))
    assert window.failures == []
    return window


@pytest.fixture
def both(window, qtbot, case, bundle):
    return open_case(window, qtbot, case, bundle)


def settled(qtbot, window, act):
    with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
        act()
    assert window.failures == []


def click(widget):
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.rect().center())


def texts(panel):
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]


def switch(qtbot, window, number):
    settled(qtbot, window, lambda: click(window.structures.lines[number].name))


def test_a_click_on_the_other_structure_changes_everything_that_is_about_one(both, qtbot) -> None:
    desk, lines = both.controller.desk, both.structures.lines
    assert [line.row.name for line in lines] == list(STRUCTURES) and lines[0].row.current and lines[1].row.visible
    axes = []
    both.controller.axes_changed.connect(axes.append)
    said = texts(both.measurements)
    before = desk.summary, desk.figures.ml, desk.spread
    switch(qtbot, both, 1)
    assert desk.structure == 1 and lines[1].row.current and not lines[0].row.current
    engine = desk.review.engine
    assert desk.figures.exact and desk.figures.ml == pytest.approx(engine.mask(desk.latents.point, 1).volume_ml)
    assert desk.spread.structure == 1 and (desk.spread.maps["total"] != before[2].maps["total"]).any()
    assert desk.summary.rater_volumes_ml != before[0].rater_volumes_ml and desk.figures.ml != before[1]
    assert axes, "the sliders' pictures are of the structure that they were made for"
    assert texts(both.measurements) != said
    switch(qtbot, both, 0)
    assert desk.figures.ml == pytest.approx(before[1])


def test_a_hidden_structure_takes_its_contours_bounds_and_given_masks_along(both, qtbot) -> None:
    display, scan = both.controller.display, both.scene.scan
    display.show_masks(frozenset(RATERS))
    given = list(both.scene._given_layers)
    assert len(given) > 4, "of both structures on the middle slice"
    click(both.structures.lines[0].eye)
    assert display.view.hidden == frozenset({0}) and not both.structures.lines[0].row.visible
    drawn = sum(r.structure == VESSEL and bool(r.mask.array[both.controller.desk.slice_index].any())
                for r in both.controller.desk.study.readings)  # fmt: skip
    assert len(both.scene._given_layers) == drawn < len(given)
    click(both.structures.lines[0].eye)
    assert len(both.scene._given_layers) == len(given)
    assert scan.isVisible()


def test_a_contour_is_held_against_masks_of_its_own_structure_only(both, qtbot, case, bundle) -> None:
    review = both.controller.desk.review
    for number, name in enumerate(STRUCTURES):
        (mask,) = (r.mask for r in case.readings if (r.rater, r.structure) == ("tight", name))
        assert review.given_mask("tight", number) is mask
    switch(qtbot, both, 1)
    settled(qtbot, both, lambda: both.controller.display.compare_with("tight"))
    assert both.controller.desk.figures.dice is not None
    lesions = Study("one", case.channels, (LESION,), tuple(r for r in case.readings if r.structure == LESION))
    other = open_case(both, qtbot, lesions, bundle)
    assert other.controller.desk.review.given_mask("tight", 0) is not None
    assert other.controller.desk.review.given_mask("tight", 1) is None  # a lesion is no vessel


def test_an_empty_second_structure_runs_through_every_panel(window, qtbot, case, tmp_path, bundle) -> None:
    """The model draws nothing of it anywhere, and the raters looked and drew nothing."""
    nothing = load_bundle(bundle.folder)
    with torch.no_grad():
        nothing.method.third.weight[1] = 0.0
        nothing.method.third.bias[1] = -30.0
    empty = tuple(
        r if r.structure == LESION else replace(r, mask=Mask(np.zeros_like(r.mask.array), case.geometry, VESSEL))
        for r in case.readings
    )
    study = Study("empty", case.channels, STRUCTURES, empty)
    open_case(window, qtbot, study, nothing)
    switch(qtbot, window, 1)
    desk = window.controller.desk
    assert desk.figures.ml == 0.0 and desk.summary.complete and np.nansum(desk.summary.by_slice) < 1e-6
    settled(qtbot, window, lambda: window.controller.display.compare_with("tight"))
    assert desk.figures.dice == 1.0  # both empty: they agree
    export(qtbot, window, tmp_path / "nifti", "nifti", ("current", "raters", "consensus", "maps", "samples"))
    image, _ = read_image(tmp_path / "nifti" / "current.nii.gz")
    assert not image.array.any()


def export(qtbot, window, folder: Path, fmt: str, what: tuple[str, ...], *, every: bool = False) -> str:
    """Ctrl+E, choose by mouse, Export; returns the structure's name that the dialog offered."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = next(d for d in window.findChildren(QDialog) if d.isVisible())
    name = dialog.structure_name.text()
    for key, box in dialog.what.items():
        if box.isChecked() != (key in what):
            QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    if every:
        QTest.mouseClick(dialog.all, Qt.MouseButton.LeftButton, pos=QPoint(8, dialog.all.height() // 2))
    button = dialog.formats[fmt]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(8, button.height() // 2))
    dialog.folder.selectAll()
    QTest.keyClicks(dialog.folder, str(folder))
    qtbot.waitUntil(dialog.export.isEnabled, timeout=SETTLE_MS)  # the folder is looked at in the background
    click(dialog.export)
    qtbot.waitUntil(lambda: not window.controller.jobs.busy("export"), timeout=SETTLE_MS)
    assert window.failures == []
    return name


def test_all_structures_go_out_at_once_accepted_or_not_and_also_without_a_model(both, qtbot, case, tmp_path) -> None:
    desk = both.controller.desk
    settled(qtbot, both, lambda: both.controller.latents.choose_rater("tight"))
    desk.shapes.accept()
    qtbot.waitUntil(lambda: desk.document.accepted(LESION) is not None, timeout=SETTLE_MS)
    desk.drafts.add("Node")
    stroke = Painted((slice(1, 2), slice(3, 6), slice(4, 8)), np.ones((1, 3, 4), bool))
    assert desk.drafts.begin("Node", "brush", IN)
    desk.drafts.add_to_stroke(stroke)
    desk.drafts.end()
    wanted = {
        LESION: desk.document.masks[desk.document.accepted(LESION).mask].mask(),
        VESSEL: desk.review.engine.mask(desk.latents.stand(1)[0], 1).array,
        "Node": np.zeros(case.geometry.shape, bool),
    }
    wanted["Node"][stroke.box] = True
    export(qtbot, both, tmp_path / "n", "nifti", ("current",), every=True)
    for name, mask in wanted.items():
        assert (read_image(tmp_path / "n" / f"{name.replace(' ', '_')}.nii.gz")[0].array.astype(bool) == mask).all()
    export(qtbot, both, tmp_path / "r", "rtstruct", ("current",), every=True)
    (series,) = scan_folder(tmp_path / "r" / "rtstruct_image").series
    found = {mask.name: mask.array for mask in read_rtstruct(tmp_path / "r" / "rtstruct.dcm", read_series(series)[0])}
    assert found.keys() == wanted.keys() and all((found[name] == mask).all() for name, mask in wanted.items())

    desk.show(OpenedCase(case, Document(desk.document.shape, desk.document.history)))  # no model looks at it now
    desk.set_structure(desk.structures.index("Node"))
    export(qtbot, both, tmp_path / "alone", "nifti", ("current",), every=True)
    found = {path.name.removesuffix(".nii.gz") for path in (tmp_path / "alone").glob("*.nii.gz")}
    assert found - {"label_map"} == {LESION.replace(" ", "_"), "Node"}


def test_what_is_exported_is_the_structure_in_view_in_every_format(both, qtbot, tmp_path) -> None:
    """The second structure's voxels under its own name, a name with a space in it."""
    switch(qtbot, both, 1)
    desk = both.controller.desk
    wanted = desk.review.engine.mask(desk.latents.point, 1).array
    assert export(qtbot, both, tmp_path / "n", "nifti", ("current", "raters", "consensus", "maps")) == VESSEL
    assert (read_image(tmp_path / "n" / "current.nii.gz")[0].array.astype(bool) == wanted).all()
    for rater in RATERS:
        drawn = desk.review.engine.mask(desk.review.sliders.rater_point(rater), 1).array
        assert (read_image(tmp_path / "n" / f"rater_{rater}.nii.gz")[0].array.astype(bool) == drawn).all()
    export(qtbot, both, tmp_path / "r", "rtstruct", ("current", "raters"))
    export(qtbot, both, tmp_path / "s", "seg", ("current", "consensus"))
    for folder, file, image, read in (
        ("r", "rtstruct.dcm", "rtstruct_image", read_rtstruct),
        ("s", "seg.dcm", "seg_image", read_seg),
    ):
        (series,) = scan_folder(tmp_path / folder / image).series
        volume, _ = read_series(series)
        found = {mask.name: mask.array for mask in read(tmp_path / folder / file, volume)}
        assert all(name.startswith(VESSEL) for name in found)
        assert (found[VESSEL] == wanted).all()


def test_planes_across_show_both_structures_as_an_export_would_write_them(window, qtbot, case, bundle):
    open_case(window, qtbot, case, bundle)
    desk, scene = window.controller.desk, window.scene
    window.menus.action("mpr").trigger()
    qtbot.waitUntil(lambda: all(desk.across.voxels(name) is not None for name in STRUCTURES), timeout=SETTLE_MS)
    for number, name in enumerate(STRUCTURES):
        drawn = desk.review.engine.mask(desk.latents.points[number], number).array
        assert drawn.any()
        assert np.array_equal(desk.across.voxels(name).mask(), drawn)
    for pane in scene.across:
        here = [
            number
            for number in range(2)
            if pane.plane.take(desk.review.engine.mask(desk.latents.points[number], number).array).any()
        ]
        assert len(pane._contours) == len(here)
    assert any(len(pane._contours) == 2 for pane in scene.across)
    assert window.failures == []
