"""Typed settings: what the user chose and wants to find again. The store behind them lives in ``gui``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, get_args, get_type_hints

MAX_RECENT = 12

WINDOW_PRESETS: tuple[tuple[str, float, float], ...] = (
    ("Soft tissue", 40.0, 400.0),
    ("Lung", -600.0, 1500.0),
    ("Bone", 400.0, 1800.0),
    ("Brain", 40.0, 80.0),
    ("Mediastinum", 50.0, 350.0),
)
"""CT windows on the keys 1..5: name, centre and width in HU."""


LONGEST_TEXT = 4096
"""A longer text in the store is damage: no path is."""


def _choice(default: str, *others: str) -> Any:
    return field(default=default, metadata={"choices": (default, *others)})


def _number(default: float, low: float, high: float) -> Any:
    return field(default=default, metadata={"range": (low, high)})


@dataclass(frozen=True)
class Settings:
    """Everything that is remembered from one start to the next.

    Lengths are in screen pixels; shares are 0..1. A value of the wrong type in the store, one that is none of the
    choices, and one outside its range (NaN too) is replaced by its default.
    """

    theme: str = _choice("dark", "light")
    mouse_profile: str = _choice("window", "zoom")
    """What the right mouse button drags: ``window`` (window/level) or ``zoom`` (as 3D Slicer and OHIF have it)."""
    model: str = ""
    previous_model: str = ""
    """The model that was in use before ``model``: the way back."""
    last_folder: str = ""
    export_folder: str = ""
    export_format: str = _choice("nifti", "rtstruct", "seg")
    export_what: tuple[str, ...] = ("current",)
    """What was exported last, of ``review.export_request.ExportRequest.what``."""
    export_samples: int = 10
    export_all: bool = False
    """Whether all structures were exported last, or the active one."""
    recent: tuple[str, ...] = ()
    show_contours: bool = True
    show_heatmap: bool = True
    layout: str = _choice("two", "single", "mpr", "compare", "gallery", "surface")
    """``two`` panes (scan and heatmap), one (``single``), or what :mod:`proseg_gui.gui.review.pane_grid` says."""
    map_name: str = _choice("total", "inter", "intra", "ambiguity", "residual", "imputation", "ambiguity_here")
    map_form: str = _choice("variance", "entropy")
    heat_opacity: float = _number(0.85, 0.0, 1.0)
    heat_threshold: float = _number(0.04, 0.0, 1.0)
    """Share of the colour scale below which the heatmap is transparent."""
    adjust_scanner: bool = True
    """Whether a model that adjusts for the scanner does so."""
    proposals: bool = True
    """Whether strokes are carried through the volume as a proposal."""
    show_bounds: bool = True
    """Inner and outer contour at the agreement levels."""
    inner_level: float = _number(0.9, 0.55, 0.99)
    outer_level: float = _number(0.1, 0.01, 0.45)
    show_thin: bool = False
    show_all_raters: bool = False
    fill: float = _number(0.0, 0.0, 1.0)
    line_width: float = _number(2.0, 0.5, 6.0)
    interpolate: bool = True
    keys: tuple[str, ...] = field(default=(), metadata={"most": 500})
    """Keys that were chosen instead of the program's own: ``command=key|key``."""
    language: str = _choice("system", "en", "de")
    tour_seen: bool = False
    recent_commands: tuple[str, ...] = ()
    """Ids of the commands that were given from the palette, the newest first."""

    def with_recent(self, path: str) -> Settings:
        """These settings with ``path`` as the most recent one."""
        others = tuple(p for p in self.recent if p != path)
        return replace(self, recent=(path, *others)[:MAX_RECENT])

    @classmethod
    def from_mapping(cls, stored: dict[str, Any]) -> Settings:
        """Build from loosely typed values (a settings file); what does not fit keeps its default."""
        hints = get_type_hints(cls)
        kept: dict[str, Any] = {}
        for spec in fields(cls):
            if spec.name in stored:
                value = _coerce(stored[spec.name], hints[spec.name], spec.metadata.get("most", MAX_RECENT))
                if value is not None and _fits(value, spec.metadata):
                    kept[spec.name] = value
        return cls(**kept)


def _fits(value: Any, limits: Mapping[str, Any]) -> bool:
    """Whether a value of the right type can be meant; NaN is in no range."""
    if "choices" in limits:
        return value in limits["choices"]
    if "range" in limits:
        low, high = limits["range"]
        return bool(low <= value <= high)
    return not isinstance(value, str) or (len(value) <= LONGEST_TEXT and "\0" not in value)


def _coerce(value: Any, wanted: Any, most: int) -> Any:
    """``value`` as ``wanted`` (of a list, the first ``most``), or ``None`` where it cannot be meant as one."""
    if get_args(wanted):  # tuple[str, ...]; a one-entry list may come back as a bare string
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list | tuple):
            return None
        return tuple(str(item) for item in items if _fits(str(item), {}))[:most]
    if wanted is bool:
        return value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value).lower())
    if wanted is float:
        try:
            return float(value)
        except (TypeError, ValueError, OverflowError):
            return None
    return value if isinstance(value, wanted) else None
