"""What the CRM said: snapshots of pulls, and when and by whom each value came to stand there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import accounts as vocabulary
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
    """Takes a full pull in; returns the number of accounts. One transaction: a pull is in whole or not at all.

    Only accounts that are other than at the last pull, or that we wrote to since, are read again value by value.
    """
    pulled = list(accounts)
    rules = _rules(catalogue, columns)
    digests = {account.id: _digest(account, rules) for account in pulled}
    with warehouse.transaction():
        held = {
            r["account_id"]: r["digest"] for r in warehouse.rows("SELECT account_id, digest FROM crm_account")
        }
        spoken = {r["account_id"] for r in warehouse.rows(sql("spoken_since_pull"))}
        fresh = [a for a in pulled if a.id in spoken or held.get(a.id) != digests[a.id]]
        warehouse.make_like("pulled_account", "crm_account")
        warehouse.make_like("pulled_value", "crm_value")
        warehouse.run("CREATE OR REPLACE TEMP TABLE gone_account (account_id VARCHAR)")
        warehouse.append("pulled_account", (_account_row(a) | {"digest": digests[a.id]} for a in fresh))
        warehouse.append("pulled_value", (row for a in fresh for row in _value_rows(a, catalogue, columns)))
        warehouse.append("gone_account", ({"account_id": key} for key in held.keys() - digests.keys()))
        warehouse.run("CREATE OR REPLACE TEMP VIEW ours AS " + sql("ours"))
        warehouse.script("take_pull", {"run_id": run_id, "at": now})
        warehouse.append(
            "pull", [{"run_id": run_id, "accounts": len(pulled), "fingerprint": fingerprint, "noted_at": now}]
        )
    return len(pulled)


def _rules(catalogue: Catalogue, columns: Mapping[str, str]) -> str:
    """What texts are read by: the catalogue's entries for the columns there are, and our own code."""
    told = [repr(catalogue[name]) for name in sorted(columns)]
    return hashlib.sha256("\x1e".join([_code(), *told]).encode()).hexdigest()


@cache
def _code() -> str:
    """A digest of the package that reads texts: a release that reads them otherwise takes all of them in once more."""
    found = hashlib.sha256()
    root = Path(vocabulary.__path__[0])
    for path in sorted(p for p in root.rglob("*") if p.is_file() and p.suffix != ".pyc"):
        found.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def _digest(account: Account, rules: str) -> str:
    """What the CRM says of an account, and the rules it is read by, as one short name."""
    parts = [
        rules,
        str(account.last_modified),
        str(account.last_modified_by),
        str(account.held),
        str(account.version),
    ]
    for name, text in account.values.items():
        parts += (name, text)
    for name, own in account.history.items():
        parts += (name, str(own.changed_at), str(own.changed_by), own.actor.value)
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


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
