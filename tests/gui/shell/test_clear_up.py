"""The window's start removes what a killed process left where this program writes."""

from __future__ import annotations

import os
import subprocess
import sys

from proseg_gui.gui.shell.application import _clear_up
from proseg_gui.io.base.leftovers import hidden_name


def test_results_of_a_lost_process_go_and_ours_stay(tmp_path):
    code = "from proseg_gui.io.base.leftovers import *; print(hidden_name('.dcm'))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    lost, ours = tmp_path / made.stdout.strip(), tmp_path / hidden_name(".dcm")
    for path in (lost, ours, tmp_path / "seg.dcm"):
        path.write_bytes(b"a patient's result")
    _clear_up([tmp_path / "none", "", str(tmp_path)])
    assert sorted(tmp_path.iterdir()) == sorted([ours, tmp_path / "seg.dcm"])
