"""The Trainer is made when it is needed, and is then all there."""

from __future__ import annotations

import pytest

from proseg_gui.bundle import trainings_beside
from proseg_gui.gui.shell.trainer_page import TrainerPage
from proseg_gui.gui.views.palette import LIGHT


def made(page: TrainerPage) -> bool:
    return page._link is not None


def ready(qtbot, page: TrainerPage) -> None:
    jobs = page.link.jobs
    qtbot.waitUntil(lambda: not jobs.busy("training") and not jobs.busy("library"))


def test_a_window_makes_no_trainer_until_it_is_shown(window, qtbot):
    page = window.trainer
    assert not made(page) and not page.working
    window.menus.action("show_trainer").trigger()
    assert made(page)
    ready(qtbot, page)
    tab = page.tab
    assert tab.isVisible() and tab.size() == page.size()
    assert [model.card.name for model in page.link.library.models] and tab.setup.isEnabled()
    window.tabs.show_review()
    window.tabs.show_trainer()
    assert page.tab is tab, "one Trainer, however often it is shown"


def test_what_the_trainer_says_reaches_the_window(window, qtbot, tmp_path):
    failures = []
    window.trainer.failed.connect(failures.append)
    window.trainer.link.data.choose(tmp_path)
    qtbot.waitUntil(lambda: bool(failures))
    assert "no case was found" in str(failures[0])


def test_it_wears_the_theme_that_was_chosen_before(window, qtbot):
    window.controller.display.set_view(theme="light")
    assert window.trainer.tab.run.losses._background == LIGHT.background
    ready(qtbot, window.trainer)


@pytest.mark.parametrize("left", [True, False])
def test_a_training_that_was_left_here_is_followed_at_once(window, qtbot, tmp_path, monkeypatch, left):
    for module in ("shell.trainer_page", "trainer.link"):
        monkeypatch.setattr(f"proseg_gui.gui.{module}.own_models", lambda: tmp_path / "home" / "models")
    trainings = trainings_beside(tmp_path / "home" / "models")
    page = TrainerPage(window.controller, window.opener, window)
    if left:
        (trainings / "a-run").mkdir(parents=True)
    page.follow_what_was_left()
    assert made(page) == left
    if left:
        ready(qtbot, page)
        page.end()


def test_closing_a_window_makes_no_trainer(window):
    page = window.trainer
    assert window.close() and not made(page)
