"""A test part that is looked at once: the figures go into the model's card, and the cases are used up by that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from proseg_gui.bundle import Card, annotate, case_hash, load_bundle, read_card
from proseg_gui.errors import UserError
from proseg_gui.inference.evaluate import evaluate_dataset
from proseg_gui.io.dataset import Dataset, load_case
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.training.validate import FIGURES


def judge_once(
    folder: Path,
    dataset: Dataset,
    names: Sequence[str],
    people: Mapping[str, str | None],
    others: Sequence[Card] = (),
    progress: Progress = no_progress,
    token: CancelToken | None = None,
) -> Card:
    """Judge the bundle in ``folder`` on cases ``names``, and write the figures into its card as ``metrics["test"]``.

    ``people`` says who the data set's raters are in the bundle; of ``others``, the models that there are, those that
    were judged on any of these cases before are named in ``used_before_by``: a part that was looked at has chosen.

    Raises
    ------
    UserError
        The bundle was judged on a test part already, or a case cannot be judged.
    """
    card = read_card(folder)
    if "test" in card.metrics:
        raise UserError(f"{card.name} was judged on its test part already", path=folder,
                        remedy="A second look would choose by it: use cases that nobody has looked at")  # fmt: skip
    result = evaluate_dataset(dataset, load_bundle(folder), cases=names, people=dict(people), device="cpu",
                              progress=progress, token=token)  # fmt: skip
    salt = str(card.training.get("salt", ""))
    hashes, earlier = [], set()
    for case in dataset.select(names):
        study = load_case(case, dataset.structures, channels=dataset.channels, token=token)
        hashes.append(case_hash(study, salt))
        for other in others:
            used = other.metrics.get("test", {}).get("case_hashes", ())
            if used and case_hash(study, str(other.training.get("salt", ""))) in used:
                earlier.add(other.name)
    record: dict[str, Any] = {name: round(result[name], 4) for name in FIGURES if result.get(name) is not None}
    record["dice_identity"] = {
        name: round(value, 4) for name, value in result["dice_identity"].items() if value is not None
    }
    record |= {
        "own_minus_wrong": _rounded(result["identity_gain"]), "n_cases": len(result["cases"]),
        "seen_in_training": result["seen_in_training"], "judged": datetime.now(UTC).strftime("%Y-%m-%d"),
        "case_hashes": hashes, "used_before_by": sorted(earlier), "note": "judged once, on cases that chose nothing",
    }  # fmt: skip
    return annotate(folder, metrics={**card.metrics, "test": record})


def _rounded(values: Any) -> Any:
    if isinstance(values, dict):
        return {name: _rounded(value) for name, value in values.items()}
    return round(values, 4) if isinstance(values, float) else values
