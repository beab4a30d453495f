"""A pair's score as a waterfall: where it starts, what each comparison adds or takes, where it ends."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from matchers.names import parse
from matchers.pairs import PairMatcher, route_of
from matchers.wording import phrases


@dataclass(frozen=True, slots=True)
class Step:
    """One comparison's say: its weight in log-odds, the running total after it, and the words for it."""

    feature: str
    weight: float
    total: float
    words: str


def waterfall(left: str, right: str, matcher: PairMatcher | None = None) -> list[Step]:
    """The steps from the model's starting point to a pair's score, strongest first; empty where nothing compares.

    Weights add up: the last total is the log-odds, whose logistic is the pair's probability.
    """
    a, b = parse(left), parse(right)
    route = route_of(a, b)
    if not route:
        return []
    matcher = matcher or PairMatcher()
    block = matcher.block(route)
    weights = block.weights(matcher.values(a, b, route))[0]
    total = block.intercept
    steps = [Step("start", round(total, 3), round(total, 3), "before anything is compared")]
    for at in np.argsort(-np.abs(weights), kind="stable").tolist():
        weight = float(weights[at])
        if abs(weight) < 0.005:
            continue
        total += weight
        name = block.features[at].name
        pro, contra = phrases().get((route, name), ("", ""))
        said = (pro if weight > 0 else contra) or pro or contra or name.replace("_", " ")
        steps.append(Step(name, round(weight, 3), round(total, 3), said))
    return steps


def as_text(left: str, right: str, steps: list[Step]) -> str:
    """The waterfall as a table with bars, one step a line."""
    if not steps:
        return f"“{left}” against “{right}”: nothing to compare"
    lines = [f"“{left}” against “{right}”"]
    for step in steps:
        bar = ("+" if step.weight > 0 else "−") * min(24, max(1, round(abs(step.weight) * 4)))
        lines.append(f"  {step.weight:+7.2f}  {step.total:+7.2f}  {bar:<24}  {step.words}")
    chance = 1 / (1 + math.exp(-max(-35.0, min(35.0, steps[-1].total))))
    return "\n".join([*lines, f"  probability {chance:.3f}"])


_ROW, _WIDE, _MIDDLE, _SCALE = 22, 760, 520, 26.0
_COLOURS = {True: "#2f7d4f", False: "#b3402f"}


def as_chart(left: str, right: str, steps: list[Step]) -> str:
    """The waterfall as an SVG picture: each bar begins where the one above it ended."""
    from html import escape  # noqa: PLC0415

    most = max((abs(step.total) for step in steps), default=1.0)
    scale = min(_SCALE, (_WIDE - _MIDDLE) / 2 / max(most, 1.0))
    zero = _MIDDLE + (_WIDE - _MIDDLE) / 2
    high = (len(steps) + 3) * _ROW
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {high}" font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDE}" height="{high}" fill="#ffffff"/>',
        f'<text x="8" y="16" font-weight="bold">{escape(f"“{left[:60]}” against “{right[:60]}”")}</text>',
        f'<line x1="{zero}" x2="{zero}" y1="{_ROW}" y2="{high - _ROW}" stroke="#999999"/>',
    ]
    before = 0.0
    for at, step in enumerate(steps, 1):
        y = at * _ROW + 6
        x, width = zero + min(before, step.total) * scale, max(1.0, abs(step.total - before) * scale)
        lines.append(
            f'<text x="8" y="{y + 11}">{escape(step.words[:66])}</text>'
            f'<text x="{_MIDDLE - 10}" y="{y + 11}" text-anchor="end">{step.weight:+.2f}</text>'
            f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="14" fill="{_COLOURS[step.total >= before]}"/>'
        )
        before = step.total
    told = (
        f"probability {1 / (1 + math.exp(-max(-35.0, min(35.0, before)))):.3f}"
        if steps
        else "nothing to compare"
    )
    lines.append(f'<text x="8" y="{high - 12}" font-weight="bold">{told}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"
