"""Tests that every method gets by filling in a factory: subclass :class:`MethodTests` and set ``make``."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import pytest
import torch

from proseg_gui.networks.base import Capabilities, Method


class MethodTests:
    """``make(n_raters=..., n_structures=..., n_channels=...)`` builds a small network."""

    make: ClassVar[Callable[..., Method]]

    @pytest.fixture
    def method(self) -> Method:
        torch.manual_seed(3)
        return type(self).make(n_raters=4, n_structures=2, n_channels=3).eval()

    @pytest.fixture
    def features(self, method):
        with torch.no_grad():
            return method.encode(torch.randn(1, 3, 24, 16, generator=torch.Generator().manual_seed(0)))

    def needs(self, method: Method, capability: str) -> None:
        assert capability in Capabilities.__dataclass_fields__
        if not getattr(method.capabilities, capability):
            pytest.skip(f"{method.kind} has no {capability}")

    def test_architecture_rebuilds_the_network(self, method):
        again = type(method)(**method.architecture())
        assert {k: v.shape for k, v in again.state_dict().items()} == {
            k: v.shape for k, v in method.state_dict().items()
        }

    @pytest.mark.parametrize("size", [(1, 1), (5, 7), (16, 16), (33, 18)])
    def test_any_size_is_encoded_on_its_own_grid(self, method, size):
        features = method.encode(torch.randn(2, 3, *size))
        logits = method.decode(features, method.consensus_style())
        assert features.shape[0] == 2 and features.shape[-2:] == size
        assert logits.shape == (2, 2, *size) and logits.isfinite().all()

    def test_an_empty_batch_gives_empty_results(self, method):
        features = method.encode(torch.zeros(0, 3, 12, 9))
        assert method.decode(features, method.consensus_style()).shape == (0, 2, 12, 9)

    def test_a_constant_image_gives_finite_results(self, method):
        assert method.encode(torch.full((1, 3, 20, 20), 0.7)).isfinite().all()

    def test_a_slice_does_not_depend_on_the_others_of_its_batch(self, method):
        images = torch.randn(3, 3, 16, 16)
        together, alone = method.encode(images), method.encode(images[1:2])
        assert torch.allclose(together[1:2], alone, atol=1e-4)

    def test_personalised_is_decode_at_the_raters_point(self, method, features):
        self.needs(method, "personalised")
        for rater in range(4):
            expected = method.decode(features, method.rater_coords(rater))
            assert torch.equal(method.personalised(features, rater), expected)

    def test_a_point_is_the_callers_own(self, method):
        """What a caller does with it leaves the model as it was."""
        before = {name: value.clone() for name, value in method.state_dict().items()}
        for coords in (method.rater_coords(1), method.consensus_style()):
            for value in coords.values():
                value.add_(1.0)
        assert all(torch.equal(value, before[name]) for name, value in method.state_dict().items())

    def test_raters_differ(self, method, features):
        self.needs(method, "personalised")
        assert (method.personalised(features, 0) - method.personalised(features, 1)).abs().max() > 1e-4

    def test_a_blend_with_all_weight_on_one_rater_is_that_rater(self, method):
        self.needs(method, "personalised")
        coords, own = method.style_coords(torch.tensor([0.0, 0.0, 1.0, 0.0])), method.rater_coords(2)
        assert all(torch.allclose(coords[name], own[name], atol=1e-6) for name in own)

    def test_samples_are_fixed_by_their_seed(self, method, features):
        self.needs(method, "samples")
        rater = 1 if method.capabilities.rater_draws else None
        first, again, other = (method.sample(features, 6, seed, rater=rater) for seed in (5, 5, 6))
        assert torch.equal(first, again) and first.shape == (6, 2, 24, 16)
        assert not torch.equal(first, other)

    def test_decode_many_is_decode_one_by_one(self, method, features):
        points = method.draw(None, 5, torch.Generator().manual_seed(1))
        many = method.decode_many(features, points)
        for i in range(5):
            one = method.decode(features, {name: value[i] for name, value in points.items()})
            assert torch.allclose(many[i], one[0], atol=1e-5)

    def test_no_draw_at_all_is_allowed(self, method, features):
        points = method.draw(None, 0, torch.Generator().manual_seed(1))
        assert method.decode_many(features, points).shape == (0, 2, 24, 16)

    def test_gradients_reach_every_parameter(self, method):
        method.train()
        features = method.encode(torch.randn(1, 3, 16, 16))
        loss = sum(method.personalised_for_training(features, r).square().sum() for r in range(4))
        loss = loss + method.samples_for_training(features).square().sum()
        loss.backward()
        silent = [n for n, p in method.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
        assert not silent

    def test_controls_are_bounded_ordered_and_point_to_larger_areas(self, method, features):
        controls = method.controls([features], method.consensus_style())
        families = {"preference": method.capabilities.preference_axes, "ambiguity": method.capabilities.ambiguity_axes}
        for family, there in families.items():
            own = [c for c in controls if c.family == family]
            assert bool(own) == there
            shares = [c.share for c in own]
            assert shares == sorted(shares, reverse=True) and (0 < sum(shares) <= 1 + 1e-6 or not there)
            assert all(c.limit > 0 and c.unit > 0 for c in own)

    def test_moving_a_control_and_reading_its_position_agree(self, method, features):
        start = method.rater_coords(1)
        for control in method.controls([features], start):
            moved = method.moved(control, start, 1.7)
            assert method.position(control, moved) == pytest.approx(1.7, abs=1e-3)
            back = method.moved(control, moved, method.position(control, start))
            for name in start:
                assert torch.allclose(back[name], start[name], atol=1e-4)

    def test_the_axes_of_ambiguity_follow_the_jacobian(self, method, features):
        self.needs(method, "ambiguity_axes")
        coords = method.consensus_style()

        def logits(eps):
            return method.decode(features, {"tau": coords["tau"], "eps": eps}).flatten()

        jacobian = torch.autograd.functional.jacobian(logits, torch.zeros_like(coords["eps"]))
        p = torch.sigmoid(logits(torch.zeros_like(coords["eps"])))
        rows = torch.cat([jacobian, torch.ones_like(jacobian[:, :1])], dim=1)
        expected = rows.T @ ((p * (1 - p))[:, None] * rows)
        assert torch.allclose(method.ambiguity_gram(features, coords).float(), expected, rtol=1e-3, atol=1e-3)

    def test_every_point_has_both_latents_and_they_do_what_the_capabilities_say(self, method, features):
        points = method.draw(2, 6, torch.Generator().manual_seed(1), tau_draws=3)
        assert set(points) == {"tau", "eps"} and all(len(values) == 6 for values in points.values())
        assert (points["eps"].shape[1] > 0) == (method.capabilities.ambiguity_axes or method.capabilities.streams)
        assert torch.equal(points["tau"][0], points["tau"][1])
        varies = not torch.equal(points["tau"][0], points["tau"][2])
        assert varies == method.capabilities.intra_expert
        with pytest.raises(ValueError, match="divisible"):
            method.draw(2, 7, torch.Generator(), tau_draws=3)

    def test_the_preference_lies_in_its_domain(self, method):
        for coords in (method.rater_coords(1), method.consensus_style()):
            tau = coords["tau"]
            if method.preference_domain != "free":
                assert float(tau.sum()) == pytest.approx(1.0, abs=1e-5)
            if method.preference_domain == "shares":
                assert float(tau.min()) >= 0.0

    def test_it_can_be_built_without_memory_and_rejects_absurd_sizes(self, method):
        with torch.device("meta"):
            parts = [p for p in type(method)(**method.architecture()).parameters() if not p.is_meta]
        assert sum(p.numel() for p in parts) < 600  # a rater's few numbers may be real
        for wrong in ({"n_raters": 0}, {"n_raters": 10**9}, {"widths": [8]}, {"widths": [10**9, 8]}, {"features": 2.5}):
            with pytest.raises(ValueError, match="must be"):
                type(method)(**{**method.architecture(), **wrong})

    def test_levels_are_drawn_in_turn_and_lie_inside_of_each_other(self, method, features):
        self.needs(method, "levels")
        points = method.draw(None, 8, torch.Generator().manual_seed(2))
        assert sorted(points["tau"][:4, 0].tolist()) == sorted(points["tau"][4:, 0].tolist()) == [1.0, 2.0, 3.0, 4.0]
        order = points["tau"][:4, 0].argsort()
        logits = method.decode_many(features, points)[:4][order]
        assert (logits.diff(dim=0) <= 0).all()
        (control,) = method.preference_controls()
        assert len(control.stops) == 4
        at = [method.level_coords(level) for level in (1, 2, 3, 4)]
        together = {name: torch.stack([coords[name] for coords in at]) for name in at[0]}
        chosen = method.decode_many(features, together)
        assert (chosen.diff(dim=0) <= 0).all() and (chosen[0] > chosen[-1]).all()
        assert [control.stops[::-1][round(c["tau"].item()) - 1] for c in at] == [
            "at least 1 of 4", "at least 2 of 4", "at least 3 of 4", "all 4",
        ]  # fmt: skip

    def test_the_last_step_of_a_stream_is_the_draw(self, method, features):
        for coords in (method.rater_coords(1), {n: v[0] for n, v in method.draw(None, 1, torch.Generator()).items()}):
            steps = list(method.stream(features, coords))
            assert torch.equal(steps[-1], method.decode(features, coords))
            assert all(step.shape == (1, 2, 24, 16) and step.isfinite().all() for step in steps)
            assert (len(steps) > 1) == (method.capabilities.streams and coords["eps"].any())

    def test_a_streamed_draw_is_its_seeds_and_a_whole_slices(self, method, features):
        self.needs(method, "streams")
        points = method.draw(None, 50, torch.Generator().manual_seed(1))
        seeds = points["eps"]
        assert seeds.shape == (50, 1) and torch.equal(seeds, seeds.round()) and len(seeds.unique()) == 50
        assert float(seeds.min()) >= 1.0 and float(seeds.max()) < 1e6
        one, two = ({"tau": points["tau"][0], "eps": seeds[i]} for i in (0, 1))
        assert torch.equal(method.decode(features, one), method.decode(features, one))
        assert not torch.equal(method.decode(features, one), method.decode(features, two))

    def test_readings_of_its_own_have_probabilities_and_draws_follow_them(self, method, features):
        self.needs(method, "weighed")
        points, chances = method.weighed_readings(features[..., 3:4, 5:7])
        count = len(points["tau"])
        assert chances.shape == (1, count) and float(chances.sum()) == pytest.approx(1.0, abs=1e-5)
        assert set(points) == {"tau", "eps"} and not points["eps"].any()
        (control,) = method.preference_controls()
        assert len(control.stops) == count + 1
        own = method.decode_many(features, points)
        drawn = method.draw(None, 4000, torch.Generator().manual_seed(0))
        still = torch.zeros_like(drawn["eps"])
        still[:, 0] = drawn["eps"][:, 0]
        found = method.decode_many(features[..., :2, :2], {**drawn, "eps": still})
        same = (found[:, None] - own[None, ..., :2, :2]).abs().flatten(2).amax(-1) < 1e-4
        assert torch.allclose(same.float().mean(0), chances[0], atol=0.03)

    def test_one_rater_has_no_preference_axis(self):
        single = type(self).make(n_raters=1, n_structures=1, n_channels=1)
        if single.capabilities.weighed:
            pytest.skip("it has no preference of raters: its axis runs over readings of its own")
        assert single.preference_controls() == []

    @pytest.mark.skipif(not torch.cuda.is_available(), reason="this computer has no CUDA device")
    def test_a_gpu_agrees_with_the_cpu(self, method):
        image = torch.randn(1, 3, 32, 32)
        expected = method.personalised(method.encode(image), 0)
        on_gpu = method.cuda()
        found = on_gpu.personalised(on_gpu.encode(image.cuda()), 0).cpu()
        assert torch.allclose(found, expected, atol=1e-3)
