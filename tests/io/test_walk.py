"""Folders made of links: everything is found once, loops end, what leads nowhere is counted."""

from __future__ import annotations

import os
import sys

import numpy as np
import pytest

from proseg_gui.io.base.walk import files_below
from proseg_gui.io.dataset import load_case, read_dataset
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.io.open import find_inputs, open_study
from proseg_gui.volume import Geometry, Mask

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")


@pytest.fixture
def store(tmp_path, dicom_series, along_z, ct_array):
    dicom_series(tmp_path / "store" / "ct", ct_array, along_z(5))
    return tmp_path / "store" / "ct"


@pytest.mark.parametrize("kind", ["folder", "files", "relative", "link to a link", "hidden store"])
def test_a_series_behind_links_opens(kind, store, tmp_path, ct_array):
    study = tmp_path / "study"
    study.mkdir()
    if kind == "files":
        for path in store.iterdir():
            (study / path.name).symlink_to(path)
    elif kind == "relative":
        (study / "ct").symlink_to("../store/ct")
    elif kind == "link to a link":
        (tmp_path / "between").symlink_to(store)
        (study / "ct").symlink_to(tmp_path / "between")
    elif kind == "hidden store":  # git-annex
        (study / ".annex").mkdir()
        for path in list(store.iterdir()):
            path.rename(study / ".annex" / f"{path.name}-key")
            (study / path.name).symlink_to(study / ".annex" / f"{path.name}-key")
    else:
        (study / "ct").symlink_to(store)
    opened = open_study(study)
    assert np.array_equal(opened.image.array, ct_array) and opened.notices == ()


def test_loops_end_and_broken_links_are_counted(store, tmp_path, ct_array):
    study = tmp_path / "store"
    (study / "loop").symlink_to(study)
    (store / "up").symlink_to(tmp_path)
    (study / "again").symlink_to(store)
    (study / "one more.dcm").symlink_to(store / "000.dcm")
    (study / "broken.dcm").symlink_to(tmp_path / "nowhere")
    (study / "self").symlink_to("self")
    os.mkfifo(study / "pipe")  # would wait for ever where it is opened
    opened = open_study(study)
    assert np.array_equal(opened.image.array, ct_array)
    assert opened.notices == ("Passed over: 2 links that lead nowhere, 1 repeated file.",)
    assert len(files_below(study).files) == 5


def test_a_link_to_everything_above_is_not_followed(store, tmp_path):
    (store / "root").symlink_to("/")
    assert len(files_below(store).files) == 5


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_counted(store, tmp_path):
    (store / "closed").mkdir(mode=0)
    assert open_study(store).notices == ("Passed over: 1 folder that cannot be read.",)


def test_a_read_only_folder_opens(store, ct_array):
    store.chmod(0o500)
    assert np.array_equal(open_study(store).image.array, ct_array)
    store.chmod(0o700)


def test_cases_made_of_links(tmp_path, store):
    shape = (2, 6, 7)
    grid = Geometry.plain(shape)
    write_nifti(np.arange(84, dtype=np.int16).reshape(shape), grid, tmp_path / "keep" / "i.nii.gz")
    write_nifti(Mask(np.ones(shape, bool), grid), grid, tmp_path / "keep" / "m.nii.gz")
    for name in ("c1", "c2"):
        (tmp_path / "data" / name / "masks").mkdir(parents=True)
        (tmp_path / "data" / name / "image.nii.gz").symlink_to(tmp_path / "keep" / "i.nii.gz")
        (tmp_path / "data" / name / "masks" / "ann.nii.gz").symlink_to(tmp_path / "keep" / "m.nii.gz")
    (tmp_path / "data" / "c3").symlink_to(tmp_path / "data" / "c2")
    dataset = read_dataset(tmp_path / "data")
    assert dataset.case_names == ("c1", "c2", "c3")
    assert load_case(dataset.case("c2")).readings[0].mask.array.all()
    assert [c.kind for c in find_inputs(tmp_path / "data")] == ["case"] * 3
