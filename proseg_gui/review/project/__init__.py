"""A project: the work on many cases in one file. WORKBENCH section 3 says what must hold; see docs/decisions."""

from __future__ import annotations

from proseg_gui.review.project.cases import CaseEntry
from proseg_gui.review.project.identity import CaseIdentity, complete, identify
from proseg_gui.review.project.opening import default_project_path, is_project, open_project
from proseg_gui.review.project.store import CaseConflict, Project
from proseg_gui.review.project.takeover import take_over_worklist

__all__ = [
    "CaseConflict",
    "CaseEntry",
    "CaseIdentity",
    "Project",
    "complete",
    "default_project_path",
    "identify",
    "is_project",
    "open_project",
    "take_over_worklist",
]
