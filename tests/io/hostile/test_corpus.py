"""Every hostile file is one sentence and exit code 2 (or opens, where it may), in little time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from corpus import CASES, Case

sys.path.pop(0)

SECONDS, MEGABYTES = 10.0, 500
PATIENCE = 3.0
"""Other work on the machine may take so much of it; what hangs without working is killed then."""
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@pytest.fixture(scope="module")
def runner():
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("runner.py"))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip

    def run(argv: list[str], folder: Path, seconds: float = SECONDS) -> dict:
        process.stdin.write(json.dumps({"argv": argv, "folder": str(folder), "seconds": PATIENCE * seconds}) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    yield run
    process.stdin.close()
    process.wait(10)
    process.stdout.close()


def test_there_are_enough_and_each_is_one_of_a_kind():
    assert len(CASES) >= 25 and len({case.name for case in CASES}) == len(CASES)
    table = (Path(__file__).parents[3] / "docs" / "decisions" / "io-hostile.md").read_text(encoding="utf-8")
    missing = [case.name for case in CASES if f"`{case.name}`" not in table]
    assert not missing, "say in docs/decisions/io-hostile.md where these come from"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_file(case: Case, tmp_path, runner):
    answer = runner(case.make(tmp_path), tmp_path)
    said = answer["stderr"]
    assert answer["code"] == case.code or (case.code is None and answer["code"] in (0, 2)), said
    assert answer["seconds"] < SECONDS and answer["megabytes"] < MEGABYTES, answer
    out = [path for path in (tmp_path / "out", tmp_path / "case") if path.exists()]
    if answer["code"]:
        assert said.startswith("proseg-gui: ") and said.count("\n") == 1 and said.strip().isprintable()
        assert case.says in said and "root:" not in said and not out
    else:
        assert said == "" and out
    if case.name == "zip_that_leads_out":
        assert sorted(path.name for path in tmp_path.rglob("*.dcm")) == []
