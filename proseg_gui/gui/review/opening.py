"""Opening scans and models in the background, and the questions that come up on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from proseg_gui.errors import UserError
from proseg_gui.gui.review.controller import Controller
from proseg_gui.gui.review.work import JobState
from proseg_gui.gui.views.thumbnails import plain_thumbnail
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.review.proposal import choose_bundle_name, look_through
from proseg_gui.review.session import Reviewed, begin_review
from proseg_gui.review.worklist import Worklist
from proseg_gui.volume import Study

DEMO_MODEL = "phantom"
DEMO_PATH = Path("demo")


class Opener(QObject):
    """Opens what the user points at; one thing at a time, the newest request wins, everything can be cancelled."""

    choose_requested = Signal(object, object)
    """``(path, candidates)``: a folder holds several series or cases; answer with :meth:`open_candidate`."""
    model_question = Signal(object, object)
    """``(UserError, answer)``: the model was made for other images; call ``answer()`` to use it all the same."""
    worklist_changed = Signal(object)

    def __init__(self, controller: Controller, worklist: Worklist, device: str = "auto", model: str = "") -> None:
        super().__init__(controller)
        self._controller = controller
        self.worklist = worklist
        self.device = device
        self._wanted_model = model
        self._demo = False
        controller.summary_changed.connect(self._note_doubt)

    def warm_up(self) -> None:
        """Import what a model needs (torch takes seconds) while the scan is being chosen or read."""

        def work(_token: CancelToken, _progress: Progress) -> None:
            import torch

            import proseg_gui.inference.latents
            import proseg_gui.inference.survey  # noqa: F401

            with torch.device("meta"):  # how a bundle is checked; its first use imports more
                torch.randn(1)

        controller = self._controller
        controller.jobs.start("warm", work, title="Loading", done=lambda _none: None, failed=controller.failed.emit)

    # -- scans ----------------------------------------------------------------------------------------------------
    def open_demo(self) -> None:
        """Open the shipped phantom with its model."""

        def work(_token: CancelToken, progress: Progress) -> Study:
            from proseg_gui.phantom import demo_study

            progress(0.1, "making the demo scan")
            return demo_study()

        self._demo = True
        self._run("Opening the demo", work, partial(self._opened, DEMO_PATH))

    def open_paths(self, paths: Sequence[Path], channels: Mapping[str, Path] | None = None) -> None:
        """Open a scan, a DICOM folder, a case, or a dataset folder (its cases become the worklist)."""
        if not paths and not channels:
            return
        self._demo = False
        first = paths[0] if paths else next(iter((channels or {}).values()))

        def work(token: CancelToken, progress: Progress) -> Any:
            from proseg_gui.io.open import SeveralSeries, open_study
            from proseg_gui.review.inputs import openable

            if channels:
                others = dict(channels) if paths else {n: p for n, p in channels.items() if p != first}
                return open_study(first, channels=others, progress=progress, token=token)
            found = openable(paths, progress, token)
            if len(found) > 1:
                return found
            try:
                return open_study(found[0], progress=progress, token=token)
            except SeveralSeries as several:  # the volumes of a 4D file
                return list(several.candidates)

        self._run(f"Opening {first.name}", work, partial(self._found, first))

    def open_candidate(self, candidate: Any) -> None:
        """Open one of several series or cases."""

        def work(token: CancelToken, progress: Progress) -> Any:
            from proseg_gui.io.open import SeveralSeries, open_study

            try:
                return open_study(candidate, progress=progress, token=token)
            except SeveralSeries as several:
                return list(several.candidates)

        self._demo = False
        self._run(f"Opening {candidate.label}", work, partial(self._found, candidate.path))

    def open_loaded(self, path: Path, load: Callable[[CancelToken, Progress], Study]) -> None:
        """Open the scan at ``path`` as ``load`` reads it in the background."""
        self._demo = False
        self._run(f"Opening {path.name}", load, partial(self._opened, path))

    def straighten(self) -> None:
        """Show the tilted or uneven scan in view as a new study, resampled to even and upright slices."""
        study = self._controller.study
        if study is None:
            return

        def work(token: CancelToken, progress: Progress) -> Study:
            from proseg_gui.io.images.resample import straightened

            return straightened(study, progress=progress, token=token)[0]

        review = self._controller.review
        wanted = self._wanted_model if review is None else str(review.bundle.folder)

        def done(straight: Study) -> None:
            self._controller.show_study(straight)
            self._look_through(wanted)

        self._run("Straightening the slices", work, done)

    def fetch_thumbnails(self, candidates: Sequence[Any], found: Callable[[int, np.ndarray], None]) -> None:
        """Make a picture of each candidate's middle slice; ``found(i, picture)`` is called as they come."""
        jobs = self._controller.jobs

        def work(token: CancelToken, _progress: Progress) -> None:
            from proseg_gui.review.inputs import preview_slice

            for number, candidate in enumerate(candidates):
                token.check()
                try:
                    values, window, spacing_yx = preview_slice(candidate)
                except UserError:
                    continue  # its row says why, and the others have pictures all the same
                jobs.post(token, found, number, plain_thumbnail(values, window, spacing_yx))

        jobs.start("previews", work, title="Previews", done=lambda _none: None, failed=lambda _e: None, latest=True)

    def open_neighbour(self, offset: int) -> None:
        """Open the next or previous case of the worklist."""
        item = self.worklist.neighbour(offset)
        if item is None:
            self._controller.noticed.emit("There is no further case in the worklist")
        else:
            self.open_item(item.path)

    def open_item(self, path: Path) -> None:
        """Open a case of the worklist."""
        if path == DEMO_PATH:
            self.open_demo()
        else:
            self.open_paths([path])

    def _found(self, path: Path, found: Study | list) -> None:
        if isinstance(found, Study):
            self._opened(path, found)
            return
        cases = [c for c in found if c.kind == "case"]
        if cases and len(cases) == len(found):
            self.worklist.show([(c.path, c.label) for c in cases], None)
            self.worklist_changed.emit(self.worklist.items)
            self.open_candidate(cases[0])
        else:
            self.choose_requested.emit(path, found)

    def _opened(self, path: Path, study: Study) -> None:
        controller = self._controller
        controller.show_study(study)
        self.worklist.add(path, study.name)
        if self.worklist.current is not None and self.worklist.current.state == "new":
            self.worklist.update(path, state="in review")
        self.worklist_changed.emit(self.worklist.items)
        if not self._demo:
            settings = replace(controller.view.settings.with_recent(str(path)), last_folder=str(path.parent))
            controller.set_view(recent=settings.recent, last_folder=settings.last_folder)
        self._look_through(DEMO_MODEL if self._demo else self._wanted_model)

    # -- models ---------------------------------------------------------------------------------------------------
    def use_model(self, name_or_path: str) -> None:
        """Look at the open study through another bundle, now and from now on."""
        self._wanted_model = name_or_path
        if self._controller.study is None:
            self._controller.set_view(model=name_or_path)
        else:
            self._look_through(name_or_path)

    def use_device(self, device: str) -> None:
        """Run the model elsewhere: ``auto``, ``cpu``, ``cuda`` or ``mps``."""
        self.device = device
        review = self._controller.review
        if review is not None:
            self._look_through(str(review.bundle.folder))

    def look_around(self, centre_mm: tuple[float, float, float]) -> None:
        """Put the model's box of view around a point in LPS mm."""
        review = self._controller.review
        if review is not None:
            self._look_through(str(review.bundle.folder), centre_mm=centre_mm)

    def _look_through(
        self, wanted: str, *, centre_mm: tuple[float, float, float] | None = None, other_modality: bool = False
    ) -> None:
        study, device = self._controller.study, self.device
        remembered = self._controller.view.settings.model
        if study is None:
            return

        def work(_token: CancelToken, progress: Progress) -> Reviewed:
            from proseg_gui.bundle import WrongModality, check_fits, list_bundles, load_bundle

            progress(0.5, "loading the model")
            look = look_through(study, device)
            bundle = load_bundle(choose_bundle_name(study, wanted, remembered, list_bundles(own=True), look))
            try:
                check_fits(bundle.card, study)
            except WrongModality:
                if not other_modality:
                    raise
            progress(0.9, "first contour")
            return begin_review(study, bundle, device, centre_mm)

        def failed(error: BaseException) -> None:
            from proseg_gui.bundle import WrongModality

            if isinstance(error, WrongModality):
                answer = partial(self._look_through, wanted, centre_mm=centre_mm, other_modality=True)
                self.model_question.emit(error, answer)
            else:
                self._controller.failed.emit(error)

        self._run("Loading the model", work, self._ready, failed)

    def _ready(self, review: Reviewed) -> None:
        if not self._demo:
            self._controller.set_view(model=str(review.bundle.card.name))
        self._controller.begin(review)

    # -- the worklist ---------------------------------------------------------------------------------------------
    def set_state(self, path: Path, state: str) -> None:
        """Mark a case."""
        self.worklist.update(path, state=state)
        self.worklist_changed.emit(self.worklist.items)

    def _note_doubt(self, summary: Any) -> None:
        item, review = self.worklist.current, self._controller.review
        if summary is None or not summary.complete or item is None or review is None:
            return
        thickness = review.study.geometry.slice_thickness_mm()
        self.worklist.update(item.path, doubt=float(summary.by_slice @ thickness) / 1000.0)
        self.worklist_changed.emit(self.worklist.items)

    # -- running --------------------------------------------------------------------------------------------------
    def read_beside(self, title: str, work: Any, done: Callable[[Any], None]) -> None:
        """Read something for the scan in view: with the progress and cancel of opening, instead of what was opening."""
        self._run(title, work, done)

    def _run(self, title: str, work: Any, done: Any, failed: Any = None) -> None:
        controller = self._controller

        def progress(share: float, text: str) -> None:
            controller.job_changed.emit(JobState(title, share, text, None))

        controller.job_changed.emit(JobState(title, 0.0, "", None))
        controller.jobs.start(
            "open",
            work,
            title=title,
            done=done,
            failed=failed or controller.failed.emit,
            progress=progress,
            ended=self._ended,
            latest=True,
        )

    def _ended(self) -> None:
        jobs = self._controller.jobs
        if not jobs.busy("open") and not jobs.busy("sweep"):
            self._controller.job_changed.emit(None)

    def cancel(self) -> None:
        """Stop opening; what was open before stays."""
        self._controller.jobs.cancel("open")
        self._controller.job_changed.emit(None)
