"""What can be opened: one table of readers, asked in turn whether a file or folder is theirs and what is in it.

A new format is one more entry of :data:`READERS`.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from proseg_gui.errors import UserError
from proseg_gui.io.base.shown import plain
from proseg_gui.io.base.walk import files_below
from proseg_gui.io.dataset import Case, case_folders, is_case, read_case, read_dataset
from proseg_gui.io.dicom.encoding import START_BYTES, has_preamble, is_bare
from proseg_gui.io.dicom.reading import SeriesInfo, SeriesList, scan_folder
from proseg_gui.io.dicom.series import study_groups
from proseg_gui.io.images.nifti_read import looks_like_nifti
from proseg_gui.io.images.picture_labels import is_picture
from proseg_gui.io.images.reading import image_files, image_suffix
from proseg_gui.io.layouts import foreign_layout, has_drawings
from proseg_gui.jobs import CancelToken, Progress
from proseg_gui.wording import plural

_SCANS = "CT, MR, PET or SPECT image"


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


Claims = Callable[[Path, bytes], bool]
Lists = Callable[[Path, Progress, CancelToken | None], list[Candidate]]


@dataclass(frozen=True)
class Reader:
    """One kind of file or folder.

    ``claims(path, head)`` says whether ``path`` is of this kind, by its name and first bytes (none for a folder), or by
    the names in it; ``list(path, progress, token)`` says what is in it, or raises a UserError that says why nothing is.
    """

    kind: str
    claims: Claims
    list: Lists


def head_of(path: Path) -> bytes:
    """The first bytes of a file; none for a folder.

    Raises
    ------
    UserError
        If the file cannot be read, or is empty.
    """
    if path.is_dir():
        return b""
    try:
        with path.open("rb") as file:
            head = file.read(START_BYTES)
    except OSError as error:
        raise UserError(f"the file cannot be read ({error.strerror or error})", path=path) from error
    if not head:
        raise UserError("the file is empty", path=path, remedy="Copy or export it again")
    return head


# -- files -----------------------------------------------------------------------------------------------------------
def _is_image(path: Path, head: bytes) -> bool:
    return bool(head) and (bool(image_suffix(path)) or looks_like_nifti(path))


def _image(path: Path, progress: Progress, token: CancelToken | None) -> list[Candidate]:
    return [Candidate("image", path, path.name)]


def _is_bundle(path: Path, head: bytes) -> bool:
    return path.name.lower() == "card.json" if head else (path / "card.json").is_file()


def _bundle(path: Path, progress: Progress, token: CancelToken | None) -> list[Candidate]:
    folder = path if path.is_dir() else path.parent
    return [Candidate("bundle", folder, folder.name)]


def _is_zip(path: Path, head: bytes) -> bool:
    return bool(head) and zipfile.is_zipfile(path)


def _is_dicom(path: Path, head: bytes) -> bool:
    return bool(head) and (path.name.upper() == "DICOMDIR" or has_preamble(head) or is_bare(head))


def _in_file(path: Path, progress: Progress, token: CancelToken | None) -> list[Candidate]:
    listed = scan_folder(path, progress=progress, token=token)
    found = _in_series(listed)
    if found:
        return found
    is_zip = listed.path == path
    what, remedy = (
        ("zip", "If it holds other images, unpack it and open the folder") if is_zip else ("DICOM", "Choose a scan")
    )
    raise UserError(f"the {what} file holds no {_SCANS}{_passed_over(listed)}", path=path, remedy=remedy)


# -- folders ---------------------------------------------------------------------------------------------------------
def _is_case(path: Path, head: bytes) -> bool:
    return not head and is_case(path)


def _case(path: Path, progress: Progress, token: CancelToken | None) -> list[Candidate]:
    return [_case_candidate(read_case(path))]


def _is_foreign(path: Path, head: bytes) -> bool:
    return not head and foreign_layout(path) is not None


def _foreign(path: Path, progress: Progress, token: CancelToken | None) -> list[Candidate]:
    refusal = foreign_layout(path)
    assert refusal is not None
    raise refusal


def _is_dataset(path: Path, head: bytes) -> bool:
    if head:
        return False
    named = (path / "dataset.json").is_file() or (path / "split.json").is_file()
    folders = case_folders(path, dicom=named)
    return bool(folders) and (named or any(has_drawings(item) for item in folders))


def _dataset(path: Path, progress: Progress, token: CancelToken | None) -> list[Candidate]:
    return [_case_candidate(case) for case in read_dataset(path).cases]


def _is_folder(path: Path, head: bytes) -> bool:
    return not head


def _in_folder(path: Path, progress: Progress, token: CancelToken | None) -> list[Candidate]:
    found = [Candidate("image", item, item.name) for item in image_files(path)]
    listed = scan_folder(path, progress=progress, token=token)
    found += _in_series(listed)
    if not found and case_folders(path):  # cases that nobody drew; looked for last, since CDs carry pictures too
        found = _dataset(path, progress, token)
    if not found:
        found = _images_below(path)
    if not found:
        held = _passed_over(listed) or " (it is empty)"
        remedy = "Choose a folder with a DICOM series or with image files"
        raise UserError(f"no image that can be read was found in this folder{held}", path=path, remedy=remedy)
    return found


def _images_below(path: Path) -> list[Candidate]:
    """Image files in subfolders of any depth: volumes, and only where there are none pictures."""
    files = [item for item in files_below(path).files if image_suffix(item) and item.suffix.lower() != ".img"]
    volumes = [item for item in files if not is_picture(item)]
    return [Candidate("image", item, plain(item.relative_to(path).as_posix())) for item in volumes or files]


def _passed_over(listed: SeriesList) -> str:
    return f" (it holds {listed.skipped_text})" if listed.skipped else ""


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
    label = f"{case.name}, {plural(raters, 'rater')}" if raters else case.name
    return Candidate("case", case.path, label, case=case)


READERS = (
    Reader("image", _is_image, _image),
    Reader("bundle", _is_bundle, _bundle),
    Reader("zip", _is_zip, _in_file),
    Reader("DICOM", _is_dicom, _in_file),
    Reader("case", _is_case, _case),
    Reader("another program's data set", _is_foreign, _foreign),
    Reader("data set", _is_dataset, _dataset),
    Reader("folder", _is_folder, _in_folder),
)
"""In the order in which they are asked; the first that claims a path lists it."""
