"""A case that lacks a channel, in the window: said, shown as an estimate only, and with its part of the uncertainty."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from pydicom import dcmread
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from proseg_gui.catalogue import METHODS
from proseg_gui.errors import UserError
from proseg_gui.gui.panels.uncertainty import UncertaintyPanel
from proseg_gui.gui.views.pane_overlay import paint_hatch
from proseg_gui.io.dicom.write import write_series
from proseg_gui.review.case import OpenedCase
from proseg_gui.review.export_request import ExportRequest

SETTLE_MS = 120_000
CHANNELS = ("FLAIR", "T1", "T1c")
MISSING = "T1c missing: estimated, not acquired"
ESTIMATE = "T1c (estimated)"


@pytest.fixture
def opened(window, qtbot, tmp_path):
    """The window with a case of some of the channels, under an untrained model that estimates the others."""

    def build(*names):
        import torch

        from proseg_gui.bundle import Card, load_bundle, save_bundle
        from proseg_gui.networks.registry import build
        from proseg_gui.review.session import begin_review
        from proseg_gui.volume import Geometry, Study, Volume

        torch.manual_seed(3)
        kind = next(entry.name for entry in METHODS if entry.imputes)
        sizes = {"n_raters": 3, "n_structures": 1, "n_channels": 3, "widths": (4, 8), "features": 4, "hidden": 4}
        method = build(kind, {**sizes, "imputations": 2}).eval()
        with torch.no_grad():
            method.third.bias.fill_(0.0)
            method.third.weight.mul_(8.0)
        card = Card(kind, "tiny", "1", method.architecture(), ("anna", "ben", "cleo"), ("lesion",), CHANNELS, "MR",
                    (2.0, 2.0), {"kind": "percentile", "low": 1.0, "high": 99.0}, {"kind": "whole"})  # fmt: skip
        save_bundle(tmp_path / "model", card, method, overwrite=True)
        rng, geometry = np.random.default_rng(1), Geometry.plain((3, 32, 32), (3.0, 2.0, 2.0))
        volumes = {
            n: Volume(rng.normal(100, 30, geometry.shape).astype(np.float32), geometry, modality="MR") for n in names
        }
        study = Study("case", volumes, ("lesion",))
        window.controller.desk.show(OpenedCase.fresh(study))
        with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
            window.controller.desk.begin(begin_review(study, load_bundle(tmp_path / "model"), "cpu"))
        assert window.failures == []
        return window

    return build


def offered(window):
    panel = window.findChild(UncertaintyPanel)
    return {name for name, row in panel.rows.items() if row.isVisibleTo(panel)}


def test_what_is_missing_is_said_and_has_its_part(opened):
    window = opened("FLAIR", "T1")
    assert MISSING in window.notices.text.text() and not window.notices.isHidden()
    assert "imputation" in offered(window)
    assert window.findChild(UncertaintyPanel).rows["imputation"].share > 0.0
    window.controller.display.set_view(map_name="imputation", show_heatmap=True)
    assert window.controller.desk.spread.maps["imputation"].max() > 0.0
    other = replace(window.controller.desk.study, name="other")
    window.controller.desk.show(OpenedCase.fresh(other))  # no model looks yet
    assert MISSING not in window.notices.text.text()


def test_with_all_channels_nothing_of_it_is_shown(opened):
    window = opened(*CHANNELS)
    assert window.notices.text.text() == "" or "missing" not in window.notices.text.text()
    assert "imputation" not in offered(window) and "imputation" not in window.controller.desk.spread.maps
    display = window.controller.display
    for _ in CHANNELS:
        display.next_channel()
        assert not display.shown.estimated


def test_the_estimate_can_be_looked_at_marked_and_is_never_measured_or_written(opened, qtbot, tmp_path):
    window = opened("FLAIR", "T1")
    display, pane = window.controller.display, window.scene.scan
    qtbot.waitUntil(lambda: ESTIMATE in display._shelf, timeout=SETTLE_MS)
    pane.resize(420, 420)
    display.show_channel("T1")
    display.next_channel()
    assert display.view.channel == ESTIMATE and display.shown.estimated
    assert not display.measured.estimated  # tools and statistics look at what was acquired
    marked = pane.grab().toImage()
    pane.set_channel(replace(display.shown, estimated=False))
    plain = pane.grab().toImage()
    yellow = [yellows(image) for image in (plain, marked)]
    assert yellow[0] == 0 and yellow[1] > 500  # lines and letters
    with pytest.raises(UserError, match="T1c was estimated, not acquired"):
        write_series(display.shown, tmp_path / "series")
    assert not (tmp_path / "series").exists()
    window.controller.desk.begin(window.controller.desk.review)  # looked at anew: an acquired channel is in view again
    assert not display.shown.estimated


def test_what_is_exported_says_so_and_holds_no_image(opened, tmp_path, qtbot):
    from proseg_gui.jobs import CancelToken, no_progress
    from proseg_gui.review.exports import export

    window = opened("T1")
    desk = window.controller.desk
    assert desk.review.engine.missing == ("FLAIR", "T1c")
    maps, active = desk.review.survey.plan.parts, desk.shapes.outgoing()
    for fmt, what in (("nifti", {"maps", "raters", "current"}), ("rtstruct", {"raters", "current"})):
        shown = maps if fmt == "nifti" else ()
        request = ExportRequest(frozenset(what), ("anna",), 0, shown, fmt, tmp_path / fmt, "lesion", "")
        export(desk.study, desk.review, request, [active], active, {}, CancelToken(), no_progress)
    assert (tmp_path / "nifti" / "uncertainty_imputation.nii.gz").is_file()
    files = [path for path in tmp_path.rglob("*") if path.is_file() and "model" not in path.parts]
    assert not [path for path in files if "FLAIR" in path.name or "T1c" in path.name]
    told = json.loads((tmp_path / "nifti" / "rater_anna.json").read_text())
    assert "FLAIR, T1c missing: estimated, not acquired." in json.dumps(told)
    images = [dcmread(path) for path in files if path.suffix == ".dcm"]
    assert {image.SeriesDescription for image in images if image.Modality == "MR"} <= {"T1", ""}


def yellows(image: QImage) -> int:
    """Pixels whose blue is far below their red and green."""
    picture = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.ndarray((picture.height(), picture.bytesPerLine()), np.uint8, picture.constBits())
    rgb = rows[:, : 3 * picture.width()].reshape(picture.height(), -1, 3).astype(int)
    return int(((rgb[..., 0] - rgb[..., 2] > 40) & (rgb[..., 1] - rgb[..., 2] > 20)).sum())


def test_the_hatch_covers_a_pane_from_edge_to_edge():
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    paint_hatch(painter, QRectF(image.rect()))
    painter.end()
    assert all(yellows(image.copy(x, y, 20, 20)) > 10 for x in (0, 20, 40) for y in (0, 20))
