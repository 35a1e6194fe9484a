"""Joins the line for prompts to the controller: words out, and in words what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from proseg_gui.gui.language import tr
from proseg_gui.gui.panels.prompt_box import PromptBox
from proseg_gui.gui.review.controller import Controller
from proseg_gui.review.prompting import Answer

WORTH_A_WORD = 0.5

if TYPE_CHECKING:
    from proseg_gui.bundle import Card
    from proseg_gui.inference.style import Followed


class PromptLink(QObject):
    """Keeps the box showing the last answer."""

    def __init__(self, controller: Controller, box: PromptBox) -> None:
        super().__init__(controller)
        self._box = box
        box.given.connect(controller.desk.prompting.follow)
        controller.prompt_answered.connect(self._answered)

    def _answered(self, answer: Answer | None) -> None:
        if answer is None:
            self._box.set_answer("")
        else:
            self._box.set_answer(sentence(answer), answer.prompt.unknown)


def sentence(answer: Answer) -> str:
    """What came of a prompt, for people."""
    prompt = answer.prompt
    if answer.refused:
        return tr(answer.refused)
    if answer.followed is None and prompt.unknown:
        return tr("Nothing has changed.")
    if answer.followed is None:
        return tr("Nothing has changed: say how to draw, such as: tighter, smooth, without spikes")
    parts = [_moved(answer.followed), *_read_as(answer)]
    if answer.followed.beyond:
        names = ", ".join(_names()[name] for name in answer.followed.beyond)
        parts.append(tr("This model cannot, or not so far: {names}.").format(names=names))
    return " ".join(filter(None, parts))


def _moved(followed: Followed) -> str:
    names = _names()
    done = [
        f"{names[name]} {change:+.1f}" for name, change in followed.reached.items() if abs(change) >= 0.05
    ]  # fmt: skip
    if done:
        return tr("Moved, in sd between raters: {changes}.").format(changes=", ".join(done))
    return tr("Nothing has changed.") if followed.asked else ""


def _read_as(answer: Answer) -> list[str]:
    """What words that are in no table were taken for."""
    names = _names()
    more, less = tr("{word} was read as more {attribute}."), tr("{word} was read as less {attribute}.")
    return [
        (more if sign > 0 else less).format(word=word, attribute=names[attribute])
        for word, attribute, sign in answer.prompt.guessed
    ]


def rater_styles(card: Card) -> dict[str, str]:
    """How each rater draws beside the others, in words, by what the card says was measured on training masks."""
    rows, attributes, names = card.style.get("raters", ()), card.style.get("attributes", ()), _names()
    return {
        rater: ", ".join(
            f"{names[attribute]} {value:+.1f} sd"
            for attribute, value in zip(attributes, row or (), strict=False)
            if attribute in names and abs(value) >= WORTH_A_WORD
        )
        for rater, row in zip(card.raters, rows, strict=False)
    }


def _names() -> dict[str, str]:
    """Attributes in words."""
    return {
        "size": tr("size"),
        "smoothness": tr("smoothness"),
        "spikes": tr("spikes"),
        "rim": tr("rim"),
        "parts": tr("number of parts"),
        "holes": tr("holes"),
    }
