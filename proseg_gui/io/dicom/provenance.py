"""Where a DICOM file's contours came from, whole, in Contributing Equipment: standard elements only, nothing cut.

A description there holds 1024 characters, and a structure set's regions may each have latents of hundreds of numbers.
So the sequence has as many items as it takes: the texts of the items made by this program, joined in their order, are
JSON objects one after the other, first ``{"file": ...}``, then ``{"region": NAME, "from": ...}`` for each region that
says where it came from (docs/export-exactness.md).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from pydicom.dataset import Dataset

from proseg_gui.io.base.provenance import Provenance
from proseg_gui.io.dicom.common import LIMITS, MANUFACTURER, fitted, person


def contributing_equipment(file: Provenance, regions: Sequence[tuple[str, Provenance | None]]) -> list[Dataset]:
    """Items of the Contributing Equipment Sequence: program, version, user, time, and the whole record.

    Parameters
    ----------
    file:
        Who wrote the file, and with which model.
    regions:
        (name in the file, where it came from) of each region or segment; ``None`` for one that says nothing.
    """
    records: list[dict[str, object]] = [{"file": file.as_dict()}]
    records += [{"region": name, "from": origin.as_dict()} for name, origin in regions if origin is not None]
    return [_item(file, part) for record in records for part in split(_line(record))]


def _line(record: dict[str, object]) -> str:
    """``record`` as JSON; two spaces in a row are escaped, so that a text can be cut beside a single one."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).replace("  ", "\\u0020\\u0020")


def split(text: str, most: int = LIMITS["ST"]) -> list[str]:
    """JSON in parts of at most ``most`` characters that neither begin nor end with a space (readers strip those)."""
    parts: list[str] = []
    while len(text) > most:
        end = next((n for n in range(most, 0, -1) if text[n - 1] != " " and text[n] != " "), 0)
        if not end:  # every second character is a space
            return [*parts, *split(text.replace(" ", "\\u0020"), most)]
        parts.append(text[:end])
        text = text[end:]
    return [*parts, text]


def _item(file: Provenance, part: str) -> Dataset:
    item, purpose = Dataset(), Dataset()
    purpose.CodeValue, purpose.CodingSchemeDesignator, purpose.CodeMeaning = "109102", "DCM", "Processing Equipment"
    item.PurposeOfReferenceCodeSequence = [purpose]
    item.Manufacturer = MANUFACTURER
    item.ManufacturerModelName = fitted(file.model_id(LIMITS["LO"]) or MANUFACTURER, "LO")
    item.SoftwareVersions = fitted(file.software, "LO")
    if file.user:
        item.OperatorsName = person(file.user)
    if file.created:
        item.ContributionDateTime = datetime.fromisoformat(file.created).strftime("%Y%m%d%H%M%S%z")
    item.ContributionDescription = part
    return item
