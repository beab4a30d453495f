"""SIGKILL at any moment of a write: the file is the old one or the new one, whole, and the next apply ends the same."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from random import Random

import pytest

from accounts.change import WriteStatus
from crm.apply import apply_change_set
from crm.undo import apply_undo, plan_undo
from tests.crm.build import CLOCK, NOW, change, change_set, file_crm
from warehouse.ledger import DuckLedger
from warehouse.store import open_warehouse

ROWS = 2_000
MOMENTS = 12
HEADER = "id,name,phone,city\r\n"

CHILD = """
    import sys
    from pathlib import Path
    from crm.apply import apply_change_set
    from tests.crm.build import CLOCK, file_crm
    from tests.crm.test_kill import plan
    from warehouse.ledger import DuckLedger
    from warehouse.store import open_warehouse
    path = Path(sys.argv[1])
    with open_warehouse(path.parent / "warehouse") as warehouse:
        print("ready", flush=True)
        apply_change_set(file_crm(path), DuckLedger(warehouse, CLOCK), plan(), CLOCK)
    print("done", flush=True)
"""


def plan() -> object:
    return change_set(*(change(f"C{n}", "city", None, f"Town {n}") for n in range(0, ROWS, 4)))


def rows(filled: bool) -> str:
    towns = (f"Town {n}" if filled and n % 4 == 0 else "" for n in range(ROWS))
    return HEADER + "".join(f'C{n},"Firm, {n}",,{town}\r\n' for n, town in enumerate(towns))


def finish_and_undo(path: Path, name: str) -> None:
    """The next apply ends with the same file and a whole ledger; its undo gives back the first file."""
    with open_warehouse(path.parent / "warehouse") as warehouse:
        ledger, crm = DuckLedger(warehouse, CLOCK), file_crm(path)
        report = apply_change_set(crm, ledger, plan(), CLOCK)  # type: ignore[arg-type]
        assert not {o.status for o in report.outcomes} & {WriteStatus.CONFLICT, WriteStatus.INVALID}
        assert path.read_bytes() == rows(filled=True).encode()
        assert len({e.outcome.change.id for e in ledger.written("run-1") if e.undone_by is None}) == ROWS // 4
        assert ledger.unsettled() == []
        undo = plan_undo(ledger, crm, "run-1", undo_run_id=name, now=NOW)
        apply_undo(crm, ledger, undo, "run-1", CLOCK)
    assert path.read_bytes() == rows(filled=False).encode()


@pytest.mark.slow
def test_a_write_killed_at_any_moment_leaves_a_whole_file_and_is_finished_by_the_next(tmp_path: Path) -> None:
    random, path, died = Random(2026), tmp_path / "accounts.csv", 0
    path.write_bytes(rows(filled=False).encode())
    whole = [rows(filled=False).encode(), rows(filled=True).encode()]
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", textwrap.dedent(CHILD), str(path)]
    for moment in range(MOMENTS):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(random.uniform(0, 0.4))
            child.send_signal(signal.SIGKILL)
        died += child.returncode == -signal.SIGKILL
        assert path.read_bytes() in whole
        if path.read_bytes() == whole[1] or moment % 5 == 4:
            finish_and_undo(path, f"undo-{moment}")
            left = {p.name for p in tmp_path.iterdir()} - {"accounts.csv", "warehouse", "backups"}
            assert left == set()
    assert died > MOMENTS // 2, "too few were killed in their work"
