"""The archive panel asks for what its controls show, and offers only what can be done now."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from proseg_gui.gui.dialogs.pacs_dialog import PacsDialog
from proseg_gui.io.pacs.nodes import FoundSeries, Node, Query
from proseg_gui.io.pacs.queue import KeptSend

LEFT = Qt.MouseButton.LeftButton
WEB = Node("ward", "dicomweb", url="http://archive/dicom-web", user="me", password="secret")
DIMSE = Node("old", "dimse", host="archive", port=11112, called_ae="OLD")
SERIES = [
    FoundSeries("1", "1.1", "P1", "Doe^Jane", "20200102", "CT", "thorax", 120),
    FoundSeries("1", "1.2", "P1", "Doe^Jane", "20200102", "MR", "brain", 30),
]


@pytest.fixture
def dialog(shown, tmp_path) -> PacsDialog:
    return shown(PacsDialog([WEB, DIMSE], tmp_path))


def asked(signal) -> list:
    calls: list = []
    signal.connect(lambda *values: calls.append(values))
    return calls


def test_a_search_carries_node_and_query(dialog):
    calls = asked(dialog.find_asked)
    QTest.keyClicks(dialog.fields["patient_name"], "Doe*")
    QTest.keyClicks(dialog.fields["modality"], "CT")
    QTest.mouseClick(dialog.find_button, LEFT)
    assert calls == [(WEB, Query(patient_name="Doe*", modality="CT"))]
    dialog.node_box.setCurrentIndex(1)
    assert dialog.form.host.isVisible() and not dialog.form.url.isVisible()
    QTest.keyClick(dialog.fields["modality"], Qt.Key.Key_Return)
    assert calls[1][0] == DIMSE
    assert (
        dialog.form.password.text() == "" and dialog.form.password.echoMode() == dialog.form.password.EchoMode.Password
    )


def test_only_the_fields_that_matter_are_shown_and_all_of_them_are_kept(dialog, tmp_path):
    form = dialog.form
    assert not form.ca_file.isVisible(), "http has no certificates"
    form.url.setText("https://archive/dicom-web")
    assert form.ca_file.isVisible() and form.cert_file.isVisible() and not form.tls.isVisible()
    node = Node(
        "safe", "dimse", host="h", port=2762, called_ae="A", retrieve="move", listen_port=11113, tls=True,
        ca_file="ca.pem", cert_file="us.pem", key_file="us.key",
    )  # fmt: skip
    form.show_node(node)
    assert form.node() == node and node.problem() == ""
    assert form.listen_port.isVisible() and form.ca_file.isVisible() and not form.url.isVisible()
    form.retrieve.setCurrentIndex(form.retrieve.findData("get"))
    form.tls.setChecked(False)
    assert not form.listen_port.isVisible() and not form.ca_file.isVisible()
    form.tls.setChecked(True)
    QTest.mouseClick(form.ca_file.browse, LEFT)
    chooser = form.ca_file.findChild(QFileDialog)
    chooser.fileSelected.emit(str(tmp_path / "other.pem"))
    chooser.reject()
    assert form.node().ca_file == str(tmp_path / "other.pem")


def test_a_found_series_is_fetched_into_the_folder(dialog, tmp_path):
    calls = asked(dialog.fetch_asked)
    assert not dialog.fetch.isEnabled()
    dialog.show_series(SERIES)
    assert dialog.table.item(0, 1).text() == "Doe Jane" and dialog.table.item(1, 5).text() == "30"
    dialog.table.selectRow(1)
    QTest.mouseClick(dialog.fetch, LEFT)
    assert calls == [(WEB, SERIES[1], tmp_path)]
    dialog.show_series([])
    assert dialog.trouble.text() == "Nothing was found." and not dialog.fetch.isEnabled()


def test_nodes_are_saved_changed_and_removed(dialog):
    calls = asked(dialog.nodes_changed)
    dialog.node_box.setCurrentIndex(2)
    assert not dialog.save.isEnabled() and "needs a name" in dialog.save.toolTip()
    QTest.keyClicks(dialog.form.name, "third")
    QTest.keyClicks(dialog.form.url, "https://x/y")
    QTest.mouseClick(dialog.save, LEFT)
    assert [node.name for node in calls[-1][0]] == ["ward", "old", "third"]
    dialog.form.name.setText("renamed")
    QTest.mouseClick(dialog.save, LEFT)
    assert [node.name for node in calls[-1][0]] == ["ward", "old", "renamed"]
    QTest.mouseClick(dialog.remove, LEFT)
    assert [node.name for node in calls[-1][0]] == ["ward", "old"]
    assert dialog.node_box.currentText() == "New node"


def test_files_are_chosen_and_sent_and_waiting_ones_sent_again(dialog, tmp_path):
    sent, again, dropped = asked(dialog.send_asked), asked(dialog.retry_asked), asked(dialog.drop_asked)
    QTest.mouseClick(dialog.send, LEFT)
    chooser = dialog.findChild(QFileDialog)
    chooser.filesSelected.emit([str(tmp_path / "rt.dcm")])
    chooser.reject()
    assert sent == [(WEB, [tmp_path / "rt.dcm"])]
    assert not dialog.retry.isEnabled() and not dialog.drop.isEnabled()
    dialog.show_kept([KeptSend("k1", "ward", "no connection", "2026-01-01", (Path("a"), Path("b")))])
    assert "2 files to ward" in dialog.kept.item(0).text() and "no connection" in dialog.kept.item(0).text()
    QTest.mouseClick(dialog.retry, LEFT)
    QTest.mouseClick(dialog.drop, LEFT)
    assert again == [(WEB, "k1")] and dropped == [("k1",)]


def test_while_something_runs_only_stop_can_be_asked_for(dialog):
    stopped = asked(dialog.cancel_asked)
    dialog.show_series(SERIES)
    dialog.table.selectRow(0)
    dialog.set_busy(True)
    dialog.show_progress(0.5, "image 3 of 6")
    assert dialog.bar.value() == 50 and dialog.bar.isVisible() and dialog.trouble.text() == "image 3 of 6"
    assert not any(b.isEnabled() for b in (dialog.find_button, dialog.fetch, dialog.send, dialog.save, dialog.remove))
    QTest.mouseClick(dialog.cancel, LEFT)
    assert stopped == [()]
    dialog.set_busy(False)
    assert dialog.fetch.isEnabled() and not dialog.bar.isVisible()
