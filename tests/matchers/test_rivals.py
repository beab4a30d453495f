"""Candidates for one name are weighed against each other; a pair without rivals keeps what it scored."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from matchers.files import match_pairs
from matchers.names import parse
from matchers.pairs import PairMatcher
from matchers.rivals import leads, leads_of_right, weigh_rivals


def answers_of(rows: list[tuple[str, str]]) -> tuple[list[float], list[float], list[str]]:
    pairs = [(parse(a), parse(b)) for a, b in rows]
    matcher = PairMatcher([n for pair in pairs for n in pair])
    alone = matcher.answers(pairs)
    settled = weigh_rivals(pairs, alone, matcher.scores)
    return [a.probability for a in alone], [a.probability for a in settled], [a.reason for a in settled]


def test_a_pair_without_rivals_keeps_its_score() -> None:
    alone, settled, _ = answers_of(
        [("Norvel Tide Ltd", "Norvel Tide Limited"), ("Acorn Works", "Birch Mill")]
    )
    assert settled == alone


def test_the_worse_of_two_candidates_is_told_why() -> None:
    rows = [("青禾塔科技", "青禾塔科技股份有限公司"), ("青禾塔科技", "青禾塔能源集团股份有限公司")]
    alone, settled, reasons = answers_of(rows)
    assert settled[0] > 0.9
    assert settled[1] < alone[1]
    if alone[1] - settled[1] >= 0.1:
        assert "fits worse than “青禾塔科技股份有限公司”" in reasons[1]


def test_another_spelling_of_the_best_is_no_rival() -> None:
    rows = [
        ("Norvel Tide", "Norvel Tide Inc"),
        ("Norvel Tide", "NORVEL TIDE INCORPORATED"),
        ("Norvel Tide", "Kestrel Bay"),
    ]
    _, settled, _ = answers_of(rows)
    assert settled[0] > 0.5 and settled[1] > 0.5 and settled[2] < 0.05


def test_leads_are_told_from_the_best_rival() -> None:
    import numpy as np

    rows = [("Norvel Tide", "Norvel Tide Inc"), ("Norvel Tide", "Kestrel Bay"), ("Other", "Kestrel Bay")]
    pairs = [(parse(a), parse(b)) for a, b in rows]
    lead, rival = leads(pairs, np.array([3.0, -2.5, -4.0]), PairMatcher().scores)
    assert lead[0] == pytest.approx(5.5) and lead[1] == pytest.approx(-5.5)
    assert np.isnan(lead[2]) and rival == [1, 0, -1]


def test_many_rows_of_one_name_take_no_quadratic_time(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["left", "right"])
        writer.writerows([("Norvel Tide", f"Norvel {n} Works") for n in range(3000)])
    assert match_pairs(source, tmp_path / "out.csv")["pairs"] == 3000


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Aldmark Werke AG", "Aldmark Werke GmbH"),
        ("Aldmark Werke SAS", "Aldmark Werke SARL"),
        ("ANO Aldmark", "OOO Aldmark"),
    ],
)
def test_forms_that_one_law_keeps_apart_are_two_companies(left: str, right: str) -> None:
    [answer] = PairMatcher().answers([(parse(left), parse(right))])
    assert answer.probability < 0.5


def test_swapped_letters_are_a_typing_error() -> None:
    [answer] = PairMatcher().answers([(parse("Kestler Baynor Inc"), parse("Ketsler Baynor Inc"))])
    assert answer.probability > 0.8


def test_a_better_claim_to_the_company_speaks_against_a_weak_pair_only() -> None:
    import numpy as np

    rows = [
        ("Norvel Tide", "Norvel Tide Inc"),
        ("Kestrel", "Norvel Tide Inc"),
        ("Birch", "Norvel Tide Inc"),
        ("Kestrel", "Acorn Mill"),
    ]
    pairs = [(parse(a), parse(b)) for a, b in rows]
    lead, claimant = leads_of_right(pairs, np.array([4.0, -1.0, 0.3, -2.0]), PairMatcher().scores)
    assert lead[0] > 0 and lead[1] == pytest.approx(-5.0) and claimant[1] == 0
    assert np.isnan(lead[2]), "it stands by itself: a table may hold one company twice"
    assert np.isnan(lead[3])


def test_nobody_elses_claim_proves_little() -> None:
    import numpy as np

    rows = [("Kestrel", "Norvel Tide Inc"), ("Acorn", "Norvel Tide Inc")]
    lead, _ = leads_of_right(
        [(parse(a), parse(b)) for a, b in rows], np.array([-3.0, -7.0]), PairMatcher().scores
    )
    assert lead[0] <= -2.0


def test_a_weak_pair_is_told_whose_claim_is_better() -> None:
    rows = [
        ("Norvel Tide", "诺潮科技有限公司"), ("Nuochao Technology", "诺潮科技有限公司"), ("Norvel Tide", "诺威尔潮业有限公司"),
        ("Nuochao Technology", "美林木业有限公司"),
    ]  # fmt: skip
    alone, settled, reasons = answers_of(rows)
    assert settled[1] > 0.8 and settled[0] <= alone[0] + 0.05
    if abs(settled[0] - alone[0]) >= 0.1:
        assert "fits this company better" in reasons[0] or "fits worse than" in reasons[0]
