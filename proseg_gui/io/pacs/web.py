"""An archive by DICOMweb (QIDO, WADO, STOW), through dicomweb-client."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from dicomweb_client.api import DICOMwebClient
from pydicom import dcmread
from pydicom.dataset import Dataset

from proseg_gui.errors import UserError
from proseg_gui.io.dicom.headers import DAMAGE
from proseg_gui.io.pacs.nodes import MOST_SERIES, TIMEOUT_S, FoundSeries, Node, Query, is_wanted, number_file
from proseg_gui.io.pacs.tls import check_files
from proseg_gui.jobs import CancelToken, Progress, no_progress

_FIELDS = ("StudyDate", "PatientName", "PatientID", "ModalitiesInStudy")


class _Session(requests.Session):
    """Keeps ``*`` in a query as it is: the standard's wildcard, which Orthanc does not find when it is escaped."""

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        request.url = None if request.url is None else request.url.replace("%2A", "*")
        return super().send(request, **kwargs)


class WebArchive:
    """See :class:`proseg_gui.io.pacs.archive.Archive`."""

    def __init__(self, node: Node) -> None:
        self._node = node
        session = _Session()
        if node.user:
            session.auth = (node.user, node.password)
        if node.url.startswith("https"):
            check_files(node)
            if node.ca_file:
                session.verify = node.ca_file
                session.trust_env = False  # a bundle of certificates named by the environment would replace it
            session.cert = ((node.cert_file, node.key_file) if node.key_file else node.cert_file) or None
        self._client = DICOMwebClient(node.url.rstrip("/"), session=session, timeout=TIMEOUT_S)
        self._client.set_http_retry_params(retry=False)

    def find(self, query: Query, token: CancelToken | None = None) -> list[FoundSeries]:
        """Studies that match, then the series of each."""
        filters = {
            "PatientID": query.patient_id,
            "PatientName": query.patient_name,
            "StudyDate": query.date,
            "ModalitiesInStudy": query.modality,
            "AccessionNumber": query.accession,
        }
        filters = {name: value for name, value in filters.items() if value}
        found: list[FoundSeries] = []
        with self._errors("find"):
            studies = self._client.search_for_studies(search_filters=filters, fields=_FIELDS, limit=MOST_SERIES)
            for study in map(Dataset.from_json, studies):
                if token is not None:
                    token.check()
                answers = self._client.search_for_series(study.StudyInstanceUID, fields=("SeriesDescription",))
                series = [_found(study, Dataset.from_json(answer)) for answer in answers]
                found += [one for one in series if not query.modality or one.modality == query.modality]
                if len(found) >= MOST_SERIES:
                    break
        return found[:MOST_SERIES]

    def fetch(
        self, series: FoundSeries, folder: Path, progress: Progress = no_progress, token: CancelToken | None = None
    ) -> list[Path]:
        """Instances as they come in."""
        paths: list[Path] = []
        seen: set[str] = set()
        others = 0
        folder.mkdir(parents=True, exist_ok=True)
        with self._errors("fetch"):
            for ds in self._client.iter_series(
                series.study_uid, series.series_uid, media_types=(("application/dicom", "*"),)
            ):
                if token is not None:
                    token.check()
                if not is_wanted(ds, series):
                    others += 1
                    continue
                if str(ds.SOPInstanceUID) in seen:
                    continue
                seen.add(str(ds.SOPInstanceUID))
                paths.append(number_file(folder, len(paths)))
                ds.save_as(paths[-1], enforce_file_format=True)
                progress(min(1.0, len(paths) / max(series.n_images, 1)), f"image {len(paths)} of {series.n_images}")
        if others:
            raise UserError(
                f"the archive {self._node.name!r}: sent images of another series, study or patient, which were refused "
                f"({others})",
                remedy="Ask its administrator",
            )
        if not paths:
            raise UserError(f"the archive {self._node.name!r} sent no image of this series")
        return paths

    def send(self, files: Sequence[Path], progress: Progress = no_progress, token: CancelToken | None = None) -> None:
        """One file at a time, so that a cancel comes through and an error can be counted."""
        for number, path in enumerate(files):
            if token is not None:
                token.check()
            try:
                ds = dcmread(path)
            except DAMAGE as error:
                raise UserError("it cannot be read, so it was not sent", path=path) from error
            with self._errors("send", f" after {number} of {len(files)} files"):
                answer = self._client.store_instances([ds])
            if answer.get("FailedSOPSequence"):
                raise UserError(f"the archive {self._node.name!r} refused it after {number} files", path=path)
            progress((number + 1) / len(files), f"sent {number + 1} of {len(files)}")

    @contextmanager
    def _errors(self, what: str, more: str = "") -> Iterator[None]:
        try:
            yield
        except requests.exceptions.HTTPError as error:
            status = getattr(error.response, "status_code", "?")
            remedy = "Check user and password" if status in (401, 403) else "Check the URL"
            raise self._problem(what, f"it answered {status}{more}", remedy) from error
        except requests.exceptions.SSLError as error:
            remedy = "Check the certificate files and the archive's name in the URL"
            raise self._problem(
                what, f"its certificate is not trusted, or it does not trust ours{more}", remedy
            ) from error
        except requests.exceptions.RequestException as error:
            remedy = "Check the URL and the network"
            raise self._problem(what, f"no connection{more}", remedy) from error
        except DAMAGE as error:
            raise self._problem(what, f"its answer cannot be understood{more}", "Check the URL") from error

    def _problem(self, what: str, reason: str, remedy: str) -> UserError:
        return UserError(f"the archive {self._node.name!r}: cannot {what}, {reason}", remedy=remedy)


def _found(study: Dataset, series: Dataset) -> FoundSeries:
    def text(ds: Dataset, keyword: str) -> str:
        return str(ds.get(keyword, "") or "")

    count: Any = series.get("NumberOfSeriesRelatedInstances", 0) or 0
    return FoundSeries(
        study_uid=str(study.StudyInstanceUID),
        series_uid=str(series.SeriesInstanceUID),
        patient_id=text(study, "PatientID"),
        patient_name=text(study, "PatientName"),
        date=text(study, "StudyDate"),
        modality=text(series, "Modality"),
        description=text(series, "SeriesDescription"),
        n_images=int(count),
    )
