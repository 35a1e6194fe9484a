"""Takes what may name a patient off the window for the moment of a picture: names of cases, dates, descriptions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget

from proseg_gui.gui.language import tr
from proseg_gui.gui.review.opening import Opener
from proseg_gui.gui.review.worklist_link import WorklistLink
from proseg_gui.gui.shell.status_bar import StatusBar
from proseg_gui.gui.views.image_pane import ImagePane
from proseg_gui.volume import Study

Clean = Callable[[str], str]
GONE = "\u2026"
INSIDE_FROM = 4
"""Letters from which a name is also taken out of the middle of a longer word."""
DATE = re.compile(r"(?<!\d)(?:(?:19|20)\d\d[-./]?[01]\d[-./]?[0-3]\d|[0-3]?\d[./][01]?\d[./](?:19|20)\d\d)(?!\d)")


def cleaner(study: Study | None, opener: Opener) -> Clean:
    """What takes the names of the open case, of the worklist's cases and of their files out of a text, and dates."""
    names = [] if study is None else [study.name]
    for item in opener.worklist.items:
        path = Path(item.path)
        names += [item.name, path.name, path.name.split(".")[0], path.parent.name]
    parts = {part for name in names for part in (name, *re.split(r"[\^=,;\s]+", name)) if len(part) > 1}
    patterns = [
        re.escape(part) if len(part) >= INSIDE_FROM else rf"(?<!\w){re.escape(part)}(?!\w)"
        for part in sorted(parts, key=lambda part: -len(part))
    ]
    found = re.compile("|".join(patterns), re.IGNORECASE) if patterns else None

    def clean(text: str) -> str:
        return DATE.sub(GONE, text if found is None else found.sub(GONE, text))

    return clean


@contextmanager
def left_out(
    window: QWidget, panes: Sequence[ImagePane], worklist: WorklistLink, status: StatusBar, clean: Clean
) -> Iterator[None]:
    """While this lasts, nothing that the window paints names the patient. The event loop must not turn meanwhile."""
    with ExitStack() as undo:
        for pane in panes:
            undo.callback(pane.set_case, pane.case_text)
            pane.set_case("")
            _without_description(pane, undo)
        undo.callback(worklist.rename, None)
        worklist.rename(lambda number, _name: tr("case {number}").format(number=number))
        said = status.currentMessage()
        if said:
            undo.callback(status.notice, said)
            status.clearMessage()
        for widget in window.findChildren(QWidget):
            if isinstance(widget, QLabel | QAbstractButton | QLineEdit) and clean(widget.text()) != widget.text():
                undo.callback(widget.setText, widget.text())
                blocked = widget.blockSignals(True)
                widget.setText(clean(widget.text()))
                widget.blockSignals(blocked)
        yield


def _without_description(pane: ImagePane, undo: ExitStack) -> None:
    """The series' description is whatever somebody typed at the scanner; the pane takes it from the volume."""
    volume = pane._volume
    if volume is not None:
        undo.callback(setattr, pane, "_volume", volume)
        pane._volume = replace(volume, description="")
