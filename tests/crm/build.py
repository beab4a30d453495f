"""Short ways to the things these tests are about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from accounts.account import Account, Actor, FieldHistory
from accounts.catalogue import shipped_catalogue
from accounts.change import Breaker, Change, ChangeKind, ChangeSet, Code, Standing, Verdict
from accounts.clock import FixedClock
from accounts.config import CrmConfig
from accounts.golden import Freshness, GoldenValue, Staleness
from crm.file import FileCrm
from crm.view import FieldView

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CLOCK = FixedClock(NOW)
CATALOGUE = shipped_catalogue()

TABLE = """id,name,phone,city,notes,last_modified,last_modified_by
A1,Birch Lamps,,Leeds,"likes ""tea"", biscuits",2023-01-10T09:00:00Z,import
A2,Copper Kettle,020 7946 0958,,,2023-01-10T09:00:00Z,import
A3,Dune Sails,020 7946 0111,Hove,,2026-11-15T09:00:00Z,maya
A4,晨光灯具,,宁波,,2023-01-10T09:00:00Z,import
"""


def file_crm(path: Path, clock: Any = CLOCK, **settings: Any) -> FileCrm:
    return FileCrm(path, CATALOGUE, CrmConfig(path=path, **settings), clock, path.parent / "backups")


def change(account: str, field: str, base: str | None, value: str | None, **more: Any) -> Change:
    kind = CATALOGUE[field].value_type
    given: dict[str, Any] = {
        "column": field, "kind": ChangeKind.FILL if base is None else ChangeKind.REPLACE, "verdict": Verdict.WRITE,
        "code": Code.BLANK_FILLED, "reason": "", "value_key": kind.key(value) if value else "",
    }  # fmt: skip
    return Change(account_id=account, field=field, base=base, value=value, **{**given, **more})


def change_set(*changes: Change, run: str = "run-1", accounts: int = 100, limit: float = 1.0) -> ChangeSet:
    touched = len({c.account_id for c in changes if c.kind in (ChangeKind.REPLACE, ChangeKind.CLEAR)})
    return ChangeSet(f"set-{run}", run, "file", NOW, tuple(changes), Breaker(touched, accounts, limit))


def golden(field: str = "city", value: str = "York", days: int = 1, **more: Any) -> GoldenValue:
    given: dict[str, Any] = {
        "key": CATALOGUE[field].value_type.key(value), "kind": None, "display": value, "confidence": 0.9, "score": 0.8,
        "sources": ("site",), "observation_ids": ("o1",), "observed_at": NOW - timedelta(days=days),
    }  # fmt: skip
    return GoldenValue("A1", field, value, **{**given, **more})


def view(
    current: str | None = "Leeds", field: str = "city", status: Freshness = Freshness.EXPIRED, **more: Any
) -> FieldView:
    """A city set by a machine 1000 days ago, past its TTL, with better evidence from yesterday."""
    age = more.pop("age", 1000)
    actor = more.pop("actor", Actor.MACHINE)
    by = {Actor.PERSON: "maya", Actor.MACHINE: "import", Actor.UNKNOWN: None, Actor.OURS: "evergreen"}[actor]
    changed_at = None if age is None else NOW - timedelta(days=age)
    spec = replace(CATALOGUE[field], **more.pop("spec", {}))
    history = FieldHistory(changed_at, by, actor)
    given: dict[str, Any] = {
        "account": Account("A1", {field: current} if current else {}, history={field: history} if current else {}),
        "column": field, "current_key": spec.value_type.key(current) if current else "",
        "golden": golden(field), "staleness": Staleness("A1", field, status, "told so", age, spec.ttl_days),
        "history": history, "standing": Standing(), "now": NOW,
    }  # fmt: skip
    return FieldView(spec=spec, current=current, **{**given, **more})
