"""A training in a process of its own: start it, follow its log, pause, stop, resume, keep or discard its model.

The process outlives whoever started it and is found again by its folder. It is never waited for: everything is read
from files (log, console, checkpoint, bundle), so that neither side can take the other with it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import psutil

from proseg_gui.bundle import CARD_NAME, WEIGHTS_NAME
from proseg_gui.catalogue import ENTRIES, METHODS, OPTIONS
from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import atomic_json, copy_folder, remove_folder, write_error
from proseg_gui.io.base.json_in import read_json
from proseg_gui.io.base.leftovers import is_hidden_name, remove_leftovers
from proseg_gui.training.log import LOG_NAME, LogFollower

PEOPLE = "people.json"
CHECKPOINT, LOG, REQUEST = "checkpoint.safetensors", LOG_NAME, "request"
PRIVATE = 0o600
"""Permissions of the files that name cases, raters or folders."""
"""Names that ``training.checkpoint`` and ``training.loop`` use; repeated, since those modules load torch."""
NICENESS = 10
"""How much lower than the window's the priority of a training is."""
RECENT_ROWS = 10
LAST_BYTES = 8192
"""How much of a text's end is read for its last line."""
_NAME = re.compile(r"[A-Za-z0-9][\w.+-]{0,59}")
_PROGRESS = re.compile(r"\s*\d+%\s+")

Status = Literal["starting", "running", "pausing", "stopping", "paused", "interrupted", "failed", "finished"]
ALIVE: frozenset[str] = frozenset({"starting", "running", "pausing", "stopping"})


@dataclass(frozen=True)
class Network:
    """What few people change: names of the catalogue; empty, or ``None``, is what the shipped recipe has.

    ``options``: name of an option of the network -> what was chosen, where it is not what is usual.
    """

    method: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    encoder_weights: str = ""
    precision: str = ""
    patience: int | None = None

    def arguments(self, *, new: bool) -> list[str]:
        """Options of ``train``; those that say what the network is are for a ``new`` one only."""
        own = {"method": self.method, **self.options, "encoder_weights": self.encoder_weights} if new else {}
        given = {**own, "precision": self.precision}
        found = [word for name, value in given.items() if value for word in (f"--{name.replace('_', '-')}", value)]
        return found if self.patience is None else [*found, "--patience", str(self.patience)]

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Network:
        """As a run's record has it; older ones have each option beside the rest, empty where it was not chosen."""
        beside = {option.name: stored[option.name] for option in OPTIONS if stored.get(option.name)}
        rest = {name: value for name, value in stored.items() if name not in {option.name for option in OPTIONS}}
        return cls(**{**rest, "options": {**beside, **rest.get("options", {})}})


@dataclass(frozen=True)
class Plan:
    """What to train, as the command line takes it. ``train`` and ``val`` name cases; ``flip``, ``window`` as there."""

    dataset: str
    name: str
    steps: int
    seed: int
    train: tuple[str, ...]
    val: tuple[str, ...]
    modality: str = ""
    flip: str = "none"
    window: str = ""
    keep_names: bool = False
    init: str = ""
    """Folder of the bundle to start from; then ``modality`` and ``window`` are its own and say nothing here."""
    stage: str = ""
    """How much of it may change: ``rater``, ``adapt`` or ``full``."""
    resample: tuple[str, ...] = ()
    """Cases whose masks are put on their image's grid, because somebody asked for it."""
    test: tuple[str, ...] = ()
    """Cases that are set aside: the training never sees them."""
    people: Mapping[str, str | None] | None = None
    """With ``init``: who each of the data set's raters is there, ``None`` for somebody new."""
    network: Network = field(default_factory=Network)

    @property
    def all_steps(self) -> int:
        """Steps that the run does in all: a method that learns in stages does :attr:`steps` in each."""
        return self.steps * (1 if self.init else ENTRIES[self.network.method or METHODS[0].name].passes)

    @property
    def parts(self) -> dict[str, list[str]]:
        """What ``split.json`` of the run says."""
        found = {name: list(getattr(self, name)) for name in ("train", "val", "test", "resample")}
        return {name: cases for name, cases in found.items() if cases or name in ("train", "val")}

    def arguments(self, out: Path, split: Path) -> list[str]:
        """Arguments of ``proseg-gui`` for this plan; who is who lies beside ``split``."""
        found = ["train", self.dataset, "--out", str(out), "--split", str(split), "--steps", str(self.steps),
                 "--seed", str(self.seed), "--flip", self.flip]  # fmt: skip
        if self.init:
            found += ["--init", self.init, "--stage", self.stage]
            found += ["--people", str(split.with_name(PEOPLE))] if self.people is not None else []
        else:
            found += ["--modality", self.modality] if self.modality else []
            found += [f"--window={self.window}"] if self.window else []
        found += self.network.arguments(new=not self.init)
        return [*found, "--keep-names"] if self.keep_names else found


@dataclass(frozen=True)
class Snapshot:
    """How a run stands. ``losses`` and ``validations`` are its log's rows; ``message`` is one sentence or empty."""

    status: Status
    step: int = 0
    steps: int = 0
    losses: tuple[dict[str, Any], ...] = ()
    validations: tuple[dict[str, Any], ...] = ()
    seconds_left: float | None = None
    message: str = ""
    checkpoint_at: float | None = None
    """When the checkpoint was written (seconds since the epoch)."""

    @property
    def alive(self) -> bool:
        """Whether the process works (or is about to)."""
        return self.status in ALIVE


class Training:
    """One run in ``folder``: ``run.json`` (the plan, the process), ``split.json``, two texts and the outputs.

    ``console.log`` has the progress and names nobody; ``error.txt`` has the last start's errors, which may name a file
    or a case for whoever has to mend it. Like the plan, they go when the model is accepted or discarded.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder, self.plan = folder, plan
        self.bundle = folder / plan.name
        self.state = folder / f"{plan.name}.training"
        self.console, self.errors = folder / "console.log", folder / "error.txt"
        self._process: subprocess.Popen[bytes] | None = None
        self._log = LogFollower(self.state / LOG)

    # -- beginning ------------------------------------------------------------------------------------------------
    @classmethod
    def begin(cls, root: Path, plan: Plan, taken: Sequence[str] = ()) -> Training:
        """Make ``root/<name>`` and start; ``taken`` are names that other models have.

        Raises
        ------
        UserError
            The name is not a plain one or is taken, there is no case to train on, or the folder cannot be written.
        """
        check_name(plan.name, [*taken, *(path.name for path in _folders(root))])
        if not plan.train:
            raise UserError("no case is left to train on", path=plan.dataset, remedy="Mark more cases as train")
        made = cls(root / plan.name, plan)
        atomic_json(made.folder / "split.json", plan.parts, mode=PRIVATE)
        if plan.people is not None:
            atomic_json(made.folder / PEOPLE, dict(plan.people), mode=PRIVATE)
        made._start(resume=False)
        return made

    @classmethod
    def load(cls, folder: Path) -> Training:
        """A run that was begun before, perhaps by another window; a UserError where ``run.json`` is damaged."""
        path = folder / "run.json"
        try:
            stored = read_json(path)["plan"]
            lists = {name: tuple(stored[name]) for name in ("train", "val")}
            lists |= {name: tuple(stored.get(name, ())) for name in ("resample", "test")}
            plan = Plan(**{**stored, **lists, "network": Network.read(stored.get("network", {}))})
        except (UserError, ValueError, KeyError, TypeError) as error:
            raise UserError("the record of this training is damaged", path=path, remedy="Remove its folder") from error
        return cls(folder, plan)

    def resume(self) -> None:
        """Go on from the last checkpoint; from the beginning where there is none yet."""
        self._start(resume=(self.state / CHECKPOINT).is_file())

    def _start(self, *, resume: bool) -> None:
        arguments = self.plan.arguments(Path(self.plan.name), Path("split.json"))
        arguments.append("--resume" if resume else "--overwrite")
        (self.state / REQUEST).unlink(missing_ok=True)
        detached: dict[str, Any] = {"start_new_session": True}  # Ctrl+C in the window's terminal is not for it
        if sys.platform == "win32":
            detached = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
        try:
            self.errors.unlink(missing_ok=True)
            self.errors.touch(PRIVATE)
            with self.console.open("wb") as console, self.errors.open("wb") as errors:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "proseg_gui", *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                    stdout=console, stderr=errors, **detached,
                )  # fmt: skip
        except OSError as error:
            raise write_error(error, self.folder) from error
        born = None
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self._process.pid)
            born = process.create_time()
            put_behind(process)
        record = {"plan": asdict(self.plan), "pid": self._process.pid, "born": born}
        atomic_json(self.folder / "run.json", record, overwrite=True, mode=PRIVATE)  # its time: the last start's

    # -- asking ---------------------------------------------------------------------------------------------------
    def pause(self) -> None:
        """Ask it to save this step and end; :meth:`resume` goes on with the same numbers."""
        self._ask("pause")

    def stop(self) -> None:
        """Ask it to end now and to make a model of the best weights so far."""
        self._ask("stop")

    def _ask(self, request: str) -> None:
        try:
            self.state.mkdir(exist_ok=True)
            (self.state / REQUEST).write_text(f"{request}\n", encoding="utf-8")
        except OSError as error:
            raise write_error(error, self.state) from error

    def kill(self, timeout_s: float = 10.0) -> None:
        """End the process at once; what the last checkpoint holds stays."""
        process = self._living()
        if process is None:
            return
        with contextlib.suppress(psutil.Error):
            process.kill()
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout_s)
        else:
            psutil.wait_procs([process], timeout_s)

    # -- looking --------------------------------------------------------------------------------------------------
    def poll(self) -> Snapshot:
        """Read where it stands; quick, and never raises for what the process did. One thread at a time."""
        living = self._living() is not None
        losses, validations, event = self._rows()
        began, logged = _modified(self.folder / "run.json") or 0.0, _modified(self.state / LOG)
        fresh = logged is not None and logged >= began  # else the log is of before the last start
        event = event if fresh else ""
        step = max((row["step"] for row in (*losses, *validations)), default=0)
        checkpoint = _modified(self.state / CHECKPOINT)
        found = Snapshot("running", step, self.plan.all_steps, losses, validations, checkpoint_at=checkpoint)
        if living:
            left = seconds_left(losses, self.plan.all_steps, logged) if fresh else None
            status = self._status_alive(event, fresh and bool(losses))
            return replace(found, status=status, seconds_left=left, message=_PROGRESS.sub("", _last_line(self.console)))
        if (self.bundle / CARD_NAME).is_file():
            return replace(found, status="finished")
        if event == "paused":
            return replace(found, status="paused")
        last = _last_line(self.errors)
        said = last.removeprefix("proseg-gui: ") if last.startswith("proseg-gui: ") else ""
        if said in ("", "stopped"):
            said = f"The training process was ended from outside{self._exit_text()}."
        return replace(found, status="interrupted" if checkpoint else "failed", message=said)

    def console_text(self) -> str:
        """The progress that the process printed, and its log's last rows: nothing that names a case or a folder."""
        parts = [_text(self.console), "\n".join(_text(self.state / LOG).splitlines()[-40:])]
        return "\n\n".join(part for part in parts if part)

    def _living(self) -> psutil.Process | None:
        if self._process is not None:
            if self._process.poll() is not None:
                return None
            with contextlib.suppress(psutil.Error):
                return psutil.Process(self._process.pid)
            return None
        with contextlib.suppress(psutil.Error, UserError, ValueError, KeyError, TypeError):
            record = read_json(self.folder / "run.json")
            process = psutil.Process(int(record["pid"]))
            same = abs(process.create_time() - record["born"]) < 1.0  # a number is given to other processes later
            if same and process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None

    def _exit_text(self) -> str:
        code = None if self._process is None else self._process.returncode
        if code is None:
            return ""
        return f" (signal {-code})" if code < 0 else f" (exit code {code})"

    def _status_alive(self, event: str, logging: bool) -> Status:
        request = _text(self.state / REQUEST).strip()
        if request == "pause" or event == "paused":
            return "pausing"
        if request == "stop" or event == "stopped":
            return "stopping"
        return "running" if logging else "starting"

    def _rows(self) -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...], str]:
        """Rows with losses, rows with validations, and the event that came last, if one did."""
        losses, validations, event = [], [], ""
        for row in self._log.rows():
            event = row.get("event", "")
            if "validation" in row:
                validations.append(row)
            elif "total" in row:
                losses.append(row)
        return tuple(losses), tuple(validations), event

    # -- ending ---------------------------------------------------------------------------------------------------
    def accept(self, models: Path) -> Path:
        """Put the finished bundle at ``models/<name>``, its log with it, and remove the run; returns the new folder.

        The model is copied, so that it appears whole on any disk, and only then the run goes. Lost at any moment, the
        process leaves a run that can be accepted again: the model that stands there already is then known as its own,
        and what an earlier version left half moved is replaced.

        Raises
        ------
        UserError
            There is no finished bundle, another model of this name exists, or the folder cannot be written.
        """
        target = models / self.plan.name
        if not (self.bundle / CARD_NAME).is_file():
            raise UserError("this training has made no model yet", path=self.folder)
        if target.exists() and not self._has_arrived(target):
            if not self._is_torn(target):
                raise UserError("a model of this name exists", path=target, remedy="Move it away first")
            remove_folder(target)
        if not target.exists():
            try:
                if (self.state / LOG).is_file():
                    shutil.copyfile(self.state / LOG, self.bundle / LOG)
            except OSError as error:
                raise write_error(error, target) from error
            copy_folder(self.bundle, target)
        self.discard()
        return target

    def _has_arrived(self, target: Path) -> bool:
        """Whether ``target`` is this very model, whole."""
        names = (CARD_NAME, WEIGHTS_NAME)
        return all(_is_start_of(target / name, self.bundle / name, whole=True) for name in names)

    def _is_torn(self, target: Path) -> bool:
        """Whether ``target`` is what a move of this bundle left half done: nothing but the beginnings of its files."""
        return target.is_dir() and all(_is_start_of(path, self.bundle / path.name) for path in target.iterdir())

    def discard(self) -> None:
        """End the process if it still works, and remove all that the run wrote."""
        self.kill()
        remove_folder(self.folder)


def check_name(name: str, taken: Sequence[str]) -> None:
    """Raise a UserError if a new model cannot be called ``name``."""
    if not _NAME.fullmatch(name):
        raise UserError(f"{name!r} cannot be a model's name", remedy="Use letters, digits, and . _ + - between them")
    if name.casefold() in {other.casefold() for other in taken}:
        raise UserError(f"there is a model or a training called {name!r} already", remedy="Choose another name")


def put_behind(process: psutil.Process) -> None:
    """Give a process a lower priority than this one has: who looks at scans meanwhile comes first."""
    lower = min(int(psutil.Process().nice()) + NICENESS, 19)
    process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else lower)


def find_trainings(root: Path) -> list[Training]:
    """Runs below ``root``, the one begun or resumed last first; damaged ones are left out."""
    remove_leftovers(root)
    found = []
    for folder in sorted(_folders(root), key=lambda path: _modified(path / "run.json") or 0.0, reverse=True):
        with contextlib.suppress(UserError):
            found.append(Training.load(folder))
    return found


def seconds_left(losses: Sequence[dict[str, Any]], steps: int, logged_at: float | None) -> float | None:
    """Seconds to the last step at the pace of the last rows, less what passed since; ``None`` before the second."""
    if len(losses) < 2:  # the first step also warms up
        return None
    last = losses[-1]
    earlier = losses[-RECENT_ROWS - 1] if len(losses) > RECENT_ROWS else {"step": 0, "seconds": 0.0}
    pace = (last["seconds"] - earlier["seconds"]) / max(last["step"] - earlier["step"], 1)
    passed = 0.0 if logged_at is None else max(time.time() - logged_at, 0.0)
    return max(pace * (steps - last["step"]) - passed, 0.0)


def _folders(root: Path) -> list[Path]:
    return [path for path in root.iterdir() if path.is_dir() and not is_hidden_name(path.name)] if root.is_dir() else []


def _is_start_of(part: Path, file: Path, *, whole: bool = False) -> bool:
    """Whether the bytes of ``part`` are the first ones of ``file``, and with ``whole`` all of them."""
    try:
        found, wanted = part.read_bytes(), file.read_bytes()
    except OSError:
        return False
    return wanted.startswith(found) and (not whole or len(found) == len(wanted))


def _modified(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def _last_line(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - LAST_BYTES, 0))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
