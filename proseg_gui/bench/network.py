"""The engine without a window: encode, decode from cache, extra samples, threads."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import psutil

from proseg_gui.bench.scan import framed_study
from proseg_gui.bundle import Bundle, load_bundle
from proseg_gui.inference.engine import Engine
from proseg_gui.inference.latents import Sliders

REPEATS_CHEAP, REPEATS_DEAR = 40, 7
THREADS = 1
"""For both sides of every ratio; the sweep shows what more threads do on this machine."""


def measure(device: str, sizes: Sequence[int], model: str) -> dict[str, Any]:
    """Times in ms (medians) for each size; the same threads for both sides of every ratio."""
    bundle = load_bundle(model)
    found: dict[str, Any] = {
        "reencode_ms": {}, "decode_ms": {}, "speedup_vs_reencode": {}, "extra_sample_ms": {}, "encode_ms": {},
    }  # fmt: skip
    for size in sizes:
        times = _one(bundle, size, device, THREADS)
        key = str(size)
        found["encode_ms"][key] = round(times["encode"], 2)
        found["decode_ms"][key] = round(times["decode"], 2)
        found["reencode_ms"][key] = round(times["both"], 2)
        found["speedup_vs_reencode"][key] = round(times["both"] / times["decode"], 2)
        found["extra_sample_ms"][key] = {"cached": round(times["decode"], 2), "uncached": round(times["both"], 2)}
    found["threads_used"] = THREADS
    found["threads"] = _sweep(bundle, sizes[0], device)
    found["device"] = Engine(bundle, framed_study(sizes[0]), device=device).device_name
    return found


def survey_slice(device: str, model: str, shape: Sequence[int]) -> dict[str, Any]:
    """Processor time in ms of a survey of the middle of a CT, beside that of one that looks everywhere."""
    from proseg_gui.bench.scan import ct_volume
    from proseg_gui.inference.plan import default_plan
    from proseg_gui.inference.survey import survey_of
    from proseg_gui.volume import Study

    bundle = load_bundle(model)
    engine = Engine(
        bundle, Study("bench CT", {"CT": ct_volume((3, shape[1], shape[2]))}), device=device, threads=THREADS
    )
    plan = default_plan(bundle)
    engine.encode(1)
    times: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(REPEATS_DEAR):
        for everywhere in times:
            start = time.process_time()
            survey_of(engine, 1, plan, plan.points(engine.method), everywhere=everywhere)
            times[everywhere].append(1000.0 * (time.process_time() - start))
    box, whole = (statistics.median(times[everywhere]) for everywhere in (False, True))
    return {"box": round(box, 1), "everywhere": round(whole, 1)}


def _one(bundle: Bundle, size: int, device: str, threads: int) -> dict[str, float]:
    study = framed_study(size)
    engine, forgetful = (
        Engine(bundle, study, device=device, cache_bytes=budget, threads=threads) for budget in (None, 0)
    )
    point = Sliders(engine).consensus_style()
    engine.probability(0, point)
    forgetful.probability(0, point)
    return {
        "decode": _median_ms(lambda: engine.probability(0, point), REPEATS_CHEAP),
        "encode": _median_ms(lambda: forgetful.encode(0), REPEATS_DEAR),
        "both": _median_ms(lambda: forgetful.probability(0, point), REPEATS_DEAR),
    }


def _median_ms(work: Callable[[], object], repeats: int) -> float:
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000.0)
    return statistics.median(times)


def _sweep(bundle: Bundle, size: int, device: str) -> dict[str, dict[str, float]]:
    """Encode and decode with 1, 2, ... threads up to the number of cores."""
    found, logical = {}, psutil.cpu_count() or 1
    for threads in sorted({1, 2, psutil.cpu_count(logical=False) or 1}):
        if threads <= logical:
            times = _one(bundle, size, device, threads)
            found[str(threads)] = {"encode_ms": round(times["encode"], 2), "decode_ms": round(times["decode"], 2)}
    return found
