"""What the panels show, as small immutable values, and how its figures are written. Knows no widget."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from proseg_gui.gui.language import marked, tr
from proseg_gui.review.figures import ml_text

Thumbnail = npt.NDArray[np.uint8]
"""``(h, w, 3)`` RGB, 0..255."""

MINUS = "−"
NO_FIGURE = "–"
"""What is not known: nothing is open that it could be measured on. Not the same as 0, "none" and "measuring"."""
MEASURING = marked("measuring")
NONE = marked("none")


@dataclass(frozen=True)
class RaterItem:
    """A rater as the panels show it: ``name`` is emitted, ``label`` (by default the name) is shown.

    ``style``: how the rater draws beside the others, in words; empty where nobody measured it.
    """

    name: str
    colour: str
    label: str = ""
    style: str = ""

    @property
    def text(self) -> str:
        """What people read."""
        return self.label or self.name


@dataclass(frozen=True)
class AxisRow:
    """One slider in standard deviations.

    Parameters
    ----------
    key:
        Unique in its panel; comes back in signals.
    share:
        Fraction 0..1 of the raters' spread, or of the image's ambiguity, that the axis explains.
    limit:
        The slider runs from ``-limit`` to ``+limit`` standard deviations.
    effect_ml:
        Measured change of volume in ml per standard deviation; ``None`` while it is not known.
    stops:
        Words of the only positions that there are, from ``-limit`` to ``+limit``; empty: all are.
    """

    key: str
    label: str
    share: float
    limit: float
    effect_ml: float | None = None
    stops: tuple[str, ...] = ()


@dataclass(frozen=True)
class PreferenceState:
    """Which preference is set, as far as it has a name.

    Parameters
    ----------
    active:
        The rater whose preset is set, or ``None``.
    consensus:
        Whether the consensus-style preset is set.
    drawn:
        The rater of whom the present preference is a random draw, or ``None``.
    weights:
        One weight per rater (sum 1) if the present preference is a blend, else ``None``.
    sample_rater:
        The rater of whom "Draw sample" draws: the one last chosen.
    described:
        Whether words led here.
    """

    active: str | None = None
    consensus: bool = False
    drawn: str | None = None
    weights: tuple[float, ...] | None = None
    sample_rater: str | None = None
    described: bool = False


@dataclass(frozen=True, eq=False)
class RememberedItem:
    """A remembered setting in the strip."""

    name: str
    volume_ml: float | None = None
    thumbnail: Thumbnail | None = None
    current: bool = False


@dataclass(frozen=True)
class StructureRow:
    """A structure of the case, in the order of the list; ``number`` is what the panel's signals name it by.

    ``accepted``: a reading stands. ``own``: the person added it. ``locked``: nobody draws on it. ``edited``: something
    was drawn of it.
    """

    name: str
    colour: str
    visible: bool = True
    current: bool = False
    accepted: bool = False
    number: int = 0
    own: bool = False
    locked: bool = False
    edited: bool = False


@dataclass(frozen=True)
class ShowState:
    """What the image pane shows. ``inner`` and ``outer`` are shares of readings (0..1), ``fill`` is an opacity."""

    current: bool = True
    inner_outer: bool = True
    thin: bool = False
    n_thin: int = 10
    inner: float = 0.9
    outer: float = 0.1
    raters: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()
    fill: float = 0.0
    line_width: float = 2.0


WORK_STATES = (marked("not started"), marked("in progress"), marked("accepted"))


@dataclass(frozen=True)
class WorkRow:
    """A case of the worklist; ``doubt`` is the length 0..1 of its bar, ``None`` while it was not surveyed."""

    key: Any
    name: str
    state: str = "not started"
    doubt: float | None = None
    current: bool = False
    detail: str = ""
    flagged: bool = False


@dataclass(frozen=True)
class Measure:
    """A measured figure with its unit in ``value``."""

    label: str
    value: str
    hint: str = ""


@dataclass(frozen=True)
class Part:
    """A part of the uncertainty: what it is called and what it means."""

    key: str
    label: str
    meanings: tuple[str, ...] = field(default=())
    """The meaning, from the longest to the shortest wording."""


PARTS = (
    Part("inter", marked("between experts"), (marked("they draw differently"), marked("draw differently"))),
    Part("intra", marked("within an expert"), (marked("would differ on a re-read"), marked("on a re-read"))),
    Part("ambiguity", marked("the image"), (marked("border or lobe unclear"), marked("border unclear"))),
    Part("imputation", marked("missing channel"), (marked("estimated, not acquired"), marked("estimated"))),
    Part("residual", marked("residual"), (marked("pixel-level"),)),
)
TOTAL = Part("total", marked("Total"), (marked("all causes together"), marked("all causes")))
AMBIGUITY_HERE = Part(
    "ambiguity_here", marked("at this preference"), (marked("what the image leaves open now"), marked("the image, now"))
)
MAPS = (TOTAL, *PARTS, AMBIGUITY_HERE)


def signed(value: float, digits: int = 1) -> str:
    """Write a number with its sign, a true minus, and no sign for what rounds to zero."""
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0.0:
        return text
    return ("+" if value > 0 else MINUS) + text


def significant(value: float) -> int:
    """Decimals that show ``value`` with about two figures: 1 from 1 upwards, up to 3 for small values."""
    if value == 0.0 or abs(value) >= 0.95:
        return 1
    return min(3, 1 - math.floor(math.log10(abs(value))))


def percent(share: float) -> str:
    """Write a fraction 0..1 as a percentage; below one percent but not zero it says so."""
    if 0.0 < share < 0.005:
        return "<1 %"
    return f"{100.0 * share:.0f} %"


def millilitres(value: float | None) -> str:
    """Write a volume in ml, or a dash while it is not known."""
    if value is None:
        return NO_FIGURE
    return ml_text(value)


def effect_texts(row: AxisRow, whole: str) -> tuple[str, ...]:
    """Say what an axis does, from the longest wording to the shortest; ``whole`` is what ``share`` is a share of."""
    if row.stops:
        if row.effect_ml is None:
            return ("",)
        step = 2.0 * row.limit / (len(row.stops) - 1) * row.effect_ml
        ml = signed(step, significant(step))
        return (tr("about {ml} ml a step").format(ml=ml), f"{ml} ml")
    share = percent(row.share)
    if row.effect_ml is None:
        return (_of(share, whole), share)
    effect = signed(row.effect_ml, significant(row.effect_ml))
    if row.effect_ml and float(effect.lstrip(f"+{MINUS}")) == 0:  # more than nothing is not written as 0
        effect = "< 0.001" if row.effect_ml > 0 else f"> {MINUS}0.001"
    return (
        tr("{effect} ml per sd").format(effect=effect) + " · " + _of(share, whole),
        tr("{effect} ml per sd").format(effect=effect) + " · " + share,
        tr("{effect} ml/sd").format(effect=effect) + " · " + share,
        tr("{effect} ml/sd").format(effect=effect),
    )


def _of(share: str, whole: str) -> str:
    return tr("{share} of {whole}").format(share=share, whole=whole)
