"""A project file of its own for every test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from proseg_gui.review.project import Project, open_project

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "work.project"


@pytest.fixture
def project(path: Path) -> Iterator[Project]:
    made = open_project(path, create=True)
    yield made
    made.close()
