"""A prompt typed in the window: sliders and contour follow, one undo takes it back, nothing is dropped silently."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from proseg_gui.gui.panels.model import RaterItem
from proseg_gui.gui.panels.preference import PresetButton
from proseg_gui.gui.review.prompt_link import rater_styles, sentence
from proseg_gui.inference.style import Followed
from proseg_gui.prompts.reading import read_prompt
from proseg_gui.review.case import OpenedCase
from proseg_gui.review.prompting import Answer
from proseg_gui.volume import Geometry, Study, Volume

SETTLE_MS = 120_000


@pytest.fixture
def demo(window, qtbot):
    """The window with one slice of the demo through the shipped model, whose raters do differ."""
    from proseg_gui.bundle import load_bundle
    from proseg_gui.phantom import demo_study
    from proseg_gui.review.session import begin_review

    whole = demo_study()
    masks = [reading.mask.array for reading in whole.readings]
    k = int(sum(mask.astype(int) for mask in masks).sum((1, 2)).argmax())
    image, geometry = whole.image, whole.geometry
    flat = Geometry.plain((1, *image.array.shape[1:]), geometry.spacing_mm)
    study = Study("slice", {"image": Volume(image.array[k : k + 1], flat, image.unit, image.modality)}, ("lesion",))
    window.controller.desk.show(OpenedCase.fresh(study))
    with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
        window.controller.desk.begin(begin_review(study, load_bundle("phantom"), "cpu"))
    assert window.failures == []
    return window


@pytest.fixture
def say(request, qtbot):
    reviewed = request.getfixturevalue("demo" if "demo" in request.fixturenames else "reviewed")
    box, controller = reviewed.preference.prompt, reviewed.controller

    def do(text):
        reviewed.menus.commands["describe"].run()
        assert box.line.hasFocus() and box.line.isVisible()
        with qtbot.waitSignal(controller.prompt_answered, timeout=SETTLE_MS):
            QTest.keyClicks(box.line, text)
            QTest.keyClick(box.line, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: not controller.work.settling, timeout=SETTLE_MS)
        assert reviewed.failures == []
        return box

    return do


def test_words_move_the_visible_sliders_and_the_contour_and_one_undo_takes_it_back(demo, say, qtbot):
    controller, sliders = demo.controller, demo.preference.axes.sliders
    controller.latents.choose_rater("tight")
    qtbot.waitUntil(lambda: controller.desk.drawn.frame.points[0] == controller.latents.point, timeout=SETTLE_MS)
    before = controller.latents.point
    was = {key: slider.track.value() for key, slider in sliders.items()}
    area = (controller.desk.drawn.frame.probability[0] > 0.5).sum()
    box = say("looser, mauve")
    point = controller.latents.point
    assert point["tau"] != before["tau"] and point["eps"] == before["eps"]
    assert {key: slider.track.value() for key, slider in sliders.items()} != was
    qtbot.waitUntil(lambda: controller.desk.drawn.frame.points[0] == point, timeout=SETTLE_MS)
    assert (controller.desk.drawn.frame.probability[0] > 0.5).sum() > 1.05 * area
    assert "size" in box.answer.text() and "mauve" in box.unknown.text() and not box.unknown.isEnabled()
    demo.menus.commands["undo"].run()
    assert controller.latents.point == before and controller.latents.who.rater == "tight"


def test_a_text_without_a_style_says_so_and_changes_nothing(reviewed, say):
    before = reviewed.controller.latents.point
    for text, told in (("", "say how"), ("qwsz", "Nothing has changed"), ("please", "say how")):
        box = say(text)
        assert told in box.answer.text() and box.unknown.isHidden() == (text != "qwsz")
        assert reviewed.controller.latents.point == before and reviewed.controller.desk.undo_name == ""
    say("qwsz")
    assert box.line.text() == "qwsz" and "qwsz" in box.unknown.text()
    assert reviewed.controller.desk.tools.state.kind == ""  # letters are no commands there
    reviewed.controller.desk.begin(reviewed.controller.desk.review)
    assert box.answer.isHidden() and box.unknown.isHidden()


def test_presets_tell_how_their_raters_draw_where_the_card_knows():
    from types import SimpleNamespace

    style = {"attributes": ["size", "holes"], "raters": [[1.2, 0.1], None]}
    told = rater_styles(SimpleNamespace(raters=("anna", "ben"), style=style))
    assert told == {"anna": "size +1.2 sd", "ben": ""}
    assert "size +1.2 sd" in PresetButton(RaterItem("anna", "#ff0000", style=told["anna"])).toolTip()
    assert rater_styles(SimpleNamespace(raters=("anna",), style={})) == {}


def test_what_came_of_it_in_words():
    prompt = read_prompt("tighter, glaat, mauve", guess=lambda word: ("smoothness", 1) if word == "glaat" else None)
    followed = Followed({}, {"size": -1.0, "holes": -1.0}, {"size": -0.96}, ("holes",))
    text = sentence(Answer(prompt, followed))
    assert "size -1.0" in text and "holes" in text and "glaat was read as more smoothness" in text
    assert sentence(Answer(prompt, refused="No.")) == "No."
    assert "Nothing has changed" in sentence(Answer(prompt, Followed({}, {"holes": -1.0}, {}, ("holes",))))
