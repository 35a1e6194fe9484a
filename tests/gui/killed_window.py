"""A window that works by itself until it is killed; started by ``test_kills.py`` as a program of its own.

The program imports what a window needs once, before any of Qt is started. For each line on its input, a JSON of
``{"seed": ...}``, it forks a child that is a whole window on the same project and settings. The child tells what
happened by lines of JSON at the end of one file; on the output stand its process number, ``begun`` with its first
gesture, and ``ended``.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path
from typing import Any
from weakref import WeakSet

import numpy as np
import torch  # noqa: F401 - the seconds that it takes are spent once
from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import proseg_gui.inference.latents
import proseg_gui.inference.survey  # noqa: F401
from proseg_gui.gui.shell.main_window import MainWindow
from proseg_gui.gui.shell.settings_store import SettingsStore
from proseg_gui.review.document import Document
from proseg_gui.review.keeper import open_keeper
from proseg_gui.volume import Mask, Reading

Key, Modifier = Qt.Key, Qt.KeyboardModifier
CTRL, SHIFT = Modifier.ControlModifier, Modifier.ShiftModifier
KEYS: tuple[tuple[int, tuple[tuple[Key, Modifier], ...]], ...] = (
    (6, ((Key.Key_S, Modifier.NoModifier),)),
    (3, ((Key.Key_R, Modifier.NoModifier), (Key.Key_1, Modifier.NoModifier))),
    (3, ((Key.Key_R, Modifier.NoModifier), (Key.Key_3, Modifier.NoModifier))),
    (2, ((Key.Key_C, Modifier.NoModifier),)),
    (2, ((Key.Key_Z, Modifier.NoModifier),)),
    (3, ((Key.Key_M, Modifier.NoModifier),)),
    (2, ((Key.Key_N, Modifier.NoModifier),)),
    (3, ((Key.Key_Up, Modifier.NoModifier),)),
    (3, ((Key.Key_Down, Modifier.NoModifier),)),
    (4, ((Key.Key_Z, CTRL),)),
    (3, ((Key.Key_Z, CTRL | SHIFT),)),
    (3, ((Key.Key_Return, CTRL),)),
    (3, ((Key.Key_R, CTRL),)),
    (2, ((Key.Key_F, CTRL | SHIFT),)),
    (1, ((Key.Key_A, Modifier.NoModifier),)),
    (1, ((Key.Key_D, Modifier.NoModifier),)),
)
"""How often, and the keys pressed one after the other."""


def say(text: object) -> None:
    """A line for whoever started this."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Worker:
    """Gestures at random in one window, and what came of them."""

    def __init__(self, window: MainWindow, seed: int, tell: Any, models: list[str]) -> None:
        self.window, self.controller, self.tell, self.models = window, window.controller, tell, models
        self.random = random.Random(seed)
        self.begun = False
        self._heard: WeakSet[Document] = WeakSet()
        """A case that is opened again may have the document that it had."""
        controller = self.controller
        controller.study_changed.connect(self._listen)
        controller.view_kept.connect(lambda kept: tell("view", case=kept[0], slice=kept[1]["slice"]))
        controller.failed.connect(lambda error: tell("failed", error=repr(error)))
        window.failed_elsewhere.connect(lambda error: tell("failed", error=repr(error)))
        window.opener.worklist_changed.connect(self._in_view)
        controller.settled.connect(self._settled)

    def _listen(self, _study: object) -> None:
        desk, case = self.controller.desk, self.controller.desk.case
        if case is None or case.document in self._heard:
            return
        self._heard.add(case.document)
        case_id, tell = case.case_id, self.tell
        self.tell(
            "opened", case=case.case_id, slice=desk.slice_index, steps=len(case.document.history),
        )  # fmt: skip
        case.document.listen(
            lambda done: tell("gesture", case=case_id, number=done.number, name=done.name, undoes=done.undoes)
        )

    def _in_view(self, items: tuple) -> None:
        current = [item.case_id for item in items if item.current]
        if current:
            self.tell("current", case=current[0])

    def _settled(self) -> None:
        desk = self.controller.desk
        if desk.review is None or self.begun:
            return
        self.begun = True
        stands = {name: desk.latents.stand(n)[0] for n, name in enumerate(desk.structures)}
        self.tell("stands", case=desk.case.case_id, model=desk.model["sha256"], stands=stands)
        say("begun")
        self._next()

    def _next(self) -> None:
        self.window.activateWindow()
        choice = self.random.random()
        if choice < 0.2:
            self._slide()
        elif choice < 0.26:
            self._draw()
        elif choice < 0.28:
            self.window.opener.use_model(self.random.choice(self.models))
        else:
            weights = [weight for weight, _ in KEYS]
            for key, modifiers in self.random.choices(KEYS, weights)[0][1]:
                QTest.keyClick(QApplication.focusWidget() or self.window, key, modifiers)
        QTimer.singleShot(self.random.choice((1, 10, 30, 80)), self._next)

    def _slide(self) -> None:
        """A drag with some moves, as the panels ask for it."""
        desk = self.controller.desk
        axes = (*desk.axes.preference, *desk.axes.ambiguity)
        if not axes or desk.review is None:
            return
        axis = self.random.choice(axes)
        desk.latents.begin_drag()
        for _ in range(self.random.randint(1, 4)):
            desk.latents.move_axis(axis, self.random.uniform(-2, 2))
            QApplication.processEvents()
        desk.latents.end_drag()

    def _draw(self) -> None:
        """Contours from a file: a block of voxels somewhere."""
        desk = self.controller.desk
        if desk.study is None or desk.review is None:
            return
        voxels = np.zeros(desk.study.geometry.shape, bool)
        at = [self.random.randrange(n) for n in voxels.shape]
        voxels[at[0], at[1] : at[1] + 9, at[2] : at[2] + 9] = True
        name = f"file {self.random.randint(1, 4)}"
        desk.add_drawings([Reading(name, desk.structures[0], Mask(voxels, desk.study.geometry))])


def work(folder: Path, seed: int) -> None:
    """Be a window until killed."""
    log = (folder / "told.jsonl").open("a")

    def tell(kind: str, **values: Any) -> None:
        log.write(json.dumps({"t": time.time(), "kind": kind, **values}) + "\n")
        log.flush()

    application = QApplication([])
    sys.excepthook = lambda _kind, error, _trace: tell("failed", error=repr(error))
    project = folder / "work.project"
    first = not project.exists()
    store = SettingsStore(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat))
    models = [str(path) for path in sorted((folder / "models").iterdir())]
    # Named, as by --model: for a case without one of its own the window would try every model that is shipped.
    window = MainWindow(store, open_keeper(project), "cpu", models[seed % 2])
    tell("started", read_only=window.opener.keeper.read_only)
    window.worker = Worker(window, seed, tell, models)  # kept for as long as the window
    window.show()
    if first or window.opener.keeper.project.session() is None:
        window.opener.set_person("kay")
        window.opener.open_paths([folder / "set"])
    else:
        window.opener.open_last()
    application.exec()


def main() -> None:
    """Fork a window for each line."""
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            work(Path(sys.argv[1]), asked["seed"])
            os._exit(3)  # only a kill ends it
        say(pid)
        os.waitpid(pid, 0)
        say("ended")


if __name__ == "__main__":
    main()
