"""Every example of docs/api.md runs as it stands, in a folder of its own with a small phantom."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from proseg_gui.io.case_write import write_case
from proseg_gui.phantom import Phantom

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.S | re.M)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_the_example_runs(number, tmp_path, monkeypatch, capsys) -> None:
    write_case(Phantom(4, (4, 96, 96), (8.0, 3.0, 3.0)).study(), tmp_path / "scan")
    monkeypatch.chdir(tmp_path)
    exec(compile(BLOCKS[number], f"{PAGE.name}, example {number + 1}", "exec"), {})
    assert capsys.readouterr().out.strip()


def test_there_are_examples() -> None:
    assert len(BLOCKS) >= 3
