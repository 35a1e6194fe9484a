"""ProSona's objective: ProSeg's terms, masks drawn from sentences about them, and words aligned with measures.

In each step the style of every mask is measured beside the majority of its item's raters, and a sentence is written
about it. ``prompted`` decodes at the sentence's place against that mask; ``alignment`` is contrastive on two levels,
sentences with the measured styles of their masks, and raters with their mean measured styles.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from proseg_gui.networks.prosona import PIECES, ProSona
from proseg_gui.prompts.pieces import pieces_of
from proseg_gui.prompts.templates import describe
from proseg_gui.training import losses
from proseg_gui.training.dataset import Batch, TrainingCase
from proseg_gui.training.objective import ALL, ProSegObjective
from proseg_gui.training.precision import in_float32
from proseg_gui.training.styles import LEAST_SCALE, case_styles, measured_styles

PROMPTED_WEIGHT, ALIGNMENT_WEIGHT = 0.5, 0.1
TEMPERATURE = 0.1
MOMENTUM = 0.05
"""Of the running mean and scale of the measured attributes."""
MOST_DEVIATIONS = 3.0


class ProSonaObjective(ProSegObjective):
    """See the module's text."""

    method: ProSona

    def rater_parameters(self) -> list[nn.Parameter]:
        """Styles, words and raters: few steps see any one word."""
        method = self.method
        return [*super().rater_parameters(), method.centre, method.meaning, method.words]

    def terms(self, features: Tensor, batch: Batch, raters: slice = ALL) -> dict[str, Tensor]:
        """ProSeg's, with ``prompted`` and ``alignment``."""
        found = super().terms(features, batch, raters)
        measured = measured_styles(batch.masks, batch.observed)
        self._follow(measured)
        styles = self._standard(measured).to(features)  # (V, R, 6)
        there = torch.from_numpy(np.isfinite(measured).all(-1)).to(features.device)
        chance = Random(int(torch.randint(2**31, ())))
        sentences = [describe(style, chance) for style in styles.flatten(0, 1).tolist()]
        codes = self.method.text_codes(counts_of(sentences).to(features))
        return {
            **found,
            "prompted": self._prompted(features, batch, codes.unflatten(0, styles.shape[:2]), there),
            "alignment": self._alignment(codes, styles, there),
        }

    def weighted(self, terms: dict[str, Tensor]) -> dict[str, Tensor]:
        """See the base class."""
        own = {"prompted": PROMPTED_WEIGHT, "alignment": ALIGNMENT_WEIGHT}
        rest = super().weighted({name: value for name, value in terms.items() if name not in own})
        return {**rest, **{name: weight * terms[name] for name, weight in own.items()}}

    def _follow(self, measured: np.ndarray) -> None:
        """Bring mean and scale of the attributes up to date; the first batch sets them."""
        method, rows = self.method, measured[np.isfinite(measured).all(-1)]
        if len(rows) < 2:
            return
        mean, scale = (torch.from_numpy(f(rows, 0)).to(method.style_mean) for f in (np.mean, np.std))
        share = MOMENTUM if bool(method.style_scale.any()) else 1.0
        method.style_mean.lerp_(mean, share)
        method.style_scale.lerp_(scale, share)

    def _standard(self, measured: np.ndarray) -> Tensor:
        """Attributes in standard deviations, 0 where nothing could be measured, kept within what is plausible."""
        mean, scale = (value.cpu().numpy() for value in (self.method.style_mean, self.method.style_scale))
        styles = np.where(scale > LEAST_SCALE, (measured - mean) / np.maximum(scale, LEAST_SCALE), 0.0)
        return torch.from_numpy(np.nan_to_num(styles).clip(-MOST_DEVIATIONS, MOST_DEVIATIONS)).float()

    def _prompted(self, features: Tensor, batch: Batch, codes: Tensor, there: Tensor) -> Tensor:
        """What is drawn at the sentences' places, on a part of the pixels, against the masks that they are about."""
        method, stride = self.method, self.recipe.stride
        y, x = (int(torch.randint(0, stride, ())) for _ in range(2))
        pixels = features[..., y::stride, x::stride].flatten(2)
        masks = batch.masks[..., y::stride, x::stride].flatten(-3)
        still = codes.new_zeros(*codes.shape[:2], method.modes)
        logits = method.decode_points(pixels, method.centre + codes, still)
        return losses.segmentation_loss(logits, masks, batch.observed & there[:, :, None, None])

    def _alignment(self, codes: Tensor, styles: Tensor, there: Tensor) -> Tensor:
        method = self.method
        flat, valid = styles.flatten(0, 1), there.flatten()
        texts = contrast(codes[valid], method.style_codes(flat[valid]), flat[valid])
        count = there.sum(0)[:, None]
        means = (styles * there[..., None]).sum(0) / count.clamp_min(1)
        known = count[:, 0] > 0
        raters = contrast((method.presets() - method.centre)[known], method.style_codes(means[known]), means[known])
        return texts + raters

    @torch.no_grad()
    def finish(self, cases: Sequence[TrainingCase]) -> None:
        """The raters' mean styles on their training masks, then see the base class."""
        styles = case_styles(cases)
        missing = ~np.isfinite(styles).all(-1)
        standard = self._standard(styles).numpy()
        standard[missing] = np.nan
        counts = (~missing).sum(0)
        means = np.nansum(standard, 0) / np.maximum(counts, 1)[:, None]
        self.method.rater_style.copy_(torch.from_numpy(means))
        super().finish(cases)


def counts_of(sentences: Sequence[str]) -> Tensor:
    """``(N, 4096)``: how often each piece is in each sentence."""
    counts = torch.zeros(len(sentences), PIECES)
    for row, sentence in zip(counts, sentences, strict=True):
        row += torch.bincount(torch.tensor(pieces_of(sentence), dtype=torch.long), minlength=PIECES)
    return counts


@in_float32
def contrast(first: Tensor, second: Tensor, styles: Tensor) -> Tensor:
    """InfoNCE of pairs ``(N, D)``, both ways, on cosines; alike ``styles (N, 6)`` are no negatives of each other."""
    if len(first) < 2:
        return 0.0 * (first.sum() + second.sum())
    cosines = functional.normalize(first, dim=-1, eps=1e-6) @ functional.normalize(second, dim=-1, eps=1e-6).T
    wanted = torch.softmax(-torch.cdist(styles, styles).square(), -1)
    logits = cosines / TEMPERATURE
    ways = functional.cross_entropy(logits, wanted) + functional.cross_entropy(logits.T, wanted)
    return 0.5 * ways
