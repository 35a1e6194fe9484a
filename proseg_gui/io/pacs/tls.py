"""Certificates of an archive node made into TLS contexts, for DIMSE in both directions."""

from __future__ import annotations

import ssl
from pathlib import Path

from proseg_gui.errors import UserError
from proseg_gui.io.pacs.nodes import Node


def client_context(node: Node) -> ssl.SSLContext:
    """For connections that we open: the archive's certificate and host name are checked.

    Raises
    ------
    UserError
        If a certificate file cannot be used.
    """
    return _filled(node, ssl.Purpose.SERVER_AUTH)


def server_context(node: Node) -> ssl.SSLContext:
    """For connections that the archive opens to us (C-MOVE): it has to show a certificate that we trust.

    Raises
    ------
    UserError
        If a certificate file cannot be used.
    """
    context = _filled(node, ssl.Purpose.CLIENT_AUTH)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def check_files(node: Node) -> None:
    """Raise a UserError for a certificate file that cannot be used, before a library fails over it."""
    _filled(node, ssl.Purpose.SERVER_AUTH)


def _filled(node: Node, purpose: ssl.Purpose) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(purpose, cafile=node.ca_file or None)
    except (OSError, ValueError) as error:
        raise _unusable(node.ca_file, "no file of trusted certificates (PEM)") from error
    if not node.cert_file:
        return context
    try:
        # an empty password, so that a locked key is an error here and not a question on the terminal
        context.load_cert_chain(node.cert_file, node.key_file or None, password=lambda: "")
    except (OSError, ValueError) as error:
        raise _unusable(node.cert_file, "no certificate with its key (PEM, not locked by a password)") from error
    return context


def _unusable(path: str, reason: str) -> UserError:
    return UserError(f"this is {reason}", path=Path(path), remedy="Choose the file that your archive's people gave you")
