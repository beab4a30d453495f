"""Survivorship over ten million observations from nothing, then a night's diff, survivorship and history for 100,000 accounts × 30
fields. Each in a process of its own; CPU and wall seconds, and its peak memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.figure import Figure

ACCOUNTS, FIELDS = 100_000, 30
NOW = datetime(2026, 11, 22, tzinfo=UTC)
#: What is measured, and the most seconds and megabytes it may take.
PARTS = {"from nothing": (30.0, 2048.0), "a night": (5.0, 2048.0)}
_BUILD = """
    INSERT INTO field_spec
    SELECT 'f' || f, 'bench', 'f', 'f', 180, 90, 0.6, 1.0, 'standard', false, false, [], [], [], 'f' || f FROM range($fields) t(f);
    INSERT INTO authority SELECT 'f' || f, 's' || s, 1.0 - 0.15 * s FROM range($fields) t(f), range(3) u(s);
    INSERT INTO link BY NAME
    SELECT 'r' AS run_id, 'A' || a AS account_id, 's' || s AS source, 'R' || a AS record_id, 0.97 AS probability,
           'accept' AS decision, TIMESTAMP '2026-11-01' AS decided_at
    FROM range($accounts) t(a), range(3) u(s);
    INSERT INTO observation BY NAME
    SELECT hash(a, f, s, n)::VARCHAR AS id, 'r' || n AS run_id, 'A' || a AS account_id, 'f' || f AS field,
           'value ' || (hash(a, f, s) % 5) AS value, 'k' || (hash(a, f, s) % 5) AS key, 's' || s AS source, 'R' || a AS record_id,
           'https://example.org/' || a AS url, 'the page says so' AS passage, 0.7 + 0.05 * s AS confidence, 'bench/1' AS extractor,
           TIMESTAMP '2026-10-01' + to_days(n::INTEGER) AS observed_at
    FROM range($accounts) t(a), range($fields) v(f), range(3) u(s), range($looks) w(n) WHERE hash(a, f, s, n, 1) % 1000 < $share;
"""


def measure(folder: Path) -> list[Figure]:
    figures: list[Figure] = []
    for name, (limit, memory) in PARTS.items():
        place = folder / name.replace(" ", "-")
        place.mkdir()
        command = [sys.executable, "-m", "bench.survive_scale", name, str(place)]
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        note = f"{told['observations']:,} observations, {told['golden']:,} golden values, CPU {told['cpu']:.1f} s"
        figures += [
            Figure(f"survivorship, {name}", round(told["wall"], 1), "s", limit, note),
            Figure(f"survivorship, {name}: peak memory", told["peak"], "MB", memory),
        ]
    return figures


def _part(name: str, folder: Path) -> None:
    from warehouse.golden import settle_golden  # noqa: PLC0415 - only in the process that is measured
    from warehouse.store import open_warehouse  # noqa: PLC0415

    fresh = name == "from nothing"
    with open_warehouse(folder, memory_limit="1200MB") as warehouse:
        given = {
            "accounts": ACCOUNTS, "fields": FIELDS, "looks": 2 if fresh else 1, "share": 556 if fresh else 334,
        }  # fmt: skip
        warehouse.run(_BUILD, given)
        accounts = [f"A{n}" for n in range(ACCOUNTS)]
        if not fresh:
            settle_golden(warehouse, "r0", accounts, NOW)
            warehouse.run(
                "INSERT INTO observation BY NAME SELECT * REPLACE (id || 'x' AS id, 'r9' AS run_id, value || '!' AS value, "
                "key || '!' AS key, TIMESTAMP '2026-11-22' AS observed_at) FROM observation WHERE hash(id, 7) % 100 = 0"
            )
        warehouse.run("CHECKPOINT evergreen")
        wall, cpu = time.perf_counter(), time.process_time()
        golden = settle_golden(warehouse, "r1", accounts, NOW + timedelta(days=1))
        told = {
            "wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "golden": golden,
            "observations": warehouse.value("SELECT count(*) FROM observation"), "peak": peak_memory(),
        }  # fmt: skip
    print(json.dumps(told))


def peak_memory() -> int:
    """This process's peak resident memory in MB."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024
    return 0


if __name__ == "__main__":
    _part(sys.argv[1], Path(sys.argv[2]))
