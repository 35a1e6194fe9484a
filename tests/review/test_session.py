"""Which model a scan is opened with."""

from __future__ import annotations

import pytest

from proseg_gui.errors import UserError
from proseg_gui.review.session import choose_bundle_name

NAMES = ["brain_growth", "phantom", "mine"]


@pytest.mark.parametrize(
    ("wanted", "remembered", "chosen"),
    [
        ("x", "mine", "x"),
        ("", "mine", "mine"),
        ("", "discarded", "brain_growth"),
        ("", "phantom", "brain_growth"),
        ("", "", "brain_growth"),
    ],
)
def test_the_model_asked_for_else_the_last_one_that_is_still_there(wanted, remembered, chosen):
    assert choose_bundle_name(None, wanted, remembered, NAMES) == chosen


def test_the_phantom_is_never_chosen_silently():
    with pytest.raises(UserError, match="no model fits"):
        choose_bundle_name(None, "", "phantom", ["phantom"])
