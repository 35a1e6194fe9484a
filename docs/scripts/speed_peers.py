"""A slider's move in this program, beside other ways to show a contour that moves: the table of docs/performance.md.

    python docs/scripts/speed_peers.py --install ENVS      # a virtual environment for each peer, from PyPI
    python docs/scripts/speed_peers.py ENVS                # all in turns, on the same pictures

Networks run on this program's own torch, so that the library is no difference. Nothing of this is ever a dependency of
proseg-gui. A peer that cannot run here is said and left out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

import numpy as np

WORKER = Path(__file__).with_name("speed_peer_worker.py")
PACKAGES = {"pyqtgraph": ["pyqtgraph", "PySide6-Essentials"], "napari": ["napari[pyqt6]"], "monai": ["monai"]}
OURS = ("monai",)
"""Environments that take numpy and torch from this program's."""
PEERS = {"pyqtgraph": "pyqtgraph", "napari": "napari", "unet": "monai", "sliding": "monai"}
"""What is timed, and in which environment."""
SIZES = (256, 512)
MOVES, ROUNDS = 40, 3
LIMIT_S = 600
MODEL = "phantom"


def python_of(envs: Path, name: str) -> Path:
    """The Python of an environment."""
    return envs / name / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install(envs: Path) -> None:
    """Make the environments."""
    for name, packages in PACKAGES.items():
        venv.create(envs / name, with_pip=True)
        shared = ["--no-deps"] if name in OURS else []
        command = [str(python_of(envs, name)), "-m", "pip", "install", "-q", *shared, *packages]
        if subprocess.run(command, check=False).returncode:
            print(f"{name} cannot be installed here")
        elif name in OURS:
            found = subprocess.run(
                [str(python_of(envs, name)), "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"],
                capture_output=True, text=True, check=True,
            ).stdout.strip()  # fmt: skip
            (Path(found) / "shared.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")


def pictures(size: int, file: Path) -> None:
    """A slice of the phantom, and what its model draws along the first slider's way."""
    from proseg_gui.bench.scan import framed_study
    from proseg_gui.bundle import load_bundle
    from proseg_gui.inference.engine import Engine
    from proseg_gui.inference.latents import Sliders

    study = framed_study(size)
    engine = Engine(load_bundle(MODEL), study, device="cpu", threads=1)
    sliders = Sliders(engine)
    point = sliders.consensus_style()
    axis = sliders.preference_axes(point)[0]
    ways = 2.5 * np.sin(np.arange(MOVES) / 9.0)
    samples = [engine.probability(2, sliders.moved(axis, point, float(way)))[0] for way in ways]
    image = study.image.array[2].astype(np.float32)
    np.savez(file, image=(image - image.mean()) / image.std(), samples=np.stack(samples).astype(np.float32))


def ours(size: int) -> dict[str, Any]:
    """Processor time of this program's whole process for a move, from the event to both panes painted, with decode."""
    code = (
        "import json, sys, time\n"
        "from proseg_gui.bench import window as w\n"
        "from proseg_gui.bench.scan import framed_study\n"
        "from proseg_gui.bundle import load_bundle\n"
        f"shown = w._window('cpu', '{MODEL}')\n"
        f"w._show(shown, framed_study({size}), load_bundle('{MODEL}'), 'cpu')\n"
        "w._until(shown.controller.settled)\n"
        "axis = shown.controller.desk.axes.preference[0]\n"
        "w._drag(shown, axis, 20)\n"
        f"start = time.process_time(); w._drag(shown, axis, {MOVES})\n"
        f"ms = 1000 * (time.process_time() - start) / {MOVES}\n"
        "shown.close()\n"
        "sys.stdout.write('\\n' + json.dumps({'ms': round(ms, 1), 'what': 'two panes, with model and map'}))"
    )
    with tempfile.TemporaryDirectory() as home:
        return _run([sys.executable, "-c", code], {"XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home})


def on_screen(name: str) -> tuple[list[str], dict[str, str]]:
    """What a peer that draws by OpenGL is started with, where there is a virtual X server: napari needs one."""
    if name != "napari" or shutil.which("xvfb-run") is None:
        return [], {}
    return ["xvfb-run", "-a", "-s", "-screen 0 1600x1200x24 +extension GLX"], {"QT_QPA_PLATFORM": "xcb",
                                                                              "LP_NUM_THREADS": "1"}  # fmt: skip


def _run(command: list[str], more: dict[str, str]) -> dict[str, Any]:
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"), **threads, **more}
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, env=environment, check=False)
    except subprocess.TimeoutExpired:
        return {"failure": f"took more than {LIMIT_S} s"}
    if ended.returncode:
        lines = ended.stderr.strip().splitlines()
        return {"failure": lines[-1] if lines else f"ended with {ended.returncode}"}
    return dict(json.loads(ended.stdout.strip().splitlines()[-1]))


def measure(envs: Path) -> dict[str, dict[int, dict[str, Any]]]:
    """By peer and size: the median of the rounds, which go through all peers in turn."""
    found: dict[str, dict[int, list[dict[str, Any]]]] = {name: {} for name in ("proseg-gui", *PEERS)}
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            file = Path(folder) / f"{size}.npz"
            pictures(size, file)
            for _ in range(ROUNDS):
                for name, runs in found.items():
                    if name == "proseg-gui":
                        result = ours(size)
                    else:
                        screen, more = on_screen(name)
                        python = python_of(envs, PEERS[name])
                        result = _run([*screen, str(python), str(WORKER), name, str(file)], {"PYTHONPATH": "", **more})
                    runs.setdefault(size, []).append(result)
                    print(size, name, result, flush=True)
    return {name: {size: _middle(runs) for size, runs in by_size.items()} for name, by_size in found.items()}


def _middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    there = [run for run in runs if "ms" in run]
    if not there:
        return runs[0]
    return {**there[0], "ms": statistics.median(run["ms"] for run in there)}


def table(found: dict[str, dict[int, dict[str, Any]]]) -> list[str]:
    """The lines of docs/performance.md."""
    lines = [f"| a move | {' | '.join(f'{size} x {size}' for size in SIZES)} | what it does |", "| --- " * 4 + "|"]
    for name, by_size in found.items():
        cells = [f"{run['ms']:.1f} ms" if "ms" in run else "does not run here" for run in by_size.values()]
        first = next(iter(by_size.values()))
        lines.append(f"| {name} | {' | '.join(cells)} | {first.get('what') or first['failure']} |")
    return lines


def main(arguments: list[str]) -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("envs", type=Path)
    parser.add_argument("--install", action="store_true")
    given = parser.parse_args(arguments)
    if given.install:
        install(given.envs)
        return
    started = time.time()
    for line in table(measure(given.envs)):
        print(line)
    print(f"{ROUNDS} rounds in {time.time() - started:.0f} s, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main(sys.argv[1:])
