"""What is open and how it is shown, as far as no model is needed for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from proseg_gui.review.state import ViewState
from proseg_gui.settings import Settings
from proseg_gui.volume import Study, Volume


class ViewControl(QObject):
    """The study in view and the user's choices of display; signals carry immutable values."""

    channel_changed = Signal(object)
    """The volume that is shown: another channel of the same study."""
    view_changed = Signal(object)
    noticed = Signal(str)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.study: Study | None = None
        self.view = ViewState(settings=settings)

    @property
    def shown(self) -> Volume:
        """The channel on screen; only while a study is open."""
        assert self.study is not None
        return self.study.channels.get(self.view.channel, self.study.image)

    def show_channel(self, name: str) -> None:
        """Show another channel of the study, with its own grey levels."""
        if self.study is None or name not in self.study.channels:
            return
        window = self.study.channels[name].display_window()
        self.view = replace(self.view, channel=name, window=window)
        self.channel_changed.emit(self.shown)
        self.view_changed.emit(self.view)

    def next_channel(self) -> None:
        """Show the next channel, in the study's order."""
        if self.study is None:
            return
        names = list(self.study.channels)
        if len(names) == 1:
            self.noticed.emit("This study has one channel")
            return
        current = names.index(self.view.channel) if self.view.channel in names else 0
        name = names[(current + 1) % len(names)]
        self.show_channel(name)
        self.noticed.emit(f"Showing {name}")

    def set_view(self, **changes: Any) -> None:
        """Change remembered view settings by name."""
        self.view = replace(self.view, settings=replace(self.view.settings, **changes))
        self.view_changed.emit(self.view)

    def set_window(self, centre: float, width: float) -> None:
        """Grey levels: centre and width in the image's unit."""
        self.view = replace(self.view, window=(centre, max(width, 1e-6)))
        self.view_changed.emit(self.view)

    def show_raters(self, names: frozenset[str]) -> None:
        """Draw these raters' predicted contours beside the current one."""
        self.view = replace(self.view, raters_shown=names)
        self.view_changed.emit(self.view)

    def show_masks(self, names: frozenset[str]) -> None:
        """Draw the masks that these raters gave."""
        self.view = replace(self.view, masks_shown=names)
        self.view_changed.emit(self.view)

    def hide_structure(self, index: int, hidden: bool) -> None:
        """Draw (or stop drawing) a structure."""
        kept = self.view.hidden | {index} if hidden else self.view.hidden - {index}
        self.view = replace(self.view, hidden=kept)
        self.view_changed.emit(self.view)

    def compare_with(self, rater: str | None) -> None:
        """Choose the given mask that the current contour is held against."""
        self.view = replace(self.view, compare_with=rater)
        self.view_changed.emit(self.view)

    def _view_afresh(self, study: Study) -> None:
        """Another study: its own grey levels, and nothing chosen of its raters; announced by the caller."""
        self.view = replace(
            self.view,
            window=study.image.display_window(),
            channel="",
            raters_shown=frozenset(),
            masks_shown=frozenset(),
            hidden=frozenset(),
            compare_with=None,
        )
