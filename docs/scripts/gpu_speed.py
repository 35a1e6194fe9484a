"""A table of speed on the processor and on a CUDA card of this machine, for docs/performance.md.

    python docs/scripts/gpu_speed.py OUT_FOLDER [--quick]

Writes OUT_FOLDER/gpu.json and gpu.md: encoding, a slider's move at 256 and 512 pixels, the survey of a slice and a
whole volume of 512 x 512 x 300, with float32 and with mixed precision. Wall times, medians; the card is waited for.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from proseg_gui.bench.scan import ct_volume, framed_study
from proseg_gui.bundle import load_bundle
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.latents import Sliders
from proseg_gui.inference.plan import default_plan
from proseg_gui.inference.survey import CaseSurvey
from proseg_gui.volume import Study

SIZES = (256, 512)
LIMIT_S = 45.0
"""A whole volume is given up after so long, and its time scaled from the slices that were done."""


def median_ms(work: Callable[[int], object], repeats: int) -> float:
    """Of ``repeats`` runs after two that are not counted; ``work`` gets the number of the run."""
    times = []
    for i in range(repeats + 2):
        start = time.perf_counter()
        work(i)
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        times.append(1000.0 * (time.perf_counter() - start))
    return round(statistics.median(times[2:]), 2)


def measure(device: str, mixed: bool, ct: Study, repeats: int) -> dict[str, Any]:
    """One column of the table."""
    bundle = load_bundle("phantom")
    found: dict[str, Any] = {}
    for size in SIZES:
        engine = Engine(bundle, framed_study(size), device=device, mixed_precision=mixed)
        bare = Engine(bundle, framed_study(size), device=device, mixed_precision=mixed, cache_bytes=0)
        sliders = Sliders(engine)
        points = [sliders.random_point(seed) for seed in range(16)]
        engine.probability(1, points[0])
        found[f"encode {size}"] = median_ms(lambda _i, bare=bare: bare.encode(1), max(3, repeats // 4))
        found[f"move {size}"] = median_ms(
            lambda i, engine=engine, points=points: engine.probability(1, points[i % 16]), repeats
        )
    engine = Engine(bundle, ct, device=device, mixed_precision=mixed)
    middle, plan = engine.n_slices // 2, default_plan(bundle)
    engine.probability(middle, Sliders(engine).consensus_style())
    found["survey of a CT slice"] = median_ms(lambda _i: CaseSurvey(engine, plan).slice(middle), max(3, repeats // 4))
    engine = Engine(bundle, ct, device=device, mixed_precision=mixed)
    survey, start, done = CaseSurvey(engine, plan), time.perf_counter(), 0
    for k in range(engine.n_slices):
        k = (k * 101) % engine.n_slices  # all over the volume, should the time not do for all of it
        engine.encode(k)
        survey.slice(k)
        done += 1
        if time.perf_counter() - start > LIMIT_S:
            break
    seconds = (time.perf_counter() - start) * engine.n_slices / done
    found["volume, s"], found["volume slices measured"] = round(seconds, 2), done
    found["total of the volume"] = (
        round(float(survey.slice_uncertainty().sum()), 1) if done == engine.n_slices else None
    )
    found["device"] = engine.device_name
    return found


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--quick", action="store_true", help="a small volume and few repeats, to see that it runs")
    args = parser.parse_args()
    shape, repeats = ((12, 128, 128), 4) if args.quick else ((300, 512, 512), 40)
    ct = Study("bench CT", {"CT": ct_volume(shape)})
    kinds = [("cpu", False)]
    if torch.cuda.is_available():
        kinds += [("cuda", False), ("cuda", True)]
    columns = {}
    for device, mixed in reversed(kinds):  # the card first: its figures are what the run is for
        name = f"{device}, {'mixed' if mixed else 'float32'}"
        columns[name] = measure(device, mixed, ct, repeats)
        print(name, json.dumps(columns[name]), flush=True)
        write(args.out, columns, shape)
    print((args.out / "gpu.md").read_text())


def write(out: Path, columns: dict[str, dict[str, Any]], shape: tuple[int, int, int]) -> None:
    """What is known so far, so that a run that is cut short leaves something."""
    out.mkdir(parents=True, exist_ok=True)
    machine = {
        "date": time.strftime("%Y-%m-%d"), "processor": platform.processor() or platform.machine(),
        "threads": torch.get_num_threads(), "torch": torch.__version__, "cuda": torch.version.cuda,
        "card": torch.cuda.get_device_name(0) if torch.cuda.is_available() else None, "volume (z, y, x)": shape,
    }  # fmt: skip
    (out / "gpu.json").write_text(json.dumps({"machine": machine, "columns": columns}, indent=1))
    rows = [row for row in next(iter(columns.values())) if row != "device"]
    lines = [f"| ms | {' | '.join(columns)} |", "|---" * (1 + len(columns)) + "|"]
    lines += [f"| {row} | {' | '.join(str(column[row]) for column in columns.values())} |" for row in rows]
    lines.append(f"| device | {' | '.join(column['device'] for column in columns.values())} |")
    (out / "gpu.md").write_text("\n".join([*lines, "", json.dumps(machine)]) + "\n")


if __name__ == "__main__":
    main()
