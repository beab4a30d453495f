"""History of 20,000 accounts × 30 fields beside a dbt snapshot: the second night, on which 1 % of the accounts changed in one field.

dbt keeps a copy of the whole row for each change of it (`check_cols = 'all'`), we a row per cell, with who changed it and how we know.
Theirs are the seconds of the statements, as dbt's own log tells them, without its start; ours are those of taking the whole pull in,
from accounts as a connector hands them over.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb

from accounts.account import Account
from accounts.catalogue import shipped_catalogue
from accounts.clock import parse_instant
from bench.environments import python_of
from bench.figure import Figure, Unavailable
from warehouse.catalogue_table import store_catalogue
from warehouse.crm_state import take_pull
from warehouse.store import open_warehouse

PEERS = ("history",)
ACCOUNTS, FIELDS = 20_000, 30
_NIGHTS = ("2026-11-21", "2026-11-22")
#: The value of a cell on a night: on the second, one account in a hundred differs in one field.
_CELL = "'value ' || (hash(a, f) % 100000) || CASE WHEN $night > 0 AND a % 100 = 0 AND f = (a // 100) % $fields THEN ' new' ELSE '' END"
_SNAPSHOT = "{% snapshot kept %}{{ config(unique_key='id', strategy='check', check_cols='all') }}SELECT * FROM {{ source('crm', 'account') }}{% endsnapshot %}"


def measure(folder: Path) -> list[Figure]:
    ours, rows, size = _ours(folder)
    try:
        theirs, copies, room = _dbt(folder, python_of("history"))
    except Unavailable as error:
        return [Figure("history: second night", round(ours, 2), "s", None, f"no peer: {error}")]
    dbt = "dbt snapshot"
    return [
        Figure("history: the second night", round(ours, 2), "s", None, f"{ACCOUNTS:,} accounts × {FIELDS} fields", {dbt: round(theirs, 2)}),
        Figure(f"history: values kept for {ACCOUNTS // 100} changed cells", rows, "values", None, "", {dbt: copies * FIELDS}),
        Figure("history: file after both nights", round(size / 1e6, 1), "MB", None, "ours with spelling, key and origin of each cell", {dbt: round(room / 1e6, 1)}),
    ]  # fmt: skip


def _ours(folder: Path) -> tuple[float, int, int]:
    """Seconds of the second night, cells it added to the history, bytes of the file."""
    spent, catalogue = 0.0, shipped_catalogue()
    fields = sorted(spec.name for spec in catalogue)[:FIELDS]
    columns = {name: name for name in fields}
    with open_warehouse(folder / "ours") as warehouse:
        store_catalogue(warehouse, catalogue, columns, ["bench"])
        for night, day in enumerate(_NIGHTS):
            accounts = list(_accounts(fields, night))
            began = time.perf_counter()
            take_pull(warehouse, f"r{night}", accounts, catalogue, columns, parse_instant(f"{day}T02:00:00Z"))
            spent = time.perf_counter() - began
        rows = warehouse.value("SELECT count(*) FROM crm_history WHERE run_id = 'r1'")
        warehouse.run("CHECKPOINT evergreen")
    return spent, rows, (folder / "ours" / "warehouse.duckdb").stat().st_size


def _accounts(fields: list[str], night: int) -> Iterator[Account]:
    for number in range(ACCOUNTS):
        values = {field: f"value {hash((number, at)) % 100_000}" for at, field in enumerate(fields)}
        if night and number % 100 == 0:
            values[fields[number // 100 % FIELDS]] += " new"
        yield Account(f"A{number}", values)


def _dbt(folder: Path, python: Path) -> tuple[float, int, int]:
    """The same with dbt: a source table of the night's rows, and a snapshot of it."""
    project = folder / "dbt"
    (project / "snapshots").mkdir(parents=True)
    (project / "models").mkdir()
    (project / "dbt_project.yml").write_text(
        "name: kept\nprofile: kept\nversion: '1.0.0'\n", encoding="utf-8"
    )
    (project / "profiles.yml").write_text(
        "kept:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: kept.duckdb, threads: 2}\n",
        encoding="utf-8",
    )
    (project / "models" / "sources.yml").write_text(
        "sources:\n  - {name: crm, schema: main, tables: [{name: account}]}\n", encoding="utf-8"
    )
    (project / "snapshots" / "kept.sql").write_text(_SNAPSHOT, encoding="utf-8")
    spent, columns = (
        0.0,
        ", ".join(f"{_CELL.replace('f)', f'{f})').replace('f =', f'{f} =')} AS f{f}" for f in range(FIELDS)),
    )
    for night in range(len(_NIGHTS)):
        with duckdb.connect(str(project / "kept.duckdb")) as db:
            db.execute(
                f"CREATE OR REPLACE TABLE account AS SELECT 'A' || a AS id, {columns} FROM range({ACCOUNTS}) t(a)",
                {"night": night, "fields": FIELDS},
            )
        command = [
            str(python.with_name("dbt")),
            "--no-send-anonymous-usage-stats",
            "snapshot",
            "--project-dir",
            str(project),
            "--profiles-dir",
            str(project),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=project)
        if done.returncode:
            raise Unavailable(f"dbt: {done.stdout.strip()[-300:]}")
        result = json.loads((project / "target" / "run_results.json").read_text(encoding="utf-8"))
        spent = result["results"][0]["execution_time"]
    with duckdb.connect(str(project / "kept.duckdb")) as db:
        [(copies,)] = db.execute(f"SELECT count(*) - {ACCOUNTS} FROM {_kept(db)}").fetchall()
        db.execute("DROP TABLE account")
        db.execute("CHECKPOINT")
    return spent, copies, (project / "kept.duckdb").stat().st_size


def _kept(db: duckdb.DuckDBPyConnection) -> str:
    """The snapshot's table with its schema, which dbt names after its own settings."""
    [(schema,)] = db.execute(
        "SELECT table_schema FROM information_schema.tables WHERE table_name = 'kept'"
    ).fetchall()
    return f'"{schema}".kept'
