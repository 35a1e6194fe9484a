"""Vectors of an installed language model: absent without a word, and asked only about what nobody else knows."""

from __future__ import annotations

import importlib.machinery

import numpy as np
import pytest

from proseg_gui.prompts import vectors as module
from proseg_gui.prompts.reading import read_prompt
from proseg_gui.prompts.vectors import Vectors, vectors


@pytest.fixture(autouse=True)
def fresh():
    vectors.cache_clear()
    yield
    vectors.cache_clear()


def near(word_like, word):
    """Vectors in which ``word_like`` lies where ``word`` does, and every other word somewhere of its own."""
    places = {}

    def numbers(text):
        if text == "nothing":
            return []
        return [places.setdefault(word if text == word_like else text, len(places))]

    return Vectors(numbers, np.random.default_rng(0).standard_normal((400, 64)).astype(np.float16))


def test_a_word_is_taken_for_the_nearest_known_one_or_for_none():
    found = near("petite", "small")
    assert found.guess("petite") == ("size", -1)
    assert found.guess("mauve") is None and found.guess("nothing") is None


def test_where_nothing_is_installed_there_is_nobody_to_ask(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    assert vectors() is None
    assert read_prompt("petite").unknown == ("petite",)


def test_a_package_without_the_files_is_nobody_to_ask(monkeypatch, tmp_path):
    spec = importlib.machinery.ModuleSpec("wordllama", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(module, "find_spec", lambda name: spec)
    assert vectors() is None


def test_they_are_asked_after_our_own_encoder(monkeypatch):
    monkeypatch.setattr(module, "vectors", lambda: near("petite", "small"))
    prompt = read_prompt("not so petite, smoooth")
    assert prompt.guessed == (("petite", "size", -1), ("smoooth", "smoothness", 1))
    assert prompt.wishes[0].amount == 0.5
