"""What a dropped file or folder could mean, and opening it as a Study; for the window and the command line alike."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from proseg_gui.errors import UserError
from proseg_gui.io.contours.reading import readings_beside
from proseg_gui.io.dataset import (
    DEFAULT_CHANNEL,
    DEFAULT_STRUCTURE,
    Case,
    align_channel,
    case_folders,
    is_case,
    load_case,
    read_case,
    read_dataset,
)
from proseg_gui.io.dicom.headers import read_header
from proseg_gui.io.dicom.reading import SeriesInfo, SeriesList, read_series, scan_folder
from proseg_gui.io.dicom.series import study_groups
from proseg_gui.io.images.nifti_read import looks_like_nifti
from proseg_gui.io.images.raw import SeveralComponents
from proseg_gui.io.images.reading import image_files, image_stem, image_suffix, read_image
from proseg_gui.io.progress import share_of
from proseg_gui.io.shown import plain
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.volume import Reading, Study, Volume


@dataclass(frozen=True, eq=False)
class Candidate:
    """One thing that can be opened.

    ``kind`` is ``image``, ``series``, ``case``, ``structure set``, ``segmentation`` or ``bundle``; ``label`` is a line
    for a chooser, without patient data; ``problem`` says why it cannot be opened (empty when it can). ``group`` names
    patient and study by number and date, never by name, so that a chooser can show series under their studies.
    ``contours`` are files found with a series that may be drawings on it.
    """

    kind: str
    path: Path
    label: str
    series: SeriesInfo | None = None
    case: Case | None = None
    component: int | None = None
    problem: str = ""
    notices: tuple[str, ...] = ()
    group: str = ""
    contours: tuple[Path, ...] = ()


class SeveralSeries(UserError):
    """More than one thing could be meant; ``candidates`` lists them, best first."""

    def __init__(self, candidates: list[Candidate], path: Path) -> None:
        self.candidates = tuple(candidates)
        shown = "; ".join(f"{number}: {candidate.label}" for number, candidate in enumerate(candidates[:3], 1))
        more = f"; and {len(candidates) - 3} more" if len(candidates) > 3 else ""
        super().__init__(
            f"it holds {len(candidates)} images ({shown}{more})",
            path=path,
            remedy="Give the file or folder of one of them, or its number with --series",
        )


def find_inputs(
    path: str | Path, *, progress: Progress = no_progress, token: CancelToken | None = None
) -> list[Candidate]:
    """List what ``path`` could mean, looking at names and headers only.

    An image file; the series of a DICOM folder or file; a case, or the cases of a dataset folder; a model bundle; a
    structure set. Never empty.

    Raises
    ------
    UserError
        If there is nothing at ``path`` that could be opened, in one sentence that says what was found instead.
    """
    path = Path(path)
    if not path.exists():
        raise UserError("there is no such file or folder", path=path, remedy="Check the name")
    if path.is_dir():
        return _in_folder(path, progress, token)
    return _in_file(path, progress, token)


def open_study(
    path_or_candidate: str | Path | Candidate,
    *,
    channels: Mapping[str, Path] | None = None,
    contours: bool = True,
    pick: int | None = None,
    progress: Progress = no_progress,
    token: CancelToken | None = None,
) -> Study:
    """Open an image file, a DICOM folder with one series, or a case of a dataset (with its rater masks).

    Parameters
    ----------
    path_or_candidate:
        A path, or one of :func:`find_inputs`'s candidates.
    channels:
        Further co-registered channels, name -> path. Those on another grid are resampled to the first one's, with a
        notice.
    contours:
        Whether structure sets and segmentations that lie beside a DICOM series become its readings.
    pick:
        Which one to open where several things could be meant, from 1 in the order of ``SeveralSeries.candidates``.

    Raises
    ------
    SeveralSeries
        If several things could be meant (series of a folder, volumes of a 4D file) and none was picked.
    UserError
        If it cannot be opened.
    Cancelled
        When ``token`` is raised.
    """
    main = progress if not channels else share_of(progress, 0.0, 1.0 / (1 + len(channels)))
    try:
        study = _open_one(path_or_candidate, contours, main, token)
    except SeveralSeries as several:
        if pick is None:
            raise
        study = _open_one(_picked(several, pick), contours, main, token)
    else:
        if pick not in (None, 1):
            raise UserError("it holds one image", path=study.source, remedy="Leave out --series")
    for number, (name, path) in enumerate((channels or {}).items(), 1):
        part = share_of(progress, number / (1 + len(channels or {})), (number + 1) / (1 + len(channels or {})))
        study = _with_channel(study, name, Path(path), part, token)
    return study


def _open_one(what: str | Path | Candidate, contours: bool, progress: Progress, token: CancelToken | None) -> Study:
    if not isinstance(what, Candidate):
        what, progress = _only(what, share_of(progress, 0.0, 0.4), token), share_of(progress, 0.4, 1.0)
    return _open(what if contours else replace(what, contours=()), progress, token)


def _picked(several: SeveralSeries, number: int) -> Candidate:
    count = len(several.candidates)
    if not 1 <= number <= count:
        raise UserError(f"it has no series {number}", path=several.path, remedy=f"Choose one of 1 to {count}")
    return several.candidates[number - 1]


def _only(path: str | Path, progress: Progress, token: CancelToken | None) -> Candidate:
    """The one thing that can be meant by ``path``."""
    found = find_inputs(path, progress=progress, token=token)
    images = [candidate for candidate in found if candidate.kind in ("image", "series", "case")]
    if not images:
        kind = found[0].kind
        raise UserError(
            f"this is a {kind}, not an image",
            path=path,
            remedy="Give it with --model" if kind == "bundle" else "Open the image series that it belongs to",
        )
    if len(images) > 1:
        raise SeveralSeries(images, Path(path))
    return images[0]


def _open(candidate: Candidate, progress: Progress, token: CancelToken | None) -> Study:
    if candidate.case is not None:
        return load_case(candidate.case, progress=progress, token=token)
    structures: tuple[str, ...] = (DEFAULT_STRUCTURE,)
    readings: tuple[Reading, ...] = ()
    if candidate.series is not None:
        part = share_of(progress, 0.0, 0.8) if candidate.contours else progress
        volume, notices = read_series(candidate.series, progress=part, token=token)
        if candidate.contours:
            more: list[str] = []
            progress(0.8, "reading contours")
            structures, readings = readings_beside(candidate.contours, volume, more, token)
            notices += tuple(more)
            progress(1.0, "reading contours")
    elif candidate.kind == "image":
        volume, notices = _read_file(candidate, progress, token)
    else:
        raise UserError(f"this is a {candidate.kind}, not an image", path=candidate.path)
    name = image_stem(candidate.path) if candidate.path.is_file() else candidate.path.resolve().name
    notices = candidate.notices + notices
    return Study(name, {DEFAULT_CHANNEL: volume}, structures, readings, notices, candidate.path)


def _read_file(candidate: Candidate, progress: Progress, token: CancelToken | None) -> tuple[Volume, tuple[str, ...]]:
    try:
        return read_image(candidate.path, component=candidate.component, progress=progress, token=token)
    except SeveralComponents as several:
        choices = [
            replace(candidate, component=number, label=f"{candidate.label}, volume {number} of {several.count}")
            for number in range(several.count)
        ]
        raise SeveralSeries(choices, candidate.path) from several


def _with_channel(study: Study, name: str, path: Path, progress: Progress, token: CancelToken | None) -> Study:
    if name in study.channels:
        raise UserError(f"there are two channels called {name!r}", path=path, remedy="Name each channel differently")
    try:
        other = open_study(path, progress=progress, token=token)
    except SeveralSeries as several:
        raise UserError(several.what, path=path, remedy="Give the file or folder of one of them") from several
    volume, notices = align_channel(other.image, list(other.notices), name, study.image, token)
    return replace(study, channels={**study.channels, name: volume}, notices=study.notices + tuple(notices))


def _in_file(path: Path, progress: Progress, token: CancelToken | None) -> list[Candidate]:
    try:
        if path.stat().st_size == 0:
            raise UserError("the file is empty", path=path, remedy="Copy or export it again")
        is_image = looks_like_nifti(path) or bool(image_suffix(path))
        is_zip = not is_image and zipfile.is_zipfile(path)
        is_dicom = is_zip or path.name.upper() == "DICOMDIR" or (not is_image and read_header(path) is not None)
    except OSError as error:
        raise UserError(f"the file cannot be read ({error.strerror or error})", path=path) from error
    if is_image:
        return [Candidate("image", path, path.name)]
    if path.name.lower() == "card.json":
        return [Candidate("bundle", path.parent, path.parent.name)]
    if is_dicom:
        found = _in_series(scan_folder(path, progress=progress, token=token))
        if found:
            return found
        what = "zip" if is_zip else "DICOM"
        raise UserError(f"the {what} file holds no CT, MR or PET image", path=path, remedy="Choose a scan")
    if path.suffix.lower() in (".dcm", ".dicom", ".ima"):
        raise UserError("it is named DICOM but is none", path=path, remedy="Export the image again from its source")
    known = "DICOM, NIfTI, NRRD, MetaImage, ANALYZE, PNG, JPEG and TIFF can be read"
    raise UserError("it is of no known image format", path=path, remedy=known)


def _in_folder(path: Path, progress: Progress, token: CancelToken | None) -> list[Candidate]:
    if (path / "card.json").is_file():
        return [Candidate("bundle", path, path.name)]
    if is_case(path):
        return [_case_candidate(read_case(path))]
    named = (path / "dataset.json").is_file() or (path / "split.json").is_file()
    folders = case_folders(path, dicom=named)
    if folders and (named or any((item / "masks").is_dir() for item in folders)):
        return [_case_candidate(case) for case in read_dataset(path).cases]
    found = [Candidate("image", item, item.name) for item in image_files(path)]
    listed = scan_folder(path, progress=progress, token=token)
    found += _in_series(listed)
    if not found and folders:  # cases that nobody drew; looked for last, since viewers on CDs carry pictures too
        found = [_case_candidate(case) for case in read_dataset(path).cases]
    if not found:
        skipped = f" (it holds {listed.skipped_text})" if listed.skipped else " (it is empty)"
        remedy = "Choose a folder with a DICOM series or with image files"
        raise UserError(f"no image was found in this folder{skipped}", path=path, remedy=remedy)
    return found


def _in_series(listed: SeriesList) -> list[Candidate]:
    notices = (f"Passed over: {listed.skipped_text}.",) if listed.skipped else ()
    groups = study_groups(listed.series)
    found = [
        Candidate(
            "series",
            listed.path if len(info.files) > 1 else info.files[0],
            info.label,
            series=info,
            problem="" if info.problem is None else str(info.problem),
            notices=notices,
            group=group,
            contours=listed.contours,
        )
        for info, group in zip(listed.series, groups, strict=True)
    ]
    if listed.series and listed.series[0].unpacked is not None:
        return found
    found += [Candidate("structure set", item, plain(item.name)) for item in listed.structure_sets]
    return found + [Candidate("segmentation", item, plain(item.name)) for item in listed.segmentations]


def _case_candidate(case: Case) -> Candidate:
    raters = len({rater for _, rater, _ in case.masks})
    return Candidate("case", case.path, f"{case.name}, {raters} rater{'s' if raters != 1 else ''}", case=case)
