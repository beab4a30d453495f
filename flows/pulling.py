"""Pull: the CRM's accounts into the warehouse, with a snapshot kept."""

from __future__ import annotations

from collections.abc import Mapping

from accounts.account import Account
from crm.base import Schema
from flows.crm_feedback import take_ticks
from flows.services import Services
from warehouse.catalogue_table import store_catalogue
from warehouse.crm_state import take_pull


def columns_of(schema: Schema) -> dict[str, str]:
    """Catalogue field → CRM column, for the columns there are or that the first write would add."""
    return {c.field: c.name for c in schema.columns if c.field is not None}


def pull(services: Services, run_id: str) -> Mapping[str, Account]:
    """Reads all accounts of the CRM and takes them in; returns them by id.

    Raises CrmUnavailable or CrmRefused; the warehouse is then as before.
    """
    columns = columns_of(services.crm.describe())
    pulled = services.crm.pull()
    with services.warehouse.transaction():
        names = [s.name for s in services.sources]
        declared = {s.name: float(s.authority) for s in services.sources if hasattr(s, "authority")}
        store_catalogue(services.warehouse, services.catalogue, columns, names, declared)
        take_pull(
            services.warehouse, run_id, pulled.accounts, services.catalogue, columns, services.clock.now(),
            fingerprint=pulled.fingerprint,
        )  # fmt: skip
    accounts = {account.id: account for account in pulled.accounts}
    take_ticks(services, accounts)
    return accounts
