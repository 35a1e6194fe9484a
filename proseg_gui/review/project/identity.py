"""What a case is, whatever its files are called: its DICOM instances or its voxels, and its grid."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from proseg_gui.errors import UserError
from proseg_gui.volume import Geometry, Study

_MOST_FILES = 4000


@dataclass(frozen=True, eq=False)
class CaseIdentity:
    """How a project knows a case.

    Parameters
    ----------
    geometry:
        The image's grid.
    content:
        Hash of its DICOM instances, or of its voxels; empty until it was measured (:func:`complete`).
    quick:
        Hash of path, size, time of change and grid: stands for voxels that were measured before. Empty without files.
    patient:
        What tells patients apart, as the file has it. It is kept by a project as a salted hash only.
    """

    geometry: Geometry
    content: str = ""
    quick: str = ""
    patient: str = ""

    def __repr__(self) -> str:
        return f"CaseIdentity(content={self.content[:12]!r}, complete={bool(self.content)})"


def identify(study: Study) -> CaseIdentity:
    """What can be said at once: all of a DICOM series, the quick key of other images."""
    image = study.image
    if image.dicom is not None:
        reference = image.dicom
        names = [*reference.sop_instance_uids, *map(str, reference.frame_numbers)]
        content = "dicom:" + _hash("\n".join(names).encode())
        return CaseIdentity(image.geometry, content, patient=reference.patient.get("PatientID", ""))
    source = study.source
    quick = _quick_key(source, image.geometry) if isinstance(source, str | Path) else ""
    origin = image.origin
    patient = origin.patient.get("PatientID", "") if origin is not None else _patient_of(source)
    return CaseIdentity(image.geometry, quick=quick, patient=patient)


def complete(study: Study, identity: CaseIdentity | None = None) -> CaseIdentity:
    """The identity with its content measured; hashing a large scan takes tenths of a second, so do it in a lane."""
    found = identify(study) if identity is None else identity
    if found.content:
        return found
    array = np.ascontiguousarray(study.image.array)
    content = hashlib.sha256(f"{array.dtype.str}{array.shape}".encode())
    content.update(array.data)
    return replace(found, content="voxels:" + content.hexdigest())


def geometry_to(geometry: Geometry) -> dict[str, Any]:
    """A grid as plain values."""
    uneven = geometry.slice_origins_mm
    return {
        "shape": list(geometry.shape),
        "origin_mm": geometry.origin_mm.tolist(),
        "spacing_mm": list(geometry.spacing_mm),
        "direction": geometry.direction.tolist(),
        "slice_origins_mm": None if uneven is None else uneven.tolist(),
    }


def geometry_from(content: dict[str, Any]) -> Geometry:
    """The grid of :func:`geometry_to`."""
    uneven = content["slice_origins_mm"]
    return Geometry(
        tuple(content["shape"]),
        np.array(content["origin_mm"], np.float64),
        tuple(content["spacing_mm"]),
        np.array(content["direction"], np.float64),
        None if uneven is None else np.array(uneven, np.float64),
    )


def _quick_key(source: str | Path, geometry: Geometry) -> str:
    path = Path(source).resolve()
    try:
        below = [path] if path.is_file() else sorted(item for item in path.rglob("*") if item.is_file())
        files = [item for item in below if "masks" not in item.relative_to(path).parts][:_MOST_FILES]
        stats = [(item.relative_to(path.parent).as_posix(), item.stat()) for item in files]
    except OSError:
        return ""
    if not stats:
        return ""
    lines = [str(path), repr(geometry_to(geometry))]
    lines += [f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in stats]
    return _hash("\n".join(lines).encode())


def _patient_of(source: object) -> str:
    """The patient whom a data set says a case is of; empty where none is said."""
    from proseg_gui.io.dataset import is_case, read_case  # late: it brings every reader, and the start would wait

    if not isinstance(source, str | Path) or not Path(source).is_dir() or not is_case(Path(source)):
        return ""
    try:
        case = read_case(Path(source))
    except UserError:
        return ""
    return "" if case.patient == case.name else case.patient


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
