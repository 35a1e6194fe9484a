"""Section 3 of the Trainer tab: the running training: progress, time left, curves, pause, stop, resume."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from proseg_gui.gui import theme
from proseg_gui.gui.language import marked, tr
from proseg_gui.gui.panels.widgets import Section, button, muted, notice, set_notice
from proseg_gui.gui.trainer.curves import Curve, CurvePlot
from proseg_gui.gui.views.palette import ViewColours, rater_colour
from proseg_gui.training.process import Snapshot

TERMS = {
    "total": (marked("sum"), "#9aa0a7"),
    "segmentation": (marked("each rater's masks"), "#4a9eff"),
    "energy": (marked("a rater's samples"), "#f28e2b"),
    "population": (marked("all raters' samples"), "#76b7b2"),
    "sample_bce": (marked("pixels of samples"), "#e070b0"),
    "kl": (marked("preferences"), "#c0b020"),
    "keep": (marked("agreement with the base"), "#b07aa1"),
    "tie": (marked("distance from the base's weights"), "#59a14f"),
}
"""Loss terms of the log, as they count, as people call them, in the order of the legend; others keep their own name."""
OTHER_COLOURS = ("#9c755f", "#ff9da7", "#86bcb6")
NOT_TERMS = frozenset({"step", "seconds", "gradient"})
GED_COLOUR, PERMUTED_COLOUR = "#f0b45a", "#8a817c"
NO_RUN = marked(
    "Training runs in a process of its own: Review stays live, the window may be closed meanwhile, and an interrupted "
    "training goes on where it was. Its curves and the validation cases, as each rater would draw, appear here."
)
STATES = {
    "starting": marked("starting"), "running": marked("training"), "pausing": marked("saving this step, then pausing"),
    "stopping": marked("stopping: judging and saving the best weights"), "paused": marked("paused"),
    "interrupted": marked("interrupted"), "failed": marked("failed"), "finished": marked("finished"),
}  # fmt: skip


class RunPanel(Section):
    """Setters in, gestures out."""

    pause_asked = Signal()
    stop_asked = Signal()
    resume_asked = Signal()
    discard_asked = Signal()
    log_asked = Signal()

    def __init__(self) -> None:
        super().__init__(tr("3 · Run"))
        self._shown: object = None
        self._last: tuple[Snapshot | None, Sequence[str]] = (None, ())
        self._doing = ""
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Steps done"))
        self.words = muted(tr(NO_RUN))
        self.trouble = notice("")
        self.losses = CurvePlot(tr("Loss terms (logarithmic, lower is better)"), tr("loss"), logarithmic=True)
        self.dice = CurvePlot(tr("Identity Dice by rater (higher is better)"), tr("Dice"))
        self.ged = CurvePlot(tr("GED² (lower is better)"), "GED²")
        self.pause = button(
            tr("Pause"), tip=tr("Save this very step and end the process; goes on with the same numbers")
        )
        self.stop = button(tr("Stop and keep best"), tip=tr("End now and make a model of the best weights so far"))
        self.resume = button(tr("Resume"), kind="primary")
        self.discard = button(tr("Discard…"), tip=tr("Remove this training and all that it wrote"))
        self.log = button(tr("Show log"), tip=tr("What the training process printed"))
        for made, signal in (
            (self.pause, self.pause_asked), (self.stop, self.stop_asked), (self.resume, self.resume_asked),
            (self.discard, self.discard_asked), (self.log, self.log_asked),
        ):  # fmt: skip
            made.clicked.connect(signal)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addWidget(self.dice, 3)
        right.addWidget(self.ged, 2)
        self.plots = QWidget()
        plots = QHBoxLayout(self.plots)
        plots.setContentsMargins(0, 0, 0, 0)
        plots.setSpacing(12)
        plots.addWidget(self.losses, 1)
        plots.addLayout(right, 1)
        row = QHBoxLayout()
        row.setSpacing(6)
        for made in (self.resume, self.pause, self.stop, self.discard, self.log):
            row.addWidget(made)
        row.addWidget(self.words, 1)
        row.addStretch(0)
        self.body.addWidget(self.bar)
        self.body.addWidget(self.plots, 1)
        self.body.addWidget(self.trouble)
        self.body.addLayout(row)
        self.body.addStretch(0)
        self.show_run(None, ())

    def set_colours(self, colours: ViewColours) -> None:
        """Follow the theme."""
        for plot in (self.losses, self.dice, self.ged):
            plot.set_colours(colours)
        self.show_run(*self._last)  # the mean is drawn in the text's colour; a run that has ended is shown only once

    def show_run(self, found: Snapshot | None, raters: Sequence[str]) -> None:
        """Show where the training stands; ``raters`` in the order of the log's figures."""
        self._last = found, raters
        status = found.status if found is not None else ""
        self.pause.setVisible(status in ("running", "pausing", "starting"))
        self.stop.setVisible(status in ("running", "stopping", "starting"))
        for made in (self.pause, self.stop):
            made.setEnabled(status == "running")
        self.resume.setVisible(status in ("paused", "interrupted", "failed"))
        self.discard.setVisible(status in ("paused", "interrupted", "failed"))
        self.resume.setText(tr("Try again") if status == "failed" else tr("Resume"))
        self.log.setVisible(found is not None)
        self.plots.setVisible(found is not None)
        self.bar.setVisible(found is not None)
        steps = found.steps if found is not None else 1
        self.bar.setMaximum(steps)
        self.bar.setValue(found.step if found is not None else 0)
        self.hint.set_texts((_hint(found),) if found is not None else ("",))
        self._show_words()
        bad = found is not None and status in ("interrupted", "failed")
        set_notice(self.trouble, found.message if found is not None and bad else "")
        shown = (steps, theme.colour("text").name(), found and found.losses, found and found.validations, tuple(raters))
        if shown != self._shown:
            self._shown = shown
            self.losses.set_curves(loss_curves(found), steps)
            self.dice.set_curves(dice_curves(found, raters), steps)
            self.ged.set_curves(ged_curves(found), steps)

    def show_doing(self, text: str) -> None:
        """Say what is being done with the training now; empty when it is done."""
        self._doing = text
        self._show_words()

    def _show_words(self) -> None:
        found = self._last[0]
        self.words.setText(self._doing or (tr(NO_RUN) if found is None else _words(found)))


def loss_curves(found: Snapshot | None) -> list[Curve]:
    """One curve a loss term; the sum is the wider one, and broken off where further terms join it."""
    rows = found.losses if found is not None else ()
    names = [name for name in (rows[-1] if rows else {}) if name not in NOT_TERMS]
    names.sort(key=lambda name: list(TERMS).index(name) if name in TERMS else len(TERMS))
    curves = []
    for number, name in enumerate(names):
        text, colour = TERMS.get(name, (name.replace("_", " "), OTHER_COLOURS[number % len(OTHER_COLOURS)]))
        kept = [row for row in rows if name in row]
        steps, values = [row["step"] for row in kept], [row[name] for row in kept]
        if name == "total":  # two sums of different terms are not to be read as one that rose
            for i in reversed(range(1, len(kept))):
                if not kept[i - 1].keys() ^ kept[i].keys() <= NOT_TERMS:
                    steps.insert(i, steps[i])
                    values.insert(i, math.nan)
        curves.append(Curve(tr(text), colour, steps, values, 2.4 if name == "total" else 1.5))
    return curves


def dice_curves(found: Snapshot | None, raters: Sequence[str]) -> list[Curve]:
    """Identity Dice of each rater, their mean, and the mean with raters exchanged."""
    rows = found.validations if found is not None else ()
    if not rows:
        return []
    steps = [row["step"] for row in rows]
    own = [row["validation"].get("dice_identity") or [] for row in rows]
    wrong = [row["validation"]["dice_identity_permuted"] for row in rows]
    curves = [Curve(tr("wrong rater"), PERMUTED_COLOUR, steps, wrong, 2.0)]
    for r, name in enumerate(raters):
        values = [np_or_nan(figures[r]) if r < len(figures) else float("nan") for figures in own]
        if any(value == value for value in values):  # a rater who drew no validation case has none
            curves.append(Curve(name, rater_colour(r), steps, values, 1.3))
    mean = [row["validation"]["dice_identity_mean"] for row in rows]
    return [*curves, Curve(tr("mean"), theme.colour("text").name(), steps, mean, 2.6)]


def ged_curves(found: Snapshot | None) -> list[Curve]:
    """GED^2 over the validations."""
    rows = found.validations if found is not None else ()
    if not rows:
        return []
    return [Curve("GED²", GED_COLOUR, [r["step"] for r in rows], [r["validation"]["ged2"] for r in rows], 2.0)]


def np_or_nan(value: float | None) -> float:
    """A figure that may not be there."""
    return float("nan") if value is None else float(value)


def duration(seconds: float) -> str:
    """A length of time as one says it: ``50 s``, ``4 min``, ``1 h 20 min``."""
    if seconds < 90:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    return (
        tr("{minutes} min").format(minutes=minutes)
        if minutes < 90
        else tr("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)
    )


def _hint(found: Snapshot) -> str:
    parts = [tr(STATES[found.status]), tr("step {step} of {steps}").format(step=found.step, steps=found.steps)]
    if found.status == "running" and found.seconds_left is not None:
        parts.append(
            tr("about {time} left").format(time=duration(found.seconds_left))
            if found.seconds_left >= 1
            else tr("nearly done")
        )
    return " · ".join(parts)


def _words(found: Snapshot) -> str:
    if not found.alive:
        return ""
    if found.status == "starting":
        return found.message or tr("starting the process")
    saved = (
        ""
        if found.checkpoint_at is None
        else tr("saved {time} ago").format(time=duration(max(time.time() - found.checkpoint_at, 0)))
    )
    return saved


def tab_text(found: Snapshot | None) -> str:
    """What stands beside the Trainer's name: how far a training is, or how it ended."""
    if found is None:
        return ""
    return f"{found.step / max(found.steps, 1):.0%}" if found.alive else tr(STATES[found.status])
