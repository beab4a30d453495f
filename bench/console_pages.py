"""The console over 100,000 accounts and 1,000,000 observations: how long each page takes, warm, and the first one after a run.

The snapshot is generated straight into Parquet; nothing of it is anybody's data.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from fastapi.testclient import TestClient

from accounts.catalogue import shipped_catalogue
from bench.figure import Figure
from console.app import create_app
from warehouse.catalogue_table import store_catalogue
from warehouse.snapshot import publish
from warehouse.store import open_warehouse

ACCOUNTS, OBSERVATIONS, QUESTIONS, WRITES = 100_000, 1_000_000, 20_000, 60_000
FIELDS = ("name", "legal_name", "website", "phone", "email", "street", "city", "region", "postcode", "country", "industry", "employees")  # fmt: skip
RUN = "20261122T020000-0001"
PAGES = {
    "overview": "/", "runs": "/runs", "one run": f"/runs/{RUN}", "cells of a run": f"/runs/{RUN}/cells",
    "undo preview": f"/runs/{RUN}/undo", "stale list": "/stale", "stale list, filtered": "/stale?field=phone&country=C3",
    "backfill preview": "/stale/backfill?field=phone&limit=200", "review": "/review", "accept by rule": "/rules?code=not_stale",
    "accounts": "/accounts", "find an account": "/accounts?q=Company+4321", "account": "/accounts/A050123",
    "timeline": "/accounts/A050123/timeline", "sources": "/sources", "duplicates": "/duplicates", "decisions": "/decisions",
}  # fmt: skip
TIMES = 15


def measure(folder: Path) -> list[Figure]:
    """Median CPU milliseconds a page over both threads of DuckDB (the machine may be shared); none may take more than 150."""
    build(folder)
    client = TestClient(create_app(folder / "evergreen.toml"), base_url="http://localhost")
    figures = []
    for name, path in PAGES.items():
        first = _once(client, path)
        if name == "overview":
            figures.append(Figure("console: first page after a run", round(first), "CPU ms"))
        times = [_once(client, _other(path, n)) for n in range(TIMES)]
        figures.append(Figure(f"console: {name}", round(statistics.median(times), 1), "CPU ms", 150))
    return figures


def _once(client: TestClient, path: str) -> float:
    began = time.process_time()
    answer = client.get(path)
    took = (time.process_time() - began) * 1000
    assert answer.status_code == 200, (path, answer.text[:500])
    return took


def _other(path: str, n: int) -> str:
    """The same page of another account: what was read once is no measure."""
    return path.replace("A050123", f"A{(50123 + 4999 * n) % ACCOUNTS:06d}").replace("4321", str(4321 + n))


def build(folder: Path) -> None:
    """A warehouse of that size, published."""
    (folder / "evergreen.toml").write_text(
        '[crm]\nkind = "file"\npath = "accounts.csv"\n[console]\nrequests_per_minute = 1000000\n',
        encoding="utf-8",
    )
    with open_warehouse(folder / ".evergreen") as warehouse:
        store_catalogue(warehouse, shipped_catalogue(), {f: f for f in FIELDS}, ["site", "edgar"])
        names = ", ".join(f"'{f}'" for f in FIELDS)
        given = {
            "accounts": ACCOUNTS,
            "observations": OBSERVATIONS,
            "questions": QUESTIONS,
            "writes": WRITES,
            "run": RUN,
            "fields": list(FIELDS),
        }
        for statement in _STATEMENTS.replace("{fields}", names).split(";\n"):
            if statement.strip():
                warehouse.run(statement, given)
        publish(warehouse, RUN)


_STATEMENTS = """
INSERT INTO run SELECT i, CASE i WHEN 60 THEN $run ELSE strftime(TIMESTAMP '2026-09-01' + INTERVAL (i) DAY, '%Y%m%dT020000-') || printf('%04d', i) END,
    'nightly', 'done', TIMESTAMP '2026-09-01' + INTERVAL (i) DAY, TIMESTAMP '2026-09-01' + INTERVAL (i) DAY, TIMESTAMP '2026-09-01' + INTERVAL (i) DAY,
    '{"accounts": 100000, "looked_at": 5000, "stale": 90000, "missing": 200000, "filled": 900, "replaced": 300, "reviews": 20000}', ''
    FROM range(1, 61) t(i);
INSERT INTO crm_account BY NAME SELECT printf('A%06d', i) AS account_id, 'Company ' || i AS name, TIMESTAMP '2026-01-01' AS last_modified,
    'user' || i % 40 AS last_modified_by, false AS held, 'C' || i % 30 AS country, 'https://c' || i || '.example/' AS website FROM range($accounts) t(i);
INSERT INTO crm_value BY NAME SELECT printf('A%06d', i) AS account_id, f AS field, CASE WHEN (i + length(f)) % 5 > 0 THEN f || ' ' || i // 2 END AS value,
    CASE WHEN (i + length(f)) % 5 > 0 THEN f || ' ' || i // 2 END AS key, TIMESTAMP '2026-01-01' AS changed_at, 'user' || i % 40 AS changed_by, 'person' AS actor,
    TIMESTAMP '2026-01-01' AS first_seen_at, false AS cleared FROM range($accounts) t(i), unnest([{fields}]) u(f);
INSERT INTO crm_history BY NAME SELECT $run AS run_id, TIMESTAMP '2026-01-01' AS seen_at, account_id, field, value, key, changed_at, changed_by, actor FROM crm_value WHERE value IS NOT NULL;
INSERT INTO staleness BY NAME SELECT account_id, field, CASE WHEN value IS NULL THEN 'missing' WHEN hash(account_id, field) % 9 = 0 THEN 'expired' WHEN hash(account_id, field) % 97 = 0 THEN 'contradicted' ELSE 'fresh' END AS status,
    'last changed long ago' AS reason, (hash(account_id, field) % 2000)::INTEGER AS age_days, 540 AS ttl_days, (hash(field, account_id) % 1000) / 300.0 AS benefit FROM crm_value;
INSERT INTO observation BY NAME SELECT printf('o%07d', i) AS id, $run AS run_id, printf('A%06d', i % $accounts) AS account_id, f AS field, f || ' ' || (i % $accounts) // 2 AS value, f || ' ' || (i % $accounts) // 2 AS key,
    'main' AS kind, 'site' AS source, 'https://c' || i % $accounts || '.example/' AS record_id, 'https://c' || i % $accounts || '.example/contact' AS url, 'a passage of some length that says what was read, number ' || i AS passage,
    TIMESTAMP '2026-11-01' AS fetched_at, 0.9 AS confidence, 'site/1' AS extractor, TIMESTAMP '2026-11-01' + INTERVAL (i % 20) DAY AS observed_at
    FROM (SELECT i, ([{fields}])[1 + (i // $accounts) % 12] AS f FROM range($observations) t(i));
INSERT INTO golden BY NAME SELECT account_id, field, any_value(value) AS value, any_value(key) AS key, 'main' AS kind, 0.9 AS confidence, 0.8 AS score, ['site'] AS sources, list(id) AS observation_ids,
    max(observed_at) AS observed_at, [any_value(key)] AS confirming_keys, '[]' AS losers, $run AS run_id, TIMESTAMP '2026-11-01' AS valid_from FROM observation GROUP BY account_id, field;
INSERT INTO link BY NAME SELECT $run AS run_id, account_id, 'site' AS source, website AS record_id, 0.97 AS probability, 'accept' AS decision, 'same registrable domain' AS reason, '{"name": "A", "domain": "A"}' AS grades,
    TIMESTAMP '2026-11-01' AS decided_at, website AS url, name AS record_name FROM crm_account;
INSERT INTO source_call BY NAME SELECT CASE WHEN hash(account_id) % 20 = 0 THEN $run ELSE 'earlier' END AS run_id, account_id, s AS source, 'rows' AS outcome, 4 AS rows, 3 AS requests, 0.0 AS cost, 0.4 AS seconds, TIMESTAMP '2026-11-01' AS noted_at, '' AS error
    FROM crm_account, unnest(['site', 'edgar', 'news']) u(s);
INSERT INTO confirmation BY NAME SELECT $run AS run_id, account_id, field, key, ['site'] AS sources, TIMESTAMP '2026-11-01' AS noted_at FROM crm_value WHERE value IS NOT NULL AND hash(account_id) % 2 = 0;
INSERT INTO change BY NAME SELECT 's' AS change_set_id, $run AS run_id, printf('%016x', i) AS id, printf('A%06d', (i * 7) % $accounts) AS account_id, ([{fields}])[1 + i % 12] AS field, ([{fields}])[1 + i % 12] AS "column", 'replace' AS kind,
    CASE WHEN i < $questions THEN 'review' ELSE 'write' END AS verdict, CASE WHEN i < $questions THEN 'not_stale' ELSE 'blank_filled' END AS code, 'a reason' AS reason, 'old ' || i AS base, 'new ' || i AS value, 'new ' || i AS value_key,
    0.8 AS confidence, ['site'] AS sources, [printf('o%07d', (i * 7) % $accounts)] AS observation_ids, 20 AS base_age_days, 1 AS evidence_age_days, 1.0 AS weight, TIMESTAMP '2026-11-01' AS noted_at FROM range($questions + $writes) t(i);
INSERT INTO outcome BY NAME SELECT run_id, id AS change_id, account_id, field, 'written' AS status, value, value_key, base, NULL AS message, '{"kind": "replace", "sources": ["site"]}' AS change, noted_at FROM change WHERE verdict = 'write';
INSERT INTO review_item BY NAME SELECT c.id, 'value' AS kind, c.account_id, a.name AS account_name, c.field, c.base AS crm_value, c.value AS proposed, c.value_key AS proposed_key, c.code, c.reason, '' AS evidence, $run AS run_id,
    TIMESTAMP '2026-11-01' AS asked_at, (hash(c.id) % 1000) / 1000.0 AS rank, 20 AS crm_age_days, 1 AS evidence_age_days FROM change c JOIN crm_account a USING (account_id) WHERE verdict = 'review';
INSERT INTO score BY NAME SELECT account_id, TIMESTAMP '2026-11-01' AS as_of, (hash(account_id) % 80)::DOUBLE AS value, 5.0 AS fit, 'watch' AS band, 'C' AS tier, '[]' AS parts, $run AS run_id FROM crm_account WHERE hash(account_id) % 3 = 0;
INSERT INTO signal BY NAME SELECT 's' || account_id AS id, $run AS run_id, account_id, 'funding' AS signal_class, 'asserted' AS status, 'Raises money' AS title, 'news' AS source, website AS record_id, website AS url, 'p' AS passage, TIMESTAMP '2026-11-01' AS fetched_at,
    0.8 AS confidence, TIMESTAMP '2026-11-01' AS observed_at, [] AS counterparties, [] AS contradicts FROM crm_account WHERE hash(account_id) % 3 = 0
"""
