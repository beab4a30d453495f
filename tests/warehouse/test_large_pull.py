"""A pull of more values than DuckDB keeps in one row group."""

from __future__ import annotations

from pathlib import Path

from accounts.account import Account
from accounts.catalogue import shipped_catalogue
from tests.crm.build import NOW
from warehouse.catalogue_table import store_catalogue
from warehouse.crm_state import take_pull
from warehouse.store import open_warehouse

FIELDS = [
    "name", "legal_name", "street", "city", "region", "description", "aliases", "brief", "business_needs", "industry",
    "business_scope", "parent", "crm_suite", "erp_suite", "marketing_suite", "email_suite", "cdn", "hiring_trend", "former_names", "technologies",
]  # fmt: skip


def test_every_value_of_a_large_pull_is_kept(tmp_path: Path) -> None:
    catalogue = shipped_catalogue()
    fields = [f for f in FIELDS if f in {spec.name for spec in catalogue}]
    count = 123_000 // len(fields) + 10
    accounts = [Account(f"A{n}", dict.fromkeys(fields, "same")) for n in range(count)]
    columns = {field: field for field in fields}
    with open_warehouse(tmp_path) as warehouse:
        warehouse.run("SET threads = 2")  # one thread never showed it
        store_catalogue(warehouse, catalogue, columns, ["bench"])
        with warehouse.transaction():  # as `flows.pulling` does
            take_pull(warehouse, "r1", accounts, catalogue, columns, NOW)
        assert warehouse.value("SELECT count(value) FROM crm_value") == count * len(fields)


def test_a_table_made_like_another_keeps_all_that_is_put_in(tmp_path: Path) -> None:
    with open_warehouse(tmp_path) as warehouse:
        warehouse.run("SET threads = 2")
        with warehouse.transaction():
            warehouse.make_like("fresh", "crm_value")
            warehouse.append("fresh", ({"account_id": f"A{n}", "field": "name"} for n in range(130_000)))
            assert warehouse.value("SELECT count(DISTINCT account_id) FROM fresh") == 130_000
