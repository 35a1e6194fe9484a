"""``proseg-gui doctor``: what this computer has and lacks, as a table; problems last, each with what to do."""

from __future__ import annotations

import argparse
import itertools

from proseg_gui.doctor import examine
from proseg_gui.doctor.report import Problem, Report
from proseg_gui.errors import UserError

DESCRIPTION = (
    "Says what this computer has and lacks: system libraries of the window, Python packages with versions and sizes, "
    "devices, folders, shipped bundles. Works when Qt cannot be imported. Exit code 0 if the window can start, else 2."
)


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    commands.add_parser(
        "doctor",
        help="say what this computer has and lacks",
        description=DESCRIPTION,
        epilog="example: proseg-gui doctor",
    )


def run(_args: argparse.Namespace) -> int:
    """Print the report; raises UserError when the window cannot start."""
    report = examine()
    print(table(report))
    if not report.window_can_start:
        first = next(problem for problem in report.problems if problem.stops_window)
        others = sum(problem.stops_window for problem in report.problems) - 1
        more = f" (and {others} more problem{'s' if others > 1 else ''})" if others else ""
        what = first.what.partition(": ")[0]  # the list of names is in the table
        raise UserError(f"the window cannot start: {what}{more}", remedy=first.remedy)
    return 0


def table(report: Report) -> str:
    """Lay the report out as text: sections of aligned rows, then the problems."""
    width = max(len(row.name) for row in report.rows)
    lines: list[str] = []
    for section, rows in itertools.groupby(report.rows, key=lambda row: row.section):
        lines.append(section)
        lines.extend(f"  {'  ' if row.good else '! '}{row.name:<{width}}  {row.value}" for row in rows)
    lines.append("")
    if report.problems:
        lines.append("Problems")
        lines.extend(_problem(number, problem) for number, problem in enumerate(report.problems, start=1))
    else:
        lines.append("No problems found.")
    return "\n".join(lines)


def _problem(number: int, problem: Problem) -> str:
    return f"  {number}. {problem.what}.\n     {problem.remedy}."
