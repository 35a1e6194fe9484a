"""The pixels of a DICOM series: from its files into one array, in parallel, without trusting what a header claims."""

from __future__ import annotations

import struct
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import numpy as np
import psutil
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import get_frame
from pydicom.pixels import get_decoder
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from proseg_gui.errors import UserError
from proseg_gui.io.base.quiet import heard_output
from proseg_gui.io.dicom.codec_worker import CodecWorker
from proseg_gui.io.dicom.headers import DAMAGE, JPEG_SYNTAXES, LOSSY_JPEG, Header, raw_pixels, read_whole
from proseg_gui.jobs import CancelToken, Progress

_STRAIGHT = (ImplicitVRLittleEndian, ExplicitVRLittleEndian)
_READ_THREADS = 4
"""Reading waits for the disk more than for a core, so this is not tied to the number of cores."""
_MOST_PIXELS = 1 << 26
"""Pixels of one slice, 8192 x 8192; no scanner makes larger ones, and a damaged header claims up to 2^32."""
_GIGABYTE = 1 << 30
_REMEDY = "Export the series again from its source"


class TooWideError(Exception):
    """A slice's values do not fit into int16; never leaves this package."""


def check_claims(headers: Sequence[Header], shape: tuple[int, int, int]) -> None:
    """Refuse a series whose headers promise pixels that its files cannot hold, or more than the memory there is.

    Raises
    ------
    UserError
        Before anything of that size is asked for.
    """
    first, pixels = headers[0], shape[1] * shape[2]
    if pixels > _MOST_PIXELS:
        raise UserError(
            f"its header claims {shape[2]} x {shape[1]} pixels a slice, which no scan has",
            path=first.path,
            remedy=_REMEDY,
        )
    needed = 6 * pixels * shape[0]  # int16, and float32 beside it in the worst case
    free = int(psutil.virtual_memory().available)
    if needed > free:
        raise UserError(
            f"its headers claim {shape[2]} x {shape[1]} x {shape[0]} voxels, which need {needed / _GIGABYTE:.1f} GB of "
            f"memory where {free / _GIGABYTE:.1f} GB are free",
            path=first.path,
            remedy="Close other programs, or check whether the file is damaged",
        )
    for header in headers:
        if header.transfer_syntax in _STRAIGHT and header.is_first:
            rows, columns = header.picture
            promised = rows * columns * int(header.number("BitsAllocated")) // 8 * header.frame_count
            before = header.path.stat().st_size if header.pixels is None else header.pixels.values_at
            got = max(0, header.path.stat().st_size - before)
            if got < promised:
                raise UserError(
                    f"the pixels are cut short ({got} of {promised} bytes)", path=header.path, remedy="Copy it again"
                )


def read_pixels(
    headers: Sequence[Header],
    shape: tuple[int, int, int],
    kind: type[np.int16] | type[np.float32],
    *,
    invert: bool,
    progress: Progress,
    token: CancelToken | None,
) -> np.ndarray:
    """All slices' rescaled values in one ``(z, y, x)`` array of type ``kind``.

    ``invert`` turns bright and dark of the slices that count dark as high (MONOCHROME1).

    Raises
    ------
    TooWideError
        If they do not fit into int16 exactly.
    """
    array = np.empty(shape, kind)
    if not any(header.transfer_syntax.is_encapsulated for header in headers):
        _read_all(headers, array, invert, progress, token)
        return array
    with heard_output((2,)):  # what the codecs print about damaged streams
        _read_all(headers, array, invert, progress, token)
    return array


def _read_all(
    headers: Sequence[Header], array: np.ndarray, invert: bool, progress: Progress, token: CancelToken | None
) -> None:
    source = _Decoder()
    pool = ThreadPoolExecutor(_READ_THREADS, thread_name_prefix="dicom")
    try:
        jobs = [pool.submit(_read_slice, item, array[k], invert, source, token) for k, item in enumerate(headers)]
        for done, job in enumerate(as_completed(jobs), 1):
            job.result()
            if token is not None:
                token.check()
            progress(done / len(jobs), f"reading slice {done} of {len(jobs)}")
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        source.close()


def _read_slice(header: Header, out: np.ndarray, invert: bool, source: _Decoder, token: CancelToken | None) -> None:
    """One slice's rescaled values into ``out`` (y, x)."""
    if token is not None:
        token.check()
    stored = _stored(header, out.shape, source)
    if invert and header.text("PhotometricInterpretation") == "MONOCHROME1":
        bits, signed = int(header.number("BitsStored")), header.number("PixelRepresentation") == 1
        low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
        stored = (low + high) - stored.astype(np.int64)
    slope, intercept = header.number("RescaleSlope", 1.0), header.number("RescaleIntercept", 0.0)
    if slope == 0:  # would wipe every value out
        raise header.malformed("RescaleSlope")
    if out.dtype == np.float32:
        out[:] = stored.astype(np.float64) * slope + intercept
        return
    if slope != 1.0 or intercept != np.rint(intercept):
        raise TooWideError
    low, high = int(stored.min()) + int(intercept), int(stored.max()) + int(intercept)
    limits = np.iinfo(np.int16)
    if low < limits.min or high > limits.max:
        raise TooWideError
    if intercept:
        np.add(stored, int(intercept), out=out, dtype=np.int32, casting="unsafe")
    else:
        out[:] = stored


def _stored(header: Header, shape: tuple[int, ...], source: _Decoder) -> np.ndarray:
    """Stored values ``(y, x)``: only the BitsStored bits, sign extended where they are signed."""
    allocated, stored_bits = int(header.number("BitsAllocated")), int(header.number("BitsStored"))
    signed = header.number("PixelRepresentation") == 1
    if not 0 < stored_bits <= allocated:
        raise header.malformed("BitsStored")
    shift = 0
    if header.transfer_syntax in _STRAIGHT:
        values = _straight(header, shape, np.dtype(f"<{'i' if signed else 'u'}{allocated // 8}"))
        shift = int(header.number("HighBit", stored_bits - 1)) + 1 - stored_bits
    else:  # decoders leave the bits above the stored ones as the file has them, JPEG-LS without the sign
        values = source.frame(header, header.picture if header.tile else shape)
        if header.tile is not None:
            values = values[header.tile.top :, header.tile.left :][: shape[0], : shape[1]]
    low, high = (-(1 << (stored_bits - 1)), (1 << (stored_bits - 1)) - 1) if signed else (0, (1 << stored_bits) - 1)
    right_kind = stored_bits == allocated and (values.dtype.kind == "i") == signed
    if right_kind or (shift == 0 and values.min() >= low and values.max() <= high):
        return values
    bits = (values.astype(np.int64) >> max(shift, 0)) & ((1 << stored_bits) - 1)
    sign = 1 << (stored_bits - 1)
    return (bits ^ sign) - sign if signed else bits


def _straight(header: Header, shape: tuple[int, ...], kind: np.dtype) -> np.ndarray:
    """Uncompressed values ``(y, x)``; of a mosaic only the rows of the tile are read."""
    if header.tile is None:
        return np.frombuffer(raw_pixels(header, shape[0] * shape[1] * kind.itemsize), kind).reshape(shape)
    rows, columns = header.picture
    line = columns * kind.itemsize
    data = raw_pixels(header, rows * line, header.tile.top * line, shape[0] * line)
    return np.frombuffer(data, kind).reshape(shape[0], columns)[:, header.tile.left :][:, : shape[1]]


class _Decoder:
    """Decodes compressed, deflated and big-endian files by pydicom's codecs; a multi-frame file is opened once."""

    def __init__(self) -> None:
        self._lock, self._tiles_lock = threading.Lock(), threading.Lock()
        self._open: dict[Path, Dataset] = {}
        self._idle: list[CodecWorker] = []
        self._pictures: dict[Path, np.ndarray] = {}

    def frame(self, header: Header, shape: tuple[int, ...]) -> np.ndarray:
        """One frame's stored values ``(y, x)``, or a UserError that names the file; a mosaic is kept for its tiles."""
        if header.tile is None:
            return self._decoded(header, shape)
        with self._tiles_lock:
            if header.path not in self._pictures:
                self._pictures = {header.path: self._decoded(header, shape)}
            return self._pictures[header.path]

    def _decoded(self, header: Header, shape: tuple[int, ...]) -> np.ndarray:
        syntax = header.transfer_syntax
        try:
            ds = self._dataset(header)
            if (ds.Rows, ds.Columns) != shape:
                raise header.malformed("Rows")
            if syntax.is_encapsulated:
                coded = get_frame(ds.PixelData, header.frame or 0, number_of_frames=header.frame_count)
                size = coded_size(coded)
                if size is not None and size != shape:
                    raise UserError(
                        f"its compressed pixels are {size[1]} x {size[0]}, its header says {shape[1]} x {shape[0]}",
                        path=header.path,
                        remedy=_REMEDY,
                    )
            if syntax in JPEG_SYNTAXES:
                values = self._by_worker(header, coded, shape)
            else:
                values, _ = get_decoder(syntax).as_array(ds, index=header.frame or 0, raw=True)
        except (*DAMAGE, RuntimeError, MemoryError) as error:
            raise UserError(
                "its pixels cannot be decoded; they may be cut short",
                path=header.path,
                remedy="Copy or export it again",
            ) from error
        if values.shape != shape:
            raise UserError(f"it decodes to {values.shape} pixels, its header says {shape}", path=header.path)
        return values

    def _by_worker(self, header: Header, coded: bytes, shape: tuple[int, int]) -> np.ndarray:
        """Decode in another process: one for each thread that asks at the same time, kept for the next frame."""
        bits, stored = coded_bits(coded), int(header.number("BitsStored"))
        if bits is None or not 2 <= bits <= 16:
            raise ValueError("no JPEG stream")
        lossy = header.transfer_syntax in LOSSY_JPEG
        if bits > header.number("BitsAllocated") or (lossy and stored <= 8 < bits):
            raise UserError(
                f"its compressed pixels have {bits} bits, its header says {stored}", path=header.path, remedy=_REMEDY
            )
        with self._lock:
            worker = self._idle.pop() if self._idle else None
        if worker is None:
            worker = CodecWorker()
        try:
            values = worker.decode(coded, shape, bits, str(header.transfer_syntax))
        except BaseException:
            worker.close()
            raise
        with self._lock:
            self._idle.append(worker)
        if lossy and stored < bits and header.number("PixelRepresentation") == 0:
            return np.minimum(values, (1 << stored) - 1)  # what the loss adds beyond the header's bits is no high bit
        return values

    def close(self) -> None:
        """End the decoding processes."""
        for worker in self._idle:
            worker.close()

    def _dataset(self, header: Header) -> Dataset:
        if header.frame is None:
            return self._read(header)
        with self._lock:
            if header.path not in self._open:
                ds = self._read(header)
                for tag in ds.keys():  # noqa: SIM118 - threads share it, so nothing may be left to parse on demand
                    if tag.group in (0x0028, 0x7FE0):
                        _ = ds[tag].value
                self._open[header.path] = ds
            return self._open[header.path]

    @staticmethod
    def _read(header: Header) -> Dataset:
        ds = read_whole(header.path)
        ds.file_meta = getattr(ds, "file_meta", None) or FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = header.transfer_syntax
        return ds


def coded_size(coded: bytes) -> tuple[int, int] | None:
    """``(rows, columns)`` that a JPEG, JPEG-LS or JPEG 2000 stream itself claims; ``None`` where it does not say.

    Decoders ask for memory by the stream's own claim, so it is compared with the header's first. JPEG: the frame
    header after an SOF marker (ISO 10918-1 B.2.2; F7 for JPEG-LS); JPEG 2000: the SIZ marker (ISO 15444-1 A.5.1).
    """
    start = coded[:512].find(b"\xff\x4f\xff\x51")
    if start >= 0 and len(coded) >= start + 24:
        right, bottom, left, top = struct.unpack_from(">4I", coded, start + 8)
        return bottom - top, right - left
    at = _frame_header(coded)
    if at is None:
        return None
    rows, columns = struct.unpack_from(">HH", coded, at + 5)
    return rows, columns


def coded_bits(coded: bytes) -> int | None:
    """Bits of a sample that a JPEG or JPEG-LS stream claims; ``None`` for other streams."""
    at = _frame_header(coded)
    return None if at is None else coded[at + 4]


def _frame_header(coded: bytes) -> int | None:
    """Where the frame header's marker is in a JPEG or JPEG-LS stream."""
    if coded[:2] != b"\xff\xd8":
        return None
    at = 2
    while at + 9 <= len(coded) and coded[at] == 0xFF:
        marker = coded[at + 1]
        if marker == 0xF7 or (0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)):
            return at
        at += 1 if marker == 0xFF else 2 + struct.unpack_from(">H", coded, at + 2)[0]
    return None
