"""A pull that passes over accounts that are as they were ends as one that reads every cell."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from accounts.account import Account, Actor
from accounts.change import Change, ChangeKind, WriteOutcome, WriteStatus
from accounts.run import Run, RunStatus
from tests.warehouse.conftest import COLUMNS, NOW, World, account
from warehouse import crm_state
from warehouse.crm_state import take_outcomes
from warehouse.runs import start_run
from warehouse.store import Warehouse, open_warehouse

_STATE = {
    "crm_value": "SELECT * FROM crm_value ORDER BY ALL",
    "crm_account": "SELECT * EXCLUDE (digest) FROM crm_account ORDER BY ALL",
    "crm_history": "SELECT * FROM crm_history ORDER BY ALL",
}


def state(warehouse: Warehouse) -> dict[str, list[dict[str, Any]]]:
    return {name: warehouse.rows(query) for name, query in _STATE.items()}


@dataclass
class Crm:
    """A CRM that people and we write to, and what was written, over some nights."""

    dice: Random
    cells: dict[str, dict[str, str]] = field(default_factory=dict)
    touched: dict[str, tuple[str, str, Actor]] = field(default_factory=dict)
    written: list[tuple[str, Change]] = field(default_factory=list)

    def live(self, day: int) -> None:
        """People add, edit, clear and delete."""
        for key in "ABCDE":
            if self.dice.random() < 0.5:
                continue
            cells = self.cells.setdefault(key, {})
            cells[self.dice.choice(("city", "phone"))] = self.dice.choice(
                ("Denver", "303-555-0100", "(303) 555 0100", "n/a", "")
            )
            by = self.dice.choice((("rep", Actor.PERSON), ("import", Actor.MACHINE)))
            self.touched[key] = ((NOW + timedelta(days=day)).strftime("%F"), *by)
        if self.cells and self.dice.random() < 0.15:
            del self.cells[self.dice.choice(sorted(self.cells))]

    def accounts(self) -> list[Account]:
        found = []
        for key, cells in sorted(self.cells.items()):
            changed, by, actor = self.touched.get(key, (None, "import", Actor.MACHINE))
            found.append(account(key, changed, by, actor, **{k: v for k, v in cells.items() if v}))
        return found


@pytest.mark.parametrize("seed", range(4))
def test_passing_over_what_is_unchanged_changes_nothing(tmp_path: Path, seed: int) -> None:
    with open_warehouse(tmp_path / "short") as short, open_warehouse(tmp_path / "long") as long:
        worlds, crm, dice = (World(short), World(long)), Crm(Random(seed)), Random(seed + 100)
        for day in range(9):
            crm.live(day)
            at, run = NOW + timedelta(days=day), f"r{day + 1}"
            acts = [(dice.random(), dice.random()) for _ in crm.cells]
            undo = dice.random() < 0.3 and crm.written
            for world in worlds:
                start_run(world.warehouse, Run(run, "nightly", RunStatus.RUNNING, at, at))
                if world is worlds[1]:
                    long.run("UPDATE crm_account SET digest = NULL")
                world.pull(*crm.accounts(), at=at)
            assert state(short) == state(long), (day, "pulled")
            for key, (chance, what) in zip(sorted(crm.cells), acts, strict=True):
                if chance < 0.3:
                    base = crm.cells[key].get("phone") or None
                    value = "+1 303-555-0100" if what < 0.7 else "+1 303-555-0111"
                    changes = [
                        w.write(key, "phone", base, value, run=run, at=at + timedelta(hours=1))
                        for w in worlds
                    ]
                    crm.cells[key]["phone"] = value
                    crm.written.append((run, changes[0]))
            if undo:
                _take_back(worlds, crm, run, at + timedelta(hours=2))
            for world in worlds:
                take_outcomes(world.warehouse, run)
            assert state(short) == state(long), (day, "written")


def _take_back(worlds: tuple[World, ...], crm: Crm, run: str, at: Any) -> None:
    """Undoes the last write in a run of its own; where somebody has changed the cell since, it is only noted."""
    wrote, change = crm.written.pop()
    back = replace(change, kind=ChangeKind.RESTORE, base=change.value, value=change.base, value_key="")
    stands = crm.cells.get(change.account_id, {}).get("phone") == change.value
    for world in worlds:
        if stands:
            world.ledger.settle(run, [WriteOutcome(back, WriteStatus.WRITTEN, at, change.value, change.base)])
        world.ledger.mark_undone(wrote, [change.id], run)
    if stands:
        crm.cells[change.account_id]["phone"] = change.base or ""


def test_only_what_changed_is_read_value_by_value(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    shipped = crm_state._value_rows
    monkeypatch.setattr(crm_state, "_value_rows", lambda a, *rest: read.append(a.id) or shipped(a, *rest))
    world.pull(account("A", city="Denver"), account("B", city="Denver"))
    world.pull(account("A", city="Denver"), account("B", city="Boulder"))
    assert read == ["A", "B", "B"]
    monkeypatch.setattr(crm_state, "_code", lambda: "another release")
    world.pull(account("A", city="Denver"), account("B", city="Boulder"))
    assert read[3:] == ["A", "B"], "a release that may read texts otherwise takes all of them in once more"
    assert world.warehouse.value("SELECT count(*) FROM crm_value") == 2 * len(COLUMNS)
    world.pull(account("B", city="Boulder"))
    assert world.warehouse.rows("SELECT account_id FROM crm_account") == [{"account_id": "B"}]
    assert world.warehouse.value("SELECT count(*) FROM crm_value") == len(COLUMNS)
