"""Find, fetch and send against a real Orthanc that the tests start on loopback ports and stop again."""

from __future__ import annotations

import json
import shutil
import socket
import socketserver
import ssl
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pydicom
import pytest

from proseg_gui.errors import Cancelled, UserError
from proseg_gui.io.contours.rtstruct_read import read_rtstruct
from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.io.contours.seg_write import Segment, write_seg
from proseg_gui.io.dicom.reading import read_series, scan_folder
from proseg_gui.io.dicom.write import write_series
from proseg_gui.io.pacs import archive, nodes
from proseg_gui.io.pacs.archive import connect
from proseg_gui.io.pacs.nodes import Node, Query, read_nodes, write_nodes
from proseg_gui.io.pacs.queue import SendQueue
from proseg_gui.jobs import CancelToken
from proseg_gui.volume import Geometry, Mask, Volume

PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
STARTS_WITHIN_S = 60.0
needs_orthanc = pytest.mark.skipif(
    shutil.which("Orthanc") is None or not PLUGIN.exists() or not archive.is_installed(),
    reason="needs the Debian packages orthanc and orthanc-dicomweb, and the extra [pacs]",
)
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make certificates")


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@dataclass
class Server:
    http: int
    dicom: int
    ours: int
    """The port that it sends to, when asked to move images to us."""
    certificates: Path | None = None
    """Folder of the certificates of an archive that speaks TLS only."""

    def nodes(self) -> dict[str, Node]:
        secure = self.certificates is not None
        files = {}
        if self.certificates is not None:
            names = {"ca_file": "ca.pem", "cert_file": "us.pem", "key_file": "us.key"}
            files = {field: str(self.certificates / name) for field, name in names.items()}
        web = Node("web", "dicomweb", url=f"http{'s' * secure}://127.0.0.1:{self.http}/dicom-web", **files)
        dimse = Node(
            "dimse", "dimse", host="127.0.0.1", port=self.dicom, called_ae="ORTHANC", tls=secure,
            listen_port=self.ours, **files,
        )  # fmt: skip
        return {"dicomweb": web, "dimse": dimse, "move": replace(dimse, name="move", retrieve="move")}


@contextmanager
def _running(folder: Path, certificates: Path | None = None) -> Iterator[Server]:
    """Orthanc on loopback ports of its own, stopped again at the end."""
    server = Server(_free_port(), _free_port(), _free_port(), certificates)
    us = {"AET": "PROSEG_GUI", "Host": "127.0.0.1", "Port": server.ours, "AllowGet": True, "AllowMove": True}
    config = {
        "Name": "test", "StorageDirectory": str(folder / "db"), "IndexDirectory": str(folder / "db"),
        "HttpPort": server.http, "DicomPort": server.dicom, "DicomAet": "ORTHANC", "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False, "Plugins": [str(PLUGIN)], "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
        "DicomAlwaysAllowGet": True, "DicomAlwaysAllowFind": True, "DicomAlwaysAllowStore": True,
        "DicomModalities": {"us": {**us, "UseDicomTls": certificates is not None}},
        "DicomCheckCalledAet": True, "SslEnabled": False, "ConcurrentJobs": 1, "HttpThreadsCount": 4,
    }  # fmt: skip
    if certificates is not None:
        config |= {
            "DicomTlsEnabled": True, "DicomTlsCertificate": str(certificates / "archive.pem"),
            "DicomTlsPrivateKey": str(certificates / "archive.key"),
            "DicomTlsTrustedCertificates": str(certificates / "ca.pem"),
        }  # fmt: skip
    (folder / "orthanc.json").write_text(json.dumps(config))
    log = (folder / "log").open("wb")
    process = subprocess.Popen(["Orthanc", str(folder / "orthanc.json")], stdout=log, stderr=log)
    try:
        until = time.monotonic() + STARTS_WITHIN_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", server.http), timeout=2).close()
                socket.create_connection(("127.0.0.1", server.dicom), timeout=2).close()
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
def orthanc(tmp_path_factory) -> Iterator[Server]:
    with _running(tmp_path_factory.mktemp("orthanc")) as server:
        yield server


@pytest.fixture(scope="module")
def secure(tmp_path_factory) -> Iterator[Server]:
    """An archive that takes TLS only, and wants a certificate from whoever speaks DIMSE with it."""
    folder = tmp_path_factory.mktemp("secure")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    new = ("-newkey", "rsa:2048", "-nodes")
    openssl("req", "-x509", *new, "-days", "2", "-subj", "/CN=test-ca", "-keyout", "ca.key", "-out", "ca.pem")
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
    for name in ("archive", "us"):
        openssl("req", *new, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        openssl(
            *f"x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out {name}.pem".split(),
            *("-extfile", "san"),
        )
    with _running(folder, folder) as server, _tls_in_front_of(server.http, folder) as port:
        server.http = port
        yield server


@contextmanager
def _tls_in_front_of(port: int, certificates: Path) -> Iterator[int]:
    """A TLS end before a plain HTTP port, as hospitals put one before Orthanc; Debian's own ends on the first request.

    Whoever connects has to show a certificate.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(certificates / "ca.pem"))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(certificates / "archive.pem", certificates / "archive.key")

    class Relay(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)) as plain:
                with context.wrap_socket(self.request, server_side=True) as coded:
                    back = threading.Thread(target=pour, args=(plain, coded))
                    back.start()
                    pour(coded, plain)
                    back.join()

    def pour(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Relay) as front:
        thread = threading.Thread(target=front.serve_forever)
        thread.start()
        try:
            yield front.server_address[1]
        finally:
            front.shutdown()
            thread.join()


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


@pytest.fixture(params=["dicomweb", "dimse", "move"])
def node(request, orthanc) -> Node:
    return orthanc.nodes()[request.param]


def _goes_there_and_back(node: Node, series: tuple[Path, Volume], folder: Path) -> None:
    """Send the series, find it, fetch it, and compare its voxels and their place."""
    source, volume = series
    archive = connect(node)
    archive.send(sorted(source.iterdir()))
    (found,) = [one for one in archive.find(Query(patient_id="PLANTED-7")) if one.modality == "CT"]
    assert len(archive.fetch(found, folder)) == 5
    read, _ = read_series(scan_folder(folder).series[0])
    assert np.array_equal(read.array, volume.array) and read.geometry.same_grid(volume.geometry)


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


@needs_orthanc
@needs_openssl
@pytest.mark.parametrize("kind", ["dicomweb", "dimse", "move"])
def test_over_tls_everything_comes_back_the_same(secure, series, tmp_path, kind):
    _goes_there_and_back(secure.nodes()[kind], series, tmp_path / "in")


@needs_orthanc
@needs_openssl
def test_tls_is_refused_without_trust_on_both_sides(secure, tmp_path):
    nodes = secure.nodes()
    for change, said in (
        ({"ca_file": str(secure.certificates / "us.pem")}, "over TLS"),
        ({"cert_file": "", "key_file": ""}, "over TLS|broke"),
        ({"tls": False}, "cannot be reached|broke"),
    ):
        with pytest.raises(UserError, match=said):
            connect(replace(nodes["dimse"], **change)).find(Query(patient_id="PLANTED-7"))
    for change in (
        {"ca_file": ""},
        {"ca_file": str(secure.certificates / "us.pem")},
        {"url": nodes["dicomweb"].url.replace("127.0.0.1", "localhost")},
    ):
        with pytest.raises(UserError, match="certificate is not trusted"):
            connect(replace(nodes["dicomweb"], **change)).find(Query(patient_id="PLANTED-7"))
    (tmp_path / "no.pem").write_text("no")
    for change in ({"ca_file": str(tmp_path / "no.pem")}, {"cert_file": str(tmp_path / "none.pem")}):
        for kind in ("dicomweb", "dimse"):
            with pytest.raises(UserError, match=r"no.*\.pem: this is no"):
                connect(replace(nodes[kind], **change)).find(Query(patient_id="PLANTED-7"))


@needs_orthanc
def test_a_move_that_cannot_work_says_why(orthanc, series, tmp_path):
    node = orthanc.nodes()["move"]
    archive = connect(node)
    archive.send(sorted(series[0].iterdir()))
    (found,) = [one for one in archive.find(Query(patient_id="PLANTED-7")) if one.modality == "CT"]
    with pytest.raises(UserError, match=f"knows STRANGER at port {node.listen_port}"):
        connect(replace(node, calling_ae="STRANGER")).fetch(found, tmp_path / "a")
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", node.listen_port))
        taken.listen()
        with pytest.raises(UserError, match=f"port {node.listen_port}"):
            archive.fetch(found, tmp_path / "b")
    wrong = replace(node, listen_port=_free_port())  # it sends to the port that it knows
    with pytest.raises(UserError, match=r"could not send 5 images|answered"):
        connect(wrong).fetch(found, tmp_path / "c")
    assert not any(path.is_file() for path in tmp_path.rglob("*"))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", node.listen_port), timeout=2)


@pytest.mark.skipif(not archive.is_installed(), reason="needs the extra [pacs]")
@pytest.mark.parametrize(
    ("status", "failed", "said"),
    [
        (0xA801, None, "does not know us as a destination"),
        (0xB000, 2, "could not send 2 images"),
        (0xC123, 1, "could not send 1 image[.]"),
        (0x0000, None, "sent no image"),
    ],
)
def test_how_a_move_can_end(tmp_path, status, failed, said):
    from pydicom.dataset import Dataset
    from pynetdicom import AE, build_context, evt

    ours = _free_port()

    def move(_event):
        if status == 0xA801:
            yield None, None
            return
        end = Dataset()
        end.Status = status
        if failed is not None:
            end.NumberOfFailedSuboperations, end.FailedSOPInstanceUIDList = failed, ["1.2.3.4"] * failed
        yield "127.0.0.1", ours, {"contexts": [build_context("1.2.840.10008.5.1.4.1.1.2")]}
        yield failed or 0
        yield end, None

    ae = AE("SHELF")
    ae.add_supported_context("1.2.840.10008.5.1.4.1.2.2.2")
    server = ae.start_server(("127.0.0.1", 0), False, evt_handlers=[(evt.EVT_C_MOVE, move)])
    try:
        port = server.server_address[1]
        node = Node("s", "dimse", host="127.0.0.1", port=port, called_ae="SHELF", retrieve="move", listen_port=ours)
        series = nodes.FoundSeries("1.2", "1.2.3", "", "", "", "CT", "", 3)
        with pytest.raises(UserError, match=said):
            connect(node).fetch(series, tmp_path)
    finally:
        server.shutdown()


@needs_orthanc
def test_while_a_move_runs_nothing_else_is_taken(orthanc, series, tmp_path):
    from pynetdicom import AE

    node = orthanc.nodes()["move"]
    archive = connect(node)
    files = sorted(series[0].iterdir())
    archive.send(files)
    (found,) = [one for one in archive.find(Query(patient_id="PLANTED-7")) if one.modality == "CT"]
    stranger = pydicom.dcmread(files[0])
    stranger.SeriesInstanceUID, stranger.SOPInstanceUID = "6.6.6", "6.6.7"
    answers = []

    def intrude(*_):
        if not answers:
            ae = AE("EVIL")
            ae.add_requested_context(stranger.SOPClassUID, stranger.file_meta.TransferSyntaxUID)
            link = ae.associate("127.0.0.1", node.listen_port, ae_title=node.calling_ae)
            answers.append(link.send_c_store(stranger).get("Status"))
            link.release()

    assert len(archive.fetch(found, tmp_path / "in", intrude)) == 5
    assert answers == [0xC000]
    assert {str(pydicom.dcmread(path).SeriesInstanceUID) for path in (tmp_path / "in").iterdir()} == {found.series_uid}


def test_nodes_are_kept_for_their_owner_only(tmp_path):
    store = tmp_path / "nodes.json"
    assert read_nodes(store) == []
    nodes = [
        Node("a", "dicomweb", url="https://x/y", user="me", password="secret", ca_file="ca.pem"),
        Node("c", "dimse", host="h", called_ae="A", retrieve="move", listen_port=104, tls=True, cert_file="us.pem"),
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
                    {"name": "e", "kind": "dimse", "tls": 1},
                    {"name": "f", "kind": "dimse", "port": True},
                    {"name": "d", "kind": "dimse", "more": 1},
                ]
            }
        )
    )
    assert [node.name for node in read_nodes(store)] == ["d"]
    store.write_text("{")
    with pytest.raises(UserError, match="nodes is damaged"):
        read_nodes(store)


@pytest.mark.parametrize(
    ("node", "said"),
    [
        (Node("", "dicomweb", url="http://x"), "needs a name"),
        (Node("a", "dicomweb", url="ftp://x"), "http"),
        (Node("a", "dimse"), "host and a port"),
        (Node("a", "dimse", host="h", called_ae="seventeen letters"), "AE titles"),
        (Node("a", "fax"), "no kind of node"),
        (Node("a", "dimse", host="h", called_ae="A", retrieve="push"), "C-GET, or by C-MOVE"),
        (Node("a", "dimse", host="h", called_ae="A", retrieve="move", tls=True), "certificate of ours"),
    ],
)
def test_nodes_that_cannot_work_are_refused(node, said):
    assert said in node.problem()
    if archive.is_installed():
        with pytest.raises(UserError, match="cannot be used"):
            connect(node)


def test_without_the_extra_it_says_so(monkeypatch):
    monkeypatch.setattr(archive, "find_spec", lambda _name: None)
    assert not archive.is_installed()
    with pytest.raises(UserError, match="extra"):
        connect(Node("a", "dicomweb", url="http://x"))
