"""A CRM that dies in the middle of a night and comes back: over a real wire, at every kind of moment.

What must hold, whatever dies: nobody's edit is overwritten, no value is written twice, the ledger and the CRM agree after the next run,
that run says what it found, and an undo takes back all of ours and nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

import crm.remote.connector
import crm.remote.session
from accounts.errors import EvergreenError
from cli.main import evergreen
from demo.replay import write_night
from demo.simulate.org import HUMAN
from demo.simulate.server import Simulator, makers
from demo.world import World
from tests.faults.lifeline import Lifeline, Moment

ACCOUNTS = 8
NIGHT = ("nightly", "--no-prefect", "--apply")
WRITES = {
    "hubspot": lambda request: b"/batch/update" in request[:300],
    "odoo": lambda request: b"write" in request[:400],
    "dynamics": lambda request: b"$batch" in request[:300] or request.startswith(b"PATCH"),
    "salesforce": lambda request: request.startswith((b"PATCH", b"POST")) and b"/oauth2/" not in request[:300],
}  # fmt: skip


class Remote:
    """A user's folder whose CRM is reached over a wire that can be cut."""

    def __init__(self, kind: str, folder: Path, replay: Path, patch: pytest.MonkeyPatch) -> None:
        self.kind, self.replay = kind, replay
        self.simulator: Simulator = makers()[kind](accounts=ACCOUNTS).start()
        real = int(self.simulator.url.rpartition(":")[2])
        self.wire = Lifeline(real)
        text = self.simulator.settings(folder).replace(f":{real}", f":{self.wire.port}")
        (folder / "evergreen.toml").write_text(text + "\n[run]\nbreaker = 1.0\n", encoding="utf-8")
        self.slept: list[float] = []
        self.comes_back_after: int | None = 0
        for module in (crm.remote.connector, crm.remote.session):
            patch.setattr(module, "real_sleep", self._sleep)
        patch.chdir(folder)
        self.folder = folder

    def _sleep(self, seconds: float) -> None:
        """Waiting for the CRM: it comes back after so many waits, or not at all."""
        self.slept.append(seconds)
        if self.comes_back_after is not None and len(self.slept) > self.comes_back_after:
            self.wire.live()

    def close(self) -> None:
        self.wire.die()
        self.simulator.stop()

    def run(self, *words: str) -> tuple[int, dict[str, Any], str]:
        """A verb: its exit code, what it printed, and its error's words."""
        result = CliRunner().invoke(evergreen, [*words, "--json"], catch_exceptions=True)
        told = json.loads(result.stdout) if result.stdout.strip().startswith("{") else {}
        if isinstance(result.exception, EvergreenError):
            return result.exception.exit_code, told, str(result.exception)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, told, result.output

    def nightly(self, as_of: str = "2026-11-22") -> tuple[int, dict[str, Any], str]:
        return self.run(*NIGHT, "--replay", str(self.replay), "--as-of", as_of)

    def values(self) -> dict[str, dict[str, Any]]:
        """What the CRM holds; Odoo has no blank number but nought."""
        held = self.simulator.org.entries.items()
        return {
            name: {n: v for n, v in entry.values.items() if v not in (None, 0, "")} for name, entry in held
        }

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.folder / ".evergreen" / "warehouse.duckdb"), read_only=True) as db:
            return db.execute(query).fetchall()

    def runs_that_wrote(self) -> list[str]:
        found = self.rows(
            "SELECT id FROM run WHERE kind <> 'undo' AND id IN (SELECT run_id FROM outcome WHERE status = 'written') ORDER BY number DESC"
        )
        return [row[0] for row in found]


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_night(World(7, ACCOUNTS + 1), tmp_path_factory.mktemp("world"))


@pytest.fixture
def open_remote(
    tmp_path: Path, replay: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Remote]]:
    opened: list[Remote] = []

    def open_one(kind: str) -> Remote:
        opened.append(Remote(kind, tmp_path, replay, monkeypatch))
        return opened[-1]

    yield open_one
    for remote in opened:
        remote.close()


def assert_done(code: int, told: dict[str, Any], words: str) -> None:
    """A night that came to its end; where only sites were left to ask that never answer, it says so and ends with 3."""
    assert code == 0 or "No source could be reached" in words, words


def assert_healed(remote: Remote, before: dict[str, dict[str, Any]]) -> None:
    """The next run ends well and silent; the one after it has nothing to do; an undo leaves the CRM as it was."""
    remote.wire.spare()
    remote.wire.live()
    assert_done(*remote.nightly())
    assert remote.rows("SELECT * FROM intent") == []
    written = remote.simulator.org.writes
    after = remote.values()
    assert after != before
    assert_done(*remote.nightly())
    assert remote.simulator.org.writes == written, "a second run wrote again"
    wrote = remote.rows(
        "SELECT account_id, field, value, count(*) FROM outcome WHERE status = 'written' GROUP BY ALL HAVING count(*) > 1"
    )
    assert wrote == [], "a value was written twice"
    for run in remote.runs_that_wrote():
        code, told, words = remote.run("undo", run, "--apply")
        assert code == 0, words
        assert told["counts"]["theirs"] == 0, told
    assert remote.values() == before


MOMENTS: tuple[tuple[str, Moment], ...] = (
    ("pull", "before"), ("pull", "middle"), ("write", "before"), ("write", "middle"), ("write", "after"),
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("kind", WRITES)
@pytest.mark.parametrize(("what", "moment"), MOMENTS)
def test_it_dies_for_good_and_the_next_night_heals(
    kind: str, what: str, moment: Moment, open_remote: Callable[[str], Remote]
) -> None:
    remote = open_remote(kind)
    before = remote.values()
    remote.comes_back_after = None
    if what == "pull":
        remote.wire.die_at(2, moment)
    else:
        remote.wire.die_at(1, moment, WRITES[kind])
    code, _, words = remote.nightly()
    assert remote.wire.deaths == 1
    assert code in (1, 3), words
    assert re.search("out of reach|did not answer|read back", words), words
    assert "Traceback" not in words
    assert_healed(remote, before)


@pytest.mark.slow
@pytest.mark.parametrize(("what", "moment"), [("pull", "middle"), ("write", "before"), ("write", "after")])
def test_it_comes_back_while_we_wait_and_the_night_goes_on(
    what: str, moment: Moment, open_remote: Callable[[str], Remote]
) -> None:
    remote = open_remote("hubspot")
    before = remote.values()
    remote.comes_back_after = 1
    remote.wire.die_at(
        2 if what == "pull" else 1, moment, (lambda _: True) if what == "pull" else WRITES["hubspot"]
    )
    code, _, words = remote.nightly()
    assert remote.wire.deaths == 1
    assert code == 0 or (what == "write" and code in (1, 3)), words
    assert_healed(remote, before)


def test_what_a_person_types_while_it_is_down_stands(open_remote: Callable[[str], Remote]) -> None:
    remote = open_remote("hubspot")
    remote.comes_back_after = None
    remote.wire.die_at(1, "after", WRITES["hubspot"])
    before = remote.values()
    remote.nightly()
    org = remote.simulator.org
    filled = [
        (i, n)
        for i, values in remote.values().items()
        for n in values
        if before[i].get(n) != values[n] and n == "phone"
    ]
    assert filled, "the write that was never answered was carried out"
    account, name = filled[0]
    org.edit(account, {name: "+1 555 010 9999"}, by=HUMAN)
    remote.wire.live()
    assert_done(*remote.nightly())
    assert org.entries[account].values[name] == "+1 555 010 9999"
    for run in remote.runs_that_wrote():
        assert remote.run("undo", run, "--apply")[0] == 0
    assert org.entries[account].values[name] == "+1 555 010 9999"


@pytest.mark.slow
@pytest.mark.parametrize("round_", range(12))
def test_it_dies_at_random_requests(round_: int, open_remote: Callable[[str], Remote]) -> None:
    random = Random(f"crm dies {round_}")
    remote = open_remote(("hubspot", "odoo", "dynamics", "salesforce")[round_ % 4])
    before = remote.values()
    for _ in range(random.choice((1, 2))):
        remote.comes_back_after = random.choice((None, 0, 2))
        remote.slept.clear()
        remote.wire.live()
        remote.wire.die_at(random.randint(1, 14), random.choice(("before", "middle", "after")))
        code, _, words = remote.nightly()
        assert code in (0, 1, 3), words
    assert_healed(remote, before)
