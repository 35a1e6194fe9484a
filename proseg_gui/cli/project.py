"""``proseg-gui project``: what a project holds, whether it is whole, and its accepted readings as a data set."""

from __future__ import annotations

import argparse
import contextlib
import json
from pathlib import Path

from proseg_gui.errors import UserError
from proseg_gui.wording import plural

EXAMPLES = """examples:
  proseg-gui project info liver.project
  proseg-gui project check liver.project
  proseg-gui project export liver.project --out readings --how "by hand,blind"

A project is the file in which the window keeps the work on cases; it is only read here. check works out every hash
again and plays every history back; it ends with exit code 2 and one line when something is wrong. export writes the
accepted readings as a data set, a rater for each person; train and evaluate also take a project as it is.
"""


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "project",
        help="look into a project, check it, or export its accepted readings",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("action", choices=("info", "check", "export"), help="what to do")
    parser.add_argument("project", type=Path, metavar="PROJECT", help="a project file")
    parser.add_argument("--json", action="store_true", help="info: print JSON")
    parser.add_argument("--out", type=Path, metavar="DATASET", help="export: folder to write")
    add_how(parser)


def add_how(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which readings of a project are meant."""
    parser.add_argument(
        "--how",
        metavar="NAME,...",
        help="of a project: only readings made by hand, proposal seen or blind (all of them)",
    )
    parser.add_argument(
        "--trust-paths",
        action="store_true",
        help="read images where a project says that they are, though another account made it",
    )


def run(args: argparse.Namespace) -> int:
    """Do what was asked and print it."""
    from proseg_gui.review.project import open_project

    _check_options(args)
    with contextlib.closing(open_project(args.project, write=False)) as project:
        project.trusted = args.trust_paths
        if args.action == "info":
            from proseg_gui.review.project.report import describe

            found = describe(project)
            print(json.dumps(found, indent=2, ensure_ascii=False) if args.json else "\n".join(_table(found)))
        elif args.action == "check":
            from proseg_gui.review.project.check import problems

            wrong = problems(project)
            if wrong:
                raise UserError("; ".join(wrong), path=args.project, remedy="Go back to a copy of it")
            print(f"{args.project.name} is whole: {plural(len(project.cases()), 'case')}")
        else:
            from proseg_gui.review.project.export import export_dataset, parse_how

            notices = export_dataset(project, args.out, how=parse_how(args.how), overwrite=args.overwrite)
            print("\n".join([f"wrote {args.out}", *(f"note: {notice}" for notice in notices)]))
    return 0


def _check_options(args: argparse.Namespace) -> None:
    if args.action == "export" and args.out is None:
        raise UserError("export needs a folder to write to", remedy="Give it with --out")
    for name, action in (("json", "info"), ("out", "export"), ("how", "export")):
        if getattr(args, name) and args.action != action:
            raise UserError(f"--{name} belongs to project {action}", remedy="Leave it out")


def _table(found: dict) -> list[str]:
    """The project as lines of text: one row a case."""
    lines = [f"format {found['schema_version']}, integrity: {found['integrity']}"]
    if found["persons"]:
        lines.append(f"persons: {', '.join(found['persons'])}")
    for case in found["cases"]:
        name = case["name"] + (f" (version {case['version']})" if case["version"] > 1 else "")
        flag = ", flagged" if case["flagged"] else ""
        doubt = "" if case["doubt_ml"] is None else f", doubt {case['doubt_ml']:.1f} ml"
        drafts = case["draft_voxels"]
        drawn = ", draft damaged" if drafts is None else "".join(f", {n} {count} voxels" for n, count in drafts.items())
        steps = f"{plural(case['gestures'], 'step')}, {plural(case['readings'], 'reading')}"
        lines.append(f"{name}: {case['state']}{flag}, {steps}{doubt}{drawn}")
    return lines
