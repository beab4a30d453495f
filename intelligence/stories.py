"""Stories: one event however often it was told. Signals of one account and class, near in time, alike in words or facts.

A story keeps its id however many tellings join it, so that it is told once.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from accounts.observation import Evidence, Signal, SignalStatus
from intelligence.decay import event_day
from intelligence.duplicates import shingles
from intelligence.events.status import ORDER
from intelligence.tables import data

_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]{2}")


@dataclass(frozen=True, slots=True)
class Story:
    """One event of one account. `signals` are its tellings, the best first; `first_run_id` the run that told it first."""

    id: str
    account_id: str
    signal_class: str
    status: SignalStatus
    title: str
    source: str
    confidence: float
    evidence: Evidence
    observed_at: datetime
    happened_on: date | None
    published_at: datetime | None
    first_told_at: datetime
    last_told_at: datetime
    signals: tuple[Signal, ...]
    counterparties: tuple[str, ...]
    slots: Mapping[str, str]
    first_run_id: str

    @property
    def signal_ids(self) -> tuple[str, ...]:
        """The ids of its tellings."""
        return tuple(signal.id for signal in self.signals)

    @property
    def sources(self) -> tuple[str, ...]:
        """Who told it."""
        return tuple(dict.fromkeys(signal.source for signal in self.signals))

    @property
    def urls(self) -> tuple[str, ...]:
        """Where it was told."""
        return tuple(dict.fromkeys(signal.evidence.url for signal in self.signals))

    @property
    def because(self) -> str:
        """Why the tellings are one story, and why it is one at all."""
        told = self.slots.get("because", "")
        many = (
            f"{len(self.signals)} tellings of {len(self.sources)} sources. " if len(self.signals) > 1 else ""
        )
        return f"{many}{told}"


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of an earlier story: its id, its tellings, the run that told it first."""

    id: str
    signal_ids: frozenset[str]
    first_run_id: str


def tell_stories(
    signals: Iterable[Signal], run_id: str, known: Sequence[Known] = (), own_names: Sequence[str] = ()
) -> list[Story]:
    """The stories that one account's signals tell, newest first. A story known before keeps its id and its first run."""
    by_class: dict[str, list[Signal]] = defaultdict(list)
    for signal in {signal.id: signal for signal in signals}.values():
        by_class[signal.signal_class].append(signal)
    groups = [g for mine in by_class.values() for g in _grouped(mine, own_names)]
    stories = [_story(group, run_id, known) for group in groups]
    return sorted(stories, key=lambda story: (event_day(story), story.id), reverse=True)


def _grouped(signals: Sequence[Signal], own_names: Sequence[str]) -> list[list[Signal]]:
    groups: list[list[Signal]] = []
    for signal in sorted(signals, key=lambda s: (event_day(s), s.id)):
        home = next((g for g in groups if _near(signal, g[0]) and _joins(signal, g, own_names)), None)
        if home is None:
            groups.append([signal])
        else:
            home.append(signal)
    return groups


def _near(one: Signal, other: Signal) -> bool:
    return abs((event_day(one) - event_day(other)).days) <= int(data("stories")["window_days"])


def _joins(signal: Signal, group: Sequence[Signal], own_names: Sequence[str]) -> bool:
    """True where a telling belongs to a group: a fact in common, or words; never where a fact differs."""
    rules = data("stories")
    agreements = [_facts_agree(signal, other) for other in group]
    if True in agreements:
        return True
    if False in agreements:
        return False
    if signal.signal_class in rules["one_at_a_time"]:
        return True
    mine = _plain(signal.title, own_names)
    return any(_alike(mine, _plain(other.title, own_names)) for other in group)


def _facts_agree(one: Signal, other: Signal) -> bool | None:
    """True for a fact both tell alike, False for one they tell differently, None where they share none."""
    answer: bool | None = None
    for name in data("stories")["facts"]:
        mine, theirs = _fact(one, name), _fact(other, name)
        if mine and theirs:
            if mine & theirs:
                return True
            answer = False
    return answer


def _fact(signal: Signal, name: str) -> set[str]:
    if name == "counterparties":
        return {re.sub(r"\W", "", party.casefold()) for party in signal.counterparties}
    if name == "amount":
        return _amounts(signal.slots)
    value = signal.slots.get(name, "")
    return {re.sub(r"\W", "", value.casefold())} if value else set()


def _amounts(slots: Mapping[str, str]) -> set[str]:
    """The amount in two significant digits, so that "$9.95m" and "about 10 million" agree."""
    value = slots.get("amount") or slots.get("amount_at_least")
    try:
        return {f"{float(value):.1e}"} if value else set()
    except ValueError:
        return set()


def _plain(title: str, own_names: Sequence[str]) -> str:
    text = title.casefold()
    for name in sorted(own_names, key=len, reverse=True):
        text = text.replace(name.casefold(), " ")
    return text


def _alike(one: str, other: str) -> bool:
    rules = data("stories")
    mine, theirs = shingles(one), shingles(other)
    if mine and theirs and len(mine & theirs) / len(mine | theirs) >= rules["alike"]:
        return True
    dull = set(rules["dull"])
    words, others = (set(_WORD.findall(text)) - dull for text in (one, other))
    return bool(words and others) and len(words & others) / min(len(words), len(others)) >= rules["related"]


def _story(group: Sequence[Signal], run_id: str, known: Sequence[Known]) -> Story:
    ids = {signal.id for signal in group}
    before = next((k for k in known if k.signal_ids & ids), None)
    best = sorted(group, key=lambda s: (-_weight(s), event_day(s), s.id))
    told = sorted(s.published_at or s.observed_at for s in group)
    first = min(group, key=lambda s: (event_day(s), s.id))
    slots: dict[str, str] = {}
    for signal in best:
        slots = {**signal.slots, **slots}
    parties = tuple(dict.fromkeys(party for signal in best for party in signal.counterparties))
    return Story(
        id=before.id if before else hashlib.sha256(f"story\x1f{first.id}".encode()).hexdigest()[:16],
        account_id=first.account_id, signal_class=first.signal_class, status=_status(group), title=best[0].title,
        source=best[0].source, confidence=_confidence(group), evidence=best[0].evidence,
        observed_at=min(s.observed_at for s in group), published_at=min((s.published_at for s in group if s.published_at), default=None),
        happened_on=next((s.happened_on for s in best if s.happened_on), None), first_told_at=told[0],
        last_told_at=told[-1], signals=tuple(best), counterparties=parties, slots=slots,
        first_run_id=before.first_run_id if before else run_id,
    )  # fmt: skip


def about(signal: Signal) -> float:
    """How surely a signal is its account's, 0–1, as attribution noted it; 1 where the record itself is the account's."""
    try:
        return float(signal.slots.get("about", "1"))
    except ValueError:
        return 1.0


def _weight(signal: Signal) -> float:
    return signal.confidence * about(signal)


def _confidence(group: Sequence[Signal]) -> float:
    """Noisy-or over sources, each with its surest telling; never certain."""
    best: dict[str, float] = {}
    for signal in group:
        best[signal.source] = max(best.get(signal.source, 0.0), _weight(signal))
    doubt = 1.0
    for sure in best.values():
        doubt *= 1 - min(sure, 0.99)
    return round(min(1 - doubt, 0.99), 3)


def _status(group: Sequence[Signal]) -> SignalStatus:
    """The newest telling's word; on one day a denial outweighs a claim, a fact a plan."""
    newest = max(s.published_at or s.observed_at for s in group).date()
    last = [s.status for s in group if (s.published_at or s.observed_at).date() == newest]
    for taken_back in ORDER[:2]:
        if taken_back in last:
            return taken_back
    return SignalStatus.ASSERTED if any(s.status is SignalStatus.ASSERTED for s in group) else last[0]
