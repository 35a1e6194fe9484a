"""Section 4 of the Trainer tab: what the new model is worth, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.flow import FlowLayout
from proseg_gui.gui.panels.widgets import AdaptiveLabel, Section, SplitLine, button, muted, notice, set_notice
from proseg_gui.gui.theme import colour
from proseg_gui.gui.trainer.comparing import FIGURES, comparison_rows, names_here, verdict_of
from proseg_gui.gui.trainer.differences import DifferenceChart
from proseg_gui.gui.views.palette import rater_colour
from proseg_gui.training.verdict import doubts
from proseg_gui.wording import plural

ROW = 20
EMPTY = marked("What a training was worth is shown here when it has ended.")
TOLD_APART = 0.01
"""Own minus wrong-rater Dice below which the raters count as hardly told apart."""


class RaterBars(QWidget):
    """One line a rater: name, a dot on an axis of Dice, the figure."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[tuple[str, str, float | None], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_rows(self, rows: Sequence[tuple[str, str, float | None]]) -> None:
        """``(name, colour, dice)`` a rater; ``None`` for one who drew no validation case."""
        self.rows = tuple(rows)
        self.setAccessibleName(tr("Identity Dice: ") + ", ".join(f"{n} {_figure(v)}" for n, _, v in rows))
        self.updateGeometry()
        self.update()

    def limits(self) -> tuple[float, float]:
        """Ends of the axis: tenths that hold all figures."""
        low = min((value for *_, value in self.rows if value is not None), default=0.0)
        return max(0.0, int(low * 10 - 0.5) / 10), 1.0

    def sizeHint(self) -> QSize:
        """A row a rater and the axis."""
        return QSize(240, ROW * (len(self.rows) + 1) if self.rows else 0)

    def minimumSizeHint(self) -> QSize:
        """As high as it is."""
        return QSize(160, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Names, dots, figures, axis."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPixelSize(11)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        names = min(max((metrics.horizontalAdvance(n) for n, *_ in self.rows), default=0) + 10, self.width() // 3)
        figure = metrics.horizontalAdvance("0.000") + 8
        left, right = names + 4.0, self.width() - figure - 6.0
        low, high = self.limits()
        for number, (name, own, value) in enumerate(self.rows):
            y = number * ROW + ROW / 2
            painter.setPen(colour("text"))
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, names - 6)
            painter.drawText(QRectF(0, y - ROW / 2, names, ROW), Qt.AlignmentFlag.AlignVCenter, shown)
            right_aligned = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(QRectF(self.width() - figure, y - ROW / 2, figure, ROW), right_aligned, _figure(value))
            painter.fillRect(QRectF(left, y - 0.5, right - left, 1), colour("border"))
            if value is None:
                continue
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(own))
            x = left + (value - low) / (high - low) * (right - left)
            painter.drawEllipse(QRectF(x - 4.5, y - 4.5, 9, 9))
        if self.rows:
            painter.setPen(colour("muted"))
            box = QRectF(left, len(self.rows) * ROW, right - left, ROW)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft, f"{low:.1f}")
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, "Dice")
            painter.drawText(box, Qt.AlignmentFlag.AlignRight, f"{high:.1f}")


class FigureLines(QWidget):
    """Figures of the validation cases, one a line: words left, number right."""

    def __init__(self) -> None:
        super().__init__()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 2, 0, 2)
        box.setSpacing(0)
        self.lines: dict[str, tuple[SplitLine, AdaptiveLabel]] = {}
        for title, key, tip in FIGURES:
            value = AdaptiveLabel(role="value")
            label = AdaptiveLabel(tr(title), role="muted", minimum=60)
            line = SplitLine(label, value)
            line.setToolTip(tr(tip))
            self.lines[key] = line, value
            box.addWidget(line)

    def set_figures(self, figures: Mapping[str, Any]) -> None:
        """Show those that are there."""
        for key, (line, value) in self.lines.items():
            there = figures.get(key) is not None
            line.setVisible(there)
            if there:
                value.set_texts((f"{figures[key]:.3f}",))
        self.setVisible(any(figures.get(key) is not None for key in self.lines))


class ResultPanel(Section):
    """Figures, what speaks against a new model, and what one can do with it."""

    accept_asked = Signal()
    try_asked = Signal()
    test_asked = Signal()
    report_asked = Signal()
    discard_asked = Signal()

    def __init__(self) -> None:
        super().__init__(tr("4 · Result"))
        self.bars = RaterBars()
        self.chart = DifferenceChart(tr("Dice after minus before, 95 % intervals"))
        self.figures = FigureLines()
        self.verdict = muted(tr(EMPTY))
        self.doubts = notice("")
        self.tested = muted("")
        self.accept = button(tr("Accept"), kind="primary", tip=tr("Keep it among your models"))
        self.attempt = button(tr("Try in Review"), tip=tr("Look at a validation case through it before deciding"))
        self.test = button(
            tr("Judge on the test part…"), tip=tr("Once, on the cases that were set aside; then they are used")
        )
        self.report = button(tr("Report…"), tip=tr("Figures, curves and pictures of this training as a file"))
        self.discard = button(tr("Discard…"), tip=tr("Remove it and all that its training wrote"))
        choices = QWidget()
        row = FlowLayout(choices, spacing=6)
        for made, signal in ((self.accept, self.accept_asked), (self.attempt, self.try_asked),
                             (self.test, self.test_asked), (self.report, self.report_asked),
                             (self.discard, self.discard_asked)):  # fmt: skip
            made.clicked.connect(signal)
            row.addWidget(made)
        self.body.addWidget(self.bars)
        self.body.addWidget(self.chart)
        self.body.addWidget(self.verdict)
        self.body.addWidget(self.figures)
        self.body.addWidget(self.tested)
        self.body.addWidget(self.doubts)
        self.body.addWidget(choices)
        self._testable = False
        self.clear()

    def clear(self) -> None:
        """No result."""
        self.title.set_texts((tr("4 · Result").upper(),))
        self.hint.set_texts(("",))
        self.bars.set_rows(())
        self.chart.set_rows(())
        self.figures.set_figures({})
        self.tested.setVisible(False)
        set_notice(self.doubts, "")
        self.verdict.setText(tr(EMPTY))
        self._offer(False)

    def show_card(self, card: Any, steps: int, n_test: int = 0) -> None:
        """Show a finished bundle's validation figures; with a base, each rater before and after.

        ``n_test``: cases that were set aside. What speaks against the model is said, and then keeping it is not what
        the panel offers first.
        """
        figures = card.metrics.get("validation", {})
        comparison = card.metrics.get("comparison")
        if comparison:
            self._show_comparison(card, comparison)
        else:
            own: Mapping[str, float] = figures.get("dice_identity", {})
            self.hint.set_texts(
                (plural(figures["n_cases"], tr("validation case"), tr("validation cases")),)
                if figures
                else (tr("not validated"),)
            )
            people = names_here(card)
            rows = [(people[name], rater_colour(i), own.get(name)) for i, name in enumerate(card.raters)]
            self.bars.set_rows(rows if own else [])
            self.verdict.setText(verdict(card.training, figures, steps))
        self.figures.set_figures(figures)
        self._show_doubts(doubts(card.metrics))
        self._show_test(card.metrics.get("test"), n_test)
        self._offer(True)

    def show_judging(self, text: str) -> None:
        """Say how far the judging of the test part is; nothing else is to be done meanwhile."""
        self.tested.setText(text)
        self.tested.setVisible(True)
        self._set_busy(True)

    def _set_busy(self, busy: bool) -> None:
        for made in (self.accept, self.attempt, self.test, self.report, self.discard):
            made.setEnabled(not busy)

    def _show_doubts(self, found: Sequence[str]) -> None:
        set_notice(
            self.doubts, tr("Look at it before you keep it: {doubts}.").format(doubts="; ".join(found)) if found else ""
        )
        _set_kind(self.accept, "" if found else "primary")
        _set_kind(self.attempt, "primary" if found else "")

    def _show_test(self, test: Mapping[str, Any] | None, n_test: int) -> None:
        self._testable = n_test > 0 and test is None
        cases = plural(n_test, tr("case is"), tr("cases are"))
        waiting = tr(
            "{cases} set aside as a test part. Judge on it before you accept: afterwards the split is gone."
        ).format(cases=cases)
        self.tested.setText(test_sentence(test) if test is not None else waiting if n_test else "")
        self.tested.setVisible(bool(self.tested.text()))

    def _show_comparison(self, card: Any, comparison: Mapping[str, Any]) -> None:
        base = comparison["base"]
        self.title.set_texts((tr("4 · Before and after").upper(),))
        cases = plural(comparison["n_cases"], tr("case"), tr("cases"))
        self.hint.set_texts((tr("paired, {cases}").format(cases=cases), cases))
        self.chart.set_rows(comparison_rows(card))
        self.verdict.setText(
            tr("Against {name} {version}: {verdict}").format(
                name=base["name"], version=base["version"], verdict=verdict_of(card)
            )
        )

    def _offer(self, there: bool) -> None:
        for made in (self.accept, self.attempt, self.discard):
            made.setVisible(there)
        self._set_busy(False)
        self.report.setVisible(there)
        self.test.setVisible(there and self._testable)


def _set_kind(made: QPushButton, kind: str) -> None:
    """Make a button the one that is offered first (``primary``), or one of the others."""
    if (made.property("kind") or "") != kind:
        made.setProperty("kind", kind)
        made.style().unpolish(made)
        made.style().polish(made)


def test_sentence(test: Mapping[str, Any]) -> str:
    """What the test part said, and whether somebody had looked at it before."""
    count = plural(test["n_cases"], tr("case"), tr("cases"))
    figures = [f"Dice {_figure(test.get('dice_identity_mean'))}", f"GED² {_figure(test.get('ged2'))}"]
    if test.get("human_majority") is not None:
        figures.append(tr("people {figure}").format(figure=_figure(test["human_majority"])))
    text = tr("Test part, judged once on {when} ({count}): {figures}.").format(
        when=test["judged"], count=count, figures=", ".join(figures)
    )
    if test.get("used_before_by"):
        text += tr(" These cases were looked at before, for {when}: no longer a fair test.").format(
            when=", ".join(test["used_before_by"])
        )
    return text


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _calibrated(training: Mapping[str, Any]) -> str:
    """Why the figures are not those of the curve's last point."""
    found = training.get("calibration")
    if not found:
        return ""
    before = found["before"]["ged2"]
    refused = found.get("refused")
    if refused:
        return tr(
            "; {before:.3f} before the ambiguity was calibrated, x {ambiguity:.2f}. The raters' spread "
            "stays as it was learnt, since x {spread:.2f} would make these cases worse"
        ).format(before=before, ambiguity=found["ambiguity_scale"], spread=refused["preference_scale"])
    return tr(
        "; {before:.3f} before the widths were calibrated: raters' spread x {spread:.2f}, ambiguity x {ambiguity:.2f}"
    ).format(before=before, spread=found["preference_scale"], ambiguity=found["ambiguity_scale"])


def verdict(training: Mapping[str, Any], figures: Mapping[str, Any], steps: int) -> str:
    """A plain sentence or three about a new model."""
    done = training.get("steps_done", steps)
    begin = tr("Stopped after {done} of {steps} steps. ").format(done=done, steps=steps) if done < steps else ""
    if not figures:
        return tr("{begin}No case validated: the last weights were kept, and nobody knows how good they are.").format(
            begin=begin
        )
    own, wrong = figures["dice_identity_mean"], figures["dice_identity_permuted"]
    apart = tr("With the raters exchanged it is {wrong:.3f}: the raters are hardly told apart.")
    if own - wrong >= TOLD_APART:
        apart = tr("With the raters exchanged it is {wrong:.3f}: the raters are told apart.")
    apart = apart.format(wrong=wrong)
    spread = tr(
        "Its samples differ by {samples:.3f} and the raters by {raters:.3f} "
        "(GED² {ged2:.3f}, lower is better{calibrated})."
    ).format(
        samples=figures["sample_diversity"],
        raters=figures["rater_diversity"],
        ged2=figures["ged2"],
        calibrated=_calibrated(training),
    )
    return tr(
        "{begin}The weights of step {step} agree with each rater by Dice {own:.3f} (mean). "
        "{apart} {spread} These cases chose the weights; for an honest figure judge it on a part that was set aside."
    ).format(begin=begin, step=training.get("chosen_at_step"), own=own, apart=apart, spread=spread)
