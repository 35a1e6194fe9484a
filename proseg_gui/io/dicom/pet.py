"""PET: from Bq/ml to SUV by body weight, where the file has every tag that this needs, else the reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from proseg_gui.errors import UserError
from proseg_gui.io.base.shown import plain
from proseg_gui.io.dicom.headers import DAMAGE, Header

SUV_UNIT = "SUVbw"
_NEEDED = ("Units", "CorrectedImage", "DecayCorrection", "SeriesDate", "SeriesTime", "PatientWeight")
_INJECTION = ("RadionuclideTotalDose", "RadionuclideHalfLife")


def suv_factor(headers: Sequence[Header]) -> tuple[float | None, str]:
    """What Bq/ml are multiplied by to get SUVbw, or ``None`` and the sentence that says why there is no SUV.

    SUVbw = activity [Bq/ml] * weight [g] / dose at the time that the activity is corrected to [Bq], as in the vendor
    neutral pseudo-code of the Quantitative Imaging Biomarkers Alliance (QIBA, "SUV calculation", 2014): for
    DecayCorrection START that time is the start of the series, for ADMIN the injection.
    """
    first = headers[0]
    for keyword in _NEEDED:
        if not first.text(keyword):
            return None, f"No SUV: tag {keyword} missing; values stay as they are stored ({_unit(first)})."
    if first.text("Units") == "GML" and first.text("SUVType") in ("", "BW"):
        return 1.0, "The file holds SUV by body weight already."
    if first.text("Units") != "BQML":
        return None, f"No SUV: the values are in {_unit(first)}, not in Bq/ml."
    corrected = first.text("CorrectedImage")
    for correction in ("ATTN", "DECY"):
        if correction not in corrected:
            return None, f"No SUV: tag CorrectedImage does not list {correction}; values stay in Bq/ml."
    try:
        return _bq_factor(headers)
    except DAMAGE:
        return None, "No SUV: its radiopharmaceutical tags are malformed; values stay in Bq/ml."
    except UserError as error:
        return None, f"No SUV: {error.what}; values stay in Bq/ml."


def _bq_factor(headers: Sequence[Header]) -> tuple[float | None, str]:
    first = headers[0]
    injections = first.value("RadiopharmaceuticalInformationSequence") or []
    if len(injections) != 1:
        return None, "No SUV: tag RadiopharmaceuticalInformationSequence missing; values stay in Bq/ml."
    injection = injections[0]
    for keyword in _INJECTION:
        if injection.get(keyword) in (None, ""):
            return None, f"No SUV: tag {keyword} missing; values stay in Bq/ml."
    dose, half_life = (float(injection.get(keyword)) for keyword in _INJECTION)
    weight_g = 1000.0 * first.number("PatientWeight")
    if min(dose, half_life, weight_g) <= 0:
        return None, "No SUV: dose, half-life or weight is not positive; values stay in Bq/ml."
    correction = first.text("DecayCorrection")
    if correction not in ("START", "ADMIN"):
        return None, f"No SUV: DecayCorrection is {plain(correction, 16)}; values stay in Bq/ml."
    if correction == "START":
        start = _moment(first.text("SeriesDate"), first.text("SeriesTime"))
        injected = _injected(injection, first.text("SeriesDate"))
        if injected is None:
            return None, "No SUV: tag RadiopharmaceuticalStartDateTime missing; values stay in Bq/ml."
        acquired = [header.text("AcquisitionTime") for header in headers if header.text("AcquisitionTime")]
        days = [header.text("AcquisitionDate") or header.text("SeriesDate") for header in headers]
        if acquired and start > _moment(min(days), min(acquired)):
            return None, "No SUV: SeriesTime is later than the acquisition (a derived series); values stay in Bq/ml."
        seconds = (start - injected).total_seconds()
        if seconds < 0:
            return None, "No SUV: the injection is later than the scan; values stay in Bq/ml."
        dose *= 2.0 ** (-seconds / half_life)
    return weight_g / dose, "Values are SUV by body weight."


def _injected(injection: Any, series_date: str) -> datetime | None:
    moment = str(injection.get("RadiopharmaceuticalStartDateTime") or "")
    if len(moment) >= 14:
        return _moment(moment[:8], moment[8:])
    time = str(injection.get("RadiopharmaceuticalStartTime") or "")
    return _moment(series_date, time) if time else None


def _moment(date: str, time: str) -> datetime:
    """A DICOM date and time (fractions and zones aside: both ends are of one scanner) as one moment."""
    digits = time.split("+")[0].split("-")[0].split(".")[0].ljust(6, "0")
    return datetime.strptime(date + digits, "%Y%m%d%H%M%S")


def _unit(header: Header) -> str:
    return {"BQML": "Bq/ml"}.get(header.text("Units"), header.shown("Units") or "no unit")
