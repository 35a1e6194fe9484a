"""What ``predict`` has drawn so far, slice by slice on the disk, and the files that it becomes.

Masks of many samples and maps of a large volume do not fit in memory together, so slices are appended to scratch
files in the (still hidden) output folder as they come.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from proseg_gui.bundle import Card, missing_channels, told_missing
from proseg_gui.inference.drawings import Drawing
from proseg_gui.inference.uncertainty import IMPUTATION, PARTS
from proseg_gui.io.base.progress import share_of
from proseg_gui.io.base.provenance import Provenance, image_done
from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.volume import Geometry, Mask, Study, Volume

if TYPE_CHECKING:
    from proseg_gui.inference.plan import SurveyPlan
    from proseg_gui.io.contours.seg_write import Segment

ROI_COLOURS = (
    "#70d0f0", "#e05020", "#9060f0", "#e070b0", "#c0b020", "#c0f0d0", "#70a0f0", "#f0a0a0", "#609070", "#d030b0",
)  # fmt: skip
"""The window's rater colours (gui/views/palette.py; a test holds the two together)."""
What = TypeVar("What")
SEG_NAME, SEG_PROBABILITY_NAME = "seg.dcm", "seg_probability.dcm"
OTHER_COLOUR, SAMPLE_COLOUR = "#ffd166", "#c9d6e3"
MAP_UNITS = {
    "consensus_probability": "probability, mean over raters",
    **{f"uncertainty_{part}": f"variance of inclusion, {part}, 0 to 0.25" for part in (*PARTS, IMPUTATION)},
}


class Results:
    """Masks and maps of one case that grow by one slice at a time.

    ``folder`` is the output folder before it appears; scratch files live in it until :meth:`close`.
    """

    def __init__(self, folder: Path, geometry: Geometry, structures: Sequence[str]) -> None:
        self.folder, self.geometry, self._structures = folder, geometry, tuple(structures)
        self._scratch = folder / "scratch"
        self._scratch.mkdir()
        self.areas: dict[tuple[str, str], list[int]] = {}
        """(structure, mask name) -> pixels of each slice."""

    def add_mask(self, name: str, inside: np.ndarray) -> None:
        """Append one slice ``(S, y, x)`` bool of mask ``name``."""
        for structure, part in zip(self._structures, inside, strict=True):
            self.areas.setdefault((structure, name), []).append(int(part.sum()))
            self._append(structure, name, np.packbits(part).tobytes())

    def add_map(self, name: str, values: np.ndarray) -> None:
        """Append one slice ``(S, y, x)`` of map ``name``, stored as float32."""
        for structure, part in zip(self._structures, values, strict=True):
            self._append(structure, name, np.ascontiguousarray(part, np.float32).tobytes())

    def mask(self, structure: str, name: str) -> Mask:
        """All slices of a mask."""
        shape = self.geometry.shape
        packed = np.fromfile(self._file(structure, name), np.uint8).reshape(shape[0], -1)
        inside = np.unpackbits(packed, axis=1, count=shape[1] * shape[2]).reshape(shape).view(np.bool_)
        return Mask(inside, self.geometry, structure)

    def map(self, structure: str, name: str) -> np.ndarray:
        """All slices of a map, ``(z, y, x)`` float32."""
        return np.fromfile(self._file(structure, name), np.float32).reshape(self.geometry.shape)

    def place(self, structure: str) -> Path:
        """Where a structure's files belong: a folder of its own when there are several."""
        return self.folder if len(self._structures) == 1 else self.folder / structure

    def close(self) -> None:
        """Remove the scratch files."""
        shutil.rmtree(self._scratch)

    def _append(self, structure: str, name: str, data: bytes) -> None:
        path = self._file(structure, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(data)

    def _file(self, structure: str, name: str) -> Path:
        return self._scratch / structure / name


def write_maps(
    results: Results,
    structures: Sequence[str],
    origins: Mapping[str, Provenance],
    progress: Progress,
    token: CancelToken | None,
) -> list[str]:
    """Write each map of ``origins`` (name -> where it came from) as NIfTI; returns files below the output folder."""

    def write(structure: str, name: str, path: Path) -> None:
        values = results.map(structure, name)
        write_nifti(values, results.geometry, path, provenance=origins[name], unit=MAP_UNITS[name])

    return _write_each(results, [(s, name, name) for s in structures for name in origins], write, progress, token)


def write_masks(
    results: Results,
    structures: Sequence[str],
    drawings: Sequence[Drawing],
    origin: Provenance,
    progress: Progress,
    token: CancelToken | None,
) -> list[str]:
    """Write each mask as NIfTI; returns the files' names below the output folder."""

    def write(structure: str, drawing: Drawing, path: Path) -> None:
        mask = results.mask(structure, drawing.name)
        write_nifti(mask, results.geometry, path, provenance=drawn_at(origin, drawing))

    jobs = [(structure, drawing, drawing.name) for structure in structures for drawing in drawings]
    return _write_each(results, jobs, write, progress, token)


def _write_each(
    results: Results,
    jobs: Sequence[tuple[str, What, str]],
    write: Callable[[str, What, Path], None],
    progress: Progress,
    token: CancelToken | None,
) -> list[str]:
    """``write(structure, what, path)`` for each job ``(structure, what, file stem)``, with progress and cancel."""
    files = []
    for i, (structure, what, stem) in enumerate(jobs):
        if token is not None:
            token.check()
        path = results.place(structure) / f"{stem}.nii.gz"
        write(structure, what, path)
        files.append(path.relative_to(results.folder).as_posix())
        progress((i + 1) / len(jobs), f"writing {path.name}")
    return files


def write_contours(
    results: Results,
    structures: Sequence[str],
    drawings: Sequence[Drawing],
    card: Card,
    origin: Provenance,
    image: Volume,
    progress: Progress,
    token: CancelToken | None,
) -> tuple[list[str], tuple[str, ...]]:
    """Write all masks as one ``rtstruct.dcm``; returns the files below the output folder, and notices."""
    rois = [
        Roi(
            roi_name(structure, drawing, several=len(structures) > 1),
            results.mask(structure, drawing.name),
            _colour(drawing, card),
            provenance=drawn_at(origin, drawing),
        )
        for structure in structures
        for drawing in drawings
    ]
    path = results.folder / "rtstruct.dcm"
    notices = write_rtstruct(rois, image, path, provenance=origin, progress=progress, token=token)
    return _with_series(path), notices


def write_segments(
    results: Results,
    structures: Sequence[str],
    drawings: Sequence[Drawing],
    card: Card,
    origin: Provenance,
    image: Volume,
    progress: Progress,
    token: CancelToken | None,
) -> tuple[list[str], tuple[str, ...]]:
    """Write all masks as one ``seg.dcm``, and a consensus' probability as the fractional ``seg_probability.dcm``.

    Returns the files below the output folder, and notices.
    """
    from proseg_gui.io.contours.seg_write import Segment

    several = len(structures) > 1
    segments = [
        Segment(
            roi_name(structure, drawing, several=several),
            results.mask(structure, drawing.name),
            _colour(drawing, card),
            provenance=drawn_at(origin, drawing),
        )
        for structure in structures
        for drawing in drawings
    ]
    consensus = next((drawing for drawing in drawings if drawing.name == "consensus"), None)
    probabilities = [
        Segment(
            roi_name(structure, consensus, several=several),
            results.map(structure, "consensus_probability"),
            _colour(consensus, card),
            provenance=drawn_at(origin, consensus),
        )
        for structure in structures
        if consensus is not None
    ]
    return write_seg_files(results.folder, segments, probabilities, origin, image, progress, token)


def write_seg_files(
    folder: Path,
    segments: Sequence[Segment],
    probabilities: Sequence[Segment],
    origin: Provenance,
    image: Volume,
    progress: Progress,
    token: CancelToken | None,
) -> tuple[list[str], tuple[str, ...]]:
    """Write ``seg.dcm`` and, where there are probabilities, ``seg_probability.dcm``, both for the same series."""
    from proseg_gui.io.contours.seg_write import write_seg
    from proseg_gui.io.dicom.write import series_for

    path, soft = folder / SEG_NAME, folder / SEG_PROBABILITY_NAME
    with series_for(image, path, overwrite=False, deidentified=False, progress=progress, token=token) as (
        series,
        notices,
        rest,
    ):
        write_seg(segments, series, path, provenance=origin, progress=share_of(rest, 0.0, 0.7), token=token)
        if probabilities:
            part = share_of(rest, 0.7, 1.0)
            write_seg(probabilities, series, soft, "fractional", provenance=origin, progress=part, token=token)
    return [*_with_series(path), *([soft.name] if probabilities else [])], notices


def _with_series(path: Path) -> list[str]:
    """The file's name, and the name of the DICOM copy of the image beside it where there is one."""
    series = path.with_name(f"{path.stem}_image")
    return [path.name] + ([f"{series.name}/"] if series.is_dir() else [])


def roi_name(structure: str, drawing: Drawing, *, several: bool) -> str:
    """Name of a mask's ROI: its file's name, with the structure before it when there are several."""
    name = drawing.name.rpartition("/")[2]
    return f"{structure} {name}" if several else name


def provenance_of(card: Card, study: Study, scanner: str = "") -> Provenance:
    """Where all files of one export come from: the model, the image as it was looked at, the user, the time."""
    return Provenance(
        model=card.name, model_version=card.version, bundle_sha256=card.sha256, edits="none",
        image=looked_at(card, study), scanner=scanner,
    )  # fmt: skip


def looked_at(card: Card | None, study: Study) -> str:
    """What was done to the images before they were looked at, and which ones the model had to estimate."""
    missing = () if card is None else missing_channels(card, study)
    return " ".join(filter(None, (image_done(study), f"{told_missing(missing)}." if missing else "")))


def drawn_at(origin: Provenance, drawing: Drawing) -> Provenance:
    """``origin`` for one mask: its point, and whose it is. The consensus has no point; it says what it is a mean of."""
    if drawing.point is None:
        return replace(origin, rater=drawing.rater, sample=f"mean over {drawing.mean}")
    return replace(origin, latents=drawing.point, rater=drawing.rater, sample=drawing.sample)


def map_origins(
    origin: Provenance, plan: SurveyPlan, drawings: Sequence[Drawing], parts: Sequence[str]
) -> dict[str, Provenance]:
    """Map name -> where it came from: the consensus' probability where it is drawn, and parts of the uncertainty."""
    counts, names = f"{plan.raters} x {plan.tau_draws}", "raters, preference"
    if plan.imputations > 1:
        counts, names = f"{counts} x {plan.imputations}", f"{names}, imputation"
    draws = f"survey of {counts} x {plan.eps_draws} draws ({names}, ambiguity)"
    surveyed = replace(origin, rater="all raters", sample=f"{draws}, seed {plan.seed}")
    origins = dict.fromkeys((f"uncertainty_{part}" for part in parts), surveyed)
    consensus = next((drawing for drawing in drawings if drawing.point is None), None)
    return origins if consensus is None else {"consensus_probability": drawn_at(origin, consensus), **origins}


def _colour(drawing: Drawing, card: Card) -> tuple[int, int, int]:
    if drawing.sample:
        text = SAMPLE_COLOUR
    elif drawing.rater in card.raters:
        text = ROI_COLOURS[card.raters.index(drawing.rater) % len(ROI_COLOURS)]
    else:
        text = OTHER_COLOUR
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
