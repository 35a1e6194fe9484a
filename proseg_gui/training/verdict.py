"""Why one may doubt a new model: plain sentences about its card, for the window, the command line and the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def doubts(metrics: Mapping[str, Any]) -> list[str]:
    """What speaks against keeping a model, from its card's ``metrics``; each a clause that ends without a full stop.

    They are: nobody validated it or a single case did, it agrees with raters less than people do with each other, and
    its raters are not told apart. Cards of before these figures were kept say less.
    """
    figures: Mapping[str, Any] = metrics.get("validation", {})
    if not figures:
        return ["no case validated it"]
    found = []
    if figures.get("n_cases") == 1:
        found.append("a single case validated it, which may be a lucky one")
    own, humans = figures.get("dice_identity_mean"), figures.get("human_majority")
    if own is not None and humans is not None and own < humans:
        found.append(f"it agrees with each rater by Dice {own:.3f}, and the majority of the others by {humans:.3f}")
    apart = figures.get("own_minus_wrong")
    if apart is not None and apart["low"] is not None and apart["low"] <= 0.0:
        found.append(
            "its raters are not told apart: own minus wrong rater's Dice is "
            f"{apart['mean']:.3f} ({apart['low']:.3f} to {apart['high']:.3f}), which is not surely above 0"
        )
    return found


def beside_heads(metrics: Mapping[str, Any]) -> str:
    """One sentence on what plain heads a rater would do, from a card's ``metrics``; empty where nobody looked.

    A difference is one where its interval over cases leaves out 0.
    """
    found: Mapping[str, Any] = metrics.get("plain_heads", {})
    dice, apart = found.get("dice_identity"), found.get("own_minus_wrong")
    if not found or not dice or not apart:
        return ""
    by = dice["difference"]
    if by["low"] is None:
        return ""
    told = f"Dice {dice['model']:.3f} against {dice['heads']:.3f}"
    if by["low"] > 0.0:
        first = f"for each rater's own contour it is better than plain heads on its features ({told})"
    elif by["high"] < 0.0:
        first = f"for each rater's own contour plain heads on its features would do better ({told})"
    else:
        first = f"for each rater's own contour plain heads on its features would do as well ({told})"
    if apart["difference"]["high"] < 0.0:
        first += f", and they tell raters apart better by {-apart['difference']['mean']:.3f}"
    ged2 = found["fair_ged2"]
    floors = f"heads {ged2['heads']:.3f}, its own mean map cut at random levels {ged2['own_map']:.3f}"
    if ged2["model"] < min(ged2["heads"], ged2["own_map"]):
        return f"{first}; its draws are nearer to people's spread (fair GED^2 {ged2['model']:.3f}, {floors})"
    return f"{first}; its draws add nothing to that (fair GED^2 {ged2['model']:.3f}, {floors})"
