"""A small published world: invented companies in two languages, with something in every table the console reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from accounts.catalogue import shipped_catalogue
from accounts.change import Change, ChangeKind, Code, Verdict
from accounts.clock import FixedClock
from warehouse.catalogue_table import store_catalogue
from warehouse.rows import change_row
from warehouse.snapshot import publish
from warehouse.store import open_warehouse

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CLOCK = FixedClock(NOW + timedelta(hours=6))
NIGHT, DRY = "20261121T020000-0001", "20261122T020000-0002"
Row = dict[str, Any]
NAMES = (
    "Alder & Vale Ltd", "江苏青松电子有限公司", "Brightmoor GmbH", "Cedarline Foods Inc.", "杭州云杉软件有限公司", "Dunmore Freight",
    "Elmgate Health", "Fernhill Steel", "Gorse Bank Plc", "Heathrow Mills", "Ivywell Labs", "Juniper Docks",
)  # fmt: skip
FIELDS = ("name", "website", "phone", "city", "country", "industry")


def accounts() -> list[tuple[str, str]]:
    """Ids and names."""
    return [(f"A{n:02d}", name) for n, name in enumerate(NAMES)]


def build(folder: Path, said: Callable[[str], str] = lambda text: text) -> Path:
    """Publishes the world in a folder and returns its configuration; `said` may spoil every text that came from outside."""
    config = folder / "evergreen.toml"
    config.write_text('[crm]\nkind = "file"\npath = "accounts.csv"\n', encoding="utf-8")
    (folder / "accounts.csv").write_text("id,name\n", encoding="utf-8")
    with open_warehouse(folder / ".evergreen") as warehouse:
        columns = {name: name for name in FIELDS}
        store_catalogue(warehouse, shipped_catalogue(), columns, ["site"])
        for table, rows in _tables(said).items():
            warehouse.append(table, rows)
        publish(warehouse, DRY)
    return config


def spoilt(row: Mapping[str, Any], names: frozenset[str], said: Callable[[str], str]) -> Row:
    """A row with the texts of some columns spoilt."""
    return {k: said(v) if k in names and isinstance(v, str) else v for k, v in row.items()}


OUTSIDE = frozenset({
    "value", "display", "passage", "url", "title", "name", "account_name", "crm_value", "proposed", "evidence", "reason",
    "changed_by", "last_modified_by", "website", "country", "error", "base", "record_name", "because", "text", "selector",
    "industry", "place", "board",
})  # fmt: skip


def _tables(said: Callable[[str], str]) -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {
        "run": _runs(), "shard": [{"run_id": NIGHT, "shard": "00000", "status": "done", "accounts": 12, "noted_at": NOW, "error": ""}],
        "crm_account": [], "crm_value": [], "crm_history": [], "staleness": [], "golden": [], "observation": [], "link": [],
        "source_call": [], "review_item": [], "change": [], "outcome": [], "signal": [], "story": [], "hiring": [],
        "score": [], "brief": [], "posting": [],
    }  # fmt: skip
    for n, (key, name) in enumerate(accounts()):
        for table, rows in _account(n, key, name).items():
            tables[table] += [spoilt(row, OUTSIDE, said) for row in rows]
    for table, rows in _kin().items():
        tables[table] = [spoilt(row, OUTSIDE, said) for row in rows]
    return tables


def _kin() -> dict[str, list[Row]]:
    """Who may be one, who belongs to whom, and what one is also called."""
    group = {"group_id": "A00+A05", "rank": 1, "run_id": DRY, "noted_at": NOW}
    edge = {"account_id": "A02", "run_id": DRY, "noted_at": NOW}
    return {
        "merge_proposal": [
            group | {"account_id": "A00", "other_id": None, "keep": True, "probability": 0.93, "reason": "the fullest record of the group"},
            group | {"account_id": "A05", "other_id": "A00", "keep": False, "probability": 0.93, "reason": "same name; same phone +1 713-555-0000"},
            group | {"account_id": "A06", "other_id": "A00", "keep": False, "probability": 0.71, "reason": "same words; Leeds on both sides"},
        ],
        "hierarchy_edge": [
            edge | {"other_id": "A07", "other_name": "Fernhill Steel", "kind": "parent", "grade": "A", "evidence": "the register names “Fernhill Steel” as its parent", "source": "gleif", "confidence": 0.95},
            edge | {"other_id": None, "other_name": "Tarn Capital Fund II", "kind": "owner", "grade": "B", "evidence": "“Tarn Capital Fund II” is a fund: an owner, no parent", "source": "gleif", "confidence": 0.85},
        ],
        "alias": [
            {"account_id": "A00", "kind": "former", "field": "former_names", "text": "Alder Kilns Ltd", "key": "alderkilns", "valid_from": date(2001, 2, 3), "valid_to": date(2010, 4, 5), "source": "companies_house", "record_id": "1", "url": "https://register.example/1", "passage": "from 2001-02-03 until 2010-04-05", "confidence": 0.9, "run_id": DRY, "noted_at": NOW},
        ],
    }  # fmt: skip


def _runs() -> list[Row]:
    counts = {"accounts": 12, "looked_at": 12, "stale": 14, "missing": 9, "filled": 4, "replaced": 2, "reviews": 12, "failed_calls": 1, "requests": 30}  # fmt: skip
    base = {"finished_at": NOW, "error": ""}
    return [
        base | {"number": 1, "id": NIGHT, "kind": "nightly", "status": "done", "started_at": NOW - timedelta(days=1), "as_of": NOW - timedelta(days=1), "counts": counts},
        base | {"number": 2, "id": DRY, "kind": "nightly", "status": "dry", "started_at": NOW, "as_of": NOW, "counts": counts},
    ]  # fmt: skip


def _account(n: int, key: str, name: str) -> dict[str, list[Row]]:
    site = f"https://www.{key.lower()}.example/"
    phone, other = f"+1 713-555-{n:04d}", f"+1 713-555-{n + 100:04d}"
    values = dict(zip(FIELDS, (name, site, phone, "Leeds", "GB", None if n % 3 else "Steel"), strict=True))
    seen = {"fetched_at": NOW, "observed_at": NOW, "source": "site", "record_id": site, "extractor": "site/1"}
    change = Change(
        key, "phone", "phone", ChangeKind.REPLACE, Verdict.REVIEW, Code.PERSON_EDITED,
        f"“{phone}” was typed 12 days ago; the evidence says “{other}”.", phone, other, other, 0.9, ("site",), (f"o{key}",), 12, 0,
        weight=3.0 - n / 10,
    )  # fmt: skip
    wrote = Change(
        key, "city", "city", ChangeKind.FILL, Verdict.WRITE, Code.BLANK_FILLED, "The field is blank.", None, "Leeds",
        "leeds", 0.9, ("site",), (f"c{key}",),
    )  # fmt: skip
    kept = {"change_set_id": "s", "run_id": DRY, "noted_at": NOW}
    return {
        "crm_account": [{"account_id": key, "name": name, "last_modified": NOW, "last_modified_by": "maria.lopez", "held": False, "country": "GB", "website": site}],
        "crm_value": [{"account_id": key, "field": f, "value": v, "key": v and v.casefold(), "changed_at": NOW, "changed_by": "maria.lopez", "actor": "person", "first_seen_at": NOW, "cleared": False} for f, v in values.items()],
        "crm_history": [{"run_id": NIGHT, "seen_at": NOW, "account_id": key, "field": "phone", "value": phone, "key": phone, "changed_at": NOW, "changed_by": "maria.lopez", "actor": "person"}],
        "staleness": [{"account_id": key, "field": f, "status": _state(n, f, v), "reason": "last changed long ago", "age_days": 600 + n, "ttl_days": 540, "benefit": 1.0 + n / 10} for f, v in values.items()],
        "observation": [seen | {"id": f"o{key}", "run_id": NIGHT, "account_id": key, "field": "phone", "value": other, "key": other, "kind": "main", "display": other, "url": f"{site}contact", "passage": f"Call {other}", "selector": "p", "confidence": 0.9}],
        "golden": [{"account_id": key, "field": "phone", "value": other, "key": other, "kind": "main", "display": other, "confidence": 0.9, "score": 0.8, "sources": ["site"], "observation_ids": [f"o{key}"], "observed_at": NOW, "confirming_keys": [other], "losers": [{"value": "+1 713-555-9999", "key": "x", "kind": "fax", "sources": ["site"], "score": 0.1, "reason": "a fax is not written"}], "run_id": NIGHT, "valid_from": NOW}],
        "link": [{"run_id": NIGHT, "account_id": key, "source": "site", "record_id": site, "probability": 0.97, "decision": "accept", "reason": "same registrable domain; same name", "grades": {"name": "A", "domain": "A", "phone": "D"}, "decided_at": NOW, "url": site, "record_name": name}],
        "source_call": [{"run_id": NIGHT, "account_id": key, "source": "site", "outcome": "failed" if n == 3 else "rows", "rows": 3, "requests": 2, "cost": 0.01, "seconds": 0.5, "noted_at": NOW, "error": "time-out" if n == 3 else ""}],
        "review_item": [{"id": change.id, "kind": "value", "account_id": key, "account_name": name, "field": "phone", "crm_value": phone, "proposed": other, "proposed_key": other, "code": "person_edited", "reason": change.reason, "evidence": "", "run_id": DRY, "asked_at": NOW, "rank": change.weight, "crm_age_days": 12, "evidence_age_days": 0}],
        "change": [change_row(change) | kept, change_row(wrote) | kept],
        "outcome": [{"run_id": NIGHT, "change_id": wrote.id, "account_id": key, "field": "city", "status": "written", "value": "Leeds", "value_key": "leeds", "change": change_row(wrote), "noted_at": NOW}],
        **_told(n, key, site),
    }  # fmt: skip


def _state(n: int, field: str, value: str | None) -> str:
    if value is None:
        return "missing"
    return ("expired", "contradicted", "fresh", "fresh")[n % 4] if field == "phone" else "fresh"


def _told(n: int, key: str, site: str) -> dict[str, list[Row]]:
    """News, hiring, score and brief, of every second account."""
    if n % 2:
        return {}
    series = [{"day": str(date(2026, 10, 1) + timedelta(days=7 * i)), "open_roles": 3 + i} for i in range(6)]
    sections = [
        {
            "name": "company",
            "title": "公司概况",
            "sentences": [{"text": "一家钢铁公司。", "rests_on": [], "urls": [site]}],
        }
    ]
    return {
        "signal": [{"id": f"s{key}", "run_id": NIGHT, "account_id": key, "signal_class": "funding", "status": "asserted", "title": "Raises 3 million", "source": "news", "record_id": site, "url": f"{site}news", "passage": "raised 3 million", "fetched_at": NOW, "confidence": 0.8, "observed_at": NOW, "happened_on": "2026-11-01", "counterparties": [], "contradicts": []}],
        "story": [{"id": f"story{key}", "account_id": key, "event_class": "funding", "status": "asserted", "title": "Raises 3 million", "happened_on": "2026-11-01", "first_told_at": NOW, "last_told_at": NOW, "signal_ids": [f"s{key}"], "sources": ["news"], "urls": [f"{site}news"], "confidence": 0.8, "because": "raised", "run_id": NIGHT, "first_run_id": NIGHT}],
        "hiring": [{"account_id": key, "as_of": NOW, "open_roles": 8, "opened_30": 3, "closed_30": 1, "trend": "rising", "reason": "more roles than a month ago", "by_function": [{"name": "sales", "count": 3}], "by_place": [], "technologies": [], "needs": [], "series": series, "run_id": NIGHT}],
        "score": [{"account_id": key, "as_of": NOW, "value": 40.0 + n, "fit": 10.0, "band": "warm", "tier": "B", "parts": [{"points": 12.5, "what": "funding", "how": "25 × asserted 1", "signal_id": f"s{key}", "day": "2026-11-01"}], "run_id": NIGHT}],
        "brief": [{"account_id": key, "lang": lang, "as_of": NOW, "text": "简报", "sections": sections, "run_id": NIGHT} for lang in ("en", "zh")],
        "posting": [{"account_id": key, "source": "boards", "board": "b", "posting_id": "1", "title": "Engineer", "url": site, "technologies": ["Python"], "first_seen_at": NOW, "last_seen_at": NOW}],
    }  # fmt: skip
