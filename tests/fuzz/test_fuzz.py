"""A few seeded inputs of every target, what was found before, and the harness itself. The whole run is `make fuzz`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from accounts.errors import SourceBroken
from tests.fuzz.found import FOUND
from tests.fuzz.mutate import json_body, markup
from tests.fuzz.shrink import shrunk
from tests.fuzz.target import Run
from tests.fuzz.targets import targets
from tests.fuzz.watch import watch

INPUTS = 3
ALL = targets()
_PREPARED: dict[str, Run] = {}


def prepared(name: str) -> Run:
    if name not in _PREPARED:
        _PREPARED[name] = ALL[name].prepare()
    return _PREPARED[name]


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", ALL)
def test_seeds_and_some_inputs_break_nothing(name: str) -> None:
    target = ALL[name]
    for data in (target.seeds()[0], *(target.input("test", number) for number in range(INPUTS))):
        seen = watch(prepared(name), data)
        assert not seen.fault.startswith(("Hang",)) and "Error" not in seen.fault, seen.trace


@pytest.mark.parametrize(("name", "data"), FOUND, ids=[f"{name} {n}" for n, (name, _) in enumerate(FOUND)])
def test_what_was_found_stays_mended(name: str, data: bytes | Callable[[], bytes]) -> None:
    seen = watch(prepared(name), data() if callable(data) else data)
    assert not seen.fault, seen.trace


def test_a_whole_run_is_a_hundred_thousand_inputs_and_more() -> None:
    assert sum(target.inputs for target in ALL.values()) >= 100_000


def test_an_input_is_named_by_target_seed_and_number() -> None:
    target = ALL["page"]
    assert target.input("a", 7) == target.input("a", 7)
    assert len({target.input("a", number) for number in range(40)}) > 30


def test_mutations_keep_json_mostly_json_and_reach_every_place() -> None:
    seed = json.dumps({"a": [{"b": 1}, {"c": "x"}], "d": {"e": None}}).encode()
    good = 0
    for number in range(300):
        try:
            json.loads(json_body(Random(number), [seed]))
            good += 1
        except (ValueError, RecursionError):
            pass
    assert 200 < good < 300
    assert any(len(markup(Random(n), [b"<p>x</p>"])) > 1_000 for n in range(60))


def test_the_watch_sees_what_is_raised_what_is_logged_and_what_hangs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    import logging

    def logs(_: bytes) -> None:
        try:
            {}["a"]
        except KeyError:
            logging.getLogger("evergreen").exception("went on")

    def hangs(_: bytes) -> None:
        while True:
            try:
                sum(range(10_000))
            except Exception:
                continue

    def refuses(_: bytes) -> None:
        raise SourceBroken("no feed")

    def mutters(_: bytes) -> None:
        raise SourceBroken("half a character \ud800")

    assert watch(lambda data: data[9], b"").fault.startswith("IndexError")
    assert watch(logs, b"").fault.startswith("KeyError")
    assert watch(hangs, b"", seconds=0.1).fault.startswith("Hang")
    assert watch(refuses, b"").refused
    assert not watch(refuses, b"").fault
    assert watch(mutters, b"").fault.startswith("UnicodeEncodeError")


def test_a_failing_input_is_made_small() -> None:
    assert shrunk(b"a" * 500 + b"<b>" + b"c" * 500, lambda data: b"<b>" in data, seconds=5.0) == b"<b>"
