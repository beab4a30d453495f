"""Survivorship over ten million observations from nothing; then nights of 100,000 accounts × 30 fields: nothing new, one account in a
hundred changed, every account told something new of one field, every page found unchanged, so that all cells are weighed again. And the
diff of a pull of 20,000 accounts × 30 fields, each of them read value by value and passed over. Each part in a process of its own; CPU and
wall seconds, and its peak memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.figure import Figure

if TYPE_CHECKING:
    from warehouse.store import Warehouse

ACCOUNTS, FIELDS = 100_000, 30
NOW = datetime(2026, 11, 22, tzinfo=UTC)
PULLED = 20_000
#: The parts, each in a process of its own, and the most seconds each step of one may take; none may take more than 2 GB.
PARTS: dict[str, dict[str, float | None]] = {
    "from nothing": {"10,000,000 observations from nothing": 30.0},
    "nights": {
        "nothing new": 5.0,
        "1 % of accounts changed": 5.0,
        "every account touched": 5.0,
        "every page found unchanged": 5.0,
    },
    "pull": {"the first pull": None, "a pull with nothing new": 5.0, "a pull with 1 % changed": 5.0},
}
MOST_MEMORY = 2048.0
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
    for name, limits in PARTS.items():
        place = folder / name.replace(" ", "-")
        place.mkdir()
        command = [sys.executable, "-m", "bench.survive_scale", name, str(place)]
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        figures += [
            Figure(
                f"survivorship: {step}",
                round(told[step]["wall"], 1),
                "s",
                limit,
                f"CPU {told[step]['cpu']:.1f} s; {told['note']}",
            )
            for step, limit in limits.items()
        ]
        figures.append(Figure(f"survivorship, {name}: peak memory", told["peak"], "MB", MOST_MEMORY))
    return figures


def _timed(told: dict[str, Any], step: str, act: Callable[[], Any]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    told[step] = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def _part(name: str, folder: Path) -> None:
    from warehouse.store import open_warehouse  # noqa: PLC0415 - only in the process that is measured

    told: dict[str, Any] = {}
    with open_warehouse(folder, memory_limit="1200MB") as warehouse:
        {"from nothing": _from_nothing, "nights": _nights, "pull": _pulls}[name](warehouse, told)
    print(json.dumps(told | {"peak": peak_memory()}))


def _from_nothing(warehouse: Warehouse, told: dict[str, Any]) -> None:
    from warehouse.golden import settle_golden  # noqa: PLC0415

    warehouse.run(_BUILD, {"accounts": ACCOUNTS, "fields": FIELDS, "looks": 2, "share": 556})
    warehouse.run("CHECKPOINT evergreen")
    _timed(told, "10,000,000 observations from nothing", lambda: settle_golden(warehouse, "r1", _ids(), NOW))
    told["note"] = _sizes(warehouse)


def _nights(warehouse: Warehouse, told: dict[str, Any]) -> None:
    from warehouse.golden import settle_golden  # noqa: PLC0415

    warehouse.run(_BUILD, {"accounts": ACCOUNTS, "fields": FIELDS, "looks": 1, "share": 334})
    settle_golden(warehouse, "r0", _ids(), NOW)
    nights = {
        "nothing new": "false",
        "1 % of accounts changed": "hash(account_id, 7) % 100 = 0",
        "every account touched": "rowid IN (SELECT min(rowid) FROM observation GROUP BY account_id)",
    }
    for day, (step, changed) in enumerate(nights.items(), 1):
        at = NOW + timedelta(days=day)
        warehouse.run(
            "INSERT INTO observation BY NAME SELECT * REPLACE (id || $run AS id, $run AS run_id, value || '!' AS value, "
            f"key || '!' AS key, $at::TIMESTAMP AS observed_at) FROM observation WHERE {changed}",
            {"run": f"n{day}", "at": at},
        )
        warehouse.run("CHECKPOINT evergreen")
        _timed(told, step, partial(settle_golden, warehouse, f"n{day}", _ids(), at))
    warehouse.run(
        "INSERT INTO reading BY NAME SELECT 'r0' AS run_id, account_id, source, record_id, TIMESTAMP '2026-10-01' AS read_at, "
        "$at::TIMESTAMP AS seen_at, 2 AS looks FROM link; CHECKPOINT evergreen",
        {"at": NOW + timedelta(days=4)},
    )
    _timed(
        told,
        "every page found unchanged",
        partial(settle_golden, warehouse, "n4", _ids(), NOW + timedelta(days=4)),
    )
    told["note"] = _sizes(warehouse)


def _pulls(warehouse: Warehouse, told: dict[str, Any]) -> None:
    from accounts.account import Account, Actor, FieldHistory  # noqa: PLC0415
    from accounts.catalogue import shipped_catalogue  # noqa: PLC0415
    from warehouse.catalogue_table import store_catalogue  # noqa: PLC0415
    from warehouse.crm_state import take_pull  # noqa: PLC0415

    catalogue, day = shipped_catalogue(), NOW - timedelta(days=400)
    columns = {name: name for name in [f.name for f in catalogue if f.judged][:FIELDS]}

    def account(n: int, turn: int) -> Account:
        values = {name: f"{name} {n % 977} {turn}" for name in columns}
        values |= {
            "name": f"Acme {n} Ltd",
            "phone": f"+1 303-555-{n % 10000:04}",
            "website": f"https://www.acme-{n}.example/",
        }
        return Account(f"A{n}", values, day, "import", {"": FieldHistory(day, "import", Actor.MACHINE)})

    store_catalogue(warehouse, catalogue, columns, ["site"])
    pulled = [account(n, 0) for n in range(PULLED)]
    for turn, step in enumerate(PARTS["pull"]):
        if turn == 2:
            pulled[::100] = [account(n, turn) for n in range(0, PULLED, 100)]
        _timed(
            told,
            step,
            partial(take_pull, warehouse, f"r{turn}", pulled, catalogue, columns, NOW + timedelta(days=turn)),
        )
    told["note"] = f"{PULLED:,} accounts × {FIELDS} fields"


def _ids() -> list[str]:
    return [f"A{n}" for n in range(ACCOUNTS)]


def _sizes(warehouse: Warehouse) -> str:
    told, golden = (warehouse.value(f"SELECT count(*) FROM {table}") for table in ("observation", "golden"))
    return f"{told:,} observations, {golden:,} golden rows"


def peak_memory() -> int:
    """This process's peak resident memory in MB."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024
    return 0


if __name__ == "__main__":
    _part(sys.argv[1], Path(sys.argv[2]))
