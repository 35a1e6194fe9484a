"""One way to show a contour that moves, run by speed_peers.py with that peer's own Python: processor time of a move.

    python speed_peer_worker.py PEER PICTURES.npz          # prints {"ms": ..., "what": ...}

``PICTURES.npz``: ``image`` (y, x) and ``samples`` (n, y, x), probabilities along a slider's way. Everything runs on one
thread of the network's library, on a widget of 400 x 600 pixels, and the median over the samples is given: processor
time of the whole process, so that what a peer does beside its window's thread counts too.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

SIZE = 400, 600
WARM = 3


def timed(moves: Callable[[int], object], count: int) -> float:
    """Median ms of processor time of ``moves(i)`` for ``i`` in ``range(count)``, after a few to warm up."""
    times = []
    for i in range(count):
        start = time.process_time()
        moves(i)
        times.append(1000.0 * (time.process_time() - start))
    return statistics.median(times[WARM:])


def pyqtgraph(image: np.ndarray, samples: np.ndarray) -> tuple[float, str]:
    """An image item with an isocurve item over it."""
    import pyqtgraph as pg

    application = pg.mkQApp()
    widget = pg.GraphicsLayoutWidget()
    widget.resize(*SIZE)
    view = widget.addViewBox(lockAspect=True, invertY=True)
    view.addItem(pg.ImageItem(image.T))
    curve = pg.IsocurveItem(samples[0].T, level=0.5, pen=pg.mkPen("y", width=2))
    view.addItem(curve)
    widget.show()
    application.processEvents()

    def move(i: int) -> None:
        curve.setData(samples[i].T, level=0.5)
        widget.grab()  # paints at once, as processEvents may wait for the screen

    return timed(move, len(samples)), f"pyqtgraph {pg.__version__}, ImageItem and IsocurveItem, no model"


def napari(image: np.ndarray, samples: np.ndarray) -> tuple[float, str]:
    """A labels layer shown as contour."""
    import napari as peer
    from qtpy.QtWidgets import QApplication

    viewer = peer.Viewer(show=False)
    viewer.window.resize(*SIZE)
    viewer.add_image(image)
    layer = viewer.add_labels((samples[0] > 0.5).astype(np.uint8))
    layer.contour = 2
    viewer.window._qt_window.show()
    QApplication.processEvents()

    def move(i: int) -> None:
        layer.data = (samples[i] > 0.5).astype(np.uint8)
        QApplication.processEvents()
        viewer.screenshot(canvas_only=True, flash=False)

    return timed(move, len(samples)), f"napari {peer.__version__}, labels as contour, no model"


def _unet() -> Any:
    import torch
    from monai.networks.nets import BasicUNet

    torch.set_num_threads(1)
    torch.manual_seed(0)
    return torch, BasicUNet(spatial_dims=2, in_channels=1, out_channels=1).eval()


def unet(image: np.ndarray, samples: np.ndarray) -> tuple[float, str]:
    """The whole network for each sample: what a model costs that has no cheap last part."""
    torch, network = _unet()
    pixels = torch.from_numpy(image)[None, None]

    def move(_i: int) -> None:
        with torch.inference_mode():
            torch.sigmoid(network(pixels))

    size = sum(p.numel() for p in network.parameters()) / 1e6
    return timed(move, len(samples) // 3), f"MONAI's BasicUNet ({size:.1f} million weights), nothing drawn"


def sliding(image: np.ndarray, samples: np.ndarray) -> tuple[float, str]:
    """The same network by windows of 128 x 128, a quarter over each other."""
    torch, network = _unet()
    from monai import __version__
    from monai.inferers import sliding_window_inference

    pixels = torch.from_numpy(image)[None, None]

    def move(_i: int) -> None:
        with torch.inference_mode():
            torch.sigmoid(sliding_window_inference(pixels, (128, 128), 4, network, overlap=0.25))

    return timed(move, len(samples) // 3), f"MONAI {__version__}, sliding_window_inference, nothing drawn"


PEERS = {"pyqtgraph": pyqtgraph, "napari": napari, "unet": unet, "sliding": sliding}

if __name__ == "__main__":
    pictures = np.load(sys.argv[2])
    ms, what = PEERS[sys.argv[1]](pictures["image"], pictures["samples"])
    sys.stdout.write("\n" + json.dumps({"ms": round(ms, 1), "what": what}))
