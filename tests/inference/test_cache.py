import threading

import pytest
import torch

from proseg_gui.inference.cache import FeatureCache


def entry(value, floats=100):
    return torch.full((floats,), float(value))


def test_the_least_recently_used_goes_first():
    cache = FeatureCache(3 * 400)
    for k in range(3):
        cache.put(k, entry(k))
    assert cache.get(0) is not None
    cache.put(3, entry(3))
    assert [k in cache for k in range(4)] == [True, False, True, True]
    assert cache.get(1) is None
    assert cache.used_bytes == 1200


def test_replacing_an_entry_counts_it_once():
    cache = FeatureCache(10_000)
    cache.put(5, entry(1))
    cache.put(5, entry(2, floats=50))
    assert (len(cache), cache.used_bytes) == (1, 200)
    assert cache.get(5)[0] == 2.0
    cache.clear()
    assert (len(cache), cache.used_bytes) == (0, 0)


def test_the_newest_is_kept_even_beyond_the_budget():
    cache = FeatureCache(1)
    cache.put(0, entry(0))
    cache.put(1, entry(1))
    assert [k in cache for k in (0, 1)] == [False, True]


def test_no_budget_keeps_nothing():
    cache = FeatureCache(0)
    cache.put(0, entry(0))
    assert (len(cache), cache.used_bytes, cache.get(0)) == (0, 0, None)


def test_work_ahead_of_need_goes_first():
    cache = FeatureCache(3 * 400)
    cache.put(5, entry(5))
    for k in (4, 6, 3, 7, 2):
        cache.put(k, entry(k), first_to_go=True)
    assert sorted(k for k in range(9) if k in cache) == [2, 4, 5]


def test_what_comes_out_is_what_went_in():
    cache = FeatureCache(10_000)
    features = torch.randn(1, 4, 5, 5)
    cache.put(0, features)
    assert torch.equal(cache.get(0), features)
    assert cache.get(0).dtype == torch.float32


def test_two_threads_never_lose_count():
    cache = FeatureCache(20 * 400)

    def work(seed):
        for i in range(400):
            cache.put((i * seed) % 37, entry(i))
            cache.get((i * 7) % 37)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in (3, 5, 11)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.used_bytes == 400 * len(cache) <= 20 * 400


def test_a_budget_is_a_number_of_bytes():
    with pytest.raises(ValueError, match="bytes"):
        FeatureCache(-1)
