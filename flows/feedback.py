"""Feedback on signals: wrong company, wrong event, not useful. Kept with the stewards' decisions, used by the next run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from accounts.change import ReviewAction, ReviewDecision
from accounts.clock import Clock, SystemClock
from accounts.config import load_config
from accounts.errors import ConfigError
from flows.explaining import account_named
from intelligence.standing import FEEDBACK, KINDS, WRONG_COMPANY
from warehouse.decisions import DecisionStore
from warehouse.snapshot import open_snapshot
from warehouse.store import Warehouse


def give_feedback(
    config_path: Path,
    subject: str,
    what: str,
    by: str,
    *,
    event_class: str | None = None,
    source: str | None = None,
    note: str = "",
    clock: Clock | None = None,
) -> list[dict[str, Any]]:
    """Keeps what a person says about a story (its id, or the beginning of it) or about an account's stories.

    For an account, `event_class` and `source` narrow which of its stories are meant; without stories, wrong-company
    with a `source` keeps that source's record away. Returns a row per story. Raises ConfigError for a subject nobody knows.
    """
    if what not in KINDS:
        raise ConfigError(f"{what!r} is no feedback.", remedy=f"Say one of {', '.join(KINDS)}.", key=what)
    config = load_config(config_path)
    with open_snapshot(config.home) as snapshot:
        stories = _stories(snapshot, subject, event_class, source)
        signals = _signals(snapshot, [i for story in stories for i in story["signal_ids"]])
    store, now = DecisionStore(config.home), (clock or SystemClock()).now()
    for story in stories:
        told = [signals[i] for i in story["signal_ids"] if i in signals]
        store.add(
            ReviewDecision(
                item_id=_item(story["id"], what), action=ReviewAction.REJECT, by=by, at=now, account_id=story["account_id"],
                field=FEEDBACK, proposed_key=story["id"], note=note, extras=_extras(story, told, what),
            )
        )  # fmt: skip
    return [
        {
            "story": s["id"],
            "account_id": s["account_id"],
            "event_class": s["event_class"],
            "title": s["title"],
            "what": what,
        }
        for s in stories
    ]


def _item(story_id: str, what: str) -> str:
    return hashlib.sha256(f"feedback\x1f{story_id}\x1f{what}".encode()).hexdigest()[:16]


def _extras(story: Mapping[str, Any], told: Sequence[Mapping[str, Any]], what: str) -> dict[str, str]:
    extras = {
        "kind": "feedback", "what": what, "event_class": story["event_class"], "signal_ids": "\n".join(story["signal_ids"]),
        "urls": "\n".join(story["urls"]),
    }  # fmt: skip
    if what == WRONG_COMPANY:
        records = {f"{s['source']} {s['record_id']}": None for s in told if s["record_id"]}
        extras["records"] = "\n".join(records)
    extras["titles"] = "\n".join(dict.fromkeys([story["title"], *(s["title"] for s in told)]))
    return extras


def _stories(
    snapshot: Warehouse, subject: str, event_class: str | None, source: str | None
) -> list[dict[str, Any]]:
    found = (
        snapshot.rows("SELECT * FROM story WHERE starts_with(id, $id) ORDER BY id", {"id": subject})
        if len(subject) >= 6
        else []
    )
    if len(found) > 1 and all(story["id"] != subject for story in found):
        raise ConfigError(
            f"{subject!r} begins more than one story's id.", remedy="Give more of it.", key=subject
        )
    if not found:
        account_id, name = account_named(snapshot, subject)
        found = snapshot.rows(
            "SELECT * FROM story WHERE account_id = $id ORDER BY last_told_at DESC, id", {"id": account_id}
        )
        found = [
            s
            for s in found
            if event_class in (None, s["event_class"]) and (source is None or source in s["sources"])
        ]
        if not found:
            raise ConfigError(
                f"Nothing is told of {name or account_id} that this could be about.",
                remedy="`evergreen brief ACCOUNT` shows what is told, with the stories' ids under --json.",
                key=subject,
            )
    return found


def _signals(snapshot: Warehouse, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    rows = snapshot.rows(
        "SELECT DISTINCT id, source, record_id, title FROM signal WHERE list_contains($ids, id)",
        {"ids": list(ids)},
    )
    return {row["id"]: row for row in rows}
