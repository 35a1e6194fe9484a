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
from proseg_gui.review.session import begin_review
from proseg_gui.review.state import LOCAL_MAP, PARTS

from .conftest import SETTLE_MS, small_study


def settle(qtbot, window, act) -> None:
    with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
        act()
    assert window.failures == []


def test_everything_is_there_once_settled(reviewed) -> None:
    controller = reviewed.controller
    assert controller.summary.complete
    assert controller.drawn.frame.slice_index == controller.slice_index == 2
    assert set(controller.spread.maps) == set(PARTS)
    assert list(controller.spread.raters) == ["anna", "ben", "cleo"]
    assert controller.figures.exact
    assert not controller.axes.provisional
    assert len(controller.axes.preference) == 2
    assert controller.who.consensus


def test_a_preset_is_the_command_lines_rater(reviewed, qtbot) -> None:
    controller = reviewed.controller
    settle(qtbot, reviewed, lambda: controller.choose_rater("ben"))
    method = reviewed.controller.review.bundle.method
    assert controller.point["tau"] == pytest.approx(method.rater_coords(1)["tau"].tolist())
    assert controller.weights() == pytest.approx((0.0, 1.0, 0.0), abs=1e-3)
    assert np.array_equal(
        controller.drawn.frame.probability[0] > 0.5, controller.spread.raters["ben"].astype(np.float32) > 0.5
    )


def test_choosing_another_rater_keeps_the_ambiguity(reviewed, qtbot) -> None:
    controller = reviewed.controller
    settle(qtbot, reviewed, controller.random_sample)
    eps = controller.point["eps"]
    assert any(eps)
    settle(qtbot, reviewed, lambda: controller.choose_rater("cleo"))
    assert controller.point["eps"] == eps
    settle(qtbot, reviewed, controller.reset_ambiguity)
    assert not any(controller.point["eps"])
    assert controller.who.rater == "cleo"


def test_an_axis_moves_to_where_it_is_put_and_moves_nothing_across(reviewed, qtbot) -> None:
    controller = reviewed.controller
    first, second = controller.axes.ambiguity[:2]
    settle(qtbot, reviewed, lambda: controller.move_axis(first, 1.5))
    assert controller.position(first) == pytest.approx(1.5, abs=1e-4)
    assert controller.position(second) == pytest.approx(0.0, abs=1e-4)
    settle(qtbot, reviewed, lambda: controller.move_axis(controller.axes.preference[0], -2.0))
    assert controller.position(controller.axes.preference[0]) == pytest.approx(-2.0, abs=1e-3)
    assert controller.who.text == "blend"


def test_axes_stand_still_during_a_drag(reviewed, qtbot) -> None:
    controller = reviewed.controller
    axes = controller.axes
    controller.begin_drag()
    for position in (0.5, 1.0, 1.5):
        controller.move_axis(axes.preference[0], position)
        qtbot.wait(30)
    assert controller.axes is axes
    settle(qtbot, reviewed, controller.end_drag)
    assert controller.axes is not axes


def test_maps_do_not_move_with_the_sliders_but_the_local_one_does(reviewed, qtbot) -> None:
    controller = reviewed.controller
    before = {part: values.copy() for part, values in controller.spread.maps.items()}
    local: list[np.ndarray] = []
    controller.local_map_changed.connect(lambda result: local.append(result[1]))
    controller.set_view(map_name=LOCAL_MAP)
    qtbot.waitUntil(lambda: bool(local))
    settle(qtbot, reviewed, lambda: controller.choose_rater("anna"))
    qtbot.waitUntil(lambda: len(local) > 1)
    for part in PARTS:
        assert np.array_equal(before[part], controller.spread.maps[part])
    assert not np.allclose(local[0], local[-1])


def test_changing_slices_never_shows_the_old_ones_contour(reviewed, qtbot) -> None:
    controller = reviewed.controller
    seen = []
    controller.frame_changed.connect(lambda drawn: seen.append((drawn.frame.slice_index, controller.slice_index)))
    for k in (0, 1, 4, 3):
        controller.set_slice(k)
        qtbot.wait(2)
    qtbot.waitUntil(lambda: bool(seen) and seen[-1][0] == 3, timeout=SETTLE_MS)
    assert all(drawn == current for drawn, current in seen)
    controller.set_slice(99)
    assert controller.slice_index == 4


def test_remember_recall_forget(reviewed, qtbot) -> None:
    controller = reviewed.controller
    settle(qtbot, reviewed, lambda: controller.choose_rater("ben"))
    controller.remember()
    kept = controller.point
    settle(qtbot, reviewed, controller.random_sample)
    assert controller.point != kept
    settle(qtbot, reviewed, lambda: controller.recall(0))
    assert controller.point == kept
    assert controller.who.rater == "ben"
    assert controller.remembered[0].thumbnail.shape[2] == 3
    assert controller.remembered[0].volume_ml == pytest.approx(controller.figures.ml)
    controller.forget(0)
    assert controller.remembered == ()


def test_volume_is_that_of_the_mask(reviewed, qtbot) -> None:
    controller = reviewed.controller
    settle(qtbot, reviewed, lambda: controller.choose_rater("cleo"))
    mask = controller.review.engine.mask(controller.point)
    assert controller.figures.ml == pytest.approx(mask.volume_ml)


def test_dice_against_a_given_mask(reviewed, qtbot) -> None:
    controller = reviewed.controller
    settle(qtbot, reviewed, lambda: controller.compare_with("ben"))
    mask = controller.review.engine.mask(controller.point).array
    given = controller.study.readings[1].mask.array
    wanted = 2 * (mask & given).sum() / (mask.sum() + given.sum())
    assert controller.figures.dice == pytest.approx(wanted)


def test_readout_names_position_value_probability_and_raters(reviewed) -> None:
    controller, texts = reviewed.controller, []
    controller.readout_changed.connect(texts.append)
    controller.hover((2, 20, 15))
    found = texts[-1]
    assert found.position == "L 0.0  P 0.0  S 26.0"  # origin (-30, -40, 20), 2 mm pixels, 3 mm slices
    assert found.value == f"{controller.study.image.array[2, 20, 15]:.4g}"
    assert found.probability.startswith("P(lesion) 0.")
    assert "include" in found.included_by
    controller.hover(None)
    assert texts[-1] is None


def test_next_uncertain_goes_by_doubt(reviewed) -> None:
    controller = reviewed.controller
    by_slice = controller.summary.by_slice
    controller.set_slice(0)
    peak = int(np.argmax(by_slice))
    if peak != 0:
        controller.next_uncertain(1)
        assert controller.slice_index == peak


def test_a_new_scan_drops_what_was_known(reviewed, qtbot) -> None:
    controller = reviewed.controller
    controller.show_study(small_study(n_slices=1, size=17))
    assert (controller.review, controller.drawn, controller.spread, controller.summary) == (None, None, None, None)
    assert controller.slice_index == 0


def test_latents_written_by_the_window_come_back(reviewed, qtbot, tmp_path) -> None:
    controller, exporting = reviewed.controller, reviewed.commands._exporting
    settle(qtbot, reviewed, controller.random_sample)
    kept = controller.point
    exporting.write_latents(tmp_path / "latents.json")
    qtbot.waitUntil(lambda: (tmp_path / "latents.json").exists() and not controller.jobs.busy("files"))
    assert json.loads((tmp_path / "latents.json").read_text())["point"]["eps"] == list(kept["eps"])
    settle(qtbot, reviewed, controller.reset_ambiguity)
    settle(qtbot, reviewed, lambda: exporting.read_latents(tmp_path / "latents.json"))
    assert controller.point == kept
    (tmp_path / "latents.json").write_text("{}")
    exporting.read_latents(tmp_path / "latents.json")
    qtbot.waitUntil(lambda: bool(reviewed.failures))
    assert controller.point == kept


def test_another_channel_shows_its_own_values_and_keeps_the_contour(reviewed, qtbot) -> None:
    controller = reviewed.controller
    image = controller.study.image
    other = replace(image, array=200.0 - image.array)
    study = replace(controller.study, channels={"T1": image, "T2": other})
    controller.show_study(study)
    settle(qtbot, reviewed, lambda: controller.begin(begin_review(study, controller_bundle(reviewed), "cpu")))
    texts = []
    controller.readout_changed.connect(texts.append)
    drawn = controller.drawn
    QTest.keyClick(reviewed, Qt.Key.Key_H)
    controller.hover((2, 20, 15))
    assert texts[-1].value == f"{other.array[2, 20, 15]:.4g}"
    assert controller.drawn is drawn
    assert controller.view.window == other.display_window()
    QTest.keyClick(reviewed, Qt.Key.Key_H)
    assert controller.shown is image


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
    window.controller.show_study(study)
    settle(qtbot, window, lambda: window.opener.use_model(str(tmp_path / "boxed")))
    before = window.controller.drawn.frame.probability[0].copy()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_P)
    place = window.scene.scan.widget_position((2, 8, 8)).toPoint()
    settle(qtbot, window, lambda: QTest.mouseClick(window.scene.scan, Qt.MouseButton.LeftButton, pos=place))
    after = window.controller.drawn.frame.probability[0]
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
    settle(qtbot, window, lambda: window.opener.open_candidate(asked.args[1][1]))
    assert np.array_equal(window.controller.study.image.array, values.T + 9)
    assert window.failures == []
