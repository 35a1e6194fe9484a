import json

import pytest
import torch

from proseg_gui.errors import UserError
from proseg_gui.inference.points import check_point, coords_from, point_from, stacked, unstacked


def test_numbers_survive_python_and_json_bit_by_bit(bundle):
    coords = bundle.method.draw(None, 20, torch.Generator().manual_seed(0))
    points = unstacked(coords)
    for i, point in enumerate(points):
        again = coords_from(json.loads(json.dumps(point)))
        assert all(torch.equal(again[name], coords[name][i]) for name in coords)
        assert point_from(coords_from(point)) == point
    assert all(torch.equal(stacked(points)[name], coords[name]) for name in coords)


def test_a_point_that_fits_is_returned_as_floats(bundle):
    point = {"tau": [1, 0, 0, 0, 0, 0, 0, 0], "eps": [0, 1, -2]}
    checked = check_point(point, bundle.method)
    assert checked == {"tau": (1.0,) + (0.0,) * 7, "eps": (0.0, 1.0, -2.0)}
    assert all(isinstance(v, float) for values in checked.values() for v in values)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"eps": [0.0]}, "takes 3"), ({"eps": [float("inf"), 0, 0]}, "in range"), ({"tau": [0.5] * 8}, "sum to 1"),
        ({"mu": [1.0]}, "named"),
    ],
)  # fmt: skip
def test_a_point_that_does_not_fit(bundle, change, sentence):
    point = {"tau": [0.125] * 8, "eps": [0.0] * 3, **change}
    with pytest.raises(UserError, match=sentence):
        check_point(point, bundle.method)
