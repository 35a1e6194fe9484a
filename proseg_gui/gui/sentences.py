"""Sentences and names of steps that the floors below make, in the language of the window.

Those floors know no Qt and speak English, also to the command line and into projects. What of it a person reads all
the time is listed here with places for what varies, and is said anew where it is shown. Errors stay as they are.
"""

from __future__ import annotations

import re
from functools import lru_cache

from proseg_gui.gui.language import marked, tr

NESTED = frozenset({"step", "rest", "slices", "raters", "why", "last"})
"""Places that hold what is itself one of the list."""
SENTENCES = (
    # steps of the hand and of the sliders
    marked("{step} on slice {k}"), marked("{step} on plane {k}"),
    marked("brush"), marked("eraser"), marked("restore"), marked("lasso"), marked("threshold brush"),
    marked("flood fill"), marked("click in"), marked("click out"), marked("box"), marked("clear clicks"),
    marked("draw as {rater}"), marked("draw a preference of {rater}"), marked("consensus style"),
    marked("blend raters"), marked("random sample"), marked("reset ambiguity"), marked("load latents"),
    marked("remember setting"), marked("forget setting"), marked("take sample"), marked("grow by {mm} mm"),
    marked("shrink by {mm} mm"), marked("hollow to {mm} mm"), marked("values from {low} to {high}"),
    marked("values from {low}"), marked("values to {high}"), marked("smooth over {mm} mm"), marked("fill holes"),
    marked("keep the largest part"), marked("drop parts under {ml} ml"), marked("interpolate between slices"),
    marked("copy from slice {k}"), marked("copy from {rater}"), marked("add {name}"), marked("keep within {name}"),
    marked("take away {name}"), marked("exclude {name}"), marked("add structure {name}"),
    marked("rename {old} to {new}"), marked("delete structure {name}"), marked("colour of {name}"),
    marked("lock {name}"), marked("unlock {name}"), marked("move {name}"), marked("forget strokes"),
    marked("accept {name}"), marked("reopen {name}"), marked("recompute with this model"), marked("use model {name}"),
    marked("take the proposal on all slices"), marked("take the proposal on slice {k}"),
    marked("take a part of the proposal on slice {k}"), marked("reject the proposal"), marked("open contours"),
    marked("flag case"), marked("take the flag away"), marked("agree: doubt in {slices}"),
    marked("disagree: doubt in {slices}"), marked("later: doubt in {slices}"),
    marked("take back what was said of {slices}"), marked("slice {k}"), marked("slices {k} to {last_k}"),
    # what came of a step
    marked("Undid: {step}"), marked("Did again: {step}"), marked("There is nothing to undo in this case"),
    marked("There is nothing to redo in this case"), marked("Accepted: {names}"),
    marked("There is no contour to accept: no model has looked, and nothing was drawn"),
    marked("It is accepted already; Reopen lets you change it"), marked("It is not accepted"),
    marked("There is no shape of another model to replace"), marked("Nothing was drawn of {name}"),
    marked("Nothing changes: {step}"), marked("{name} was changed meanwhile, so it was not done: {step}"),
    marked("{rater} gave no mask on this scan"), marked("There is no slice on that side"),
    marked("Draw on two slices with others between them first"),
    marked("Choose a range of values first, beside the threshold brush"),
    marked("There is no contour on this slice to take values from"),
    marked("There is no structure to draw on: add one in the list of structures"),
    marked("The value there lies outside the range of the tool"), marked("Draw the box on an acquired slice"),
    marked("{n} candidates, the likeliest with {k} %: the gallery (F6) shows them"),
    marked("1 candidate: all draws agree"), marked("This model takes no clicks"),
    marked("The model does not draw this structure: choose one that it does"),
    marked("The contour was changed meanwhile, so the click was not followed"), marked("A structure needs a name"),
    marked("There is a structure called {name} already"), marked("{name} is accepted; reopen it first"),
    marked("{name} comes from the model; it can be hidden, but not renamed or deleted"),
    marked("{name} is locked; unlock it in the list of structures first"),
    marked("The contour is still being drawn; remember it when it is there"),
    marked("The proposal is still being worked out"), marked("The proposal changes nothing on this slice"),
    marked("The contour was changed meanwhile; the proposal was not taken over"),
    marked("Nothing is proposed: draw on a slice first"), marked("This study has one channel"),
    marked("Showing {name} (estimated)"), marked("{names} missing: estimated, not acquired"),
    marked("{names} missing: estimated, not acquired."),
    marked("Showing {name}"), marked("Stopped: figures cover the slices measured so far"),
    marked("The sliders of this case were set under another model; they begin anew under this one"),
    # doubt
    marked("{rest} (of the slices measured so far)"), marked("Go to a region of doubt first"),
    marked("There is no earlier place to go back to"), marked("This is the only region that is left"),
    marked("The uncertainty of the slices is still being measured"), marked("Every region of doubt was looked at"),
    marked("Every region of doubt (of the slices measured so far) was looked at"),
    marked("Every slice with more than 5 % of the highest doubt was looked at"),
    marked("Every slice with more than 5 % of the highest doubt of those measured so far was looked at"),
    marked("Agreed"), marked("Disagreed"), marked("Left for later"), marked("No longer marked"),
    marked("no region of doubt is left"), marked("1 region left with {ml} in doubt"),
    marked("{n} regions left with {ml} in doubt"), marked("Slice {k}: {ml} in doubt"),
    marked("Slice {k}, {where}: {ml} in doubt"), marked("Slices {k} to {last_k}: {ml} in doubt"),
    marked("Slices {k} to {last_k}, {where}: {ml} in doubt"), marked("{raters} include it"),
    marked("{n} % of draws include it"),
    marked("Slice {k}: {ml} in doubt, {left} after what you drew"),
    marked("Slice {k}, {where}: {ml} in doubt, {left} after what you drew"),
    marked("Slices {k} to {last_k}: {ml} in doubt, {left} after what you drew"),
    marked("Slices {k} to {last_k}, {where}: {ml} in doubt, {left} after what you drew"),
    marked("what is left could change the volume by at most {ml} ({n} %)"),

    marked("{raters} includes it"), marked("{raters} leave it out"), marked("{raters} leaves it out"),
    marked("{raters} include a part"), marked("{raters} includes a part"), marked("{raters} include it, {rest}"),
    marked("{raters} includes it, {rest}"), marked("{raters} leave it out, {rest}"),
    marked("{raters} leaves it out, {rest}"), marked("mostly because {why}"), marked("most of all because {why}"),
    marked("experts differ"), marked("the same expert varies"), marked("the image leaves it open"),
    marked("the model gives no clear yes or no"), marked("a missing channel is estimated"),
    marked("no rater includes it"), marked("{names} and {last}"),
    # names of contours
    marked("consensus style {n}"), marked("draw of {rater}"), marked("blend {n}"), marked("Current draft"),
    marked("Adjusted for the scanner"), marked("Not adjusted for the scanner"),
    marked("As {rater}"), marked("Remembered: {step}"), marked("Given by {rater}"),
    marked("Accepted by {name}, version {n}"), marked("Accepted by nobody named, version {n}"),
)  # fmt: skip
SIDES = (marked("upper"), marked("lower"), marked("front"), marked("back"), marked("left"), marked("right"))
"""Words of ``{where}``."""
NUMBERS = frozenset({"k", "last_k", "n", "mm", "low", "high"})


def told(text: str) -> str:
    """``text`` of a floor below in the language of the window; what is not in the list stays as it is."""
    for pattern, template in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            said = tr(template)
            return text if said == template else said.format(**{k: _part(k, v) for k, v in found.groupdict().items()})
    return "; ".join(map(told, text.split("; "))) if "; " in text else text


def _part(name: str, text: str) -> str:
    if name == "where":
        return " ".join(tr(word) if word in SIDES else word for word in text.split())
    return told(text) if name in NESTED else text


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Those with the most words of their own first; only the remark at the end may follow on several sentences."""
    made = []
    for template in sorted(set(SENTENCES), key=lambda text: -len(re.sub(r"\{\w+\}", "", text))):
        parts = re.split(r"\{(\w+)\}", template)
        for i in range(1, len(parts), 2):
            wide = ".+" if template.startswith("{rest}") else r"[-+\d.e]+" if parts[i] in NUMBERS else "[^;]+?"
            parts[i] = f"(?P<{parts[i]}>{wide})"
        parts[::2] = map(re.escape, parts[::2])
        made.append((re.compile("".join(parts)), template))
    return tuple(made)
