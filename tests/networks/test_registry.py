"""The registry builds by name and refuses in words."""

from __future__ import annotations

import pytest

from proseg_gui.networks.registry import METHODS, build


def test_every_method_is_found_under_its_own_name():
    assert all(name == method.kind for name, method in METHODS.items())
    assert build("proseg", {"n_raters": 2, "widths": [4, 8]}).n_raters == 2


def test_unknown_names_and_arguments_are_refused_in_words():
    with pytest.raises(ValueError, match=r"'nothing' is not one of .*proseg"):
        build("nothing", {})
    with pytest.raises(ValueError, match="architecture does not fit"):
        build("proseg", {"n_raters": 2, "colour": "red"})
    with pytest.raises(ValueError, match="architecture does not fit"):
        build("proseg", {})
