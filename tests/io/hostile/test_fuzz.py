"""Damaged files of every reader by the hundred, each in a child with limits: `pytest -m heavy tests/io/hostile`.

``PROSEG_FUZZ=N`` files of each kind (60), ``PROSEG_FUZZ_SEED=S`` for others than the last time (0). A file that fails
is kept in the folder that the message names.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import zipfile
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
from test_corpus import MEGABYTES, SECONDS, runner
from test_damage import VALUES, originals, series

sys.path.pop(0)
sys.path.pop(0)

__all__ = ["originals", "runner", "series"]
COUNT, SEED = int(os.environ.get("PROSEG_FUZZ", "60")), int(os.environ.get("PROSEG_FUZZ_SEED", "0"))
IMAGES = (".nii", ".nii.gz", "NIfTI-2", ".nrrd", ".mha", ".png", ".tif", ".jpg", ".bmp")
SLICES = ("DICOM", "JPEG-LS", "JPEG 2000", "RLE", "JPEG lossless")
DRAWINGS = ("RTSTRUCT", "SEG", "fractional SEG", "compressed SEG", "LIDC")
PAIRS = (".hdr", "analyze", ".mhd", ".nhdr")
OTHERS = ("zip", "split.json", "dataset.json", "compressed .mha", "raw .nrrd")
WORDS = (b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\x7f\xff\xff\xff", b"\0\0\xc0\x7f")
TEXTS = (b"1e308", b"-1", b"nan", b"inf", b"99999999999999999999", b"0", b"", b"1e-308", b"%n%s", b"../x")
pytestmark = [pytest.mark.heavy, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]


def damaged(content: bytes, chance: random.Random) -> bytes:
    """``content`` with one kind of damage, or several."""
    result = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        reach = min(chance.choice((64, 400, 2000, len(result))), len(result)) or 1
        at = chance.randrange(reach)
        kind = chance.randrange(8)
        if kind <= 2 and result:
            result[at % len(result)] ^= 1 << chance.randrange(8) if kind else chance.randrange(1, 256)
        elif kind == 3:
            word = chance.choice(WORDS)[: chance.choice((2, 4))]
            result[at : at + len(word)] = word
        elif kind == 4:
            del result[int(len(result) * chance.random()) :]
        elif kind == 5:
            del result[at : at + chance.choice((1, 2, 8, 100))]
        elif kind == 6:
            result[at:at] = result[: chance.choice((1, 16, 300))]
        else:  # a number of a text header
            digits = [i for i in range(min(reach, len(result))) if 48 <= result[i] <= 57]
            if digits:
                begin = chance.choice(digits)
                end = begin
                while end < len(result) and (48 <= result[end] <= 57 or result[end] in b".eE+-"):
                    end += 1
                result[begin:end] = chance.choice(TEXTS)
    return bytes(result)


def _export(image: Path, folder: Path) -> list[str]:
    mask, out = folder.parent / "mask.nii", folder / "out" / "m.nii.gz"
    return ["export", "--image", str(image), "--mask", str(mask), "--name", "a", "--format", "nifti", "--out", str(out)]


@pytest.fixture(scope="module")
def place(tmp_path_factory, series):
    folder = tmp_path_factory.mktemp("fuzz")
    nib.save(nib.Nifti1Image((VALUES.T > 0).astype(np.uint8), np.eye(4)), folder / "mask.nii")
    shutil.copytree(next(iter(sorted(series[1].getbasetemp().glob("series*/ct")))), folder / "ct")
    return folder


def _run_all(kind: str, make, place: Path, runner) -> None:
    """``make(folder, chance)`` writes a damaged file and returns the command."""
    chance, wrong = random.Random(f"{kind} {SEED}"), []
    for number in range(COUNT):
        folder = place / f"{kind.replace(' ', '_').strip('.')}-{SEED}-{number}"
        folder.mkdir()
        answer = runner(make(folder, chance), folder)
        said = answer["stderr"]
        one_line = said.startswith("proseg-gui: ") and said.count("\n") == 1 and said.strip().isprintable()
        refused = answer["code"] == 2 and one_line and not (folder / "out").exists()
        good = refused or (answer["code"] == 0 and said == "")
        if not good or answer["seconds"] > SECONDS or answer["megabytes"] > MEGABYTES:
            wrong.append(f"{folder}: {answer}")
        else:
            shutil.rmtree(folder)
    assert not wrong, "\n".join([f"{len(wrong)} of {COUNT}", *wrong[:5]])


@pytest.mark.parametrize("kind", IMAGES + SLICES)
def test_images(kind, originals, place, runner):
    suffix, content = originals[kind]

    def make(folder, chance):
        path = folder / f"a{suffix}"
        path.write_bytes(damaged(content, chance))
        return _export(path, folder)

    _run_all(kind, make, place, runner)


@pytest.mark.parametrize("kind", DRAWINGS)
def test_drawings(kind, originals, place, runner):
    suffix, content = originals[kind]

    def make(folder, chance):
        path = folder / f"a{suffix}"
        path.write_bytes(damaged(content, chance))
        return ["import-contours", str(place / "ct"), str(path), "--out", str(folder / "out")]

    _run_all(kind, make, place, runner)


@pytest.mark.parametrize("kind", PAIRS)
def test_files_of_two_parts(kind, place, runner):
    good = place / f"good{kind}"
    good.mkdir()
    suffix = ".hdr" if kind == "analyze" else kind
    if kind == "analyze":
        nib.save(nib.AnalyzeImage(VALUES.T, np.eye(4)), good / "a.hdr")
    elif kind == ".hdr":
        nib.save(nib.Nifti1Pair(VALUES.T, np.eye(4)), good / "a.hdr")
    else:
        sitk.WriteImage(sitk.GetImageFromArray(VALUES), str(good / f"a{suffix}"))

    def make(folder, chance):
        for path in good.iterdir():
            hit = path.suffix == suffix or chance.random() < 0.1
            (folder / path.name).write_bytes(damaged(path.read_bytes(), chance) if hit else path.read_bytes())
        return _export(folder / f"a{suffix}", folder)

    _run_all(kind, make, place, runner)


@pytest.mark.parametrize("kind", OTHERS)
def test_containers_and_tables(kind, place, runner):
    good = place / f"good {kind}"
    good.mkdir()
    if kind == "zip":
        with zipfile.ZipFile(good / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted((place / "ct").iterdir()):
                archive.write(path, path.name)
    elif kind == "compressed .mha":
        sitk.WriteImage(sitk.GetImageFromArray(VALUES), str(good / "a.mha"), useCompression=True)
    elif kind == "raw .nrrd":
        sitk.WriteImage(sitk.GetImageFromArray(VALUES), str(good / "a.nrrd"))
    tables = {
        "split.json": b'{"train": ["one"], "val": [], "test": [], "resample": []}',
        "dataset.json": b'{"name": "x", "structures": ["s"], "channels": ["image"], "patients": {"one": "p1"}}',
    }

    def make(folder, chance):
        if kind not in tables:
            (path,) = good.iterdir()
            (folder / path.name).write_bytes(damaged(path.read_bytes(), chance))
            return _export(folder / path.name, folder)
        (folder / "one" / "masks" / "s").mkdir(parents=True)
        nib.save(nib.Nifti1Image(VALUES.T, np.eye(4)), folder / "one" / "image.nii")
        shutil.copyfile(place / "mask.nii", folder / "one" / "masks" / "s" / "r.nii")
        (folder / kind).write_bytes(damaged(tables[kind], chance))
        return _export(folder, folder)

    _run_all(kind, make, place, runner)
