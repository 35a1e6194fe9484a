"""The log of a run that was killed: whole lines count, half ones are passed over and do not stay."""

from __future__ import annotations

import pytest

from proseg_gui.training.log import LOG_NAME, add_row, read_rows, write_rows

ROWS = [{"step": 1, "total": 0.5}, {"step": 20, "total": 0.25}, {"step": 20, "event": "paused"}]


@pytest.mark.parametrize(
    "end",
    [b'{"step": 40, "to', b"{", b"\xff\xfe\x00", b"\0" * 4096, b"[" * 100_000, b'{"step": 1e9}', b"7", b"[]", b'""'],
)
def test_a_line_that_cannot_be_read_is_passed_over(tmp_path, end):
    path = tmp_path / LOG_NAME
    write_rows(path, ROWS)
    path.write_bytes(path.read_bytes() + end)
    assert read_rows(path) == ROWS


def test_no_log_has_no_rows(tmp_path):
    assert read_rows(tmp_path / LOG_NAME) == [] and read_rows(tmp_path) == []


def test_rows_that_are_added_are_whole_lines(tmp_path):
    for row in ROWS:
        add_row(tmp_path / LOG_NAME, row)
    assert read_rows(tmp_path / LOG_NAME) == ROWS and (tmp_path / LOG_NAME).read_bytes().count(b"\n") == 3
