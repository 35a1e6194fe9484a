"""What a killed process left is found and removed by the next one; what belongs to anybody else stays."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from proseg_gui.errors import UserError
from proseg_gui.io.base import leftovers
from proseg_gui.io.base.atomic import (
    atomic_bytes,
    atomic_folder,
    atomic_write,
    atomic_write_all,
    copy_folder,
    hidden_folder,
    remove_folder,
)
from proseg_gui.io.base.leftovers import hidden_name, is_hidden_name, remove_leftovers, set_aside_name
from proseg_gui.io.export import export_masks
from proseg_gui.io.images.masks import read_mask
from proseg_gui.io.images.nifti_write import write_nifti
from proseg_gui.volume import DicomReference, Geometry, Mask, Volume

sys.path.insert(0, str(Path(__file__).parents[1]))
from killing import killed_at

sys.path.pop(0)

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
SHAPE = (3, 12, 10)


def _names(folder):
    return sorted(item.name for item in folder.iterdir())


def _of_a_dead_process(call: str) -> str:
    """A name that a process made which is gone."""
    code = f"from proseg_gui.io.base.leftovers import *; print({call})"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    ).stdout.strip()


def _aged(path: Path, days: float) -> Path:
    then = time.time() - 86_400 * days
    os.utime(path, (then, then), follow_symlinks=False)
    return path


def test_files_and_folders_of_a_dead_process_go_and_a_living_ones_stay(tmp_path):
    gone, folder = _of_a_dead_process("hidden_name('.nii.gz')"), _of_a_dead_process("hidden_name()")
    (tmp_path / gone).write_bytes(b"a patient's result")
    (tmp_path / folder / "deep").mkdir(parents=True)
    (tmp_path / folder / "deep" / "x").write_bytes(b"1")
    ours = tmp_path / hidden_name(".dcm")
    ours.write_bytes(b"being written")
    with subprocess.Popen(
        [sys.executable, "-c", "from proseg_gui.io.base.leftovers import *; print(hidden_name(), flush=True); input()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as other:  # fmt: skip
        theirs = tmp_path / other.stdout.readline().strip()
        theirs.write_bytes(b"being written")
        assert remove_leftovers(tmp_path) == 2
        assert _names(tmp_path) == sorted([ours.name, theirs.name])
        other.stdin.write("\n")
    assert remove_leftovers(tmp_path) == 1 and _names(tmp_path) == [ours.name]


def test_what_is_not_ours_stays_whatever_its_age(tmp_path):
    names = [".part-", ".part-1", ".part-notes.txt", ".old-photo.jpg", ".export-list.csv", ".partial"]
    names += ["part-0123456789ab", ".part-0123456789abc"]
    for name in names:
        (tmp_path / name).write_bytes(b"1")
        _aged(tmp_path / name, 400)
    assert remove_leftovers(tmp_path) == 0 and _names(tmp_path) == sorted(names)
    assert not any(map(is_hidden_name, names))


def test_names_without_an_owner_and_of_other_computers_go_by_age(tmp_path, monkeypatch):
    monkeypatch.setattr(leftovers, "_place", lambda: "0badc0de")
    elsewhere = hidden_name(".dcm")
    monkeypatch.undo()
    for name in (".part-0123456789ab.nii.gz", ".export-k3_x9abc", elsewhere):
        (tmp_path / name).write_bytes(b"1")
    assert remove_leftovers(tmp_path) == 0
    for item in tmp_path.iterdir():
        _aged(item, 1.1)
    assert remove_leftovers(tmp_path) == 3 and _names(tmp_path) == []


def test_a_number_that_another_process_has_now_does_not_protect(tmp_path, monkeypatch):
    monkeypatch.setattr(leftovers, "_born", lambda _pid: 1_000_000_000)  # of another start of the machine
    name = hidden_name()
    monkeypatch.undo()
    assert f"-{os.getpid()}-" in name
    (tmp_path / name).write_bytes(b"1")
    assert remove_leftovers(tmp_path) == 1


def test_a_link_is_removed_and_not_followed(tmp_path):
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "x").write_bytes(b"1")
    (tmp_path / _of_a_dead_process("hidden_name()")).symlink_to(tmp_path / "precious")
    assert remove_leftovers(tmp_path) == 1
    assert _names(tmp_path) == ["precious"] and _names(tmp_path / "precious") == ["x"]


def test_a_folder_that_was_set_aside_for_nothing_gets_its_name_back(tmp_path):
    aside = tmp_path / _of_a_dead_process("set_aside_name('results 1.d')")
    aside.mkdir()
    (aside / "x").write_bytes(b"1")
    assert remove_leftovers(tmp_path) == 1
    assert _names(tmp_path) == ["results 1.d"] and _names(tmp_path / "results 1.d") == ["x"]
    aside.mkdir()
    assert remove_leftovers(tmp_path) == 1 and _names(tmp_path / "results 1.d") == ["x"]


@pytest.mark.parametrize(
    "write",
    [
        lambda folder: atomic_bytes(folder / "new.bin", b"1"),
        lambda folder: atomic_folder(folder / "new", lambda temporary: (temporary / "x").write_bytes(b"1")),
        lambda folder: hidden_folder(folder).__enter__(),
        lambda folder: write_nifti(np.ones(SHAPE, bool), Geometry.plain(SHAPE), folder / "m.nii"),
    ],
)
def test_whoever_writes_next_removes_them(write, tmp_path):
    name = _of_a_dead_process("hidden_name('.dcm')")
    (tmp_path / name).write_bytes(b"a patient's result")
    write(tmp_path)
    assert not (tmp_path / name).exists()


def test_a_folder_that_cannot_be_looked_at_is_no_error(tmp_path):
    assert remove_leftovers(tmp_path / "none") == 0
    (tmp_path / "file").write_bytes(b"1")
    assert remove_leftovers(tmp_path / "file") == 0


def test_copying_and_removing_a_folder(tmp_path):
    (tmp_path / "a" / "deep").mkdir(parents=True)
    (tmp_path / "a" / "deep" / "x").write_bytes(b"1")
    (tmp_path / "a" / "y").write_bytes(b"2")
    copy_folder(tmp_path / "a", tmp_path / "b" / "c")
    assert (tmp_path / "b" / "c" / "deep" / "x").read_bytes() == b"1" and (tmp_path / "b" / "c" / "y").exists()
    with pytest.raises(UserError, match="not empty"):
        copy_folder(tmp_path / "a", tmp_path / "b" / "c")
    remove_folder(tmp_path / "a")
    assert _names(tmp_path) == ["b"]
    with pytest.raises(UserError, match="could not be written"):
        remove_folder(tmp_path / "a")


def test_a_folder_killed_at_any_step_is_old_or_new_and_the_next_run_clears_up(tmp_path):
    for step in range(200):
        home = tmp_path / str(step)
        atomic_folder(home / "f", lambda temporary: (temporary / "x").write_bytes(b"old"))

        def replace(home=home) -> None:
            atomic_folder(home / "f", lambda temporary: (temporary / "x").write_bytes(b"new"), overwrite=True)

        killed = killed_at(step, home, replace)
        remove_leftovers(home)
        assert _names(home) == ["f"] and (home / "f" / "x").read_bytes() in (b"old", b"new")
        if not killed:
            break
    assert 5 < step < 199 and (home / "f" / "x").read_bytes() == b"new"


@pytest.mark.parametrize("fmt", ["nifti", "rtstruct"])
def test_an_export_killed_at_any_step_leaves_nothing_for_long(fmt, tmp_path):
    geometry = Geometry.plain(SHAPE)
    uids = tuple(f"1.2.3.4.{k + 1}" for k in range(SHAPE[0]))
    reference = DicomReference("1.2.3", "1.2.3.4", "1.2.3.5", "1.2.840.10008.5.1.4.1.1.2", uids)
    volume = Volume(np.zeros(SHAPE, np.int16), geometry, modality="CT", dicom=reference)
    masks = [Mask(np.random.default_rng(seed).random(SHAPE) < 0.5, geometry) for seed in (0, 1)]
    name = "m.nii.gz" if fmt == "nifti" else "m.dcm"

    def export(home: Path, version: int) -> None:
        export_masks(volume, [("a", masks[version])], fmt, home / name, overwrite=True)

    seen = set()
    for step in range(200):
        home = tmp_path / str(step)
        home.mkdir()
        export(home, 0)
        if not killed_at(step, home, lambda home=home: export(home, 1)):
            break
        seen |= {item.name[:6] for item in home.iterdir()}
        if fmt == "nifti":
            found = read_mask(home / name, geometry).array
            assert any(np.array_equal(found, mask.array) for mask in masks)
        export(home, 1)
        assert not [item.name for item in home.iterdir() if item.name.startswith(".")]
    assert 5 < step < 199 and ".part-" in seen  # some of the kills left something
    assert not [item.name for item in home.iterdir() if item.name.startswith(".")]


def test_a_full_disk_in_a_writer_leaves_nothing(tmp_path):
    resource = pytest.importorskip("resource")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
            try:
                atomic_write(tmp_path / "x", lambda temporary: temporary.write_bytes(bytes(5000)))
            except UserError as error:
                code = 0 if "the disk is full" in str(error) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0 and _names(tmp_path) == []
    assert set_aside_name("x").startswith(".old-")


def test_files_that_belong_together_appear_in_a_new_folder_all_at_once(tmp_path):
    inner = tmp_path / "new" / "deep"

    def work():
        atomic_write_all({inner / name: lambda file: file.write_bytes(b"1") for name in "abc"})

    step = 0
    while killed_at(step, tmp_path, work):
        assert not (tmp_path / "new").exists() or _names(inner) == ["a", "b", "c"]
        shutil.rmtree(tmp_path / "new", ignore_errors=True)
        step += 1
    assert step > 5 and _names(inner) == ["a", "b", "c"] and _names(tmp_path) == ["new"]
