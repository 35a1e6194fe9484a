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
