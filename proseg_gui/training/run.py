"""From a dataset folder to a bundle: names, split, cases, training, card. Window and command line call this."""

from __future__ import annotations

import hashlib
import json
import platform
import secrets
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch

from proseg_gui import __version__
from proseg_gui.bundle import Card, local_names, remember_names, save_bundle
from proseg_gui.errors import UserError
from proseg_gui.inference.device import ThreadChooser, choose_device, device_label
from proseg_gui.io.dataset import Case, Split
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.networks.base import Method
from proseg_gui.networks.proseg import ProSeg
from proseg_gui.training.checkpoint import NAME, State
from proseg_gui.training.compare import compare, identity_by_case
from proseg_gui.training.dataset import Layout, TrainingCase
from proseg_gui.training.encoder_weights import read_weights, start_from
from proseg_gui.training.likeness import image_reference
from proseg_gui.training.loop import Trainer
from proseg_gui.training.methods import OBJECTIVES, new_network
from proseg_gui.training.naming import rater_names
from proseg_gui.training.origin import base_salt, load_base, origin_record
from proseg_gui.training.place import make_folder, prepare_folder
from proseg_gui.training.plain_heads import against_heads
from proseg_gui.training.precision import check_precision
from proseg_gui.training.processes import rank, world
from proseg_gui.training.reading import CaseReader, Mark
from proseg_gui.training.recipe import Recipe
from proseg_gui.training.request import Request, Words
from proseg_gui.training.room import Room
from proseg_gui.training.stages import extended, prepare_stage, stage_recipe
from proseg_gui.training.styles import style_record
from proseg_gui.training.validate import against_people

HELD_OUT_SHARE = 0.2


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


def split_of(request: Request) -> Split:
    """What a training learns from and chooses by: as asked for, as the data set says, or the automatic one."""
    return request.split or request.dataset.split or automatic_split(request.dataset.cases, request.recipe.seed)


def train_bundle(request: Request, progress: Progress = no_progress, token: CancelToken | None = None) -> Card:
    """Train and write a bundle; returns its card.

    The run's state and log lie in ``<out>.training``, from where ``resume`` goes on; the bundle appears when done.
    Of several processes (torchrun) the first one writes; the others return a card without figures.
    """
    start, place = request.start, request.place
    device = choose_device(request.device)
    check_precision(request.recipe.precision, device)
    if device.type == "cpu":
        torch.set_num_threads(ThreadChooser().threads())
    weights = read_weights(start.encoder_weights) if start.encoder_weights else None
    base = load_base(start.init, start.stage, place.out) if start.init else None
    recipe = request.recipe if base is None else stage_recipe(start.stage, request.recipe, base.method)
    folder = prepare_folder(place)
    split = split_of(request)
    if not split.train:
        raise UserError("the split has no training case", path=request.dataset.path)
    dataset = request.dataset.resampling(split.resample)
    of_base = base.card if base is not None else None
    names = rater_names(dataset, keep_names=request.keep_names, base=of_base, people=start.people)
    if of_base is not None and start.stage == "rater" and len(names) == len(of_base.raters):
        raise UserError(f"the model {of_base.name} knows all raters of this data set already",
                        path=dataset.path, remedy="Choose the stage adapt or full")  # fmt: skip
    salt = base_salt(base) or secrets.token_hex(16)
    room = Room(request.memory_bytes)
    reader = CaseReader(dataset, request.images, tuple(names), of_base, salt, room)
    (train, seen), (held_out, judged) = (reader.read(part, progress, token) for part in (split.train, split.val))
    hashes, held_out_hashes = ([mark.salted for mark in marks] for marks in (seen, judged))
    begun = _record(request.words.command, dataset.title, recipe, device)  # now: a checkout may move on meanwhile
    torch.manual_seed(recipe.seed)
    try:
        method = extended(base.method, len(names)) if base else new_network(start.method, reader.layout, recipe)
        card = _first_card(place.out.name, method, tuple(names.values()), reader.layout, request.words, of_base)
    except ValueError as error:
        raise UserError(f"no model can be made of this data set: {error}", path=dataset.path) from error
    card = replace(card, style=style_record(train))
    key = _key(method, recipe, card.raters, reader.layout, (seen, judged))
    if base is not None:
        key |= {"architecture": method.architecture(), "base": base.card.sha256, "stage": start.stage}
    if weights is not None:
        start_from(method, weights)
        key["encoder weights"] = begun["encoder_weights"] = weights.sha256
    if base is None:
        objective = OBJECTIVES[card.kind](method, recipe)
    else:
        progress(0.0, "encoding every slice once")
        if start.stage != "full":  # the encoder stays: describe the images while they are there
            fit = image_reference(base.method, [*train, *held_out], recipe.augmentation, recipe.seed)
            card = replace(card, fit=fit or base.card.fit)
        objective, train, held_out = prepare_stage(
            method, recipe, base.method, start.stage, train, held_out, device, room
        )
    trainer = Trainer(objective, train, held_out, recipe, make_folder(folder), key, device)
    if place.resume and not (folder / NAME).is_file():
        progress(0.0, "it was interrupted before its first checkpoint: starting from the beginning")
    elif place.resume:
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
    metrics = _metrics(state, held_out, recipe.validation_draws, card.raters)
    if held_out:
        metrics["validation"] |= against_people(method, held_out)
    if held_out and base is None and isinstance(method, ProSeg):
        progress(1.0, "comparing with plain heads")
        metrics["plain_heads"] = against_heads(method, train, held_out, recipe, token)
    if base is not None:
        record |= origin_record(base.card, start.stage, hashes, held_out_hashes)
        if held_out:
            before, after = (identity_by_case(network, held_out) for network in (base.method, method))
            metrics["comparison"] = compare(start.stage, base.card, card.raters, before, after)
    if base is None or start.stage == "full":
        progress(1.0, "describing the images")
        card = replace(card, fit=image_reference(method, [*train, *held_out], recipe.augmentation, recipe.seed))
    card = save_bundle(place.out, replace(card, training=record, metrics=metrics), method, overwrite=place.overwrite)
    _remember(card, {real: alias for real, alias in names.items() if real in dataset.raters}, of_base)
    return card


def _remember(card: Card, now: dict[str, str], base: Card | None) -> None:
    """Keep on this computer who is who in the new bundle: ``now``, name in the data set -> name in the bundle.

    A name that two people have, one here and one in the base, is not kept: nobody can tell later who is meant.
    """
    before = local_names(base) if base is not None else {}
    unclear = {real for real, alias in now.items() if before.get(real, alias) != alias}
    changed = {real: alias for real, alias in (before | now).items() if real != alias and real not in unclear}
    if changed:
        remember_names(card, changed)


def _first_card(
    name: str, method: Method, raters: tuple[str, ...], layout: Layout, words: Words, base: Card | None
) -> Card:
    """A card without figures; made before the first step, so that odd names cost no training (ValueError)."""
    licence, use, structures, channels = words.licence, words.intended_use, layout.structures, layout.channels
    if base is not None:
        licence, use = licence or base.licence, use or base.intended_use
        structures, channels = base.structures, base.channels
    return Card(
        method.kind, name, datetime.now(UTC).strftime("%Y.%m.%d"), method.architecture(), raters, structures,
        channels, layout.modality, layout.spacing_mm, dict(layout.window), {"kind": "whole"}, licence=licence,
        intended_use=use,
    )  # fmt: skip


def _key(
    method: Method, recipe: Recipe, raters: Sequence[str], layout: Layout, marks: tuple[list[Mark], list[Mark]]
) -> dict[str, Any]:
    """What must be the same for a run to be resumed; ``raters`` by their names in the bundle, cases by one hash.

    The images' content is in the hash, so that nobody can try out names against it who has not the images.
    """
    named = [layout.raters, *([(mark.name, mark.content) for mark in part] for part in marks)]
    return {
        "method": method.kind, "recipe": recipe.as_dict(), "raters": list(raters),
        "structures": layout.structures, "channels": layout.channels, "window": layout.window,
        "data set or split": hashlib.sha256(json.dumps(named).encode()).hexdigest(),
    }  # fmt: skip


def _record(command: str, data: str, recipe: Recipe, device: torch.device) -> dict[str, Any]:
    """What the card says about how the bundle was made."""
    return {
        "command": command, "data": data, "recipe": recipe.as_dict(), "steps": recipe.steps, "seed": recipe.seed,
        "device": device_label(device), "threads": torch.get_num_threads(), "processes": world(),
        "commit": current_commit(),
        "versions": {"proseg-gui": __version__, "python": platform.python_version(), "torch": str(torch.__version__)},
    }  # fmt: skip


def _metrics(state: State, held_out: Sequence[TrainingCase], draws: int, raters: Sequence[str]) -> dict[str, Any]:
    if not held_out:
        return {}
    figures = dict(state.best_figures)
    own = zip(raters, figures.pop("dice_identity", ()), strict=False)
    figures = {name: round(value, 4) for name, value in figures.items()}
    figures["dice_identity"] = {name: round(value, 4) for name, value in own if value is not None}
    return {"validation": {**figures, "n_cases": len(held_out), "draws_per_rater": draws,
                           "note": "the cases by which the weights were chosen"}}  # fmt: skip


def current_commit() -> str:
    """The checkout's commit, marked where the code that makes models differs from it; empty outside a checkout."""
    root = Path(__file__).resolve().parents[2]
    own = ["proseg_gui/networks", "proseg_gui/training", "proseg_gui/bundle.py", "proseg_gui/inference/grid.py",
           "proseg_gui/catalogue.py"]  # fmt: skip
    try:
        commit = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--", *own)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return commit + (" with uncommitted changes" if changed else "")


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
