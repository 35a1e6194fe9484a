"""Flipped and cut bytes, over every reader: a result or one UserError in one printable line, and nothing else."""

from __future__ import annotations

import contextlib
import gc
import json
import zipfile
from dataclasses import fields
from pathlib import Path

import gdcm
import nibabel as nib
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.fileset import FileSet
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

from proseg_gui.errors import UserError
from proseg_gui.io.base.provenance import Provenance
from proseg_gui.io.contours.label_map import read_label_map
from proseg_gui.io.contours.reading import is_drawing, readings_of
from proseg_gui.io.contours.rtstruct_write import Roi, write_rtstruct
from proseg_gui.io.contours.seg_write import Segment, write_seg
from proseg_gui.io.dicom.provenance import contributing_equipment
from proseg_gui.io.dicom.reading import scan_folder
from proseg_gui.io.dicom.write import write_series
from proseg_gui.io.images.nifti_write import origin_beside, write_nifti
from proseg_gui.io.images.reading import read_image
from proseg_gui.io.open import open_study
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

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


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
    nib.save(nib.Nifti2Image(VALUES.T, np.eye(4)), folder / "two.nii")
    files["NIfTI-2"] = (".nii", (folder / "two.nii").read_bytes())
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
    soft = np.random.default_rng(2).random(SHAPE).astype(np.float32)
    write_seg([Segment("a", soft)], volume, folder / "soft.dcm", "fractional")
    keep("fractional SEG", folder / "soft.dcm")
    ds = pydicom.dcmread(folder / "soft.dcm")
    ds.compress(RLELossless, generate_instance_uid=False)
    ds.save_as(folder / "packed.dcm", enforce_file_format=True)
    keep("compressed SEG", folder / "packed.dcm")
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


@pytest.mark.parametrize("kind", [".nii", ".nii.gz", "NIfTI-2", ".nrrd", ".mha", ".png", ".tif", ".jpg", ".bmp"])
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


@pytest.mark.parametrize("kind", ["RTSTRUCT", "SEG", "fractional SEG", "compressed SEG", "LIDC"])
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


@pytest.mark.parametrize("kind", ["RTSTRUCT", "SEG"])
@pytest.mark.parametrize("tag", [b"\x20\x00\x0d\x00", b"\x10\x00\x20\x00", b"\x20\x00\x52\x00"])
def test_tags_that_say_whose_contours_these_are_may_be_damaged(originals, series, tmp_path, kind, tag):
    """Study, patient and frame of reference with a value representation that does not exist."""
    suffix, content = originals[kind]
    whole = tmp_path / f"a{suffix}"
    for known in (b"UI", b"LO"):
        content = content.replace(tag + known, tag + b"UH")
    whole.write_bytes(content)
    with contextlib.suppress(UserError):
        readings_of(whole, series[0], notices=[])


@pytest.mark.parametrize("suffix", [".hdr", ".mhd", ".nhdr"])
@pytest.mark.parametrize("hit", ["header", "voxels"])
def test_damaged_files_of_two_parts(tmp_path, suffix, hit):
    """NIfTI and ANALYZE pairs, and headers that name the file of their voxels."""
    if suffix == ".hdr":
        nib.save(nib.Nifti1Pair(VALUES.T, np.diag([-1.0, -1.0, 2.5, 1.0])), tmp_path / "a.hdr")
    else:
        sitk.WriteImage(sitk.GetImageFromArray(VALUES), str(tmp_path / f"a{suffix}"))
    (other,) = [path for path in tmp_path.iterdir() if path.suffix != suffix]
    assert read_image(tmp_path / f"a{suffix}")[0].array.shape == SHAPE
    target = tmp_path / f"a{suffix}" if hit == "header" else other
    content = target.read_bytes()

    @EXAMPLES
    @given(DAMAGE)
    def check(damage):
        target.write_bytes(_damaged(content, damage))
        try:
            read_image(tmp_path / f"a{suffix}")
        except UserError as error:
            assert str(error).isprintable() and len(str(error)) < 1000

    check()


@pytest.mark.parametrize("suffix", [".nii.gz", ".seg.nrrd", ".mha"])
def test_damaged_label_maps(tmp_path, suffix):
    labels = (np.abs(VALUES) % 3).astype(np.uint8)
    image = sitk.GetImageFromArray(labels)
    image.SetOrigin([1.0, 2.0, 3.0])
    image.SetSpacing([1.0, 1.0, 2.5])
    for key, value in (("Name", "cord"), ("LabelValue", "2"), ("Layer", "0")):
        image.SetMetaData(f"Segment0_{key}", value)
    sitk.WriteImage(image, str(tmp_path / f"good{suffix}"), useCompression=suffix != ".mha")
    (tmp_path / "a.json").write_text('{"labels": {"1": "GTV", "2": "cord"}}')
    assert len(read_label_map(tmp_path / f"good{suffix}", GRID)) == 2
    content = (tmp_path / f"good{suffix}").read_bytes()

    def read(path):
        is_drawing(path)
        for mask in read_label_map(path, GRID):
            assert mask.name.isprintable() and "<" not in mask.name

    @EXAMPLES
    @given(DAMAGE)
    def check(damage):
        _survives(read, tmp_path / f"a{suffix}", _damaged(content, damage))

    check()


def test_damaged_pet(tmp_path, dicom_series, along_z):
    injection = pydicom.Dataset()
    injection.RadionuclideTotalDose, injection.RadionuclideHalfLife = 3.0e8, 6586.2
    injection.RadiopharmaceuticalStartTime = "090000"
    (path,) = dicom_series(
        tmp_path / "pet", VALUES[:1], along_z(1), Modality="PT", SOPClassUID="1.2.840.10008.5.1.4.1.1.128",
        Units="BQML", CorrectedImage=["ATTN", "DECY"], DecayCorrection="START", SeriesDate="20200102",
        SeriesTime="100000", PatientWeight="70", RadiopharmaceuticalInformationSequence=[injection],
    )  # fmt: skip
    content = path.read_bytes()
    assert open_study(path).image.unit == "SUVbw"

    @EXAMPLES
    @given(DAMAGE)
    def check(damage):
        _survives(open_study, tmp_path / "a.dcm", _damaged(content, damage))

    check()


def test_damaged_zip_files(originals, tmp_path):
    with zipfile.ZipFile(tmp_path / "good.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b/1.dcm", originals["DICOM"][1])
        archive.writestr("a/notes.txt", "x" * 100)
    assert open_study(tmp_path / "good.zip").image.array.shape == (1, 36, 40)
    content = (tmp_path / "good.zip").read_bytes()

    @EXAMPLES
    @given(DAMAGE)
    def check(damage):
        _survives(open_study, tmp_path / "a.zip", _damaged(content, damage))

    check()
    gc.collect()


def test_a_damaged_dicomdir_never_hides_its_files(originals, tmp_path):
    (tmp_path / "1.dcm").write_bytes(originals["DICOM"][1])
    files = FileSet()
    files.add(tmp_path / "1.dcm")
    files.write(tmp_path / "cd")
    content = (tmp_path / "cd" / "DICOMDIR").read_bytes()

    @EXAMPLES
    @given(DAMAGE)
    def check(damage):
        (tmp_path / "cd" / "DICOMDIR").write_bytes(_damaged(content, damage))
        listed = scan_folder(tmp_path / "cd" / "DICOMDIR")
        assert len(listed.series) == 1 and listed.series[0].problem is None
        assert listed.skipped_text.isprintable()

    check()


def test_adding_to_a_damaged_structure_set_keeps_what_lies_there(originals, series, tmp_path):
    volume, _ = series
    content = originals["RTSTRUCT"][1]
    (tmp_path / "out.dcm").write_bytes(b"mine")
    roi = Roi("new", Mask(np.ones(SHAPE, bool), GRID))

    @settings(EXAMPLES, max_examples=12)
    @given(DAMAGE)
    def check(damage):
        hurt = tmp_path / "hurt.dcm"
        hurt.write_bytes(_damaged(content, damage))
        before = hurt.read_bytes()
        try:
            write_rtstruct([roi], volume, tmp_path / "out.dcm", append_to=hurt, overwrite=True)
        except UserError as error:
            assert str(error).isprintable() and (tmp_path / "out.dcm").read_bytes() == b"mine"
        else:
            (tmp_path / "out.dcm").write_bytes(b"mine")
        assert hurt.read_bytes() == before and len(list(tmp_path.iterdir())) == 2

    check()


@EXAMPLES
@given(JSON)
def test_a_side_car_of_any_content_is_no_condition(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("side")
    nib.save(nib.Nifti1Image((np.abs(VALUES.T) % 3).astype(np.uint8), GRID.ras_affine()), folder / "a.nii")
    (folder / "a.json").write_text(json.dumps({"labels": content}))
    assert len(read_label_map(folder / "a.nii", GRID)) == 2


@EXAMPLES
@given(JSON, st.sampled_from([item.name for item in fields(Provenance)]))
def test_a_record_of_any_content_is_no_condition(tmp_path_factory, content, name):
    """What a side-car says of where its mask came from is passed on by an export, or counts as unknown."""
    folder = tmp_path_factory.mktemp("record")
    mask = Mask(VALUES > 1000, GRID)
    write_nifti(mask, GRID, folder / "a.nii", provenance=Provenance("m", latents={"tau": [0.5]}))
    side_car = json.loads((folder / "a.json").read_text())
    for changed in (
        {**side_car, "provenance": {**side_car["provenance"], name: content}},
        {**side_car, "provenance": content},
        content,
    ):
        (folder / "a.json").write_text(json.dumps(changed))
        origin = origin_beside(folder / "a.nii", mask)
        if origin is not None:
            write_nifti(mask, GRID, folder / "b.nii", provenance=origin, overwrite=True)
            assert contributing_equipment(origin, [("a", origin)]) and origin_beside(folder / "b.nii", mask) == origin


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
