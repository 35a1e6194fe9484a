"""The study in view and the choices of how it is shown, as far as no model is needed for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from proseg_gui.review.state import Announce, ViewState
from proseg_gui.settings import Settings
from proseg_gui.volume import Study, Volume


class Display:
    """What is on screen, and how.

    Parameters
    ----------
    announce:
        Called with ``channel_changed`` (the volume), ``view_changed`` (:class:`ViewState`), ``noticed`` (a sentence).
    changed:
        Called with the view before and after a change, after it was announced.
    """

    def __init__(self, settings: Settings, announce: Announce, changed: Callable[[ViewState, ViewState], None]) -> None:
        self.study: Study | None = None
        self.view = ViewState(settings=settings)
        self._announce = announce
        self._changed = changed
        self._estimates: Mapping[str, Volume] = {}

    @property
    def shown(self) -> Volume:
        """The channel on screen, or the estimate of one; only while a study is open."""
        assert self.study is not None
        return self._shelf.get(self.view.channel, self.study.image)

    @property
    def measured(self) -> Volume:
        """The channel whose values count: the one on screen, and never an estimate."""
        assert self.study is not None
        return self.study.channels.get(self.view.channel, self.study.image)

    @property
    def _shelf(self) -> dict[str, Volume]:
        return {} if self.study is None else {**self.study.channels, **self._estimates}

    def show_channel(self, name: str) -> None:
        """Show another channel of the study, or the estimate of one, with its own grey levels."""
        if name in self._shelf:
            window = self._shelf[name].display_window()
            self._set(replace(self.view, channel=name, window=window), channel=True)

    def set_estimates(self, estimates: Mapping[str, Volume]) -> None:
        """What a model takes missing channels for, by the names under which they are shown; none any more: empty."""
        gone = self.view.channel in self._estimates and self.view.channel not in estimates
        self._estimates = dict(estimates)
        if gone and self.study is not None:
            self.show_channel(next(iter(self.study.channels)))

    def next_channel(self) -> None:
        """Show the next channel, in the study's order."""
        if self.study is None:
            return
        names = list(self._shelf)
        if len(names) == 1:
            self._announce("noticed", "This study has one channel")
            return
        current = names.index(self.view.channel) if self.view.channel in names else 0
        name = names[(current + 1) % len(names)]
        self.show_channel(name)
        self._announce("noticed", f"Showing {name}")

    def set_view(self, **changes: Any) -> None:
        """Change remembered view settings by name."""
        self._set(replace(self.view, settings=replace(self.view.settings, **changes)))

    def set_window(self, centre: float, width: float) -> None:
        """Grey levels: centre and width in the image's unit."""
        self._set(replace(self.view, window=(centre, max(width, 1e-6))))

    def show_raters(self, names: frozenset[str]) -> None:
        """Draw these raters' predicted contours beside the current one."""
        self._set(replace(self.view, raters_shown=names))

    def show_masks(self, names: frozenset[str]) -> None:
        """Draw the masks that these raters gave."""
        self._set(replace(self.view, masks_shown=names))

    def hide_structure(self, index: int, hidden: bool) -> None:
        """Draw (or stop drawing) a structure."""
        kept = self.view.hidden | {index} if hidden else self.view.hidden - {index}
        self._set(replace(self.view, hidden=kept))

    def compare_with(self, rater: str | None) -> None:
        """Choose the given mask that the current contour is held against."""
        self._set(replace(self.view, compare_with=rater))

    def open(self, study: Study, kept: dict[str, Any] | None) -> None:
        """Another case: its own choices if it was open before (:meth:`case_choices`), else none of the last one's."""
        self.study, self._estimates = study, {}
        fresh = ViewState(settings=self.view.settings, window=study.image.display_window())
        self._set(_with_choices(fresh, kept or {}, study))

    def case_choices(self) -> dict[str, Any]:
        """What belongs to the case alone, as plain values to keep with it."""
        view = self.view
        return {
            "window": list(view.window),
            "channel": view.channel,
            "raters_shown": sorted(view.raters_shown),
            "masks_shown": sorted(view.masks_shown),
            "hidden": sorted(view.hidden),
            "compare_with": view.compare_with,
        }

    def _set(self, view: ViewState, *, channel: bool = False) -> None:
        before, self.view = self.view, view
        if channel:
            self._announce("channel_changed", self.shown)
        self._announce("view_changed", view)
        self._changed(before, view)


def _with_choices(view: ViewState, kept: dict[str, Any], study: Study) -> ViewState:
    """``view`` with what was kept of it; what does not fit the study (any more) is left out."""
    window = kept.get("window")
    if _numbers(window, 2) and window is not None and window[1] > 0:
        view = replace(view, window=(float(window[0]), float(window[1])))
    if kept.get("channel") in study.channels:
        view = replace(view, channel=str(kept["channel"]))
    drew = frozenset(study.raters)
    return replace(
        view,
        raters_shown=frozenset(_texts(kept.get("raters_shown"))),
        masks_shown=frozenset(_texts(kept.get("masks_shown"))) & drew,
        hidden=frozenset(n for n in _list(kept.get("hidden")) if isinstance(n, int) and not isinstance(n, bool)),
        compare_with=kept["compare_with"] if kept.get("compare_with") in drew else None,
    )


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _texts(value: Any) -> list[str]:
    return [text for text in _list(value) if isinstance(text, str)]


def _numbers(value: Any, count: int) -> bool:
    found = _list(value)
    return len(found) == count and all(isinstance(n, int | float) and not isinstance(n, bool) for n in found)
