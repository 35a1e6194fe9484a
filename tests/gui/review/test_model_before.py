"""What was used before the present model is remembered, from wherever another one was chosen."""

from __future__ import annotations

import pytest

from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.model_before import ModelBefore
from proseg_gui.locations import data_folder
from proseg_gui.settings import Settings

SHIPPED = str(data_folder("models") / "phantom")


@pytest.fixture
def use(qapp, tmp_path, monkeypatch):
    """Use a model; says what was in use before, by the settings. ``home`` stands for the folder of one's own."""
    monkeypatch.setattr("proseg_gui.gui.review.model_before.own_models", lambda: tmp_path / "models")
    controller = Controller(Settings())
    ModelBefore(controller)

    def use(name: str) -> str:
        controller.display.set_view(model=name.replace("home", str(tmp_path)))
        return controller.display.view.settings.previous_model

    yield use
    controller.close()


def test_a_model_is_remembered_by_its_name_once_another_is_chosen(use):
    assert [use("home/models/mine"), use(SHIPPED), use("other")] == ["", "mine", "phantom"]


def test_the_same_model_by_another_name_is_no_other(use):
    assert [use("phantom"), use(SHIPPED), use("phantom")] == ["", "", ""]


def test_a_model_that_was_only_tried_is_nothing_to_go_back_to(use):
    assert [use("home/models/mine"), use("home/trainings/new/bundle"), use("home/models/new")] == ["", "mine", "mine"]


def test_no_choice_and_folders_from_elsewhere_are_nothing_to_go_back_to(use):
    assert [use(""), use("phantom"), use(""), use("./phantom"), use("/elsewhere/m"), use("other")] == [
        "", "", "phantom", "phantom", "phantom", "phantom",
    ]  # fmt: skip
