"""Names are planted in every patient tag, in the path of a scan (the case), in a rater and in the user; then all that
the program leaves is searched: settings, layout, recent files, worklist, logs, crash logs, caches, titles, exports.

Tags: nowhere, ever. The path: only in the settings' recent files and folders, which the user chose, which nobody else
can read and which *Clear traces* empties. Rater and user: only in exports, which say whose they are (de-identified ones
do not: tests/cli/test_provenance.py).
"""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from proseg_gui.bundle import load_bundle, save_bundle
from proseg_gui.crash_log import write_crash_log
from proseg_gui.gui.shell.crash import describe
from proseg_gui.io.dicom.headers import PATIENT_TAGS, STUDY_TAGS
from proseg_gui.io.dicom.write import write_series
from proseg_gui.review.export_request import ExportRequest
from proseg_gui.review.project import open_project
from proseg_gui.volume import Geometry, Volume

SETTLE_MS = 120_000
IN_TAGS, IN_PATH, RATER, USER = "ZQTAGDOE", "ZQPATHDOE", "ZQRATERDOE", "ZQUSERDOE"
DATES = {"PatientBirthDate": "19010203", "StudyDate": "19040506", "StudyTime": "070809", "PatientSex": "F"}


@pytest.fixture
def planted(tmp_path) -> Path:
    values = np.random.default_rng(1).integers(0, 100, (3, 40, 40)).astype(np.int16)
    patient = dict.fromkeys((*PATIENT_TAGS, *STUDY_TAGS), IN_TAGS) | DATES
    volume = Volume(values, Geometry.plain(values.shape, (3.0, 2.0, 2.0)), modality="MR")
    folder = tmp_path / "scans" / IN_PATH
    write_series(volume, folder, patient=patient)
    assert all(IN_TAGS.encode() in path.read_bytes() for path in folder.iterdir())
    return folder


def traces(root: Path, *words: str) -> list[str]:
    """Files below ``root`` that hold one of the words in their name or content."""
    found = []
    for path in root.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        found += [f"{path.name}: {word}" for word in words if word in path.name or word.encode() in content]
    return found


def own_folders() -> list[Path]:
    """Where the program keeps settings, logs, caches and data while tests run."""
    names = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
    return [Path(os.environ[name]) for name in names]


def test_nothing_about_the_patient_is_left(window, qtbot, planted, tiny_bundle, tmp_path, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("LOGNAME", USER)
    tiny = load_bundle(tiny_bundle)
    save_bundle(tmp_path / "model", replace(tiny.card, raters=(RATER, *tiny.card.raters[1:])), tiny.method)
    titles = [window.windowTitle()]
    window.windowTitleChanged.connect(titles.append)
    window.opener.use_model(str(tmp_path / "model"))
    with qtbot.waitSignal(window.controller.settled, timeout=SETTLE_MS):
        window.opener.open_paths([planted])
    study = window.controller.desk.study
    assert study.image.dicom.patient["PatientName"] == IN_TAGS
    assert window.controller.desk.review.engine.raters[0] == RATER
    window.opener.set_person("reader1")
    window.controller.desk.shapes.accept()
    qtbot.waitUntil(lambda: window.controller.desk.shapes.state == "accepted", timeout=SETTLE_MS)
    out = tmp_path / "out"
    request = ExportRequest(frozenset({"current", "raters"}), (RATER,), 0, (), "nifti", out, "lesion", "")
    fault = ValueError(f"could not convert string to float: {IN_TAGS!r} in {planted}")  # as libraries put it
    sentence, _ = describe(fault)
    write_crash_log(fault)
    window.commands.exporting.run(request)
    qtbot.waitUntil(lambda: bool(window.failures) or (out / "current.json").exists(), timeout=SETTLE_MS)
    assert window.failures == []
    qtbot.waitUntil(lambda: not window.controller.jobs.busy("export"), timeout=SETTLE_MS)
    texts = [label.text() for label in QApplication.allWidgets() if hasattr(label, "text") and callable(label.text)]
    assert window.opener.keeper.unsaved(10.0) == 0
    assert traces(tmp_path / "kept", IN_PATH), "where a case lies is kept, to open it again"
    assert IN_PATH in (tmp_path / "settings.ini").read_text(), "recent files are paths"
    window.clear_traces()
    window.close()

    assert IN_TAGS not in sentence and [path for folder in own_folders() for path in folder.rglob("crash-*")]
    dates = tuple(value for value in DATES.values() if len(value) == 8)
    assert traces(out, IN_TAGS, IN_PATH, *dates) == []
    assert traces(planted, IN_TAGS) and traces(out, RATER) and traces(out, USER)
    assert not any(word in title for title in titles for word in (IN_TAGS, IN_PATH, RATER, USER))
    for word in (RATER, USER):
        assert word not in caplog.text and word not in (tmp_path / "settings.ini").read_text()
        assert traces(tmp_path / "kept", word) == []
        assert [found for folder in own_folders() for found in traces(folder, word)] == []
    for word in (IN_TAGS, *dates):
        assert word not in caplog.text and not any(word in text for text in (*titles, *texts))
        assert word not in (tmp_path / "settings.ini").read_text()
        for folder in own_folders():
            assert traces(folder, word, IN_PATH) == []
    assert IN_PATH not in caplog.text
    assert traces(tmp_path / "kept", IN_PATH, IN_TAGS, *dates) == []
    assert IN_PATH not in (tmp_path / "settings.ini").read_text()
    entry = open_project(tmp_path / "kept" / "work.project").cases()[0]
    assert (entry.state, entry.n_readings, entry.path) == ("accepted", 1, None), "Clear traces takes no work"
