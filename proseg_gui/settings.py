"""Typed settings: what the user chose and wants to find again. The store behind them lives in ``gui``."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
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


@dataclass(frozen=True)
class Settings:
    """Everything that is remembered from one start to the next.

    Lengths are in screen pixels; shares are 0..1. A value of the wrong type in the store is replaced by its default.
    """

    theme: str = "dark"
    mouse_profile: str = "window"
    """What the right mouse button drags: ``window`` (window/level) or ``zoom`` (as 3D Slicer and OHIF have it)."""
    model: str = ""
    previous_model: str = ""
    """The model that was in use before ``model``: the way back."""
    last_folder: str = ""
    export_folder: str = ""
    recent: tuple[str, ...] = ()
    show_contours: bool = True
    show_heatmap: bool = True
    layout: str = "two"
    """``two`` panes (scan and heatmap) or one (``single``)."""
    map_name: str = "total"
    map_form: str = "variance"
    heat_opacity: float = 0.85
    heat_threshold: float = 0.04
    """Share of the colour scale below which the heatmap is transparent."""
    show_bounds: bool = True
    """Inner and outer contour at the agreement levels."""
    inner_level: float = 0.9
    outer_level: float = 0.1
    show_thin: bool = False
    show_all_raters: bool = False
    fill: float = 0.0
    line_width: float = 2.0
    interpolate: bool = True

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
                value = _coerce(stored[spec.name], hints[spec.name])
                if value is not None:
                    kept[spec.name] = value
        return cls(**kept)


def _coerce(value: Any, wanted: Any) -> Any:
    """``value`` as ``wanted``, or ``None`` where it cannot be meant as one."""
    if get_args(wanted):  # tuple[str, ...]; a one-entry list may come back as a bare string
        items = [value] if isinstance(value, str) else value
        return tuple(str(item) for item in items) if isinstance(items, list | tuple) else None
    if wanted is bool:
        return value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value).lower())
    if wanted is float:
        try:
            return float(value)
        except (TypeError, ValueError):
            return None
    return value if isinstance(value, wanted) else None
