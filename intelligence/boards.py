"""Job boards through time: open roles per day, with breaks where the board or its reader changed, reposts counted once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from intelligence.tables import data


@dataclass(frozen=True, slots=True)
class Look:
    """One complete look at a board (UTC): how many roles were open, read by which collector."""

    board: str
    seen_at: datetime
    open_roles: int
    collector: str


@dataclass(frozen=True, slots=True)
class Role:
    """One role through time; `closed_at` is None while it is open. `needs` maps a business need to the sentence that says so."""

    board: str
    posting_id: str
    title: str
    first_seen_at: datetime
    last_seen_at: datetime
    closed_at: datetime | None = None
    posted_on: date | None = None
    url: str = ""
    function: str | None = None
    place: str | None = None
    technologies: tuple[str, ...] = ()
    needs: tuple[tuple[str, str], ...] = ()

    @property
    def same(self) -> tuple[str, str]:
        """What a repost shares with the role it repeats: title and place."""
        return " ".join(self.title.lower().split()), (self.place or "").lower().strip()

    def is_open(self, at: datetime) -> bool:
        """True while the board showed it."""
        return self.first_seen_at <= at and (self.closed_at is None or self.closed_at > at)


@dataclass(frozen=True, slots=True)
class Level:
    """Open roles on one day, and whether the count breaks with the days before (`why` says how)."""

    day: date
    open_roles: int
    why_break: str = ""


def levels(looks: Iterable[Look], roles: Sequence[Role]) -> list[Level]:
    """Open roles a day over all boards of one account, on days with a complete look at each board known by then.

    Roles are counted once by title and place where the board lists them; else the look's own count stands.
    """
    by_day: dict[date, dict[str, Look]] = defaultdict(dict)
    for look in sorted(looks, key=lambda look: look.seen_at):
        by_day[look.seen_at.date()][look.board] = look
    standing: dict[str, Look] = {}
    found: list[Level] = []
    for day in sorted(by_day):
        before = dict(standing)
        standing |= by_day[day]
        why = _break(before, by_day[day], roles) if before else ""
        found.append(Level(day, sum(_open(look, roles) for look in standing.values()), why))
    return found


def since_break(found: Sequence[Level]) -> tuple[Sequence[Level], str]:
    """The levels after the last break, and what it was."""
    for at in range(len(found) - 1, -1, -1):
        if found[at].why_break:
            return found[at:], found[at].why_break
    return found, ""


def _open(look: Look, roles: Sequence[Role]) -> int:
    open_now = [r for r in roles if r.board == look.board and r.is_open(look.seen_at)]
    return len({role.same for role in open_now}) if open_now else look.open_roles


def _break(before: dict[str, Look], now: dict[str, Look], roles: Sequence[Role]) -> str:
    for board, look in now.items():
        former = before.get(board)
        if former is None:
            return f"the board {board} was found on this day"
        if former.collector != look.collector:
            return f"the board was read by {look.collector} instead of {former.collector}"
        if jumped := _jumped(former, look, roles):
            return jumped
    return ""


def _jumped(former: Look, look: Look, roles: Sequence[Role]) -> str:
    """One look that shows many times the roles, most of them not posted since the last: no company hires like that."""
    rules = data("hiring")
    gained = look.open_roles - former.open_roles
    if gained < rules["break_roles"] or look.open_roles < rules["break_ratio"] * max(former.open_roles, 1):
        return ""
    new = [r for r in roles if r.board == look.board and former.seen_at < r.first_seen_at <= look.seen_at]
    fresh = sum(r.posted_on is not None and r.posted_on >= former.seen_at.date() for r in new)
    if new and fresh * 2 > len(new):
        return ""
    return f"one look brought {gained} roles at once that were not posted since the last: the board or its reader changed"
