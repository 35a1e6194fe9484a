"""Outlines that are traced once for as long as what they outline is there.

What is looked at changes far more often (window, opacity, zoom, which raters) than what is drawn; and a pane that gets
the same layer again keeps its picture of it, too.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from PySide6.QtGui import QPainterPath

from proseg_gui.gui.views.strokes import ContourLayer, LineStyle

MOST = 128
"""Of each: more than all that is shown at once, in four panes with ten raters."""


class KeptLayers:
    """Gives the same layer for the same thing in the same look; what was asked for longest ago gives way."""

    def __init__(self) -> None:
        self._paths: OrderedDict[Hashable, tuple[weakref.ref[object], QPainterPath]] = OrderedDict()
        self._layers: OrderedDict[Hashable, ContourLayer] = OrderedDict()

    def layer(
        self,
        source: object,
        where: Hashable,
        traced: Callable[[], QPainterPath],
        colour: str,
        width: float,
        style: LineStyle = "solid",
        fill: float = 0.0,
    ) -> ContourLayer:
        """The outline of ``source``, an immutable object, at ``where`` (a level, a plane); ``traced`` traces it."""
        place = (id(source), where)
        known = self._paths.get(place)
        if known is None or known[0]() is not source:  # another object may come to lie where one was that is gone
            known = weakref.ref(source), traced()
        _keep(self._paths, place, known)
        look = (place, colour, width, style, fill)
        layer = self._layers.get(look)
        if layer is None or layer.path is not known[1]:
            layer = ContourLayer(known[1], colour, width, style, fill)
        _keep(self._layers, look, layer)
        return layer


def _keep(store: OrderedDict[Hashable, Any], key: Hashable, value: Any) -> None:
    store[key] = value
    store.move_to_end(key)
    if len(store) > MOST:
        store.popitem(last=False)
