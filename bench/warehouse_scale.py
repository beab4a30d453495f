"""Every whole-table step of a night in the warehouse, at 100,000 accounts × 30 fields with three sources each: CPU and wall seconds,
and the peak memory of the process. Nothing new is told; what changed costs is measured by `survive_scale`.

`python -m bench.warehouse_scale FOLDER [ACCOUNTS]` measures by itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.figure import Figure

ACCOUNTS = 100_000
#: The most a night may take for all of these together, and the most memory, in seconds and MB.
MOST_SECONDS, MOST_MEMORY = 60.0, 2048.0
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SOURCES = ("site", "edgar", "gleif")
_BUILD = """
    INSERT INTO crm_account BY NAME
    SELECT 'A' || a AS account_id, 'Company ' || a AS name, TIMESTAMP '2024-03-01' AS last_modified, 'import' AS last_modified_by,
           false AS held, 'US' AS country, 'https://www.company-' || a || '.example/' AS website
    FROM range($accounts) t(a);
    INSERT INTO crm_value BY NAME
    SELECT 'A' || a AS account_id, name AS field, CASE WHEN hash(a, name, 1) % 5 > 0 THEN 'value ' || (hash(a, name) % 5) END AS value,
           CASE WHEN hash(a, name, 1) % 5 > 0 THEN 'k' || (hash(a, name) % 5) END AS key,
           TIMESTAMP '2026-01-01' + to_days((hash(a, name, 2) % 300)::INTEGER) AS changed_at, 'import' AS changed_by, 'machine' AS actor,
           false AS own_history, TIMESTAMP '2026-01-01' AS first_seen_at, false AS cleared
    FROM range($accounts) t(a), field_spec WHERE crm_column IS NOT NULL;
    INSERT INTO link BY NAME
    SELECT 'r1' AS run_id, 'A' || a AS account_id, s AS source, 'R' || a AS record_id, 0.97 AS probability, 'accept' AS decision,
           TIMESTAMP '2026-11-01' AS decided_at, 'Company ' || a AS record_name
    FROM range($accounts) t(a), (SELECT unnest($sources::VARCHAR[])) u(s);
    INSERT INTO observation BY NAME
    SELECT hash(a, name, s)::VARCHAR || '0123' AS id, 'r1' AS run_id, 'A' || a AS account_id, name AS field,
           'value ' || (hash(a, name) % 5) AS value, 'k' || (hash(a, name) % 5) AS key, 'value ' || (hash(a, name) % 5) AS display,
           s AS source, 'R' || a AS record_id, 'https://www.company-' || a || '.example/contact' AS url,
           'the page says so in a passage of some length that nobody weighs' AS passage, 0.8 AS confidence, 'bench/1' AS extractor,
           TIMESTAMP '2026-10-01' AS observed_at
    FROM range($accounts) t(a), field_spec, (SELECT unnest($sources::VARCHAR[])) u(s)
    WHERE crm_column IS NOT NULL AND hash(a, name, s, 1) % 3 = 0
    ORDER BY hash(a), name;
    INSERT INTO source_call BY NAME
    SELECT 'r1' AS run_id, 'A' || a AS account_id, s AS source, 'rows' AS outcome, 10 AS rows, 3 AS requests, 0.0 AS cost, 0.1 AS seconds,
           TIMESTAMP '2026-10-01' + to_days(n::INTEGER) AS noted_at, ['https://www.company-' || a || '.example/'] AS pages
    FROM range($accounts) t(a), (SELECT unnest($sources::VARCHAR[])) u(s), range(2) v(n);
    INSERT INTO reading BY NAME
    SELECT 'r1' AS run_id, 'A' || a AS account_id, s AS source, 'R' || a AS record_id, TIMESTAMP '2026-10-01' AS read_at,
           TIMESTAMP '2026-11-01' AS seen_at, 2 AS looks, 'rows' AS outcome, 10 AS "rows"
    FROM range($accounts) t(a), (SELECT unnest($sources::VARCHAR[])) u(s);
    INSERT INTO run BY NAME SELECT 1 AS number, 'r1' AS id, 'nightly' AS kind, 'done' AS status, TIMESTAMP '2026-10-01' AS started_at;
    INSERT INTO run BY NAME SELECT 2 AS number, 'r2' AS id, 'nightly' AS kind, 'running' AS status, TIMESTAMP '2026-11-22' AS started_at;
"""


def measure(folder: Path) -> list[Figure]:
    command = [sys.executable, "-m", "bench.warehouse_scale", str(folder)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    steps = told["steps"]
    most = ", ".join(f"{s['name']} {s['cpu']:.1f}" for s in sorted(steps, key=lambda s: -s["cpu"])[:6])
    whole = [s for s in steps if s["nightly"]]
    return [
        Figure("the warehouse's share of a quiet night", round(sum(s["wall"] for s in whole), 1), "s", MOST_SECONDS,
               f"CPU {sum(s['cpu'] for s in whole):.1f} s; {most}"),
        Figure("the warehouse's share of a quiet night: peak memory", told["peak"], "MB", MOST_MEMORY),
    ]  # fmt: skip


def steps(warehouse: Any) -> list[tuple[str, bool, Callable[[], Any]]]:
    """Each step by name, and whether every night takes it."""
    from accounts.catalogue import shipped_catalogue  # noqa: PLC0415 - only in the process that is measured
    from accounts.clock import FixedClock  # noqa: PLC0415
    from flows.learning import learn, learn_trust  # noqa: PLC0415
    from flows.report import gather  # noqa: PLC0415
    from warehouse.calls import forget_calls  # noqa: PLC0415
    from warehouse.compaction import compact  # noqa: PLC0415
    from warehouse.golden import settle_golden  # noqa: PLC0415
    from warehouse.judgement import to_judge  # noqa: PLC0415
    from warehouse.knowledge import accounts_and_values, filled_cells, learn_aliases  # noqa: PLC0415
    from warehouse.rates import account_histories, work_list_by_rate  # noqa: PLC0415
    from warehouse.snapshot import publish  # noqa: PLC0415
    from warehouse.staleness import Offer, refresh_staleness, work_list  # noqa: PLC0415

    names = [r["name"] for r in warehouse.rows("SELECT name FROM field_spec WHERE crm_column IS NOT NULL")]
    offers, catalogue, clock = (
        [Offer(s, frozenset(names), 30) for s in SOURCES],
        shipped_catalogue(),
        FixedClock(NOW),
    )
    accounts = [f"A{n}" for n in range(warehouse.value("SELECT count(*) FROM crm_account"))]
    return [
        ("first trust", False, lambda: learn_trust(warehouse, (), clock, catalogue)),
        ("first survivorship", False, lambda: settle_golden(warehouse, "r1", accounts, NOW - timedelta(days=1))),
        ("trust", True, lambda: learn_trust(warehouse, (), clock, catalogue)),
        ("survivorship", True, lambda: settle_golden(warehouse, "r2", accounts, NOW)),
        ("rates of change", True, lambda: learn(warehouse, "r2", offers, catalogue, clock)),
        ("histories", True, lambda: account_histories(warehouse)),
        ("staleness, planning", True, lambda: refresh_staleness(warehouse, NOW)),
        ("work list", True, lambda: sum(1 for _ in work_list_by_rate(warehouse, NOW, offers, ()))),
        ("work list by TTL", False, lambda: sum(1 for _ in work_list(warehouse, NOW, offers))),
        ("staleness, deciding", True, lambda: refresh_staleness(warehouse, NOW)),
        ("aliases", True, lambda: learn_aliases(warehouse, "r2", NOW)),
        ("aliases again", False, lambda: learn_aliases(warehouse, "r2", NOW)),
        ("cells for the matchers", True, lambda: (accounts_and_values(warehouse, names[:16]), filled_cells(warehouse))),
        ("whom to judge", True, lambda: to_judge(warehouse, "r2", NOW)),
        ("report", True, lambda: gather(warehouse, "r2")),
        ("publishing", True, lambda: publish(warehouse, "r2")),
        ("forgetting calls", True, lambda: forget_calls(warehouse, 12)),
        ("compaction", False, lambda: compact(warehouse)),
    ]  # fmt: skip


def _measured(folder: Path, count: int) -> None:
    from accounts.catalogue import shipped_catalogue  # noqa: PLC0415
    from bench.survive_scale import peak_memory  # noqa: PLC0415
    from warehouse.catalogue_table import store_catalogue  # noqa: PLC0415
    from warehouse.store import open_warehouse  # noqa: PLC0415

    catalogue = shipped_catalogue()
    columns = {f.name: f.name for f in [f for f in catalogue if f.judged][:30]}
    told = []
    with open_warehouse(folder) as warehouse:
        store_catalogue(warehouse, catalogue, columns, SOURCES)
        warehouse.run(_BUILD, {"accounts": count, "sources": list(SOURCES)})
        warehouse.run("CHECKPOINT evergreen")
        for name, nightly, step in steps(warehouse):
            wall, cpu = time.perf_counter(), time.process_time()
            step()
            told.append(
                {
                    "name": name,
                    "nightly": nightly,
                    "wall": time.perf_counter() - wall,
                    "cpu": time.process_time() - cpu,
                }
            )
            print(json.dumps(told[-1] | {"peak": peak_memory()}), file=sys.stderr, flush=True)
    print(json.dumps({"steps": told, "peak": peak_memory()}))


if __name__ == "__main__":
    _measured(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else ACCOUNTS)
