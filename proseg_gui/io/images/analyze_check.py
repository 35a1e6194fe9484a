"""Whether an ANALYZE 7.5 header (.hdr, 348 bytes) makes sense, looked at before its reader in C trusts it."""

from __future__ import annotations

import math
import struct
from math import prod
from pathlib import Path

from proseg_gui.errors import UserError
from proseg_gui.io.images.claims import MOST_MM, check_detached

_TYPE_BYTES = {2: 1, 4: 2, 8: 4, 16: 4, 64: 8, 128: 3}
"""Bytes of a voxel by the header's datatype: unsigned 8, signed 16 and 32, float, double, RGB."""


def check_analyze(path: Path) -> None:
    """Refuse what is no such header, or promises more voxels than the ``.img`` file beside it holds.

    Raises
    ------
    UserError
        In one sentence.
    """
    with path.open("rb") as file:
        start = file.read(348)
    order = next((sign for sign in "<>" if len(start) == 348 and struct.unpack_from(f"{sign}i", start) == (348,)), "")
    if not order:
        raise UserError("it is neither a NIfTI nor an ANALYZE header", path=path, remedy="Choose an image file")
    dims = struct.unpack_from(f"{order}8h", start, 40)
    (kind,) = struct.unpack_from(f"{order}h", start, 70)
    steps = struct.unpack_from(f"{order}8f", start, 76)
    used = dims[1 : dims[0] + 1] if 1 <= dims[0] <= 7 else ()
    if not used or any(size < 1 for size in used):
        raise _no_valid("sizes", path)
    if kind not in _TYPE_BYTES:
        raise _no_valid("datatype", path)
    if not all(math.isfinite(step) and abs(step) <= MOST_MM for step in steps[1:4]):
        raise _no_valid("voxel size", path)
    images = [path.with_suffix(ending) for ending in (".img", ".IMG")]
    image = next((file for file in images if file.is_file()), None)
    if image is None:
        remedy = "Keep the .hdr and .img files together"
        raise UserError("its file of voxels (.img) is missing", path=path, remedy=remedy)
    check_detached(prod(used) * _TYPE_BYTES[kind], [image], path, compressed=False)


def _no_valid(what: str, path: Path) -> UserError:
    return UserError(f"its ANALYZE header has no valid {what}", path=path, remedy="It may be damaged; export it again")
