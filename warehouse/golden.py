"""The golden record: survivorship over what changed, and its history."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from accounts.golden import GoldenValue
from warehouse.rows import golden_from
from warehouse.store import Warehouse, sql

#: Observations weighed at a time, so that memory does not grow with their number.
AT_ONCE = 1_000_000


def settle_golden(
    warehouse: Warehouse, run_id: str, account_ids: Iterable[str], now: datetime, *, whole: bool = False
) -> int:
    """Brings the golden record of these accounts up to date; returns how many fields it now holds for them.

    Weighed again are the cells whose evidence is other than when they were last weighed, and in every account the fields whose
    rules changed; with `whole`, all of it. What dies on the way is taken up by the next call.
    """
    _gather(warehouse, account_ids, whole)
    _weigh(warehouse, run_id, now, "print IS DISTINCT FROM weighed_print", "true")
    _weigh(warehouse, run_id, now, "print = weighed_print", "anew")
    _remember_rules(warehouse)
    count = warehouse.value(
        "SELECT count(*) FROM golden SEMI JOIN asked USING (account_id) WHERE valid_to IS NULL"
    )
    warehouse.run("DROP TABLE asked; DROP TABLE evidence; DROP TABLE rule")
    return int(count)


def _gather(warehouse: Warehouse, account_ids: Iterable[str], whole: bool) -> None:
    """Makes `evidence` and `rule`: what the accounts and the fields are weighed by now, beside what they were last."""
    warehouse.run("CREATE OR REPLACE TEMP TABLE asked (account_id VARCHAR)")
    warehouse.append("asked", ({"account_id": a} for a in dict.fromkeys(account_ids)))
    warehouse.script("evidence", {"whole": whole})
    method = hashlib.sha256(sql("survive").encode()).hexdigest()
    warehouse.run(
        "CREATE OR REPLACE TEMP TABLE rule AS SELECT *, print IS DISTINCT FROM weighed_print AS anew FROM ("
        + sql("field_rules")
        + ")",
        {"method": method},
    )


def _weigh(warehouse: Warehouse, run_id: str, now: datetime, accounts: str, fields: str) -> None:
    """Weighs the accounts and fields that two conditions on `evidence` and `rule` pick, some accounts at a time."""
    warehouse.run(f"CREATE OR REPLACE TEMP TABLE weighing AS SELECT field, anew FROM rule WHERE {fields}")
    warehouse.run(
        "CREATE OR REPLACE TEMP TABLE waiting AS SELECT account_id, print, looked_at, weighed_print IS NULL AS anew, "
        "sum(told) OVER (ORDER BY account_id) * (SELECT count(*) FROM weighing) // ($at_once * (SELECT count(*) FROM rule)) AS batch "
        f"FROM evidence WHERE {accounts} AND EXISTS (FROM weighing)",
        {"at_once": AT_ONCE},
    )
    for row in warehouse.rows("SELECT DISTINCT batch FROM waiting ORDER BY batch"):
        warehouse.run(
            "CREATE OR REPLACE TEMP TABLE touched AS SELECT * EXCLUDE (batch) FROM waiting WHERE batch = $batch",
            row,
        )
        warehouse.script("survive")
        with warehouse.transaction():
            warehouse.script("keep_golden", {"run_id": run_id, "now": now})
    warehouse.run("DROP TABLE IF EXISTS touched; DROP TABLE waiting; DROP TABLE weighing")


def _remember_rules(warehouse: Warehouse) -> None:
    """Keeps by which rules fields were weighed, where that is true of every account of the CRM."""
    with warehouse.transaction():
        if not warehouse.value(
            "SELECT count(*) FROM crm_account SEMI JOIN weighed USING (account_id) ANTI JOIN asked USING (account_id)"
        ):
            warehouse.run(
                "DELETE FROM weighed WHERE account_id NOT IN (SELECT account_id FROM asked);"
                "DELETE FROM weighed_field; INSERT INTO weighed_field SELECT field, print FROM rule"
            )


def golden_as_of(warehouse: Warehouse, account_id: str, at: datetime | None = None) -> list[GoldenValue]:
    """The golden record of an account, now or as it stood at a time (UTC)."""
    rows = warehouse.rows(
        "SELECT * FROM golden WHERE account_id = $id AND (CASE WHEN $at::TIMESTAMP IS NULL THEN valid_to IS NULL "
        "ELSE valid_from <= $at AND coalesce(valid_to > $at, true) END) ORDER BY field",
        {"id": account_id, "at": at},
    )
    return [golden_from(row) for row in rows]


def golden_of_run(warehouse: Warehouse, run_id: str, account_id: str) -> list[GoldenValue]:
    """The golden record of an account as a run left it."""
    ended = warehouse.value(
        "SELECT coalesce(finished_at, started_at) FROM run WHERE id = $id", {"id": run_id}
    )
    return golden_as_of(warehouse, account_id, ended)
