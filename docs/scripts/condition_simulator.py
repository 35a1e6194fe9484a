"""Simulated readers who correct a contour stroke by stroke, by hand alone and with conditioning: docs/conditioning.md.

    python docs/scripts/condition_simulator.py phantom --seeds 3000:3012 --json phantom.json
    python docs/scripts/condition_simulator.py brain --data DATASET --model BUNDLE --cases a,b --json brain.json
    python docs/scripts/condition_simulator.py report phantom.json [brain.json ...]

A reader has one real (or the phantom's) reading in mind and starts from the consensus style. Each stroke goes to the
deepest point of the largest error of any slice that is not accepted yet: a disc of DISC_MM on that slice, of which
the reader says only what is on the same side of the own contour. A slice that is worked on and not accepted counts as
looked at and left alone in its other parts. A slice whose Dice is at least GOOD_DICE after a stroke is accepted as it
stands and not looked at again. Everything is deterministic.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import rankdata

from proseg_gui.bundle import load_bundle
from proseg_gui.inference.condition.ensemble import Ensemble
from proseg_gui.inference.condition.evidence import Evidence, Standing
from proseg_gui.inference.condition.reader import GOOD_DICE, Reader
from proseg_gui.inference.condition.update import NUMBERS, Conditioned, Numbers, condition, propose
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.plan import default_plan
from proseg_gui.inference.points import point_from
from proseg_gui.inference.survey import CaseSurvey
from proseg_gui.inference.uncertainty import PARTS
from proseg_gui.io.dataset import load_case, read_dataset
from proseg_gui.metrics.bootstrap import Difference, paired_difference
from proseg_gui.metrics.overlap import dice
from proseg_gui.phantom import TRAINING_SHAPE, TRAINING_SPACING_MM, Phantom

DISC_MM = {"phantom": 5.0, "brain": 2.5}
"""Radius of a stroke: two and a half pixels of the case's own."""
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
STROKE_S, SLICE_S = 2.5, 1.5
"""Modelled seconds of a stroke, and of going to another slice."""
MOST_STROKES = {"phantom": 120, "brain": 60}
PROPOSED = 30
"""Proposals are taken over after so many strokes; then the reader goes on by hand, to save computing."""
SHOWN = (0, 1, 2, 4, 8, 12, 16, 24)
GOALS = {"phantom": (0.90, 0.95), "brain": (0.90, 0.92, 0.95)}
EDITS = 12
"""Strokes by hand that the uncertainty is asked to foretell."""
ENOUGH, ENOUGH_STROKES = 0.96, 24
"""A simulation ends when Dice and strokes are beyond what the tables show."""
WORSE = 0.001
"""A stroke made it worse when Dice fell by more than this."""
MUCH_WORSE = 0.005
GOAL_COLUMNS = ("strokes (median)", "slices", "seconds", "reached", "strokes against by hand: share; difference")
HARM = ("strokes that made it worse", "by more than 0.005", "the worst", "seconds a step (median)")
ARMS: dict[str, Numbers | None] = {"hand": None, "weights": replace(NUMBERS, taper_mm=0.0), "weights + field": NUMBERS}


@dataclass
class Trace:
    """Dice after 0, 1, 2 ... strokes, slices gone to, and what conditioning said at the end."""

    dice: list[float]
    slices: list[int]
    raters: list[dict[str, float]]
    seconds: list[float]
    edits: list[tuple[int, int, int]]


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
        print("\n".join(tables([json.loads(path.read_text()) for path in args.files])))
        return
    runs = []
    for case, engine, readings in cases(args):
        runs += run_case(args.what, case, engine, readings, ARMS)
        if args.json:
            args.json.write_text(json.dumps({"what": args.what, "runs": runs}))
    if args.json is None:
        print("\n".join(tables([{"what": args.what, "runs": runs}])))


def cases(args: argparse.Namespace) -> Iterator[tuple[str, Engine, dict[str, np.ndarray]]]:
    """Each case: name, engine, rater -> reading ``(z, y, x)``."""
    if args.what == "phantom":
        bundle = load_bundle(args.model or "phantom")
        first, last = (int(n) for n in args.seeds.split(":"))
        for seed in range(first, last):
            study = Phantom(seed, TRAINING_SHAPE, TRAINING_SPACING_MM).study(readings=1)
            yield str(seed), Engine(bundle, study, device="cpu"), {r.rater: r.mask.array for r in study.readings}
        return
    bundle = load_bundle(args.model)
    for case in read_dataset(args.data).select(args.cases.split(",")):
        study = load_case(case)
        drawn = {r.rater: r.mask.array for r in study.readings}
        chosen = args.raters.split(",") if args.raters else list(drawn)
        yield case.name, Engine(bundle, study, device="cpu"), {name: drawn[name] for name in chosen}


def run_case(
    what: str, case: str, engine: Engine, readings: dict[str, np.ndarray], arms: dict[str, Numbers | None]
) -> list[dict[str, Any]]:
    """Every reader of a case in every arm."""
    began = time.time()
    ensemble = Ensemble(engine)
    ensemble.prepare_all()
    start = engine.mask(point_from(engine.method.consensus_style())).array
    doubt = doubt_maps(ensemble)
    rows = []
    for rater, truth in readings.items():
        for arm, numbers in arms.items():
            trace = simulate(what, ensemble, start, truth, numbers)
            rows.append({"case": case, "rater": rater, "arm": arm, **vars(trace)})
            if numbers is None:
                rows[-1]["auc"] = edit_aucs(what, truth, engine, trace.edits[:EDITS], doubt)
    print(f"<!-- {what} {case}: {time.time() - began:.0f} s -->", flush=True)
    return rows


def doubt_maps(ensemble: Ensemble) -> dict[str, np.ndarray]:
    """``(z, y, x)`` each part of the uncertainty; ``region`` is where the model looks for the structure at all."""
    engine = ensemble.engine
    survey = CaseSurvey(engine, default_plan(engine.bundle))
    maps = {part: np.zeros(engine.geometry.shape, np.float32) for part in PARTS}
    region = np.zeros(engine.geometry.shape, np.bool_)
    for k, lattice in ensemble.lattices().items():
        (y, x), (h, w), step = lattice.patch.first, lattice.shape, lattice.patch.step
        region[k, y : y + h * step, x : x + w * step] = True
        for part, values in survey.slice(k).maps.items():
            maps[part][k] = values[0]
    return {**maps, "region": region}


def edit_aucs(
    what: str, truth: np.ndarray, engine: Engine, edits: Sequence[tuple[int, int, int]], doubt: dict[str, np.ndarray]
) -> dict[str, float]:
    """How well each part of the uncertainty ranks the voxels of the first strokes above the rest of the region."""
    reader = Reader(truth, engine.geometry.spacing_mm, DISC_MM[what])
    edited = np.zeros(truth.shape, np.bool_)
    for place in edits:
        edited[place[0]] |= reader.disc(place)
    edited = edited[doubt["region"]]
    if not edited.any() or edited.all():
        return {}
    n = int(edited.sum())
    ranks = {part: rankdata(doubt[part][doubt["region"]])[edited].sum() for part in PARTS}
    return {part: float((rank - n * (n + 1) / 2) / (n * (len(edited) - n))) for part, rank in ranks.items()}


def simulate(what: str, ensemble: Ensemble, start: np.ndarray, truth: np.ndarray, numbers: Numbers | None) -> Trace:
    """One reader with one way of working."""
    engine = ensemble.engine
    reader = Reader(truth, engine.geometry.spacing_mm, DISC_MM[what])
    shown, stands = start.copy(), None
    trace = Trace([dice(shown, truth)], [], [], [], [])
    accepted: dict[int, Standing] = {}
    alone: dict[int, Standing] = {}
    said = np.zeros(truth.shape, np.uint8)
    while len(trace.dice) <= MOST_STROKES[what]:
        place = reader.stroke(shown, said, set(accepted))
        if place is None:
            break
        k = place[0]
        trace.slices.append(k)
        trace.edits.append(place)
        if numbers is not None and len(trace.dice) <= PROPOSED:
            alone[k] = Standing(shown[k].copy())
            left = {j: standing for j, standing in alone.items() if j not in accepted}
            evidence = Evidence(np.argwhere(said > 0), said[said > 0] == 1, dict(accepted), left)
            began = time.perf_counter()
            stands = condition(engine, evidence, ensemble=ensemble, stands=stands, numbers=numbers)
            trace.seconds.append(time.perf_counter() - began)
            if stands.proposed:
                shown = drawn(stands, shown)
            trace.raters.append(dict(stands.raters))
        if dice(shown[k], truth[k]) >= GOOD_DICE:
            accepted[k] = Standing(shown[k].copy())
        trace.dice.append(dice(shown, truth))
        if len(trace.dice) > ENOUGH_STROKES and trace.dice[-1] >= ENOUGH:
            break
    return trace


def drawn(conditioned: Conditioned, shown: np.ndarray) -> np.ndarray:
    """What is shown when the proposal is taken over on all slices."""
    result = np.zeros_like(shown)
    lattices = conditioned.ensemble.lattices()
    for k in range(len(shown)):
        if k in lattices or k in conditioned.evidence.by_slice:
            result[k] = propose(conditioned, k).inside
    return result


# -- tables -----------------------------------------------------------------------------------------------------------
def at(row: dict[str, Any], n: int) -> float:
    """Dice after n strokes; a reader who had finished keeps it."""
    return row["dice"][min(n, len(row["dice"]) - 1)]


def strokes_to(row: dict[str, Any], goal: float, most: int) -> int:
    """Strokes until Dice reaches the goal; ``most`` + 1 where it does not."""
    return next((n for n, value in enumerate(row["dice"]) if value >= goal), most + 1)


def effort(row: dict[str, Any], strokes: int) -> tuple[int, float]:
    """Slices gone to and modelled seconds of the first strokes."""
    slices = row["slices"][:strokes]
    moves = sum(a != b for a, b in zip(slices, [None, *slices], strict=False))
    return len(set(slices)), len(slices) * STROKE_S + moves * SLICE_S


def by_case(rows: Sequence[dict[str, Any]], value: Any) -> np.ndarray:
    """Mean over the readers of each case, as readers of one case are not independent."""
    names = sorted({row["case"] for row in rows})
    return np.array([np.mean([value(row) for row in rows if row["case"] == name]) for name in names])


def tables(results: Sequence[dict[str, Any]]) -> list[str]:
    """Markdown."""
    what = results[0]["what"]
    runs = [row for result in results for row in result["runs"]]
    arms = list(dict.fromkeys(row["arm"] for row in runs))
    of = {arm: [row for row in runs if row["arm"] == arm] for arm in arms}
    first = arms[0]
    lines = [f"{what}: {len({row['case'] for row in runs})} cases, {len(of[first])} readers", ""]
    lines += [line_of("Dice after n strokes", SHOWN), "|---" * (len(SHOWN) + 1) + "|"]
    for arm in arms:
        lines.append(line_of(arm, [f"{by_case(of[arm], lambda r, n=n: at(r, n)).mean():.4f}" for n in SHOWN]))
    for arm in arms[1:]:
        apart = [difference(of[arm], of[first], lambda r, n=n: at(r, n)) for n in SHOWN]
        lines.append(line_of(f"{arm} - {first}", [f"{d.mean:+.4f} [{d.low:+.4f}, {d.high:+.4f}]" for d in apart]))
    lines += ["", *goal_table(what, of), ""]
    lines += [line_of("", HARM), "|---" * (len(HARM) + 1) + "|"]
    lines += [line_of(arm, harm(of[arm])) for arm in arms[1:]]
    return [*lines, "", *reliability(of[arms[-1]]), "", *auc_table(of[first])]


def line_of(name: str, cells: Sequence[Any]) -> str:
    """A row of a table."""
    return f"| {name} | " + " | ".join(map(str, cells)) + " |"


def difference(a: Sequence[dict[str, Any]], b: Sequence[dict[str, Any]], value: Any) -> Difference:
    """Paired over cases."""
    return paired_difference(by_case(a, value), by_case(b, value))


def goal_table(what: str, of: dict[str, list[dict[str, Any]]]) -> list[str]:
    """What it takes to reach each goal."""
    most, first = MOST_STROKES[what], next(iter(of))
    lines = [line_of("to reach", GOAL_COLUMNS), "|---" * (len(GOAL_COLUMNS) + 1) + "|"]
    for goal in GOALS[what]:
        hand = by_case(of[first], lambda r, g=goal: strokes_to(r, g, most))
        for arm, rows in of.items():
            strokes = [strokes_to(row, goal, most) for row in rows]
            efforts = [effort(row, n) for row, n in zip(rows, strokes, strict=True)]
            cells = [
                f"{np.mean(strokes):.1f} ({np.median(strokes):.0f})",
                f"{np.mean([e[0] for e in efforts]):.1f}",
                f"{np.mean([e[1] for e in efforts]):.0f}",
                f"{np.mean([n <= most for n in strokes]):.0%}",
            ]
            d = difference(rows, of[first], lambda r, g=goal: strokes_to(r, g, most))
            own = by_case(rows, lambda r, g=goal: strokes_to(r, g, most)).mean() / hand.mean()
            cells.append("" if arm == first else f"{own:.2f}; {d.mean:+.1f} [{d.low:+.1f}, {d.high:+.1f}]")
            lines.append(line_of(f"{goal} {arm}", cells))
    return lines


def harm(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Shares of the strokes after which a proposal was taken over that made it worse, and the time of a step."""
    falls = np.concatenate([-np.diff(row["dice"])[: len(row["seconds"])] for row in rows])
    seconds = np.concatenate([row["seconds"] for row in rows])
    return [
        f"{np.mean(falls > WORSE):.1%} of {len(falls)}",
        f"{np.mean(falls > MUCH_WORSE):.1%}",
        f"{falls.max():.3f}",
        f"{np.median(seconds):.2f}",
    ]


def reliability(rows: Sequence[dict[str, Any]]) -> list[str]:
    """How often the named rater is the reader, by what the posterior said."""
    titles = [f"{a:.0%} to {b:.0%}" for a, b in pairwise(BINS)]
    lines = [line_of("after n strokes", [*titles, "most likely one right", "calibration error"])]
    lines.append("|---" * (len(BINS) + 2) + "|")
    for n in (1, 4, 12):
        said, right, top = [], [], []
        for row in rows:
            if not row["raters"] or not row["raters"][0]:
                continue
            odds = row["raters"][min(n, len(row["raters"])) - 1]
            said += list(odds.values())
            right += [name == row["rater"] for name in odds]
            top.append(max(odds, key=odds.get) == row["rater"])
        if not said:
            return []
        p, hit = np.array(said), np.array(right)
        cells, error = [], 0.0
        for a, b in pairwise(BINS):
            here = (p >= a) & ((p < b) | (b == 1.0))
            cells.append(f"{hit[here].mean():.0%} (said {p[here].mean():.0%}, n {here.sum()})" if here.any() else "-")
            error += here.mean() * abs(hit[here].mean() - p[here].mean()) if here.any() else 0.0
        lines.append(f"| {n} | " + " | ".join(cells) + f" | {np.mean(top):.0%} | {error:.3f} |")
    return lines


def auc_table(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Mean over cases of the AUC of each part, with a bootstrap interval over cases."""
    known = [row for row in rows if row.get("auc")]
    if not known:
        return []
    lines = ['| part | AUC for "the reader edits here" | part - total |', "|---|---|---|"]
    values = {part: by_case(known, lambda r, p=part: r["auc"][p]) for part in PARTS}
    for part in PARTS:
        own = paired_difference(values[part], np.zeros_like(values[part]))
        to = paired_difference(values[part], values["total"])
        cells = f"{own.mean:.3f} [{own.low:.3f}, {own.high:.3f}]", f"{to.mean:+.3f} [{to.low:+.3f}, {to.high:+.3f}]"
        lines.append(line_of(part, cells))
    return lines


if __name__ == "__main__":
    main()
