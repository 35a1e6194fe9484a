"""One study seen through one model: encode slices once, then decode them at any latent point.

The interactive lane and the background lane call an engine from two threads. Everything that comes back is a
read-only numpy array on the image's own grid. Sliders cost one decode of cached features; a slice is encoded when it
is first needed. Between the network's layers, and between slices, work stops when its token is cancelled and waits
while another thread holds the engine (:meth:`Engine.hold`).
"""

from __future__ import annotations

import copy
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from proseg_gui.bundle import (
    Bundle,
    WrongModality,
    channel_order,
    check_fits,
    intensity_limits,
    metadata_misfits,
    normalise,
)
from proseg_gui.errors import UserError
from proseg_gui.inference.cache import FeatureCache
from proseg_gui.inference.device import (
    ThreadChooser,
    choose_device,
    device_label,
    from_device,
    thread_limit,
    to_device,
)
from proseg_gui.inference.draws import Draws, places
from proseg_gui.inference.fit import describe
from proseg_gui.inference.gate import Gate
from proseg_gui.inference.grid import GridPart, plan_grid
from proseg_gui.inference.patches import Patch, Patches
from proseg_gui.inference.points import Point, coords_from, stacked
from proseg_gui.io.base.provenance import ADJUSTED, UNADJUSTED
from proseg_gui.jobs import CancelToken, Progress, no_progress
from proseg_gui.memory import memory_budget
from proseg_gui.networks.base import Method
from proseg_gui.volume import Geometry, Mask, Study

log = logging.getLogger(__name__)

THRESHOLD = 0.5
"""A pixel belongs to a structure where its probability is strictly above (docs/METRICS.md)."""
POINTS_AT_ONCE, PIXELS_AT_ONCE, GPU_PIXELS_AT_ONCE = 8, 32_768, 4_194_304
"""A patch is decoded at so many points at a time, or at more where it is small."""
T = TypeVar("T")


@dataclass(frozen=True)
class VolumeEstimate:
    """Volume in ml of a structure over the slices seen so far; ``complete`` when these are all.

    Taken from :mod:`~proseg_gui.inference.patches`: the mask's own volume where slices are small and not resampled,
    within a few percent of it otherwise.
    """

    ml: float
    complete: bool


@dataclass(frozen=True, eq=False)
class _Network:
    """The model where it runs; replaced as a whole when a device has to be given up."""

    method: Method
    device: torch.device

    def placed(self, coords: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """A point where the network runs."""
        return {name: to_device(values, self.device) for name, values in coords.items()}


class _Stages(threading.local):
    """What this thread looks at between layers."""

    token: CancelToken | None = None


class Engine:
    """See the module.

    Parameters
    ----------
    device:
        ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
    cache_bytes:
        Memory for features; their part of :func:`proseg_gui.memory.memory_budget`, when ``None``.
    box_centre_mm:
        LPS point for models that look at a box; the middle of the image when ``None``.
    threads:
        Processor threads for everything; by default one for decoding (a second one gains 2 ms at 512 x 512, and loses
        far more when its core is busy) and, for encoding, as many as other processes leave free.
    mixed_precision:
        Whether the encoder's layers count with 16 bits where that is safe; decoding never does. On an H200 it is
        slower for networks as small as the shipped ones (docs/decisions/inference-gpu.md).
    adjusted:
        Whether a method that adjusts for the scanner does so; others draw the same either way.

    Raises
    ------
    UserError
        The image does not fit the model (channels, pixel size), there is no such device, or the point lies outside.
        Another modality is only noted: ask with :func:`proseg_gui.bundle.check_fits` first.
    """

    def __init__(
        self,
        bundle: Bundle,
        study: Study,
        *,
        device: str = "auto",
        cache_bytes: int | None = None,
        box_centre_mm: tuple[float, float, float] | None = None,
        threads: int | None = None,
        mixed_precision: bool = False,
        adjusted: bool = True,
    ) -> None:
        card = bundle.card
        self.bundle, self.study, self.geometry = bundle, study, study.geometry
        self.raters, self.structures = card.raters, card.structures
        self.n_slices = self.geometry.shape[0]
        self.grid = plan_grid(self.geometry, card.spacing_mm, card.field_of_view, box_centre_mm)
        self._volumes = [study.channels[name] for name in channel_order(card, study)]
        self._heights = _heights(self.geometry, card.spacing_mm)
        self._limits = [intensity_limits(volume.array, card.window) for volume in self._volumes]
        self._notices = self._first_notices(box_centre_mm)
        self._stages, self._gate, self._chooser = _Stages(), Gate(), ThreadChooser()
        self._threads, self._mixed, self.adjusted = threads, mixed_precision, adjusted
        self._box_centre_mm = box_centre_mm
        self._lock = threading.Lock()
        self._network = self._place(choose_device(device))
        streams = bundle.method.capabilities.streams
        self.budget = memory_budget(streams=streams)
        self._cache = FeatureCache(self.budget.features if cache_bytes is None else cache_bytes)
        self._draws = Draws(self.budget.draws, self._features, self._step, self.pause_point) if streams else None
        self.patches = Patches(self.n_slices, bundle.method)

    # -- what it is -----------------------------------------------------------------------------------------------
    @property
    def method(self) -> Method:
        """The network as the bundle holds it: on the CPU, for everything that is not slices of pixels."""
        return self.bundle.method

    @property
    def device_name(self) -> str:
        """Where it computes now, in words."""
        return device_label(self._network.device)

    @property
    def scanner(self) -> str:
        """What provenance says of the adjustment; empty where the method does not adjust for a scanner."""
        if not self.method.capabilities.adjusts:
            return ""
        return ADJUSTED if self.adjusted else UNADJUSTED

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences for the user, in order of appearance; more may come while it works."""
        return tuple(self._notices)

    def otherwise(self, cache_bytes: int) -> Engine:
        """The same without adjusting for the scanner, or with it where this one does not; with features of its own."""
        return Engine(
            self.bundle, self.study, device=str(self._network.device), cache_bytes=cache_bytes,
            box_centre_mm=self._box_centre_mm, threads=self._threads, mixed_precision=self._mixed,
            adjusted=not self.adjusted,
        )  # fmt: skip

    # -- giving way -----------------------------------------------------------------------------------------------
    def hold(self) -> None:
        """Make all other threads wait at their next stopping point, until this thread calls :meth:`release`."""
        self._gate.hold()

    def release(self) -> None:
        """Let the others go on."""
        self._gate.release()

    def keep_free(self, busy_hand: bool) -> None:
        """From press to release of a slider: work that is :meth:`giving_way` waits at its next stopping point."""
        self._gate.keep_free(busy_hand)

    def giving_way(self) -> AbstractContextManager[None]:
        """For work that takes long and that nobody waits for: within, :meth:`keep_free` stops this thread."""
        return self._gate.giving_way()

    def pause_point(self, token: CancelToken | None) -> None:
        """A stopping point for long work: raises ``Cancelled``, or waits while another thread holds the engine."""
        self._gate.pass_through(token)

    # -- features -------------------------------------------------------------------------------------------------
    def encode(self, k: int, token: CancelToken | None = None) -> None:
        """Encode slice ``k`` ahead of need; it never displaces slices that were looked at."""
        if k not in self._cache:
            self._features(k, token, looked_at=False)

    def is_encoded(self, k: int) -> bool:
        """Whether slice ``k`` has been encoded (its features may have been let go since, and come back on demand)."""
        return k in self.patches

    def _features(self, k: int, token: CancelToken | None, *, looked_at: bool = True) -> Tensor:
        cached = self._cache.get(k)
        if cached is not None:
            return cached
        self.pause_point(token)
        image = self._input(k)
        features = self._on_device(lambda network: self._run_encoder(network, image, self._heights[k], token))
        self._cache.put(k, features, first_to_go=not looked_at)
        self._on_device(lambda network: self._note_patch(network, k, features))
        return features

    def _note_patch(self, network: _Network, k: int, features: Tensor) -> None:
        with torch.inference_mode(), thread_limit(1):
            if self._draws is None:
                self.patches.note(k, features, lambda part, points: self._decode_part(network, part, points))
            else:
                draws = self._draws
                self.patches.note(
                    k, places(k, features.shape), lambda part, points: draws.at(part, points, None, features)
                )

    def _cuttable(self, k: int, token: CancelToken | None) -> Tensor:
        """What parts of slice ``k`` are cut from: its features, or its places where draws are made of whole slices."""
        return self._features(k, token) if self._draws is None else places(k, self.grid.model_shape)

    def _decode_part(
        self, network: _Network, part: Tensor, points: Sequence[Point], token: CancelToken | None = None
    ) -> Tensor:
        """``(N, S, h, w)`` logits of a part ``(1, C, h, w)`` of :meth:`_cuttable`."""
        if self._draws is not None:
            return self._draws.at(part, points, token)
        return network.method.decode_many(part.contiguous().to(network.device), network.placed(stacked(points)))

    def _step(self, work: Callable[[Method, Tensor], Tensor | None], features: Tensor) -> Tensor | None:
        """A step of a draw, where the network is."""

        def run(network: _Network) -> Tensor | None:
            with torch.inference_mode(), thread_limit(self._threads or 1):
                return work(network.method, features.to(network.device))

        return self._on_device(run)

    def descriptor(self, k: int, token: CancelToken | None = None) -> np.ndarray:
        """``(D,)``: how slice ``k`` looks to the model, see :mod:`proseg_gui.inference.fit`."""
        features = self._features(k, token, looked_at=False)
        with torch.inference_mode(), thread_limit(1):
            return describe(features)

    def scanner_distance(self, k: int, token: CancelToken | None = None) -> float:
        """How unlike the training's images slice ``k`` was made, of a method that adjusts for that."""
        self.pause_point(token)
        image = self._input(k)

        def work(network: _Network) -> float:
            with torch.inference_mode(), thread_limit(self._threads or 1):
                return float(network.method.scanner_distance(to_device(image, network.device))[0])

        return self._on_device(work)

    def _input(self, k: int) -> Tensor:
        """``(1, channels, h, w)``: slice ``k`` on the model's grid, normalised by the whole image."""
        window = self.bundle.card.window
        parts = [
            normalise(self.grid.crop(volume.array[k]), window, limits)
            for volume, limits in zip(self._volumes, self._limits, strict=True)
        ]
        return self.grid.to_model(np.stack(parts))

    def _run_encoder(self, network: _Network, image: Tensor, height: float, token: CancelToken | None) -> Tensor:
        device = network.device
        self._stages.token = token
        try:
            with (
                torch.inference_mode(),
                thread_limit(self._threads or self._chooser.threads()),
                torch.autocast(device.type, torch.float16, enabled=self._mixed),
            ):
                image = to_device(image, device).contiguous(memory_format=torch.channels_last)
                unadjusted = network.method.capabilities.adjusts and not self.adjusted
                encode = network.method.encode_unadjusted if unadjusted else network.method.encode
                return network.method.at_height(encode(image).float(), height).contiguous()
        finally:
            self._stages.token = None

    # -- one slice ------------------------------------------------------------------------------------------------
    def probability(self, k: int, point: Point, token: CancelToken | None = None) -> np.ndarray:
        """``(S, y, x)`` float32 probabilities of slice ``k`` at ``point``, on the image's own grid, read-only."""
        return next(self.probabilities(k, (point,), token))

    def probabilities(self, k: int, points: Sequence[Point], token: CancelToken | None = None) -> Iterator[np.ndarray]:
        """:meth:`probability` at each of ``points``, one at a time; another thread's hold is heeded between them."""
        features = None if self._draws is not None else self._features(k, token)
        for i, point in enumerate(points):
            if i:
                self.pause_point(token)
            elif token is not None:
                token.check()
            yield self._decode(k, features, point, torch.sigmoid, token)

    def stream(self, k: int, point: Point, token: CancelToken | None = None) -> Iterator[np.ndarray]:
        """:meth:`probability` after each step of a draw, the last one last; one alone where the method has no steps."""
        if self._draws is None:
            yield self.probability(k, point, token)
            return
        for logits in self._draws.steps(k, point, token):
            yield read_only(torch.sigmoid(self.grid.to_image(logits)).numpy())

    def logits(self, k: int, point: Point, token: CancelToken | None = None) -> np.ndarray:
        """:meth:`probability` before the sigmoid; ``BACKGROUND_LOGIT`` outside the model's field of view."""
        features = None if self._draws is not None else self._features(k, token)
        if token is not None:
            token.check()
        return self._decode(k, features, point, lambda logits: logits, token)

    def _decode(
        self, k: int, features: Tensor | None, point: Point, last: Callable[[Tensor], Tensor], token: CancelToken | None
    ) -> np.ndarray:
        if features is None:
            return read_only(last(self.grid.to_image(self._draws.draw(k, point, token))).numpy())  # type: ignore[union-attr]
        coords = coords_from(point)

        def work(network: _Network) -> np.ndarray:
            with torch.inference_mode(), thread_limit(self._threads or 1):
                logits = network.method.decode(features.to(network.device), network.placed(coords))[0]
                return from_device(last(self.grid.to_image(logits))).numpy()

        return read_only(self._on_device(work))

    # -- the whole volume -----------------------------------------------------------------------------------------
    def mask(
        self,
        point: Point,
        structure: int = 0,
        token: CancelToken | None = None,
        progress: Progress = no_progress,
        *,
        everywhere: bool = True,
        near: int = 0,
        partly: Callable[[np.ndarray], None] | None = None,
    ) -> Mask:
        """The structure at ``point``: where its probability is above one half.

        Without ``everywhere`` no slice is encoded for nothing: where none of the probes of
        :mod:`~proseg_gui.inference.patches` shows anything, or a slice was passed over
        (:mod:`~proseg_gui.inference.coarse`), it is left empty unless the structure reaches it from the slice beside;
        and where features were let go, the patch is decoded if it is whole and the structure keeps off its border.
        Slices next to ``near`` are drawn first; ``partly`` sees the voxels so far, ``(z, y, x)`` bool, after each.
        """
        inside = np.zeros(self.geometry.shape, np.bool_)
        passed = frozenset() if everywhere else frozenset(k for k in self.patches.empty if k not in self._cache)
        waiting, done = [k for k in range(self.n_slices) if k not in passed], 0
        while waiting:
            for k in sorted(waiting, key=lambda k: abs(k - near)):
                self.pause_point(token)
                inside[k] = self._inside(k, point, structure, token, whole=everywhere)
                done += 1
                progress(done / (self.n_slices - len(passed)), f"slice {done} of {self.n_slices - len(passed)}")
                if partly is not None:
                    partly(inside)
            reached = {j for k in waiting if inside[k].any() for j in (k - 1, k + 1)} & passed
            passed -= reached
            waiting = sorted(reached)
        return Mask(inside, self.geometry, self.structures[structure])

    def _inside(self, k: int, point: Point, structure: int, token: CancelToken | None, *, whole: bool) -> np.ndarray:
        """``(y, x)``: where ``structure`` is on slice ``k``."""
        patch = None if whole or k in self._cache else self.patches.exactly(k)
        found = None if patch is None else self._inside_patch(patch, point, structure, token)
        return self.probability(k, point, token)[structure] > THRESHOLD if found is None else found

    def _inside_patch(self, patch: Patch, point: Point, structure: int, token: CancelToken | None) -> np.ndarray | None:
        """:meth:`_inside` from a patch; ``None`` where the structure comes near its border, so may lie beyond it."""
        (logits,) = next(self.patch_logits(patch, (point,), token))
        (y, x), (height, width) = patch.first, logits.shape[-2:]
        part = self.grid.part(slice(y, y + height), slice(x, x + width))
        image = part.to_image(torch.from_numpy(logits[structure][None]))[0].numpy() > 0.0
        first, last = (0, 0), self.grid.model_shape
        edges = (
            (y > first[0], image[:1]), (y + height < last[0], image[-1:]),
            (x > first[1], image[:, :1]), (x + width < last[1], image[:, -1:]),
        )  # fmt: skip
        if any(open_ended and edge.any() for open_ended, edge in edges):
            return None
        inside = np.zeros(self.geometry.shape[1:], np.bool_)
        inside[part.image] = image
        return inside

    def volume_ml(self, point: Point, structure: int = 0, token: CancelToken | None = None) -> VolumeEstimate:
        """Volume of a structure at ``point`` over the slices seen so far, in a few milliseconds."""
        complete = self.patches.seen == self.n_slices
        return VolumeEstimate(float(self.volumes_ml((point,), token)[0, structure]), complete)

    def volumes_ml(
        self, points: Sequence[Point], token: CancelToken | None = None, max_pixels: int | None = None
    ) -> np.ndarray:
        """``(N, S)`` volumes in ml at N points over the slices seen so far.

        ``max_pixels`` bounds the work: patches are then thinned evenly to about that many pixels in all.
        """
        scale_y, scale_x = self.grid.scale
        pixel_mm2 = self.geometry.pixel_area_mm2 * scale_y * scale_x
        thickness_mm = self.geometry.slice_thickness_mm()
        volumes = np.zeros((len(points), len(self.structures)))
        for k, patch in self.patches.snapshot(max_pixels):
            done = 0
            for p in self.patch_probabilities(patch, points, token):
                counts = (p > THRESHOLD).sum((-2, -1))
                volumes[done : done + len(p)] += counts * (patch.step**2 * pixel_mm2 * thickness_mm[k] / 1000.0)
                done += len(p)
        return volumes

    def patch(self, k: int, max_pixels: int, token: CancelToken | None = None) -> Patch | None:
        """About ``max_pixels`` of the pixels of slice ``k`` that matter; nothing where no structure may be."""
        if k not in self.patches:
            self._features(k, token)
        return self.patches.one(k, max_pixels)

    def patch_probabilities(
        self, patch: Patch, points: Sequence[Point], token: CancelToken | None = None
    ) -> Iterator[np.ndarray]:
        """Probabilities of a patch at each of ``points``: ``(n, S, h, w)`` float32, n of them at a time, in order.

        On the model's grid and on the CPU; another thread's hold is heeded in between.
        """
        for logits in self.patch_logits(patch, points, token):
            yield torch.sigmoid_(torch.from_numpy(logits)).numpy()

    def patch_logits(
        self, patch: Patch, points: Sequence[Point], token: CancelToken | None = None
    ) -> Iterator[np.ndarray]:
        """:meth:`patch_probabilities` before the sigmoid."""
        at_once = max(POINTS_AT_ONCE, self._pixels_at_once // max(patch.pixels, 1))
        for i in range(0, len(points), at_once):
            self.pause_point(token)
            some = points[i : i + at_once]

            def work(network: _Network, some: Sequence[Point] = some) -> np.ndarray:
                with torch.inference_mode(), thread_limit(1):
                    return from_device(self._decode_part(network, patch.features, some, token)).numpy()

            yield self._on_device(work)

    def lattice(self, k: int, step: int, first: tuple[int, int], token: CancelToken | None = None) -> Patch:
        """Every ``step``-th pixel each way of slice ``k`` on the model's grid, from ``first`` (y, x) on."""
        cut = self._cuttable(k, token)
        return Patch(cut[..., first[0] :: step, first[1] :: step].contiguous(), step, first)

    def probabilities_in(
        self, k: int, points: Sequence[Point], part: GridPart, token: CancelToken | None = None
    ) -> Iterator[np.ndarray]:
        """:meth:`probabilities` in a part of the slice: ``(n, S, y, x)``, n of the points at a time, in order."""
        features = self._cuttable(k, token)[..., part.rows, part.columns].contiguous()
        at_once = max(1, self._pixels_at_once // max(features.shape[-2] * features.shape[-1], 1))
        for i in range(0, len(points), at_once):
            self.pause_point(token)
            some = points[i : i + at_once]

            def work(network: _Network, some: Sequence[Point] = some) -> np.ndarray:
                with torch.inference_mode(), thread_limit(self._threads or 1):
                    logits = self._decode_part(network, features, some, token)
                    shape = logits.shape[:2]
                    image = part.to_image(logits.flatten(0, 1))
                    return from_device(torch.sigmoid(image).unflatten(0, shape)).numpy()

            yield self._on_device(work)

    def pixels(self, k: int, rows: np.ndarray, columns: np.ndarray, token: CancelToken | None = None) -> Patch:
        """Single pixels ``(M,)`` of slice ``k`` on the model's grid, side by side in a patch of one row."""
        features = self._cuttable(k, token)
        y, x = (torch.from_numpy(np.asarray(i, dtype=np.int64)).to(features.device) for i in (rows, columns))
        with torch.inference_mode():
            return Patch(features[0][:, y, x].to("cpu")[None, :, None], 1)

    # -- the device -----------------------------------------------------------------------------------------------
    @property
    def _pixels_at_once(self) -> int:
        """How many pixels, over all points, one call decodes: what fits a processor's cache, or fills a GPU."""
        return PIXELS_AT_ONCE if self._network.device.type == "cpu" else GPU_PIXELS_AT_ONCE

    def _place(self, device: torch.device) -> _Network:
        """A copy of the bundle's network on ``device``, with a stopping point before every layer."""
        method = copy.deepcopy(self.bundle.method).to(device)
        # Measured: a processor encodes 1.5 times faster. (torch's own type stubs lack this documented argument.)
        method.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

        def stop_here(_module: nn.Module, _inputs: object) -> None:
            self.pause_point(self._stages.token)

        for module in method.modules():
            if not any(True for _ in module.children()):
                module.register_forward_pre_hook(stop_here)
        return _Network(method, device)

    def _on_device(self, work: Callable[[_Network], T]) -> T:
        """Run ``work``; when a GPU runs out of memory, go on with the CPU."""
        network = self._network
        try:
            return work(network)
        except RuntimeError as error:
            if not _is_out_of_memory(error):
                raise
            if network.device.type == "cpu":
                raise UserError(
                    "there is not enough memory to run the model on an image of this size",
                    remedy="Close other programs, or crop the image",
                ) from error
            log.warning("out of memory on %s", network.device)
        with self._lock:
            if self._network.device.type != "cpu":
                self._notices.append(
                    f"{device_label(network.device)} ran out of memory; computing goes on with the CPU, more slowly."
                )
                self._network = self._place(torch.device("cpu"))
                self._cache.clear()
                if self._draws is not None:
                    self._draws.clear()
        return work(self._network)

    def _first_notices(self, box_centre_mm: tuple[float, float, float] | None) -> list[str]:
        try:
            notices = check_fits(self.bundle.card, self.study)
        except WrongModality:
            notices = list(metadata_misfits(self.bundle.card, self.study))
        if not self.grid.whole and box_centre_mm is None:
            notices.append("The model looks at a part of the slice only: it was put in the middle of the image.")
        for name, volume in self.study.channels.items():
            few = volume.array[tuple(slice(None, None, max(1, n // 64)) for n in volume.array.shape)]
            if few.min() == few.max() and volume.array.min() == volume.array.max():
                notices.append(f"The image ({name}) has the same value everywhere, so results mean nothing.")
        return notices


def _heights(geometry: Geometry, spacing_mm: tuple[float, float]) -> list[float]:
    """Where each slice lies along the stack, in pixels of the model's grid from the first one on."""
    index = np.zeros((geometry.shape[0], 3))
    index[:, 0] = np.arange(geometry.shape[0])
    along = geometry.index_to_world(index) @ geometry.normal
    return ((along - along[0]) / np.sqrt(np.prod(spacing_mm))).tolist()


def _is_out_of_memory(error: RuntimeError) -> bool:
    """Whether torch could not get memory; the CPU's allocator has no error type of its own."""
    return isinstance(error, torch.OutOfMemoryError) or "allocate memory" in str(error)


def read_only(array: np.ndarray) -> np.ndarray:
    """``array`` as a view that cannot be written to."""
    view = array.view()
    view.setflags(write=False)
    return view
