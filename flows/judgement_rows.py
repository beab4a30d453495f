"""Rows of the judgement's tables, from and to its types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from intelligence.boards import Look, Role
from intelligence.brief import Brief
from intelligence.hiring import Hiring
from intelligence.score import Score
from intelligence.stories import Known, Story

Row = dict[str, Any]


def story_row(run_id: str, story: Story) -> Row:
    """A row of `story`."""
    return {
        "id": story.id, "account_id": story.account_id, "event_class": story.signal_class, "status": story.status.value,
        "title": story.title, "happened_on": story.happened_on, "first_told_at": story.first_told_at,
        "last_told_at": story.last_told_at, "signal_ids": list(story.signal_ids), "sources": list(story.sources),
        "urls": list(story.urls), "confidence": story.confidence, "counterparties": list(story.counterparties),
        "slots": dict(story.slots), "because": story.because, "run_id": run_id, "first_run_id": story.first_run_id,
    }  # fmt: skip


def known_from(row: Mapping[str, Any]) -> Known:
    """What later nights need of a row of `story`."""
    return Known(row["id"], frozenset(row["signal_ids"] or ()), row["first_run_id"])


def hiring_row(run_id: str, account_id: str, hiring: Hiring, now: datetime) -> Row:
    """A row of `hiring`; the JSON columns are lists, most frequent or oldest first."""
    return {
        "account_id": account_id, "as_of": now, "open_roles": hiring.open_roles, "opened_30": hiring.opened_30,
        "closed_30": hiring.closed_30, "trend": hiring.trend, "reason": hiring.reason,
        "by_function": _counts(hiring.by_function), "by_place": _counts(hiring.by_place),
        "technologies": _counts(hiring.technologies),
        "needs": [{"name": n, "count": c, "passage": p, "url": u} for n, c, p, u in hiring.needs],
        "series": [{"day": day, "open_roles": count} for day, count in hiring.series], "run_id": run_id,
    }  # fmt: skip


def _counts(pairs: tuple[tuple[str, int], ...]) -> list[Row]:
    return [{"name": name, "count": count} for name, count in pairs]


def score_row(run_id: str, score: Score, now: datetime) -> Row:
    """A row of `score`; `fit` is in points."""
    fit = next((part.points for part in score.parts if part.what == "fit"), None)
    return {
        "account_id": score.account_id, "as_of": now, "value": score.value, "fit": fit, "band": score.band.name,
        "tier": score.band.tier, "parts": [asdict(part) for part in score.parts], "run_id": run_id,
    }  # fmt: skip


def brief_row(run_id: str, brief: Brief, now: datetime) -> Row:
    """A row of `brief`; `sections` hold every sentence with what it rests on, the headline as a section of its own."""
    headline = {"name": "headline", "title": "", "sentences": [asdict(brief.headline)]}
    sections = [asdict(section) for section in brief.sections]
    return {
        "account_id": brief.account_id, "lang": brief.lang, "as_of": now, "text": brief.as_text(),
        "sections": [headline, *sections], "run_id": run_id,
    }  # fmt: skip


def look_from(row: Mapping[str, Any]) -> Look:
    """The look a row of `board_look` tells."""
    return Look(row["board"], row["seen_at"], row["open_roles"], row["collector"])


def role_from(row: Mapping[str, Any]) -> Role:
    """The role a row of `posting` tells."""
    needs = row["needs"]
    needs = json.loads(needs) if isinstance(needs, str) else (needs or [])
    return Role(
        board=row["board"], posting_id=row["posting_id"], title=row["title"] or "", first_seen_at=row["first_seen_at"],
        last_seen_at=row["last_seen_at"], closed_at=row["closed_at"], posted_on=row["posted_on"], url=row["url"] or "",
        function=row["function"], place=row["place"], technologies=tuple(row["technologies"] or ()),
        needs=tuple((need["name"], need["passage"]) for need in needs),
    )  # fmt: skip
