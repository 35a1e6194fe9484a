"""Whether archives can be had here, and a connection to one: DICOMweb or DIMSE behind one interface."""

from __future__ import annotations

import logging
from importlib.util import find_spec

from proseg_gui.errors import UserError
from proseg_gui.io.pacs.nodes import Archive, Node

_MODULES = ("dicomweb_client", "pynetdicom")
for _name in (*_MODULES, "urllib3", "retrying"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)  # at lower levels they write queries, answers and tracebacks


def is_installed() -> bool:
    """Whether the extra ``[pacs]`` is there."""
    return all(find_spec(name) is not None for name in _MODULES)


def connect(node: Node) -> Archive:
    """The archive behind ``node``; nothing is sent yet.

    Raises
    ------
    UserError
        If the extra is not installed, or the node is not usable.
    """
    if not is_installed():
        raise UserError("archives need the extra [pacs]", remedy="pip install 'proseg-gui[pacs]'")
    problem = node.problem()
    if problem:
        raise UserError(f"the node {node.name!r} cannot be used", remedy=problem)
    if node.kind == "dicomweb":
        from proseg_gui.io.pacs.web import WebArchive

        return WebArchive(node)
    from proseg_gui.io.pacs.dimse import DimseArchive

    return DimseArchive(node)
