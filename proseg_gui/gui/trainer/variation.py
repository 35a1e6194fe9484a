"""How training varies a slice: to be looked at beforehand, since what would be wrong for an anatomy shows at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from proseg_gui.gui.dialogs.frame import DialogFrame
from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.widgets import Picture, button, muted, notice, set_notice
from proseg_gui.gui.views.contours import trace_mask
from proseg_gui.gui.views.palette import rater_colour
from proseg_gui.gui.views.thumbnails import render
from proseg_gui.jobs import CancelToken

if TYPE_CHECKING:
    from pathlib import Path

    from proseg_gui.gui.trainer.survey import CaseRow
    from proseg_gui.io.dataset import Dataset
    from proseg_gui.training.augment import Augmentation
    from proseg_gui.training.dataset import Layout

COLUMNS, ROWS = 4, 3
SIDE, DRAWN_SIDE = 176, 352
SHOWN = (0.0, 2.2)
"""Grey levels of the pictures, centre and width: a little more than the -1..1 that training sees as black and white."""


@dataclass(frozen=True, eq=False)
class Variations:
    """``pictures`` (side, side, 3) uint8, the slice as it is first; ``words`` say what may change and by how much."""

    pictures: Sequence[np.ndarray]
    words: str


def vary(
    row: CaseRow, dataset: Dataset, raters: Sequence[str], given: tuple[str, str, Path | None], seed: int,
    token: CancelToken,
) -> Variations:  # fmt: skip
    """Draw a case's best slice as it is and as training may see it, with each rater's contour.

    ``given`` is what the panel says: what may be mirrored, the intensities ``LOW,HIGH`` (or empty), and the base.
    """
    from proseg_gui.io.dataset import load_case
    from proseg_gui.training.augment import augmentation_for, examples
    from proseg_gui.training.dataset import prepare_case

    flip, window, init = given
    layout = _layout(row, dataset, raters, window, init)
    study = load_case(row.case, dataset.structures, channels=dataset.channels, token=token)
    case = prepare_case(study, layout)
    token.check()
    how = augmentation_for(flip, calibrated=layout.window["kind"] == "fixed")
    image, drawn = case.image[row.best_slice], case.masks[:, 0, :, row.best_slice]
    masks = drawn.flatten(0, 1)  # rater by rater, their structures
    images, moved = examples(image, masks, how, COLUMNS * ROWS - 1, seed)
    colours = [rater_colour(r) for r in range(drawn.shape[0]) for _ in range(drawn.shape[1])]
    pictures = [
        _picture(values[0].numpy(), outlines.numpy() > 0, colours, layout.spacing_mm)
        for values, outlines in ((image, masks), *zip(images, moved, strict=True))
    ]
    which = tr("{case}, slice {slice}: first as it is, then as training may see it.").format(
        case=row.case.name, slice=row.best_slice + 1
    )
    return Variations(pictures, f"{which} {said(how)}")


def _layout(row: CaseRow, dataset: Dataset, raters: Sequence[str], window: str, init: Path | None) -> Layout:
    from proseg_gui.training.dataset import Layout, intensity_window
    from proseg_gui.training.origin import base_layout

    if init is not None:
        from proseg_gui.bundle import read_card

        return base_layout(read_card(init), dataset, raters, None, "")
    limits = tuple(float(part) for part in window.split(",")) if window else None
    fixed = None if limits is None else (limits[0], limits[1])
    return Layout(tuple(raters), dataset.structures, dataset.channels, row.spacing_mm, intensity_window(fixed))


def _picture(
    values: np.ndarray, masks: np.ndarray, colours: Sequence[str], spacing_yx: tuple[float, float]
) -> np.ndarray:
    contours = [(trace_mask(mask), colour) for mask, colour in zip(masks, colours, strict=True)]
    return render(values, SHOWN, spacing_yx, (0, 0, *values.shape), contours, DRAWN_SIDE)


def said(how: Augmentation) -> str:
    """What may change, in one sentence."""
    mirrored = {
        (True, False): tr("left and right"),
        (False, True): tr("front and back"),
        (True, True): tr("either way"),
    }
    flips = mirrored.get((how.flip_x, how.flip_y))
    brightness = tr("a little brighter or darker") if how.gain < 0.1 else tr("brighter or darker")
    return tr(
        "Turned by up to {rotation:g}°, scaled by {scale:.0%}, moved by {shift:.0%} of the side, "
        "bent smoothly, {brightness}, with noise; {mirrored}."
    ).format(
        rotation=how.rotation_deg,
        scale=how.scale,
        shift=how.shift,
        brightness=brightness,
        mirrored=tr("mirrored {flips}").format(flips=flips) if flips else tr("never mirrored"),
    )


class VariationDialog(DialogFrame):
    """The pictures of :func:`vary`; ``again`` asks for others."""

    again = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(tr("How training varies a slice"), parent)
        self.pictures = [Picture(SIDE) for _ in range(COLUMNS * ROWS)]
        grid = QGridLayout()
        grid.setSpacing(8)
        for number, picture in enumerate(self.pictures):
            grid.addWidget(picture, number // COLUMNS, number % COLUMNS)
        self.words = muted(tr("Reading the case…"), wrap=True)
        self.trouble = notice("")
        self.body.addLayout(grid)
        self.body.addWidget(self.words)
        self.body.addWidget(self.trouble)
        self.others = button(tr("Show others"), tip=tr("Draw the changes anew"))
        self.others.clicked.connect(self.again)
        self.others.setEnabled(False)
        self.buttons.insertWidget(0, self.others)
        self.add_button(tr("Close"), primary=True).clicked.connect(self.accept)

    def show_found(self, found: Variations) -> None:
        """Show these."""
        for picture, drawn in zip(self.pictures, found.pictures, strict=True):
            picture.set_thumbnail(drawn)
        self.words.setText(found.words)
        self.others.setEnabled(True)
        self.fit()

    def show_trouble(self, text: str) -> None:
        """Say why there are no pictures."""
        self.words.setText("")
        set_notice(self.trouble, text)
        self.fit()
