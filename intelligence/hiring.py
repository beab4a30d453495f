"""The hiring trend of an account: surge, growth, drop, by robust statistics over enough history.

The level now (median of the recent looks) is held against the usual one (median of the looks before) in units of its spread:
1.4826 × MAD (Rousseeuw and Croux, 1993), no less than a share of a Poisson count's deviation. What is not hiring news says so in
`reason`: a changed reader, a new board, a failed look, the Spring Festival, reposts.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median

from intelligence.boards import Level, Look, Role, levels, since_break
from intelligence.tables import data

#: The longest series that is kept for a page to draw, in days.
SERIES_DAYS = 120


@dataclass(frozen=True, slots=True)
class Hiring:
    """What an account's boards say on a day. Counts are of open roles; `series` are (day, open roles), oldest first."""

    open_roles: int
    trend: str
    reason: str
    usual: float | None = None
    opened_30: int = 0
    closed_30: int = 0
    by_function: tuple[tuple[str, int], ...] = ()
    by_place: tuple[tuple[str, int], ...] = ()
    technologies: tuple[tuple[str, int], ...] = ()
    needs: tuple[tuple[str, int, str, str], ...] = ()
    series: tuple[tuple[date, int], ...] = field(default=())


def read_hiring(
    looks: Iterable[Look], roles: Sequence[Role], now: datetime, country: str | None = None
) -> Hiring | None:
    """The hiring of an account from complete looks at its boards; None where it was never looked at."""
    found = levels(looks, roles)
    if not found:
        return None
    trend, usual, reason = trend_of(found, now.date(), country)
    open_now = _once([r for r in roles if r.closed_at is None])
    opened, closed = _moved(roles, found, now)
    return Hiring(
        open_roles=len(open_now) or found[-1].open_roles, trend=trend, reason=reason, usual=usual,
        opened_30=opened, closed_30=closed,
        by_function=_counted(r.function for r in open_now), by_place=_counted(r.place for r in open_now),
        technologies=_counted(t for r in open_now for t in dict.fromkeys(r.technologies)),
        needs=_needs(open_now),
        series=tuple((x.day, x.open_roles) for x in found if (now.date() - x.day).days <= SERIES_DAYS),
    )  # fmt: skip


def trend_of(
    found: Sequence[Level], today: date, country: str | None = None
) -> tuple[str, float | None, str]:
    """The trend, the usual number of open roles (None where not known), and why in words."""
    rules = data("hiring")
    usable, broke = since_break([x for x in found if not (country and in_festival(x.day, country))])
    recent = [x for x in usable if (today - x.day).days <= rules["recent_days"]]
    low, high = rules["baseline_days"]
    before = [x for x in usable if low <= (today - x.day).days <= high]
    if country and in_festival(today, country):
        return "unknown", None, "around the Spring Festival boards empty and fill again"
    told = f"; {broke}" if broke else ""
    if len(recent) < rules["least_looks"] or len(before) < rules["enough_looks"]:
        return "unknown", None, f"too few looks to tell{told}"
    if (recent[0].day - before[0].day).days < rules["enough_days"]:
        return "unknown", None, f"watched for too short a time{told}"
    return _compared([x.open_roles for x in before], recent, usable, today)


def _compared(
    before: Sequence[int], recent: Sequence[Level], usable: Sequence[Level], today: date
) -> tuple[str, float, str]:
    rules = data("hiring")
    usual, now = float(median(before)), float(median(x.open_roles for x in recent))
    spread = max(
        1.4826 * median(abs(n - usual) for n in before), rules["least_spread"] * math.sqrt(max(usual, 1.0))
    )
    distance = (now - usual) / spread
    words = f"{now:g} open roles against {usual:g} usually ({distance:+.1f} deviations)"
    far, enough = abs(distance) >= rules["strength"], abs(now - usual) >= _least_roles(usual)
    if far and enough and now >= rules["surge_ratio"] * max(usual, 1.0):
        return "surge", usual, words
    if far and enough and now <= rules["drop_ratio"] * usual:
        low = [x for x in usable if x.open_roles <= rules["drop_ratio"] * usual]
        lasted = (today - low[0].day).days if low else 0
        return ("drop" if lasted >= rules["drop_days"] else "shrinking"), usual, words
    if abs(distance) >= 1 and now >= rules["growing_ratio"] * usual:
        return "growing", usual, words
    if abs(distance) >= 1 and now * rules["growing_ratio"] <= usual:
        return "shrinking", usual, words
    return "steady", usual, words


def _least_roles(usual: float) -> int:
    rules = data("hiring")
    return int(rules["small_board_roles"] if usual < rules["small_board"] else rules["least_roles"])


def in_festival(day: date, country: str) -> bool:
    """True for a day around the lunar new year in a country that keeps it."""
    festival = data("hiring")["festival"]
    if country not in festival["countries"]:
        return False
    return any(
        -festival["before"] <= (day - new_year).days <= festival["after"]
        for new_year in data("hiring")["lunar_new_years"]
    )


def first_mentions(
    roles: Sequence[Role], looks: Sequence[Look], known: Iterable[str], now: datetime
) -> list[tuple[str, Role]]:
    """Technologies a role mentions that no earlier role, and nothing else we know, did; each with the first role that does.

    Only on boards watched long enough, and only in what was put up in the last week.
    """
    rules = data("hiring")
    watched: dict[str, datetime] = {}
    for look in looks:
        watched[look.board] = min(watched.get(look.board, look.seen_at), look.seen_at)
    seen, found = {name.casefold() for name in known}, []
    for role in sorted(roles, key=lambda r: (r.first_seen_at, r.posting_id)):
        long = (
            role.board in watched and (role.first_seen_at - watched[role.board]).days >= rules["watched_days"]
        )
        new = now - role.first_seen_at <= timedelta(days=rules["recent_days"])
        for name in role.technologies:
            if name.casefold() not in seen and long and new:
                found.append((name, role))
            seen.add(name.casefold())
    return found


def _once(roles: Iterable[Role]) -> list[Role]:
    return list({role.same: role for role in roles}.values())


def _moved(roles: Sequence[Role], found: Sequence[Level], now: datetime) -> tuple[int, int]:
    """Roles opened and closed in 30 days; neither what the first look at a board showed nor a repost."""
    start = now - timedelta(days=30)
    again = timedelta(days=data("hiring")["repost_days"])
    breaks = {x.day for x in found if x.why_break} | {found[0].day}
    opened = [r for r in roles if r.first_seen_at > start and r.first_seen_at.date() not in breaks]
    closed = [
        r
        for r in roles
        if r.closed_at is not None and r.closed_at > start and r.closed_at.date() not in breaks
    ]
    back = _reposted(roles, again)
    reposts = {(r.board, r.posting_id) for r in back.values()}
    return (
        sum((r.board, r.posting_id) not in reposts for r in opened),
        sum((r.board, r.posting_id) not in back for r in closed),
    )


def _reposted(roles: Sequence[Role], again: timedelta) -> dict[tuple[str, str], Role]:
    """Roles that were taken down and put up again soon, by board and id, each with the role that took their place."""
    alike: dict[tuple[str, str], list[Role]] = defaultdict(list)
    for role in sorted(roles, key=lambda r: r.first_seen_at):
        alike[role.same].append(role)
    return {
        (old.board, old.posting_id): new
        for same in alike.values()
        for old, new in pairwise(same)
        if old.closed_at is not None and old.first_seen_at < new.first_seen_at <= old.closed_at + again
    }


def _counted(names: Iterable[str | None], most: int = 8) -> tuple[tuple[str, int], ...]:
    counts = Counter(name for name in names if name)
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:most])


def _needs(roles: Sequence[Role]) -> tuple[tuple[str, int, str, str], ...]:
    """Needs by how many open roles speak of them, each with one sentence and its address."""
    counts: Counter[str] = Counter()
    said: dict[str, tuple[str, str]] = {}
    for role in roles:
        for name, passage in dict(role.needs).items():
            counts[name] += 1
            said.setdefault(name, (passage, role.url))
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((name, count, *said[name]) for name, count in ranked)
