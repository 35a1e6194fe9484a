"""``proseg-gui models``: the bundles that ship with the program, with what one needs to know to choose one."""

from __future__ import annotations

import argparse

from proseg_gui.bundle import Card, list_bundles
from proseg_gui.catalogue import title_of
from proseg_gui.wording import plural


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add this command to the parser."""
    commands.add_parser("models", help="list the shipped models", epilog="example: proseg-gui models")


def run(_args: argparse.Namespace) -> int:
    """Print each card's essentials."""
    cards = list_bundles()
    for card in cards:
        print(describe(card))
    if not cards:
        print("no model is shipped with this copy of the program")
    return 0


def describe(card: Card) -> str:
    """A few lines about one bundle."""
    spacing = " x ".join(f"{s:g}" for s in card.spacing_mm)
    figures = card.metrics.get("validation", {})
    lines = [
        f"{card.name} (version {card.version}, method {title_of(card.kind)})",
        f"  draws {', '.join(card.structures)} as {plural(len(card.raters), 'rater')}: {', '.join(card.raters)}",
        f"  on {card.known_modality or 'images'} ({', '.join(card.channels)}) at {spacing} mm pixels",
    ]
    if figures:
        lines.append(f"  validation ({figures.get('n_cases')} cases): identity Dice "
                     f"{figures.get('dice_identity_mean')}, GED^2 {figures.get('ged2')}")  # fmt: skip
    lines += [f"  {label}: {text}" for label, text in (("use", card.intended_use), ("licence", card.licence)) if text]
    return "\n".join(lines)
