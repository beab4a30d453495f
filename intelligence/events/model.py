"""The trained model: plain arrays read from `data/model.npz`, scored with numpy alone.

One linear model a class and language over three views (see `features`): hashed word n-grams, hashed character n-grams and
rules. A class is said when its probability reaches the threshold that cross-validation chose for it.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from accounts.errors import ConfigError
from intelligence.events.features import Hashes, char_hashes, rule_features, rule_names, word_hashes
from intelligence.events.rules import CLASSES, LANGUAGES, Hit
from intelligence.events.text import Text

Floats = npt.NDArray[np.float32]

# Makes the n-gram values of a text about one long altogether, the scale that regularisation expects.
TYPICAL_IDF = 4.0
VIEWS = {"word": word_hashes, "char": char_hashes}


@dataclass(frozen=True, slots=True)
class View:
    """The n-grams a view knows: sorted hashes, their idf, their weight per class (n-grams × classes)."""

    hashes: Hashes
    idf: Floats
    weights: Floats

    def values(self, found: Hashes) -> tuple[npt.NDArray[np.int64], Floats]:
        """The rows of the n-grams that are known, and their values: (1 + log count) × idf ÷ length.

        The length counts unknown n-grams too, so a text of unknown words is weighed lightly.
        """
        every, counts = np.unique(found, return_counts=True)
        damped = 1 + np.log(counts)
        rows = np.searchsorted(self.hashes, every)
        rows[rows == len(self.hashes)] = 0
        known = self.hashes[rows] == every if len(self.hashes) else np.zeros(len(every), bool)
        length = max(float(np.sqrt(damped @ damped)), 1.0) * TYPICAL_IDF
        return rows[known], (damped[known] * self.idf[rows[known]] / length).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model makes of one text: probability a class, and the parts that made it, to explain."""

    probabilities: Floats
    rules: Mapping[str, float]
    grams: Mapping[str, tuple[Hashes, npt.NDArray[np.int64], Floats]]


@dataclass(frozen=True, slots=True)
class Model:
    """Views and rule weights of one language; `bias` and `thresholds` have one number a class."""

    lang: str
    views: Mapping[str, View]
    rule_rows: Mapping[str, int]
    rule_weights: Floats
    bias: Floats
    thresholds: Floats

    def weigh(self, text: Text, hits: Sequence[Hit]) -> Reading:
        """Probabilities of all classes, with the parts they come from."""
        logits = self.bias.copy()
        rules = rule_features(text, hits)
        for name, value in rules.items():
            logits += self.rule_weights[self.rule_rows[name]] * value
        grams = {}
        for name, view in self.views.items():
            found = VIEWS[name](text)
            rows, values = view.values(found)
            logits += values @ view.weights[rows]
            grams[name] = (found, rows, values)
        return Reading(1 / (1 + np.exp(-logits.clip(-30, 30))), rules, grams)


@cache
def trained(lang: str) -> Model:
    """The shipped model of a language. Raises ConfigError when rules and weights are of different versions."""
    source = resources.files(__package__) / "data" / "model.npz"
    with resources.as_file(source) as path, np.load(path, allow_pickle=False) as arrays:
        return unpack(arrays, lang)


def unpack(arrays: Mapping[str, Any], lang: str) -> Model:
    """The model of a language out of the arrays that `pack` made."""
    names = rule_names(lang)
    weights = arrays[f"{lang}.rules"].astype(np.float32)
    if len(weights) != len(names) or str(arrays[f"{lang}.rules.crc"]) != fingerprint(names):
        raise ConfigError(
            "The event rules changed since the model was trained.",
            remedy="Run python -m intelligence.events.train --data FOLDER.",
        )
    views = {
        name: View(
            arrays[f"{lang}.{name}.hashes"],
            arrays[f"{lang}.{name}.idf"].astype(np.float32),
            arrays[f"{lang}.{name}.weights"].astype(np.float32) * arrays[f"{lang}.{name}.scale"],
        )
        for name in VIEWS
        if f"{lang}.{name}.hashes" in arrays
    }
    rows = {name: row for row, name in enumerate(names)}
    return Model(lang, views, rows, weights, arrays[f"{lang}.bias"], arrays[f"{lang}.thresholds"])


def pack(model: Model) -> dict[str, npt.NDArray[Any]]:
    """Arrays to save: n-gram weights as int8 with one scale a class, the rest as float16 and float32."""
    lang = model.lang
    arrays: dict[str, npt.NDArray[Any]] = {
        f"{lang}.rules": model.rule_weights.astype(np.float16),
        f"{lang}.rules.crc": np.array(fingerprint(rule_names(lang))),
        f"{lang}.bias": model.bias.astype(np.float32),
        f"{lang}.thresholds": model.thresholds.astype(np.float32),
    }
    for name, view in model.views.items():
        scale = np.maximum(np.abs(view.weights).max(axis=0, initial=0), 1e-6) / 127
        whole = np.round(view.weights / scale).astype(np.int8)
        arrays |= {
            f"{lang}.{name}.hashes": view.hashes, f"{lang}.{name}.idf": view.idf.astype(np.float16),
            f"{lang}.{name}.weights": whole, f"{lang}.{name}.scale": scale.astype(np.float32),
        }  # fmt: skip
    return arrays


def fingerprint(names: Sequence[str]) -> str:
    """A short name of a list of features, so that weights never meet rules they were not trained with."""
    return f"{zlib.crc32(chr(10).join((*names, *CLASSES, *LANGUAGES)).encode()):08x}"
