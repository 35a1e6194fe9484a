"""Packs a benchmark's finished runs, one compressed file a protocol: ``python docs/scripts/pack_runs.py [DIR]``.

The tables that ``proseg-gui benchmark`` makes stay the same, and it goes on from packed runs as from files.
"""

from __future__ import annotations

import sys
from pathlib import Path

from proseg_gui.training.benchmark.store import pack_runs

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "benchmarks"
    for table in pack_runs(folder):
        print(f"{table.name}: {table.stat().st_size} bytes")
