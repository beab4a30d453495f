"""Answers of the world to every source, through search, match, read and judge, to the rows a night would keep."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from accounts.catalogue import shipped_catalogue
from enrichers.base import Source
from enrichers.hiring.boards import board_named
from enrichers.readers import readers
from enrichers.sources import import_tree
from flows.enriching import Enricher
from flows.shards import _rows
from tests.enrichers.contract import NOW, Page, SavedWeb, SourceContract
from tests.enrichers.hiring.answers import KINDS, rows
from tests.enrichers.hiring.test_boards import SLUGS
from tests.enrichers.news import world as news
from tests.fuzz.mutate import json_body, markup
from tests.fuzz.target import Make, Run, Target, answered, envelope, opened
from warehouse.store import plain

PROVEN = (
    "firmographic.test_site", "hiring.test_job_ads", "news.test_news", "registry.test_edgar", "registry.test_edgar_filings", "registry.test_registers",
    "technographic.test_stack",
)  # fmt: skip
FEEDS = (
    *(text.encode() for text in (news.FEED, news.ATOM, news.RDF, news.GOOGLE)),
    json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "K", "items": [{"id": "1", "url": "https://k.test/1", "title": "Kettle Works opens", "content_html": "<p>x</p>", "date_published": "2026-11-02T10:00:00Z"}]}).encode(),
)  # fmt: skip


class _Everything:
    """Whoever the sources find is the account, so that what they read is kept."""

    def judged(self, account_id: str, source: str, record_id: str) -> bool | None:
        return True

    def aliases(self, account_id: str) -> Sequence[str]:
        return ()


def contracts() -> Mapping[str, type[SourceContract]]:
    """The contract tests of all sources, by the name of their source."""
    found: dict[str, type[SourceContract]] = {}
    for module in PROVEN:
        for thing in vars(importlib.import_module(f"tests.enrichers.{module}")).values():
            if (
                isinstance(thing, type)
                and issubclass(thing, SourceContract)
                and thing is not SourceContract
                and thing.pages
            ):
                found.setdefault(thing.source_class.name, thing)
    return found


def _target(name: str, contract: type[SourceContract]) -> Target:
    urls = list(contract.pages)

    def seeds() -> Sequence[bytes]:
        return [envelope(p.body, n, p.status, p.content_type) for n, p in enumerate(contract.pages.values())]

    def prepare() -> Run:
        fields = shipped_catalogue()

        def run(data: bytes) -> None:
            number, status, kind, body = opened(data)
            page = Page(body, status, kind)
            web = SavedWeb(
                {**contract.pages, urls[number % len(urls)]: page}, page if number % 7 == 6 else None
            )
            source: Source = contract().make(web)
            enricher = Enricher("r", (source,), fields, _Everything(), NOW)
            findings = enricher._ask(contract.account, source, None)
            for table in _rows(enricher, findings).values():
                for row in table:
                    keepable(row)

        return run

    make = json_body if all(_is_json(p.body) for p in contract.pages.values()) else _either
    return Target(f"source {name}", seeds, answered(make), prepare, 1_200)


def keepable(row: Mapping[str, Any]) -> None:
    """Raises what a row raises that the warehouse could not take: half a surrogate pair, a number that is none."""
    text = json.dumps(row, ensure_ascii=False, default=plain, allow_nan=False)
    text.encode()


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def _either(random: Any, seeds: Sequence[bytes]) -> bytes:
    return json_body(random, seeds) if _is_json(seeds[0]) else markup(random, seeds)


def _contract_bodies() -> Sequence[bytes]:
    return [page.body for contract in contracts().values() for page in contract.pages.values() if page.body]


def _read_all(name: str) -> Run:
    read = readers()[name]

    def run(data: bytes) -> None:
        for record in read(data):
            keepable(record)

    return run


def _reader_seeds(name: str) -> Sequence[bytes]:
    """What this reader makes records of, among all our answers."""
    good: list[bytes] = []
    boards = (rows(kind) for kind in KINDS)
    for body in (
        *_contract_bodies(),
        *FEEDS,
        news.PLANT.encode(),
        news.ROOM_ZH.encode(),
        news.GDELT,
        *boards,
    ):
        try:
            if list(readers()[name](body)):
                good.append(body)
        except Exception:
            continue
    return good or _contract_bodies()


def _reader(name: str) -> Target:
    return Target(f"reader {name}", lambda: _reader_seeds(name), _either_of, lambda: _read_all(name), 600)


def _either_of(random: Any, seeds: Sequence[bytes]) -> bytes:
    return _either(random, [random.choice(seeds)])


def _board(kind: str) -> Target:
    def run(data: bytes) -> None:
        board = board_named(kind)
        assert board is not None
        for role in board.parse(SLUGS.get(kind, "kettle"), data, date(2026, 11, 22)).roles:
            repr(role).encode()

    return Target(f"board {kind}", lambda: [rows(kind), rows(kind, 5)], _either_of, lambda: run, 500)


def read_feed(data: bytes) -> None:
    """A feed of any kind."""
    from enrichers.news.feed import parse_feed

    _, _, kind, body = opened(data)
    for entry in parse_feed(body, {"content-type": kind}, "https://k.test/feed").entries:
        repr(entry).encode()


def _all() -> list[Target]:
    import_tree()
    kinds: Make = answered(_either_of)
    return [
        *(_target(name, contract) for name, contract in contracts().items()),
        *(_reader(name) for name in readers()),
        *(_board(kind) for kind in KINDS),
        Target(
            "feeds",
            lambda: [envelope(f, type="application/rss+xml; charset=utf-8") for f in FEEDS],
            kinds,
            lambda: read_feed,
            12_000,
        ),
    ]


TARGETS = tuple(_all())
