"""What part of the CRM a run is about: all of it, or a segment, an account, some fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from accounts.account import Account
from accounts.catalogue import Catalogue
from accounts.errors import ConfigError
from warehouse.store import utc


@dataclass(frozen=True, slots=True)
class Scope:
    """The accounts and fields of a run; None is all of them."""

    accounts: frozenset[str] | None = None
    fields: frozenset[str] | None = None

    @property
    def is_whole(self) -> bool:
        """True when the run is about everything."""
        return self.accounts is None and self.fields is None

    def covers(self, account_id: str, field: str) -> bool:
        """True when a field of an account belongs to the run."""
        return (self.accounts is None or account_id in self.accounts) and (
            self.fields is None or field in self.fields
        )


WHOLE = Scope()


def select_accounts(accounts: Mapping[str, Account], catalogue: Catalogue, where: str) -> frozenset[str]:
    """The ids of the accounts for which an SQL condition holds.

    It speaks of `id`, the catalogue fields the CRM holds, `last_modified` and `last_modified_by`, and runs in a DuckDB of
    its own that holds nothing else and may touch no file and no network. Raises ConfigError naming the fault and the
    columns there are.
    """
    names = sorted({name for a in accounts.values() for name in a.values if name in catalogue})
    cells: dict[str, list[Any]] = {"id": list(accounts)}
    cells |= {name: [a.get(name) for a in accounts.values()] for name in names}
    cells["last_modified"] = [utc(a.last_modified) for a in accounts.values()]
    cells["last_modified_by"] = [a.last_modified_by for a in accounts.values()]
    closed: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "enable_external_access": "false",
    }
    with duckdb.connect(":memory:", config=closed) as db:
        try:
            return _ask(db, cells, where)
        except duckdb.Error as error:
            raise ConfigError(
                f"--where {where!r}: {str(error).splitlines()[0]}",
                remedy=f"It is an SQL condition over {', '.join(cells)}; for example: country = 'US' AND phone IS NULL.",
                key="where",
            ) from error


def _ask(db: duckdb.DuckDBPyConnection, cells: dict[str, list[Any]], where: str) -> frozenset[str]:
    kinds = ", ".join(f'"{c}" {"TIMESTAMP" if c == "last_modified" else "VARCHAR"}' for c in cells)
    db.execute(f"CREATE TABLE account ({kinds})")
    if cells["id"]:
        db.execute("INSERT INTO account SELECT " + ", ".join(f"unnest(${c})" for c in cells), cells)
    statements = db.extract_statements(f"SELECT id FROM account WHERE ({where})")
    if len(statements) != 1:
        raise ConfigError(
            f"--where {where!r} is more than one condition.", remedy="Give one condition.", key="where"
        )
    return frozenset(row[0] for row in db.execute(statements[0]).fetchall())
