"""Where archives (PACS) are, and what one can be asked: find, fetch and send, over DICOMweb or DIMSE.

Nothing here logs or puts into an error what an archive says about patients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import atomic_json
from proseg_gui.io.base.json_in import read_json
from proseg_gui.jobs import CancelToken, Progress, no_progress

KINDS = ("dicomweb", "dimse")
RETRIEVALS = ("get", "move")


@dataclass(frozen=True)
class Node:
    """Where an archive is.

    DICOMweb: ``url`` (such as ``https://pacs/dicom-web``), ``user`` and ``password`` where it wants them. DIMSE:
    ``host``, ``port``, ``called_ae`` (the archive's title) and ``calling_ae`` (ours, which the archive must know).

    ``retrieve`` is how DIMSE fetches: ``get`` (images come back on our own connection) or ``move`` (the archive
    connects to us, on ``listen_port``, which it must know beside our title). ``tls`` encrypts DIMSE. For it and for
    https: ``ca_file`` holds the certificates to trust (the system's without), ``cert_file`` and ``key_file`` are
    ours, where the archive wants one; all PEM.
    """

    name: str
    kind: str
    url: str = ""
    user: str = ""
    password: str = ""
    host: str = ""
    port: int = 104
    called_ae: str = ""
    calling_ae: str = "PROSEG_GUI"
    retrieve: str = "get"
    listen_port: int = 11112
    tls: bool = False
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""

    def problem(self) -> str:
        """Why this is no usable node, as a sentence; empty when it is one."""
        if not self.name.strip():
            return "The node needs a name."
        if self.kind == "dicomweb":
            parts = urlsplit(self.url)
            return "" if parts.scheme in ("http", "https") and parts.hostname else "The URL must begin with http(s)://."
        if self.kind != "dimse":
            return f"There is no kind of node {self.kind!r}."
        if not self.host.strip() or not 0 < self.port < 65536:
            return "A DIMSE node needs a host and a port."
        for title in (self.called_ae, self.calling_ae):
            if not 0 < len(title.strip()) <= 16 or "\\" in title:
                return "AE titles have 1 to 16 characters."
        if self.retrieve not in RETRIEVALS or not 0 < self.listen_port < 65536:
            return "Images come by C-GET, or by C-MOVE to a port of this computer."
        if self.retrieve == "move" and self.tls and not self.cert_file:
            return "C-MOVE over TLS needs a certificate of ours: the archive connects to us."
        return ""


@dataclass(frozen=True)
class Query:
    """What to look for; empty fields match all. ``*`` stands for any text in patient name and ID.

    ``date`` is ``YYYYMMDD`` or ``YYYYMMDD-YYYYMMDD``.
    """

    patient_id: str = ""
    patient_name: str = ""
    date: str = ""
    modality: str = ""
    accession: str = ""


@dataclass(frozen=True)
class FoundSeries:
    """One series of the answer."""

    study_uid: str
    series_uid: str
    patient_id: str
    patient_name: str
    date: str
    modality: str
    description: str
    n_images: int


def is_wanted(ds: Any, series: FoundSeries) -> bool:
    """Whether a fetched object is of the series that was asked for: series, study and patient have to agree.

    What the archive's answer left empty is not compared. May raise what damaged values raise.
    """
    wanted = (
        ("SeriesInstanceUID", series.series_uid),
        ("StudyInstanceUID", series.study_uid),
        ("PatientID", series.patient_id),
    )
    return all(not value or str(ds.get(keyword, "") or "").strip() == value.strip() for keyword, value in wanted)


class Archive(Protocol):
    """A connected node. All methods block, look at ``token`` between steps and raise UserError."""

    def find(self, query: Query, token: CancelToken | None = None) -> list[FoundSeries]:
        """Series that match, at most :data:`MOST_SERIES`."""

    def fetch(
        self, series: FoundSeries, folder: Path, progress: Progress = no_progress, token: CancelToken | None = None
    ) -> list[Path]:
        """Write a series' files into the (new or empty) folder, under names that are numbers.

        Images of another series, study or patient are refused, and one that comes twice is kept once.
        """

    def send(self, files: Sequence[Path], progress: Progress = no_progress, token: CancelToken | None = None) -> None:
        """Store files; an error names how many went through."""


MOST_SERIES = 500
TIMEOUT_S = 20.0


def read_nodes(store: Path) -> list[Node]:
    """The saved nodes; entries that cannot be understood are left out, a missing file has none."""
    if not store.exists():
        return []
    content = read_json(store, what="the file of saved archive nodes", remedy="Remove the file")
    entries = content.get("nodes") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise UserError("the saved archive nodes cannot be read", path=store, remedy="Remove the file")
    return [node for entry in entries if (node := _node(entry)) is not None]


def write_nodes(store: Path, nodes: Sequence[Node]) -> None:
    """Save nodes in a file that only its owner can read (it may hold passwords)."""
    if len({node.name for node in nodes}) != len(nodes):
        raise UserError("two nodes have the same name", remedy="Give each its own name")
    atomic_json(store, {"nodes": [asdict(node) for node in nodes]}, overwrite=True, mode=0o600)


def _node(entry: Any) -> Node | None:
    if not isinstance(entry, dict):
        return None
    known = {field.name: {"int": int, "bool": bool}.get(str(field.type), str) for field in fields(Node)}
    if not all(type(entry.get(name, kind())) is kind for name, kind in known.items()):
        return None
    if not {"name", "kind"} <= entry.keys():
        return None
    return Node(**{name: entry[name] for name in known if name in entry})


def number_file(folder: Path, number: int) -> Path:
    """Where the ``number``-th fetched file goes: nothing that an archive says becomes part of a path."""
    return folder / f"{number:05d}.dcm"
