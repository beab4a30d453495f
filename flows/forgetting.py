"""Forget: an account or a named officer, erased everywhere under the warehouse's folder, with a record that it was done.

Files first, then the database in one transaction, then the file is written anew and the snapshot with it. A crash in
between leaves the record unfinished, and the next `forget` finishes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from accounts.clock import Clock
from accounts.errors import ConfigError, WarehouseError
from accounts.run import Run, RunStatus
from flows.caring import open_care
from flows.fleet import drop_unloaded
from flows.forgetting_runs import erase_run_files
from warehouse.compaction import rewrite
from warehouse.erasure import Target, cells_in_crm, count_rows, erase_rows, knows_account
from warehouse.erasure_files import (
    Pages,
    copies_of_crm,
    erase_decisions,
    erase_pages,
    find_pages,
    leftovers,
    publish_anew,
    remove,
)
from warehouse.erasures import ACCOUNT, PERSON, finish_erasures, note_erasure, unfinished_erasures
from warehouse.orphans import erase_orphans
from warehouse.runs import finish_run, next_run_id, start_run
from warehouse.spelling import exact_spelling, spelling_of
from warehouse.store import Warehouse


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased, or would be: counts by table or kind of file; what lies outside our reach is named.

    `in_crm` are cells of the CRM that hold the name; `backups` are archives made before.
    """

    kind: str
    done: bool
    counts: Mapping[str, int]
    in_crm: Sequence[Mapping[str, Any]] = ()
    backups: Sequence[str] = ()
    finished_earlier: int = 0
    run_id: str | None = None
    removed: Sequence[str] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """As `forget --json` prints it."""
        return {
            "kind": self.kind, "done": self.done, "run_id": self.run_id, "counts": dict(self.counts),
            "total": sum(self.counts.values()), "in_crm": [dict(c) for c in self.in_crm],
            "backups": list(self.backups), "removed": list(self.removed), "finished_earlier": self.finished_earlier,
        }  # fmt: skip


def forget(
    config_path: Path, who: str, clock: Clock, *, by: str, kind: str | None = None, also: Sequence[str] = (),
    yes: bool = False,
) -> Forgotten:  # fmt: skip
    """Erases an account (by its id) or a person (by name, in other spellings too); without `yes` only counts.

    Raises ConfigError where nothing is known of anybody of that id or name; WriterBusy while a run is under way.
    """
    with open_care(config_path) as care:
        warehouse = care.warehouse
        unfinished = unfinished_erasures(warehouse)
        if unfinished and yes:
            _write_anew(warehouse, clock)
        target = _target(warehouse, who, kind, also)
        pages, copies = find_pages(warehouse, target), copies_of_crm(warehouse.folder, target)
        found = _preview(warehouse, target, pages, copies)
        if not set(found.counts) - {"crm_copies"}:
            if unfinished and yes:
                return Forgotten(target.kind, True, {}, finished_earlier=unfinished)
            raise ConfigError(
                f"Nothing is known of {'an account' if target.kind == ACCOUNT else 'a person'} {who!r}.",
                remedy="Give an account's id as the CRM has it, or a person's full name; --also takes other spellings.",
                key=who,
            )
        if not yes:
            return found
        drop_unloaded(care.config, warehouse)
        return _erase(warehouse, target, found, pages, copies, clock, by)


def _target(warehouse: Warehouse, who: str, kind: str | None, also: Sequence[str]) -> Target:
    if kind == ACCOUNT or (kind is None and knows_account(warehouse, who)):
        names = warehouse.rows("SELECT DISTINCT name FROM crm_account WHERE account_id = $id", {"id": who})
        return Target(ACCOUNT, who, exact_spelling([who, *(r["name"] for r in names if r["name"])]))
    return Target(PERSON, who, spelling_of(who, *also))


def _preview(warehouse: Warehouse, target: Target, pages: Pages, copies: Sequence[Path]) -> Forgotten:
    home = warehouse.folder
    files = {
        "pages": len(pages.rows), "bodies": len(pages.bodies),
        "decisions": erase_decisions(home, target, dry=True),
        "run_files": erase_run_files(home / "runs", target, dry=True),
        "crm_copies": len(copies),
    }  # fmt: skip
    return Forgotten(
        target.kind, False, count_rows(warehouse, target) | {name: n for name, n in files.items() if n},
        cells_in_crm(warehouse, target), [r["path"] for r in warehouse.rows("SELECT path FROM backup ORDER BY noted_at")],
        removed=[p.name for p in home.glob("before-*")],
    )  # fmt: skip


def _erase(
    warehouse: Warehouse, target: Target, found: Forgotten, pages: Pages, copies: Sequence[Path], clock: Clock, by: str
) -> Forgotten:  # fmt: skip
    home, now = warehouse.folder, clock.now()
    run_id = next_run_id(warehouse, now)
    erase_pages(home / "responses", pages)
    erase_orphans(home / "responses")
    erase_decisions(home, target)
    erase_run_files(home / "runs", target)
    remove([*copies, *leftovers(home)])
    with warehouse.transaction():
        start_run(warehouse, Run(run_id, "forget", RunStatus.RUNNING, now, now))
        note_erasure(warehouse, target.kind, target.text, by, found.counts, now)
        erase_rows(warehouse, target, run_id, now)
        left = count_rows(warehouse, target)
        if left:
            raise WarehouseError(
                f"Something of it would be left in {', '.join(left)}; the database was not changed.",
                remedy="Please report this.",
                path=home,
            )
        finish_run(warehouse, run_id, RunStatus.DONE, clock.now(), found.counts)
    _write_anew(warehouse, clock)
    return Forgotten(target.kind, True, found.counts, found.in_crm, found.backups, 0, run_id, found.removed)


def _write_anew(warehouse: Warehouse, clock: Clock) -> None:
    """Writes the file and the snapshot anew, so that nothing is left in free blocks and old copies."""
    rewrite(warehouse)
    publish_anew(warehouse, str(warehouse.value("SELECT arg_max(id, number) FROM run")))
    finish_erasures(warehouse, clock.now())
