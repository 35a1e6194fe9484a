"""The log of a run that was killed: whole lines count, half ones are passed over and do not stay."""

from __future__ import annotations

import pytest

from proseg_gui.training.log import LOG_NAME, LogFollower, add_row, read_rows, write_rows

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


def test_a_follower_reads_what_was_added_and_no_more(tmp_path, monkeypatch):
    from proseg_gui.training import log

    parsed = []
    parse = log.parse_json
    monkeypatch.setattr(log, "parse_json", lambda line: parsed.append(line) or parse(line))
    path = tmp_path / LOG_NAME
    follower = log.LogFollower(path)
    assert list(follower.rows()) == []
    for i, row in enumerate(ROWS):
        add_row(path, row)
        assert list(follower.rows()) == ROWS[: i + 1]
    assert list(follower.rows()) == ROWS and len(parsed) == len(ROWS)


def test_a_half_written_line_waits_for_its_end(tmp_path):
    path = tmp_path / LOG_NAME
    follower = LogFollower(path)
    write_rows(path, ROWS[:2])
    with path.open("ab") as file:
        file.write(b'{"step": 4')
        file.flush()
        assert list(follower.rows()) == ROWS[:2]
        file.write(b'0, "total": 0.1}\n')
    assert list(follower.rows()) == [*ROWS[:2], {"step": 40, "total": 0.1}]


@pytest.mark.parametrize("longer", [False, True])
@pytest.mark.parametrize("in_place", [False, True])
def test_a_log_that_was_replaced_or_cut_is_read_anew(tmp_path, in_place, longer):
    path = tmp_path / LOG_NAME
    follower = LogFollower(path)
    write_rows(path, ROWS)
    assert list(follower.rows()) == ROWS
    others = [{"step": 7, "total": float(i)} for i in range(9 if longer else 1)]
    if in_place:
        path.write_text("".join(f'{{"step": 7, "total": {i}.0}}\n' for i in range(len(others))))
    else:
        write_rows(path, others)
    assert list(follower.rows()) == others
    path.unlink()
    assert list(follower.rows()) == []
