"""Tools > Straighten: a tilted or uneven scan becomes a new study, never silently, and can be cancelled."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from proseg_gui.bundle import load_bundle
from proseg_gui.gui.dialogs.error_dialog import ErrorDialog
from proseg_gui.io.images.resample import straightened
from proseg_gui.review.case import OpenedCase
from proseg_gui.review.session import begin_review
from proseg_gui.volume import Geometry, Mask, Reading, Study, Volume

from ..conftest import SETTLE_MS, small_study


def tilted_study() -> Study:
    """``small_study`` with its slices sheared by 12 degrees."""
    study, angle = small_study(), np.radians(12)
    direction = np.eye(3)
    direction[:, 2] = [0, np.sin(angle), np.cos(angle)]
    geometry = replace(study.geometry, direction=direction)
    readings = tuple(replace(r, mask=Mask(r.mask.array, geometry)) for r in study.readings)
    image = replace(study.image, geometry=geometry)
    return replace(study, channels={"image": image}, readings=readings, notices=("Tilted.",))


def action(window):
    window.menus.refresh()
    (found,) = [a for a in window.menus.by_name["Tools"].actions() if "Straighten" in a.text()]
    return found


def test_only_a_tilted_or_uneven_scan_can_be_straightened(window) -> None:
    assert not action(window).isEnabled()
    window.controller.desk.show(OpenedCase.fresh(small_study()))
    assert not action(window).isEnabled()
    window.controller.desk.show(OpenedCase.fresh(tilted_study()))
    assert action(window).isEnabled()
    places = np.array([[0.0, 0, z] for z in (0, 2, 4, 8)])
    uneven = Geometry((4, 6, 7), places[0], (2.0, 1, 1), np.eye(3), places)
    study = Study("u", {"image": Volume(np.zeros(uneven.shape, np.float32), uneven)})
    window.controller.desk.show(OpenedCase.fresh(study))
    assert action(window).isEnabled()


def test_the_straightened_scan_is_a_new_named_study_under_the_same_model(window, qtbot, tiny_bundle) -> None:
    study = tilted_study()
    window.controller.desk.show(OpenedCase.fresh(study))
    with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
        window.controller.desk.begin(begin_review(study, load_bundle(tiny_bundle), "cpu"))
    shares = []
    window.controller.job_changed.connect(lambda job: shares.append(job.share) if job is not None else None)
    with qtbot.waitSignal(window.controller.bundle_changed, timeout=SETTLE_MS, check_params_cb=lambda b: b is not None):
        action(window).trigger()
    expected, _ = straightened(study)
    shown = window.controller.desk.study
    assert shown is not study and study.geometry.is_sheared, "the tilted study itself is untouched"
    assert shown.geometry.is_straight and shown.geometry.same_grid(expected.geometry)
    assert np.array_equal(shown.image.array, expected.image.array)
    assert [r.rater for r in shown.readings] == ["anna", "ben"]
    assert shown.name == "blob, straightened"
    assert "resampled to an even, upright grid" in window.notices.text.text(), "it stays readable"
    assert window.controller.desk.review.bundle.card.name == "tiny" and window.controller.desk.review.study is shown
    assert len({share for share in shares if 0 < share < 1}) > 3, "progress is told slice by slice"
    assert not action(window).isEnabled() and window.failures == []


def test_cancelling_leaves_the_tilted_scan_in_view(window, qtbot, monkeypatch) -> None:
    import proseg_gui.io.images.resample as resample

    started = []
    plain = resample.resample_to

    def slow(*args, token, **kwargs):
        started.append(True)
        while not token.cancelled:
            time.sleep(0.01)
        return plain(*args, token=token, **kwargs)

    monkeypatch.setattr(resample, "resample_to", slow)
    study = tilted_study()
    window.controller.desk.show(OpenedCase.fresh(study))
    action(window).trigger()
    qtbot.waitUntil(lambda: bool(started))
    window.status.cancel_requested.emit()
    qtbot.waitUntil(lambda: not window.controller.jobs.busy("open"))
    assert window.controller.desk.study is study and window.failures == []


def test_slices_too_uneven_are_one_sentence(window, qtbot) -> None:
    places = np.array([[0.0, 0, z] for z in (0, 0.1, 0.2, 0.3, 5000)])
    geometry = Geometry((5, 6, 7), places[0], (1250.0, 1.0, 1.0), np.eye(3), places)
    reading = Reading("r", "structure", Mask(np.zeros(geometry.shape, bool), geometry))
    study = Study("far", {"image": Volume(np.zeros(geometry.shape, np.float32), geometry)}, readings=(reading,))
    window.controller.desk.show(OpenedCase.fresh(study))
    with qtbot.waitSignal(window.controller.failed, timeout=SETTLE_MS):
        action(window).trigger()
    assert "too unevenly" in str(window.failures[0]) and window.controller.desk.study is study
    assert any(isinstance(dialog, ErrorDialog) for dialog in window._dialogs)
    window.failures.clear()


@pytest.mark.parametrize("what", ["channels", "readings"])
def test_progress_never_goes_back(what) -> None:
    study = tilted_study()
    if what == "channels":
        study = replace(study, channels={"a": study.image, "b": study.image}, readings=())
    shares: list[float] = []
    straightened(study, progress=lambda share, _text: shares.append(share))
    assert shares == sorted(shares) and shares[0] == 0 and 0.7 < shares[-1] < 1
