"""Which voxels of a mask file are drawn: pictures in all their colours, NaN, scaled and half values."""

from __future__ import annotations

import struct
import zlib

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from proseg_gui.errors import UserError
from proseg_gui.io.contours.label_map import looks_like_label_map, read_label_map
from proseg_gui.io.images.masks import read_mask
from proseg_gui.io.images.reading import read_image
from proseg_gui.volume import Geometry

SHAPE = (9, 14)
Y, X = np.indices(SHAPE)
DRAWN = ((Y > 1) & (Y < 6) & (X > 2 + Y) & (X < 11)) | ((Y == 7) & (X > 10))
GRID = Geometry.plain((1, *SHAPE))
FULL = (DRAWN * 255).astype(np.uint8)


def _palette(numbers, *colours, transparent=None):
    image = Image.fromarray(numbers.astype(np.uint8), "P")
    image.putpalette([part for colour in colours for part in colour] + [0] * (768 - 3 * len(colours)))
    if transparent is not None:
        image.info["transparency"] = transparent
    return image


def _stacked(*channels):
    return Image.fromarray(np.stack([np.broadcast_to(c, SHAPE).astype(np.uint8) for c in channels], -1))


BLACK, WHITE, RED = (0, 0, 0), (255, 255, 255), (128, 0, 0)
PICTURES = {
    "g255.png": Image.fromarray(FULL),
    "g1.png": Image.fromarray(DRAWN.astype(np.uint8)),
    "bit.png": Image.fromarray(DRAWN),
    "g16.png": Image.fromarray(DRAWN.astype(np.uint16) * 65535),
    "voc.png": _palette(DRAWN, BLACK, RED),
    "grey palette.png": _palette(DRAWN, BLACK, BLACK),  # entries that look alike are still two
    "white first.png": _palette(~DRAWN, WHITE, BLACK),
    "clear.png": _palette(DRAWN * 3, WHITE, BLACK, RED, RED, transparent=0),
    "white on clear.png": _stacked(FULL, FULL, FULL, FULL),
    "black on clear.png": _stacked(0, 0, 0, FULL),
    "white everywhere.png": _stacked(255, 255, 255, FULL),
    "opaque.png": _stacked(FULL, FULL, FULL, 255),
    "red.png": _stacked(FULL, 0, 0),
    "blue.bmp": _stacked(0, 0, FULL),
    "la.png": Image.fromarray(np.stack([FULL, np.full_like(FULL, 255)], -1), "LA"),
    "l on clear.png": Image.fromarray(np.stack([np.zeros_like(FULL), FULL], -1), "LA"),
    "grey.tif": Image.fromarray(FULL),
    "bit.tif": Image.fromarray(DRAWN),
    "palette.tif": _palette(DRAWN, BLACK, RED),
    "rgb.tif": _stacked(FULL, FULL, 0),
}


@pytest.mark.parametrize("name", list(PICTURES))
def test_whatever_colours_say_it_the_mask_is_the_same(name, tmp_path):
    PICTURES[name].save(tmp_path / name)
    mask = read_mask(tmp_path / name, GRID)
    assert np.array_equal(mask.array[0], DRAWN)
    assert looks_like_label_map(tmp_path / name)


@pytest.mark.parametrize(("bits", "kind"), [(1, None), (8, np.uint8), (16, np.uint16)])
def test_white_is_zero_in_tiff_is_turned_for_every_depth(bits, kind, tmp_path):
    if kind is None:
        data = np.packbits(~DRAWN, axis=1).tobytes()
    else:
        data = np.where(DRAWN, 0, np.iinfo(kind).max).astype(f"<u{bits // 8}").tobytes()
    tags = [(256, 4, 14), (257, 4, 9), (258, 3, bits), (259, 3, 1), (262, 3, 0), (273, 4, 8 + 2 + 9 * 12 + 4)]
    tags += [(277, 3, 1), (278, 4, 9), (279, 4, len(data))]
    entries = b"".join(struct.pack("<HHII", tag, kind_of, 1, value) for tag, kind_of, value in tags)
    content = b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + struct.pack("<I", 0) + data
    (tmp_path / "w.tif").write_bytes(content)
    assert np.array_equal(read_mask(tmp_path / "w.tif", GRID).array[0], DRAWN)
    image = read_image(tmp_path / "w.tif")[0].array[0]  # and bright is high where it is looked at
    assert image[DRAWN].min() == (255 if bits < 16 else 65535) and image[~DRAWN].max() == 0


@pytest.mark.parametrize(("colour", "channels"), [(2, 3), (4, 2), (6, 4)])
def test_sixteen_bits_of_colour_are_not_cut_to_eight(colour, channels, tmp_path):
    pixels = np.zeros((*SHAPE, channels), ">u2")
    pixels[DRAWN, 0] = 3  # its high byte is 0
    if channels in (2, 4):
        pixels[..., -1] = 65535
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", SHAPE[1], SHAPE[0], 16, colour, 0, 0, 0)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    (tmp_path / "deep.png").write_bytes(b"\x89PNG\r\n\x1a\n" + content)
    assert np.array_equal(read_mask(tmp_path / "deep.png", GRID).array[0], DRAWN)
    if channels == 2:
        assert np.array_equal(read_image(tmp_path / "deep.png")[0].array[0], DRAWN * 3)


def test_a_grey_picture_with_alpha_opens_as_an_image(tmp_path):
    grey = (Y * 14 + X).astype(np.uint8)
    Image.fromarray(np.stack([grey, np.full_like(grey, 255)], -1), "LA").save(tmp_path / "la.png")
    assert np.array_equal(read_image(tmp_path / "la.png")[0].array[0], grey)


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (_stacked(np.where(DRAWN, 255, 10), 20, 30), "none is black or transparent"),
        (_stacked(FULL, FULL * (X < 7), 0), "several colours"),
        (_stacked(255, 0, 0, np.where(X == 5, 100, FULL)), "half transparent"),
        (_palette(DRAWN * (1 + (X > 6)), BLACK, RED, WHITE), r"several labels \(1, 2\)"),
        (Image.fromarray(np.stack([Y * 20, X * 15, Y * X], -1).astype(np.uint8)), "several colours|colour picture"),
    ],
)
def test_pictures_that_are_no_mask_say_why(picture, said, tmp_path):
    picture.save(tmp_path / "p.png")
    with pytest.raises(UserError, match=said):
        read_mask(tmp_path / "p.png", GRID)


def test_jpeg_is_blamed_for_what_it_does(tmp_path):
    Image.fromarray(FULL).save(tmp_path / "m.jpg", quality=60)
    with pytest.raises(UserError, match="JPEG changes values"):
        read_mask(tmp_path / "m.jpg", GRID)


def test_palette_entries_are_labels(tmp_path):
    numbers = np.where(DRAWN, 1 + (X > 6) * 4, 0)
    _palette(numbers, BLACK, RED, WHITE, WHITE, WHITE, RED).save(tmp_path / "p.png")
    masks = read_label_map(tmp_path / "p.png", GRID)
    assert [mask.name for mask in masks] == ["label 1", "label 5"]
    assert np.array_equal(masks[1].array[0], numbers == 5)


# -- volumes ---------------------------------------------------------------------------------------------------------
VOLUME = np.stack([DRAWN, DRAWN[::-1], np.zeros_like(DRAWN)])
CUBE = Geometry.plain(VOLUME.shape)


def _nifti(path, values, slope=None, inter=0.0):
    image = nib.Nifti1Image(np.ascontiguousarray(values.T), CUBE.ras_affine())
    nib.save(image, path)
    if slope is not None:  # what a tool writes that copies another image's header
        content = bytearray(path.read_bytes())
        struct.pack_into("<ff", content, 112, slope, inter)
        path.write_bytes(content)
    return path


def _read(path):
    notices: list[str] = []
    return read_mask(path, CUBE, notices=notices).array, notices


def test_nan_is_background_only_where_something_else_is_drawn(tmp_path):
    path = tmp_path / "m.nii"
    array, notices = _read(_nifti(path, np.where(VOLUME, 1, np.nan).astype(np.float32)))
    assert np.array_equal(array, VOLUME) and notices == [
        f"m.nii: {(~VOLUME).sum()} voxels are NaN and count as not drawn."
    ]
    for values, said in (
        (np.where(VOLUME, np.nan, 0), "0 and NaN"),
        (np.full(VOLUME.shape, np.nan), "every voxel is NaN"),
    ):
        with pytest.raises(UserError, match=said):
            _read(_nifti(path, values.astype(np.float32)))
    with pytest.raises(UserError, match="not whole numbers"):
        _read(_nifti(path, np.where(VOLUME, np.inf, 0).astype(np.float32)))


@pytest.mark.parametrize("value", [0.5, 1e-4, -0.25, 3.7])
def test_two_values_are_a_mask_whatever_the_other_one_is(value, tmp_path):
    array, notices = _read(_nifti(tmp_path / "m.nii", (VOLUME * value).astype(np.float32)))
    assert np.array_equal(array, VOLUME) and "only; what is not 0 was taken as drawn" in notices[0]


def test_small_values_are_never_an_empty_mask_in_silence(tmp_path):
    with pytest.raises(UserError, match="not whole numbers"):
        _read(_nifti(tmp_path / "m.nii", (VOLUME * np.where(X > 6, 1e-4, 2e-4)).astype(np.float32)))


@pytest.mark.parametrize(("slope", "inter"), [(0.5, 0), (1, -1024), (1 / 255, 0), (2, 7)])
def test_a_scaled_mask_is_exact(slope, inter, tmp_path):
    stored = VOLUME.astype(np.uint8) * (255 if slope < 0.1 else 1)
    array, notices = _read(_nifti(tmp_path / "m.nii", stored, slope, inter))
    assert np.array_equal(array, VOLUME)
    assert bool(notices) == (slope in (0.5, 2) or inter != 0)


@pytest.mark.parametrize(("slope", "inter"), [(0.25, 0), (0.3, 0.1)])
def test_scaled_labels_are_the_numbers_stored(slope, inter, tmp_path):
    labels = VOLUME * (1 + (X > 6) * 2034)
    notices: list[str] = []
    masks = read_label_map(_nifti(tmp_path / "m.nii", labels.astype(np.uint16), slope, inter), CUBE, notices=notices)
    assert [mask.name for mask in masks] == ["label 1", "label 2035"] and "scales its values" in notices[0]
    assert np.array_equal(masks[1].array, labels == 2035)


@pytest.mark.parametrize("kind", [np.uint16, np.int32, np.float32, np.int64])
def test_many_and_large_labels_are_exact_and_told_from_a_scan(kind, tmp_path):
    shape = (4, 40, 42)
    z, y, x = np.indices(shape)
    labels = (1 + y // 4 * 10 + x // 5 + 101 * z) * ((y % 4 > 0) | (x % 5 > 2)) + 1700 * (z == 3)  # touching organs
    nib.save(nib.Nifti1Image(labels.T.astype(kind), np.eye(4), dtype=kind), tmp_path / "l.nii.gz")
    grid = read_image(tmp_path / "l.nii.gz")[0].geometry
    masks = read_label_map(tmp_path / "l.nii.gz", grid)
    values = [value for value in np.unique(labels) if value]
    assert len(masks) == len(values) > 300 and max(values) > 2035
    assert all(np.array_equal(mask.array, labels == value) for mask, value in zip(masks, values, strict=True))
    assert looks_like_label_map(tmp_path / "l.nii.gz")
    rng = np.random.default_rng(0)
    scan = np.clip(60 + 40 * np.sin(x / 7) + 30 * np.cos(y / 9) + rng.normal(0, 3, shape), 0, 255) * (x > 10)
    nib.save(nib.Nifti1Image(scan.T.astype(np.uint8), np.eye(4)), tmp_path / "scan.nii.gz")
    assert not looks_like_label_map(tmp_path / "scan.nii.gz")
    with pytest.raises(UserError, match="as in a scan"):
        read_label_map(tmp_path / "scan.nii.gz", grid)


def test_more_masks_than_the_memory_holds_are_refused_first(tmp_path, monkeypatch):
    _nifti(tmp_path / "l.nii", (VOLUME * (1 + X)).astype(np.uint8))
    monkeypatch.setattr("psutil.virtual_memory", lambda: type("Free", (), {"available": 5000})())
    with pytest.raises(UserError, match=r"the label map's masks needs .* GB of memory"):
        read_label_map(tmp_path / "l.nii", CUBE)
