"""The uncertainty panel: why it is uncertain, as shares of the total; a row chooses the map that is drawn."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QHBoxLayout,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.model import MAPS, PARTS, Part, percent
from proseg_gui.gui.panels.percent_slider import PercentSlider
from proseg_gui.gui.panels.widgets import SWATCH, Section, button, muted, own_keys, paint_swatch

FORMS = {
    "variance": (marked("Variance"), marked("Variance of inclusion; the colour scale runs from 0 to 0.25")),
    "entropy": (marked("Entropy"), marked("Entropy of inclusion in nats; the colour scale runs from 0 to 0.69 (ln 2)")),
}
NOT_YET = marked("Not computed yet")
NOTHING = marked("Open a scan with a model to see why it is uncertain.")


class ShareBar(QWidget):
    """The parts side by side, as long as their shares; hatched while nothing is known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: Mapping[str, float] | None = None
        self._colours: Mapping[str, str] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_colours(self, colours: Mapping[str, str]) -> None:
        """Set a colour for each part."""
        self._colours = dict(colours)
        self.update()

    def set_shares(self, shares: Mapping[str, float] | None) -> None:
        """Set fractions of the total by part."""
        self._shares = None if shares is None else dict(shares)
        words = "" if shares is None else ", ".join(f"{tr(p.label)} {percent(shares.get(p.key, 0.0))}" for p in PARTS)
        self.setAccessibleName(
            tr("Shares of the total uncertainty: {words}").format(words=words)
            if words
            else tr("Shares not computed yet")
        )
        self.update()

    def sizeHint(self) -> QSize:
        """A slim bar."""
        return QSize(200, 11)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The parts from left to right."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        outline = QPainterPath()
        outline.addRoundedRect(box, 3, 3)
        painter.setClipPath(outline)
        painter.fillRect(box, self.palette().mid())
        if self._shares is None:
            painter.fillRect(box, QColor(0, 0, 0, 0))
            painter.setPen(QPen(self.palette().window().color(), 2.0))
            for x in range(-12, self.width(), 8):
                painter.drawLine(QPointF(x, box.bottom()), QPointF(x + 12, box.top()))
            return
        whole = sum(max(0.0, self._shares.get(part.key, 0.0)) for part in PARTS) or 1.0
        left = 0.0
        for part in PARTS:
            width = box.width() * max(0.0, self._shares.get(part.key, 0.0)) / whole
            painter.fillRect(QRectF(left, 0, width, box.height()), QColor(self._colours.get(part.key, "#888888")))
            left += width


class MapRow(QAbstractButton):
    """A part of the uncertainty: colour, name, share, meaning. Chosen by click, Tab and arrows, or Space."""

    def __init__(self, part: Part, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.part = part
        self._colour = ""
        self._share: float | None = None
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        own_keys(self, Qt.Key.Key_Space, Qt.Key.Key_Up, Qt.Key.Key_Down)
        self._describe()

    @property
    def share(self) -> float | None:
        """The share shown, ``None`` while it is not known."""
        return self._share

    def set_colour(self, colour: str) -> None:
        """Set the colour that the bar uses for this part."""
        self._colour = colour
        self.update()

    def set_share(self, share: float | None) -> None:
        """Set the fraction of the total."""
        self._share = share
        self._describe()
        self.update()

    def set_available(self, available: bool) -> None:
        """A map that is not there yet cannot be chosen, and says so."""
        self.setEnabled(available)
        self._describe()

    def _describe(self) -> None:
        label = tr(self.part.label)
        self.setText(label if self._share is None else f"{label} {percent(self._share)}")
        meaning = tr(self.part.meanings[0])
        self.setAccessibleName(f"{self.text()}: {meaning}")
        advice = tr("Click to draw this map") if self.isEnabled() else tr(NOT_YET)
        self.setToolTip(f"{self.text()}: {meaning}\n{advice}")

    def sizeHint(self) -> QSize:
        """A line of text with some air."""
        self.ensurePolished()
        return QSize(200, self.fontMetrics().height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Mark, colour, words left, meaning right."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self.palette()
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.isChecked() or (self.underMouse() and self.isEnabled()):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.midlight() if self.isChecked() else colours.light())
            painter.drawRoundedRect(box, 3, 3)
        if self.hasFocus():
            painter.setPen(QPen(colours.link().color(), 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 3, 3)
        swatch = QRectF(5, (self.height() - SWATCH + 2) / 2, SWATCH - 2, SWATCH - 2)
        if self._colour:
            paint_swatch(painter, swatch, QColor(self._colour))
        else:
            paint_swatch(painter, swatch, colours.shadow().color(), hollow=True)
        self._write(painter)

    def _write(self, painter: QPainter) -> None:
        colours, metrics = self.palette(), self.fontMetrics()
        left = 5 + SWATCH + 4
        room = self.width() - left - 6
        painter.setPen(colours.text().color())
        words = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        line = QRectF(left, 0, room, self.height())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        font = painter.font()
        font.setPixelSize(max(9, metrics.height() * 11 // 15))
        painter.setFont(font)
        small = painter.fontMetrics()
        free = room - metrics.horizontalAdvance(words) - 10
        meaning = next((text for text in map(tr, self.part.meanings) if small.horizontalAdvance(text) <= free), "")
        painter.setPen(colours.placeholderText().color() if not self.isChecked() else colours.text().color())
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, meaning)


class UncertaintyPanel(Section):
    """Why it is uncertain, and which map is drawn."""

    map_chosen = Signal(str)
    form_chosen = Signal(str)
    opacity_moved = Signal(float)
    threshold_moved = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Why uncertain"), tr("share of total · choose a map"), tr("choose a map"), parent=parent)
        self._chosen: str | None = None
        self._form = "variance"
        self.bar = ShareBar()
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(tr("Survey of all slices"))
        self.status = muted(tr(NOTHING))
        self.rows = {part.key: MapRow(part) for part in MAPS}
        self._row_group = QButtonGroup(self)
        self.forms = {key: button(tr(text), tip=tr(tip)) for key, (text, tip) in FORMS.items()}
        self._form_group = QButtonGroup(self)
        self.opacity = PercentSlider(tr("Opacity"), tr("How strongly the map covers the scan"))
        self.threshold = PercentSlider(tr("Above"), tr("Hide the map below this share of its colour scale"))
        self.left = muted("", wrap=True)
        self.calibration = muted("", wrap=True)
        self._lay_out()
        self.opacity.moved.connect(self.opacity_moved)
        self.threshold.moved.connect(self.threshold_moved)
        self.set_shares(None)
        self.set_progress(None, tr(NOTHING))
        self.set_available(frozenset())

    def _lay_out(self) -> None:
        lines = QVBoxLayout()
        lines.setSpacing(0)
        for key, row in self.rows.items():
            self._row_group.addButton(row)
            row.clicked.connect(lambda _checked=False, key=key: self._row_clicked(key))
            lines.addWidget(row)
        forms = QHBoxLayout()
        forms.setSpacing(4)
        for key, each in self.forms.items():
            each.setCheckable(True)
            each.setProperty("kind", "small")
            self._form_group.addButton(each)
            each.clicked.connect(lambda _checked=False, key=key: self._form_clicked(key))
            forms.addWidget(each)
        forms.addStretch(1)
        sliders = QHBoxLayout()
        sliders.setSpacing(9)
        sliders.addWidget(self.opacity, 1)
        sliders.addWidget(self.threshold, 1)
        for widget in (self.bar, self.progress, self.status, self.left):
            self.body.addWidget(widget)
        self.body.addLayout(lines)
        self.body.addLayout(forms)
        self.body.addLayout(sliders)
        self.body.addWidget(self.calibration)
        self.left.hide()
        self.calibration.hide()

    # -- setters --------------------------------------------------------------------------------------------------
    def set_colours(self, colours: Mapping[str, str]) -> None:
        """Set a colour for each of inter, intra, ambiguity and residual."""
        self.bar.set_colours(colours)
        for key, row in self.rows.items():
            row.set_colour(colours.get(key, ""))

    def set_shares(self, shares: Mapping[str, float] | None, form: str = "variance") -> None:
        """Show fractions of the total by part, in the form they were computed in; ``None``: nothing known yet."""
        self.bar.set_shares(shares)
        for part in PARTS:
            self.rows[part.key].set_share(None if shares is None else shares.get(part.key, 0.0))
        self.bar.setToolTip(
            "" if shares is None else tr("Shares of the total {form}, over all slices surveyed").format(form=tr(form))
        )

    def set_progress(self, share: float | None, text: str = "") -> None:
        """Show how far the survey is (0..1) and in words; ``None`` when none is running (``text`` may stay)."""
        self.progress.setVisible(share is not None)
        self.progress.setValue(0 if share is None else round(100 * share))
        self.status.setText(text)
        self.status.setVisible(bool(text))

    def set_left(self, text: str) -> None:
        """Say what is left in doubt; empty while that is not known."""
        self.left.setText(text)
        self.left.setVisible(bool(text))

    def set_calibration(self, text: str, tip: str = "") -> None:
        """Say how far the model's agreement can be trusted; empty where nobody measured it."""
        self.calibration.setText(text)
        self.calibration.setToolTip(tip)
        self.calibration.setVisible(bool(text))

    def set_map(self, name: str, form: str, opacity: float, threshold: float) -> None:
        """Mark the map and the form that are drawn, and the two sliders; emits nothing."""
        if name not in self.rows or form not in self.forms:
            raise ValueError(f"no such map or form: {name!r}, {form!r}")
        self._chosen, self._form = name, form
        self._mark()
        self.opacity.set_fraction(opacity)
        self.threshold.set_fraction(threshold)

    def set_available(self, names: frozenset[str]) -> None:
        """Say which maps can be drawn; the others are greyed."""
        for key, row in self.rows.items():
            row.set_available(key in names)
        for widget in (*self.forms.values(), self.opacity, self.threshold):
            widget.setEnabled(bool(names))
        if names and self.status.text() == tr(NOTHING):
            self.set_progress(None)

    def set_offered(self, names: frozenset[str]) -> None:
        """Say which maps there can be at all; the others are not shown."""
        for key, row in self.rows.items():
            row.setVisible(key in names)

    # -- gestures -------------------------------------------------------------------------------------------------
    def _mark(self) -> None:
        for group, buttons, chosen in (
            (self._row_group, self.rows, self._chosen),
            (self._form_group, self.forms, self._form),
        ):
            group.setExclusive(False)
            for key, each in buttons.items():
                each.setChecked(key == chosen)
            group.setExclusive(True)

    def _row_clicked(self, key: str) -> None:
        self._mark()  # the answer to the signal moves the mark
        self.map_chosen.emit(key)

    def _form_clicked(self, key: str) -> None:
        self._mark()
        self.form_chosen.emit(key)
