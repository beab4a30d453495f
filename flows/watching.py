"""The watch list: what articles tell of competitors, and which of our accounts stand beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from accounts.account import Account
from accounts.telling import Article
from flows.naming import Naming
from intelligence.event_dates import event_date
from intelligence.events.classify import Event
from intelligence.roles import role_at


@dataclass(frozen=True, slots=True)
class Watched:
    """One happening at a competitor, read in an article that was found for an account; `beside` where that account is named."""

    competitor: str
    event_class: str
    status: str
    title: str
    url: str
    source: str
    published_at: datetime | None
    happened_on: date | None
    counterparties: tuple[str, ...]
    place: str | None
    region: str | None
    industry: str | None
    account_id: str
    beside: bool
    confidence: float
    passage: str

    @property
    def id(self) -> str:
        """A stable name of the telling."""
        parts = (self.competitor, self.event_class, self.account_id, self.url, self.title)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Watch:
    """The competitors by name, each with its other spellings."""

    competitors: Mapping[str, Naming] = field(default_factory=dict)

    @classmethod
    def of(cls, named: Mapping[str, Iterable[str]]) -> Watch:
        """The watch list of `[watch.competitors]`: a name, and other spellings of it."""
        return cls({name: Naming.from_names((name, *others)) for name, others in named.items()})

    def told(
        self, article: Article, events: Sequence[Event], account: Account, naming: Naming
    ) -> list[Watched]:
        """What an article tells of the competitors; nothing of one it only mentions in passing."""
        found = []
        for name, rival in self.competitors.items():
            mention = rival.find(article.title, article.text) if events else None
            if mention is None:
                continue
            role = role_at(mention.text.lower(), mention.start, mention.end, mention.lang)
            beside = article.own or naming.find(article.title, article.text) is not None
            for event in events:
                if role.owns(event.event_class) and event.stands:
                    found.append(_watched(name, article, event, account, beside, mention.probability))
        return found


def _watched(
    name: str, article: Article, event: Event, account: Account, beside: bool, sure: float
) -> Watched:
    slots = event.slots
    return Watched(
        competitor=name, event_class=event.event_class, status=event.status.value, title=article.title,
        url=article.evidence.url, source=article.source, published_at=article.published_at,
        happened_on=event_date(slots.get("date"), article.published_at),
        counterparties=tuple(map(str, slots.get("counterparties", ()))), place=slots.get("place"),
        region=account.get("country") if beside else None, industry=account.get("industry") if beside else None,
        account_id=account.id, beside=beside, confidence=round(event.confidence * sure, 3),
        passage=article.evidence.passage or article.title,
    )  # fmt: skip
