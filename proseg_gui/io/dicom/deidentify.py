"""The DICOM basic confidentiality profile (PS3.15 annex E) for the files that this program makes itself.

They are made from nothing but the voxels and the masks, under new UIDs, so nothing is carried over that would have to
be found and removed. The profile's table (``resources/deidentify_profile.json``) is applied all the same, and what
is left is then compared with everything that the original said about the patient: word by word, never by parts of
words, since a patient may be called Ima or Tien. What a standard or this program's own tables say is no trace.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence

from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import atomic_json
from proseg_gui.io.base.json_in import read_json
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
_PSEUDONYM = re.compile(r"[A-Za-z0-9][\w.+-]{0,63}", re.ASCII)
_SHORTEST_WORD = 3
"""Shorter parts of a name or number occur by chance in other words."""
_FIXED = frozenset(
    {
        *("CodeValue", "CodingSchemeDesignator", "CodingSchemeVersion", "CodeMeaning", "ContextGroupVersion"),
        *("MappingResource", "ContextIdentifier", "Manufacturer", "SoftwareVersions", "ImplementationVersionName"),
        *("DeidentificationMethod", "SegmentAlgorithmName", "DimensionDescriptionLabel", "DerivationDescription"),
        "MappingResourceName",
    }
)
"""Tags whose words are the standard's or this program's: nobody can be named in them."""
_FIXED_VR = frozenset({"CS", "AE", "UR", "AS"})
_OWN_NAME = re.compile(r"proseg-gui(?: \d[\w.+]*)?|(?:contours|segmentation), not approved")
"""What this program writes of itself, and as a description of its series."""
_RECORD = frozenset(
    {
        *("StructureSetDescription", "ROIDescription", "ROIGenerationDescription", "SegmentDescription"),
        *("ContentDescription", "ContributionDescription", "AlgorithmParameters", "ManufacturerModelName"),
    }
)
"""Tags in which the program tells where a contour came from (``io/base/provenance.py``)."""
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


@dataclass(frozen=True)
class Pseudonym:
    """What a patient is called in de-identified files, and the key from which this computer makes the new UIDs.

    The same study under the same name gets the same UIDs over all its exports; without the key, which is kept in the
    user's own folder, nobody can tell from which study they are.
    """

    name: str
    key: bytes

    def secret(self, *parts: str) -> str:
        """A text that follows from the key, the name and ``parts``, and from which these cannot be found again."""
        return hmac.new(self.key, "|".join([self.name, *parts]).encode(), hashlib.sha256).hexdigest()

    def uid(self, *parts: str) -> str:
        """A UID for ``parts``, in the form that needs no registered root (PS3.5 B.2)."""
        return f"2.25.{int(self.secret(*parts)[:32], 16)}"

    def reference(self, original: DicomReference | None, content: str) -> DicomReference:
        """Study, frame of reference and patient of the new files; ``content`` stands for an image that has no UIDs."""
        study = original.study_instance_uid if original is not None else content
        frame = (original.frame_of_reference_uid or original.series_instance_uid) if original is not None else content
        return DicomReference(self.uid("study", study), "", self.uid("frame", frame), "", (), identity(self))


def pseudonym_key_path() -> Path:
    """Where the key is kept: on this computer only."""
    from platformdirs import user_data_path

    return user_data_path("proseg-gui") / "pseudonym_key.json"


def pseudonym(name: str) -> Pseudonym:
    """``name`` with this computer's key, which is made when it is first asked for.

    Raises
    ------
    UserError
        The name is not a plain one, or the key cannot be read or kept.
    """
    if not _PSEUDONYM.fullmatch(name):
        raise UserError(f"{name!r} cannot be a pseudonym", remedy="Use up to 64 letters, digits, and . _ + - between")
    path = pseudonym_key_path()
    if not path.exists():
        with suppress(UserError):  # another process may be the first
            atomic_json(path, {"key": secrets.token_hex(32)}, mode=0o600)
    content = read_json(path, what="the key of pseudonyms", remedy="Put a copy back, or remove it: UIDs will differ")
    key = content.get("key") if isinstance(content, dict) else None
    if not isinstance(key, str) or not re.fullmatch(r"[0-9a-f]{64}", key):
        raise UserError("the key of pseudonyms is damaged", path=path, remedy="Put a copy back, or remove it")
    return Pseudonym(name, bytes.fromhex(key))


def identity(named: Pseudonym | None) -> dict[str, str]:
    """What the files say in the patient's place."""
    return ANONYMOUS if named is None else ANONYMOUS | {"PatientName": f"{named.name}^", "PatientID": named.name}


def deidentify(ds: Dataset, original: DicomReference | None, named: Pseudonym | None = None) -> None:
    """Apply the profile to ``ds``, mark it as de-identified, and check that nothing of ``original`` is left.

    Raises
    ------
    UserError
        If a word of the patient's tags is in it still, for instance in a structure's name.
    """
    _scrub(ds)
    for keyword, value in identity(named).items():
        setattr(ds, keyword, value)
    ds.PatientIdentityRemoved = "YES"
    ds.DeidentificationMethod = "PS3.15 basic profile: all tags made anew, UIDs replaced"
    ds.DeidentificationMethodCodeSequence = DicomSequence([_method(*entry) for entry in _METHODS])
    ds.LongitudinalTemporalInformationModified = "REMOVED"
    left = survivors(ds, original, named)
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
        left = [tag for tag, word in texts if _says(name.casefold(), word)]
        if left:
            raise UserError(
                f"the patient's {left[0]} is in the name of mask {number}, so nothing was written",
                remedy="Choose names without patient data",
            )


def check_pseudonym(named: Pseudonym, original: DicomReference | None) -> None:
    """Refuse a pseudonym that holds a word of the patient's tags.

    Raises
    ------
    UserError
        With the kind of word, never the word itself.
    """
    texts, _ = _traces(original)
    left = [tag for tag, word in texts if _says(named.name.casefold(), word)]
    if left:
        raise UserError(
            f"the patient's {left[0]} is in the pseudonym, so nothing was written", remedy="Choose another one"
        )


def survivors(ds: Dataset, original: DicomReference | None, named: Pseudonym | None = None) -> list[tuple[str, str]]:
    """What is left of the patient: (tag of ``ds``, which of the original's tags it repeats or breaks).

    Every element of ``ds``, sequences included, is compared with the profile's table, and every text and UID with
    the original's patient tags and UIDs, word by word.
    """
    found: list[tuple[str, str]] = []
    texts, uids = _traces(original)
    patient = identity(named)
    for element in _elements(ds):
        keyword = element.keyword or str(element.tag)
        if element.VR == "UI":
            values = element.value if isinstance(element.value, list | tuple) else [element.value]
            found += [(keyword, "UID") for value in values if str(value) in uids]
            continue
        if element.VR in _TEXT and element.VR not in _FIXED_VR and keyword not in _FIXED:
            content = _OWN_NAME.sub(" ", str(element.value).casefold())
            content = _OF_RECORD.sub(" ", content) if keyword in _RECORD else content
            numbers_out = _DECIMAL.sub(" ", content) if keyword in _RECORD else content
            own = {patient.get(keyword, "").casefold(), _NO_DAY.get(element.VR, "")}
            if content not in own:
                found += [
                    (keyword, name) for name, word in texts if _says(numbers_out if word.isdigit() else content, word)
                ]
        action = profile_actions().get(int(element.tag), "")
        if element.tag.is_private or (action and "U" not in action and not _harmless(element, patient)):
            found.append((keyword, "profile entry"))
    return found


def _says(content: str, word: str) -> bool:
    """Whether ``word`` stands in ``content`` as a word or words of its own, and not as a part of others."""
    at = content.find(word)
    while at >= 0:
        end = at + len(word)
        if not content[at - 1 : at].isalnum() and not content[end : end + 1].isalnum():
            return True
        at = content.find(word, at + 1)
    return False


def _harmless(element: DataElement, patient: Mapping[str, str]) -> bool:
    own = (_NO_DAY.get(element.VR), patient.get(element.keyword))
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
    uids = {original.study_instance_uid, original.series_instance_uid, original.frame_of_reference_uid}
    return texts, (uids | set(original.sop_instance_uids)) - {""}


def _method(code: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code, "DCM", meaning
    return item
