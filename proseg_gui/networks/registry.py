"""Which methods there are, by the name that a bundle's card gives: the networks of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proseg_gui.catalogue import ENTRIES, load_class
from proseg_gui.networks.base import Method

METHODS: Mapping[str, type[Method]] = {
    name: load_class("proseg_gui.networks", entry.network) for name, entry in ENTRIES.items()
}


def build(kind: str, architecture: Mapping[str, Any]) -> Method:
    """Return an untrained network.

    Raises
    ------
    ValueError
        ``kind`` is unknown, or ``architecture`` is not what that method takes; the message is fit for people.
    """
    if kind not in METHODS:
        raise ValueError(f"the method {kind!r} is not one of {', '.join(sorted(METHODS))}")
    try:
        return METHODS[kind](**architecture)
    except TypeError as error:
        raise ValueError(f"the architecture does not fit the method {kind!r} ({error})") from error
