"""A prompt moves the sliders as one step that undo takes back, is kept with the point, and is answered in any case."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from proseg_gui.errors import UserError
from proseg_gui.prompts.reading import read_prompt
from proseg_gui.review import prompting
from proseg_gui.review.prompting import STEP_NAME
from proseg_gui.review.state import Who

from .conftest import AMBIGUITY, PREFERENCE, scan

THERE = {"tau": (7.0, 7.0), "eps": (0.0, 0.0)}


@pytest.fixture
def described(bench, monkeypatch):
    """A case whose model leads every prompt to one point, or says what ``found`` says."""
    bench.open(scan("a"))
    found = SimpleNamespace(point=THERE)

    def lead(point, prompt, structure, token):
        if isinstance(found.point, str):
            raise UserError(found.point)
        return SimpleNamespace(point=found.point)

    bench.desk.review.described = lead
    bench.found = found
    return bench


def ask(bench, text):
    bench.desk.prompting.follow(text)
    for lane, _token, do in bench.desk.worker.looks:
        if lane == "prompt":
            do()
    bench.desk.worker.looks.clear()
    return bench.sayings("prompt_answered")[-1]


def test_a_prompt_is_one_step_and_undo_takes_it_back(described):
    desk = described.desk
    before, steps = desk.latents.point, len(desk.document.history)
    answer = ask(described, "tighter, purple")
    assert desk.latents.point == THERE and answer.followed.point == THERE and answer.prompt.unknown == ("purple",)
    assert len(desk.document.history) == steps + 1 and desk.undo_name == STEP_NAME
    desk.undo()
    assert desk.latents.point == before
    desk.redo()
    assert desk.latents.point == THERE and desk.latents.who.prompt == "tighter"


@pytest.mark.parametrize("text", ["", "   ", "purple", "the contour please", "without"])
def test_a_text_that_asks_for_nothing_is_answered_and_changes_nothing(described, text):
    desk = described.desk
    before, steps = desk.latents.point, len(desk.document.history)
    answer = ask(described, text)
    assert answer.followed is None and not answer.prompt.asks
    assert desk.latents.point == before and len(desk.document.history) == steps
    assert desk.latents.who == Who(consensus=True)


def test_what_the_model_cannot_do_is_answered_in_its_words(described):
    described.found.point = "the model draws nothing"
    answer = ask(described, "tighter")
    assert "draws nothing" in answer.refused and answer.followed is None and described.desk.undo_name == ""


def test_a_point_that_stays_is_no_step(described):
    described.found.point = described.desk.latents.point
    answer = ask(described, "tighter")
    assert answer.followed is not None and described.desk.undo_name == "" and described.desk.latents.who.consensus


def test_sliders_that_moved_meanwhile_are_not_moved_again(described):
    desk = described.desk
    desk.prompting.follow("tighter")
    desk.latents.choose_rater("ben")
    stands = desk.latents.point
    for _lane, _token, do in desk.worker.looks:
        do()
    assert desk.latents.point == stands and "meanwhile" in described.sayings("prompt_answered")[-1].refused


def test_where_a_contour_came_from_says_the_prompts_and_what_came_after(described):
    desk = described.desk
    ask(described, "tighter")
    assert desk.shapes.outgoing().who == "described: tighter"
    described.found.point = {**THERE, "tau": (8.0, 8.0)}
    ask(described, "smooth")
    assert desk.shapes.outgoing().who == "described: tighter; smooth"
    desk.latents.move_axis(AMBIGUITY, 1.0)
    assert desk.shapes.outgoing().who == "described: tighter; smooth"
    desk.latents.move_axis(PREFERENCE, 1.0)
    assert desk.shapes.outgoing().who == "described: tighter; smooth, then by sliders"
    desk.shapes.accept()
    desk.worker.finish()
    assert desk.shapes.outgoing().who.startswith("described: tighter; smooth")
    desk.shapes.reopen()
    ask(described, "like anna")
    assert desk.latents.who.prompt == "like anna"
    desk.latents.choose_rater("ben")
    assert desk.shapes.outgoing().who == "ben"


def test_it_comes_back_with_the_case(described):
    desk = described.desk
    ask(described, "tighter")
    desk.latents.move_axis(PREFERENCE, 1.0)
    desk.settled()
    kept = desk.latents.who
    desk.begin(desk.review)
    assert desk.latents.who == kept == Who(prompt="tighter", moved=True)


def test_another_model_forgets_what_was_said(described):
    ask(described, "tighter")
    described.desk.begin(described.desk.review)
    assert described.sayings("prompt_answered")[-1] is None


def test_words_are_read_by_the_worker_who_may_read_files(described, monkeypatch):
    read = []
    monkeypatch.setattr(prompting, "read_prompt", lambda *given: read.append(given) or read_prompt(*given))
    described.desk.prompting.follow("mauve")
    assert read == []
    ((_lane, _token, do),) = [look for look in described.desk.worker.looks if look[0] == "prompt"]
    do()
    assert len(read) == 1 and described.sayings("prompt_answered")[-1].prompt.unknown == ("mauve",)
