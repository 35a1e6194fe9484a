"""What a dropped file or folder could mean, and opening it as a Study; for the window and the command line alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from proseg_gui.errors import UserError
from proseg_gui.io.base.progress import share_of
from proseg_gui.io.contours.reading import readings_beside
from proseg_gui.io.dataset import DEFAULT_CHANNEL, DEFAULT_STRUCTURE, align_channel, load_case
from proseg_gui.io.dicom.reading import read_series
from proseg_gui.io.images.raw import SeveralComponents
from proseg_gui.io.images.reading import image_stem, read_image
from proseg_gui.io.readers import READERS, Candidate, head_of
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.volume import Reading, Study, Volume

__all__ = ["Candidate", "SeveralSeries", "find_inputs", "open_study"]


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
    head = head_of(path)
    for reader in READERS:
        if reader.claims(path, head):
            return reader.list(path, progress, token)
    if path.suffix.lower() in (".dcm", ".dicom", ".ima"):
        raise UserError("it is named DICOM but is none", path=path, remedy="Export the image again from its source")
    known = "DICOM, NIfTI, NRRD, MetaImage, ANALYZE, PNG, JPEG and TIFF can be read"
    raise UserError("it is of no known image format", path=path, remedy=known)


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
        notice. Naming the image itself among them gives it a name.
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
    channels, own = _others(path_or_candidate, channels or {})
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
    if own and len(study.channels) == 1:
        study = replace(study, channels={own: study.image})
    for number, (name, path) in enumerate(channels.items(), 1):
        part = share_of(progress, number / (1 + len(channels)), (number + 1) / (1 + len(channels)))
        study = _with_channel(study, name, Path(path), part, token)
    return study


def _others(image: str | Path | Candidate, channels: Mapping[str, Path]) -> tuple[dict[str, Path], str]:
    """The channels beside ``image``, and the name that they give to it; empty where they do not."""
    path = image.path if isinstance(image, Candidate) else Path(image)
    own = next((name for name, other in channels.items() if Path(other) == path), "")
    return {name: Path(other) for name, other in channels.items() if name != own}, own


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
