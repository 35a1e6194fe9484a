"""Find, fetch and send against a real Orthanc that the tests start on loopback ports and stop again."""

from __future__ import annotations

import json
import shutil
import socket
import stat
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pydicom
import pytest

from proseg_gui.errors import Cancelled, UserError
from proseg_gui.io import pacs
from proseg_gui.io.dicom import read_series, scan_folder
from proseg_gui.io.dicom_seg import Segment, write_seg
from proseg_gui.io.dicom_write import write_series
from proseg_gui.io.pacs import Node, Query, connect, read_nodes, write_nodes
from proseg_gui.io.pacs_queue import SendQueue
from proseg_gui.io.rtstruct import Roi, write_rtstruct
from proseg_gui.io.rtstruct_read import read_rtstruct
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import Geometry, Mask, Volume

PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
STARTS_WITHIN_S = 60.0
needs_orthanc = pytest.mark.skipif(
    shutil.which("Orthanc") is None or not PLUGIN.exists() or not pacs.is_installed(),
    reason="needs the Debian packages orthanc and orthanc-dicomweb, and the extra [pacs]",
)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@dataclass
class Server:
    http: int
    dicom: int

    def nodes(self) -> dict[str, Node]:
        return {
            "dicomweb": Node("web", "dicomweb", url=f"http://127.0.0.1:{self.http}/dicom-web"),
            "dimse": Node("dimse", "dimse", host="127.0.0.1", port=self.dicom, called_ae="ORTHANC"),
        }


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("orthanc")
    server = Server(_free_port(), _free_port())
    config = {
        "Name": "test", "StorageDirectory": str(folder / "db"), "IndexDirectory": str(folder / "db"),
        "HttpPort": server.http, "DicomPort": server.dicom, "DicomAet": "ORTHANC", "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False, "Plugins": [str(PLUGIN)], "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
        "DicomAlwaysAllowGet": True, "DicomAlwaysAllowFind": True, "DicomAlwaysAllowStore": True,
        "DicomModalities": {"us": {"AET": "PROSEG_GUI", "Host": "127.0.0.1", "Port": 4242, "AllowGet": True}},
        "DicomCheckCalledAet": True, "SslEnabled": False, "ConcurrentJobs": 1, "HttpThreadsCount": 4,
    }  # fmt: skip
    (folder / "orthanc.json").write_text(json.dumps(config))
    log = (folder / "log").open("wb")
    process = subprocess.Popen(["Orthanc", str(folder / "orthanc.json")], stdout=log, stderr=log)
    try:
        until = time.monotonic() + STARTS_WITHIN_S
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{server.http}/system", timeout=2).read()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    pytest.fail(f"Orthanc did not start: {(folder / 'log').read_text()[-500:]}")
                time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        process.wait(30)
        log.close()


@pytest.fixture(scope="module")
def series(tmp_path_factory) -> tuple[Path, Volume]:
    folder = tmp_path_factory.mktemp("ct") / "series"
    values = np.arange(5 * 12 * 10, dtype=np.int16).reshape(5, 12, 10)
    volume = Volume(values, Geometry(values.shape, [1.0, 2.0, 3.0], (2.5, 0.9, 0.7), np.eye(3)), modality="CT")
    patient = {
        "PatientName": "Planted^Name",
        "PatientID": "PLANTED-7",
        "StudyDate": "20200102",
        "AccessionNumber": "A1",
    }
    return folder, write_series(volume, folder, description="thorax", patient=patient)


@pytest.fixture(params=["dicomweb", "dimse"])
def node(request, orthanc) -> Node:
    return orthanc.nodes()[request.param]


@needs_orthanc
def test_what_is_sent_is_found_fetched_and_opens_the_same(node, series, tmp_path):
    folder, volume = series
    archive = connect(node)
    shares = []
    archive.send(sorted(folder.iterdir()), lambda share, _text: shares.append(share))
    assert shares[-1] == 1.0 and len(shares) == 5
    for query in (Query(patient_id="PLANTED-7"), Query(patient_name="Plant*", modality="CT"), Query(accession="A1")):
        (found,) = archive.find(query)
        assert (found.series_uid, found.n_images) == (volume.dicom.series_instance_uid, 5)
        assert (found.modality, found.description, found.date) == ("CT", "thorax", "20200102")
    assert archive.find(Query(patient_id="NOBODY")) == []
    assert archive.find(Query(patient_id="PLANTED-7", modality="MR")) == []
    assert len(archive.find(Query(patient_id="PLANTED-7", date="20200101-20200103"))) == 1
    paths = archive.fetch(found, tmp_path / "in")
    assert [path.name for path in paths] == [f"{k:05d}.dcm" for k in range(5)]
    read, _ = read_series(scan_folder(tmp_path / "in").series[0])
    assert np.array_equal(read.array, volume.array) and read.geometry.same_grid(volume.geometry)


@needs_orthanc
def test_exports_go_there_and_come_back_unchanged(node, series, tmp_path):
    folder, volume = series
    archive = connect(node)
    archive.send(sorted(folder.iterdir()))
    mask = Mask(np.random.default_rng(0).random(volume.geometry.shape) < 0.4, volume.geometry)
    write_rtstruct([Roi("GTV", mask)], volume, tmp_path / "rt.dcm")
    write_seg([Segment("GTV", mask)], volume, tmp_path / "seg.dcm")
    archive.send([tmp_path / "rt.dcm", tmp_path / "seg.dcm"])
    uid = str(pydicom.dcmread(tmp_path / "rt.dcm").SeriesInstanceUID)
    found = next(one for one in archive.find(Query(patient_id="PLANTED-7")) if one.series_uid == uid)
    assert found.modality == "RTSTRUCT"
    (path,) = archive.fetch(found, tmp_path / "in")
    assert np.array_equal(read_rtstruct(path, volume)[0].array, mask.array)
    uid = str(pydicom.dcmread(tmp_path / "seg.dcm").SeriesInstanceUID)
    assert uid in {one.series_uid for one in archive.find(Query(patient_id="PLANTED-7", modality="SEG"))}


@needs_orthanc
def test_work_can_be_stopped(node, series, tmp_path):
    folder, _ = series
    archive = connect(node)
    archive.send(sorted(folder.iterdir()))
    (found,) = [one for one in archive.find(Query(patient_id="PLANTED-7")) if one.modality == "CT"]
    token = CancelToken()
    with pytest.raises(Cancelled):
        archive.fetch(found, tmp_path / "in", lambda *_: token.cancel(), token)
    assert len(list((tmp_path / "in").iterdir())) < 5
    with pytest.raises(Cancelled):
        archive.send(sorted(folder.iterdir()), token=token)
    with pytest.raises(Cancelled):
        archive.find(Query(), token)


@needs_orthanc
def test_a_failed_send_is_kept_and_goes_through_later(node, series, tmp_path):
    folder, _ = series
    files = sorted(folder.iterdir())
    queue = SendQueue(tmp_path / "queue")
    closed = _free_port()
    down = replace(node, url=f"http://127.0.0.1:{closed}/dicom-web", port=closed)
    with pytest.raises(UserError, match="the archive") as caught:
        queue.send(connect(down), node.name, files)
    assert "kept" in str(caught.value) and "Planted" not in str(caught.value)
    (entry,) = queue.entries()
    assert (entry.node, len(entry.files)) == (node.name, 5) and entry.reason
    assert stat.S_IMODE((tmp_path / "queue" / entry.key).stat().st_mode) == 0o700
    with pytest.raises(UserError):
        queue.retry(entry.key, connect(down))
    assert len(queue.entries()) == 1
    queue.retry(entry.key, connect(node))
    assert queue.entries() == [] and list((tmp_path / "queue").iterdir()) == []
    with pytest.raises(UserError, match="not waiting any more"):
        queue.retry(entry.key, connect(node))


@needs_orthanc
def test_a_wrong_title_or_address_is_one_sentence(orthanc, series, tmp_path):
    nodes = orthanc.nodes()
    for node in (
        replace(nodes["dimse"], called_ae="OTHER"),
        replace(nodes["dicomweb"], url=f"http://127.0.0.1:{orthanc.http}/nothing"),
        replace(nodes["dicomweb"], url=f"http://127.0.0.1:{orthanc.dicom}/dicom-web"),
    ):
        with pytest.raises(UserError) as caught:
            connect(node).find(Query(patient_id="PLANTED-7"))
        assert node.name in str(caught.value) and "\n" not in str(caught.value)
        assert "PLANTED" not in str(caught.value)
    (tmp_path / "no.dcm").write_bytes(b"no")
    for node in nodes.values():
        with pytest.raises(UserError, match="not sent"):
            connect(node).send([tmp_path / "no.dcm"])


def test_nodes_are_kept_for_their_owner_only(tmp_path):
    store = tmp_path / "nodes.json"
    assert read_nodes(store) == []
    nodes = [
        Node("a", "dicomweb", url="https://x/y", user="me", password="secret"),
        Node("b", "dimse", host="h", called_ae="A"),
    ]
    write_nodes(store, nodes)
    assert read_nodes(store) == nodes
    assert stat.S_IMODE(store.stat().st_mode) == 0o600
    with pytest.raises(UserError, match="same name"):
        write_nodes(store, [nodes[0], nodes[0]])
    store.write_text(
        json.dumps(
            {
                "nodes": [
                    {"name": "a"},
                    3,
                    {"name": "c", "kind": "dimse", "port": "x"},
                    {"name": "d", "kind": "dimse", "more": 1},
                ]
            }
        )
    )
    assert [node.name for node in read_nodes(store)] == ["d"]
    store.write_text("{")
    with pytest.raises(UserError, match="cannot be read"):
        read_nodes(store)


@pytest.mark.parametrize(
    ("node", "said"),
    [
        (Node("", "dicomweb", url="http://x"), "needs a name"),
        (Node("a", "dicomweb", url="ftp://x"), "http"),
        (Node("a", "dimse"), "host and a port"),
        (Node("a", "dimse", host="h", called_ae="seventeen letters"), "AE titles"),
        (Node("a", "fax"), "no kind of node"),
    ],
)
def test_nodes_that_cannot_work_are_refused(node, said):
    assert said in node.problem()
    if pacs.is_installed():
        with pytest.raises(UserError, match="cannot be used"):
            connect(node)


def test_without_the_extra_it_says_so(monkeypatch):
    monkeypatch.setattr(pacs, "find_spec", lambda _name: None)
    assert not pacs.is_installed()
    with pytest.raises(UserError, match="extra"):
        connect(Node("a", "dicomweb", url="http://x"))
