"""Reading a data set's cases for a training, with the marks by which they are known again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from proseg_gui.bundle import UNKNOWN_MODALITY, Card, case_hash
from proseg_gui.io.dataset import Dataset, load_case
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.training.dataset import Layout, TrainingCase, intensity_window, prepare_case
from proseg_gui.training.origin import base_layout, check_study
from proseg_gui.training.request import Images
from proseg_gui.training.room import Room
from proseg_gui.volume import Study


@dataclass(frozen=True)
class Mark:
    """A case that was read: its hash for the card, and what only goes into the hash over all, for the checkpoint."""

    salted: str
    name: str
    content: str


class CaseReader:
    """Cases on the model's grid: that of ``base``, or the one that the first case fixes.

    ``raters`` are the data set's names in the bundle's order; ``salt`` is that of the card's hashes.
    """

    def __init__(
        self, dataset: Dataset, images: Images, raters: Sequence[str], base: Card | None, salt: str, room: Room
    ) -> None:
        self._dataset, self._images, self._raters, self._base = dataset, images, tuple(raters), base
        self._salt, self._room = salt, room
        self._layout: Layout | None = None
        if base is not None:
            modality = images.modality or dataset.cases[0].modality
            self._layout = base_layout(base, dataset, self._raters, images.window, modality)

    @property
    def layout(self) -> Layout:
        """What is taken and drawn; known once a case was read."""
        assert self._layout is not None
        return self._layout

    def read(
        self, names: Sequence[str], progress: Progress, token: CancelToken | None
    ) -> tuple[list[TrainingCase], list[Mark]]:
        """The cases called ``names``, in their order."""
        data, cases, marks = self._dataset, [], []
        for number, case in enumerate(data.select(names)):
            progress(number / len(names), f"reading case {number + 1} of {len(names)}")  # kept in logs: no name
            study = load_case(case, data.structures, channels=data.channels, token=token)
            if self._base is not None:
                check_study(self._base, study)
            self._layout = self._layout or self._first(study)
            cases.append(prepare_case(study, self._layout, self._room))
            marks.append(Mark(case_hash(study, self._salt), case.name, case_hash(study, "")))
        return cases, marks

    def _first(self, study: Study) -> Layout:
        _, y, x = study.geometry.spacing_mm
        modality = self._images.modality or study.image.modality or UNKNOWN_MODALITY
        return Layout(self._raters, self._dataset.structures, self._dataset.channels, (round(y, 4), round(x, 4)),
                      intensity_window(self._images.window), modality)  # fmt: skip
