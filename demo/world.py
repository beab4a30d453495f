"""The world: its companies on every night, and what it answers to a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import islice

from demo.boards import board, board_url
from demo.changes import CHANCES, Event, Happening, events_of, happen
from demo.chrome import dress
from demo.companies import Firm, found_company
from demo.pace import pace_of
from demo.pages import base_of, paths_of, render, render_plain
from demo.registry import LEI_URL, SUBMISSIONS_URL, TICKERS_URL, lei_record, submissions, tickers
from demo.sites import Condition, Site, site_of
from demo.telling import TRADE_FEEDS, Telling, feed_of, is_told, tellings_of
from demo.words import dice

#: The day of night 0, before which nothing changes.
FIRST_NIGHT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
#: Trade papers tell of the first so many companies.
PAPERS_READ = 2_000
_JSON = {"content-type": "application/json; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the world; `seconds` is how long a slow host takes when it is really served."""

    url: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0


class World:
    """So many companies, from a seed. Going from night to night is cheap; pages are made when they are asked for.

    `dressed` pages have the size and make-up of real ones, 30 to 70 KB each.
    """

    def __init__(
        self, seed: int = 1, companies: int = 200, days_apart: int = 1, *, dressed: bool = False
    ) -> None:
        self.seed = seed
        self.dressed = dressed
        self.companies = companies
        self.days_apart = days_apart
        self.night = 0
        self._changed: dict[int, Firm] = {}
        self.events: list[Event] = []

    def now(self) -> datetime:
        """The time of the present night."""
        return FIRST_NIGHT + timedelta(days=self.night * self.days_apart)

    @cached_property
    def _founded(self) -> tuple[Firm, ...]:
        return tuple(found_company(self.seed, number) for number in range(self.companies))

    @cached_property
    def _paces(self) -> tuple[float, ...]:
        return tuple(pace_of(firm, self.seed) for firm in self._founded)

    def firm(self, number: int) -> Firm:
        """A company as it is tonight."""
        return self._changed.get(number) or self._founded[number]

    def firms(self) -> Iterator[Firm]:
        """All companies as they are tonight."""
        return (self.firm(number) for number in range(self.companies))

    def site(self, firm: Firm) -> Site:
        """A company's site as it is tonight."""
        return site_of(firm, self.seed, self.night)

    def turn(self) -> tuple[Event, ...]:
        """Goes on to the next night; returns what has happened since the last."""
        self.night += 1
        happened = tuple(
            Event(number, self.night, kind)
            for number in range(self.companies)
            for kind in events_of(self.seed, number, self.night, self._paces[number])
        )
        for event in happened:
            before = self.firm(event.number)
            self._changed[event.number] = happen(before, event.kind, self.seed, self.night, self.companies)
        self.events += happened
        return happened

    def change_some(self, share: float) -> tuple[Event, ...]:
        """Something a site shows happens to just this share of the companies, and nothing else does; the night stays the same."""
        rng = dice(self.seed, "some", self.night, len(self.events))
        numbers = rng.sample(range(self.companies), max(1, round(self.companies * share)))
        shown = [kind for kind in CHANCES if kind is not Happening.SITE_DOWN]
        happened = tuple(Event(number, self.night, rng.choice(shown)) for number in sorted(numbers))
        for event in happened:
            before = self.firm(event.number)
            self._changed[event.number] = happen(before, event.kind, self.seed, self.night, self.companies)
        self.events += happened
        return happened

    def replies(self) -> Iterator[Reply]:
        """Everything the world answers tonight, company by company; the registries' lists first."""
        yield from self.registry_replies()
        for firm in self.firms():
            yield from self.replies_of(firm)

    def registry_replies(self) -> Iterator[Reply]:
        """What registries and job boards answer tonight, all companies'."""
        yield Reply(TICKERS_URL, 200, _JSON, tickers(f for f in self.firms() if f.cik))
        yield from self._papers()
        for firm in self.firms():
            yield from self._records(firm)

    def tellings(self, firm: Firm) -> list[Telling]:
        """What is told of a company until tonight, by itself and by trade papers."""
        changes = [event for event in self.events if event.number == firm.number]
        return tellings_of(self.seed, firm, self.night, changes) if is_told(firm) else []

    def _newsroom(self, firm: Firm, base: str) -> bytes:
        told = [t for t in self.tellings(firm) if t.own]
        return feed_of(told, firm.naming.name, base, FIRST_NIGHT, self.days_apart)

    def _papers(self) -> Iterator[Reply]:
        for lang, url in TRADE_FEEDS.items():
            firms = [f for f in islice(self.firms(), PAPERS_READ) if f.chinese == (lang == "zh")]
            told = [t for f in firms for t in self.tellings(f) if not t.own and t.night > self.night - 14]
            body = feed_of(told, url.split("/")[2], url.rpartition("/")[0], FIRST_NIGHT, self.days_apart)
            yield Reply(url, 200, {"content-type": "application/rss+xml"}, body)

    def _records(self, firm: Firm) -> Iterator[Reply]:
        if firm.cik:
            yield Reply(SUBMISSIONS_URL.format(firm.cik), 200, _JSON, submissions(firm))
        if firm.lei:
            yield Reply(LEI_URL.format(firm.lei), 200, _JSON, lei_record(firm, self.now()))
        if firm.board:
            yield Reply(board_url(firm), 200, _JSON, board(firm, self.seed, self.now()))

    def replies_of(self, firm: Firm) -> Iterator[Reply]:
        """What the company's own sites answer, the present one and those it left."""
        site = self.site(firm)
        if site.condition is Condition.DEAD:
            return
        target = base_of(firm, site) + "/"
        if site.condition is Condition.LEADS_AWAY and firm.owner is not None:
            owner = self.firm(firm.owner)
            target = base_of(owner, self.site(owner)) + "/"
            yield Reply(base_of(firm, site) + "/", 301, {"location": target})
        else:
            yield from self._pages(firm, site)
        for host in (
            firm.domain if site.www else f"www.{firm.domain}",
            *firm.old_domains,
            *(f"www.{d}" for d in firm.old_domains),
        ):
            yield Reply(f"http://{host}/", 301, {"location": target})

    def _pages(self, firm: Firm, site: Site) -> Iterator[Reply]:
        base = base_of(firm, site)
        html = {"content-type": "text/html" + (f"; charset={site.header}" if site.header else "")}
        if site.condition is Condition.SLOW:
            yield Reply(
                f"{base}/", 503, {"content-type": "text/html", "retry-after": "3600"}, b"<h1>Busy</h1>", 60.0
            )
        elif site.condition is Condition.PARKED:
            yield Reply(f"{base}/", 200, html, render_plain("parked", domain=firm.domain))
        elif site.condition is Condition.SCRIPT_ONLY:
            yield Reply(f"{base}/", 200, html, render_plain("script_only", name=firm.naming.name))
        else:
            for kind, path in paths_of(firm, site).items():
                if kind == "feed":
                    yield Reply(
                        f"{base}/{path}",
                        200,
                        {"content-type": "application/rss+xml"},
                        self._newsroom(firm, base),
                    )
                else:
                    page = render(kind, firm, site)
                    yield Reply(
                        f"{base}/{path}",
                        200,
                        html,
                        dress(page, site.encoding, firm, kind) if self.dressed else page,
                    )
