from __future__ import annotations

import threading
import time

from enrichers.web.watchdog import Watchdog


class Wire:
    def __init__(self) -> None:
        self.ended = threading.Event()

    def cut(self) -> None:
        self.ended.set()

    def rest(self) -> None:
        pass


def test_each_is_cut_when_its_own_time_is_over_and_no_other():
    dog, patient, hasty = Watchdog(), Wire(), Wire()
    with dog.watch(patient, 60) as long, dog.watch(hasty, 0.05) as short:
        assert hasty.ended.wait(5)
        assert (short.expired, long.expired) == (True, False)
    assert not patient.ended.is_set()


def test_what_ended_in_time_is_left_alone():
    dog, wire = Watchdog(), Wire()
    with dog.watch(wire, 0.05) as watch:
        pass
    time.sleep(0.15)
    assert not watch.expired
    assert not wire.ended.is_set()


def test_one_thread_watches_all_and_goes_when_there_is_nobody_left(monkeypatch):
    monkeypatch.setattr("enrichers.web.watchdog._LINGERS", 0.05)
    dog = Watchdog()
    before = threading.active_count()
    wires = [Wire() for _ in range(50)]
    watches = [dog.watch(wire, 0.2) for wire in wires]
    for watch in watches:
        watch.__enter__()
    assert threading.active_count() == before + 1
    assert all(wire.ended.wait(5) for wire in wires)
    for _ in range(100):
        if threading.active_count() == before:
            break
        time.sleep(0.02)
    assert threading.active_count() == before
    with dog.watch(again := Wire(), 0.05):
        assert again.ended.wait(5), "it comes back when it is needed"
