"""Sliders for the axes of one latent: the strongest ones first, the rest behind a fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.latent_slider import LatentSlider
from proseg_gui.gui.panels.model import AxisRow, Thumbnail, effect_texts, percent
from proseg_gui.gui.panels.widgets import button
from proseg_gui.wording import plural


class AxisList(QWidget):
    """``shown`` sliders, and a button that unfolds the others.

    Rows are kept while only labels, effects or shares change, so that a refined measurement never takes a slider out
    of somebody's hand.

    Parameters
    ----------
    whole:
        What an axis's share is a share of, for its effect text.
    """

    moved = Signal(str, float)
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(self, whole: str, shown: int, *, preview: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = whole
        self._shown = shown
        self._preview = preview
        self._rows: tuple[AxisRow, ...] = ()
        self.sliders: dict[str, LatentSlider] = {}
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(3)
        self.fold = button("", kind="fold")
        self.fold.setCheckable(True)
        self.fold.toggled.connect(self._show_rows)
        self.fold.hide()
        self._box.addWidget(self.fold)

    def set_axes(self, rows: Sequence[AxisRow], *, provisional: bool = False) -> None:
        """Show these axes, in this order."""
        keys = [row.key for row in rows]
        if len(set(keys)) != len(keys):
            raise ValueError(f"axis keys must differ, got {keys}")
        if keys != list(self.sliders):
            self._rebuild(rows)
        self._rows = tuple(rows)
        for row in rows:
            slider = self.sliders[row.key]
            slider.track.set_limit(row.limit)
            slider.set_stops(row.stops)
            slider.set_label(row.label)
            texts = effect_texts(row, self._whole)
            hint = texts[0]
            if provisional:
                hint += "\n" + tr("Provisional: measured on the slices encoded so far")
            slider.set_effect(texts, hint, provisional=provisional)
        self._show_rows()

    def set_positions(self, positions: Mapping[str, float]) -> None:
        """Show these positions (standard deviations) by axis key; emits nothing."""
        for key, position in positions.items():
            if key in self.sliders:
                self.sliders[key].set_position(position)

    def set_ghosts(self, ghosts: Mapping[str, tuple[float, float]]) -> None:
        """Show where a proposal would move the sliders: ``(mean, width)`` by key; nothing where a key is missing."""
        for key, slider in self.sliders.items():
            slider.set_ghost(ghosts.get(key))

    def set_preview(self, key: str, thumbnail: Thumbnail | None) -> None:
        """Show a tiny picture of what axis ``key`` does."""
        if key in self.sliders:
            self.sliders[key].set_preview(thumbnail)

    def _rebuild(self, rows: Sequence[AxisRow]) -> None:
        for slider in self.sliders.values():
            self._box.removeWidget(slider)
            slider.hide()
            slider.deleteLater()
        self.sliders = {}
        for index, row in enumerate(rows):
            slider = LatentSlider(row.label, row.limit, preview=self._preview)
            slider.moved.connect(lambda position, key=row.key: self.moved.emit(key, position))
            slider.drag_started.connect(self.drag_started)
            slider.drag_ended.connect(self.drag_ended)
            self._box.insertWidget(index, slider)
            self.sliders[row.key] = slider

    def _show_rows(self) -> None:
        hidden = self._rows[self._shown :]
        unfolded = self.fold.isChecked()
        for row in self._rows[: self._shown]:
            self.sliders[row.key].show()
        for row in hidden:
            self.sliders[row.key].setVisible(unfolded)
        self.fold.setVisible(bool(hidden))
        if unfolded:
            self.fold.setText(tr("Fewer axes"))
        else:
            rest = percent(sum(row.share for row in hidden))
            more = plural(len(hidden), tr("more axis"), tr("more axes"))
            self.fold.setText(f"{more} · {rest}")
