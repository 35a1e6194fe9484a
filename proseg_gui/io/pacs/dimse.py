"""An archive by DIMSE (C-FIND, C-GET or C-MOVE, C-STORE; TLS where the node asks for it), through pynetdicom."""

from __future__ import annotations

import threading
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
from proseg_gui.io.dicom.headers import DAMAGE
from proseg_gui.io.pacs import limits
from proseg_gui.io.pacs.nodes import MOST_SERIES, TIMEOUT_S, FoundSeries, Node, Query, is_wanted, number_file
from proseg_gui.io.pacs.tls import client_context, server_context
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.wording import plural

FIND, GET, MOVE = (UID(f"1.2.840.10008.5.1.4.1.2.2.{number}") for number in (1, 3, 2))
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
limits.install()
_PENDING = (0xFF00, 0xFF01)
_MOST_ANSWERS = 10_000
"""Studies or series of one answer; an archive that sends more is not listened to any longer."""
_DONE = 0x0000
_CANCELLED = 0xFE00
_NOT_ASKED_FOR, _NOT_UNDERSTOOD = 0xA900, 0xC000
"""PS3.4 table B.2-1: the data set does not match what was asked for, and cannot be understood."""
_UNKNOWN_DESTINATION = 0xA801
_SAYS_WHO_S = 5.0
"""So long somebody who connected to our port may take to say who is there."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class DimseArchive:
    """See :class:`proseg_gui.io.pacs.archive.Archive`."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def find(self, query: Query, token: CancelToken | None = None) -> list[FoundSeries]:
        """Studies that match, then the series of each, on one association."""
        found: list[FoundSeries] = []
        with self._association([build_context(FIND)]) as link:
            try:
                for study in self._ask(link, _study_query(query), token):
                    for series in self._ask(link, _series_query(str(study.get("StudyInstanceUID", ""))), token):
                        if not query.modality or str(series.get("Modality", "")) == query.modality:
                            found.append(_found(study, series))
                    if len(found) >= MOST_SERIES:
                        break
            except DAMAGE as error:
                raise self._problem("sent an answer that cannot be understood", "Ask its administrator") from error
        return found[:MOST_SERIES]

    def _ask(self, link: Association, identifier: Dataset, token: CancelToken | None) -> list[Dataset]:
        answers = []
        for status, answer in link.send_c_find(identifier, FIND):
            if token is not None:
                token.check()
            code = self._code(status, "find")
            if code in _PENDING:
                if answer is None:
                    raise self._problem("sent an answer that cannot be understood", "Ask its administrator")
                answers.append(answer)
                if len(answers) >= _MOST_ANSWERS:
                    break
            elif code != _DONE:
                raise self._problem(f"cannot find, it answered {code:04X}", "Ask its administrator")
        return answers

    def fetch(
        self, series: FoundSeries, folder: Path, progress: Progress = no_progress, token: CancelToken | None = None
    ) -> list[Path]:
        """By C-GET, where images come back on the association that asked for them, or by C-MOVE, where they come to us.

        For C-MOVE a port is open while it runs, for images of this series only.
        """
        folder.mkdir(parents=True, exist_ok=True)
        shelf = _Shelf(series, folder, progress, token)
        wanted = _series_query(series.study_uid)
        wanted.SeriesInstanceUID = series.series_uid
        try:
            self._retrieve(wanted, shelf, token)
        except UserError as error:
            if not shelf.refused:
                raise
            reason = f"sent images of another series, study or patient, which were refused ({shelf.refused})"
            raise self._problem(reason, "Ask its administrator") from error
        if not shelf.paths:
            raise self._problem("sent no image of this series", "It may be of a kind that is not asked for")
        return shelf.paths

    def _retrieve(self, wanted: Dataset, shelf: _Shelf, token: CancelToken | None) -> None:
        if self._node.retrieve == "move":
            with self._listening(shelf), self._association([build_context(MOVE)]) as link:
                self._follow(link, link.send_c_move(wanted, self._node.calling_ae, MOVE), token)
            return
        contexts = [build_context(GET), *(build_context(uid, TRANSFER_SYNTAXES) for uid in IMAGES)]
        roles = [build_role(uid, scp_role=True) for uid in IMAGES]
        with self._association(contexts, roles, [(evt.EVT_C_STORE, shelf.store)]) as link:
            self._follow(link, link.send_c_get(wanted, GET), token)

    def _follow(self, link: Association, answers: Iterator[Any], token: CancelToken | None) -> None:
        """Watch a retrieval to its end; images that the archive could not send are an error."""
        for status, _ in answers:
            if token is not None and token.cancelled:
                link.abort()
                token.check()
            moving, broken = self._node.retrieve == "move", "Status" not in status
            if moving and (broken or status.Status == _UNKNOWN_DESTINATION):  # Orthanc ends the connection over it
                ours = f"{self._node.calling_ae} at port {self._node.listen_port} of this computer"
                reason = "broke off the connection" if broken else "does not know us as a destination"
                raise self._problem(reason, f"Ask its administrator whether it knows {ours}")
            code = self._code(status, "fetch")
            if code in _PENDING:
                continue
            failed = int(status.get("NumberOfFailedSuboperations", 0) or 0)
            if code != _DONE or failed:
                reason = (
                    f"could not send {plural(failed, 'image')}" if failed else f"cannot fetch, it answered {code:04X}"
                )
                raise self._problem(reason, "Try the other way to retrieve, or DICOMweb")

    @contextmanager
    def _listening(self, shelf: _Shelf) -> Iterator[None]:
        """Take images on our port while the block runs; from this computer only where the archive is on it."""
        node = self._node
        ae = AE(ae_title=node.calling_ae)
        ae.require_called_aet = True
        ae.acse_timeout = _SAYS_WHO_S
        ae.dimse_timeout = ae.network_timeout = 3 * TIMEOUT_S
        ae.supported_contexts = [build_context(uid, TRANSFER_SYNTAXES) for uid in IMAGES]
        context = server_context(node) if node.tls else None
        place = ("127.0.0.1" if node.host in _LOOPBACK else "0.0.0.0", node.listen_port)
        try:
            handlers: list[Any] = [(evt.EVT_C_STORE, shelf.store), (evt.EVT_DIMSE_RECV, limits.message_ended)]
            server = ae.start_server(place, False, context, handlers)
        except OSError as error:
            reason = f"images cannot be taken on port {node.listen_port} ({error.strerror or error})"
            raise self._problem(reason, "Choose another port, and tell the archive") from error
        try:
            yield
        finally:
            assert server is not None
            links = server.active_associations
            server.shutdown()
            for link in links:  # also those of strangers who said nothing: they are not waited for
                limits.hang_up(link)

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
    def _association(
        self, contexts: list[Any], roles: Sequence[Any] = (), handlers: Sequence[Any] = ()
    ) -> Iterator[Association]:
        node = self._node
        ae = AE(ae_title=node.calling_ae)
        ae.acse_timeout = ae.connection_timeout = TIMEOUT_S
        ae.dimse_timeout = ae.network_timeout = 3 * TIMEOUT_S
        link = ae.associate(
            node.host,
            node.port,
            contexts=contexts,
            ae_title=node.called_ae,
            ext_neg=list(roles),
            tls_args=(client_context(node), node.host) if node.tls else None,
            evt_handlers=[*handlers, (evt.EVT_DIMSE_RECV, limits.message_ended)],
        )
        if not link.is_established:
            if link.is_rejected:
                raise self._problem("rejected the connection", "Check the AE titles")
            if node.tls:
                raise self._problem("cannot be reached over TLS", "Check host, port and the certificate files")
            raise self._problem("cannot be reached", "Check host, port and the network, or whether it wants TLS")
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


class _Shelf:
    """Where the images of one series go as they come, under numbers; others are turned away."""

    def __init__(self, series: FoundSeries, folder: Path, progress: Progress, token: CancelToken | None) -> None:
        self.paths: list[Path] = []
        self.refused = 0
        self._seen: set[str] = set()
        self._series, self._folder, self._progress, self._token = series, folder, progress, token
        self._lock = threading.Lock()

    def store(self, event: evt.Event) -> int:
        """Answer a C-STORE."""
        if self._token is not None and self._token.cancelled:
            return _CANCELLED
        try:
            ds = event.dataset
            if not is_wanted(ds, self._series):
                self.refused += 1
                return _NOT_ASKED_FOR
            uid = str(ds.SOPInstanceUID)
            if _is_cut_short(ds):
                return _NOT_UNDERSTOOD
        except DAMAGE:
            return _NOT_UNDERSTOOD
        with self._lock:
            if uid in self._seen:
                return _DONE  # it is here already
            self._seen.add(uid)
            path = number_file(self._folder, len(self.paths))
            path.write_bytes(event.encoded_dataset())
            self.paths.append(path)
            done, of = len(self.paths), self._series.n_images
        self._progress(min(1.0, done / max(of, 1)), f"image {done} of {of}")
        return _DONE


def _is_cut_short(ds: Dataset) -> bool:
    """Whether an image ends before its pixels, or within them where they are not compressed."""
    if "Rows" not in ds:
        return False  # no image: a structure set
    if "PixelData" not in ds:
        return True
    bits = int(ds.BitsAllocated) * int(ds.get("SamplesPerPixel", 1) or 1) * int(ds.get("NumberOfFrames", 1) or 1)
    compressed = ds["PixelData"].is_undefined_length
    return not compressed and 8 * len(ds.PixelData) < int(ds.Rows) * int(ds.Columns) * bits


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
