"""What the CRM said: snapshots of pulls, and when and by whom each value came to stand there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from accounts.account import Account, Actor, FieldHistory
from accounts.catalogue import Catalogue
from accounts.values import Hints
from accounts.values.place import country_code, country_of_website
from warehouse.store import Warehouse, sql


def hints_of(account: Account) -> Hints:
    """The country an account's texts are read under: its own, else that of its website's top-level domain."""
    country = country_code(account.get("country") or "")
    return Hints(country or country_of_website(account.get("website") or ""))


def take_pull(
    warehouse: Warehouse, run_id: str, accounts: Iterable[Account], catalogue: Catalogue,
    columns: Mapping[str, str], now: datetime, *, fingerprint: str = "",
) -> int:  # fmt: skip
    """Takes a full pull in; returns the number of accounts. One transaction: a pull is in whole or not at all."""
    pulled = list(accounts)
    with warehouse.transaction():
        warehouse.run("CREATE OR REPLACE TEMP TABLE pulled_account AS FROM crm_account LIMIT 0")
        warehouse.run("CREATE OR REPLACE TEMP TABLE pulled_value AS FROM crm_value LIMIT 0")
        warehouse.append("pulled_account", map(_account_row, pulled))
        warehouse.append("pulled_value", (row for a in pulled for row in _value_rows(a, catalogue, columns)))
        warehouse.run("CREATE OR REPLACE TEMP VIEW ours AS " + sql("ours"))
        warehouse.script("take_pull", {"run_id": run_id, "at": now})
        warehouse.append(
            "pull", [{"run_id": run_id, "accounts": len(pulled), "fingerprint": fingerprint, "noted_at": now}]
        )
    return len(pulled)


def take_outcomes(warehouse: Warehouse, run_id: str) -> None:
    """Takes what a run wrote into the newest state of the CRM, so that readers see it before the next pull."""
    with warehouse.transaction():
        warehouse.script("take_outcomes", {"run_id": run_id})


def _account_row(account: Account) -> dict[str, Any]:
    return {
        "account_id": account.id, "name": account.get("name"), "last_modified": account.last_modified,
        "last_modified_by": account.last_modified_by, "held": account.held, "version": account.version,
        "country": country_code(account.get("country") or ""), "website": account.get("website"),
    }  # fmt: skip


def _value_rows(
    account: Account, catalogue: Catalogue, columns: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """A row per mapped field. A connector keeps what it knows of the record as a whole under the field name ''."""
    hints = hints_of(account)
    record = account.history.get("") or FieldHistory(
        account.last_modified, account.last_modified_by, Actor.UNKNOWN
    )
    for field in columns:
        spec, text, own = catalogue[field], account.get(field), account.history.get(field)
        history = own or record
        row: dict[str, Any] = {
            "account_id": account.id, "field": field, "own_history": own is not None,
            "changed_at": history.changed_at, "changed_by": history.changed_by, "actor": history.actor.value,
        }  # fmt: skip
        if text is not None:
            row |= {"value": text, "key": spec.key(text, hints), "problem": spec.problem(text, hints)}
        yield row
