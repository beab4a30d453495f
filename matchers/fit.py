"""Fits a block of the additive model: logistic regression on hinge functions with one-sided weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from matchers.model import Block, Feature, Matrix


def hinges(values: Matrix, features: Sequence[Feature]) -> Matrix:
    """Each feature as ramps between its knots: rows × all ramps, each 0–1; their weighted sum is its curve."""
    columns = []
    for at, feature in enumerate(features):
        for low, high in zip(feature.knots, feature.knots[1:], strict=False):
            columns.append(np.clip((values[:, at] - low) / (high - low), 0.0, 1.0))
    return np.column_stack(columns)


def fit(
    values: Matrix,
    labels: Matrix,
    features: Sequence[Feature],
    *,
    sample: Matrix | None = None,
    ridge: float = 0.3,
) -> Block:
    """The block whose weights explain the labels best, each in its feature's direction.

    `values` rows × features, `labels` 0/1, `sample` row weights. Needs scipy (the `train` extra).
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - only training needs it

    ramps = hinges(values, features)
    signs = np.concatenate([np.full(len(f.knots) - 1, float(f.sign or 1)) for f in features])
    free = np.concatenate([np.full(len(f.knots) - 1, f.sign == 0) for f in features])
    design = np.column_stack([ramps * signs, np.ones(len(ramps))])
    weight = np.ones(len(labels)) if sample is None else sample
    penalty = np.append(np.full(ramps.shape[1], ridge), 0.0)

    def loss(beta: Matrix) -> tuple[float, Matrix]:
        score = design @ beta
        value = float(
            np.sum(weight * (np.logaddexp(0.0, score) - labels * score)) + 0.5 * np.sum(penalty * beta**2)
        )
        error = weight * (1.0 / (1.0 + np.exp(-np.clip(score, -35, 35))) - labels)
        return value, design.T @ error + penalty * beta

    bounds = [(None, None) if loose else (0.0, None) for loose in free] + [(None, None)]
    best = minimize(
        loss, np.zeros(design.shape[1]), jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": 400}
    )
    return _block(best.x, signs, features)


def _block(beta: Matrix, signs: Matrix, features: Sequence[Feature]) -> Block:
    curves = []
    at = 0
    for feature in features:
        size = len(feature.knots) - 1
        steps = beta[at : at + size] * signs[at : at + size]
        curves.append(tuple(round(float(x), 4) for x in np.concatenate([[0.0], np.cumsum(steps)])))
        at += size
    return Block(tuple(features), round(float(beta[-1]), 4), tuple(curves))
