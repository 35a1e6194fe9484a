"""A project file of its own for every test."""

from __future__ import annotations

import importlib.util
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


def _borrowed(name: str):
    """The fixtures of ``tests/io`` that make DICOM series without the code under test."""
    spec = importlib.util.spec_from_file_location("io_conftest", Path(__file__).parents[2] / "io" / "conftest.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


dicom_series = _borrowed("dicom_series")
along_z = _borrowed("along_z")
