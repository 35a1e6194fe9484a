"""Flipped and cut bytes, over every reader: a result or one UserError in one printable line, and nothing else."""

from __future__ import annotations

from pathlib import Path

import gdcm
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

from proseg_gui.errors import UserError
from proseg_gui.io.contours_in import readings_of
from proseg_gui.io.dicom import scan_folder
from proseg_gui.io.dicom_seg import Segment, write_seg
from proseg_gui.io.dicom_write import write_series
from proseg_gui.io.images import read_image
from proseg_gui.io.open import open_study
from proseg_gui.io.rtstruct import Roi, write_rtstruct
from proseg_gui.volume import Geometry, Mask, Volume

EXAMPLES = settings(
    max_examples=25, derandomize=True, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
SHAPE = (3, 36, 40)
GRID = Geometry(SHAPE, [1.0, 2.0, 3.0], (2.5, 1.0, 1.0), np.eye(3))
VALUES = np.random.default_rng(1).integers(-1000, 3000, SHAPE).astype(np.int16)
WRITTEN = Volume(VALUES, GRID, modality="CT")
DAMAGE = st.tuples(
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6),
    st.one_of(st.just(1.0), st.just(1.0), st.floats(0, 1)),
    st.booleans(),
)
"""Flips as (place, byte), what share of the file is left, and whether flips hit the header (its first 1 kB) only."""


def _damaged(content: bytes, damage: tuple[list[tuple[float, int]], float, bool]) -> bytes:
    flips, left, early = damage
    result = bytearray(content)
    reach = min(1024, len(result)) if early else len(result)
    for place, value in flips:
        result[int(place * reach)] ^= value
    return bytes(result[: int(left * len(result))])


def _survives(read, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        read(path)
    except UserError as error:
        assert str(error).isprintable() and len(str(error)) < 1000


@pytest.fixture(scope="module")
def series(tmp_path_factory):
    return write_series(WRITTEN, tmp_path_factory.mktemp("series") / "ct"), tmp_path_factory


@pytest.fixture(scope="module")
def originals(series):
    """One good file of each kind: ``{name: (suffix, content)}``."""
    volume, factory = series
    folder = factory.mktemp("originals")
    files: dict[str, tuple[str, bytes]] = {}

    def keep(name: str, path: Path) -> None:
        files[name] = ("".join(path.suffixes), path.read_bytes())

    image = sitk.GetImageFromArray(VALUES)
    for suffix in (".nii", ".nii.gz", ".nrrd", ".mha"):
        sitk.WriteImage(image, str(folder / f"a{suffix}"), useCompression=suffix in (".nrrd",))
        keep(suffix, folder / f"a{suffix}")
    flat = sitk.GetImageFromArray((VALUES[0] % 251).astype(np.uint8))
    for suffix in (".png", ".tif", ".jpg", ".bmp"):
        sitk.WriteImage(flat, str(folder / f"a{suffix}"))
        keep(suffix, folder / f"a{suffix}")
    first = sorted((factory.getbasetemp()).glob("series*/ct/*"))[0]
    keep("DICOM", first)
    for name, syntax in (("JPEG-LS", JPEGLSLossless), ("JPEG 2000", JPEG2000Lossless), ("RLE", RLELossless)):
        ds = pydicom.dcmread(first)
        ds.compress(syntax, generate_instance_uid=False)
        ds.save_as(folder / "c.dcm", enforce_file_format=True)
        keep(name, folder / "c.dcm")
    reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
    reader.SetFileName(str(first))
    assert reader.Read()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGLosslessProcess14_1))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer.SetFileName(str(folder / "l.dcm"))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    keep("JPEG lossless", folder / "l.dcm")
    drawn = np.zeros(SHAPE, bool)
    drawn[1:, 5:20, 6:30] = True
    drawn[1, 9:12, 10:14] = False
    mask = Mask(drawn, GRID)
    write_rtstruct([Roi("a", mask), Roi("b", Mask(~drawn, GRID))], volume, folder / "rt.dcm")
    keep("RTSTRUCT", folder / "rt.dcm")
    write_seg([Segment("a", mask)], volume, folder / "seg.dcm")
    keep("SEG", folder / "seg.dcm")
    ring = "".join(
        f"<edgeMap><xCoord>{x}</xCoord><yCoord>{y}</yCoord></edgeMap>" for x, y in ((2, 2), (9, 2), (9, 8), (2, 8))
    )
    uid = volume.dicom.sop_instance_uids[1]
    roi = f"<roi><imageSOP_UID>{uid}</imageSOP_UID><inclusion>TRUE</inclusion>{ring}</roi>"
    (folder / "l.xml").write_text(
        f"<LidcReadMessage><readingSession><unblindedReadNodule>{roi}</unblindedReadNodule></readingSession>"
        "</LidcReadMessage>"
    )
    keep("LIDC", folder / "l.xml")
    return files


@pytest.mark.parametrize("kind", [".nii", ".nii.gz", ".nrrd", ".mha", ".png", ".tif", ".jpg", ".bmp"])
def test_damaged_image_files(originals, tmp_path, kind):
    suffix, content = originals[kind]
    read_image_of(tmp_path / f"good{suffix}", content)

    @EXAMPLES
    @given(DAMAGE)
    def check(damage):
        _survives(read_image, tmp_path / f"a{suffix}", _damaged(content, damage))

    check()


def read_image_of(path: Path, content: bytes) -> None:
    """What is damaged later can be read now, so a refusal is about the damage."""
    path.write_bytes(content)
    read_image(path)


@pytest.mark.parametrize("kind", ["DICOM", "JPEG-LS", "JPEG 2000", "JPEG lossless", "RLE"])
def test_damaged_dicom_images(originals, tmp_path, kind):
    suffix, content = originals[kind]
    (tmp_path / f"good{suffix}").write_bytes(content)
    assert open_study(tmp_path / f"good{suffix}").image.array.shape == (1, 36, 40)

    @settings(EXAMPLES, max_examples=6 if kind == "JPEG lossless" else 25)  # whose decoder is a process to start
    @given(DAMAGE)
    def check(damage):
        _survives(open_study, tmp_path / f"a{suffix}", _damaged(content, damage))

    check()


def test_damaged_enhanced_images(enhanced_file, along_z, tmp_path):
    content = enhanced_file(tmp_path / "good.dcm", VALUES, along_z(3)).read_bytes()
    assert open_study(tmp_path / "good.dcm").image.array.shape == SHAPE

    @EXAMPLES
    @given(DAMAGE)
    def check(damage):
        _survives(open_study, tmp_path / "a.dcm", _damaged(content, damage))

    check()


@pytest.mark.parametrize("kind", ["RTSTRUCT", "SEG", "LIDC"])
def test_damaged_contours(originals, series, tmp_path, kind):
    volume, _ = series
    suffix, content = originals[kind]
    (tmp_path / f"good{suffix}").write_bytes(content)
    assert readings_of(tmp_path / f"good{suffix}", volume, notices=[])

    def read(path):
        notices: list[str] = []
        for reading in readings_of(path, volume, notices=notices):
            assert reading.structure.isprintable() and "<" not in reading.structure
        assert all(text.isprintable() for text in notices)

    @EXAMPLES
    @given(DAMAGE)
    def check(damage):
        _survives(read, tmp_path / f"a{suffix}", _damaged(content, damage))

    check()


def test_a_damaged_slice_never_stops_the_scan_of_its_folder(originals, tmp_path):
    _, content = originals["DICOM"]
    (tmp_path / "good.dcm").write_bytes(content)

    @EXAMPLES
    @given(DAMAGE)
    def check(damage):
        (tmp_path / "bad.dcm").write_bytes(_damaged(content, damage))
        listed = scan_folder(tmp_path)
        assert listed.series
        assert all(info.label.isprintable() for info in listed.series)

    check()


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, 1e30])
def test_a_nifti_whose_affine_is_no_place(tmp_path, value):
    import nibabel as nib

    image = nib.Nifti1Image(VALUES.T, np.diag([-1.0, -1.0, 2.5, 1.0]))
    nib.save(image, tmp_path / "a.nii")
    content = bytearray((tmp_path / "a.nii").read_bytes())
    content[280:284] = np.array([value], "<f4").tobytes()  # srow_x[0]
    content[256:260] = np.array([value], "<f4").tobytes()  # quatern_b
    content[252:254] = (0).to_bytes(2, "little")
    (tmp_path / "a.nii").write_bytes(content)
    if value == 1e30:
        _survives(read_image, tmp_path / "b.nii", bytes(content))
        return
    with pytest.raises(UserError, match="position matrix is not valid"):
        read_image(tmp_path / "a.nii")
