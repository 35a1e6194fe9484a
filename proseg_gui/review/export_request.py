"""What can be exported and what was asked for, as plain values. Knows no Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from proseg_gui.errors import UserError

FORMATS = {"nifti": "NIfTI", "rtstruct": "RTSTRUCT", "seg": "DICOM SEG"}
DICOM_FORMATS = ("rtstruct", "seg")
INTERPRETED_TYPES = (
    "", "GTV", "CTV", "PTV", "ORGAN", "AVOIDANCE", "CONTROL", "EXTERNAL", "TREATED_VOLUME", "IRRAD_VOLUME", "MARKER",
)  # fmt: skip
"""Defined terms of RT ROI Interpreted Type (DICOM PS3.3 C.8.8.8) that fit a drawn structure; "" leaves it empty."""
LONGEST_NAME = 64
"""An ROI's name is a Long String (DICOM PS3.5 table 6.2-1): 64 characters, no backslash."""
MAPS_HAVE_NO_PLACE = {"rtstruct": "an RTSTRUCT holds contours only", "seg": "a DICOM SEG holds no variances"}
NAME_IN_DICOM = "Only RTSTRUCT and DICOM SEG carry it"
CONTOURS_ONLY = "Only an RTSTRUCT carries it"
SEGMENTS_ONLY = "Only a DICOM SEG carries it"
ONE_ONLY = "For one structure: of several, each keeps its own name, and nothing is claimed of what they are"


@dataclass(frozen=True)
class ExportRequest:
    """What to write.

    Parameters
    ----------
    what:
        Of ``current``, ``raters``, ``levels``, ``consensus``, ``consensus_style``, ``samples``, ``maps``.
    raters:
        Which raters, when ``what`` has ``raters``.
    levels:
        Which agreement levels, 1 to the number of raters, when ``what`` has ``levels``.
    samples:
        How many, when ``what`` has ``samples``, else 0.
    maps:
        Which uncertainty maps, when ``what`` has ``maps``.
    fmt:
        A key of :data:`FORMATS`.
    interpreted_type:
        One of :data:`INTERPRETED_TYPES`; chosen by the user, never guessed.
    code:
        ``SCHEME:code`` of what the structure is (``io.structure_codes``), for DICOM SEG; "" claims nothing.
    overwrite:
        Whether existing files may be replaced; the user has seen which ones.
    structures:
        Of which structures ``current`` is written, each under its own name; ``None`` for the active one alone, called
        ``structure_name``.
    """

    what: frozenset[str]
    raters: tuple[str, ...]
    samples: int
    maps: tuple[str, ...]
    fmt: str
    folder: Path
    structure_name: str
    interpreted_type: str
    code: str = ""
    overwrite: bool = False
    structures: tuple[str, ...] | None = None
    levels: tuple[int, ...] = ()


@dataclass(frozen=True)
class ExportOffer:
    """What the open study and model allow.

    Parameters
    ----------
    raters, maps, structures:
        Names; ``structure`` is the index of the active one.
    folder:
        Where it would go by default.
    targets:
        Says which files a request would write.
    dicom_refusal, maps_refusal, model_refusal:
        Why that, or anything that a model draws, cannot be had, as a sentence; empty when it can.
    dicom_note:
        What RTSTRUCT and DICOM SEG bring with them here, as a sentence (for instance a DICOM copy of the scan).
    """

    raters: tuple[str, ...]
    maps: tuple[str, ...]
    structures: tuple[str, ...]
    structure: int
    folder: Path
    targets: Callable[[ExportRequest], Sequence[Path]]
    dicom_refusal: str = ""
    dicom_note: str = ""
    maps_refusal: str = ""
    model_refusal: str = ""
    fmt: str = "nifti"
    what: tuple[str, ...] = ("current",)
    samples: int = 10
    all_structures: bool = False
    """Format, choice, number of samples, and whether all structures, that the dialog opens with: those of last time."""
    levels: tuple[str, ...] = ()
    """What is inside of each agreement level, the first first; empty where the model has none."""


def problem(request: ExportRequest) -> str:
    """Say why a request cannot be carried out wherever it goes, as a sentence; empty when it can. Asks no disk."""
    if not request.what:
        return "Choose what to export."
    if "current" in request.what and request.structures == ():
        return "Choose at least one structure."
    if "raters" in request.what and not request.raters:
        return "Choose at least one rater."
    if "levels" in request.what and not request.levels:
        return "Choose at least one agreement level."
    if "maps" in request.what and not request.maps:
        return "Choose at least one map."
    if request.fmt in DICOM_FORMATS and not request.structure_name.strip():
        return "The structure needs a name."
    if "\\" in request.structure_name:
        return "A structure's name must not have a backslash."
    if not str(request.folder).strip() or request.folder == Path():
        return "Choose a folder."
    return ""


@dataclass(frozen=True)
class Place:
    """What stands where a request would write: the files that are there already, and a sentence on what is amiss."""

    there: tuple[Path, ...] = ()
    trouble: str = ""
    is_new: bool = False
    """Whether the folder is to be made."""


def look(offer: ExportOffer, request: ExportRequest) -> Place:
    """Look at the disk; on a slow network this takes its time, so it belongs to a worker."""
    try:
        for place in (request.folder, *request.folder.parents):
            if place.exists():
                if not place.is_dir():
                    return Place(trouble=f"{place} is a file, not a folder.")
                break
        there = tuple(path for path in offer.targets(request) if path.exists())
        return Place(there, is_new=not there and not request.folder.exists())
    except (UserError, OSError) as error:
        return Place(trouble=str(error))
