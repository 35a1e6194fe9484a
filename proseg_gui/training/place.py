"""Where a run's bundle, state and log lie, and what may not be overwritten there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import check_folder, write_error
from proseg_gui.io.base.leftovers import remove_leftovers
from proseg_gui.training.checkpoint import NAME
from proseg_gui.training.log import LOG_NAME
from proseg_gui.training.processes import rank


@dataclass(frozen=True)
class Place:
    """Where the bundle goes; whether what is there is replaced, and whether an interrupted run goes on."""

    out: Path
    overwrite: bool = False
    resume: bool = False


def run_folder(out: Path) -> Path:
    """Where a run's checkpoint and log lie while (and after) it makes the bundle ``out``."""
    return out.parent / f"{out.name}.training"


def prepare_folder(place: Place) -> Path:
    """Refuse, before any work, what would be overwritten; returns the run's folder, which may not exist yet.

    Of several processes each looks, and the first one writes.
    """
    check_folder(place.out)
    if place.out.is_dir() and any(place.out.iterdir()) and not place.overwrite:
        raise UserError("the bundle exists", path=place.out, remedy="Choose another --out or give --overwrite")
    folder = run_folder(place.out)
    check_folder(folder)
    remove_leftovers(folder)
    remove_leftovers(folder.parent)
    if place.resume and not folder.is_dir():
        raise UserError("there is no interrupted training to resume", path=folder, remedy="Leave out --resume")
    begun = (folder / NAME).is_file() or (folder / LOG_NAME).is_file()
    if begun and not place.resume and not place.overwrite:
        raise UserError("a training was begun here", path=folder, remedy="Give --resume or --overwrite")
    whole = (folder / NAME).is_file() and place.resume
    if begun and not whole and rank() == 0:  # what there is to go on from, or to replace, has no checkpoint
        for name in (NAME, LOG_NAME):
            (folder / name).unlink(missing_ok=True)
    return folder


def make_folder(folder: Path) -> Path:
    """Make ``folder`` where it is not there; a UserError where it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(error, folder) from error
    return folder
