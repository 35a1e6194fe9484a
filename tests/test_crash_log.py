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


def test_no_folder_is_there_that_could_bear_a_name(tmp_path, monkeypatch):
    """Code installed below a user's folder, code that lies anywhere, and a library of this Python."""
    home = tmp_path / f"home-{PLANTED}"
    (home / "lib" / "plugin").mkdir(parents=True)
    (home / "lib" / "plugin" / "code.py").write_text("import json\n\ndef run(f):\n    f()\n    json.loads('{')\n")
    monkeypatch.syspath_prepend(str(home / "lib"))
    from plugin.code import run  # type: ignore[import-not-found]

    failing = {"run": run}
    exec(compile("def stray():\n    run(lambda: None)\n", str(home / "stray.py"), "exec"), failing)
    try:
        failing["stray"]()
    except ValueError as error:
        text = write_crash_log(error).read_text()
    assert PLANTED not in text and str(Path(__file__).parent) not in text
    for file in ('"stray.py"', '"plugin/code.py"', "json/decoder.py", "test_crash_log.py"):
        assert file in text, file


def test_two_logs_of_one_moment_are_two_files():
    assert write_crash_log(ValueError()) != write_crash_log(ValueError())
