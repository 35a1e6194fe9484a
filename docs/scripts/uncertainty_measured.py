"""Whether what is said of doubt is so, on cases that no weights have seen: docs/uncertainty-measured.md.

    python docs/scripts/uncertainty_measured.py phantom --seeds 3000:3012 --json phantom.json
    python docs/scripts/uncertainty_measured.py brain --data DATASET --model BUNDLE --cases a,b --json brain.json
    python docs/scripts/uncertainty_measured.py report phantom.json brain.json

Readers are those of docs/scripts/condition_simulator.py: each has a real (or the phantom's) reading in mind. Measured
are the calibration of the agreement; the raters' odds, as the window tells them, and how much of the strokes each
rater explains, also of readers who draw as no rater does (a rater's mask grown or shrunk by MOVED_PIXELS); the stop
rule, after the largest regions of doubt were corrected; and whether doubt finds what is still wrong, before and after
strokes have moved it. Everything is deterministic.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from condition_simulator import cases, line_of
from scipy.ndimage import distance_transform_edt
from scipy.stats import rankdata

from proseg_gui.inference.calibrate import STROKES, agreement_bins, strokes_of
from proseg_gui.inference.calibration import LEVELS, ODDS, calibration_of
from proseg_gui.inference.condition.ensemble import Ensemble
from proseg_gui.inference.condition.posterior import Posterior
from proseg_gui.inference.condition.update import condition
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.plan import default_plan
from proseg_gui.inference.points import point_from
from proseg_gui.inference.survey import CaseSurvey
from proseg_gui.metrics.bootstrap import paired_difference
from proseg_gui.review.regions import Found, regions_of
from proseg_gui.review.remaining import SURE
from proseg_gui.review.stopping import CLOSED, stops

MOVED_PIXELS = 4.0
DOUBT_AFTER = (1, 4, 8)
"""Strokes after which doubt is asked for what is still wrong."""


def main() -> None:
    """Run one kind of cases, or print the tables of what was run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("phantom", "brain", "report"))
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--seeds", default="3000:3012")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--cases", default="")
    parser.add_argument("--raters", default="", help="which raters are readers, all by default")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    if args.what == "report":
        for path in args.files:
            print("\n".join(tables(json.loads(path.read_text()))))
        return
    found: dict[str, Any] = {"what": args.what, "cases": []}
    readers = set(args.raters.split(",")) if args.raters else None
    args.raters = ""  # agreement is with all of them
    for case, engine, readings in cases(args):
        began = time.time()
        row = {"case": case, **measured(engine, readings, readers or set(readings))}
        found["cases"].append(row)
        print(f"<!-- {args.what} {case}: {time.time() - began:.0f} s -->", flush=True)
        if args.json:
            args.json.write_text(json.dumps(found))
    if args.json is None:
        print("\n".join(tables(found)))


def measured(engine: Engine, readings: dict[str, np.ndarray], readers: set[str]) -> dict[str, Any]:
    """One case."""
    survey, ensemble = CaseSurvey(engine, default_plan(engine.bundle)), Ensemble(engine)
    ensemble.prepare_all()
    agreement = agreement_bins(survey, 0, list(readings.values()))
    found = regions_of(engine, survey, 0)
    start = engine.mask(point_from(engine.method.consensus_style())).array
    rows = []
    for rater, truth in readings.items():
        if rater in readers:
            row = {"rater": rater, "stop": stop_rows(ensemble, found, start, truth)}
            rows.append({**row, **strokes(ensemble, start, truth, doubt=True)})
    invented = []
    sizes = {rater: int(mask.sum()) for rater, mask in readings.items()}
    for rater, by in ((max(sizes, key=sizes.get), MOVED_PIXELS), (min(sizes, key=sizes.get), -MOVED_PIXELS)):
        invented.append(strokes(ensemble, start, moved(readings[rater], by), doubt=False))
    return {"agreement": agreement.tolist(), "regions": len(found.regions), "readers": rows, "invented": invented}


def moved(mask: np.ndarray, pixels: float) -> np.ndarray:
    """Grown (or shrunk) in every slice."""
    found = np.zeros_like(mask)
    for k, plane in enumerate(mask):
        if plane.any():
            outside = distance_transform_edt(~plane)
            found[k] = outside <= pixels if pixels > 0 else distance_transform_edt(plane) > -pixels
    return found


def strokes(ensemble: Ensemble, start: np.ndarray, truth: np.ndarray, *, doubt: bool) -> dict[str, Any]:
    """After so many strokes by hand: the odds, what each rater explains, and how well doubt finds what is wrong."""
    engine = ensemble.engine
    found: dict[str, Any] = {"odds": {}, "explained": {}, "auc": {}}
    for n, evidence, shown in strokes_of(engine, start, truth, sorted({*STROKES, *DOUBT_AFTER})):
        if n in STROKES:
            told = condition(engine, evidence, ensemble=ensemble, slices=())
            found["odds"][n], found["explained"][n] = dict(told.raters), dict(told.explained)
        if doubt and n in DOUBT_AFTER:
            said = np.zeros(truth.shape, bool)
            said[tuple(evidence.index.T)] = True
            found["auc"][n] = aucs(ensemble, Posterior(ensemble, evidence), shown, truth, said)
    return found


def aucs(
    ensemble: Ensemble, posterior: Posterior, shown: np.ndarray, truth: np.ndarray, said: np.ndarray
) -> dict[str, float]:
    """How well doubt before and after evidence ranks the wrong places above the others, where nothing was said."""
    parts: dict[str, list[np.ndarray]] = {"before": [], "spread": [], "after": []}
    wrong = []
    for k, lattice in ensemble.lattices().items():
        at = np.flatnonzero(~said[k][tuple(lattice.pixels.T)])
        pixels = tuple(lattice.pixels[at].T)
        p = 1.0 / (1.0 + np.exp(-lattice.even[at].astype(np.float64)))
        parts["before"].append(p * (1.0 - p))
        logits = posterior.logits(lattice, at)
        p = posterior.weights @ (1.0 / (1.0 + np.exp(-logits)))
        parts["spread"].append(p * (1.0 - p))
        parts["after"].append(np.where(shown[k][pixels], 1.0 - p, p))
        wrong.append((shown != truth)[k][pixels])
    is_wrong = np.concatenate(wrong)
    if not is_wrong.any() or is_wrong.all():
        return {}
    n = int(is_wrong.sum())
    ranks = {name: rankdata(np.concatenate(values))[is_wrong].sum() for name, values in parts.items()}
    return {name: float((rank - n * (n + 1) / 2) / (n * (len(is_wrong) - n))) for name, rank in ranks.items()}


def stop_rows(ensemble: Ensemble, found: Found, start: np.ndarray, truth: np.ndarray) -> list[dict[str, Any]]:
    """What the stop rule says after the largest regions were corrected, and how much the rest really changes."""
    engine, rows = ensemble.engine, []
    thickness = engine.geometry.slice_thickness_mm() * engine.geometry.pixel_area_mm2 / 1000.0
    known = calibration_of(engine.bundle.card)
    factor = 1.0 if known is None or known.stop is None else known.stop
    for stop, codes in stops(ensemble, found, start, truth):
        whole = float((truth.sum((1, 2)) - stop.shown.sum((1, 2)).astype(float)) @ thickness)
        row: dict[str, Any] = {"closed": stop.closed, "whole": whole}
        for name, left in (("as before", stop.before), ("after evidence", stop.after or stop.before)):
            numbers = stop.left(left)
            told, half = left.could_change_ml(numbers), left.could_change_ml(numbers, 0.5)
            row[name] = {"told": told, "half": half, "measured": factor * told,
                         "real": stop.real_ml(left, truth, codes), "left": len(numbers)}  # fmt: skip
        rows.append(row)
    return rows


def tables(found: dict[str, Any]) -> list[str]:
    """Markdown."""
    rows = [{**reader, "case": case["case"]} for case in found["cases"] for reader in case["readers"]]
    lines = [f"{found['what']}: {len(found['cases'])} cases, {len(rows)} readers", ""]
    return [*lines, *agreement_table(found), "", *stop_table(rows), "", *odds_tables(rows), "",
            *explained_table(found), "", *auc_table(rows), ""]  # fmt: skip


def agreement_table(found: dict[str, Any]) -> list[str]:
    """What was said and what was so, level by level."""
    bins = np.sum([case["agreement"] for case in found["cases"]], axis=0)
    lines = [line_of("agreement shown", [f"{10 * level} %" for level in range(1, LEVELS)]), "|---" * LEVELS + "|"]
    lines.append(line_of("raters who included it", [f"{100 * were / n:.0f} %" for n, _, were in bins[1:]]))
    lines.append(line_of("voxels", [f"{int(n)}" for n, _, _ in bins[1:]]))
    inner = bins[1:-1]
    error = np.abs(inner[:, 1] - inner[:, 2]).sum() / inner[:, 0].sum()
    return [*lines, "", f"Mean difference over 10 to 90 %: {error:.3f}."]


def stop_table(rows: Sequence[dict[str, Any]]) -> list[str]:
    """How often the rest changes no more than the stop rule says."""
    lines = [line_of("regions corrected", ("what was said", "readers", f"held ({SURE:.0%} wanted)", "held (50% wanted)",
                                           "told, ml (median)", "real, ml (median)", "whole volume held",
                                           "by the card's factor, held", "told so, ml (median)"))]  # fmt: skip
    lines.append("|---" * 10 + "|")
    for closed in CLOSED:
        for name in ("as before", "after evidence"):
            own = [(row["case"], stop) for row in rows for stop in row["stop"] if stop["closed"] == closed]
            own = [(case, stop) for case, stop in own if stop[name]["left"]]
            if not own:
                continue
            held = {part: by_case(own, lambda s, n=name, p=part: abs(s[n]["real"]) <= s[n][p] + 1e-9)
                    for part in ("told", "half", "measured")}  # fmt: skip
            whole = by_case(own, lambda s, n=name: abs(s["whole"]) <= s[n]["told"] + 1e-9)
            told, real, measured = (np.median([abs(s[name][part]) for _, s in own])
                                    for part in ("told", "real", "measured"))  # fmt: skip
            lines.append(line_of(str(closed), [name, len(own), interval(held["told"]), interval(held["half"]),
                                               f"{told:.2f}", f"{real:.2f}", interval(whole),
                                               interval(held["measured"]), f"{measured:.2f}"]))  # fmt: skip
    return lines


def by_case(rows: Sequence[tuple[str, Any]], value: Callable[[Any], float]) -> np.ndarray:
    """Mean over the readers of each case."""
    names = sorted({case for case, _ in rows})
    return np.array([np.mean([value(row) for case, row in rows if case == name]) for name in names])


def interval(values: np.ndarray) -> str:
    """A mean over cases with its bootstrap interval."""
    found = paired_difference(values, np.zeros_like(values))
    return f"{100 * found.mean:.0f} % [{100 * found.low:.0f}, {100 * found.high:.0f}]"


def odds_tables(rows: Sequence[dict[str, Any]]) -> list[str]:
    """How often the named rater is the reader, by the odds."""
    titles = [f"{100 * a:.0f} to {100 * b:.0f} %" for a, b in pairwise(ODDS)]
    lines = [line_of("odds after n strokes", [*titles, "likeliest one right"]), "|---" * (len(titles) + 2) + "|"]
    for n in STROKES:
        told = [(row["odds"][str(n)], row["rater"]) for row in rows if row["odds"].get(str(n))]
        if not told:
            return []
        p = np.array([value for odds, _ in told for value in odds.values()])
        hit = np.array([name == rater for odds, rater in told for name in odds])
        at = np.searchsorted(ODDS[1:-1], p, side="right")
        cells = [f"{hit[at == b].mean():.0%} (said {p[at == b].mean():.0%}, n {(at == b).sum()})" if (at == b).any()
                 else "-" for b in range(len(titles))]  # fmt: skip
        top = np.mean([max(odds, key=odds.get) == rater for odds, rater in told])
        lines.append(line_of(str(n), [*cells, f"{top:.0%}"]))
    return lines


def explained_table(found: dict[str, Any]) -> list[str]:
    """How much of the strokes the best rater explains, of readers who are raters and of invented ones."""
    lines = [line_of("best rater explains, after n strokes", ("reader", "10 %", "median", "90 %", "n"))]
    lines.append("|---" * 6 + "|")
    for n in STROKES:
        for name in ("readers", "invented"):
            told = [row["explained"][str(n)] for case in found["cases"] for row in case[name]
                    if row["explained"].get(str(n))]  # fmt: skip
            if told:
                best = np.array([max(each.values()) for each in told])
                cells = [f"{value:.2f}" for value in np.quantile(best, (0.1, 0.5, 0.9))]
                lines.append(line_of(str(n), [name, *cells, len(best)]))
    return lines


def auc_table(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Whether doubt that has followed the strokes finds better what is still wrong."""
    names = ("doubt before", "spread after", "doubt after", "doubt after - before")
    lines = [line_of("AUC for what is still wrong", names), "|---" * 5 + "|"]
    for n in DOUBT_AFTER:
        own = [(row["case"], row["auc"][str(n)]) for row in rows if row["auc"].get(str(n))]
        values = {name: by_case(own, lambda a, k=name: a[k]) for name in ("before", "spread", "after")}
        change = paired_difference(values["after"], values["before"])
        cells = [f"{value.mean():.3f}" for value in values.values()]
        cells.append(f"{change.mean:+.3f} [{change.low:+.3f}, {change.high:+.3f}]")
        lines.append(line_of(f"after {n} strokes", cells))
    return lines


if __name__ == "__main__":
    main()
