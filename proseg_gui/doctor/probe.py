"""Asking a fresh Python, so that what breaks there breaks nothing here."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

TIMEOUT_S = 180


def ask(code: str, *arguments: str) -> tuple[list[Any], str]:
    """Run ``code`` in a fresh Python; returns its JSON lines and, for when they are too few, how it ended."""
    command = [sys.executable, "-c", code, *arguments]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return [], f"no answer within {TIMEOUT_S} s"
    answers = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith(("[", "{"))]
    said = [line.strip() for line in ended.stderr.splitlines() if line.strip()]
    return answers, said[-1] if said else f"exit status {ended.returncode}"
