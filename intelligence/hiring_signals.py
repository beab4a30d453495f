"""Signals that boards give: a surge, a drop, a technology asked for the first time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from accounts.observation import Evidence, Signal
from intelligence.boards import Look, Role
from intelligence.hiring import Hiring, first_mentions
from intelligence.tables import data

SOURCE, EXTRACTOR = "hiring", "intelligence.hiring/1"
_CLASSES = {"surge": "hiring_surge", "drop": "hiring_drop"}


def hiring_signals(
    account_id: str, hiring: Hiring | None, roles: Sequence[Role], looks: Sequence[Look], known: Iterable[str],
    told: Iterable[Signal], now: datetime,
) -> list[Signal]:  # fmt: skip
    """What the boards say that has not been told yet (`told` are the account's signals so far)."""
    if hiring is None or not looks:
        return []
    before = list(told)
    found = []
    name = _CLASSES.get(hiring.trend)
    if name and not _told_lately(name, before, now):
        found.append(_trend_signal(account_id, name, hiring, looks[-1], now))
    mentioned = {s.slots.get("technology") for s in before if s.signal_class == "technology_first_mention"}
    for technology, role in first_mentions(roles, looks, known, now):
        if technology not in mentioned:
            found.append(_mention_signal(account_id, technology, role, now))
    return found


def _told_lately(name: str, told: Iterable[Signal], now: datetime) -> bool:
    again = data("hiring")["retell_days"]
    return any(s.signal_class == name and (now - s.observed_at).days < again for s in told)


def _trend_signal(account_id: str, name: str, hiring: Hiring, look: Look, now: datetime) -> Signal:
    title = f"{hiring.open_roles} open roles, usually {hiring.usual:g}"
    return Signal(
        account_id=account_id, signal_class=name, title=title, source=SOURCE, record_id=look.board,
        evidence=Evidence(f"board:{look.board}#{now:%Y-%m-%d}", hiring.reason, now), confidence=0.9,
        extractor=EXTRACTOR, observed_at=now, happened_on=now.date(), slots={"because": hiring.reason},
    )  # fmt: skip


def _mention_signal(account_id: str, technology: str, role: Role, now: datetime) -> Signal:
    title = f"{technology} is asked for the first time: {role.title}"
    return Signal(
        account_id=account_id, signal_class="technology_first_mention", title=title, source=SOURCE, record_id=role.board,
        evidence=Evidence(role.url or f"board:{role.board}", role.title, now), confidence=0.85, extractor=EXTRACTOR,
        observed_at=now, happened_on=role.posted_on or role.first_seen_at.date(),
        slots={"technology": technology, "because": f"no role before it asked for {technology}"},
    )  # fmt: skip
