"""Joins the worklist panel to the opener."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.model import WorkRow
from proseg_gui.gui.panels.worklist import WorklistPanel
from proseg_gui.gui.review.opening import Opener
from proseg_gui.review.figures import ml_text
from proseg_gui.review.state import WorkItem


class WorklistLink(QObject):
    """Shows the cases; the doubt bar is relative to the most doubtful case of the list."""

    def __init__(self, opener: Opener, panel: WorklistPanel) -> None:
        super().__init__(opener)
        self._opener, self._panel = opener, panel
        self._measuring = ""
        self._name: Callable[[int, str], str] = lambda _number, name: name
        panel.open_requested.connect(opener.open_item)
        panel.flag_chosen.connect(opener.flag)
        panel.order_chosen.connect(opener.sort)
        opener.worklist_changed.connect(self._show)

    def show_measuring(self, key: str) -> None:
        """Say which case is being measured; empty: none is."""
        self._measuring = key
        self._show(self._opener.worklist.items)

    def _detail(self, item: WorkItem, doubt: float | None) -> str:
        if doubt is not None:
            return tr("{volume} in doubt").format(volume=ml_text(doubt))
        return item.problem or (tr("being measured") if item.key == self._measuring else "")

    def rename(self, name: Callable[[int, str], str] | None) -> None:
        """Show other names, made of a case's number in the list and its name; ``None``: the cases' own."""
        self._name = name or (lambda _number, own: own)
        self._show(self._opener.worklist.items)

    def _show(self, items: tuple[WorkItem, ...]) -> None:
        model = self._opener.worklist.model
        doubts = [item.doubt_by(model) for item in items]
        most = max((doubt for doubt in doubts if doubt is not None), default=0.0)
        rows = [
            WorkRow(
                key=item.key,
                name=self._name(number, item.name),
                state=item.state,
                doubt=None if doubt is None or most <= 0 else doubt / most,
                current=item.current,
                detail=self._detail(item, doubt),
                flagged=item.flagged,
            )
            for number, (item, doubt) in enumerate(zip(items, doubts, strict=True), start=1)
        ]
        self._panel.set_order(self._opener.worklist.order)
        self._panel.set_items(rows)
