"""The open case without a window: intents, what they change, what is asked for, what is announced, what comes back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from proseg_gui.review.case import ACCEPTED_STATE, IN_PROGRESS, NOT_STARTED, OpenedCase
from proseg_gui.review.edits import Bricks
from proseg_gui.review.state import LOCAL_MAP
from proseg_gui.volume import Mask, Reading

from .conftest import AMBIGUITY, PREFERENCE, SHAPE, Model, mask_at, scan


# -- one case at a time -------------------------------------------------------------------------------------------
def test_nothing_of_one_case_is_on_the_next_one_and_going_back_brings_it_back(bench) -> None:
    desk = bench.desk
    first = bench.open(scan("a"))
    desk.set_slice(5)
    desk.latents.choose_rater("ben")
    desk.latents.move_axis(AMBIGUITY, 1.5)
    desk.settled()
    desk.remember()
    desk.display.set_window(7.0, 9.0)
    desk.display.show_channel("T2")
    desk.display.show_masks(frozenset({"anna"}))
    desk.display.show_raters(frozenset({"ben"}))
    desk.display.hide_structure(1, True)
    desk.display.compare_with("anna")
    desk.keep_panes({"zoom": 3.0, "rulers": [[1, 2]]})
    point, view = desk.latents.point, desk.display.view

    bench.open(scan("b", seed=1))
    assert desk.slice_index == SHAPE[0] // 2
    assert desk.latents.point == {"tau": (1.5, 0.0), "eps": (0.0, 0.0)}
    assert desk.latents.remembered == ()
    assert desk.latents.last_rater is None
    assert desk.panes == {}
    assert desk.visited == {3}
    now = desk.display.view
    assert (now.channel, now.raters_shown, now.masks_shown, now.hidden, now.compare_with) == (
        "", frozenset(), frozenset(), frozenset(), None,
    )  # fmt: skip
    assert now.window == desk.study.image.display_window()
    assert desk.undo_name == ""

    views = [value for value in bench.sayings("view_kept") if value[1]["panes"]]
    bench.desk.show(replace(bench.again(first), view=views[-1][1]))
    desk.begin(Model(desk.study))
    assert desk.slice_index == 5
    assert desk.latents.point == point
    assert desk.latents.who.rater == "ben"
    assert [entry.point for entry in desk.latents.remembered] == [point]
    assert desk.panes == {"zoom": 3.0, "rulers": [[1, 2]]}
    assert replace(desk.display.view, window=(0, 0)) == replace(view, window=(0, 0))
    assert desk.undo_name == "remember setting"


def test_a_kept_setting_is_unpacked_once_and_a_number_is_given_once(bench) -> None:
    """The window compares what it lists by identity on each slider move: it must be the same object each time."""
    desk = bench.desk
    bench.open(scan("a"))
    desk.remember()
    (first,) = desk.latents.remembered
    desk.latents.move_axis(AMBIGUITY, 1.5)
    desk.settled()
    assert desk.latents.remembered[0] is first
    desk.latents.forget(0)
    assert desk.latents.remembered == ()
    desk.remember()
    assert desk.latents.remembered[0].key != first.key
    desk.undo()
    desk.undo()
    assert [kept.key for kept in desk.latents.remembered] == [first.key]


def test_leaving_a_case_keeps_what_was_moved_last(bench) -> None:
    case = bench.open()
    bench.desk.latents.begin_drag()
    bench.desk.latents.move_axis(PREFERENCE, 0.25)
    bench.open(scan("b"))
    assert case.document.history[-1].name == "move preference slider"
    assert case.document.value("point/lesion")["point"]["tau"] == (0.25, 0.0)


def test_the_processor_is_kept_free_from_press_to_release_and_never_for_longer(bench) -> None:
    bench.open()
    latents, model = bench.desk.latents, bench.desk.review
    latents.begin_drag()
    for position in (0.25, 0.5):
        latents.move_axis(PREFERENCE, position)
    assert model.kept_free
    latents.end_drag()
    assert not model.kept_free
    latents.begin_drag()
    model = bench.desk.review
    bench.open(scan("b"))  # the case is left with the slider still in the hand
    assert not model.kept_free
    assert not latents.dragging


@pytest.mark.parametrize(
    "view",
    [{"slice": 99, "visited": ["x"], "structure": "?", "panes": 3, "seconds": "?", "choices": 5}, {"slice": True},
     {"choices": {"window": [1], "channel": 3, "masks_shown": ["nobody", 4], "hidden": ["a"], "compare_with": "me"}},
     {"choices": {"window": [1.0, -5.0]}, "structure": 7}],
)  # fmt: skip
def test_a_kept_view_that_does_not_fit_is_left_out(bench, view) -> None:
    fresh = OpenedCase.fresh(scan())
    bench.open(case=OpenedCase(fresh.study, fresh.document, "", view))
    desk = bench.desk
    assert desk.slice_index == SHAPE[0] // 2
    assert desk.structure in (0, 1)
    assert desk.display.view.window == desk.study.image.display_window()
    assert desk.display.view.masks_shown == frozenset()
    assert desk.display.view.compare_with is None


def test_under_another_model_sliders_begin_anew_and_it_is_said(bench) -> None:
    case = bench.open()
    bench.desk.latents.choose_rater("ben")
    bench.desk.remember()
    bench.desk.show(bench.again(case))
    bench.desk.begin(Model(bench.desk.study, "other"))
    assert bench.desk.latents.who.consensus
    assert bench.desk.latents.remembered == ()
    assert any("under another model" in text for text in bench.sayings("noticed"))
    bench.desk.begin(Model(bench.desk.study))
    assert bench.desk.latents.who.rater == "ben"
    assert len(bench.desk.latents.remembered) == 1


# -- steps and undo -----------------------------------------------------------------------------------------------
def test_a_drag_is_one_step_and_so_are_moves_by_keys_until_a_pause(bench) -> None:
    case, desk = bench.open(), bench.desk
    desk.latents.begin_drag()
    for position in (0.1, 0.2, 0.3):
        desk.latents.move_axis(AMBIGUITY, position)
    assert case.document.history == ()
    desk.latents.end_drag()
    desk.latents.move_axis(AMBIGUITY, 0.4)
    desk.latents.move_axis(AMBIGUITY, 0.5)
    assert bench.worker.waits
    desk.settled()
    desk.settled()
    assert [g.name for g in case.document.history] == ["move ambiguity slider"] * 2
    desk.undo()
    assert desk.latents.point["eps"] == (0.3, 0.0)
    desk.undo()
    assert desk.latents.point["eps"] == (0.0, 0.0)
    desk.undo()
    assert bench.sayings("noticed")[-1] == "There is nothing to undo in this case"
    desk.redo()
    desk.redo()
    assert desk.latents.point["eps"] == (0.5, 0.0)
    assert bench.worker.of("draw")[-1][1][0]["eps"] == (0.5, 0.0)


@pytest.mark.parametrize(
    ("act", "name"),
    [
        (lambda desk: desk.latents.choose_rater("ben"), "draw as ben"),
        (lambda desk: desk.latents.random_sample(), "random sample"),
        (lambda desk: desk.latents.draw_preference("anna"), "draw a preference of anna"),
        (lambda desk: desk.latents.set_point({"tau": (9.0, 9.0), "eps": (1.0, 1.0)}), "load latents"),
        (lambda desk: desk.remember(), "remember setting"),
        (lambda desk: desk.shapes.flag(), "flag case"),
        (lambda desk: desk.add_drawings([_reading("carl")]), "open contours"),
    ],
)
def test_every_action_is_one_named_step_that_undo_and_redo_take_whole(bench, act, name) -> None:
    case, desk = bench.open(), bench.desk

    def state() -> tuple:
        kept = desk.latents.remembered
        return desk.latents.point, desk.latents.who, [r.name for r in kept], desk.shapes.flagged, desk.study.raters

    before = state()
    act(desk)
    after = state()
    assert after != before
    assert (desk.undo_name, len(case.document.history)) == (name, 1)
    desk.undo()
    assert state() == before
    assert bench.sayings("noticed")[-1] == f"Undid: {name}"
    desk.redo()
    assert state() == after


def test_reset_and_consensus_and_blend_are_steps(bench) -> None:
    case, desk = bench.open(), bench.desk
    desk.latents.random_sample()
    desk.latents.reset_ambiguity()
    assert desk.latents.point["eps"] == (0.0, 0.0)
    desk.latents.choose_rater("anna")
    desk.latents.choose_consensus_style()
    desk.latents.begin_drag()
    desk.latents.set_blend((0.25, 0.75))
    desk.latents.set_blend((0.75, 0.25))
    desk.latents.end_drag()
    assert desk.latents.point["tau"] == (1.25, 0.0)
    assert [g.name for g in case.document.history] == [
        "random sample", "reset ambiguity", "draw as anna", "consensus style", "blend raters",
    ]  # fmt: skip
    desk.undo()
    assert desk.latents.who.consensus


def test_remember_recall_and_forget_keep_their_settings_apart(bench) -> None:
    desk = bench.desk
    bench.open()
    points = []
    for _ in range(3):
        desk.latents.random_sample()
        desk.remember()
        points.append(desk.latents.point)
    assert [entry.point for entry in desk.latents.remembered] == points
    assert [entry.name for entry in desk.latents.remembered] == [f"consensus style {n}" for n in (1, 2, 3)]
    desk.latents.recall(1)
    assert desk.latents.point == points[1]
    desk.latents.forget(0)
    assert [entry.point for entry in desk.latents.remembered] == points[1:]
    desk.latents.recall(1)
    assert desk.latents.point == points[2]
    desk.remember()
    assert desk.latents.remembered[-1].name == "consensus style 4"
    entry = desk.latents.remembered[0]
    assert entry.volume_ml == 1.25
    assert entry.thumbnail.shape == (3, 4, 3)
    assert (entry.thumbnail == 7).all()


def test_opened_contours_are_drawn_undone_and_come_back(bench) -> None:
    case, desk = bench.open(), bench.desk
    desk.add_drawings([_reading("carl")], "carl")
    assert desk.study.raters == ("anna", "carl")
    assert desk.display.view.masks_shown == {"carl"}
    assert desk.display.view.compare_with == "carl"
    assert desk.review.study is desk.study
    desk.undo()
    assert desk.study.raters == ("anna",)
    assert desk.display.view.masks_shown == frozenset()
    assert desk.display.view.compare_with is None
    desk.redo()
    found = desk.study.readings[-1]
    assert np.array_equal(found.mask.array, _reading("carl").mask.array)
    bench.desk.show(bench.again(case))
    assert bench.desk.study.raters == ("anna", "carl")
    bench.open(scan("b"))
    assert bench.desk.study.raters == ("anna",)


def test_another_model_is_a_step_that_undo_asks_to_take_back(bench) -> None:
    case, desk = bench.open(), bench.desk
    before = desk.model
    desk.begin(Model(desk.study, "other"))
    desk.shapes.note_model(before, desk.model)
    assert case.document.history[-1].name == "use model other"
    desk.undo()
    assert bench.sayings("model_wanted")[-1] == before
    desk.redo()
    assert bench.sayings("model_wanted")[-1]["name"] == "other"
    desk.shapes.note_model(None, desk.model)
    assert len(case.document.history) == 3


# -- accepting ----------------------------------------------------------------------------------------------------
def test_accepting_freezes_the_point_of_the_press_and_locks_the_structure(bench) -> None:
    case, desk = bench.open(), bench.desk
    desk.latents.choose_rater("ben")
    bench.now = 90.0
    desk.shapes.accept()
    desk.latents.choose_rater("anna")  # while the voxels are being worked out
    bench.worker.finish()
    reading = case.document.accepted("lesion")
    assert case.document.masks[reading.mask].digest == mask_at({"tau": (2.0,)}).digest
    assert (reading.who, reading.person, reading.how, reading.seconds) == ("ben", "reader", "by hand", 90.0)
    assert reading.model == {"name": "m", "sha256": "sha of m"}
    assert reading.point["tau"] == (2.0, 0.0)
    assert desk.shapes.locked(0).digest == mask_at({"tau": (2.0,)}).digest
    assert desk.shapes.locked(1) is None
    assert desk.shapes.state == IN_PROGRESS
    desk.shapes.accept()
    assert bench.sayings("noticed")[-1] == "It is accepted already; Reopen lets you change it"
    desk.shapes.accept(all_structures=True)
    bench.worker.finish()
    assert desk.shapes.state == ACCEPTED_STATE
    desk.shapes.reopen()
    assert desk.shapes.locked(0) is None
    assert desk.shapes.state == IN_PROGRESS
    desk.undo()
    assert desk.shapes.state == ACCEPTED_STATE
    assert not case.document.withdrawn("lesion#1")


def test_the_volume_of_what_stays_is_its_own(bench) -> None:
    desk = bench.desk
    bench.open()
    assert desk.shapes.kept_ml() is None
    desk.latents.choose_rater("ben")
    desk.shapes.accept()
    bench.worker.finish()
    desk.latents.choose_rater("anna")
    assert desk.shapes.kept_ml() == pytest.approx(2 * 5 * 4 * 6.0 / 1000)  # 2 slices of 5 x 4 voxels of 3 x 2 x 1 mm


def test_all_structures_are_accepted_each_at_its_own_point(bench) -> None:
    case, desk = bench.open(), bench.desk
    desk.latents.choose_rater("anna")
    desk.set_structure(1)
    desk.latents.choose_rater("ben")
    desk.shapes.accept(all_structures=True)
    bench.worker.finish()
    for name, tau, who in (("lesion", 1.0, "anna"), ("oedema", 2.0, "ben")):
        reading = case.document.accepted(name)
        assert (reading.point["tau"][0], reading.who) == (tau, who)
        assert case.document.masks[reading.mask].digest == mask_at({"tau": (tau,)}).digest


def test_what_leaves_is_the_accepted_reading_and_not_the_preview_beside_it(bench) -> None:
    desk = bench.desk
    bench.open()
    desk.latents.choose_rater("ben")
    out = desk.shapes.outgoing()
    assert (out.point["tau"][0], out.who, out.voxels, out.remark) == (2.0, "ben", None, "")
    desk.shapes.accept()
    bench.worker.finish()
    desk.latents.choose_rater("anna")
    out = desk.shapes.outgoing()
    assert (out.point["tau"][0], out.who) == (2.0, "ben")
    assert out.voxels.digest == mask_at({"tau": (2.0,)}).digest
    assert (out.reading, out.person) == ("accepted, by hand (lesion#1)", "reader")
    assert out.accepted == desk.document.readings["lesion#1"].at
    assert out.model == {"name": "m", "sha256": "sha of m"}
    desk.begin(Model(desk.study, "other"))
    out = desk.shapes.outgoing()
    assert out.voxels.digest == mask_at({"tau": (2.0,)}).digest
    assert (out.model["name"], out.point["tau"][0]) == ("m", 2.0), "the model that drew it, not the one that looks"
    desk.shapes.reopen()
    assert desk.shapes.outgoing().voxels is None


def test_undoing_an_acceptance_withdraws_it(bench) -> None:
    case, desk = bench.open(), bench.desk
    desk.shapes.accept()
    bench.worker.finish()
    assert desk.undo_name == "accept lesion"
    desk.undo()
    assert desk.shapes.locked(0) is None
    assert case.document.withdrawn("lesion#1")


def test_an_acceptance_that_ends_after_the_case_was_left_is_that_cases(bench) -> None:
    case, desk = bench.open(), bench.desk
    desk.shapes.accept()
    bench.open(scan("b"))
    said = len(bench.sayings("structure_state_changed"))
    bench.worker.finish()
    assert case.document.accepted("lesion") is not None
    assert desk.document.accepted("lesion") is None
    assert len(bench.sayings("structure_state_changed")) == said


def test_a_moved_slider_or_another_model_leaves_what_was_accepted(bench) -> None:
    case, desk = bench.open(), bench.desk
    desk.shapes.accept()
    bench.worker.finish()
    frozen = desk.shapes.locked(0).digest
    desk.latents.choose_rater("ben")
    desk.begin(Model(desk.study, "other"))
    assert desk.shapes.locked(0).digest == frozen
    assert case.document.accepted("lesion").model["name"] == "m"


def test_a_shape_of_another_model_stays_until_it_is_drawn_anew(bench) -> None:
    case, desk = bench.open(), bench.desk
    desk.latents.choose_rater("ben")
    desk.take_figures(bench.figures())
    shape = bench.figures().voxels.digest
    before = desk.model
    desk.begin(Model(desk.study, "other"))
    desk.shapes.note_model(before, desk.model)
    assert desk.shapes.kept(0).digest == shape
    assert desk.shapes.kept(1) is None
    assert desk.shapes.is_foreign
    kept = len(bench.sayings("shown_kept"))
    desk.take_figures(bench.figures())
    assert len(bench.sayings("shown_kept")) == kept, "the other model's contour is a preview only"
    desk.shapes.recompute()
    assert desk.shapes.kept(0) is None
    desk.undo()
    assert desk.shapes.kept(0).digest == shape
    desk.latents.choose_rater("anna")
    assert desk.shapes.kept(0) is None
    desk.undo()
    desk.shapes.accept()
    assert case.document.masks[case.document.accepted("lesion").mask].digest == shape
    assert bench.worker.of("freeze") == []
    desk.shapes.recompute()
    assert "no shape" in bench.sayings("noticed")[-1]


def test_without_its_model_a_case_keeps_the_shape_that_was_shown(bench) -> None:
    fresh = OpenedCase.fresh(scan())
    shape = Bricks.of(np.ones(SHAPE, bool))
    shown = {"lesion": (shape, {"name": "gone", "sha256": "x"})}
    bench.open(case=OpenedCase(fresh.study, fresh.document, "", {}, shown), model=False)
    assert bench.desk.shapes.names == ("lesion",)
    assert bench.desk.shapes.kept(0) is shape
    bench.desk.begin(Model(bench.desk.study))
    assert bench.desk.shapes.kept(0) is None, "nobody had moved anything: the model at hand draws it"


def test_states_follow_from_structures_and_flags_stand_beside(bench) -> None:
    desk = bench.desk
    bench.open()
    assert desk.shapes.state == NOT_STARTED
    desk.shapes.flag()
    assert desk.shapes.flagged
    assert desk.shapes.state == IN_PROGRESS
    desk.shapes.flag()
    assert not desk.shapes.flagged


# -- looking ------------------------------------------------------------------------------------------------------
def test_the_readout_is_of_the_voxel_under_the_cursor(bench) -> None:
    desk = bench.desk
    bench.open()
    found = desk.readout((3, 1, 2))
    assert found.position == "L 12.0  P 22.0  S 39.0"  # origin (10, 20, 30), spacing 3, 2, 1 mm (z, y, x)
    assert found.value == f"{desk.study.image.array[3, 1, 2]:.4g}"
    assert found.probability == "P(lesion) 0.75"
    assert found.included_by == "anna includes it"
    assert desk.readout((3, 2, 1)).included_by == "no rater includes it"
    assert desk.readout((3, 2, 1)).probability == "P(lesion) 0.15"
    able = desk.review.engine.method.capabilities
    able.personalised = False
    assert desk.readout((3, 1, 2)).included_by == "100 % of draws include it"
    assert desk.readout((3, 2, 1)).included_by == "0 % of draws include it"
    able.samples = False
    assert desk.readout((3, 1, 2)).included_by == ""
    other = desk.readout((2, 1, 2))
    assert (other.probability, other.included_by) == ("", "")
    desk.display.show_channel("T2")
    assert desk.readout((3, 1, 2)).value == f"{-desk.study.image.array[3, 1, 2]:.4g}"
    desk.hover((3, 1, 2))
    assert bench.sayings("readout_changed")[-1].position == found.position
    desk.hover(None)
    assert bench.sayings("readout_changed")[-1] is None


def test_the_next_slice_is_the_most_doubtful_unvisited_above_the_floor(bench) -> None:
    desk = bench.desk
    bench.open()  # stands on 3; doubts 0, 4, 9, 8, 0.3, 1
    assert desk.visited == {3}
    went = []
    for _ in range(4):
        desk.doubts.next()
        went.append(desk.slice_index)
    assert went == [2, 1, 5, 5]
    assert "was looked at" in bench.sayings("noticed")[-1]
    desk.doubts.back()
    assert desk.slice_index == 1
    desk.doubts.back()
    desk.doubts.back()
    assert desk.slice_index == 3
    desk.doubts.back()
    assert bench.sayings("noticed")[-1] == "There is no earlier place to go back to"


def test_a_slice_counts_as_visited_once_it_was_drawn(bench) -> None:
    desk = bench.desk
    bench.open()
    desk.set_slice(4)
    desk.set_slice(2)
    assert desk.visited == {3}
    bench.worker.answer()
    assert desk.visited == {2, 3}


def test_doubt_is_in_ml_and_known_only_when_all_was_measured(bench) -> None:
    desk = bench.desk
    bench.open(model=False)
    assert desk.doubt_ml() is None
    desk.begin(Model(desk.study))
    desk.take_swept()
    # Two structures: mm^2 times 3 mm, in ml; the second has 1 mm^2 more on each of the 6 slices.
    assert desk.doubt_ml() == pytest.approx((22.3 + 28.3) * 3.0 / 1000.0)
    assert bench.sayings("doubt_measured")[-1] == ("", pytest.approx(0.1518), {"name": "m", "sha256": "sha of m"})


def test_moves_ask_for_what_depends_on_them_and_no_more(bench) -> None:
    desk, worker = bench.desk, bench.worker
    bench.open()
    worker.asked.clear()
    desk.latents.begin_drag()
    desk.latents.move_axis(PREFERENCE, 1.0)
    assert [what[0] for what in worker.asked] == ["draw"]
    assert worker.of("draw")[0][2] is True
    desk.latents.end_drag()
    assert [what[0] for what in worker.asked] == ["draw", "measure", "axes"]
    worker.asked.clear()
    desk.latents.begin_drag()
    desk.latents.move_axis(AMBIGUITY, 1.0)
    desk.latents.end_drag()
    assert [what[0] for what in worker.asked] == ["draw", "measure"]
    worker.asked.clear()
    desk.display.set_view(map_name=LOCAL_MAP)
    desk.display.set_view(map_form="entropy")
    desk.display.compare_with("anna")
    assert [what[0] for what in worker.asked] == ["local", "spread", "local", "measure"]
    assert worker.of("measure")[-1][2] == "anna"


def test_the_frame_is_asked_for_before_the_panels_are_told(bench) -> None:
    desk, order = bench.desk, []
    bench.open()
    bench.desk._announce = lambda name, _value: order.append(name)
    bench.desk.latents._announce = bench.desk._announce
    bench.worker.draw = lambda *a, **k: order.append("asked")
    desk.latents.choose_rater("ben")
    assert order.index("asked") < order.index("point_changed")


def test_whether_the_model_fits_is_asked_once_after_the_first_contour_and_forgotten_with_the_case(bench) -> None:
    desk = bench.desk
    bench.open()
    desk.latents.choose_rater("ben")
    bench.worker.answer()
    assert len(bench.worker.of("fit")) == 1
    desk.take_fit("fits")
    assert (desk.fit, bench.sayings("fit_changed")[-1]) == ("fits", "fits")
    bench.open(scan("b"), model=False)
    assert (desk.fit, bench.sayings("fit_changed")[-1]) == (None, None)


def test_axes_do_not_change_during_a_drag(bench) -> None:
    desk = bench.desk
    bench.open()
    axes = desk.axes
    desk.latents.begin_drag()
    desk.take_axes(replace(axes, slices_seen=1))
    assert desk.axes is axes
    desk.latents.end_drag()
    desk.take_axes(replace(axes, slices_seen=1))
    assert desk.axes.slices_seen == 1


def test_each_structure_stands_at_its_own_point(bench) -> None:
    case, desk = bench.open(), bench.desk
    desk.latents.choose_rater("ben")
    desk.set_structure(1)
    assert desk.latents.who.consensus
    desk.latents.choose_rater("anna")
    assert [p["tau"][0] for p in desk.latents.points] == [2.0, 1.0]
    assert [p["tau"][0] for p in bench.worker.of("draw")[-1][1]] == [2.0, 1.0]
    assert bench.worker.of("measure")[-1][1] == 1
    desk.set_structure(0)
    assert desk.latents.who.rater == "ben"
    desk.undo()
    assert [p["tau"][0] for p in desk.latents.points] == [2.0, 1.5]
    desk.show(bench.again(case))
    desk.begin(Model(desk.study))
    assert [p["tau"][0] for p in desk.latents.points] == [2.0, 1.5]


def test_the_exact_volume_brings_the_voxels_to_keep(bench) -> None:
    bench.open()
    figures = bench.figures()
    bench.desk.take_figures(replace(figures, exact=False, voxels=None))
    assert bench.sayings("shown_kept") == []
    bench.desk.take_figures(figures)
    case_id, structure, voxels, model = bench.sayings("shown_kept")[-1]
    assert (case_id, structure, model["name"]) == ("", "lesion", "m")
    assert isinstance(voxels, Bricks)


def test_seconds_in_view_add_up_over_openings(bench) -> None:
    case = bench.open()
    bench.now = 40.0
    bench.desk.leave()
    bench.now = 100.0
    bench.desk.show(bench.again(case))
    bench.now = 105.0
    assert bench.desk.seconds == 45.0


def test_slices_are_clamped_and_the_old_ones_drawing_is_dropped(bench) -> None:
    desk = bench.desk
    bench.open()
    assert desk.drawn is not None
    desk.set_slice(99)
    assert desk.slice_index == SHAPE[0] - 1
    assert (desk.drawn, desk.spread) == (None, None)
    desk.step_slice(-100)
    assert desk.slice_index == 0
    asked = len(bench.worker.asked)
    desk.set_slice(0)
    assert len(bench.worker.asked) == asked


def test_without_a_model_nothing_is_asked_for_and_nothing_breaks(bench) -> None:
    desk = bench.desk
    bench.open(model=False)
    bench.worker.asked.clear()
    desk.latents.choose_rater("ben")
    desk.latents.random_sample()
    desk.latents.move_axis(AMBIGUITY, 1.0)
    desk.remember()
    desk.set_slice(1)
    desk.set_structure(1)
    desk.doubts.next()
    desk.shapes.accept()
    desk.shapes.reopen()
    assert bench.worker.asked == []
    assert desk.document.history == ()


def _reading(rater: str) -> Reading:
    study = scan()
    array = np.zeros(SHAPE, bool)
    array[3, 2, 1:3] = True
    return Reading(rater, "lesion", Mask(array, study.geometry))


def test_a_kill_before_the_model_has_come_leaves_which_model_and_structure_it_was(bench) -> None:
    case = OpenedCase.fresh(scan(), person="reader")
    case = OpenedCase(case.study, case.document, case.case_id, {"model": "liver", "structure": 1})
    bench.open(case=case, model=False)
    bench.desk.expect_model(True)
    bench.desk.set_slice(1)
    kept = bench.sayings("view_kept")[-1][1]
    assert (kept["model"], kept["structure"], kept["slice"]) == ("liver", 1, 1)
