"""Rows of the long tables, from and to the vocabulary's types.

A worker writes these rows as newline-delimited JSON; the one writer loads the files as they are.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from accounts.change import Change, ChangeKind, Code, Verdict
from accounts.golden import GoldenValue, Loser
from accounts.link import Candidate, Link
from accounts.observation import Evidence, Observation, Signal
from accounts.run import SourceCall
from warehouse.store import plain

Row = dict[str, Any]


def _flat(thing: Any) -> Row:
    """A dataclass's fields as they are; `dataclasses.asdict` would copy deeply, and cannot copy a mapping proxy."""
    return {f.name: getattr(thing, f.name) for f in fields(thing)}


def _evidence(evidence: Evidence) -> Row:
    return {
        "url": evidence.url, "passage": evidence.passage, "selector": evidence.selector,
        "body_sha256": evidence.body_sha256, "fetched_at": evidence.fetched_at,
    }  # fmt: skip


def observation_row(run_id: str, o: Observation) -> Row:
    """A row of `observation`."""
    return {
        "id": o.id, "run_id": run_id, "account_id": o.account_id, "field": o.field, "value": o.value, "key": o.key,
        "kind": o.kind, "display": o.display, "source": o.source, "record_id": o.record_id,
        "confidence": o.confidence, "extractor": o.extractor, "observed_at": o.observed_at, **_evidence(o.evidence),
    }  # fmt: skip


def signal_row(run_id: str, s: Signal) -> Row:
    """A row of `signal`."""
    return {
        "id": s.id, "run_id": run_id, "account_id": s.account_id, "signal_class": s.signal_class,
        "status": s.status.value, "title": s.title, "source": s.source, "record_id": s.record_id,
        "confidence": s.confidence, "extractor": s.extractor, "observed_at": s.observed_at,
        "happened_on": s.happened_on, "published_at": s.published_at, "counterparties": list(s.counterparties),
        "contradicts": list(s.contradicts), "slots": dict(s.slots), **_evidence(s.evidence),
    }  # fmt: skip


def link_row(run_id: str, link: Link, candidate: Candidate, at: Any) -> Row:
    """A row of `link`; the candidate adds the record's address and name."""
    row = _flat(link)
    return row | {
        "run_id": run_id, "decision": link.decision.value, "grades": dict(link.grades), "decided_at": at,
        "url": candidate.url, "record_name": candidate.company.names[0] if candidate.company.names else None,
    }  # fmt: skip


def call_row(call: SourceCall) -> Row:
    """A row of `source_call`."""
    row = _flat(call)
    return row | {"outcome": call.outcome.value, "noted_at": row.pop("at")}


def change_row(change: Change) -> Row:
    """A row of `change` without its run, also the JSON an intent keeps."""
    return _flat(change) | {"id": change.id}


def change_from(row: Mapping[str, Any]) -> Change:
    """The change a row or its JSON tells."""
    names = set(Change.__dataclass_fields__)
    given = {name: row[name] for name in names if name in row}
    given |= {
        "kind": ChangeKind(row["kind"]), "verdict": Verdict(row["verdict"]), "code": Code(row["code"]),
        "sources": tuple(row["sources"] or ()), "observation_ids": tuple(row["observation_ids"] or ()),
    }  # fmt: skip
    return Change(**given)


def golden_from(row: Mapping[str, Any]) -> GoldenValue:
    """The golden value a row of `golden` tells."""
    losers = row["losers"]
    losers = json.loads(losers) if isinstance(losers, str) else (losers or [])
    return GoldenValue(
        account_id=row["account_id"], field=row["field"], value=row["value"], key=row["key"], kind=row["kind"],
        display=row["display"], confidence=row["confidence"], score=row["score"],
        sources=tuple(row["sources"] or ()), observation_ids=tuple(row["observation_ids"] or ()),
        observed_at=row["observed_at"], confirming_keys=tuple(row["confirming_keys"] or ()),
        losers=tuple(
            Loser(x["value"], x["key"], x["kind"], tuple(x["sources"] or ()), x["score"], x["reason"]) for x in losers
        ),
    )  # fmt: skip


def write_rows(path: Path, rows: Iterable[Row]) -> int:
    """Writes rows as newline-delimited JSON, atomically (a half-written file never has the final name) and durably."""
    partial = path.with_suffix(path.suffix + ".part")
    count = 0
    with partial.open("w", encoding="utf-8", errors="replace") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, default=plain) + "\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    return count
