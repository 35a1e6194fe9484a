"""From a dataset folder to a bundle: names, split, cases, training, card. Window and command line call this."""

from __future__ import annotations

import hashlib
import itertools
import json
import platform
import re
import secrets
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch

from proseg_gui import __version__
from proseg_gui.bundle import UNKNOWN_MODALITY, Bundle, Card, case_hash, local_names, remember_names, save_bundle
from proseg_gui.errors import UserError
from proseg_gui.inference.device import ThreadChooser, choose_device, device_label
from proseg_gui.io.base.atomic import check_folder, write_error
from proseg_gui.io.base.leftovers import remove_leftovers
from proseg_gui.io.dataset import Case, Dataset, Split, load_case
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.networks.base import Method
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training.checkpoint import NAME, State
from proseg_gui.training.compare import compare, identity_by_case
from proseg_gui.training.dataset import Layout, TrainingCase, intensity_window, prepare_case
from proseg_gui.training.encoder_weights import read_weights, start_from
from proseg_gui.training.likeness import image_reference
from proseg_gui.training.log import LOG_NAME
from proseg_gui.training.loop import Trainer
from proseg_gui.training.methods import OBJECTIVES, new_network
from proseg_gui.training.origin import (
    People,
    base_layout,
    base_salt,
    check_study,
    load_base,
    match_raters,
    origin_record,
)
from proseg_gui.training.plain_heads import against_heads
from proseg_gui.training.precision import check_precision
from proseg_gui.training.processes import rank, world
from proseg_gui.training.recipe import Recipe
from proseg_gui.training.room import Room
from proseg_gui.training.stages import extended, prepare_stage, stage_recipe
from proseg_gui.training.validate import against_people
from proseg_gui.volume import Study

HELD_OUT_SHARE = 0.2
_PSEUDONYM = re.compile(r"rater\d+")


@dataclass(frozen=True)
class Request:
    """What to train: the data set, where the bundle goes, and what the files cannot say.

    ``window`` is ``(low, high)`` in the image's unit, or ``None`` for the 1st to 99th percentile of each image; an
    empty ``modality`` is taken from dataset.json, else from the first image; where neither says it, the card says
    ``unknown``. ``method`` is a name in :data:`OBJECTIVES`. With ``init``, a
    bundle's name or folder, that bundle is fine-tuned by ``stage``, one of :data:`STAGES`. ``command``, ``licence`` and
    ``intended_use`` go into the card word for word, so they should name nobody.
    """

    dataset: Dataset
    out: Path
    recipe: Recipe
    split: Split | None = None
    keep_names: bool = False
    window: tuple[float, float] | None = None
    modality: str = ""
    licence: str = ""
    intended_use: str = ""
    command: str = ""
    device: str = "auto"
    overwrite: bool = False
    resume: bool = False
    method: str = "proseg"
    init: str | Path | None = None
    stage: str = ""
    encoder_weights: Path | None = None
    """Where the recipe's network has a pretrained backbone: the file of its weights."""
    people: People | None = None
    """With ``init``: who each of the data set's raters is there (see :func:`.origin.match_raters`)."""
    memory_bytes: int | None = None
    """What prepared cases may fill; the rest lies in temporary files. Half of the free memory where it is ``None``."""


def pseudonyms(names: Sequence[str], others: Iterable[str] = ()) -> dict[str, str]:
    """Real name -> ``rater<number>``, in sorted order and none of ``others``; names that are pseudonyms are kept.

    One of ``others`` is somebody else, so a pseudonym that is there already is not kept.
    """
    others = set(others)
    kept = {name for name in names if _PSEUDONYM.fullmatch(name)} - others
    free = (f"rater{i}" for i in itertools.count(1) if f"rater{i}" not in kept | others)
    return {name: name if name in kept else next(free) for name in sorted(names)}


def automatic_split(cases: Sequence[Case], seed: int) -> Split:
    """Hold out a fifth of the patients (at least one where there are two) to choose by; no patient is parted."""
    patients = sorted({case.patient for case in cases})
    order = np.random.default_rng(seed).permutation(len(patients))
    count = max(1, round(HELD_OUT_SHARE * len(patients))) if len(patients) > 1 else 0
    held_out = {patients[i] for i in order[:count]}
    return Split(
        tuple(case.name for case in cases if case.patient not in held_out),
        tuple(case.name for case in cases if case.patient in held_out),
    )


def train_bundle(request: Request, progress: Progress = no_progress, token: CancelToken | None = None) -> Card:
    """Train and write a bundle; returns its card.

    The run's state and log lie in ``<out>.training``, from where ``resume`` goes on; the bundle appears when done.
    Of several processes (torchrun) the first one writes; the others return a card without figures.
    """
    device = choose_device(request.device)
    check_precision(request.recipe.precision, device)
    if device.type == "cpu":
        torch.set_num_threads(ThreadChooser().threads())
    weights = read_weights(request.encoder_weights) if request.encoder_weights else None
    base = load_base(request.init, request.stage, request.out) if request.init else None
    if base is not None:
        request = replace(request, recipe=stage_recipe(request.stage, request.recipe, base.method))
    folder = _prepare_folder(request)
    split = request.split or request.dataset.split or automatic_split(request.dataset.cases, request.recipe.seed)
    if not split.train:
        raise UserError("the split has no training case", path=request.dataset.path)
    request = replace(request, dataset=request.dataset.resampling(split.resample))
    salt = base_salt(base) or secrets.token_hex(16)
    layout = _base_layout(request, base) if base is not None else None
    room = Room(request.memory_bytes)
    layout, train, seen = _load(request, split.train, layout, base, salt, room, progress, token)
    assert layout is not None  # there is a training case
    _, held_out, judged = _load(request, split.val, layout, base, salt, room, progress, token)
    hashes, held_out_hashes = ([mark.salted for mark in marks] for marks in (seen, judged))
    begun = _record(request, device)  # now: a checkout may move on while the training runs
    method, card = _begin(request, layout, base)
    key = _key(request, layout, (seen, judged), method, base)
    if weights is not None:
        start_from(method, weights)
        key["encoder weights"] = begun["encoder_weights"] = weights.sha256
    if base is None:
        objective = OBJECTIVES[card.kind](method, request.recipe)
    else:
        progress(0.0, "encoding every slice once")
        if request.stage != "full":  # the encoder stays: describe the images while they are there
            fit = image_reference(base.method, [*train, *held_out], request.recipe.augmentation, request.recipe.seed)
            card = replace(card, fit=fit or base.card.fit)
        objective, train, held_out = prepare_stage(
            method, request.recipe, base.method, request.stage, train, held_out, device, room
        )
    trainer = Trainer(objective, train, held_out, request.recipe, _make(folder), key, device)
    if request.resume and not (folder / NAME).is_file():
        progress(0.0, "it was interrupted before its first checkpoint: starting from the beginning")
    elif request.resume:
        trainer.resume()
    state = trainer.run(progress, token)
    method.cpu()
    if rank():
        return card
    record = {
        **begun, "seconds": round(state.seconds, 1), "chosen_at_step": state.best_step if state.best else state.step,
        "steps_done": state.step, **({"calibration": trainer.calibration} if trainer.calibration else {}),
        "salt": salt, "case_hashes": hashes, "held_out_case_hashes": held_out_hashes,
        "resampled_cases": len({*split.resample} & {*split.train, *split.val}),
    }  # fmt: skip
    metrics = _metrics(state, held_out, request.recipe, card.raters)
    if held_out:
        metrics["validation"] |= against_people(method, held_out)
    if held_out and base is None and isinstance(method, ProSeg):
        progress(1.0, "comparing with plain heads")
        metrics["plain_heads"] = against_heads(method, train, held_out, request.recipe, token)
    if base is not None:
        record |= origin_record(base.card, request.stage, hashes, held_out_hashes)
        if held_out:
            before, after = (identity_by_case(network, held_out) for network in (base.method, method))
            metrics["comparison"] = compare(request.stage, base.card, card.raters, before, after)
    if base is None or request.stage == "full":
        progress(1.0, "describing the images")
        fit = image_reference(method, [*train, *held_out], request.recipe.augmentation, request.recipe.seed)
        card = replace(card, fit=fit)
    card = replace(card, training=record, metrics=metrics)
    card = save_bundle(request.out, card, method, overwrite=request.overwrite)
    _remember(card, request, base)
    return card


def _remember(card: Card, request: Request, base: Bundle | None) -> None:
    """Keep on this computer who is who in the new bundle.

    A name that two people have, one here and one in the base, is not kept: nobody can tell later who is meant.
    """
    now = {real: alias for real, alias in rater_names(request, base).items() if real in request.dataset.raters}
    before = local_names(base.card) if base is not None else {}
    unclear = {real for real, alias in now.items() if before.get(real, alias) != alias}
    changed = {real: alias for real, alias in (before | now).items() if real != alias and real not in unclear}
    if changed:
        remember_names(card, changed)


def _begin(request: Request, layout: Layout, base: Bundle | None) -> tuple[Method, Card]:
    """The network before the first step and a card without figures; made first, so that odd names cost no training."""
    torch.manual_seed(request.recipe.seed)
    raters = tuple(rater_names(request, base).values())
    kind, licence, use = request.method, request.licence, request.intended_use
    structures, channels = layout.structures, layout.channels
    if base is not None:
        kind, licence, use = base.card.kind, licence or base.card.licence, use or base.card.intended_use
        structures, channels = base.card.structures, base.card.channels
    try:
        method = extended(base.method, len(raters)) if base else new_network(kind, layout, request.recipe)
        card = Card(
            kind, request.out.name, datetime.now(UTC).strftime("%Y.%m.%d"), method.architecture(), raters,
            structures, channels, layout.modality, layout.spacing_mm, dict(layout.window),
            {"kind": "whole"}, licence=licence, intended_use=use,
        )  # fmt: skip
    except ValueError as error:
        raise UserError(f"no model can be made of this data set: {error}", path=request.dataset.path) from error
    return method, card


def rater_names(request: Request, base: Bundle | None = None) -> dict[str, str]:
    """Name in the data set -> name in the bundle, in the bundle's order.

    Of a ``base`` the raters come first; those that the data set lacks keep the bundle's name, marked as the base's
    where somebody else in the data set is called so.
    """
    known = match_raters(base.card, request.dataset, request.people) if base is not None else {}
    names = [name for name in request.dataset.raters if name not in known]
    others = base.card.raters if base is not None else ()
    aliases = _own_names(names, others) if request.keep_names else pseudonyms(names, others)
    own = {alias: name for name, alias in known.items()}
    first: dict[str, str] = {}
    for alias in others:
        absent = f"{alias} ({base.card.name})" if base is not None and alias in request.dataset.raters else alias
        first[own.get(alias, absent)] = alias
    return first | dict(sorted(aliases.items(), key=lambda pair: _natural(pair[1])))


def _own_names(names: Sequence[str], others: Sequence[str]) -> dict[str, str]:
    """Each name as it is; where it is that of somebody else, one of ``others``, with a number."""
    taken, found = {*names, *others}, {}
    for name in names:
        free = (f"{name}_{i}" for i in itertools.count(2) if f"{name}_{i}" not in taken)
        found[name] = next(free) if name in others else name
        taken.add(found[name])
    return found


def _base_layout(request: Request, base: Bundle) -> Layout:
    names = rater_names(request, base)
    if request.stage == "rater" and len(names) == len(base.card.raters):
        raise UserError(f"the model {base.card.name} knows all raters of this data set already",
                        path=request.dataset.path, remedy="Choose the stage adapt or full")  # fmt: skip
    modality = request.modality or request.dataset.cases[0].modality
    return base_layout(base.card, request.dataset, names, request.window, modality)


def run_folder(out: Path) -> Path:
    """Where a run's checkpoint and log lie while (and after) it makes the bundle ``out``."""
    return out.parent / f"{out.name}.training"


def _prepare_folder(request: Request) -> Path:
    """Refuse, before any work, what would be overwritten; returns the run's folder, which may not exist yet.

    Of several processes each looks, and the first one writes.
    """
    check_folder(request.out)
    if request.out.is_dir() and any(request.out.iterdir()) and not request.overwrite:
        raise UserError("the bundle exists", path=request.out, remedy="Choose another --out or give --overwrite")
    folder = run_folder(request.out)
    check_folder(folder)
    remove_leftovers(folder)
    remove_leftovers(folder.parent)
    if request.resume and not folder.is_dir():
        raise UserError("there is no interrupted training to resume", path=folder, remedy="Leave out --resume")
    begun = (folder / NAME).is_file() or (folder / LOG_NAME).is_file()
    if begun and not request.resume and not request.overwrite:
        raise UserError("a training was begun here", path=folder, remedy="Give --resume or --overwrite")
    whole = (folder / NAME).is_file() and request.resume
    if begun and not whole and rank() == 0:  # what there is to go on from, or to replace, has no checkpoint
        for name in (NAME, LOG_NAME):
            (folder / name).unlink(missing_ok=True)
    return folder


def _make(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(error, folder) from error
    return folder


@dataclass(frozen=True)
class _Mark:
    """A case that was read: its hash for the card, and what only goes into the hash over all, for the checkpoint."""

    salted: str
    name: str
    content: str


def _load(
    request: Request, names: Sequence[str], layout: Layout | None, base: Bundle | None, salt: str, room: Room,
    progress: Progress, token: CancelToken | None,
) -> tuple[Layout | None, list[TrainingCase], list[_Mark]]:  # fmt: skip
    """Read cases; the first one fixes the model's pixel size where ``layout`` is not given yet."""
    cases, marks = [], []
    for number, case in enumerate(request.dataset.select(names)):
        progress(number / len(names), f"reading case {number + 1} of {len(names)}")  # kept in logs: no name
        study = load_case(case, request.dataset.structures, channels=request.dataset.channels, token=token)
        if base is not None:
            check_study(base.card, study)
        layout = layout or _layout(request, study)
        cases.append(prepare_case(study, layout, room))
        marks.append(_Mark(case_hash(study, salt), case.name, case_hash(study, "")))
    return layout, cases, marks


def _layout(request: Request, study: Study) -> Layout:
    window = intensity_window(request.window)
    _, y, x = study.geometry.spacing_mm
    data = request.dataset
    spacing, modality = (round(y, 4), round(x, 4)), request.modality or study.image.modality
    return Layout(tuple(rater_names(request)), data.structures, data.channels, spacing, window,
                  modality or UNKNOWN_MODALITY)  # fmt: skip


def _key(
    request: Request, layout: Layout, marks: tuple[list[_Mark], list[_Mark]], method: Method, base: Bundle | None
) -> dict[str, Any]:
    """What must be the same for a run to be resumed; raters by their names in the bundle, cases by one hash.

    The images' content is in the hash, so that nobody can try out names against it who has not the images.
    """
    named = [layout.raters, *([(mark.name, mark.content) for mark in part] for part in marks)]
    key = {
        "method": method.kind, "recipe": request.recipe.as_dict(), "raters": list(rater_names(request, base).values()),
        "structures": layout.structures, "channels": layout.channels, "window": layout.window,
        "data set or split": hashlib.sha256(json.dumps(named).encode()).hexdigest(),
    }  # fmt: skip
    if base is not None:
        key |= {"architecture": method.architecture(), "base": base.card.sha256, "stage": request.stage}
    return key


def _record(request: Request, device: torch.device) -> dict[str, Any]:
    """What the card says about how the bundle was made."""
    return {
        "command": request.command, "data": request.dataset.title, "recipe": request.recipe.as_dict(),
        "steps": request.recipe.steps, "seed": request.recipe.seed, "device": device_label(device),
        "threads": torch.get_num_threads(), "processes": world(), "commit": current_commit(),
        "versions": {"proseg-gui": __version__, "python": platform.python_version(), "torch": str(torch.__version__)},
    }  # fmt: skip


def _metrics(state: State, held_out: Sequence[TrainingCase], recipe: Recipe, raters: Sequence[str]) -> dict[str, Any]:
    if not held_out:
        return {}
    figures = dict(state.best_figures)
    own = zip(raters, figures.pop("dice_identity", ()), strict=False)
    figures = {name: round(value, 4) for name, value in figures.items()}
    figures["dice_identity"] = {name: round(value, 4) for name, value in own if value is not None}
    return {"validation": {**figures, "n_cases": len(held_out), "draws_per_rater": recipe.validation_draws,
                           "note": "the cases by which the weights were chosen"}}  # fmt: skip


def current_commit() -> str:
    """The checkout's commit, marked where the code that makes models differs from it; empty outside a checkout."""
    root = Path(__file__).resolve().parents[2]
    own = ["proseg_gui/networks", "proseg_gui/training", "proseg_gui/bundle.py", "proseg_gui/inference/grid.py"]
    try:
        commit = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--", *own)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return commit + (" with uncommitted changes" if changed else "")


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort key by which rater10 follows rater9."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name) if part]
