"""A zip file of DICOM (as hospital portals hand them out), unpacked into a private folder that goes when it is done."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from pathlib import Path

from proseg_gui.errors import UserError
from proseg_gui.io.atomic import write_error
from proseg_gui.io.leftovers import hidden_name, remove_leftovers
from proseg_gui.jobs import CancelToken, Progress

_MOST_BYTES = 16 << 30
"""More than any study; a zip that claims more is refused before it fills the disk."""
_MOST_MEMBERS = 200_000
_BOMB_BYTES, _BOMB_RATIO = 1 << 30, 100
"""Scans shrink two to five times. More than a gigabyte that shrank a hundred times is made to fill a disk."""


def unzip(path: Path, progress: Progress, token: CancelToken | None) -> tempfile.TemporaryDirectory[str]:
    """Unpack the members of a zip file under numbered names, so that no member's own name is trusted.

    The folder (readable by its owner only) is deleted with the returned object.

    Raises
    ------
    UserError
        If the zip file is damaged, encrypted, too large, or the disk is full.
    """
    remove_leftovers(Path(tempfile.gettempdir()))
    folder = tempfile.TemporaryDirectory(prefix=hidden_name("-"))
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            _check_apart(members)
            promised = _check_size(members, path, Path(folder.name))
            written = 0
            for number, member in enumerate(members):
                if token is not None:
                    token.check()
                progress(number / len(members), f"unpacking {number} of {len(members)}")
                with archive.open(member) as source, (Path(folder.name) / f"{number:06d}").open("wb") as target:
                    while piece := source.read(1 << 20):
                        written += len(piece)
                        if written > promised:
                            raise zipfile.BadZipFile("more data than its directory says")
                        target.write(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise UserError("the zip file is damaged", path=path, remedy="Copy or download it again") from error
    except RuntimeError as error:  # what zipfile raises for a member that needs a password
        raise UserError("the zip file is encrypted", path=path, remedy="Unpack it and open the folder") from error
    except OSError as error:
        raise write_error(error, Path(folder.name)) from error
    return folder


def _check_apart(members: list[zipfile.ZipInfo]) -> None:
    """Raise BadZipFile where members lie over each other: one packed megabyte can so be unpacked a thousand times."""
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            raise zipfile.BadZipFile("members lie over each other")
        end = member.header_offset + member.compress_size


def _check_size(members: list[zipfile.ZipInfo], path: Path, folder: Path) -> int:
    """The bytes that the members promise, or a UserError when they are more than a study, or than the disk holds."""
    promised, packed = sum(member.file_size for member in members), path.stat().st_size
    if promised > _MOST_BYTES or len(members) > _MOST_MEMBERS:
        raise UserError("the zip file is too large", path=path, remedy="Unpack it and open the folder")
    if promised > _BOMB_BYTES and promised > _BOMB_RATIO * packed:
        raise UserError(
            f"the zip file of {packed >> 10} kB claims to hold {promised >> 20} MB, as no scan does", path=path
        )
    free = shutil.disk_usage(folder).free
    if promised > free:
        raise UserError(
            f"the zip file unpacks to {promised >> 20} MB and the disk has {free >> 20} MB free",
            path=path,
            remedy="Make room, or unpack it elsewhere and open the folder",
        )
    return promised
