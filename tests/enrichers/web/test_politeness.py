from __future__ import annotations

import threading
import time

import pytest

from enrichers.web.guarded import HopFailed
from enrichers.web.politeness import Politeness, rule_for
from enrichers.web.timing import SystemTimer
from tests.enrichers.web.world import FakeTimer, config


def turns(politeness: Politeness, *sites: str) -> None:
    for site in sites:
        with politeness.turn(site):
            pass


def test_a_host_is_asked_at_its_rate_and_hosts_do_not_wait_for_each_other():
    timer = FakeTimer()
    politeness = Politeness(config(requests_per_second=2.0), timer)
    turns(politeness, "a.test", "b.test", "c.test")
    assert timer.waited == []
    turns(politeness, "a.test", "a.test")
    assert timer.waited == pytest.approx([0.5, 0.5])


def test_hosts_of_one_owner_share_their_rate():
    timer = FakeTimer()
    politeness = Politeness(config(requests_per_second=0.1), timer)
    turns(politeness, "www.sec.gov", "data.sec.gov", "efts.sec.gov")
    assert timer.waited == pytest.approx([0.125, 0.125])


def test_threads_together_keep_the_rate():
    politeness = Politeness(config(requests_per_second=100.0, connections_per_host=8), SystemTimer())
    threads = [threading.Thread(target=turns, args=(politeness, *["a.test"] * 5)) for _ in range(4)]
    since = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - since >= 0.18


def test_no_more_than_so_many_at_once():
    politeness = Politeness(config(requests_per_second=10_000.0, connections_per_host=2), SystemTimer())
    inside, most, lock = 0, 0, threading.Lock()

    def visit() -> None:
        nonlocal inside, most
        with politeness.turn("a.test"):
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.01)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=visit) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_the_circuit_opens_after_five_failures_in_a_row_only():
    politeness = Politeness(config(), FakeTimer())
    for answered in (False, False, False, False, True, False, False, False, False):
        politeness.note("a.test", answered=answered)
    turns(politeness, "a.test")
    politeness.note("a.test", answered=False)
    with pytest.raises(HopFailed, match="kept failing"):
        turns(politeness, "a.test")
    turns(politeness, "b.test")


def test_half_open_one_failure_closes_the_door_again():
    timer = FakeTimer()
    politeness = Politeness(config(), timer)
    for _ in range(5):
        politeness.note("a.test", answered=False)
    timer.now += 601
    turns(politeness, "a.test")
    politeness.note("a.test", answered=False)
    with pytest.raises(HopFailed):
        turns(politeness, "a.test")


def test_a_rule_holds_for_subdomains_and_the_nearest_wins():
    assert rule_for("www.sec.gov").needs_contact
    assert rule_for("www.sec.gov").robots
    assert not rule_for("data.sec.gov").robots
    assert rule_for("notsec.gov") is None
    assert rule_for("gov") is None


def test_hosts_nobody_asks_are_forgotten(monkeypatch):
    monkeypatch.setattr("enrichers.web.politeness._MOST_HOSTS", 10)
    timer = FakeTimer()
    politeness = Politeness(config(), timer)
    turns(politeness, *(f"{i}.test" for i in range(10)))
    timer.now += 10_000
    turns(politeness, "late.test")
    assert len(politeness._hosts) == 1


def test_where_nobody_is_idle_not_every_new_host_looks_through_all(monkeypatch):
    """Beyond the bound each new host went through all the others; a night of 100,000 sites spent most of its readers' time on that."""
    monkeypatch.setattr("enrichers.web.politeness._MOST_HOSTS", 10)
    looked: list[int] = []

    class Hosts(dict):
        def items(self):
            looked.append(len(self))
            return super().items()

    politeness = Politeness(config(), FakeTimer())
    politeness._hosts = Hosts()
    turns(politeness, *(f"{i}.test" for i in range(1_000)))
    assert len(politeness._hosts) == 1_000
    assert sum(looked) < 10 * 1_000
