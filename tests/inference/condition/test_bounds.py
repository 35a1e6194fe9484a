"""Memory and time on a volume of 512 x 512 x 300: never draws x all voxels."""

import json
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from proseg_gui.inference.condition.ensemble import Ensemble
from proseg_gui.inference.condition.evidence import Evidence
from proseg_gui.inference.condition.update import condition, propose
from proseg_gui.inference.engine import Engine

SCRIPT = textwrap.dedent(
    """
    import json, resource, sys, threading, time
    import numpy as np, psutil, torch
    from proseg_gui.bundle import Bundle, Card
    from proseg_gui.inference.condition.ensemble import Ensemble
    from proseg_gui.inference.condition.evidence import Evidence, Standing
    from proseg_gui.inference.condition.update import condition, propose
    from proseg_gui.inference.engine import Engine
    from proseg_gui.networks.proseg import ProSeg
    from proseg_gui.volume import Geometry, Study, Volume
    from pathlib import Path

    torch.set_num_threads(1)
    SHAPE = (int(sys.argv[1]), 512, 512)
    VIEW = SHAPE[0] // 2

    class Quick(ProSeg):  # features without a U-Net: what is measured starts after encoding
        def encode(self, image):
            y, x = (torch.linspace(-1, 1, n) for n in image.shape[-2:])
            radius = torch.hypot(y[:, None], x[None]) - 0.3
            wave = torch.sin(8 * x)[None].expand_as(radius)
            return torch.stack([radius * 8, wave, radius * 0 + 1, image[0, 0]])[None]

    torch.manual_seed(0)
    method = Quick(7, widths=(2, 2), features=4, hidden=16, modes=8, tau_dims=8)
    with torch.no_grad():
        method.mean_weight.copy_(torch.eye(4)); method.mode_weight.mul_(0.5)
        method.first_weight[:] = 0.0; method.first_weight[0, 0] = -1.0; method.first_weight[1, 0] = 1.0
        method.second.weight[:] = 0.0; method.second.weight[0, 0] = 1.0; method.second.weight[1, 1] = 1.0
        method.third.weight[:] = 0.0; method.third.weight[0, 0] = 3.0; method.third.weight[0, 1] = -3.0
        method.second.bias[:] = 0.0; method.third.bias[:] = 0.0
    card = Card(kind="proseg", name="quick", version="1", architecture=method.architecture(),
                raters=tuple(f"rater{i}" for i in range(7)), structures=("s",), channels=("c",), modality="CT",
                spacing_mm=(0.8, 0.8), window={"kind": "fixed", "low": -100.0, "high": 100.0},
                field_of_view={"kind": "whole"}, sha256="0" * 64)
    volume = Volume(np.zeros(SHAPE, np.int16), Geometry.plain(SHAPE, (1.0, 0.8, 0.8)), "HU", "CT")
    engine = Engine(Bundle(card, method.eval(), Path("quick")), Study("big", {"c": volume}), device="cpu",
                    cache_bytes=1, threads=1)
    process = psutil.Process()
    for k in range(SHAPE[0]):
        engine.encode(k)
    peak, going = [0], [True]
    def watch():
        while going[0]:
            peak[0] = max(peak[0], process.memory_info().rss)
            time.sleep(0.005)
    before = process.memory_info().rss
    thread = threading.Thread(target=watch); thread.start()
    ensemble = Ensemble(engine)
    ensemble.prepare_all()
    lattice = sum(len(l.at) for l in ensemble.lattices().values())
    rows, columns = np.mgrid[:512, :512]
    disc = np.argwhere(np.hypot(rows - 256, columns - 330) < 60)
    index = np.concatenate([np.insert(disc, 0, k, 1) for k in {VIEW, VIEW - 10} if k >= 0])
    inside = np.ones(len(index), bool)
    stood = np.hypot(rows - 256, columns - 256) < 80
    accepted = {k: Standing(stood) for k in range(100, 120) if k < SHAPE[0]}
    evidence = Evidence(index, inside, accepted)
    condition(engine, evidence, ensemble=ensemble, slices=(VIEW,))
    times = []
    for slices in (None, (VIEW,)):
        best = []
        for _ in range(3):
            began = time.process_time()
            found = condition(engine, evidence, ensemble=ensemble, slices=slices)
            best.append(time.process_time() - began)
        times.append(min(best))
    propose(found, VIEW)
    going[0] = False; thread.join()
    print(json.dumps({"grown": (peak[0] - before) / 2**20, "n": ensemble.n, "lattice": lattice, "evidence": len(index),
                      "volume_s": times[0], "slice_s": times[1]}))
    """
)


def test_lattices_keep_to_their_share(make, monkeypatch):
    monkeypatch.setattr("proseg_gui.inference.condition.ensemble.LATTICE_PIXELS", 400)
    monkeypatch.setattr("proseg_gui.inference.condition.ensemble.LEAST_LATTICE", 20)
    engine = Engine(make.bright_bundle(), make.ball(), device="cpu")
    ensemble = Ensemble(engine, draws=30)
    ensemble.prepare_all()
    lattices = list(ensemble.lattices().values())
    assert max(len(lattice.at) for lattice in lattices) < 1.4 * 400 / 6
    assert all(lattice.patch.step > 1 and lattice.logits.dtype == np.float16 for lattice in lattices)
    evidence = Evidence(np.array([(2, 20, 34)]), np.array([True]))
    thin = condition(engine, evidence, ensemble=ensemble)
    monkeypatch.undo()
    whole = condition(engine, evidence, draws=30)
    a, b = (np.stack([propose(found, k).inside for k in range(6)]) for found in (thin, whole))
    assert (a != b).sum() < 0.03 * b.sum()


@pytest.mark.heavy
@pytest.mark.parametrize("slices", [300, 1])
def test_a_large_image_stays_within_its_bounds(slices):
    words = [sys.executable, "-c", SCRIPT, str(slices)]
    out = subprocess.run(words, capture_output=True, text=True, timeout=900, check=False)
    assert out.returncode == 0, out.stderr
    found = json.loads(out.stdout)
    assert found["n"] == 448 and found["lattice"] > (40_000 if slices > 1 else 10_000) and found["evidence"] > 10_000
    assert found["grown"] < 300
    assert found["volume_s"] < 1.0 and found["slice_s"] < 0.1, found
