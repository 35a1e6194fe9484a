"""A folder of cases with several raters' masks, as docs/CONTRACTS.md lays it out, and one such case as a Study.

``CASE/image.*`` or ``CASE/images/CHANNEL.*``; ``CASE/masks/RATER.*`` or ``CASE/masks/STRUCTURE/RATER.*``, a second
reading of the same rater being ``RATER@READING.*``. No file means "not drawn"; an all-zero file "drawn, and empty".

With DICOM, ``image`` and ``images/CHANNEL`` are folders of one series each and ``RATER.dcm`` is a structure set or a
segmentation; or the case is any folder with one series and such a file for each rater, named by the rater.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from proseg_gui.errors import UserError
from proseg_gui.io.base.json_in import read_json
from proseg_gui.io.base.walk import files_below
from proseg_gui.io.contours.file import NothingDrawn
from proseg_gui.io.contours.reading import rater_names, read_masks
from proseg_gui.io.dicom.encoding import START_BYTES, has_preamble, is_bare
from proseg_gui.io.dicom.reading import read_series, scan_folder
from proseg_gui.io.images.masks import read_mask
from proseg_gui.io.images.reading import image_files, image_stem, image_suffix, read_image
from proseg_gui.io.images.resample import resample_to
from proseg_gui.io.layouts import drawings_beside, foreign_layout
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.volume import Mask, Reading, Study, Volume

DEFAULT_STRUCTURE = "structure"
DEFAULT_CHANNEL = "image"
MODALITY = re.compile(r"[A-Z][A-Z0-9]{1,15}")
"""What a modality is called: DICOM's code strings, as CT, MR, PT."""

MaskKey = tuple[str, str, str]
"""(structure, rater, reading); reading is empty for a rater's only one."""


@dataclass(frozen=True)
class Split:
    """Names of the cases to train on, to choose by, and to judge on; and those whose masks may be resampled."""

    train: tuple[str, ...] = ()
    val: tuple[str, ...] = ()
    test: tuple[str, ...] = ()
    resample: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: str | Path) -> Split:
        """Read ``split.json``: an object with the lists ``train``, ``val`` and ``test``, no case in two of them.

        ``resample``, if there, lists the cases whose masks are put on their image's grid (:meth:`Dataset.resampling`).
        """
        path = Path(path)
        content = read_json(path)
        if not isinstance(content, dict):
            raise UserError("a split is an object with the lists train, val and test", path=path)
        unknown = sorted(set(content) - {"train", "val", "test", "resample"})
        if unknown:
            raise UserError(f"a split has train, val, test and resample, not {unknown[0]!r}", path=path)
        lists = {name: _names(content.get(name, []), name, path) for name in ("train", "val", "test")}
        seen: dict[str, str] = {}
        for name, cases in lists.items():
            for case in cases:
                if case in seen:
                    raise UserError(f"case {case!r} is in {seen[case]} and in {name}", path=path)
                seen[case] = name
        return cls(**lists, resample=_names(content.get("resample", []), "resample", path))


@dataclass(frozen=True)
class Case:
    """One case on disk: which files hold its channels and masks. Nothing is read yet."""

    name: str
    path: Path
    patient: str
    channels: Mapping[str, Path]
    masks: Mapping[MaskKey, Path]
    resample: bool = False
    """Whether masks on another grid are put on the image's (nearest neighbour, with a notice) and not refused."""
    modality: str = ""
    """What dataset.json says the images are, for files that cannot say so: a code as DICOM has it (``CT``, ``MR``)."""

    @property
    def structures(self) -> tuple[str, ...]:
        """Structures that somebody drew here, sorted."""
        return tuple(sorted({structure for structure, _, _ in self.masks}))


@dataclass(frozen=True)
class Dataset:
    """A dataset folder. ``raters``, ``structures`` and ``channels`` are the union over all cases."""

    name: str
    path: Path
    cases: tuple[Case, ...]
    raters: tuple[str, ...]
    structures: tuple[str, ...]
    channels: tuple[str, ...]
    split: Split | None = None
    notices: tuple[str, ...] = field(default=())
    title: str = ""
    """What dataset.json calls it, written to be seen by others: ``name`` may be the folder's, which nobody meant so."""

    def case(self, name: str) -> Case:
        """The case called ``name``, or a UserError that says which names there are."""
        for case in self.cases:
            if case.name == name:
                return case
        raise UserError(f"there is no case {name!r}", path=self.path, remedy=f"It has {_some(self.case_names)}")

    @property
    def case_names(self) -> tuple[str, ...]:
        """Names of all cases, in order."""
        return tuple(case.name for case in self.cases)

    def select(self, names: Sequence[str]) -> tuple[Case, ...]:
        """The cases called ``names``, in that order."""
        return tuple(self.case(name) for name in names)

    def resampling(self, names: Sequence[str]) -> Dataset:
        """This data set with the masks of just these cases put on their image's grid, as somebody asked for."""
        cases = tuple(replace(case, resample=case.name in names) for case in self.cases)
        return replace(self, cases=cases)


def read_dataset(path: str | Path) -> Dataset:
    """Look through a dataset folder; only names, ``dataset.json`` and ``split.json`` are read, no image.

    Raises
    ------
    UserError
        If it is no folder, holds no case, its JSON is malformed, or its split parts one patient.
    """
    path = Path(path)
    if not path.is_dir():
        what = "this is a file, a dataset is a folder of cases" if path.exists() else "there is no such folder"
        raise UserError(what, path=path)
    foreign = foreign_layout(path)
    if foreign is not None:
        raise foreign
    info = _read_info(path)
    cases = tuple(read_case(item, info) for item in case_folders(path, dicom=True))
    if not cases:
        raise UserError(
            "no case was found", path=path, remedy="A case is a folder with image.* (or images/) and a folder masks"
        )
    raters = sorted({rater for case in cases for _, rater, _ in case.masks})
    drawn = sorted({structure for case in cases for structure in case.structures})
    structures = tuple(info.structures) or tuple(drawn) or (DEFAULT_STRUCTURE,)
    unlisted = sorted(set(drawn) - set(structures))
    if unlisted:
        raise UserError(f"dataset.json does not list the structure {unlisted[0]!r}", path=path / "dataset.json")
    channels = info.channels or tuple(dict.fromkeys(name for case in cases for name in case.channels))
    split_path = path / "split.json"
    split = Split.read(split_path) if split_path.exists() else None
    if split is not None:
        _check_patients(split, cases, split_path)
    name = info.name or path.resolve().name
    found = Dataset(name, path, cases, tuple(raters), structures, channels, split, title=info.name)
    return found if split is None else found.resampling(split.resample)


def is_case(path: Path) -> bool:
    """Whether a folder is a case by its names: ``image.*`` or ``images/CHANNEL.*``, files or folders of DICOM files."""
    if any(image_stem(item) == "image" for item in image_files(path)):
        return True
    images = path / "images"
    if images.is_dir() and image_files(images):
        return True
    return (path / "masks").is_dir() and (images.is_dir() or (path / "image").is_dir())


def case_folders(path: Path, *, dicom: bool = False) -> list[Path]:
    """The subfolders of ``path`` that are cases, sorted by name; with ``dicom`` also any that hold DICOM files."""
    folders = sorted(item for item in path.iterdir() if item.is_dir() and not item.name.startswith("."))
    return [item for item in folders if is_case(item) or (dicom and _holds_dicom(item))]


def _holds_dicom(folder: Path) -> bool:
    """Whether one of the first files below ``folder`` is DICOM; enough to tell a case from a folder of notes."""
    for item in islice(files_below(folder).files, 20):
        try:
            with item.open("rb") as file:
                start = file.read(START_BYTES)
        except OSError:
            continue
        if has_preamble(start) or is_bare(start):
            return True
    return False


@dataclass(frozen=True)
class _Info:
    """What ``dataset.json`` says; empty where there is none."""

    name: str = ""
    structures: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    patients: Mapping[str, str] = field(default_factory=dict)
    modality: str = ""


def read_case(path: Path, info: _Info | None = None) -> Case:
    """List one case's files. Channels come in the order of ``dataset.json``, else by name."""
    info = _read_info(path.parent) if info is None else info
    channels = _channels(path, info.channels)
    if channels:
        default = info.structures[0] if len(info.structures) == 1 else DEFAULT_STRUCTURE
        masks = _masks(path / "masks", info.structures) or drawings_beside(path, default)
    elif _holds_dicom(path):
        channels = {_only_channel(info.channels): path}
        listed = scan_folder(path)
        names = rater_names(listed.structure_sets + listed.segmentations)
        structures = info.structures or (DEFAULT_STRUCTURE,)
        masks = {(structure, *_rater(name)): item for item, name in names.items() for structure in structures}
    else:
        raise UserError("the case has no image", path=path, remedy="Put image.* or images/CHANNEL.* there")
    return Case(path.name, path, info.patients.get(path.name, path.name), channels, masks, modality=info.modality)


def load_case(
    case: Case,
    structures: Sequence[str] | None = None,
    *,
    channels: Sequence[str] | None = None,
    progress: Progress = no_progress,
    token: CancelToken | None = None,
) -> Study:
    """Read one case as a Study whose readings are its rater masks.

    Parameters
    ----------
    case:
        From :func:`read_dataset`.
    structures:
        Those to load, in this order; all that were drawn here by default. A structure nobody drew has no readings.
    channels:
        Those to load, in this order; all by default. Others than the first are resampled to the first one's grid
        where they lie on another, with a notice.

    Raises
    ------
    UserError
        If a file cannot be read, a mask lies on another grid (unless ``case.resample``), or a channel is missing.
    """
    wanted = tuple(structures) if structures is not None else case.structures or (DEFAULT_STRUCTURE,)
    names = tuple(channels) if channels is not None else tuple(case.channels)
    keys = sorted(key for key in case.masks if key[0] in wanted)
    total, done = len(names) + len(keys), 0
    notices: list[str] = []
    volumes: dict[str, Volume] = {}
    for name in names:
        if name not in case.channels:
            raise UserError(f"the channel {name!r} is missing", path=case.path)
        first = next(iter(volumes.values()), None)
        volume, more = _read_channel(case.channels[name], name, first, progress, token)
        volumes[name] = volume if volume.modality else replace(volume, modality=case.modality)
        notices += more
        done += 1
        progress(done / total, f"{case.name}: {name}")
    like = next(iter(volumes.values()))
    readings = []
    for structure, rater, reading in keys:
        if token is not None:
            token.check()
        mask = _read_drawing(case, (structure, rater, reading), like, notices)
        if mask is not None:
            readings.append(Reading(rater, structure, mask, reading))
        done += 1
        progress(done / total, f"{case.name}: {rater}")
    return Study(case.name, volumes, wanted, tuple(readings), tuple(notices), case.path)


def _read_channel(
    path: Path, name: str, first: Volume | None, progress: Progress, token: CancelToken | None
) -> tuple[Volume, list[str]]:
    if path.is_dir():
        listed = scan_folder(path, token=token)
        if len(listed.series) != 1:
            raise UserError(f"a case has one DICOM series a channel, here are {len(listed.series)}", path=path)
        volume, notices = read_series(listed.series[0], progress=progress, token=token)
    else:
        volume, notices = read_image(path, progress=progress, token=token)
    return align_channel(volume, list(notices), name, first, token)


def _read_drawing(case: Case, key: MaskKey, like: Volume, notices: list[str]) -> Mask | None:
    """One rater's mask of one structure; ``None`` when a file of several regions has none of that name."""
    path = case.masks[key]
    if image_suffix(path):
        return read_mask(path, like.geometry, notices=notices, resample=case.resample)
    try:
        rois = read_masks(path, like, notices)
    except NothingDrawn as nothing:
        notices.append(f"{path.name}: {nothing.what}.")
        return None
    called = [mask for mask in rois if mask.name == key[0]]
    called = called or [mask for mask in rois if mask.name.casefold() == key[0].casefold()]
    if called:
        return called[0]
    if len(case.structures) > 1:
        return None
    if len(rois) != 1:
        names = ", ".join(mask.name for mask in rois[:4]) or "none"
        raise UserError(
            f"it has no ROI called {key[0]!r} (but: {names})", path=path, remedy="Name the structure in dataset.json"
        )
    return rois[0]


def align_channel(
    volume: Volume, notices: list[str], name: str, first: Volume | None, token: CancelToken | None
) -> tuple[Volume, list[str]]:
    """``volume`` on the first channel's grid, resampled with a notice where it lay on another."""
    if first is None or first.geometry.same_grid(volume.geometry):
        return volume, notices
    difference = first.geometry.difference(volume.geometry)
    notices = notices + [f"Channel {name} was resampled to the first channel's grid ({difference})."]
    moved = resample_to(volume, first.geometry, token=token)
    return replace(moved, derivation=f"Channel {name} was resampled to the first channel's grid."), notices


def read_people(path: Path) -> dict[str, str | None]:
    """Who is who, from a JSON table: name in the data set -> rater of a bundle, ``null`` for somebody new."""
    found = read_json(path)
    if not isinstance(found, dict) or not all(isinstance(alias, str | None) for alias in found.values()):
        raise UserError("this is not a table of who is who", path=path,
                        remedy='For instance {"anna": "rater2", "ben": null}')  # fmt: skip
    return found


def _read_info(folder: Path) -> _Info:
    path = folder / "dataset.json"
    if not path.is_file():
        return _Info()
    content = read_json(path)
    if not isinstance(content, dict):
        raise UserError("dataset.json is an object with name, structures, channels, patients and modality", path=path)
    patients = content.get("patients", {})
    if not isinstance(patients, dict):
        raise UserError("patients maps each case to its patient", path=path)
    modality = content.get("modality", "")
    if isinstance(modality, dict):  # nnU-Net's file of this name says how channels are normalised
        modality = ""
    if not isinstance(modality, str) or (modality and not MODALITY.fullmatch(modality)):
        raise UserError("modality is a short word in capitals", path=path, remedy="For instance CT or MR")
    return _Info(
        str(content.get("name", "")),
        _names(content.get("structures", []), "structures", path),
        _names(content.get("channels", []), "channels", path),
        {str(case): str(patient) for case, patient in patients.items()},
        modality,
    )


def _names(value: Any, what: str, path: Path) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UserError(f"{what} must be a list of names", path=path)
    return tuple(value)


def _check_patients(split: Split, cases: tuple[Case, ...], path: Path) -> None:
    """A patient in two lists would let a model be judged on somebody whom it was trained on."""
    patient = {case.name: case.patient for case in cases}
    home: dict[str, str] = {}
    for name in ("train", "val", "test"):
        for case in getattr(split, name):
            who = patient.get(case, case)
            if home.setdefault(who, name) != name:
                raise UserError(f"case {case!r} parts a patient between {home[who]} and {name}", path=path)


def _channels(path: Path, order: tuple[str, ...]) -> dict[str, Path]:
    """The case's channels by name, files or folders of DICOM; empty when there is none.

    One of several of ``order`` may be missing: whoever needs it says so, and some models estimate it.
    """
    folder = path / "images"
    if folder.is_dir():
        found = _unique(image_files(folder)) + sorted(item for item in folder.iterdir() if item.is_dir())
        files = {image_stem(item) if item.is_file() else item.name: item for item in found}
    else:
        found = _unique([item for item in image_files(path) if image_stem(item) == "image"])
        found += [path / "image"] if (path / "image").is_dir() else []
        files = {_only_channel(order): found[0]} if found else {}
    missing = [name for name in order if name not in files]
    if files and len(missing) == len(order) > 0:
        raise UserError(f"the channel {missing[0]!r} of dataset.json is missing", path=path)
    return {name: files[name] for name in dict.fromkeys((*order, *files)) if name in files}


def _only_channel(order: tuple[str, ...]) -> str:
    return order[0] if len(order) == 1 else DEFAULT_CHANNEL


def _masks(folder: Path, structures: tuple[str, ...]) -> dict[MaskKey, Path]:
    """Mask files by structure, rater and reading; a structure set straight in ``masks`` may hold every structure."""
    if not folder.is_dir():
        return {}
    masks: dict[MaskKey, Path] = {}
    default = structures[0] if len(structures) == 1 else DEFAULT_STRUCTURE
    groups = [((default,), folder)]
    groups += [((item.name,), item) for item in sorted(folder.iterdir()) if item.is_dir() and item.name[0] != "."]
    for names, group in groups:
        for item in _unique(image_files(group)):
            masks[names[0], *_rater(image_stem(item))] = item
        for item in sorted(group.glob("*.dcm")):
            for structure in structures if group is folder and structures else names:
                masks[structure, *_rater(image_stem(item))] = item
    return masks


def _rater(name: str) -> tuple[str, str]:
    """(rater, reading) of what is called ``RATER`` or ``RATER@READING``."""
    rater, _, reading = name.partition("@")
    return rater, reading


def _unique(files: list[Path]) -> list[Path]:
    """``files``, refused if two differ only in their ending: which one is meant would be a guess."""
    seen: dict[str, Path] = {}
    for item in files:
        stem = image_stem(item)
        if stem in seen:
            raise UserError(f"{seen[stem].name} and {item.name} are the same by name", path=item, remedy="Remove one")
        seen[stem] = item
    return files


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
