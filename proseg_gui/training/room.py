"""Where prepared cases lie: in memory while there is room, then in temporary files that are mapped into memory.

The numbers are the same in both, and so are the batches. A temporary file has no name that others could open (on
Windows it goes when it is closed), so patients' images show up in no folder and do not outlive the process.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import numpy as np
import psutil
import torch
from torch import Tensor

from proseg_gui.io.base.atomic import write_error

SHARE = 0.5
"""Of the memory that is free at the start: what cases may fill where nobody says how much."""
BLOCK = 16_000_000


class Room:
    """Tensors of zeros for cases, ``limit`` bytes of them in memory (by default half of what is free)."""

    def __init__(self, limit: int | None = None) -> None:
        self.left = int(SHARE * psutil.virtual_memory().available) if limit is None else limit

    def zeros(self, shape: tuple[int, ...], dtype: type[np.generic]) -> Tensor:
        """A tensor of zeros to be filled once and then read.

        Raises
        ------
        UserError
            The folder for temporary files is full.
        """
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if size > self.left:
            return torch.from_numpy(_mapped(shape, dtype, size))
        self.left -= size
        return torch.from_numpy(np.zeros(shape, dtype))


def _mapped(shape: tuple[int, ...], dtype: type[np.generic], size: int) -> np.ndarray:
    """An array in a file. Written out first: on a full disk a write fails in words, a mapped page ends the process."""
    try:
        with tempfile.TemporaryFile() as file:
            for begin in range(0, size, BLOCK):
                file.write(bytes(min(BLOCK, size - begin)))
            file.flush()
            return np.memmap(file, dtype, mode="r+", shape=shape)  # keeps the file, though not its name
    except OSError as error:
        raise write_error(error, Path(tempfile.gettempdir())) from error
