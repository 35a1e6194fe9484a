"""A text that says how to draw, and what came of it: the sliders move as one step, or it is said why they do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from proseg_gui.errors import UserError
from proseg_gui.jobs import CancelToken
from proseg_gui.prompts.reading import MOST_CHARACTERS, Prompt, read_prompt
from proseg_gui.review.session import Reviewed
from proseg_gui.review.state import Announce, Point, Who

if TYPE_CHECKING:
    from proseg_gui.inference.style import Followed
    from proseg_gui.review.desk import Desk

LANE, TITLE = "prompt", "Drawing as described"
STEP_NAME = "describe the style"
MOVED = "The sliders were moved meanwhile, so nothing was done: ask again"


@dataclass(frozen=True)
class Answer:
    """What became of a prompt.

    ``followed`` is ``None`` where nothing changed; ``refused`` is a sentence about why, where it is not plain from
    ``prompt``, which names the words that were not understood.
    """

    prompt: Prompt
    followed: Followed | None = None
    refused: str = ""


class Prompting:
    """Announces ``prompt_answered`` with an :class:`Answer`; ``None``: another model looks, what was said is gone."""

    def __init__(self, desk: Desk, announce: Announce) -> None:
        self._desk, self._announce = desk, announce

    def forget(self) -> None:
        """Another model looks, or none."""
        self._announce("prompt_answered", None)

    def follow(self, text: str) -> None:
        """Move the active structure's sliders as ``text`` says; a text that asks for nothing changes nothing."""
        desk = self._desk
        review, point, structure = desk.review, desk.latents.point, desk.model_structure
        if review is None:
            return

        def work(token: CancelToken, tell: Callable[[Any], None]) -> None:
            prompt = read_prompt(text, review.engine.raters)  # here, as an encoder may have to be read from a file
            try:
                tell((prompt, review.described(point, prompt, structure, token) if prompt.asks else None))
            except UserError as error:
                tell((prompt, str(error)))

        def take(found: tuple[Prompt, Followed | str | None]) -> None:
            self.take(review, point, *found)

        desk.worker.look(LANE, TITLE, work, take)

    def take(self, review: Reviewed, start: Point, prompt: Prompt, found: Followed | str | None) -> None:
        """Where the prompt leads from ``start`` has come, or why it leads nowhere; ``None``: it asks for nothing."""
        desk = self._desk
        if found is None:
            self._announce("prompt_answered", Answer(prompt))
        elif isinstance(found, str):
            self._announce("prompt_answered", Answer(prompt, refused=found))
        elif desk.review is None or desk.review.engine is not review.engine or desk.latents.point != start:
            self._announce("prompt_answered", Answer(prompt, refused=MOVED))
        else:
            if found.point != start:
                desk.latents.set_point(found.point, self._who(prompt), name=STEP_NAME)
            self._announce("prompt_answered", Answer(prompt, found))

    def _who(self, prompt: Prompt) -> Who:
        """What was understood of the prompt, after those before it where it went on from them."""
        before = self._desk.latents.who
        anew = prompt.raters or prompt.everybody or not before.prompt
        whole = prompt.understood if anew else f"{before.prompt}; {prompt.understood}"
        return Who(prompt=whole[-MOST_CHARACTERS:])
