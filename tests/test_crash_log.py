"""The log of our own faults says where, and nothing of what the patient's files said."""

from __future__ import annotations

from pathlib import Path

from proseg_gui.crash_log import write_crash_log

PLANTED = "ZQDOE"


def _fails(text: str) -> None:
    try:
        float(text)
    except ValueError as error:
        raise RuntimeError(f"{text} of /scans/{text}/1.dcm") from error


def _error() -> BaseException:
    try:
        try:
            _fails(PLANTED)
        finally:
            {}[PLANTED]
    except KeyError as error:
        return error
    raise AssertionError


def test_kinds_and_lines_are_there_and_messages_are_not():
    error = _error()
    assert PLANTED in str(error) and PLANTED in str(error.__context__)
    log = write_crash_log(error)
    text = log.read_text()
    assert PLANTED not in text and PLANTED not in log.name
    order = [text.index(word) for word in ("builtins.ValueError", "builtins.RuntimeError", "builtins.KeyError")]
    assert order == sorted(order) and text.count("which led to") == 2
    assert "in _fails" in text and Path(__file__).name in text and text.startswith("proseg-gui ")


def test_two_logs_of_one_moment_are_two_files():
    assert write_crash_log(ValueError()) != write_crash_log(ValueError())
