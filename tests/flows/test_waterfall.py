"""Sources one after another: whom an account still wants to hear."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from accounts.account import Account
from accounts.golden import Freshness
from accounts.run import FieldNeed, WorkItem
from flows.enriching import Task, _is_wanted


@pytest.mark.parametrize(
    ("status", "cost", "wanted"),
    [
        (Freshness.MISSING, 0.0, False),
        (Freshness.CONTRADICTED, 0.0, True),
        (Freshness.CONTRADICTED, 0.2, False),
    ],
)
def test_an_answered_field_is_asked_on_only_where_it_is_contradicted_and_asking_is_free(
    status: Freshness, cost: float, wanted: bool
) -> None:
    need = FieldNeed("legal_name", status, "why", ("register",))
    task = Task(Account("A", {}), WorkItem("A", (need,), 1.0))
    source: Any = SimpleNamespace(name="register", provides={"legal_name"}, cost=cost)
    assert _is_wanted(source, task, {"legal_name"}) is wanted
    assert _is_wanted(source, task, set()) is True
