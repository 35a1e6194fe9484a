"""The preference panel: clicks out, state in."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from proseg_gui.gui.panels.model import AxisRow, PreferenceState
from proseg_gui.gui.panels.preference import LEVELS, PreferencePanel, WeightLines

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(shown, kit) -> PreferencePanel:
    panel = PreferencePanel()
    panel.set_raters(kit.raters(("generous", "tight", "smooth", "no_lobe")))
    panel.set_axes(kit.axes(3))
    return shown(panel, 290, 320)


def test_a_preset_emits_its_rater_and_waits_for_the_answer(panel, kit):
    said = kit.Recorder(panel)
    QTest.mouseClick(panel.presets["tight"], LEFT)
    assert said.calls == [("rater_chosen", ("tight",))]
    assert not panel.presets["tight"].isChecked()
    panel.set_state(PreferenceState(active="tight", weights=(0, 1, 0, 0), sample_rater="tight"))
    assert [name for name, preset in panel.presets.items() if preset.isChecked()] == ["tight"]
    assert len(said.calls) == 1
    QTest.mouseClick(panel.presets["tight"], LEFT)  # clicking the active one again keeps it active
    assert panel.presets["tight"].isChecked()


def test_without_raters_there_may_be_sliders(panel, kit):
    panel.set_raters((), why_none=LEVELS, axes=True)
    panel.set_axes([AxisRow("Agreement", "Agreement", 1.0, 3.0, 0.5, ("all 3", "at least 2 of 3", "at least 1 of 3"))])
    assert panel.empty.text() == LEVELS and panel.axes.isVisibleTo(panel) and not panel.pad.isVisibleTo(panel)
    slider = panel.axes.sliders["Agreement"]
    assert slider.effect.full_text() == "about +1.5 ml a step"
    said = kit.Recorder(panel)
    slider.track.setFocus()
    QTest.keyClick(slider.track, Qt.Key.Key_Right)
    assert said.of("axis_moved") == [("Agreement", 3.0)]
    panel.set_raters((), why_none=LEVELS)
    assert not panel.axes.isVisibleTo(panel)


def test_presets_answer_to_the_keyboard(panel, kit):
    said = kit.Recorder(panel)
    panel.presets["smooth"].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.presets["smooth"], Qt.Key.Key_Space)
    assert said.of("rater_chosen") == [("smooth",)]


def test_consensus_style_is_a_preset_of_its_own(panel, kit):
    said = kit.Recorder(panel)
    QTest.mouseClick(panel.consensus, LEFT)
    assert said.calls == [("consensus_chosen", ())]
    panel.set_state(PreferenceState(consensus=True, weights=(0.25,) * 4))
    assert panel.consensus.isChecked()
    assert not any(preset.isChecked() for preset in panel.presets.values())


def test_a_sample_is_drawn_of_the_rater_last_chosen(panel, kit):
    said = kit.Recorder(panel)
    assert not panel.sample.isEnabled()
    assert "Choose a rater" in panel.sample.toolTip()
    panel.set_state(PreferenceState(active="no_lobe", weights=(0, 0, 0, 1), sample_rater="no_lobe"))
    QTest.mouseClick(panel.sample, LEFT)
    assert said.calls == [("sample_requested", ("no_lobe",))]
    panel.set_state(PreferenceState(drawn="no_lobe", sample_rater="no_lobe"))
    assert panel.presets["no_lobe"].property("drawn") is True
    assert not panel.presets["no_lobe"].isChecked()
    assert panel.blend_title.text() == "A draw of no_lobe"
    assert panel.pad.weights is None


def test_dragging_the_pad_emits_and_writes_the_mixture(panel, kit):
    said = kit.Recorder(panel)
    middle = panel.pad.to_pixel((0.0, 0.0)).toPoint()
    QTest.mousePress(panel.pad, LEFT, pos=middle)
    QTest.mouseMove(panel.pad, middle - QPoint(10, 10))
    QTest.mouseRelease(panel.pad, LEFT, pos=middle - QPoint(10, 10))
    weights = said.of("blend_moved")[-1][0]
    assert max(weights) == weights[0]
    assert said.names[0] == "drag_started"
    assert said.names[-1] == "drag_ended"
    assert panel.blend_weights.texts()[0].startswith(f"generous {100 * weights[0]:.0f} %")


def test_axes_emit_their_key_and_follow_the_setter(panel, kit):
    said = kit.Recorder(panel)
    track = panel.axes.sliders["axis1"].track
    track.setFocus()
    QTest.keyClick(track, Qt.Key.Key_Right)
    assert said.names == ["drag_started", "axis_moved", "drag_ended"]
    assert said.of("axis_moved") == [("axis1", pytest.approx(0.1))]
    panel.set_positions({"axis0": -1.5, "gone": 3.0})
    assert panel.axes.sliders["axis0"].position == -1.5
    assert len(said.of("axis_moved")) == 1


def test_further_axes_are_folded_away(panel):
    assert panel.axes.sliders["axis2"].isHidden()
    assert panel.axes.fold.text() == "1 more axis · 9 %"
    QTest.mouseClick(panel.axes.fold, LEFT)
    assert not panel.axes.sliders["axis2"].isHidden()
    QTest.mouseClick(panel.axes.fold, LEFT)
    assert panel.axes.sliders["axis2"].isHidden()


def test_refining_the_axes_keeps_the_slider_in_the_hand(panel, kit):
    before = panel.axes.sliders["axis0"]
    QTest.mousePress(before.track, LEFT, pos=before.track.rect().center())
    panel.set_axes(kit.axes(3), provisional=True)
    assert panel.axes.sliders["axis0"] is before
    assert "Provisional" in before.effect.toolTip()
    QTest.mouseRelease(before.track, LEFT)
    panel.set_axes(kit.axes(2))
    assert list(panel.axes.sliders) == ["axis0", "axis1"]
    with pytest.raises(ValueError, match="differ"):
        panel.set_axes([kit.axes(1)[0]] * 2)


def test_without_a_model_it_says_what_to_do(shown):
    panel = shown(PreferencePanel(), 290, 80)
    assert panel.empty.isVisible()
    assert not panel.consensus.isVisible()
    assert not panel.pad.isVisible()


def test_one_rater_needs_neither_blend_nor_consensus(shown, kit):
    panel = PreferencePanel()
    panel.set_raters(kit.raters(("only",)))
    shown(panel, 290, 120)
    assert not panel.pad.isVisible()
    assert not panel.consensus.isVisible()
    assert panel.presets["only"].isVisible()
    assert panel.sample.isVisible()


def test_new_raters_replace_the_old_ones(panel, kit):
    panel.set_state(PreferenceState(active="tight"))
    panel.set_raters(kit.raters(("rater1", "rater2")))
    assert list(panel.presets) == ["rater1", "rater2"]
    assert not any(preset.isChecked() for preset in panel.presets.values())


def test_what_does_not_fit_is_summed_up(shown):
    lines = WeightLines(2)
    shown(lines, 120, 40)
    lines.set_parts([("generous", 0.5), ("tight", 0.2), ("smooth", 0.15), ("no_lobe", 0.149), ("none", 0.001)])
    texts = lines.texts()
    assert len(texts) <= 2
    assert texts[0].startswith("generous 50 %")
    assert texts[-1].endswith("others 50 %")
    assert lines.toolTip() == "generous 50 % · tight 20 % · smooth 15 % · no_lobe 15 %"
