"""The rows that deduplication is measured on, and how right it is on a few thousand of them."""

from __future__ import annotations

import pytest

from accounts.account import Company
from bench.match_rows import f1, make
from matchers.clusters import dedupe_and_report


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, str, str, int]]:
    return make(6_000)


def test_no_two_companies_of_a_city_have_one_name(rows: list[tuple[str, str, str, int]]) -> None:
    entities: dict[tuple[str, str], set[int]] = {}
    for _, name, city, entity in rows:
        if city:
            entities.setdefault((name, city), set()).add(entity)
    assert all(len(found) == 1 for found in entities.values())


def test_links_are_right_and_found(rows: list[tuple[str, str, str, int]]) -> None:
    companies = [
        Company(id=row[0], names=(row[1],), address={"city": row[2]} if row[2] else {}) for row in rows
    ]
    found, report = dedupe_and_report(companies)
    precision, recall, _ = f1(rows, [cluster for cluster, _ in found])
    assert precision > 0.98
    assert recall > 0.97
    assert report.compared < len(rows)
