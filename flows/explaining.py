"""Explain: for each field of an account its value, age, source, evidence, losers, and what would change it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.errors import ConfigError
from intelligence.reliability import calibrated
from warehouse.store import Warehouse, sql


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is known of one account: the record's fields, its links, and why each stands as it does."""

    account_id: str
    account_name: str
    fields: tuple[dict[str, Any], ...]
    links: tuple[Mapping[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        """As `explain --json` prints it."""
        return {
            "account_id": self.account_id, "account_name": self.account_name,
            "items": [dict(f) for f in self.fields], "links": [dict(link) for link in self.links],
        }  # fmt: skip


def explain(warehouse: Warehouse, account: str, field: str | None = None) -> Explanation:
    """Explains an account, given by its id or its exact name. Raises ConfigError for one nobody knows."""
    account_id, account_name = account_named(warehouse, account)
    rows = warehouse.rows(sql("explain"), {"account": account_id, "field": field})
    seen = _observations(warehouse, account_id)
    links = warehouse.rows(
        "SELECT source, record_id, record_name, url, probability, decision, reason, grades, runner_up_id, decided_at "
        "FROM link WHERE account_id = $a QUALIFY row_number() OVER (PARTITION BY source ORDER BY decided_at DESC) = 1 "
        "ORDER BY source",
        {"a": account_id},
    )
    last = _last_decisions(warehouse, account_id)
    fields = tuple(_field(row, seen, last.get(row["field"])) for row in rows)
    trust = {(r["source"], r["field"]): r for r in warehouse.rows("SELECT * FROM reliability")}
    fields = tuple(item | {"trust": trust_of(item, trust)} for item in fields)
    if any(item["field"] in _RUNS for item in fields):
        fields = tuple(_with_history(item, technologies_of(warehouse, account_id)) for item in fields)
    return Explanation(account_id, account_name, fields, tuple(_plain_link(link) for link in links))


_RUNS = frozenset({"technologies", "email_suite", "cdn", "crm_suite", "erp_suite", "marketing_suite"})
"""Fields that say what a company runs; they come with when each was first seen, last seen, and gone."""


def technologies_of(warehouse: Warehouse, account_id: str) -> list[dict[str, Any]]:
    """When each technology of an account was first and last seen, and since when it is gone; see technologies_seen.sql.

    Empty for a snapshot of before looks noted the pages they read.
    """
    if "pages" not in {name for name, _ in warehouse.columns("source_call")}:
        return []
    return warehouse.rows(sql("technologies_seen"), {"account": account_id})


def _with_history(item: dict[str, Any], history: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if item["field"] not in _RUNS:
        return item
    told = [
        dict(row)
        for row in history
        if item["field"] == "technologies" or row["value"] == item["golden_value"]
    ]
    return item | {"history": told}


def account_named(warehouse: Warehouse, account: str) -> tuple[str, str]:
    """Id and name of an account given by either. Raises ConfigError for one nobody knows, or a name that several bear."""
    found = warehouse.rows(
        "SELECT account_id, name FROM crm_account WHERE account_id = $a OR lower(name) = lower($a) "
        "ORDER BY account_id <> $a, account_id LIMIT 2",
        {"a": account},
    )
    if not found:
        raise ConfigError(
            f"No account has the id or name {account!r}.",
            remedy="`evergreen runs` says when the CRM was last read.",
            key=account,
        )
    if len(found) > 1 and found[0]["account_id"] != account:
        ids = " and ".join(row["account_id"] for row in found)
        raise ConfigError(
            f"More than one account is called {account!r}: {ids}.", remedy="Give the id.", key=account
        )
    return found[0]["account_id"], found[0]["name"] or ""


def _observations(warehouse: Warehouse, account_id: str) -> dict[str, dict[str, Any]]:
    rows = warehouse.rows("SELECT * FROM observation WHERE account_id = $a", {"a": account_id})
    return {row["id"]: row for row in rows}


def _last_decisions(warehouse: Warehouse, account_id: str) -> dict[str, dict[str, Any]]:
    rows = warehouse.rows(
        "SELECT c.field, c.verdict, c.code, c.reason, c.value, c.run_id FROM change c LEFT JOIN run r ON r.id = c.run_id "
        "WHERE c.account_id = $a QUALIFY row_number() OVER (PARTITION BY c.field ORDER BY r.number DESC) = 1",
        {"a": account_id},
    )
    return {row["field"]: row for row in rows}


def _field(
    row: Mapping[str, Any], seen: Mapping[str, Mapping[str, Any]], last: Mapping[str, Any] | None
) -> dict[str, Any]:
    losers = row["losers"]
    evidence = [seen[i] for i in row["observation_ids"] or () if i in seen]
    return {
        "field": row["field"], "label_en": row["label_en"], "label_zh": row["label_zh"], "column": row["crm_column"],
        "crm_value": row["crm_value"], "age_days": row["age_days"], "changed_by": row["changed_by"],
        "status": row["status"], "why": row["stale_reason"],
        "golden_value": row["golden_value"], "display": row["display"], "kind": row["kind"],
        "confidence": row["confidence"], "score": row["score"], "sources": list(row["sources"] or ()),
        "observed_at": row["observed_at"],
        "evidence": [
            {"source": e["source"], "url": e["url"], "passage": e["passage"], "selector": e["selector"],
             "fetched_at": e["fetched_at"], "value": e["value"], "display": e["display"],
             "confidence": e["confidence"], "extractor": e["extractor"], "body_sha256": e["body_sha256"]}
            for e in evidence
        ],
        "losers": json.loads(losers) if isinstance(losers, str) else (losers or []),
        "decision": dict(last) if last else None,
        "written_by_us": row["ours_run"] if row["ours_key"] and row["ours_key"] == row["crm_key"] else None,
        "what_would_change_it": _what_would_change(row, last),
    }  # fmt: skip


def trust_of(
    item: Mapping[str, Any], learned: Mapping[tuple[str, str], Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """How each source's own word on a value is taken, where something was learned of it.

    A source with `claimed` (how sure its reader was), `taken` (how sure that makes us), and what that rests on: `checked` by
    people, of which `stood` were right (None in old snapshots), and `compared` with other sources.
    """
    told = []
    for source in item["sources"]:
        known = learned.get((source, item["field"]))
        claims = [e["confidence"] for e in item["evidence"] if e["source"] == source]
        if known and known["shift"] and claims:
            told.append({
                "source": source, "claimed": max(claims), "taken": calibrated(max(claims), known["shift"]),
                "checked": known["checked"], "stood": known.get("stood"), "compared": known["compared"],
            })  # fmt: skip
    return told


def _what_would_change(row: Mapping[str, Any], last: Mapping[str, Any] | None) -> str:
    """In words: what has to happen for the CRM's value to become another one."""
    if row["policy"] == "never":
        return "Nothing by itself: the field's policy is `never`."
    if row["crm_column"] is None:
        return "The CRM has no column for it: add one, or set [crm] add_columns, and it is filled."
    if last and last["verdict"] == "review":
        return f"A steward's word: it waits in the review queue ({last['code']})."
    if last and last["verdict"] == "hold":
        return f"It is held back ({last['code']}): {last['reason']}"
    return _what_would_be_better(row)


def _what_would_be_better(row: Mapping[str, Any]) -> str:
    if row["crm_value"] is None:
        return "A source that answers above the field's bar fills it."
    better = f"A value above {row['min_confidence']:.2f}"
    if row["age_days"] is None:
        return f"{better}, once what stands there is known to be older than {row['ttl_days']} days, contradicted or invalid."
    left = row["ttl_days"] - row["age_days"]
    when = f"in {left} days, or sooner if it is contradicted or turns out invalid" if left > 0 else "now"
    return f"{better} replaces it {when}."


def _plain_link(link: Mapping[str, Any]) -> dict[str, Any]:
    grades = link["grades"]
    return dict(link) | {"grades": json.loads(grades) if isinstance(grades, str) else dict(grades or {})}
