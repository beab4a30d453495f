"""Fits the model of one language (scikit-learn; wanted for training alone).

Two fits are averaged. One learns every class by itself. The other first learns, over all classes at once, what a rule is
worth whatever it is about (a strong rule in the headline, a trap beside it, a denial around it), and lets every class
start from there: so a class with a dozen examples leans on its rules. Both are linear, hence so is their mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from intelligence.events.features import CLASS_SIGNS, rule_features, rule_names
from intelligence.events.model import VIEWS, Model, View
from intelligence.events.rules import CLASSES, Hit, rulebook
from intelligence.events.text import Text, read

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be tuned: strength of the regularisation, weight of rules beside n-grams, size of the n-gram tables."""

    penalty_inverse: float = 3.0
    shared_penalty_inverse: float = 1.0
    rule_scale: float = 0.35
    shared_scale: float = 1.0
    at_least: int = 2
    keep: Mapping[str, int] | None = None
    other_weight: float = 1.5
    random_weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Corpus:
    """Labelled texts made ready: hashes a view, rule features as a sparse matrix, labels (rows × classes), weights."""

    lang: str
    texts: Sequence[Text]
    hits: Sequence[Sequence[Hit]]
    hashes: Mapping[str, Sequence[npt.NDArray[np.uint32]]]
    rules: Any
    labels: Ints
    weights: Floats


def prepare(rows: Sequence[Mapping[str, Any]], lang: str, settings: Settings) -> Corpus:
    """The corpus of `rows` (`text`, `labels`, `source`); rows drawn at random and rows without an event weigh more."""
    texts = [read(row["text"]) for row in rows]
    hits = [list(rulebook(lang).hits(text)) for text in texts]
    column = {name: number for number, name in enumerate(rule_names(lang))}
    rules = sparse.lil_matrix((len(rows), len(column)))
    for number, (text, found) in enumerate(zip(texts, hits, strict=True)):
        for name, value in rule_features(text, found).items():
            rules[number, column[name]] = value
    labels = np.array([[name in row["labels"] for name in CLASSES] for row in rows], int)
    weights = np.ones(len(rows))
    weights[labels.sum(axis=1) == 0] += settings.other_weight - 1
    weights += settings.random_weight * np.array(
        [str(row.get("source", "")).endswith("-random") for row in rows]
    )
    hashes = {name: [view(text) for text in texts] for name, view in VIEWS.items()}
    return Corpus(lang, texts, hits, hashes, rules.tocsr(), labels, weights)


def fit(corpus: Corpus, rows: Ints, settings: Settings) -> Model:
    """The model learnt from those rows of the corpus; thresholds are 0.4 until they are chosen."""
    views = {
        name: _vocabulary([corpus.hashes[name][row] for row in rows], settings.at_least) for name in VIEWS
    }
    grams = [_matrix(view, [corpus.hashes[name][row] for row in rows]) for name, view in views.items()]
    rules = corpus.rules[rows]
    y, weights = corpus.labels[rows], corpus.weights[rows]
    shared = _shared(rules, y, weights, corpus.lang, settings)
    alone, lifted, biases = [], [], []
    for number in range(len(CLASSES)):
        told = y[:, number]
        prior = rules @ shared.weights[number] + shared.bias
        if told.sum() < 2:
            width = sum(matrix.shape[1] for matrix in grams)
            both = np.zeros(width), shared.weights[number], shared.bias
        else:
            both = _class_weights(
                grams, rules, prior, told, weights, shared.weights[number], shared.bias, settings
            )
        alone.append(both[0])
        lifted.append(both[1])
        biases.append(both[2])
    stacked = np.array(alone, np.float32).T
    cuts = np.cumsum([matrix.shape[1] for matrix in grams])[:-1]
    learnt = {
        name: _pruned(View(view.hashes, view.idf, part), (settings.keep or {}).get(name))
        for (name, view), part in zip(views.items(), np.split(stacked, cuts), strict=True)
    }
    names = rule_names(corpus.lang)
    return Model(
        corpus.lang, learnt, {name: row for row, name in enumerate(names)}, np.array(lifted, np.float32).T,
        np.array(biases, np.float32), np.full(len(CLASSES), 0.4, np.float32),
    )  # fmt: skip


def _class_weights(
    grams: Sequence[Any],
    rules: Any,
    prior: Floats,
    told: Ints,
    weights: Floats,
    start: Floats,
    bias: float,
    settings: Settings,
) -> tuple[Floats, Floats, float]:
    plain = sparse.hstack([*grams, rules * settings.rule_scale]).tocsr()
    led = sparse.hstack([plain, sparse.csr_matrix(prior[:, None] * settings.shared_scale)]).tocsr()
    first = _regression(settings).fit(plain, told, weights)
    second = _regression(settings).fit(led, told, weights)
    lead = second.coef_[0][-1] * settings.shared_scale
    mean = (first.coef_[0] + second.coef_[0][:-1]) / 2
    width = plain.shape[1] - rules.shape[1]
    lifted = mean[width:] * settings.rule_scale + start * lead / 2
    return mean[:width], lifted, float((first.intercept_[0] + second.intercept_[0] + bias * lead) / 2)


def _regression(settings: Settings) -> LogisticRegression:
    # Fewer texts than n-grams: the dual problem is the small one, solved twenty times as fast. Its order is drawn, hence the seed.
    return LogisticRegression(
        C=settings.penalty_inverse, solver="liblinear", dual=True, random_state=0, max_iter=1000
    )


@dataclass(frozen=True, slots=True)
class _Shared:
    weights: Floats  # classes × rule features
    bias: float


def _shared(rules: Any, y: Ints, weights: Floats, lang: str, settings: Settings) -> _Shared:
    """What rules are worth whatever they are about, learnt over all classes at once and written out class by class."""
    maps = [_tied(lang, number) for number in range(len(CLASSES))]
    stacked = sparse.vstack([rules @ tied for tied in maps]).tocsr()
    model = LogisticRegression(C=settings.shared_penalty_inverse, solver="liblinear")
    model.fit(stacked, y.T.ravel(), np.tile(weights, len(CLASSES)))
    return _Shared(np.array([tied @ model.coef_[0] for tied in maps]), float(model.intercept_[0]))


def _tied(lang: str, number: int) -> Any:
    """Which rule features are one feature to all classes: my signs, the others' signs, general traps, the style."""
    names = rule_names(lang)
    mine = CLASSES[number]
    general = [name for name in names if name.startswith(("other.trap.", "style:"))]
    slot = {sign: at for at, sign in enumerate(CLASS_SIGNS)}
    slot |= {"others' strong": len(slot), "others' head-no-trap": len(slot) + 1}
    slot |= {name: len(slot) + at for at, name in enumerate(general)}
    tied = sparse.lil_matrix((len(names), len(slot)))
    for row, name in enumerate(names):
        about, _, sign = name.partition(":")
        if name in slot:
            tied[row, slot[name]] = 1
        elif about == mine and sign:
            tied[row, slot[sign]] = 1
        elif about in CLASSES and f"others' {sign}" in slot:
            tied[row, slot[f"others' {sign}"]] = 1
    return tied.tocsr()


def _vocabulary(found: Sequence[npt.NDArray[np.uint32]], at_least: int) -> View:
    hashes, counts = np.unique(np.concatenate([np.unique(one) for one in found]), return_counts=True)
    kept = counts >= at_least
    idf = np.log((1 + len(found)) / (1 + counts[kept])) + 1
    return View(hashes[kept], idf.astype(np.float32), np.zeros((int(kept.sum()), len(CLASSES)), np.float32))


def _matrix(view: View, found: Sequence[npt.NDArray[np.uint32]]) -> Any:
    parts = [view.values(one) for one in found]
    starts = np.cumsum([0, *(len(rows) for rows, _ in parts)])
    values, columns = (np.concatenate([part[side] for part in parts]) for side in (1, 0))
    return sparse.csr_matrix((values, columns, starts), shape=(len(found), len(view.hashes)))


def _pruned(view: View, keep: int | None) -> View:
    """The view with its `keep` weightiest n-grams alone; every n-gram's idf stays what it was."""
    if keep is None or len(view.hashes) <= keep:
        return view
    worth = np.abs(view.weights).max(axis=1) * view.idf
    kept = np.sort(np.argsort(-worth)[:keep])
    return View(view.hashes[kept], view.idf[kept], view.weights[kept])
