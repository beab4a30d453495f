"""Rows of what the world tells: articles, postings, looks at boards, and what is told of competitors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from accounts.telling import Article, BoardLook, Posting

Row = dict[str, Any]


def article_row(
    run_id: str, article: Article, verdict: str, about: float, read_at: datetime, classes: Sequence[str]
) -> Row:
    """A row of `article`: that it was judged, and what came of it; the text stays with the stored responses."""
    return {
        "id": article.id, "run_id": run_id, "account_id": article.account_id, "source": article.source,
        "record_id": article.record_id, "title": article.title, "url": article.evidence.url,
        "published_at": article.published_at, "own": article.own, "read_at": read_at,
        "body_sha256": article.evidence.body_sha256, "about_probability": about, "signals": len(classes),
        "verdict": verdict, "event_classes": list(dict.fromkeys(classes)),
    }  # fmt: skip


def posting_row(posting: Posting) -> Row:
    """A role as a board showed it; `warehouse.postings` merges it into `posting`."""
    row = {f.name: getattr(posting, f.name) for f in fields(posting)}
    needs = [{"name": need.name, "passage": need.passage} for need in posting.needs]
    return row | {"technologies": list(posting.technologies), "needs": needs}


def look_row(run_id: str, look: BoardLook) -> Row:
    """A row of `board_look`."""
    return {f.name: getattr(look, f.name) for f in fields(look)} | {"run_id": run_id}


def watched_row(run_id: str, key: str, told: Any) -> Row:
    """A row of `watched`, of a dataclass with the table's columns."""
    return {f.name: getattr(told, f.name) for f in fields(told)} | {"run_id": run_id, "id": key}
