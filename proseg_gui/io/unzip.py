"""A zip file of DICOM (as hospital portals hand them out), unpacked into a private folder that goes when it is done."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from pathlib import Path

from proseg_gui.errors import UserError
from proseg_gui.io.atomic import write_error
from proseg_gui.jobs import CancelToken, Progress

_MOST_BYTES = 16 << 30
"""More than any study; a zip that claims more is refused before it fills the disk."""


def unzip(path: Path, progress: Progress, token: CancelToken | None) -> tempfile.TemporaryDirectory[str]:
    """Unpack the members of a zip file under numbered names, so that no member's own name is trusted.

    The folder (readable by its owner only) is deleted with the returned object.

    Raises
    ------
    UserError
        If the zip file is damaged, encrypted, too large, or the disk is full.
    """
    folder = tempfile.TemporaryDirectory(prefix="proseg-gui-")
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if sum(member.file_size for member in members) > _MOST_BYTES:
                raise UserError("the zip file is too large", path=path, remedy="Unpack it and open the folder")
            for number, member in enumerate(members):
                if token is not None:
                    token.check()
                progress(number / len(members), f"unpacking {number} of {len(members)}")
                with archive.open(member) as source, (Path(folder.name) / f"{number:06d}").open("wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise UserError("the zip file is damaged", path=path, remedy="Copy or download it again") from error
    except RuntimeError as error:  # what zipfile raises for a member that needs a password
        raise UserError("the zip file is encrypted", path=path, remedy="Unpack it and open the folder") from error
    except OSError as error:
        raise write_error(error, Path(folder.name)) from error
    return folder
