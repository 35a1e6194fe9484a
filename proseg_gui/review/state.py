"""What the window shows, as immutable values: results of work and the user's choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from proseg_gui.inference.pointing import NO_CLICKS, Clicks
from proseg_gui.io.base.provenance import DRAFT
from proseg_gui.review.colours import CURRENT_COLOUR
from proseg_gui.review.edits import Bricks
from proseg_gui.settings import Settings

if TYPE_CHECKING:
    from proseg_gui.networks.base import Capabilities

Announce = Callable[[str, Any], None]
"""How the state says what changed: an announcement's name, and an immutable value. The window makes signals of them."""

Point = Mapping[str, tuple[float, ...]]
"""A latent point as plain numbers, for instance ``{"tau": (8 numbers), "eps": (K numbers)}``."""

PARTS = ("total", "inter", "intra", "ambiguity", "residual")
LOCAL_MAP = "ambiguity_here"
"""The map of ambiguity at the current preference; it moves with the sliders, the five parts do not."""


def maps_of(able: Capabilities) -> frozenset[str]:
    """Maps that a model can have: a cause that its method cannot tell has none; residual and total always have."""
    local = {LOCAL_MAP} if able.ambiguity_axes else set()
    return frozenset({PARTS[0], PARTS[-1], *able.parts, *local})


@dataclass(frozen=True, eq=False)
class Frame:
    """The slider path's result: one slice, each structure at its own point. ``probability``: ``(S, y, x)`` float32."""

    slice_index: int
    points: tuple[Point, ...]
    probability: np.ndarray
    elapsed_ms: float


@dataclass(frozen=True, eq=False)
class Spread:
    """What all raters and samples draw on one slice. Arrays are ``(y, x)`` of the chosen structure."""

    slice_index: int
    structure: int
    agreement: np.ndarray
    raters: Mapping[str, np.ndarray]
    thin: tuple[np.ndarray, ...]
    maps: Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Summary:
    """The uncertainty of the case so far, for the chosen structure."""

    by_slice: np.ndarray
    """``(z,)`` summed total uncertainty of each slice in mm^2; NaN where it is not yet known."""
    shares: Mapping[str, float]
    """Part -> share of the total (inter, intra, ambiguity, residual); empty while nothing is known."""
    volumes_ml: np.ndarray
    """``(N,)`` volumes of the samples over the slices seen so far."""
    rater_volumes_ml: Mapping[str, float]
    slices_done: int
    n_slices: int

    @property
    def complete(self) -> bool:
        """Whether every slice was looked at."""
        return self.slices_done >= self.n_slices


@dataclass(frozen=True, eq=False)
class AxesState:
    """The sliders of the moment: ``inference.latents.Axis`` values, and whether more slices may still move them."""

    preference: tuple
    ambiguity: tuple
    provisional: bool
    slices_seen: int
    n_slices: int
    previews: Mapping[int, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Who:
    """What the current preference stands for: a rater's preset, the consensus style, one draw, words, or none."""

    rater: str | None = None
    consensus: bool = False
    drawn: str | None = None
    prompt: str = ""
    """The words that led here, of several prompts one after the other."""
    moved: bool = False
    """Whether sliders were moved by hand after them."""
    clicks: Clicks = NO_CLICKS
    """What was pointed at, which this follows."""

    @property
    def text(self) -> str:
        """For labels, file names and where an exported contour came from."""
        if self.prompt:
            return f"described: {self.prompt}{', then by sliders' if self.moved else ''}"
        if not self.clicks.empty:
            return f"clicked, {self.clicks.words}"
        if self.consensus:
            return "consensus style"
        return self.rater or (f"draw of {self.drawn}" if self.drawn else "blend")


@dataclass(frozen=True, eq=False)
class Outgoing:
    """What leaves the program as a structure's contour: never the sliders' preview beside one that stays.

    Parameters
    ----------
    structure, number:
        Its name, and its number in the model that looks.
    point, who:
        Where it was drawn, and what that stands for in words; no point where no model drew it.
    voxels:
        What stays whatever the sliders do (a reading, a shape of another model); ``None``: as ``point`` draws it.
    edits:
        What was said, to be put over what ``point`` draws; ``None`` where nothing was, or ``voxels`` have it.
    model:
        Who drew it (``{"name": ..., "sha256": ...}``); ``None`` where no model did.
    remark:
        How it came about, where that is not plain: a shape of another model.
    reading, person, accepted:
        How it stands (a draft, or which reading and how it was made), whose it is, and when it was accepted.
    decided:
        Origin of evidence -> how many voxels it decided.
    colour:
        ``#rrggbb``, as in the window.
    """

    structure: str
    number: int
    point: Point = field(default_factory=dict)
    who: str = ""
    voxels: Bricks | None = None
    edits: Bricks | None = None
    model: Mapping[str, Any] | None = None
    remark: str = ""
    reading: str = DRAFT
    person: str = ""
    accepted: str = ""
    decided: Mapping[str, int] = field(default_factory=dict)
    colour: str = CURRENT_COLOUR

    @property
    def is_nothing(self) -> bool:
        """Whether nobody drew and no model draws it. An accepted reading of no voxel says something."""
        return self.voxels is not None and not self.voxels.packed and not self.decided and not self.accepted


@dataclass(frozen=True, eq=False)
class Remembered:
    """A setting to go back to. ``thumbnail``: ``(h, w, 3)`` uint8."""

    name: str
    point: Point
    volume_ml: float | None
    thumbnail: np.ndarray
    who: Who = field(default_factory=Who)
    key: str = ""
    """Where the case's document keeps it."""


@dataclass(frozen=True)
class WorkItem:
    """A case in the worklist.

    Parameters
    ----------
    key:
        Tells cases apart: several may lie in one folder.
    path, series, component:
        Where its image lies; of a folder with several series, the UID of which one, and of a 4D file the volume.
    others:
        Further images that are its channels, each as an item of its own.
    case_id:
        Its name in the project; empty until it was opened there.
    state:
        One of :data:`~proseg_gui.review.case.CASE_STATES`; ``flagged`` is a mark of its own beside it.
    doubt:
        Total uncertainty summed over the volume, in ml, as the last model measured it; ``None`` until one did.
        ``doubts``: hash of a model -> what it measured.
    problem:
        Why it could not be measured, as a clause; empty where nothing stood in the way.
    """

    key: str
    path: Path
    name: str
    series: str = ""
    component: int | None = None
    case_id: str = ""
    state: str = "not started"
    flagged: bool = False
    doubt: float | None = None
    current: bool = False
    others: tuple[WorkItem, ...] = ()
    doubts: Mapping[str, float] = field(default_factory=dict)
    problem: str = ""

    def doubt_by(self, model: str) -> float | None:
        """The doubt by the model of this hash; whoever measured it where none is named."""
        return self.doubts.get(model) if model else self.doubt


@dataclass(frozen=True)
class Readout:
    """What lies under the cursor, as texts for the status bar."""

    position: str
    value: str
    probability: str
    included_by: str


@dataclass(frozen=True)
class ViewState:
    """How things are shown: remembered settings, and what belongs to the open study only."""

    settings: Settings = field(default_factory=Settings)
    window: tuple[float, float] = (40.0, 400.0)
    """Centre and width in the image's unit."""
    channel: str = ""
    """The channel shown; empty for the study's first."""
    raters_shown: frozenset[str] = frozenset()
    masks_shown: frozenset[str] = frozenset()
    """Raters whose given masks (not predictions) are drawn."""
    hidden: frozenset[int] = frozenset()
    """Structures that are not drawn."""
    compare_with: str | None = None
    """Rater whose given mask the current contour is measured against."""

    @cached_property
    def steady(self) -> ViewState:
        """All of it but what a hand drags (grey levels, how strong a map is): what lists and commands depend on."""
        settings = replace(self.settings, heat_opacity=0.0, heat_threshold=0.0)
        return replace(self, settings=settings, window=(0.0, 1.0))
