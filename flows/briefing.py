"""The brief of an account as the last run left it, and what is told of the competitors that are watched."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from accounts.errors import ConfigError
from flows.explaining import account_named
from warehouse.store import Warehouse


def read_brief(snapshot: Warehouse, account: str, lang: str | None = None) -> dict[str, Any]:
    """The brief of an account (id or exact name) with score, stories and hiring. Raises ConfigError where there is none."""
    account_id, name = account_named(snapshot, account)
    wanted = lang or ("zh" if any("\u3400" <= c <= "\u9fff" for c in name) else "en")
    found = snapshot.rows(
        "SELECT * FROM brief WHERE account_id = $id AND lang = $lang", {"id": account_id, "lang": wanted}
    )
    if not found:
        raise ConfigError(
            f"No brief of {name or account_id} has been written yet.",
            remedy="A brief is written when a run reads something about the account: `evergreen refresh ACCOUNT`.",
            key=account,
        )
    brief = found[0]
    score = snapshot.rows(
        "SELECT value, band, tier, fit, parts FROM score WHERE account_id = $id", {"id": account_id}
    )
    hiring = snapshot.rows(
        "SELECT * EXCLUDE (account_id, run_id) FROM hiring WHERE account_id = $id", {"id": account_id}
    )
    stories = snapshot.rows(
        "SELECT * FROM story WHERE account_id = $id ORDER BY last_told_at DESC, id", {"id": account_id}
    )
    return {
        "account_id": account_id, "account_name": name, "lang": wanted, "as_of": brief["as_of"], "text": brief["text"],
        "sections": _read(brief["sections"]), "score": _opened(score, "parts"),
        "hiring": _opened(hiring, "by_function", "by_place", "technologies", "needs", "series"),
        "stories": [{**story, "slots": _read(story["slots"])} for story in stories],
    }  # fmt: skip


def read_watch(snapshot: Warehouse, competitor: str | None = None) -> list[dict[str, Any]]:
    """What is told of competitors, newest first: one row per competitor with its happenings, places and our accounts."""
    rows = snapshot.rows(
        "SELECT w.*, a.name AS account_name FROM watched w LEFT JOIN crm_account a USING (account_id) "
        "ORDER BY coalesce(w.happened_on, w.published_at::DATE) DESC NULLS LAST, w.id"
    )
    names = dict.fromkeys(row["competitor"] for row in rows if competitor in (None, row["competitor"]))
    return [_rival(name, [row for row in rows if row["competitor"] == name]) for name in names]


def _rival(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    told: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        entry = told.setdefault((row["event_class"], row["url"]), {
            "event_class": row["event_class"], "status": row["status"], "title": row["title"], "url": row["url"],
            "day": row["happened_on"] or (row["published_at"].date() if row["published_at"] else None),
            "signed_with": row["counterparties"] or [], "place": row["place"], "beside": [],
        })  # fmt: skip
        if row["beside"]:
            entry["beside"].append({"account_id": row["account_id"], "name": row["account_name"]})
    beside = {row["account_id"]: row for row in rows if row["beside"]}
    return {
        "competitor": name, "happenings": list(told.values()),
        "signed_with": _counted(p for e in told.values() if e["event_class"] == "partnership_or_contract" for p in e["signed_with"]),
        "events_in": _counted(e["place"] for e in told.values() if e["event_class"] == "marketing_event"),
        "regions": _counted(row["region"] for row in beside.values()),
        "industries": _counted(row["industry"] for row in beside.values()),
        "beside": [{"account_id": key, "name": row["account_name"]} for key, row in beside.items()],
    }  # fmt: skip


def _counted(names: Any) -> list[dict[str, Any]]:
    return [{"name": name, "count": count} for name, count in Counter(n for n in names if n).most_common(10)]


def _opened(rows: list[dict[str, Any]], *columns: str) -> dict[str, Any] | None:
    return {**rows[0], **{name: _read(rows[0][name]) for name in columns}} if rows else None


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
