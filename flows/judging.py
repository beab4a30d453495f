"""Judges articles: what happened, whose it is, and what it makes doubtful. Abstains rather than guesses.

An event is an account's when the article truly names the account (`matchers.focus`: "Larkmoor" is not meant by "Larkmoor
Foods") and the words beside the name make it the subject, not the investor, the former employer or the commentator
(`intelligence.roles`). What a company tells itself is about itself, unless it clearly speaks of somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from accounts.account import Account
from accounts.observation import Signal, SignalStatus
from accounts.telling import Article
from flows.naming import Mention, Naming, other_subject
from flows.watching import Watch, Watched
from intelligence.contradictions import with_doubts
from intelligence.event_dates import event_date
from intelligence.events.classify import Event, classify
from intelligence.happenings import happenings
from intelligence.roles import role_at, speaks_for_itself
from intelligence.standing import Feedback
from intelligence.tables import data

EXTRACTOR = "intelligence.events/1"
#: Below this probability that an event is the account's, nothing is told.
SURE_ENOUGH = 0.6
#: What a text without a date is worth: it may be old.
_UNDATED = 0.6
#: A telling so much younger than its event is a look back.
_OLD_NEWS = timedelta(days=400)
#: A text that names the account later than this is hardly about it.
_AT_ITS_HEAD = 12
#: Roles that mean nothing in a company's own words: "a new plant for Larkmoor" is Larkmoor's.
_OWN_WORDS = frozenset({"beneficiary", "with_somebody"})
#: Classes whose headline opens with somebody else and is still about the account: a partner, an officer, a court.
_OPENED_BY_OTHERS = frozenset(
    {"m_and_a", "partnership_or_contract", "executive_change", "legal_regulatory", "delisting", "renaming"}
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one article: `verdict` is told, no_event, not_ours or disowned; `about` 0–1 that it is the account's."""

    article: Article
    verdict: str
    about: float
    signals: tuple[Signal, ...] = ()


@dataclass(slots=True)
class Judged:
    """What judging articles brought."""

    judgements: list[Judgement] = field(default_factory=list)
    watched: list[Watched] = field(default_factory=list)

    @property
    def signals(self) -> list[Signal]:
        """The signals of all judgements."""
        return [signal for judgement in self.judgements for signal in judgement.signals]


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges articles; `known` are the ids of those judged before."""

    known: frozenset[str] = frozenset()
    feedback: Feedback = field(default_factory=Feedback)
    watch: Watch = field(default_factory=Watch)

    def judge(self, account: Account, articles: Iterable[Article], now: datetime) -> Judged:
        """The judgements of the articles that are new, each once."""
        judged, naming = Judged(), Naming.of(account)
        seen: set[str] = set()  # beside all that is known, which is far too much to copy for each account
        for article in articles:
            if article.id in self.known or article.id in seen:
                continue
            seen.add(article.id)
            if self.feedback.keeps_away(account.id, article.source, article.record_id, article.evidence.url):
                judged.judgements.append(Judgement(article, "disowned", 0.0))
                continue
            events = self._events(article)
            judged.judgements.append(_judgement(article, events, naming, now))
            judged.watched += self.watch.told(article, events, account, naming)
        return judged

    def _events(self, article: Article) -> tuple[Event, ...]:
        """The events a text tells, without those that a person called wrong of this account."""
        text = f"{article.title}\n{article.text}" if article.text else article.title
        found = (*classify(text).events, *happenings(text))
        part = {name for e in found for name in data("stories")["part_of"].get(e.event_class, ())}
        return tuple(
            e
            for e in found
            if e.event_class not in part
            and not self.feedback.told_wrongly(article.account_id, e.event_class, article.title)
        )


def _judgement(article: Article, events: Sequence[Event], naming: Naming, now: datetime) -> Judgement:
    if not events:
        return Judgement(article, "no_event", 0.0)
    told, best = [], 0.0
    for event in events:
        about, role = attribute(article, event, naming)
        best = max(best, about)
        if about >= SURE_ENOUGH:
            told.append(_signal(article, event, about, role, now))
    return Judgement(article, "told" if told else "not_ours", round(best, 3), tuple(told))


def attribute(article: Article, event: Event, naming: Naming) -> tuple[float, str]:
    """How surely an event is the account's (0–1), and what the account is in it."""
    mention = naming.find(article.title, article.text)
    if mention is None or (article.own and event.event_class == "renaming"):
        return (
            _unnamed(article, naming)
            if event.event_class != "renaming"
            else (0.9 if article.own else 0.0, "subject")
        )
    role = role_at(mention.text.lower(), mention.start, mention.end, mention.lang)
    if not role.owns(event.event_class) and not (article.own and role.name in _OWN_WORDS):
        return 0.1, role.name
    about = mention.probability * _weight_of_place(mention, article, naming)
    if role.name == "subject" and not article.own and _is_beside(mention, article, event, naming):
        about *= 0.5
    return round(about, 3), role.name


def _weight_of_place(mention: Mention, article: Article, naming: Naming) -> float:
    """What a name is worth where it stands: full in a headline, less in a text, little at its end or under another's name."""
    if mention.in_title:
        return 1.0
    if article.own:
        return 0.95
    if other_subject(article.title, naming):
        return 0.4
    return 0.75 if mention.start <= _AT_ITS_HEAD else 0.5


def _is_beside(mention: Mention, article: Article, event: Event, naming: Naming) -> bool:
    """True where another company stands before the account and the event is not one of both."""
    other = other_subject(article.title, naming)
    if not other or not mention.in_title or event.event_class in _OPENED_BY_OTHERS:
        return False
    return not mention.starts_before(other)


def _unnamed(article: Article, naming: Naming) -> tuple[float, str]:
    """A text that does not name the account: its own words are still about it, unless another company is their subject."""
    if not article.own:
        return 0.0, "unnamed"
    other = other_subject(article.title, naming)
    itself = speaks_for_itself(f"{article.title} {article.text}", naming.lang(article.title))
    if other:
        return (0.5 if itself else 0.2), "unnamed"
    return (0.9 if itself else 0.75), "subject"


def _signal(article: Article, event: Event, about: float, role: str, now: datetime) -> Signal:
    slots = {name: str(value) for name, value in event.slots.items() if name != "counterparties"}
    slots |= {"about": f"{about:.2f}", "account_is": role, "because": "; ".join(event.because[:3])}
    happened = event_date(event.slots.get("date"), article.published_at)
    status, confidence = event.status, event.confidence
    if happened and article.published_at and article.published_at.date() - happened > _OLD_NEWS:
        status = SignalStatus.STALE
    if article.published_at is None and happened is None:
        confidence *= _UNDATED
        slots["undated"] = "yes"
    passage = article.evidence.passage or article.title
    return with_doubts(
        Signal(
            account_id=article.account_id, signal_class=event.event_class, title=article.title, source=article.source,
            record_id=article.record_id, evidence=replace(article.evidence, passage=passage),
            confidence=round(confidence, 3), extractor=EXTRACTOR, observed_at=now, status=status,
            happened_on=happened, published_at=article.published_at,
            counterparties=tuple(map(str, event.slots.get("counterparties", ()))), slots=slots,
        )
    )  # fmt: skip
