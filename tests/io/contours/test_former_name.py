"""The name under which scripts of others know the reading of contours."""

from __future__ import annotations

import importlib
import sys

import pytest

from proseg_gui.io.contours import reading


def test_the_former_module_still_leads_here():
    sys.modules.pop("proseg_gui.io.contours_in", None)
    with pytest.warns(DeprecationWarning, match=r"contours\.reading"):
        former = importlib.import_module("proseg_gui.io.contours_in")
    assert former.is_drawing is reading.is_drawing
