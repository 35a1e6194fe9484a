"""Plain values, gestures and voxels as bytes, with the hashes that tell when they were changed behind our back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from proseg_gui.io.base.json_in import parse_json
from proseg_gui.review.document import AcceptedReading, Change, Gesture, Value, plain_value
from proseg_gui.review.edits import Bricks, Index, Patch

FIRST = b"\0" * 32
"""What the first entry of a log follows."""

Fetch = Callable[[str], bytes]
"""Gives the checked bytes of a blob by its SHA-256 in hex."""


class DamagedError(ValueError):
    """Stored bytes are not those that were written."""


def pack(value: Value) -> bytes:
    """A plain value as JSON: exact numbers, decimal points in every locale, no NaN."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def unpack(data: bytes) -> Value:
    """The plain value that :func:`pack` wrote, sequences as tuples."""
    return plain_value(parse_json(data))


def seal(name: str, data: bytes) -> bytes:
    """The hash that stands beside a replaceable row: bound to its name, so that rows cannot be exchanged."""
    return hashlib.sha256(name.encode() + b"\0" + data).digest()


def unsealed(name: str, data: object, sha256: object) -> bytes:
    """``data`` where its seal is whole."""
    if not isinstance(data, bytes) or seal(name, data) != sha256:
        raise DamagedError(f"{name} is damaged")
    return data


def salted(salt: str, text: str) -> str:
    """A hash of ``text`` that only who knows the salt can make again."""
    return hashlib.sha256(f"{salt}|{text}".encode()).hexdigest()


def is_whole(data: object, sha256: object) -> bool:
    """Whether ``data`` are the bytes with this SHA-256."""
    return isinstance(data, bytes) and hashlib.sha256(data).digest() == sha256


def link(previous: bytes, entry: tuple[int, str, str, int, str, str], payload: bytes) -> bytes:
    """The hash of a log entry (sequence, kind, case, number, time, person) with the hash of its payload."""
    return hashlib.sha256(previous + payload + pack(entry)).digest()


def gesture_to(gesture: Gesture) -> tuple[bytes, dict[str, bytes]]:
    """A gesture as JSON that names its bricks by SHA-256, and those bricks."""
    blobs: dict[str, bytes] = {}

    def refs(packed: Mapping[Index, bytes | None]) -> list[list[Any]]:
        return [[*index, _keep(blobs, data)] for index, data in sorted(packed.items())]

    changes: list[dict[str, Any]] = []
    for change in gesture.changes:
        if change.patch is None:
            changes.append({"key": change.key, "before": change.before, "after": change.after})
        else:
            patch = change.patch
            changes.append(
                {"key": change.key, "shape": patch.shape, "old": refs(patch.before), "new": refs(patch.after)}
            )
    masks = {digest: {"shape": mask.shape, "bricks": refs(mask.packed)} for digest, mask in gesture.masks.items()}
    content = {
        "number": gesture.number, "name": gesture.name, "changes": changes, "at": gesture.at,
        "person": gesture.person, "undoes": gesture.undoes, "redoes": gesture.redoes, "masks": masks,
        "reading": None if gesture.reading is None else asdict(gesture.reading),
    }  # fmt: skip
    return pack(content), blobs


def _keep(blobs: dict[str, bytes], data: bytes | None) -> str | None:
    if data is None:
        return None
    name = hashlib.sha256(data).hexdigest()
    blobs[name] = data
    return name


def gesture_from(data: bytes, fetch: Fetch) -> Gesture:
    """The gesture of :func:`gesture_to`; ``fetch`` gives its bricks."""
    content = parse_json(data)
    masks = {str(digest): _bricks(mask, fetch) for digest, mask in content["masks"].items()}
    reading = content["reading"]
    return Gesture(
        int(content["number"]), str(content["name"]), tuple(_change(item, fetch) for item in content["changes"]),
        str(content["at"]), str(content["person"]), content["undoes"], content["redoes"], masks,
        None if reading is None else AcceptedReading(**{key: plain_value(value) for key, value in reading.items()}),
    )  # fmt: skip


def _change(item: dict[str, Any], fetch: Fetch) -> Change:
    if "shape" not in item:
        return Change(item["key"], plain_value(item["before"]), plain_value(item["after"]))
    shape = _shape(item["shape"])
    patch = Patch(shape, _refs(item["old"], shape, fetch), _refs(item["new"], shape, fetch))
    return Change(item["key"], patch=patch)


def _bricks(content: dict[str, Any], fetch: Fetch) -> Bricks:
    shape = _shape(content["shape"])
    packed = _refs(content["bricks"], shape, fetch)
    return Bricks(shape, {index: data for index, data in packed.items() if data is not None})


def _refs(refs: list[list[Any]], shape: Index, fetch: Fetch) -> dict[Index, bytes | None]:
    empty = Bricks.empty(shape)
    found: dict[Index, bytes | None] = {}
    for z, y, x, name in refs:
        index = (int(z), int(y), int(x))
        if any(s.start < 0 or s.start >= s.stop for s in empty.box(index)):
            raise DamagedError(f"there is no brick {index} in a volume of {shape}")
        found[index] = None if name is None else fetch(name)
    return found


def _shape(value: Any) -> Index:
    z, y, x = (int(n) for n in value)
    return z, y, x


def bricks_to(bricks: Bricks, more: Value = None) -> bytes:
    """A whole volume in one run of bytes, with a plain value beside it."""
    order = sorted(bricks.packed)
    sizes = [[*index, len(bricks.packed[index])] for index in order]
    head = pack({"shape": bricks.shape, "bricks": sizes, "more": more})
    return len(head).to_bytes(4, "little") + head + b"".join(bricks.packed[index] for index in order)


def bricks_from(data: bytes) -> tuple[Bricks, Value]:
    """The volume and value of :func:`bricks_to`."""
    start = 4 + int.from_bytes(data[:4], "little")
    head = parse_json(data[4:start])
    shape, packed = _shape(head["shape"]), {}
    empty = Bricks.empty(shape)
    for z, y, x, size in head["bricks"]:
        index = (int(z), int(y), int(x))
        if any(s.start < 0 or s.start >= s.stop for s in empty.box(index)):
            raise DamagedError(f"there is no brick {index} in a volume of {shape}")
        packed[index] = data[start : start + size]
        start += size
    return Bricks(shape, packed), plain_value(head["more"])
