"""What reps tick as wrong in the CRM: kept as decisions, so that the value is not proposed again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from accounts.account import Account
from accounts.change import ReviewAction, ReviewDecision
from crm.remote.connector import RemoteCrm
from flows.services import Services
from warehouse.crm_state import hints_of


def take_ticks(services: Services, accounts: Mapping[str, Account]) -> int:
    """Keeps the ticks found by the last pull as rejections of the value that stands there; returns how many are new.

    A tick counts for that value alone: when the evidence names another one, it is proposed as ever.
    """
    if not isinstance(services.crm, RemoteCrm):
        return 0
    new = 0
    for account_id, field, by in services.crm.wrongs():
        account = accounts.get(account_id)
        value = account.get(field) if account else None
        if account is None or value is None or field not in services.catalogue:
            continue
        key = services.catalogue[field].value_type.key(value, hints_of(account))
        item = hashlib.sha256("\x1f".join(("wrong", account_id, field, key)).encode()).hexdigest()[:16]
        if item in services.decided.settled_items:
            continue
        note = "ticked as wrong in the CRM"
        services.decisions.add(
            ReviewDecision(
                item,
                ReviewAction.REJECT,
                by or "somebody",
                services.clock.now(),
                account_id,
                field,
                key,
                note,
            )
        )
        new += 1
    return new
