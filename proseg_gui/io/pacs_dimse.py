"""An archive by DIMSE (C-FIND, C-GET, C-STORE), through pynetdicom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom import AE, Association, build_role, evt
from pynetdicom.presentation import build_context

from proseg_gui.errors import UserError
from proseg_gui.io.dicom_headers import DAMAGE
from proseg_gui.io.pacs import MOST_SERIES, TIMEOUT_S, FoundSeries, Node, Query, number_file
from proseg_gui.jobs import CancelToken, Progress, no_progress

FIND, GET = UID("1.2.840.10008.5.1.4.1.2.2.1"), UID("1.2.840.10008.5.1.4.1.2.2.3")
"""Study root query and retrieve."""
IMAGES = (
    *("1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.4"),
    *("1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.128", "1.2.840.10008.5.1.4.1.1.130"),
    *("1.2.840.10008.5.1.4.1.1.20", "1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.6.1"),
    *("1.2.840.10008.5.1.4.1.1.481.3", "1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.1"),
)
"""CT, MR, PET (classic and enhanced), NM, secondary capture, US, RTSTRUCT, SEG, CR."""
TRANSFER_SYNTAXES = [
    *("1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.70"),
    *("1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.1.99"),
]
"""Uncompressed ones first, then those that this program can read."""
_PENDING = (0xFF00, 0xFF01)
_DONE = 0x0000
_CANCELLED = 0xFE00


class DimseArchive:
    """See :class:`proseg_gui.io.pacs.Archive`."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def find(self, query: Query, token: CancelToken | None = None) -> list[FoundSeries]:
        """Studies that match, then the series of each, on one association."""
        found: list[FoundSeries] = []
        with self._association([build_context(FIND)]) as link:
            for study in self._ask(link, _study_query(query), token):
                for series in self._ask(link, _series_query(str(study.get("StudyInstanceUID", ""))), token):
                    if not query.modality or str(series.get("Modality", "")) == query.modality:
                        found.append(_found(study, series))
                if len(found) >= MOST_SERIES:
                    break
        return found[:MOST_SERIES]

    def _ask(self, link: Association, identifier: Dataset, token: CancelToken | None) -> list[Dataset]:
        answers = []
        for status, answer in link.send_c_find(identifier, FIND):
            if token is not None:
                token.check()
            code = self._code(status, "find")
            if code in _PENDING and answer is not None:
                answers.append(answer)
            elif code != _DONE:
                raise self._problem(f"cannot find, it answered {code:04X}", "Ask its administrator")
        return answers

    def fetch(
        self, series: FoundSeries, folder: Path, progress: Progress = no_progress, token: CancelToken | None = None
    ) -> list[Path]:
        """C-GET: images come back on the association that asked for them, so no port is opened here."""
        paths: list[Path] = []
        folder.mkdir(parents=True, exist_ok=True)

        def store(event: evt.Event) -> int:
            if token is not None and token.cancelled:
                return _CANCELLED
            path = number_file(folder, len(paths))
            path.write_bytes(event.encoded_dataset())
            paths.append(path)
            progress(min(1.0, len(paths) / max(series.n_images, 1)), f"image {len(paths)} of {series.n_images}")
            return _DONE

        contexts = [build_context(GET)]
        contexts += [build_context(uid, TRANSFER_SYNTAXES) for uid in IMAGES]
        wanted = _series_query(series.study_uid)
        wanted.SeriesInstanceUID = series.series_uid
        with self._association(
            contexts, ext_neg=[build_role(uid, scp_role=True) for uid in IMAGES], handlers=[(evt.EVT_C_STORE, store)]
        ) as link:
            for status, _ in link.send_c_get(wanted, GET):
                if token is not None and token.cancelled:
                    link.abort()
                    token.check()
                code = self._code(status, "fetch")
                if code not in (*_PENDING, _DONE):
                    raise self._problem(f"cannot fetch, it answered {code:04X}", "Try DICOMweb, or ask for C-GET")
        if not paths:
            raise self._problem("sent no image of this series", "It may be of a kind that is not asked for")
        return paths

    def send(self, files: Sequence[Path], progress: Progress = no_progress, token: CancelToken | None = None) -> None:
        """C-STORE, each file in the transfer syntax that it has."""
        kinds: dict[tuple[str, str], None] = {}
        for path in files:
            try:
                ds = dcmread(path, stop_before_pixels=True, specific_tags=["SOPClassUID"])
                kinds[str(ds.SOPClassUID), str(ds.file_meta.TransferSyntaxUID)] = None
            except DAMAGE as error:
                raise UserError("it cannot be read, so it was not sent", path=path) from error
        with self._association([build_context(uid, syntax) for uid, syntax in kinds]) as link:
            for number, path in enumerate(files):
                if token is not None:
                    token.check()
                try:
                    code = self._code(link.send_c_store(path), "send")
                except ValueError as error:
                    raise self._problem("accepts no files of this kind", "Ask its administrator") from error
                if code != _DONE and code >> 12 != 0xB:  # Bxxx: stored, with a warning
                    raise self._problem(
                        f"refused a file with {code:04X} after {number} of {len(files)}", "Ask its administrator"
                    )
                progress((number + 1) / len(files), f"sent {number + 1} of {len(files)}")

    @contextmanager
    def _association(self, contexts: list[Any], **more: Any) -> Iterator[Association]:
        ae = AE(ae_title=self._node.calling_ae)
        ae.acse_timeout = ae.connection_timeout = TIMEOUT_S
        ae.dimse_timeout = ae.network_timeout = 3 * TIMEOUT_S
        more = {"ext_neg": more.get("ext_neg", []), "evt_handlers": more.get("handlers", [])}
        link = ae.associate(self._node.host, self._node.port, contexts=contexts, ae_title=self._node.called_ae, **more)
        if not link.is_established:
            if link.is_rejected:
                raise self._problem("rejected the connection", "Check the AE titles")
            raise self._problem("cannot be reached", "Check host, port and the network")
        try:
            yield link
        finally:
            if link.is_established:
                link.release()

    def _code(self, status: Dataset, what: str) -> int:
        if "Status" not in status:
            raise self._problem(f"the connection broke while trying to {what}", "Try again")
        return int(status.Status)

    def _problem(self, reason: str, remedy: str) -> UserError:
        return UserError(f"the archive {self._node.name!r}: {reason}", remedy=remedy)


def _study_query(query: Query) -> Dataset:
    ds = Dataset()
    ds.QueryRetrieveLevel = "STUDY"
    ds.PatientID, ds.PatientName = query.patient_id, query.patient_name
    ds.StudyDate, ds.AccessionNumber = query.date, query.accession
    ds.ModalitiesInStudy = query.modality
    ds.StudyInstanceUID = ""
    return ds


def _series_query(study_uid: str) -> Dataset:
    ds = Dataset()
    ds.QueryRetrieveLevel = "SERIES"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study_uid, ""
    ds.Modality = ds.SeriesDescription = ""
    ds.NumberOfSeriesRelatedInstances = None
    return ds


def _found(study: Dataset, series: Dataset) -> FoundSeries:
    def text(ds: Dataset, keyword: str) -> str:
        return str(ds.get(keyword, "") or "")

    return FoundSeries(
        study_uid=text(study, "StudyInstanceUID"),
        series_uid=text(series, "SeriesInstanceUID"),
        patient_id=text(study, "PatientID"),
        patient_name=text(study, "PatientName"),
        date=text(study, "StudyDate"),
        modality=text(series, "Modality"),
        description=text(series, "SeriesDescription"),
        n_images=int(series.get("NumberOfSeriesRelatedInstances", 0) or 0),
    )
