"""What the hand says of a case, without a window: strokes as steps, structures of one's own, shapes that follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from proseg_gui.planes import Plane
from proseg_gui.review.case import ACCEPTED_STATE, IN_PROGRESS, OpenedCase
from proseg_gui.review.document import Document
from proseg_gui.review.drafts import IN, OUT, UNKNOWN, with_words, words_for
from proseg_gui.review.edits import Bricks, code

from .conftest import SHAPE, Model, mask_at, scan


@dataclass(frozen=True)
class Painted:
    box: tuple[slice, slice, slice]
    inside: np.ndarray


def spot(z: int, y: int, x: int, h: int = 1, w: int = 1) -> Painted:
    return Painted((slice(z, z + 1), slice(y, y + h), slice(x, x + w)), np.ones((1, h, w), bool))


def stroke(desk, word: str, *spots: Painted, name: str = "lesion", title: str = "brush", origin: str = "hand") -> None:
    assert desk.drafts.begin(name, title, word, origin)
    for one in spots:
        desk.drafts.add_to_stroke(one)
    desk.drafts.end()


# -- strokes ------------------------------------------------------------------------------------------------------
def test_a_stroke_is_seen_at_once_and_is_one_step_when_it_ends(bench) -> None:
    case, desk = bench.open(), bench.desk
    before = len(case.document.history)
    assert desk.drafts.begin("lesion", "brush on slice 3", IN)
    desk.drafts.add_to_stroke(spot(2, 0, 0))
    desk.drafts.add_to_stroke(spot(2, 0, 1))
    assert [c.live for c in bench.sayings("draft_changed")] == [True, True]
    assert desk.drafts.plane_codes("lesion", Plane(0, 2))[0].tolist() == [1, 1, 0, 0]
    assert len(case.document.history) == before
    gesture = desk.drafts.end()
    assert gesture.name == desk.undo_name == "brush on slice 3"
    assert len(case.document.history) == before + 1
    assert case.document.evidence("lesion").count() == 2
    desk.undo()
    assert desk.drafts.plane_codes("lesion", Plane(0, 2)) is None
    assert bench.sayings("draft_changed")[-1].live is False
    desk.redo()
    assert desk.drafts.codes("lesion")[2, 0, 1] == code("hand", True)


def test_a_click_beside_everything_is_no_step(bench) -> None:
    case, desk = bench.open(), bench.desk
    assert desk.drafts.begin("lesion", "brush", IN)
    desk.drafts.add_to_stroke(Painted((slice(0, 0), slice(0, 0), slice(0, 0)), np.zeros((0, 0, 0), bool)))
    assert desk.drafts.end() is None
    assert case.document.history == ()


def test_a_dropped_stroke_leaves_what_was_there(bench) -> None:
    desk = (bench.open(), bench.desk)[1]
    stroke(desk, IN, spot(2, 1, 1))
    desk.drafts.begin("lesion", "erase", OUT)
    desk.drafts.add_to_stroke(spot(2, 0, 0, 3, 3))
    desk.drafts.drop()
    codes = desk.drafts.plane_codes("lesion", Plane(0, 2))
    assert codes[1, 1] == code("hand", True)
    assert np.count_nonzero(codes) == 1
    assert desk.undo_name == "brush"


def test_the_hand_wins_and_forgetting_gives_the_models_contour_back(bench) -> None:
    desk = (bench.open(), bench.desk)[1]
    drawn = np.full(SHAPE[1:], 0.75, np.float32)
    stroke(desk, OUT, spot(2, 0, 0))
    stroke(desk, IN, spot(2, 0, 1), origin="tool")
    shown = desk.drafts.probability("lesion", 2, drawn)
    assert (shown[0, 0], shown[0, 1], shown[0, 2]) == (0.0, 1.0, 0.75)
    assert desk.drafts.probability("lesion", 3, drawn) is drawn
    stroke(desk, UNKNOWN, spot(2, 0, 0, 1, 2))
    assert desk.drafts.probability("lesion", 2, drawn) is drawn


def test_a_slider_keeps_what_was_said(bench) -> None:
    desk = (bench.open(), bench.desk)[1]
    desk.set_slice(2)
    stroke(desk, IN, spot(2, 4, 3))
    desk.latents.choose_rater("ben")
    assert bench.worker.words[0][4, 3] == code("hand", True)
    assert bench.worker.words[1] is None
    assert bench.worker.edits.count() == 1


def test_what_was_said_is_there_after_a_restart(bench) -> None:
    case, desk = bench.open(), bench.desk
    stroke(desk, IN, spot(2, 4, 3))
    again = OpenedCase(case.study, Document(case.document.shape, case.document.history, person="reader"))
    desk.show(again)
    desk.begin(Model(desk.study))
    assert desk.drafts.codes("lesion")[2, 4, 3] == code("hand", True)
    desk.undo()
    assert not desk.drafts.codes("lesion").any()


def test_leaving_a_case_ends_a_stroke_and_nothing_of_it_is_on_the_next(bench) -> None:
    case, desk = bench.open(), bench.desk
    desk.drafts.begin("lesion", "brush", IN)
    desk.drafts.add_to_stroke(spot(2, 4, 3))
    bench.open(scan("b"))
    assert case.document.evidence("lesion").count() == 1
    assert not desk.drafts.has("lesion")
    assert not desk.drafts.drawing


def test_undo_during_a_stroke_takes_that_stroke_back(bench) -> None:
    desk = (bench.open(), bench.desk)[1]
    desk.drafts.begin("lesion", "brush", IN)
    desk.drafts.add_to_stroke(spot(2, 4, 3))
    desk.undo()
    assert not desk.drafts.codes("lesion").any()


# -- who may be drawn on ------------------------------------------------------------------------------------------
def test_nothing_is_drawn_on_what_is_accepted_or_locked(bench) -> None:
    case, desk = bench.open(), bench.desk
    desk.drafts.lock("lesion", True)
    assert not desk.drafts.begin("lesion", "brush", IN)
    assert "locked" in bench.sayings("noticed")[-1]
    assert desk.drafts.clear("lesion") is None
    desk.drafts.lock("lesion", False)
    stroke(desk, IN, spot(2, 4, 3))
    desk.shapes.accept()
    bench.worker.finish()
    assert not desk.drafts.begin("lesion", "brush", IN)
    assert "reopen it first" in bench.sayings("noticed")[-1]
    assert desk.drafts.put("smooth", "lesion", [((slice(0, 1),) * 3, np.ones((1, 1, 1), np.uint8))]) is None
    desk.shapes.reopen()
    assert desk.drafts.begin("lesion", "brush", IN)
    assert case.document.readings["lesion#1"].edits == {"hand": 1}


def test_an_accepted_reading_holds_the_strokes(bench) -> None:
    case, desk = bench.open(), bench.desk
    stroke(desk, IN, spot(5, 4, 3))
    stroke(desk, OUT, spot(0, 0, 0), origin="tool")
    desk.shapes.accept()
    bench.worker.finish()
    mask = case.document.masks[case.document.accepted("lesion").mask].mask()
    expected = mask_at(desk.latents.point).mask()
    expected[5, 4, 3], expected[0, 0, 0] = True, False
    assert np.array_equal(mask, expected)
    assert case.document.accepted("lesion").edits == {"hand": 1, "tool": 1}
    outgoing = desk.shapes.outgoing()
    assert outgoing.voxels is case.document.masks[case.document.accepted("lesion").mask]
    assert outgoing.decided == {"hand": 1, "tool": 1}


def test_an_export_before_acceptance_holds_the_strokes_too(bench) -> None:
    desk = (bench.open(), bench.desk)[1]
    assert desk.shapes.outgoing().edits is None
    stroke(desk, IN, spot(5, 4, 3))
    outgoing = desk.shapes.outgoing()
    assert outgoing.edits.count() == 1
    assert outgoing.voxels is None
    assert (outgoing.decided, outgoing.reading, outgoing.person) == ({"hand": 1}, "draft", "reader")


# -- structures of one's own --------------------------------------------------------------------------------------
def test_a_structure_of_ones_own_is_drawn_and_accepted_without_any_model(bench) -> None:
    case, desk = bench.open(model=False), bench.desk
    assert desk.drafts.add("  GTV  boost ")
    assert desk.structures == ("GTV boost",)
    desk.shapes.accept()
    assert bench.sayings("noticed")[-1] == "Nothing was drawn of GTV boost"
    stroke(desk, IN, spot(1, 1, 1, 2, 2), name="GTV boost")
    assert desk.shapes.kept(0).count() == 4
    assert desk.shapes.kept_ml() == pytest.approx(4 * 6 / 1000)
    assert desk.shapes.state == IN_PROGRESS
    desk.shapes.accept()
    reading = case.document.accepted("GTV boost")
    assert (reading.model, reading.point, reading.edits) == (None, None, {"hand": 4})
    assert desk.shapes.state == ACCEPTED_STATE


def test_own_structures_follow_the_models_and_sliders_stay_with_those(bench) -> None:
    desk = (bench.open(), bench.desk)[1]
    desk.set_structure(1)
    desk.drafts.add("GTV")
    assert desk.structures == ("lesion", "oedema", "GTV")
    assert (desk.structure, desk.model_structure, desk.is_modelled) == (2, 1, False)
    desk.latents.choose_rater("ben")
    assert desk.undo_name == "draw as ben"
    desk.set_structure(0)
    assert desk.model_structure == 0


@pytest.mark.parametrize(("name", "said"), [("", "needs a name"), ("  ", "needs a name"), ("LESION", "already")])
def test_a_name_is_given_once_and_not_empty(bench, name, said) -> None:
    desk = (bench.open(), bench.desk)[1]
    assert not desk.drafts.add(name)
    assert said in bench.sayings("noticed")[-1]


def test_renaming_takes_everything_along_and_undo_brings_it_back(bench) -> None:
    case, desk = bench.open(), bench.desk
    desk.drafts.add("GTV")
    desk.drafts.recolour("GTV", "#112233")
    stroke(desk, IN, spot(1, 1, 1), name="GTV")
    assert desk.drafts.rename("GTV", "CTV")
    assert desk.structures == ("lesion", "oedema", "CTV")
    assert desk.structure_name == "CTV"
    assert desk.drafts.entry("CTV").colour == "#112233"
    assert desk.drafts.codes("CTV")[1, 1, 1] and not desk.drafts.codes("GTV").any()
    desk.undo()
    assert desk.structures[-1] == "GTV"
    assert case.document.evidence("GTV").count() == 1
    assert not desk.drafts.rename("lesion", "x")
    assert "comes from the model" in bench.sayings("noticed")[-1]


def test_deleting_is_a_step_and_the_active_structure_is_one_that_exists(bench) -> None:
    desk = (bench.open(), bench.desk)[1]
    desk.drafts.add("GTV")
    stroke(desk, IN, spot(1, 1, 1), name="GTV")
    assert desk.drafts.delete("GTV")
    assert desk.structures == ("lesion", "oedema")
    assert desk.structure_name == "lesion"
    desk.undo()
    assert desk.structures[-1] == "GTV"
    assert desk.drafts.codes("GTV")[1, 1, 1] == code("hand", True)


def test_the_order_of_the_list_is_the_persons(bench) -> None:
    desk = (bench.open(), bench.desk)[1]
    desk.drafts.add("GTV")
    desk.drafts.move("GTV", -2)
    assert [desk.structures[i] for i in desk.drafts.listed] == ["GTV", "lesion", "oedema"]
    desk.drafts.add("CTV")
    assert [desk.structures[i] for i in desk.drafts.listed] == ["GTV", "lesion", "oedema", "CTV"]
    desk.undo()
    desk.undo()
    assert [desk.structures[i] for i in desk.drafts.listed] == ["lesion", "oedema", "GTV"]


# -- whole changes ------------------------------------------------------------------------------------------------
def test_a_whole_slice_that_a_tool_decided_is_pinned(bench) -> None:
    desk = (bench.open(), bench.desk)[1]
    inside = np.zeros((1, *SHAPE[1:]), bool)
    inside[0, 1:3, 1:3] = True
    box = (slice(2, 3), slice(0, SHAPE[1]), slice(0, SHAPE[2]))
    desk.drafts.put("smooth", "lesion", [(box, words_for(inside, "tool"))])
    assert desk.drafts.said_of("lesion").tolist() == [0, 0, 1, 0, 0, 0]
    shown = desk.drafts.shown("lesion", Plane(0, 2), np.ones(SHAPE[1:], bool))
    assert np.array_equal(shown, inside[0])
    desk.drafts.clear("lesion", Plane(0, 2))
    assert desk.undo_name == "forget strokes on slice 3"
    assert not desk.drafts.has("lesion")


def test_on_any_plane_the_shape_is_base_and_strokes(bench) -> None:
    desk = (bench.open(), bench.desk)[1]
    stroke(desk, IN, spot(5, 4, 3))
    for plane in (Plane(0, 5), Plane(1, 4), Plane(2, 3)):
        shown = desk.drafts.shown("lesion", plane, None)
        assert shown.sum() == 1
        assert shown[plane.place_of((5, 4, 3))]


def test_probability_is_certain_where_something_was_said() -> None:
    codes = np.array([[0, 1, 2, 5, 8]], np.uint8)
    assert with_words(np.full((1, 5), 0.3, np.float32), codes)[0].tolist() == [pytest.approx(0.3), 1, 0, 1, 0]
    assert with_words(np.full((1, 5), 0.3, np.float32), codes).dtype == np.float32


def test_bricks_overlaid_are_those_of_the_whole_arrays() -> None:
    random = np.random.default_rng(0)
    base = random.random((70, 66, 130)) > 0.5
    codes = np.zeros(base.shape, np.uint8)
    codes[60:, 10:20, 100:] = random.integers(0, 9, (10, 10, 30))
    expected = (base | (codes % 2 == 1)) & ~((codes > 0) & (codes % 2 == 0))
    found = Bricks.of(base).overlaid(Bricks.of(codes))
    assert np.array_equal(found.mask(), expected)
    assert sum(Bricks.of(codes).origins().values()) == np.count_nonzero(codes)
