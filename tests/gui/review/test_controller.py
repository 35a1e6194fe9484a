"""The state behind the window: what an intent changes, what it leaves, and what is announced."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from proseg_gui.bundle import load_bundle, save_bundle
from proseg_gui.gui.panels.ambiguity import AmbiguityPanel
from proseg_gui.review.case import OpenedCase
from proseg_gui.review.session import begin_review
from proseg_gui.review.state import LOCAL_MAP, PARTS

from ..conftest import SETTLE_MS, small_study


def settle(qtbot, window, act) -> None:
    with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
        act()
    assert window.failures == []


def test_everything_is_there_once_settled(reviewed) -> None:
    controller = reviewed.controller
    assert controller.desk.summary.complete
    assert controller.desk.drawn.frame.slice_index == controller.desk.slice_index == 2
    assert set(controller.desk.spread.maps) == set(PARTS)
    assert list(controller.desk.spread.raters) == ["anna", "ben", "cleo"]
    assert controller.desk.figures.exact
    assert not controller.desk.axes.provisional
    assert len(controller.desk.axes.preference) == 2
    assert controller.latents.who.consensus


def test_a_preset_is_the_command_lines_rater(reviewed, qtbot) -> None:
    controller = reviewed.controller
    settle(qtbot, reviewed, lambda: controller.latents.choose_rater("ben"))
    method = reviewed.controller.desk.review.bundle.method
    assert controller.latents.point["tau"] == pytest.approx(method.rater_coords(1)["tau"].tolist())
    assert controller.latents.weights() == pytest.approx((0.0, 1.0, 0.0), abs=1e-3)
    assert np.array_equal(
        controller.desk.drawn.frame.probability[0] > 0.5, controller.desk.spread.raters["ben"].astype(np.float32) > 0.5
    )


def test_choosing_another_rater_keeps_the_ambiguity(reviewed, qtbot) -> None:
    controller = reviewed.controller
    settle(qtbot, reviewed, controller.latents.random_sample)
    eps = controller.latents.point["eps"]
    assert any(eps)
    settle(qtbot, reviewed, lambda: controller.latents.choose_rater("cleo"))
    assert controller.latents.point["eps"] == eps
    settle(qtbot, reviewed, controller.latents.reset_ambiguity)
    assert not any(controller.latents.point["eps"])
    assert controller.latents.who.rater == "cleo"


def test_an_axis_moves_to_where_it_is_put_and_moves_nothing_across(reviewed, qtbot) -> None:
    controller = reviewed.controller
    first, second = controller.desk.axes.ambiguity[:2]
    settle(qtbot, reviewed, lambda: controller.latents.move_axis(first, 1.5))
    assert controller.latents.position(first) == pytest.approx(1.5, abs=1e-4)
    assert controller.latents.position(second) == pytest.approx(0.0, abs=1e-4)
    settle(qtbot, reviewed, lambda: controller.latents.move_axis(controller.desk.axes.preference[0], -2.0))
    assert controller.latents.position(controller.desk.axes.preference[0]) == pytest.approx(-2.0, abs=1e-3)
    assert controller.latents.who.text == "blend"


def test_axes_stand_still_during_a_drag(reviewed, qtbot) -> None:
    controller = reviewed.controller
    axes = controller.desk.axes
    controller.latents.begin_drag()
    for position in (0.5, 1.0, 1.5):
        controller.latents.move_axis(axes.preference[0], position)
        qtbot.wait(30)
    assert controller.desk.axes is axes
    settle(qtbot, reviewed, controller.latents.end_drag)
    assert controller.desk.axes is not axes


def test_maps_do_not_move_with_the_sliders_but_the_local_one_does(reviewed, qtbot) -> None:
    controller = reviewed.controller
    before = {part: values.copy() for part, values in controller.desk.spread.maps.items()}
    local: list[np.ndarray] = []
    controller.local_map_changed.connect(lambda result: local.append(result[1]))
    controller.display.set_view(map_name=LOCAL_MAP)
    qtbot.waitUntil(lambda: bool(local))
    settle(qtbot, reviewed, lambda: controller.latents.choose_rater("anna"))
    qtbot.waitUntil(lambda: len(local) > 1)
    for part in PARTS:
        assert np.array_equal(before[part], controller.desk.spread.maps[part])
    assert not np.allclose(local[0], local[-1])


def test_changing_slices_never_shows_the_old_ones_contour(reviewed, qtbot) -> None:
    controller = reviewed.controller
    seen = []
    controller.frame_changed.connect(lambda drawn: seen.append((drawn.frame.slice_index, controller.desk.slice_index)))
    for k in (0, 1, 4, 3):
        controller.desk.set_slice(k)
        qtbot.wait(2)
    qtbot.waitUntil(lambda: bool(seen) and seen[-1][0] == 3, timeout=SETTLE_MS)
    assert all(drawn == current for drawn, current in seen)
    controller.desk.set_slice(99)
    assert controller.desk.slice_index == 4


def test_remember_recall_forget(reviewed, qtbot) -> None:
    controller = reviewed.controller
    settle(qtbot, reviewed, lambda: controller.latents.choose_rater("ben"))
    controller.desk.remember()
    kept = controller.latents.point
    settle(qtbot, reviewed, controller.latents.random_sample)
    assert controller.latents.point != kept
    settle(qtbot, reviewed, lambda: controller.latents.recall(0))
    assert controller.latents.point == kept
    assert controller.latents.who.rater == "ben"
    assert controller.latents.remembered[0].thumbnail.shape[2] == 3
    assert controller.latents.remembered[0].volume_ml == pytest.approx(controller.desk.figures.ml)
    controller.latents.forget(0)
    assert controller.latents.remembered == ()


def test_a_slider_move_does_not_list_the_remembered_settings_again(reviewed, qtbot, monkeypatch) -> None:
    controller = reviewed.controller
    settle(qtbot, reviewed, lambda: controller.latents.choose_rater("ben"))
    controller.desk.remember()
    settle(qtbot, reviewed, controller.latents.random_sample)
    listed = []
    monkeypatch.setattr(AmbiguityPanel, "set_remembered", lambda _panel, items: listed.append(items))
    axis = controller.desk.axes.ambiguity[0]
    for position in (0.5, 1.0, 1.5):
        settle(qtbot, reviewed, lambda position=position: controller.latents.move_axis(axis, position))
    assert listed == []
    settle(qtbot, reviewed, lambda: controller.latents.recall(0))
    assert [[item.current for item in items] for items in listed] == [[True]]


def test_volume_is_that_of_the_mask(reviewed, qtbot) -> None:
    controller = reviewed.controller
    settle(qtbot, reviewed, lambda: controller.latents.choose_rater("cleo"))
    mask = controller.desk.review.engine.mask(controller.latents.point)
    assert controller.desk.figures.ml == pytest.approx(mask.volume_ml)


def test_dice_against_a_given_mask(reviewed, qtbot) -> None:
    controller = reviewed.controller
    settle(qtbot, reviewed, lambda: controller.display.compare_with("ben"))
    mask = controller.desk.review.engine.mask(controller.latents.point).array
    given = controller.desk.study.readings[1].mask.array
    wanted = 2 * (mask & given).sum() / (mask.sum() + given.sum())
    assert controller.desk.figures.dice == pytest.approx(wanted)


def test_readout_names_position_value_probability_and_raters(reviewed) -> None:
    controller, texts = reviewed.controller, []
    controller.readout_changed.connect(texts.append)
    controller.desk.hover((2, 20, 15))
    found = texts[-1]
    assert found.position == "L 0.0  P 0.0  S 26.0"  # origin (-30, -40, 20), 2 mm pixels, 3 mm slices
    assert found.value == f"{controller.desk.study.image.array[2, 20, 15]:.4g}"
    assert found.probability.startswith("P(lesion) 0.")
    assert "include" in found.included_by
    controller.desk.hover(None)
    assert texts[-1] is None


def test_keys_lead_through_the_regions_of_doubt(reviewed, qtbot) -> None:
    desk, shift = reviewed.controller.desk, Qt.KeyboardModifier.ShiftModifier
    regions = desk.doubts.regions
    assert len(regions) > 2 and [region.ml for region in regions] == sorted((r.ml for r in regions), reverse=True)
    first, notices = desk.slice_index, []
    reviewed.controller.noticed.connect(notices.append)
    for region in regions[:2]:
        settle(qtbot, reviewed, lambda: QTest.keyClick(reviewed, Qt.Key.Key_N))
        assert desk.slice_index == region.middle[0] and reviewed.scene.link.crosshair == region.middle
        assert notices[-1] == region.sentence
        QTest.keyClick(reviewed, Qt.Key.Key_L, shift)  # else N goes through the region's own slices first
    states = lambda: [one.state for one in desk.doubts.seen()][:2]  # noqa: E731
    assert states() == ["later", "later"]
    for key, state in ((Qt.Key.Key_L, "visited"), (Qt.Key.Key_D, "disagree"), (Qt.Key.Key_A, "agree")):
        QTest.keyClick(reviewed, key, shift)
        assert states() == ["later", state]
    QTest.keyClick(reviewed, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert states() == ["later", "disagree"]
    for k in (regions[0].middle[0], first):
        settle(qtbot, reviewed, lambda: QTest.keyClick(reviewed, Qt.Key.Key_N, shift))
        assert desk.slice_index == k
    assert "disagreed" in reviewed.strip.tooltip_at(reviewed.strip.bar(regions[1].middle[0]).center())


def test_a_new_scan_drops_what_was_known(reviewed, qtbot) -> None:
    controller = reviewed.controller
    controller.desk.show(OpenedCase.fresh(small_study(n_slices=1, size=17)))
    desk = controller.desk
    assert (desk.review, desk.drawn, desk.spread, desk.summary) == (None, None, None, None)
    assert controller.desk.slice_index == 0


def test_latents_written_by_the_window_come_back(reviewed, qtbot, tmp_path) -> None:
    controller, exporting = reviewed.controller, reviewed.commands.exporting
    settle(qtbot, reviewed, controller.latents.random_sample)
    kept = controller.latents.point
    exporting.write_latents(tmp_path / "latents.json")
    qtbot.waitUntil(lambda: (tmp_path / "latents.json").exists() and not controller.jobs.busy("files"))
    assert json.loads((tmp_path / "latents.json").read_text())["point"]["eps"] == list(kept["eps"])
    settle(qtbot, reviewed, controller.latents.reset_ambiguity)
    settle(qtbot, reviewed, lambda: exporting.read_latents(tmp_path / "latents.json"))
    assert controller.latents.point == kept
    (tmp_path / "latents.json").write_text("{}")
    exporting.read_latents(tmp_path / "latents.json")
    qtbot.waitUntil(lambda: bool(reviewed.failures))
    assert controller.latents.point == kept


def test_another_channel_shows_its_own_values_and_keeps_the_contour(reviewed, qtbot) -> None:
    controller = reviewed.controller
    image = controller.desk.study.image
    other = replace(image, array=200.0 - image.array)
    study = replace(controller.desk.study, channels={"T1": image, "T2": other})
    controller.desk.show(OpenedCase.fresh(study))
    settle(qtbot, reviewed, lambda: controller.desk.begin(begin_review(study, controller_bundle(reviewed), "cpu")))
    texts = []
    controller.readout_changed.connect(texts.append)
    drawn = controller.desk.drawn
    QTest.keyClick(reviewed, Qt.Key.Key_H)
    controller.desk.hover((2, 20, 15))
    assert texts[-1].value == f"{other.array[2, 20, 15]:.4g}"
    assert controller.desk.drawn is drawn
    assert controller.display.view.window == other.display_window()
    QTest.keyClick(reviewed, Qt.Key.Key_H)
    assert controller.display.shown is image


def controller_bundle(window):
    """The tiny model with two channels of the same weights' shape: its first layer takes both."""
    import torch

    from proseg_gui.bundle import Bundle, Card
    from proseg_gui.networks.proseg import ProSeg

    torch.manual_seed(3)
    method = ProSeg(3, n_channels=2, widths=(8, 8), features=8, hidden=8, modes=4).eval()
    card = Card(
        kind="proseg", name="two", version="1", architecture=method.architecture(), raters=("anna", "ben", "cleo"),
        structures=("lesion",), channels=("T1", "T2"), modality="MR", spacing_mm=(2.0, 2.0),
        window={"kind": "percentile", "low": 1.0, "high": 99.0}, field_of_view={"kind": "whole"},
    )  # fmt: skip
    return Bundle(card, method, Path())


def test_a_click_puts_the_models_box_there(window, qtbot, tiny_bundle, tmp_path) -> None:
    bundle = load_bundle(tiny_bundle)
    boxed = replace(bundle.card, name="boxed", field_of_view={"kind": "box", "size_mm": [30.0, 30.0]})
    save_bundle(tmp_path / "boxed", boxed, bundle.method)
    study = small_study()
    window.controller.desk.show(OpenedCase.fresh(study))
    settle(qtbot, window, lambda: window.opener.use_model(str(tmp_path / "boxed")))
    before = window.controller.desk.drawn.frame.probability[0].copy()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_P)
    place = window.scene.scan.widget_position((2, 8, 8)).toPoint()
    settle(qtbot, window, lambda: QTest.mouseClick(window.scene.scan, Qt.MouseButton.LeftButton, pos=place))
    after = window.controller.desk.drawn.frame.probability[0]
    inside = after > 1e-6
    rows, columns = np.nonzero(inside.any(1))[0], np.nonzero(inside.any(0))[0]
    assert rows.max() <= 8 + 8
    assert columns.max() <= 8 + 8
    assert (before > 1e-6)[20, 20]
    assert not inside[20:, 20:].any()


def test_a_series_that_cannot_be_read_does_not_keep_the_others_from_their_pictures(window, qtbot, tmp_path) -> None:
    from proseg_gui.io.dicom.write import write_series
    from proseg_gui.io.open import find_inputs

    for name in ("a", "b"):
        write_series(small_study(5 if name == "a" else 3).image, tmp_path / name, description=name)
    for path in (tmp_path / "a").iterdir():
        path.write_bytes(path.read_bytes()[:-100])
    candidates = find_inputs(tmp_path)
    assert [candidate.series.description for candidate in candidates] == ["a", "b"]
    found: list[int] = []
    window.opener.fetch_thumbnails(candidates, lambda number, _picture: found.append(number))
    qtbot.waitUntil(lambda: found == [1], timeout=SETTLE_MS)


def test_the_volumes_of_a_4d_file_are_asked_for_in_the_window(window, qtbot, tmp_path) -> None:
    import nibabel as nib

    values = np.arange(5 * 6 * 7, dtype=np.int16).reshape(7, 6, 5)
    nib.save(nib.Nifti1Image(np.stack([values, values + 9], axis=-1), np.eye(4)), tmp_path / "a.nii")
    with qtbot.waitSignal(window.opener.choose_requested, timeout=SETTLE_MS) as asked:
        window.opener.open_paths([tmp_path / "a.nii"])
    assert [candidate.label for candidate in asked.args[1]] == ["a.nii, volume 0 of 2", "a.nii, volume 1 of 2"]
    said = []
    window.controller.noticed.connect(said.append)
    settle(qtbot, window, lambda: window.opener.open_candidate(asked.args[1][1]))
    assert np.array_equal(window.controller.desk.study.image.array, values.T + 9)
    assert window.failures == []
    assert window.controller.desk.review is None and any("no model fits this scan" in text for text in said)
