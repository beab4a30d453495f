"""What the demo world tells is judged as it was planted, in both languages; boards hold still and some surge."""

from __future__ import annotations

import json
from datetime import timedelta

from accounts.account import Account
from accounts.observation import Evidence
from accounts.telling import Article
from demo.boards import SURGE_NIGHT, board, is_surging, open_jobs
from demo.telling import TRADE_FEEDS
from demo.world import FIRST_NIGHT, World
from enrichers.news.feed import parse_feed
from flows.judging import Judge


def told_world(nights: int = 12) -> World:
    world = World(5, 80)
    for _ in range(nights):
        world.turn()
    return world


def test_planted_events_are_told_of_the_right_company_and_nothing_else() -> None:
    world, right, wrong, missed = told_world(), 0, [], []
    for firm in world.firms():
        account = Account(firm.id, {"name": firm.naming.legal_name if firm.number % 2 else firm.naming.name})
        for t in world.tellings(firm):
            evidence = Evidence(f"https://n.example/{t.night}", t.title, world.now())
            article = Article(firm.id, "news", "r", t.title, t.text, evidence, world.now(), t.own)
            judged = Judge().judge(account, [article], world.now())
            told = {
                s.signal_class
                for s in judged.signals
                if s.status.value in ("asserted", "planned", "rumoured")
            }
            planted = {t.event_class} if t.event_class else set()
            right += len(told & planted)
            wrong += [(t.title, c) for c in told - planted]
            missed += [(t.title, c) for c in planted - told]
    assert right >= 50
    assert len(wrong) <= 0.05 * (right + len(wrong)), wrong
    assert len(missed) <= 0.10 * (right + len(missed)), missed


def test_feeds_keep_addresses_and_dates_from_night_to_night() -> None:
    world = told_world(3)

    def entries() -> dict[str, object]:
        papers = {r.url: r for r in world.registry_replies() if r.url in TRADE_FEEDS.values()}
        found = [e for r in papers.values() for e in parse_feed(r.body, r.headers, r.url).entries]
        return {e.title: (e.url, e.published_at) for e in found}

    before = entries()
    world.turn()
    after = entries()
    assert len(before) > 10
    assert all(after[title] == before[title] for title in before.keys() & after.keys())
    assert len(before.keys() & after.keys()) > 5


def test_boards_hold_still_and_some_surge() -> None:
    world = World(5, 200)
    firms = [f for f in world.firms() if f.board]
    quiet = next(f for f in firms if not is_surging(5, f.number))
    days = [{j.number for j in open_jobs(quiet, 5, FIRST_NIGHT + timedelta(days=d))} for d in (0, 1)]
    assert len(days[0] ^ days[1]) <= 2
    surging = next(f for f in world.firms() if is_surging(5, f.number))
    before, after = (
        len(open_jobs(surging, 5, FIRST_NIGHT + timedelta(days=d)))
        for d in (SURGE_NIGHT - 1, SURGE_NIGHT + 4)
    )
    assert after >= 2 * before and after - before >= 8
    assert json.loads(board(quiet, 5, FIRST_NIGHT)) is not None
