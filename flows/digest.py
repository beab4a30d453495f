"""What there is to tell after a run: signals, fields gone stale, questions, failures; read from the published snapshot.

A piece of news has a `key`, the same as long as it is the same thing, so that it is told once (`flows/digest_told.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from accounts.catalogue import Catalogue
from accounts.config import AlertsConfig
from accounts.run import Run, RunStatus
from warehouse.expectations import FEWEST_CALLS, quiet_sources
from warehouse.reviews import open_items
from warehouse.runs import list_runs
from warehouse.standing import Decided
from warehouse.store import Warehouse, sql

#: A field whose weight is above this is a key field, where the configuration names none.
_KEY_WEIGHT = 1.0
#: Days a failed run or a refused write is news.
_FAILURE_DAYS = 14
_RUNS = 200

Row = Mapping[str, Any]


class Kind(StrEnum):
    """The sections of a digest, in their order."""

    FAILURE = "failure"
    SIGNAL = "signal"
    STALE = "stale"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell. `what` names its words, `row` fills them; `owner` is the account's in the CRM.

    `standing` is a state that lasts: once it has ended it may be told anew. Everything else happens once.
    """

    kind: Kind
    what: str
    key: str
    row: Row
    owner: str | None = None
    standing: bool = False

    @property
    def id(self) -> str:
        """The key as the store of what was told keeps it: it names no account."""
        return hashlib.sha256(f"{self.kind}\x1f{self.what}\x1f{self.key}".encode()).hexdigest()[:32]


def gather_news(
    snapshot: Warehouse, decided: Decided, catalogue: Catalogue, config: AlertsConfig, now: datetime
) -> list[News]:
    """All that could be told at a time (UTC), section by section, what matters most first."""
    return [
        *_failures(snapshot, config, now),
        *_signals(snapshot, now - timedelta(days=config.signal_days)),
        *_stale(snapshot, key_fields(catalogue, config)),
        *_reviews(snapshot, decided),
    ]


def key_fields(catalogue: Catalogue, config: AlertsConfig) -> list[str]:
    """The fields whose going stale is told. Raises UnknownField for one the catalogue lacks."""
    if config.key_fields:
        return [catalogue[name].name for name in config.key_fields]
    return [f.name for f in catalogue if f.weight > _KEY_WEIGHT]


def _signals(snapshot: Warehouse, since: datetime) -> Iterator[News]:
    for row in snapshot.rows(sql("digest_signals"), {"since": since}):
        yield News(Kind.SIGNAL, "signal", row["id"], row, row["owner"])


def _stale(snapshot: Warehouse, fields: Sequence[str]) -> Iterator[News]:
    for row in snapshot.rows(sql("digest_stale"), {"fields": list(fields)}):
        key = f"{row['account_id']}\x1f{row['field']}\x1f{row['status']}"
        yield News(Kind.STALE, row["status"], key, row, row["owner"], standing=True)


def _reviews(snapshot: Warehouse, decided: Decided) -> Iterator[News]:
    owners = {
        r["account_id"]: r["value"]
        for r in snapshot.rows("SELECT account_id, value FROM crm_value WHERE field = 'owner'")
    }
    labels = {r["name"]: r for r in snapshot.rows("SELECT name, label_en, label_zh FROM field_spec")}
    for item in open_items(snapshot, decided):
        label = labels.get(item.field, {"label_en": item.field, "label_zh": item.field})
        row = {
            "account_id": item.account_id, "account_name": item.account_name, "crm_value": item.crm_value,
            "proposed": item.proposed, "label_en": label["label_en"], "label_zh": label["label_zh"],
        }  # fmt: skip
        yield News(Kind.REVIEW, item.kind, item.id, row, owners.get(item.account_id), standing=True)


def _failures(snapshot: Warehouse, config: AlertsConfig, now: datetime) -> Iterator[News]:
    runs = list_runs(snapshot, _RUNS)
    since = now - timedelta(days=_FAILURE_DAYS)
    yield from _silence(runs, config.silent_hours, now)
    for run in runs:
        if run.status in (RunStatus.FAILED, RunStatus.CRASHED, RunStatus.HELD) and run.started_at >= since:
            row = {"run_id": run.id, "kind": run.kind, "error": run.error}
            yield News(Kind.FAILURE, run.status.value, run.id, row)
    night = next((run for run in runs if run.kind == "nightly"), None)
    if night is not None:
        by = {"run_id": night.id, "fewest": FEWEST_CALLS}
        down = snapshot.rows(sql("digest_down"), by)
        for row in down:
            yield News(Kind.FAILURE, "down", row["source"], row, standing=True)
        for row in quiet_sources(snapshot, night.id):
            if row["source"] not in {d["source"] for d in down}:
                yield News(Kind.FAILURE, "quiet", row["source"], row, standing=True)
    for row in snapshot.rows(sql("digest_refused"), {"since": since}):
        key = f"{row['account_id']}\x1f{row['field']}\x1f{row['value_key']}"
        yield News(Kind.FAILURE, row["status"], key, row)


def _silence(runs: Sequence[Run], hours: float, now: datetime) -> Iterator[News]:
    """A night that never came to its end publishes nothing: only the lack of news tells of it."""
    ends = [run.finished_at for run in runs if run.finished_at is not None]
    if ends and now - max(ends) > timedelta(hours=hours):
        row = {"last": max(ends), "hours": int((now - max(ends)).total_seconds() // 3600)}
        yield News(Kind.FAILURE, "silence", max(ends).isoformat(), row)
