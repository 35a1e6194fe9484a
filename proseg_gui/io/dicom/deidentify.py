"""The DICOM basic confidentiality profile (PS3.15 annex E) for the files that this program makes itself.

They are made from nothing but the voxels and the masks, under new UIDs, so nothing is carried over that would have to
be found and removed. The profile's table (``resources/deidentify_profile.json``) is applied all the same, and what
is left is then compared with everything that the original said about the patient.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence

from proseg_gui.errors import UserError
from proseg_gui.locations import data_folder
from proseg_gui.volume import DicomReference

OWN_WORDS = frozenset(
    {
        *("SeriesDescription", "StructureSetLabel", "StructureSetDescription", "ROIName", "ROIDescription"),
        *("ROIGenerationDescription", "ContributingEquipmentSequence", "ContributionDescription", "DeviceSerialNumber"),
        *("ContentDescription", "SegmentDescription", "DerivationDescription", "AlgorithmParameters"),
    }
)
"""Tags that the table would clear, kept because this program or its user wrote them (Clean Descriptors option)."""
ANONYMOUS = {"PatientName": "Anonymous^", "PatientID": "ANONYMOUS", "StudyID": "1"}
_TEXT = frozenset({"AE", "CS", "DA", "DT", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT", "AS"})
_NO_DAY = {"DA": "19000101", "TM": "000000", "DT": "19000101000000"}
_METHODS = (
    ("113100", "Basic Application Confidentiality Profile"),
    ("113105", "Clean Descriptors Option"),
)
_SHORTEST_WORD = 3
"""Shorter parts of a name or number occur by chance in other words."""
_RECORD = frozenset(
    {
        *("StructureSetDescription", "ROIDescription", "ROIGenerationDescription", "SegmentDescription"),
        *("ContentDescription", "ContributionDescription", "AlgorithmParameters", "ManufacturerModelName"),
    }
)
"""Tags in which the program tells where a contour came from (``io/provenance.py``)."""
_OF_RECORD = re.compile(
    r'(?:"bundle_)?sha256[^0-9a-z]*[0-9a-f]{12,64}|"\w+":|'
    r"\b(?:no model named|bundle|model|rater|sample|edits|image|latents|tau|eps|none)\b"
)
"""Its own fixed words and hashes there: a patient may be called Model, and an ID's digits occur in a hash by chance."""
_DECIMAL = re.compile(r"\d+\.\d+")


@cache
def profile_actions() -> dict[int, str]:
    """Tag -> what the profile does with it: ``X`` remove, ``Z`` empty, ``D`` dummy, ``U`` new UID, or a choice."""
    content = json.loads((data_folder("resources") / "deidentify_profile.json").read_text(encoding="utf-8"))
    return {int(tag, 16): action for action, tags in content["actions"].items() for tag in tags.split()}


def deidentify(ds: Dataset, original: DicomReference | None) -> None:
    """Apply the profile to ``ds``, mark it as de-identified, and check that nothing of ``original`` is left.

    Raises
    ------
    UserError
        If a word of the patient's tags is in it still, for instance in a structure's name.
    """
    _scrub(ds)
    for keyword, value in ANONYMOUS.items():
        setattr(ds, keyword, value)
    ds.PatientIdentityRemoved = "YES"
    ds.DeidentificationMethod = "PS3.15 basic profile: all tags made anew, UIDs replaced"
    ds.DeidentificationMethodCodeSequence = DicomSequence([_method(*entry) for entry in _METHODS])
    ds.LongitudinalTemporalInformationModified = "REMOVED"
    left = survivors(ds, original)
    if left:
        raise UserError(
            f"the patient's {left[0][1]} would be left in the tag {left[0][0]}, so nothing was written",
            remedy="Choose names without patient data",
        )


def check_names(names: Iterable[str], original: DicomReference | None) -> None:
    """Refuse names that hold a word of the patient's tags.

    Raises
    ------
    UserError
        With the kind of word, never the word itself.
    """
    texts, _ = _traces(original)
    for number, name in enumerate(names, 1):
        left = [tag for tag, word in texts if word in name.casefold()]
        if left:
            raise UserError(
                f"the patient's {left[0]} is in the name of mask {number}, so nothing was written",
                remedy="Choose names without patient data",
            )


def survivors(ds: Dataset, original: DicomReference | None) -> list[tuple[str, str]]:
    """What is left of the patient: (tag of ``ds``, which of the original's tags it repeats or breaks).

    Every element of ``ds``, sequences included, is compared with the profile's table, and every text and UID with
    the original's patient tags and UIDs.
    """
    found: list[tuple[str, str]] = []
    texts, uids = _traces(original)
    for element in _elements(ds):
        keyword = element.keyword or str(element.tag)
        if element.VR == "UI":
            values = element.value if isinstance(element.value, list | tuple) else [element.value]
            found += [(keyword, "UID") for value in values if str(value) in uids]
            continue
        if element.VR in _TEXT:
            content = str(element.value).casefold()
            content = _OF_RECORD.sub(" ", content) if keyword in _RECORD else content
            numbers_out = _DECIMAL.sub(" ", content) if keyword in _RECORD else content
            found += [(keyword, name) for name, word in texts if word in (numbers_out if word.isdigit() else content)]
        action = profile_actions().get(int(element.tag), "")
        if element.tag.is_private or (action and "U" not in action and not _harmless(element)):
            found.append((keyword, "profile entry"))
    return found


def _harmless(element: DataElement) -> bool:
    own = (_NO_DAY.get(element.VR), ANONYMOUS.get(element.keyword))
    return element.is_empty or element.keyword in OWN_WORDS or str(element.value) in own


def _scrub(ds: Dataset) -> None:
    for element in list(ds.elements()):
        tag, action = element.tag, profile_actions().get(int(element.tag), "")
        if tag.is_private:
            del ds[tag]
            continue
        if element.VR == "SQ":
            for item in ds[tag].value:
                _scrub(item)
        if not action or "U" in action or ds[tag].keyword in OWN_WORDS:
            continue
        if action == "X":
            del ds[tag]
        elif element.VR in _NO_DAY and "D" in action:
            ds[tag].value = _NO_DAY[element.VR]
        else:
            ds[tag].value = DicomSequence() if element.VR == "SQ" else None


def _elements(ds: Dataset) -> Iterator[DataElement]:
    for raw in ds.elements():
        if raw.VR in ("DS", "OB", "OW", "OF"):  # points and pixels: numbers only
            continue
        element = ds[raw.tag]
        yield element
        if element.VR == "SQ":
            for item in element.value:
                yield from _elements(item)


def _traces(original: DicomReference | None) -> tuple[list[tuple[str, str]], set[str]]:
    """(tag, word) pairs that must not occur, in small letters, and UIDs that must not."""
    if original is None:
        return [], set()
    texts: list[tuple[str, str]] = []
    for name, value in original.patient.items():
        whole = str(value).strip().casefold()
        parts = {whole} if name.endswith(("Description", "Sex")) else {whole, *re.split(r"[\s^=,]+", whole)}
        if name in ("PatientSex", "StudyTime", "PositionReferenceIndicator"):
            continue
        texts += [(name, word) for word in sorted(parts) if len(word) >= _SHORTEST_WORD]
    own = {value.casefold() for value in ANONYMOUS.values()}
    texts = [(name, word) for name, word in texts if not any(word in value for value in own)]
    uids = {original.study_instance_uid, original.series_instance_uid, original.frame_of_reference_uid}
    return texts, (uids | set(original.sop_instance_uids)) - {""}


def _method(code: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code, "DCM", meaning
    return item
