"""Speed, measured on this machine: every ratio against a baseline of the same run. Keys as in docs/CONTRACTS.md."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from proseg_gui.bench.baseline import ratios
from proseg_gui.errors import UserError

SIZES = (256, 512)
CT_SHAPE = (300, 512, 512)
MANY_SHAPE = (2000, 64, 64)
LIMIT_S = 900
BENCH_MODEL = CT_MODEL = "phantom"
"""Its pictures are known to it: another model would draw twice the outline, or nothing."""

Say = Callable[[str], None]


def run_bench(device: str, say: Say) -> dict[str, Any]:
    """Measure everything; ``say`` gets a line before each part.

    Every part runs in a process of its own, so that none warms another up and each peak of memory is its own.
    """
    results: dict[str, Any] = {"device": device, "baseline_ms": {}}

    def part(module: str, function: str, name: str = "", **keywords: Any) -> Any:
        """Keep a part's figures with the baseline that was timed in its own process; ``name``: of its only figure."""
        found, baseline = _part(module, function, **keywords)
        found = {name: found} if name else found
        results.update(found)
        results["baseline_ms"].update(dict.fromkeys(found, baseline))
        return found

    say("network: encode, decode from cache, threads")
    part("network", "measure", device=device, sizes=SIZES, model=BENCH_MODEL)
    say("network: loading a bundle, the survey of a slice")
    part("loading", "load_bundle_ms", "load_bundle_ms", model=BENCH_MODEL)
    part("network", "survey_slice", "survey_slice_ms", device=device, model=CT_MODEL, shape=CT_SHAPE)
    say("window: slider to pixels, alone, beside a training and beside the sweep")
    part("window", "slider_to_pixels", device=device, sizes=SIZES, model=BENCH_MODEL)
    say("window: strokes of a brush")
    part("stroke", "stroke", "stroke_ms", device=device, model=BENCH_MODEL)
    say("window: process start to first painted window")
    starts = [_part("window", "start_to_window") for _ in range(3)]
    figures, baseline = sorted(starts, key=lambda start: start[0]["seconds"])[1]
    results["start_to_window_s"], results["start_processor_s"] = figures["seconds"], figures["processor_s"]
    results["baseline_ms"] |= dict.fromkeys(("start_to_window_s", "start_processor_s"), baseline)
    say(f"window: opening a {CT_SHAPE[2]} x {CT_SHAPE[1]} x {CT_SHAPE[0]} CT")
    with tempfile.TemporaryDirectory() as folder:
        _part("scan", "write_ct", folder=folder, shape=CT_SHAPE)
        part("window", "open_to_contour", folder=folder, device=device, model=CT_MODEL)
    say(f"scan: the headers of {MANY_SHAPE[0]} files")
    with tempfile.TemporaryDirectory() as folder:
        _part("scan", "write_ct", folder=folder, shape=MANY_SHAPE)
        found, baseline = _part("scan", "scan_headers", folder=folder)
        results["scan_2000_headers_s"] = found["seconds"]
        results["baseline_ms"]["scan_2000_headers_s"] = baseline
    results["times_baseline"] = ratios(results)
    return results


def _part(module: str, function: str, **keywords: Any) -> Any:
    """Run ``proseg_gui.bench.<module>.<function>(**keywords)`` in a new process: its JSON result, and the baseline."""
    code = (
        "import json, sys; from importlib import import_module; "
        f"f = getattr(import_module('proseg_gui.bench.{module}'), '{function}'); "
        "result = f(**json.loads(sys.argv[1])); from proseg_gui.bench.baseline import baseline_ms; "
        "sys.stdout.write('\\n' + json.dumps([result, baseline_ms()]))"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    with tempfile.TemporaryDirectory() as home:
        environment["XDG_CONFIG_HOME"] = environment["XDG_DATA_HOME"] = home  # nobody's settings slow or change a run
        try:
            ended = subprocess.run(
                [sys.executable, "-c", code, json.dumps(keywords)],
                capture_output=True, text=True, timeout=LIMIT_S, env=environment, check=False, cwd=Path.home(),
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise UserError(
                f"measuring {module} {function} took more than {LIMIT_S} s", remedy="Close other programs and try again"
            ) from error
    if ended.returncode != 0:
        lines = ended.stderr.strip().splitlines()
        raise UserError(
            f"measuring {module} {function} failed: {lines[-1] if lines else 'no message'}",
            remedy="Run 'proseg-gui doctor'",
        )
    return json.loads(ended.stdout.strip().splitlines()[-1])
