"""What a review question rests on: evidence, the record's link with grades, and the waterfall of weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.account import Account, Company
from console.rendering import Page
from console.snapshots import Reading, as_json
from flows.company import company_of
from matchers.attributes import compare_attributes
from matchers.explain import waterfall

#: Log-odds that the drawing's width stands for at least.
_LEAST = 4.0


@dataclass(frozen=True, slots=True)
class Weight:
    """One bar of the waterfall, in log-odds: `start`, `width` and `zero` are shares of the drawing's width."""

    what: str
    words: str
    weight: float
    grade: str
    start: float
    width: float
    zero: float


@dataclass(frozen=True, slots=True)
class Grounds:
    """All that a steward looks at beside the two values."""

    evidence: Sequence[Mapping[str, Any]]
    link: Mapping[str, Any] | None
    weights: Sequence[Weight]
    account: Mapping[str, Any]
    losers: Sequence[Mapping[str, Any]]
    facts: Sequence[Mapping[str, Any]]


def grounds_of(page: Page, question: Mapping[str, Any]) -> Grounds:
    """The grounds of a question, read from the snapshot."""
    reading = page.reading
    account_id = question["account_id"]
    ids = list(question["observation_ids"] or ())
    evidence = reading.ask("evidence", {"account": account_id, "ids": ids}) if ids else []
    record = question["proposed_key"] if question["kind"] == "link" else None
    link = _link(reading, account_id, record, evidence)
    values = _values(reading, account_id)
    losers = _losers(reading, account_id, question["field"]) if question["field"] else []
    return Grounds(
        evidence, link, _weights(reading, values, link) if link else (), _account(reading, account_id), losers,
        _facts(reading, values, link) if question["kind"] == "link" and link else (),
    )  # fmt: skip


def _account(reading: Reading, account_id: str) -> Mapping[str, Any]:
    row = reading.row(
        "SELECT a.*, s.value AS score, s.band FROM crm_account a LEFT JOIN score s USING (account_id) WHERE a.account_id = $a",
        {"a": account_id},
    )
    return row or {
        "account_id": account_id,
        "name": None,
        "score": None,
        "band": None,
        "country": None,
        "website": None,
    }


def _link(
    reading: Reading, account_id: str, record: str | None, evidence: Sequence[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """The newest link decision about the record a question speaks of."""
    wanted = record or (f"{evidence[0]['source']}:{evidence[0]['record_id']}" if evidence else None)
    if wanted is None:
        return None
    row = reading.row(
        "SELECT * FROM link WHERE account_id = $a AND source || ':' || record_id = $r ORDER BY decided_at DESC LIMIT 1",
        {"a": account_id, "r": wanted},
    )
    return row | {"grades": as_json(row["grades"], {}), "parts": [p.strip() for p in (row["reason"] or "").split(";")]} if row else None  # fmt: skip


def _values(reading: Reading, account_id: str) -> dict[str, str]:
    rows = reading.rows(
        "SELECT field, value FROM crm_value WHERE account_id = $a AND value IS NOT NULL", {"a": account_id}
    )
    return {row["field"]: row["value"] for row in rows}


def _record(reading: Reading, link: Mapping[str, Any]) -> Company:
    """The record as far as it was read."""
    rows = reading.rows(
        "SELECT field, arg_max(value, observed_at) AS value FROM observation "
        "WHERE account_id = $a AND source = $s AND record_id = $r GROUP BY field",
        {"a": link["account_id"], "s": link["source"], "r": link["record_id"]},
    )
    told = {row["field"]: row["value"] for row in rows}
    told.setdefault("name", link["record_name"] or "")
    return company_of(Account(link["record_id"], told))


def _weights(reading: Reading, values: Mapping[str, str], link: Mapping[str, Any]) -> list[Weight]:
    ours, theirs = company_of(Account(link["account_id"], values)), _record(reading, link)
    steps: list[tuple[str, str, float, str]] = []
    if ours.names and theirs.names:
        steps = [(s.feature, s.words, s.weight, "") for s in waterfall(ours.names[0], theirs.names[0])[:7]]
    steps += [(e.attribute, e.words, e.weight, e.grade) for e in compare_attributes(ours, theirs)]
    return _bars(steps)


def _bars(steps: Sequence[tuple[str, str, float, str]]) -> list[Weight]:
    """The steps as bars, drawn to the scale of what the sums span; `zero` is where a sum of nothing lies."""
    sums = [0.0]
    for step in steps:
        sums.append(sums[-1] + step[2])
    low, high = min(sums), max(sums)
    places = [(total - low) / max(high - low, _LEAST) for total in sums]
    return [
        Weight(
            what, words, weight, grade, min(places[n : n + 2]), max(0.004, abs(places[n + 1] - places[n])), places[0]
        )
        for n, (what, words, weight, grade) in enumerate(steps)
    ]  # fmt: skip


def _losers(reading: Reading, account_id: str, field: str) -> list[Mapping[str, Any]]:
    told = reading.value(
        "SELECT losers FROM golden WHERE account_id = $a AND field = $f AND valid_to IS NULL",
        {"a": account_id, "f": field},
    )
    found = as_json(told, [])
    return found[:5] if isinstance(found, list) else []


def _facts(reading: Reading, values: Mapping[str, str], link: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What the account and the record say of themselves, side by side."""
    record = _record(reading, link)
    theirs = {
        "name": record.names[0] if record.names else None,
        "website": record.websites[0] if record.websites else None,
        "phone": record.phones[0] if record.phones else None,
        **record.address,
    }
    fields = ("name", "website", "phone", "street", "city", "region", "postcode", "country")
    return [
        {"field": f, "ours": values.get(f), "theirs": theirs.get(f)}
        for f in fields
        if values.get(f) or theirs.get(f)
    ]
