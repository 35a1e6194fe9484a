"""The training loop: Lightning Fabric, gradient clipping, weight averaging, validation, checkpoints, exact resume.

Every random choice of a step follows from the seed and the step's number, so a run that was interrupted goes on
with the numbers that it would have had.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from proseg_gui.errors import Cancelled, UserError
from proseg_gui.io.base.atomic import write_error
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.training.augment import augment
from proseg_gui.training.board import FOLDER, Board, open_board
from proseg_gui.training.checkpoint import NAME, State, fresh_state, load_checkpoint, save_checkpoint
from proseg_gui.training.dataset import Batch, Batches, TrainingCase
from proseg_gui.training.log import LOG_NAME, add_row, read_rows, write_rows
from proseg_gui.training.objectives.base import Objective
from proseg_gui.training.precision import LEAST_SCALE
from proseg_gui.training.prefetch import Prefetch, step_seed
from proseg_gui.training.processes import start_fabric
from proseg_gui.training.recipe import Recipe
from proseg_gui.training.validate import mean_of_sets, validate

REQUEST_NAME = "request"
"""A file by which another process asks a run for :data:`PAUSE` or :data:`STOP`; the loop looks for it in every step."""
PAUSE, STOP = "pause", "stop"
LOG_EVERY = 20
CHECKPOINT_EVERY = 50
CHECKPOINT_SECONDS = 60.0
"""Where steps are slow: so much is lost at most when the power fails."""
CALIBRATION_SETS = 3
"""Sets of draws over which figures are averaged to calibrate by: those of one set scatter more than widths differ."""
LAST_RATE = 0.1
"""Share of the learning rate that is left at the end; it falls while the weights are averaged."""


def rate_at(step: int, recipe: Recipe) -> float:
    """Learning rate of a step (0-based), as a share of the recipe's: warm-up, constant, cosine while averaging."""
    warm = min(1.0, (step + 1) / max(recipe.warm_up, 1))
    start = recipe.average_from
    done = max(0.0, (step - start) / max(recipe.steps - start, 1))
    return warm * (LAST_RATE + (1.0 - LAST_RATE) * 0.5 * (1.0 + math.cos(math.pi * done)))


class Trainer:
    """One run. ``key`` identifies it (data, recipe, layout), so that nothing else is resumed by mistake."""

    def __init__(
        self,
        objective: Objective,
        train: Sequence[TrainingCase],
        held_out: Sequence[TrainingCase],
        recipe: Recipe,
        folder: Path,
        key: Mapping[str, Any],
        device: torch.device,
    ) -> None:
        self.recipe, self.folder, self.key, self.held_out, self.train = recipe, folder, key, held_out, train
        self.fabric = start_fabric(device, recipe.precision)
        self.method, self.task = objective.method, objective
        self.steps = objective.stages * recipe.steps
        self.adam = torch.optim.AdamW(objective.groups(), lr=recipe.rate)
        self.batches = Batches(train, recipe, self.method.stride)
        self._ahead: Callable[[int], Batch] = self.batches
        self.state = fresh_state()
        self.calibration: dict[str, Any] = {}
        """What :meth:`Objective.calibrate` chose at the end."""
        self._board: Board | None = None
        self.main = self.fabric.global_rank == 0
        if self.fabric.world_size > self.batches.fewest:
            raise UserError(f"{self.fabric.world_size} processes cannot share {self.batches.fewest} cases a step",
                            remedy="Start fewer processes")  # fmt: skip
        self.objective, self.optimizer = self.fabric.setup(objective, self.adam)

    def resume(self) -> None:
        """Continue from the folder's checkpoint; later lines of its log are dropped."""
        self.state = load_checkpoint(self.folder / NAME, self.key, self.method, self.adam, self.task.helpers)
        self.fabric.strategy.precision.load_state_dict(self.state.scaler)
        if self.main:
            write_rows(self.folder / LOG_NAME, [row for row in self._rows() if _is_before(row, self.state.step)])

    def run(self, progress: Progress = no_progress, token: CancelToken | None = None) -> State:
        """Train to the end, leaving the chosen weights in the network. A cancel keeps the last checkpoint.

        The request ``pause`` saves this very step and ends in ``Cancelled``; ``stop`` ends as if these were all steps.

        Raises
        ------
        UserError
            A term is not a number, or the run's folder cannot be written (any more).
        """
        try:
            return self._watched(progress, token)
        except OSError as error:
            raise _not_written(error, self.folder) from error

    def _watched(self, progress: Progress, token: CancelToken | None) -> State:
        with Prefetch(self.batches, self.steps) as self._ahead, contextlib.ExitStack() as opened:
            if self.main:
                self._board = opened.enter_context(open_board(self.folder / FOLDER, self._rows()))
            return self._run(progress, token)

    def _run(self, progress: Progress, token: CancelToken | None) -> State:
        recipe, state = self.recipe, self.state
        every = max(1, recipe.steps // recipe.validations)
        began, before, recent = time.monotonic(), state.seconds, []
        self.saved_at = began
        if self.task.keeps_early and not state.best:
            self._validate(progress)
        while state.step < self.steps and not self._settled(every):
            if token is not None:
                token.check()
            request = self._request()
            if request == STOP:
                self._stop_here(progress)
                break
            if request == PAUSE:
                self._save()
                self._log({"step": state.step, "event": "paused"})
                raise Cancelled
            recent.append(self._step(state.step))
            state.step += 1
            self._average()
            state.seconds = before + time.monotonic() - began
            last = state.step == self.steps
            if state.step % LOG_EVERY == 0 or last or state.step == 1:  # the first, so that slow steps are seen to go
                mean = _means(recent)
                self._log({"step": state.step, "seconds": round(state.seconds, 1), **mean})
                progress(state.step / self.steps, f"step {state.step} of {self.steps}, loss {mean['total']:.3f}")
                recent = []
            if state.step % every == 0 or last:
                self._validate(progress)
            self._end_stage()
            if state.step % CHECKPOINT_EVERY == 0 or last or time.monotonic() - self.saved_at > CHECKPOINT_SECONDS:
                self._save()
        self._keep_best(progress, token)
        return state

    def _save(self) -> None:
        if self.main:
            self.state.scaler = self.fabric.strategy.precision.state_dict()
            save_checkpoint(self.folder / NAME, self.key, self.state, self.method, self.adam, self.task.helpers)
        self.saved_at = time.monotonic()

    def _settled(self, every: int) -> bool:
        """Whether the recipe's ``patience`` is at an end: so many validations brought nothing better."""
        state, patience = self.state, self.recipe.patience
        since = max(state.best_step, self.task.patient_from)
        if not (patience and state.best and state.step - since >= patience * every):
            return False
        self._log({"step": state.step, "event": "settled"})
        return True

    def _step(self, step: int) -> dict[str, float]:
        torch.manual_seed(step_seed(self.recipe.seed, step))
        batch = self._augmented(self._ahead(step))
        names = batch.names
        if self.fabric.world_size > 1:
            batch = batch.part(self.fabric.global_rank, self.fabric.world_size)
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.rate * group["factor"] * rate_at(step % self.recipe.steps, self.recipe)
        terms = self.objective(batch, step)
        means = self.fabric.all_reduce(torch.stack([value.detach() for value in terms.values()]), reduce_op="mean")
        assert isinstance(means, torch.Tensor)
        values = dict(zip(terms, means.tolist(), strict=True))
        if not all(math.isfinite(value) for value in values.values()):
            wrong = next(name for name, value in values.items() if not math.isfinite(value))
            raise _not_a_number(step, f"term {wrong!r}", names)
        self.fabric.backward(terms["total"])
        norm = self.fabric.clip_gradients(self.objective, self.optimizer, max_norm=self.recipe.clip,
                                          error_if_nonfinite=False)  # fmt: skip
        assert norm is not None  # as always with max_norm
        length = float(norm)
        if math.isfinite(length):
            values["gradient"] = length
        elif self.fabric.strategy.precision.state_dict().get("scale", 0.0) < LEAST_SCALE:
            raise _not_a_number(step, "gradient", names)
        # else 16 bits overflowed: Fabric leaves this step out, and scales the next one less
        self.optimizer.step()
        self.optimizer.zero_grad()
        return values

    def _augmented(self, batch: Batch) -> Batch:
        device = self.fabric.device
        if self.train[0].encoded:
            return Batch(batch.names, batch.images.to(device), batch.masks.to(device), batch.observed.to(device))
        flat = batch.masks.flatten(1, 3)
        images, masks = augment(batch.images, flat, self.recipe.augmentation)
        return Batch(batch.names, images.to(device), masks.view_as(batch.masks).to(device), batch.observed.to(device))

    @torch.no_grad()
    def _average(self) -> None:
        """Mean of the weights after every step of a stage from the recipe's ``average_from`` on."""
        state, within = self.state, (self.state.step - 1) % self.recipe.steps + 1
        count = within - self.recipe.average_from
        if count <= 0:
            return
        for name, value in self.method.state_dict().items():
            value = value.detach().cpu()
            state.average[name] = value.clone() if count == 1 else state.average[name].lerp(value, 1.0 / count)

    def _end_stage(self) -> None:
        """What one stage has learned, its average, is what the next one begins with."""
        state = self.state
        if state.step % self.recipe.steps == 0 and state.step < self.steps:
            self.method.load_state_dict(state.average)
            state.average = {}

    def _request(self) -> str:
        """What another process asks for; answered once, and not before there is a step to keep."""
        path, request = self.folder / REQUEST_NAME, ""
        if self.main and self.state.step and path.is_file():
            request = path.read_text(encoding="utf-8").strip()
            path.unlink()
        return str(self._agreed(request))

    def _agreed(self, value: Any) -> Any:
        """What the first process says, in all of them."""
        return self.fabric.broadcast(value) if self.fabric.world_size > 1 else value

    def _stop_here(self, progress: Progress) -> None:
        """End early: the checkpoint stays resumable, the weights of now compete with the best so far."""
        self._save()
        self._validate(progress, early=True)
        if not self.state.best and not self.state.average:  # nothing was judged, or there is nothing to judge by
            self.state.best = {name: value.detach().cpu().clone() for name, value in self.method.state_dict().items()}
        self._log({"step": self.state.step, "event": "stopped"})

    def _validate(self, progress: Progress, early: bool = False) -> None:
        """Judge the average (before there is one: the current weights), and keep it if it is the best so far.

        Weights of before the average of the last stage are only kept where the run ends ``early``.
        """
        state = self.state
        final = bool(state.average) and state.step > self.steps - self.recipe.steps
        if not self.held_out:
            return
        progress(state.step / self.steps, "validating")
        current = {name: value.clone() for name, value in self.method.state_dict().items()}
        if state.average:
            self.method.load_state_dict(state.average)
        self.task.fit(self.train)
        judged = {name: value.detach().cpu().clone() for name, value in self.method.state_dict().items()}
        figures = self._judged()
        self.method.load_state_dict(current)
        self._log({"step": state.step, "validation": figures, "averaged": bool(state.average)})
        dice, ged2 = figures["dice_identity_mean"], figures["ged2"]
        score = self.task.score(figures)
        progress(state.step / self.steps, f"validation: identity Dice {dice:.4f}, GED^2 {ged2:.4f}")
        if (final or early or self.task.keeps_early) and score > state.best_score:
            state.best_score, state.best_figures, state.best_step = score, figures, state.step
            state.best = judged

    @torch.no_grad()
    def _keep_best(self, progress: Progress, token: CancelToken | None) -> None:
        self.method.load_state_dict(self.state.best or self.state.average)
        self.method.eval()
        self.task.fit(self.train)
        if self.held_out:
            progress(1.0, "calibrating the width of samples")

            def judge() -> dict[str, Any]:
                sets = []
                for number in range(CALIBRATION_SETS):
                    if token is not None:
                        token.check()
                    sets.append(self._judged(number))
                return mean_of_sets(sets)

            self.calibration = self.task.calibrate(self.held_out, judge, token)
            if self.calibration:
                self.state.best_figures = self.calibration.pop("figures")
                self._log({"step": self.state.step, "event": "calibrated", **self.calibration})
        self.task.finish(self.train)

    def _judged(self, number: int = 0) -> dict[str, Any]:
        """Figures of the network as it is with set ``number`` of draws, the same in all processes."""
        figures: dict[str, Any] = {}
        if self.main:
            figures = validate(self.method, self.held_out, self.recipe.validation_draws, self.recipe.seed + number)
        found: dict[str, Any] = self._agreed(figures)
        return found

    def _rows(self) -> list[dict[str, Any]]:
        """What the log holds."""
        return read_rows(self.folder / LOG_NAME)

    def _log(self, row: Mapping[str, Any]) -> None:
        if not self.main:
            return
        if self._board is not None:
            self._board.add(row)
        add_row(self.folder / LOG_NAME, row)


def _not_written(error: OSError, folder: Path) -> UserError:
    """The sentence for a full disk, or a folder that cannot be written; the last checkpoint is whole in any case."""
    said = write_error(error, folder)
    if not (folder / NAME).is_file():
        return said
    return UserError(said.what, path=folder, remedy="Mend that, and go on from the last checkpoint with --resume")


def _not_a_number(step: int, what: str, names: Sequence[str]) -> UserError:
    return UserError(f"training stopped at step {step + 1}: the {what} is not a number for the cases "
                     f"{', '.join(names)}", remedy="Look at these cases' images and masks")  # fmt: skip


def _means(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Mean of every name over the rows that have it: the terms change with a method's stages."""
    found: dict[str, list[float]] = {}
    for row in rows:
        for name, value in row.items():
            found.setdefault(name, []).append(value)
    return {name: sum(values) / len(values) for name, values in found.items()}


def _is_before(row: Mapping[str, Any], step: int) -> bool:
    """Whether a log row belongs to a run that goes on after ``step``; that it was paused then no longer matters."""
    return row["step"] <= step and "event" not in row
