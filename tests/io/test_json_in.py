"""JSON from a disk: whatever it holds, a value that can be used or one sentence."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import proseg_gui
from proseg_gui.errors import UserError
from proseg_gui.io.base.json_in import MOST_DEPTH, BadJson, parse_json, read_json

ALLOWED = {
    "io/base/json_in.py",  # the one way in
    "io/dicom/codec_worker.py",  # lines from and to our own child
    "io/dicom/deidentify.py",  # data of the package itself
    "io/contours/structure_codes.py",
    "gui/theme.py",
    "review/document.py",  # what was written just before, in memory
    "doctor/probe.py",  # answers of our own children
    "bench/__init__.py",
}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b"[" * 900 + b"]" * 900, "nested too deeply"),
        (b'{"a":' * (MOST_DEPTH + 1) + b"1" + b"}" * (MOST_DEPTH + 1), "nested too deeply"),
        (b"1" + b"0" * 400, "more than 64 bits"),
        (b"1" + b"0" * 5000, "more than 64 bits"),
        (b"[1e999]", "beyond all measure"),
        (b"[-1e400]", "beyond all measure"),
        (b"NaN", "NaN"),
        (b"[Infinity]", "NaN or infinity"),
        (b"[-Infinity]", "NaN or infinity"),
        (b'["\\ud800"]', "half a character"),
        (b'{"\\udfff": 1}', "half a character"),
        (b'{"a": 1', "line 1, column"),
        (b"\xff\xfe\xfa", "no text"),
        (b'"\xe9"', "no text"),
        (b"", "Expecting value"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_one_sentence(tmp_path, content, says):
    with pytest.raises(BadJson, match=says):
        parse_json(content)
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(UserError, match=says) as caught:
        read_json(tmp_path / "a.json", what="the card")
    text = str(caught.value)
    assert text.isprintable() and "the card is damaged" in text and caught.value.path == tmp_path / "a.json"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_texts_of_other_programs_are_read(tmp_path, encoding):
    (tmp_path / "a.json").write_bytes('{"name": "Müller", "a": [1, -2.5e3, null], "a": 7}'.encode(encoding))
    assert read_json(tmp_path / "a.json") == {"name": "Müller", "a": 7}


def test_numbers_keep_their_kind_up_to_64_bits():
    value = parse_json(b"[9223372036854775807, -9223372036854775808, 1e308, 0.1, 1e-999]")
    assert value == [2**63 - 1, -(2**63), 1e308, 0.1, 0.0]
    assert [type(number) for number in value] == [int, int, float, float, float]


def test_a_file_that_is_no_file_or_too_large_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        read_json(tmp_path / "none.json")
    with pytest.raises(UserError, match="cannot be read"):
        read_json(tmp_path)
    (tmp_path / "a.json").write_bytes(b" " * 100 + b"1")
    assert read_json(tmp_path / "a.json") == 1
    with pytest.raises(UserError, match="far larger"):
        read_json(tmp_path / "a.json", most=100)


def test_no_other_code_reads_json():
    """Every other ``json.load(s)`` is of our own package's data or of our own child processes."""
    root = Path(proseg_gui.__file__).parent
    found = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("load", "loads") and ast.unparse(node.value) == "json":
                found.add(path.relative_to(root).as_posix())
    assert found - ALLOWED == set() and "io/base/json_in.py" in found
