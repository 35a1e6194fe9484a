"""What to train, in the parts that each step of a training takes: see :func:`proseg_gui.training.run.train_bundle`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from proseg_gui.catalogue import METHODS
from proseg_gui.io.dataset import Dataset, Split
from proseg_gui.training.origin import People
from proseg_gui.training.place import Place
from proseg_gui.training.recipe import Recipe


@dataclass(frozen=True)
class Start:
    """What a training begins from.

    A new network of ``method``, a name in the catalogue; or with ``init``, a bundle's name or folder, that bundle,
    of which ``stage``, one of the catalogue's, says how much may change.
    """

    method: str = METHODS[0].name
    encoder_weights: Path | None = None
    """Where the recipe's network has a pretrained backbone: the file of its weights."""
    init: str | Path | None = None
    stage: str = ""
    people: People | None = None
    """With ``init``: who each of the data set's raters is there (see :func:`.origin.match_raters`)."""


@dataclass(frozen=True)
class Images:
    """What the files cannot say of the images.

    ``window`` is ``(low, high)`` in the image's unit, or ``None`` for the 1st to 99th percentile of each image; an
    empty ``modality`` is taken from dataset.json, else from the first image; where neither says it, the card says
    ``unknown``.
    """

    window: tuple[float, float] | None = None
    modality: str = ""


@dataclass(frozen=True)
class Words:
    """What goes into the card word for word, so it should name nobody."""

    licence: str = ""
    intended_use: str = ""
    command: str = ""


@dataclass(frozen=True)
class Request:
    """A training: the data set, where the bundle goes, by which numbers, from what, and what else must be said."""

    dataset: Dataset
    place: Place
    recipe: Recipe
    split: Split | None = None
    start: Start = field(default_factory=Start)
    images: Images = field(default_factory=Images)
    words: Words = field(default_factory=Words)
    keep_names: bool = False
    device: str = "auto"
    memory_bytes: int | None = None
    """What prepared cases may fill; the rest lies in temporary files. Half of the free memory where it is ``None``."""
