"""An archive that lies, or whoever speaks in its name: what we take over DIMSE and DICOMweb, and what we turn away."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

pytest.importorskip("pynetdicom")
from pynetdicom import AE, evt
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.dsutils import encode

from proseg_gui.errors import UserError
from proseg_gui.io.pacs import dimse, limits
from proseg_gui.io.pacs.archive import connect
from proseg_gui.io.pacs.nodes import FoundSeries, Node, Query

SERIES = FoundSeries("1.2.3", "1.2.3.4", "PID-7", "Secret^Name", "20200102", "CT", "thorax", 3)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def image(k: int = 0, **tags: object) -> Dataset:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, f"1.2.3.4.{k + 1}"
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.PatientID, ds.PatientName = "1.2.3", "1.2.3.4", "PID-7", "Secret^Name"
    ds.Rows = ds.Columns = 4
    ds.BitsAllocated = ds.BitsStored = 16
    ds.PixelData = np.full((4, 4), k, "<u2").tobytes()
    ds["PixelData"].VR = "OW"
    for keyword, value in tags.items():
        ds.add_new(keyword, "UI" if keyword.endswith("UID") else "LO", None)
        ds[keyword]._value = value  # as it stands, unchecked
    return ds


@pytest.fixture
def archive():
    """A DIMSE archive that answers with whatever a test puts into ``sends`` and ``answers``."""
    port, sends, answers = _free_port(), [], []
    ae = AE("LIAR")
    ae.add_supported_context(dimse.GET)
    ae.add_supported_context(dimse.FIND)
    ae.add_supported_context(CTImageStorage, ExplicitVRLittleEndian, scu_role=True, scp_role=True)

    def get(_event):
        yield len(sends)
        for ds in sends:
            yield 0xFF00, ds

    def find(_event):
        for ds in answers:
            yield 0xFF00, ds

    server = ae.start_server(("127.0.0.1", port), False, evt_handlers=[(evt.EVT_C_GET, get), (evt.EVT_C_FIND, find)])
    node = Node("liar", "dimse", host="127.0.0.1", port=port, called_ae="LIAR", listen_port=_free_port())
    yield node, sends, answers
    server.shutdown()


def fetched(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("uid", ["../../../evil", "/etc/cron.d/evil", "..\\..\\evil", "a\0b", "C:evil", "x" * 300])
def test_path_characters_in_uids_become_no_path(archive, tmp_path, uid):
    node, sends, _ = archive
    sends.append(image(SOPInstanceUID=uid))
    folder = tmp_path / "deep" / "in"
    try:
        connect(node).fetch(SERIES, folder)
    except UserError as error:
        assert str(error).isprintable()
    assert set(fetched(tmp_path)) <= {"00000.dcm"} and {p.parent for p in tmp_path.rglob("*.dcm")} <= {folder}


@pytest.mark.parametrize(
    "tags", [{"SeriesInstanceUID": "1.2.3.5"}, {"StudyInstanceUID": "1.2.9"}, {"PatientID": "PID-8"}, {"PatientID": ""},
             {"SeriesInstanceUID": "1.2.3.4.5"}, {"SeriesInstanceUID": ""}]
)  # fmt: skip
def test_images_of_another_series_study_or_patient_are_refused(archive, tmp_path, tags):
    node, sends, _ = archive
    sends += [image(0), image(1, **tags), image(2)]
    with pytest.raises(UserError, match=r"of another series, study or patient, which were refused \(1\)"):
        connect(node).fetch(SERIES, tmp_path / "in")
    kept = [pydicom.dcmread(path) for path in sorted((tmp_path / "in").iterdir())]
    assert [ds.SOPInstanceUID for ds in kept] == ["1.2.3.4.1", "1.2.3.4.3"]
    assert {(ds.SeriesInstanceUID, ds.StudyInstanceUID, ds.PatientID) for ds in kept} == {("1.2.3.4", "1.2.3", "PID-7")}


def test_an_image_that_comes_twice_is_kept_once(archive, tmp_path):
    node, sends, _ = archive
    sends += [image(0), image(1), image(0), image(1, PatientName="Other")]
    assert len(connect(node).fetch(SERIES, tmp_path / "in")) == 2
    assert [pydicom.dcmread(path).SOPInstanceUID for path in sorted((tmp_path / "in").iterdir())] == [
        "1.2.3.4.1", "1.2.3.4.2",
    ]  # fmt: skip


@pytest.mark.parametrize("value", ["9" * 400, "-1", "many", "1e400"])
def test_an_answer_with_impossible_numbers_is_one_sentence_or_a_series(archive, value):
    node, _, answers = archive
    answers.append(image(NumberOfSeriesRelatedInstances=None, QueryRetrieveLevel="STUDY"))
    answers[0].add_new("NumberOfSeriesRelatedInstances", "LO", value)
    try:
        found = connect(node).find(Query())
    except UserError as error:
        assert "cannot be understood" in str(error) and "Secret" not in str(error)
    else:
        assert all(isinstance(one.n_images, int) for one in found)


class Pusher:
    """Somebody who connects to our port while images are awaited for C-MOVE, and sends bytes of their own."""

    def __init__(self, port: int) -> None:
        self.ae = AE("PUSHER")
        self.ae.add_requested_context(CTImageStorage, ExplicitVRLittleEndian)
        self.port = port

    def link(self):
        link = self.ae.associate("127.0.0.1", self.port, ae_title="PROSEG_GUI")
        assert link.is_established
        return link


@pytest.fixture
def listening(tmp_path):
    """Our side of a C-MOVE, waiting: ``(shelf, pusher)``."""
    node = Node("n", "dimse", host="127.0.0.1", port=1, called_ae="X", retrieve="move", listen_port=_free_port())
    shelf = dimse._Shelf(SERIES, tmp_path, lambda *_: None, None)
    with dimse.DimseArchive(node)._listening(shelf):
        yield shelf, Pusher(node.listen_port)


def test_truncated_objects_are_refused(listening, tmp_path):
    shelf, pusher = listening
    link = pusher.link()
    whole = encode(image(), False, True)
    codes = []
    link._reactor_checkpoint.clear()  # answers are for us, as pynetdicom's own senders have it
    while not link._is_paused:
        time.sleep(0.01)
    for number, cut in enumerate((len(whole) - 9, 40, 3)):
        request = C_STORE()
        request.MessageID, request.AffectedSOPClassUID, request.Priority = number + 1, CTImageStorage, 2
        request.AffectedSOPInstanceUID = "1.2.3.4.1"
        request.DataSet = BytesIO(whole[:cut])
        link.dimse.send_msg(request, link.accepted_contexts[0].context_id)
        _, answer = link.dimse.get_msg(block=True)
        codes.append(answer.Status)
    link._reactor_checkpoint.set()
    assert all(code >> 12 in (0xA, 0xC) for code in codes) and shelf.paths == [] and fetched(tmp_path) == []
    assert link.send_c_store(image()).Status == 0 and len(shelf.paths) == 1  # it still listens
    link.release()


def test_a_giant_pdu_ends_the_connection_and_takes_no_memory(listening, tmp_path, monkeypatch):
    shelf, pusher = listening
    asked = []
    read = limits._read
    monkeypatch.setattr(limits, "_read", lambda self, n: (asked.append(n), read(self, n))[1])
    link = pusher.link()
    raw = link.dul.socket.socket
    with suppress(OSError):  # it may be closed before all of this is sent
        raw.sendall(struct.pack(">BBL", 4, 0, 0xFFFFFFF0) + bytes(1 << 20))
    until = time.monotonic() + 10
    while link.is_established and time.monotonic() < until:
        time.sleep(0.02)
    assert not link.is_established and max(asked) <= limits.MOST_PDU and shelf.paths == []
    link.abort()
    again = pusher.link()
    assert again.send_c_store(image()).Status == 0
    again.release()


def test_a_message_without_end_is_cut_off(listening, monkeypatch):
    shelf, pusher = listening
    monkeypatch.setattr(limits, "MOST_MESSAGE", 100_000)
    link = pusher.link()
    for k in range(5):  # many small ones are no flood
        assert link.send_c_store(image(k)).Status == 0
    big = image(7, PatientID="PID-7")
    big.PixelData = bytes(400_000)
    status = link.send_c_store(big)
    assert "Status" not in status and len(shelf.paths) == 5
    link.abort()


def test_garbage_instead_of_an_association_is_no_condition(listening):
    shelf, pusher = listening
    giant = b"\x01\0\xff\xff\xff\xff" + bytes(64)
    for content in (b"GET / HTTP/1.0\r\n\r\n", giant, bytes(6), b"\x01\0\0\0\0\x04abcd"):
        with socket.create_connection(("127.0.0.1", pusher.port), timeout=5) as link:
            link.sendall(content)
    link = pusher.link()
    assert link.send_c_store(image()).Status == 0 and len(shelf.paths) == 1
    link.release()


class _Client:
    def __init__(self, sends):
        self.sends = sends

    def iter_series(self, *_args, **_kwargs):
        yield from self.sends


def test_dicomweb_refuses_the_same(tmp_path):
    web = connect(Node("liar", "dicomweb", url="http://127.0.0.1:1/x"))
    good = [image(0), image(1)]
    for ds in good:
        ds.file_meta.MediaStorageSOPClassUID = CTImageStorage
        ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    web._client = _Client([*good, good[0]])
    assert len(web.fetch(SERIES, tmp_path / "a")) == 2
    for tags in ({"SeriesInstanceUID": "1.2.3.5"}, {"PatientID": "PID-8"}, {"StudyInstanceUID": "1"}):
        web._client = _Client([*good, image(5, **tags)])
        with pytest.raises(UserError, match="of another series, study or patient, which were refused") as caught:
            web.fetch(SERIES, tmp_path / tags.popitem()[0])
        assert "PID" not in str(caught.value)
    assert threading.active_count() < 20
