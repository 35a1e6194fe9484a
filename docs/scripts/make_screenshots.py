"""The pictures of the documents, taken from the real window: ``python docs/scripts/make_screenshots.py [NAME ...]``.

Opens the demo offscreen, does what each page describes, and writes ``docs/images/NAME.png``; all without names.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# The platform is chosen before Qt is imported.
import numpy as np
from PySide6.QtCore import QEventLoop, QPoint, QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from scipy.ndimage import binary_dilation

from proseg_gui.cli.demo_data import write_training
from proseg_gui.gui.shell.main_window import MainWindow
from proseg_gui.gui.shell.settings_store import SettingsStore
from proseg_gui.gui.trainer.people_dialog import PeopleDialog
from proseg_gui.io.dataset import load_case, read_dataset
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.review.keeper import Keeper

IMAGES = Path(__file__).resolve().parents[1] / "images"
SIZE = (1440, 900)
PATIENCE_MS = 900_000
PHANTOMS, HELD_OUT, TRAINER_STEPS = 8, 3, 100
LIVER_WINDOW = (90.0, 180.0)
"""Centre and width in HU: what a radiologist would drag to for a liver lesion."""


class Studio:
    """The window with the demo in it, and a camera."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        store = SettingsStore(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat))
        self.window = MainWindow(store, Keeper(), "cpu")
        self.controller = self.window.controller
        self.controller.failed.connect(self._fail)
        self.window.resize(*SIZE)
        self.window.show()

    def _fail(self, error: BaseException) -> None:
        self.window.close()
        sys.exit(f"the window reported: {error}")

    def open_demo(self) -> None:
        """Open the demo, wait until all of it was looked at, and set the view up as one would for the lesion."""
        self._after(self.window.opener.open_demo)
        self.do(lambda: self.controller.display.set_window(*LIVER_WINDOW))
        self.look_closer(2.4)

    def look_closer(self, zoom: float) -> None:
        """Drag the structure to the middle of the pane, and zoom in."""
        pane = self.window.scene.scan
        rows, columns = np.nonzero(self.controller.desk.spread.agreement > 0.5)
        found = pane.widget_position(
            (self.controller.desk.slice_index, round(rows.mean()), round(columns.mean()))
        ).toPoint()
        middle = pane.rect().center()
        QTest.mousePress(pane, Qt.MouseButton.MiddleButton, pos=found)
        QTest.mouseMove(pane, middle)
        QTest.mouseRelease(pane, Qt.MouseButton.MiddleButton, pos=middle)
        pane.zoom_by(zoom)
        self.pause(200)

    def do(self, *actions: Callable[[], object]) -> None:
        """Carry out what a user would do, and wait until it is on the screen."""
        for action in actions:
            self._after(action)

    def _after(self, action: Callable[[], object]) -> None:
        """Wait for ``settled``, or for a second and a half after an action that settles nothing."""
        loop = QEventLoop()
        rest = QTimer(singleShot=True, interval=1500)
        self.controller.settled.connect(loop.quit)
        QTimer.singleShot(PATIENCE_MS, loop, loop.quit)
        rest.timeout.connect(lambda: None if self._busy() else loop.quit())
        action()
        rest.start()
        loop.exec()
        self.controller.settled.disconnect(loop.quit)
        self.pause(400)

    def _busy(self) -> bool:
        lanes = ("open", "frame", "spread", "sweep", "detail")
        return any(self.controller.jobs.busy(lane) for lane in lanes)

    @staticmethod
    def pause(milliseconds: int) -> None:
        """Let the window paint."""
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Let the window work until something is so."""
        end = time.monotonic() + PATIENCE_MS / 1000
        while not condition():
            if time.monotonic() > end:
                sys.exit("the window did not get there in time")
            self.pause(100)

    def save(self, name: str, widget: QWidget | None = None) -> None:
        """Write a picture of ``widget``, or of the whole window."""
        IMAGES.mkdir(exist_ok=True)
        file = IMAGES / f"{name}.png"
        if not (widget or self.window).grab().save(str(file), "PNG"):
            sys.exit(f"{file} cannot be written")
        print(f"wrote {file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file}")

    def save_dialog(self, name: str, opened_by: Callable[[], object]) -> None:
        """Write a picture of the dialog that ``opened_by`` opens, then close it."""
        opened_by()
        self.pause(600)
        dialogs = [widget for widget in self.window.findChildren(QDialog) if widget.isVisible()]
        self.save(name, dialogs[-1])
        dialogs[-1].reject()
        self.pause(100)


def review(studio: Studio) -> None:
    """The whole window: one rater's contour between the outer bounds."""
    rater = studio.controller.desk.review.engine.raters[0]
    studio.do(lambda: studio.controller.latents.choose_rater(rater))
    studio.save("review")


def preference(studio: Studio) -> None:
    """Half way between two raters."""
    count = len(studio.controller.desk.review.engine.raters)
    weights = [0.6, 0.4, *[0.0] * (count - 2)]
    studio.do(lambda: studio.controller.latents.set_blend(weights))
    studio.save("preference", studio.window.preference)


def prompt(studio: Studio) -> None:
    """Words that moved the sliders, with one that is not understood."""
    controller, box = studio.controller, studio.window.preference.prompt
    answers: list[object] = []
    controller.prompt_answered.connect(answers.append)
    box.line.setText("tighter, leave out the spiculations, smooth, mauve")
    studio.do(controller.latents.choose_consensus_style)
    QTest.keyClick(box.line, Qt.Key.Key_Return)
    studio.wait_until(lambda: bool(answers))
    studio.pause(1500)
    studio.save("prompt", studio.window.preference)
    box.line.clear()
    controller.desk.prompting.forget()


def ambiguity(studio: Studio) -> None:
    """The first slider moved both ways and remembered."""
    controller = studio.controller
    studio.do(controller.latents.choose_consensus_style)
    for position in (-2.0, 2.0):
        axis = controller.desk.axes.ambiguity[0]
        studio.do(
            lambda axis=axis, position=position: controller.latents.move_axis(axis, position), controller.desk.remember
        )
    studio.save("ambiguity", studio.window.ambiguity)
    studio.do(controller.latents.reset_ambiguity)


def raters(studio: Studio) -> None:
    """All raters at once in the left pane, the map between experts in the right one."""
    controller = studio.controller
    names = frozenset(controller.desk.review.engine.raters)
    studio.do(lambda: controller.display.show_raters(names), lambda: controller.display.set_view(map_name="inter"))
    studio.save("raters", studio.window.scene)
    studio.do(
        lambda: controller.display.show_raters(frozenset()), lambda: controller.display.set_view(map_name="total")
    )


def uncertainty(studio: Studio) -> None:
    """Where the doubt comes from, slice by slice and in ml."""
    studio.save("uncertainty", studio.window.uncertainty)
    studio.save("slice-strip", studio.window.docks["strip"])
    studio.save("volumes", studio.window.docks["volumes"])


def export(studio: Studio) -> None:
    """The export dialog."""
    studio.save_dialog("export", studio.window.commands.exporting.ask)


def models(studio: Studio) -> None:
    """The shipped models."""
    studio.save_dialog("models", studio.window.commands.questions.choose_model)


def keys(studio: Studio) -> None:
    """The shortcut sheet."""
    studio.save_dialog("keys", lambda: studio.window.menus.give("keys"))


def agreement(studio: Studio) -> None:
    """The figures of the contour and the presets against the masks of the demo."""
    link = studio.window.agreement
    link.open()
    studio.wait_until(lambda: not link.dialog.bar.isVisible() and "…" not in link.dialog.text())
    studio.save("agreement", link.dialog)
    link.dialog.close()


def trainer(studio: Studio) -> None:
    """The Trainer tab after a real training: a rater is added whom the phantom model does not know."""
    window, link = studio.window, studio.window.trainer.link
    setup = link.tab.setup
    folder = training_phantoms(studio.folder / "CT phantoms")
    window.tabs.bar.setCurrentIndex(1)
    link.data.choose(folder)
    studio.wait_until(lambda: link.data.complete and link.library.models)
    link.tab.data.where.set_texts((folder.name,))  # not where this script keeps it
    table = link.tab.data.table
    for row in range(PHANTOMS - HELD_OUT, PHANTOMS - 1):  # the last one validates already
        place = table.visualRect(table.cases.index(row, table.cases.columnCount() - 1)).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    number = next(i for i in range(setup.base.count()) if setup.base.itemText(i).startswith("phantom"))
    setup.base.setCurrentIndex(number)
    setup.base.activated.emit(number)
    setup.who.click()
    people = window.findChild(PeopleDialog)
    people.same.click()  # the phantoms are by the model's own raters, and one new
    people.done_button.click()
    setup.steps.setValue(TRAINER_STEPS)
    setup.start.click()
    try:
        studio.wait_until(lambda: link.snapshot is not None and not link.snapshot.alive)
        studio.wait_until(lambda: all(p.thumbnail is not None for p in link.tab.strip.pictures.values()))
        studio.save("trainer")
    finally:
        link.discard()  # a training goes on without its window, and this one is for nobody
    window.tabs.show_review()


def training_phantoms(folder: Path) -> Path:
    """A few phantoms by the four raters of the shipped model and one new, who draws wider than the most generous."""
    write_training(folder, PHANTOMS)
    for case in read_dataset(folder).cases:
        study = load_case(case)
        generous = next(reading for reading in study.readings if reading.rater == "generous")
        wider = binary_dilation(generous.mask.array, np.ones((1, 3, 3)), iterations=3)
        where = case.path / "masks" / generous.structure / "newcomer.nii.gz"
        write_nifti(wider.astype(np.uint8), study.geometry, where)
    return folder


def proposal(studio: Studio) -> None:
    """A stroke at the lobe, and what the model proposes after it."""
    controller, desk, pane = studio.controller, studio.controller.desk, studio.window.scene.scan
    rows, columns = np.nonzero(desk.drawn.frame.probability[0] > 0.5)
    at = pane.widget_position((desk.slice_index, round(rows.mean()) + 6, int(columns.min()) - 4)).toPoint()
    desk.tools.choose("brush")
    desk.tools.set_radius(4.0)
    QTest.mousePress(pane, Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(pane, at + QPoint(10, 8))
    QTest.mouseRelease(pane, Qt.MouseButton.LeftButton, pos=at + QPoint(10, 8))
    studio.wait_until(lambda: desk.proposals.offered is not None and desk.proposals.offered.complete)
    studio.pause(1500)
    studio.save("proposal")
    studio.do(desk.undo, desk.tools.lay_down)
    controller.settled.emit()


def light(studio: Studio) -> None:
    """The light theme."""
    studio.do(lambda: studio.controller.display.set_view(theme="light"))
    studio.save("light")
    studio.do(lambda: studio.controller.display.set_view(theme="dark"))


ALL = (
    review, preference, prompt, ambiguity, raters, uncertainty, agreement, export, models, keys, proposal, light,
    trainer,
)  # fmt: skip
PICTURES = {picture.__name__: picture for picture in ALL}


def main(names: list[str]) -> None:
    """Take the named pictures, or all."""
    unknown = [name for name in names if name not in PICTURES]
    if unknown:
        sys.exit(f"there is no picture called {', '.join(unknown)}; there are {', '.join(PICTURES)}")
    application = QApplication.instance() or QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = folder  # one's own models are no part of a document
        studio = Studio(Path(folder))
        studio.open_demo()
        for name in names or PICTURES:
            PICTURES[name](studio)
        studio.window.close()
    application.processEvents()


if __name__ == "__main__":
    main(sys.argv[1:])
