"""One warehouse file under DuckDB 1.5 and 2.x and back: made, read, written and settled by both.

Each version is put into a throwaway folder and goes before the installed one on the path of a process of its own; the
process opens the same folder with our own code. `python -m bench.duckdb_versions FOLDER` runs one turn (used by itself).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.figure import Figure, Unavailable

#: The turns of a file, by what is asked of the package index.
TURNS = ("duckdb>=1.5,<2", "duckdb>=2,<3", "duckdb>=1.5,<2", "duckdb>=2,<3")
_ROOT = Path(__file__).resolve().parents[1]
_NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def measure(folder: Path) -> list[Figure]:
    """Turns between the versions that worked, and the seconds they took."""
    began = time.monotonic()
    told = take_turns(folder)
    versions = " → ".join(turn["duckdb"] for turn in told)
    return [Figure("warehouse file between DuckDB versions", time.monotonic() - began, "s", note=versions)]


def take_turns(folder: Path) -> list[dict[str, Any]]:
    """What each turn saw of the file: version, schema, and how many rows of former turns. Raises Unavailable without a package index."""
    paths = {
        wanted: _fetched(wanted, folder / f"package-{n}") for n, wanted in enumerate(dict.fromkeys(TURNS))
    }
    return [_turn(paths[wanted], folder / "warehouse") for wanted in TURNS]


def _fetched(wanted: str, into: Path) -> Path:
    """The folder a version of DuckDB was put into."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target", str(into), wanted]  # fmt: skip
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if ended.returncode:
        raise Unavailable(f"{wanted} cannot be installed here: {ended.stderr.strip().splitlines()[-1:]}")
    return into


def _turn(package: Path, folder: Path) -> dict[str, Any]:
    path = os.pathsep.join((str(package), str(_ROOT)))
    ended = subprocess.run(
        [sys.executable, "-m", "bench.duckdb_versions", str(folder)], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": path}, timeout=300,
    )  # fmt: skip
    if ended.returncode:
        raise RuntimeError(f"a turn under {package.name} failed:\n{ended.stderr}")
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


def run_turn(folder: Path) -> dict[str, Any]:
    """Opens the warehouse, adds a run, an observation and a CRM value, settles and judges; returns what stands there."""
    import duckdb  # noqa: PLC0415 - the version that this process was given

    from accounts.catalogue import shipped_catalogue  # noqa: PLC0415
    from warehouse.catalogue_table import store_catalogue  # noqa: PLC0415
    from warehouse.golden import settle_golden  # noqa: PLC0415
    from warehouse.staleness import refresh_staleness  # noqa: PLC0415
    from warehouse.store import open_warehouse  # noqa: PLC0415

    with open_warehouse(folder) as warehouse:
        turn = int(warehouse.value("SELECT count(*) FROM run")) + 1
        at = _NOW + timedelta(days=turn)
        store_catalogue(warehouse, shipped_catalogue(), {"phone": "phone"}, ["site"])
        warehouse.append(
            "run", [{"number": turn, "id": f"r{turn}", "counts": {"读": turn}, "started_at": at}]
        )
        warehouse.append("link", [{"account_id": "A", "source": "site", "record_id": "a", "probability": 0.99, "decision": "accept", "decided_at": at}])  # fmt: skip
        number = f"+130355501{turn:02d}"
        seen = {"id": f"o{turn}", "account_id": "A", "field": "phone", "value": number, "key": number, "kind": "main", "source": "site",
                "record_id": "a", "url": "https://a.example/", "confidence": 0.9, "observed_at": at}  # fmt: skip
        warehouse.append("observation", [seen])
        if turn == 1:
            warehouse.append(
                "crm_value", [{"account_id": "A", "field": "phone", "value": number, "key": number}]
            )
        settle_golden(warehouse, f"r{turn}", ["A"], at)
        refresh_staleness(warehouse, at)
        return {
            "duckdb": duckdb.__version__, "runs": turn,
            "counts": [r["counts"] for r in warehouse.rows("SELECT counts FROM run ORDER BY number")],
            "golden": warehouse.value("SELECT value FROM golden WHERE valid_to IS NULL"),
            "history": warehouse.value("SELECT count(*) FROM golden"),
            "status": warehouse.value("SELECT status FROM staleness"),
        }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(run_turn(Path(sys.argv[1])), ensure_ascii=False))
