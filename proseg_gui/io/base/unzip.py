"""A zip file of DICOM (as hospital portals hand them out), unpacked into a private folder that goes when it is done."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from proseg_gui.errors import UserError
from proseg_gui.io.base.atomic import write_error
from proseg_gui.io.base.leftovers import hidden_name, remove_leftovers
from proseg_gui.jobs import CancelToken, Progress

_MOST_BYTES = 16 << 30
"""More than any study; a zip that claims more is refused before it fills the disk."""
_MOST_MEMBERS = 200_000
_MOST_DEPTH = 4
"""Portals put a zip file of each study into one of the order; more is made to annoy."""
_OFFICE = "[Content_Types].xml"
_BOMB_BYTES, _BOMB_RATIO = 1 << 30, 100
"""Scans shrink two to five times. More than a gigabyte that shrank a hundred times is made to fill a disk."""


def unzip(path: Path, progress: Progress, token: CancelToken | None) -> tempfile.TemporaryDirectory[str]:
    """Unpack the members of a zip file, and of zip files in it, under numbered names: no member's own name is trusted.

    The folder (readable by its owner only) is deleted with the returned object.

    Raises
    ------
    UserError
        If the zip file is damaged, encrypted, too large, or the disk is full.
    """
    remove_leftovers(Path(tempfile.gettempdir()))
    folder = tempfile.TemporaryDirectory(prefix=hidden_name("-"))
    work = _Work(path, Path(folder.name), progress, token)
    try:
        work.unpack(path, 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise UserError("the zip file is damaged", path=path, remedy="Copy or download it again") from error
    except RuntimeError as error:  # what zipfile raises for a member that needs a password
        raise UserError("the zip file is encrypted", path=path, remedy="Unpack it and open the folder") from error
    except OSError as error:
        raise write_error(error, Path(folder.name)) from error
    return folder


@dataclass
class _Work:
    """Members of one zip file, and of zip files in it, on their way into ``folder``; limits count for all together."""

    path: Path
    folder: Path
    progress: Progress
    token: CancelToken | None
    promised: int = 0
    members: int = 0

    def unpack(self, archive_path: Path, depth: int) -> None:
        with zipfile.ZipFile(archive_path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            _check_apart(members)
            first, promised = self.members, sum(member.file_size for member in members)
            self.promised, self.members = self.promised + promised, self.members + len(members)
            self._check(promised)
            written = 0
            for number, member in enumerate(members):
                if self.token is not None:
                    self.token.check()
                self.progress(number / len(members), f"unpacking {number} of {len(members)}")
                target = self.folder / f"{first + number:06d}"
                with archive.open(member) as source, target.open("wb") as file:
                    while piece := source.read(1 << 20):
                        written += len(piece)
                        if written > promised:
                            raise zipfile.BadZipFile("more data than its directory says")
                        file.write(piece)
                if _is_inner(target):
                    if depth == _MOST_DEPTH:
                        raise UserError(
                            f"it holds zip files in zip files, more than {_MOST_DEPTH} deep",
                            path=self.path,
                            remedy="Unpack it and open the folder",
                        )
                    self.unpack(target, depth + 1)
                    target.unlink()

    def _check(self, promised: int) -> None:
        """Raise a UserError when all that was promised is more than a study, or the next part more than the disk."""
        packed = self.path.stat().st_size
        if self.promised > _MOST_BYTES or self.members > _MOST_MEMBERS:
            raise UserError("the zip file is too large", path=self.path, remedy="Unpack it and open the folder")
        if self.promised > _BOMB_BYTES and self.promised > _BOMB_RATIO * packed:
            raise UserError(
                f"the zip file of {packed >> 10} kB claims to hold {self.promised >> 20} MB, as no scan does",
                path=self.path,
            )
        free = shutil.disk_usage(self.folder).free
        if promised > free:
            raise UserError(
                f"the zip file unpacks to {promised >> 20} MB and the disk has {free >> 20} MB free",
                path=self.path,
                remedy="Make room, or unpack it elsewhere and open the folder",
            )


def _is_inner(path: Path) -> bool:
    """Whether an unpacked member is a zip file itself, and no document of an office program (which is one too)."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return _OFFICE not in archive.namelist()


def _check_apart(members: list[zipfile.ZipInfo]) -> None:
    """Raise BadZipFile where members lie over each other: one packed megabyte can so be unpacked a thousand times."""
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            raise zipfile.BadZipFile("members lie over each other")
        end = member.header_offset + member.compress_size
