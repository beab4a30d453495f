"""Two tables linked: blocking, names and attributes weighed, margins over rivals on both sides, one calibrated answer a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from accounts.account import Company
from matchers import compare_rows
from matchers.attributes import Evidence
from matchers.blocking import block
from matchers.model import Feature, Matrix, load_block, probability
from matchers.names import Name, parse
from matchers.pairs import NOTHING, PairMatcher
from matchers.rows import city_key, rarity_of_cities

BEST = (
    Feature("score", 1, (-8, -5, -3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 3, 5, 8)),
    Feature("lead", 1, (-3, -1, 0, 0.3, 0.7, 1.2, 2, 3, 5)),
    Feature("lead_of_right", 1, (-5, -3, -1, 0, 0.3, 0.7, 1.2, 2, 3, 5)),
)
"""The best candidate of a row: its own log-odds, its lead over the runner-up, its lead over the right row's next suitor."""

ALONE = 5.0
"""The lead of a candidate without a rival."""

TIE = 0.03
"""Share of the name's log-odds added again, so that of two good names the better one leads."""

ACCEPT, REVIEW = 0.985, 0.25
"""The first: from here at least 99 of 100 links of every held-out table are right (`matchers.train_link` reports it)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All candidate pairs of two tables with their feature values and log-odds."""

    pairs: list[tuple[int, int]]
    values: Matrix
    evidence: list[list[Evidence]]
    names: Matrix


@dataclass(frozen=True, slots=True)
class Linked:
    """One left row's best right row. Positions into the tables; `runner_up` -1 where there is none."""

    left: int
    right: int
    probability: float
    runner_up: int
    runner_up_probability: float
    at: int


def compare_tables(left: Sequence[Company], right: Sequence[Company], *, most: int = 30) -> Comparison:
    """Blocks two tables and weighs every candidate pair."""
    pairs = block(left, right, most=most).pairs
    names_left, names_right = [_name(c) for c in left], [_name(c) for c in right]
    matcher = PairMatcher([*names_left, *names_right])
    scores = matcher.scores([(names_left[i], names_right[j]) for i, j in pairs])
    rarity = rarity_of_cities(right)
    evidence = [compare_rows.evidence_of(left[i], right[j]) for i, j in pairs]
    rows = [
        compare_rows.features(left[i], right[j], score, said, rarity.get(city_key(right[j]), 0.5))
        for (i, j), score, said in zip(pairs, scores.tolist(), evidence, strict=True)
    ]
    values = np.asarray(rows, dtype=float).reshape(len(rows), len(compare_rows.FEATURES))
    return Comparison(pairs, values, evidence, scores)


def _name(company: Company) -> Name:
    return parse(company.names[0] if company.names else "")


def fixed_weights(evidence: Sequence[Evidence]) -> float:
    """What identifiers and phones add: set by hand, as the learning sets have them on one side only."""
    return sum(said.weight for said in evidence if said.attribute in ("identifier", "phone"))


def rivals(pairs: Sequence[tuple[int, int]], scores: Matrix) -> tuple[list[int], list[int], Matrix]:
    """Each left row's best pair, its runner-up (-1: none), and the values of `BEST` for the best pair."""
    by_left: dict[int, list[int]] = defaultdict(list)
    by_right: dict[int, list[int]] = defaultdict(list)
    for at, (i, j) in enumerate(pairs):
        by_left[i].append(at)
        by_right[j].append(at)
    best: list[int] = []
    second: list[int] = []
    values: list[tuple[float, float, float]] = []
    for found in by_left.values():
        found.sort(key=lambda at: (-scores[at], pairs[at][1]))
        top, next_one = found[0], found[1] if len(found) > 1 else -1
        others = [scores[at] for at in by_right[pairs[top][1]] if at != top]
        lead = scores[top] - scores[next_one] if next_one >= 0 else ALONE
        lead_of_right = scores[top] - max(others) if others else ALONE
        best.append(top)
        second.append(next_one)
        values.append((float(scores[top]), float(lead), float(lead_of_right)))
    return best, second, np.asarray(values, dtype=float).reshape(len(best), 3)


def link_tables(left: Sequence[Company], right: Sequence[Company]) -> tuple[list[Linked], Comparison]:
    """The best right row of every left row that has a candidate, with calibrated probability."""
    compared = compare_tables(left, right)
    if not compared.pairs:
        return [], compared
    added = np.array([fixed_weights(said) for said in compared.evidence])
    scores = load_block("rows", compare_rows.FEATURES).scores(compared.values) + added + TIE * compared.names
    best, second, values = rivals(compared.pairs, scores)
    final = load_block("best", BEST)
    chances = probability(final.scores(values))
    after = probability(scores)
    answers = []
    for at, runner_up, chance in zip(best, second, chances.tolist(), strict=True):
        i, j = compared.pairs[at]
        other = compared.pairs[runner_up][1] if runner_up >= 0 else -1
        beaten = min(float(after[runner_up]), 1 - chance) if runner_up >= 0 else 0.0
        answers.append(Linked(i, j, round(chance, 4), other, round(beaten, 4), at))
    return answers, compared


def decision_of(chance: float, grades: Mapping[str, str]) -> str:
    """The band of a link; a contradicted domain, place or number is never accepted without a proof beside it."""
    if chance < REVIEW:
        return "reject"
    proven = "A" in (grades.get("domain"), grades.get("identifier"), grades.get("phone"))
    contradicted = any(grades.get(part) in ("D", "F") for part in ("domain", "city", "country", "identifier"))
    return "accept" if chance >= ACCEPT and (proven or not contradicted) else "review"


def grades_of(compared: Comparison, at: int) -> Mapping[str, str]:
    """Grades A–F of one candidate pair, attribute by attribute."""
    from matchers.pairs import grade_of  # noqa: PLC0415

    name = (
        grade_of(float(probability(compared.names[at : at + 1])[0])) if compared.names[at] > NOTHING else "F"
    )
    return {"name": name, **{said.attribute: said.grade for said in compared.evidence[at]}}


def name_reasons(
    left: Sequence[Company], right: Sequence[Company], answers: Sequence[Linked]
) -> dict[int, str]:
    """For each answered left row, both names and what speaks for and against them."""
    pairs = [(_name(left[a.left]), _name(right[a.right])) for a in answers]
    matcher = PairMatcher([*(_name(c) for c in left), *(_name(c) for c in right)])
    return {a.left: said.reason for a, said in zip(answers, matcher.answers(pairs), strict=True)}
