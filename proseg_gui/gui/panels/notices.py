"""What should be known of the scan in view (a gap between slices, resampled channels), as long as it is open."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from proseg_gui.gui.language import tr

SHOWN = 2
"""Notices that are shown without being asked for."""


class NoticeBar(QFrame):
    """Sentences above the panes; the first ones at once, all of them on a button. Hidden while there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice-bar")
        self.setProperty("role", "banner")
        self._notices: tuple[str, ...] = ()
        self._all = False
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 6, 4)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.text.setAccessibleName(tr("Notices about this scan"))
        self.more = QToolButton()
        self.more.setAutoRaise(True)
        self.more.clicked.connect(self._toggle)
        self.hide_now = QToolButton()
        self.hide_now.setAutoRaise(True)
        self.hide_now.setText("\u2715")
        self.hide_now.setToolTip(tr("Hide these notices until the case is opened again"))
        self.hide_now.setAccessibleName(tr("Hide the notices"))
        self.hide_now.clicked.connect(self.hide)
        row.addWidget(self.text, 1)
        side = QVBoxLayout()
        side.addWidget(self.hide_now, 0, Qt.AlignmentFlag.AlignRight)
        row.addWidget(self.more, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(side)
        self.hide()

    def show_notices(self, notices: Sequence[str]) -> None:
        """Show these instead of what was shown."""
        self._notices, self._all = tuple(dict.fromkeys(notices)), False
        self._fill()
        self.setVisible(bool(self._notices))

    def add(self, notice: str) -> None:
        """Show one more."""
        if notice not in self._notices:
            self._notices = (*self._notices, notice)
            self._fill()
            self.show()

    def _toggle(self) -> None:
        self._all = not self._all
        self._fill()

    def _fill(self) -> None:
        shown = self._notices if self._all else self._notices[:SHOWN]
        self.text.setText("\n".join(shown))
        left = len(self._notices) - SHOWN
        self.more.setVisible(left > 0)
        self.more.setText(tr("fewer") if self._all else tr("{left} more").format(left=left))
