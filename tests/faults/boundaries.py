"""The places where a run is made to die, to wait or to find the disk full; only tests ever arm them.

Every place is a function of the program: its owner, its name, before or after it, and at which of its calls.
"""

from __future__ import annotations

import errno
import gzip
import os
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import crm.file
import crm.swap
import flows.applying
import flows.concluding
import flows.night
import flows.shards
import warehouse.snapshot
from crm.file import FileCrm
from warehouse.ledger import DuckLedger


class Place(NamedTuple):
    """A function of the program, and the moment of its call."""

    owner: Any
    name: str
    after: bool = False
    call: int = 1


PLACES = {
    "run noted": Place(flows.night, "start_run", after=True),
    "pull": Place(flows.night, "pull"),
    "pulled": Place(flows.night, "pull", after=True),
    "planned": Place(flows.night, "plan", after=True),
    "shard half written": Place(flows.shards, "write_rows", call=6),
    "shard written": Place(flows.night, "write_shard", after=True, call=2),
    "all shards written": Place(flows.night, "load_shard"),
    "shard half loaded": Place(flows.shards, "finish_shard", call=2),
    "shard loaded, files there": Place(flows.shards, "drop_files", call=2),
    "shard loaded": Place(flows.night, "load_shard", after=True, call=2),
    "survived": Place(flows.night, "settle_golden", after=True),
    "judgements kept": Place(flows.concluding, "keep_judgements", after=True),
    "concluded": Place(flows.night, "conclude", after=True),
    "decided": Place(flows.night, "decide_changes", after=True),
    "change set kept": Place(DuckLedger, "plan", after=True),
    "plan file written": Place(flows.applying, "write_plan", after=True),
    "intended": Place(DuckLedger, "intend", after=True),
    "backed up": Place(crm.file, "back_up", after=True),
    "new file beside the old": Place(crm.swap, "_hold"),
    "file swapped": Place(crm.swap, "_sync_folder"),
    "sent": Place(FileCrm, "send", after=True),
    "outcome noted": Place(DuckLedger, "settle", after=True),
    "applied": Place(flows.night, "apply_set", after=True),
    "report written": Place(flows.night, "write_report", after=True),
    "run finished": Place(flows.night, "finish_run", after=True),
    "snapshot half written": Place(warehouse.snapshot, "_wide"),
    "published": Place(flows.night, "publish", after=True),
    # where only a full disk is of interest
    "body stored": Place(gzip, "compress", call=9),
    "shard file": Place(flows.shards, "write_rows", call=6),
    "rows on their way": Place(tempfile, "NamedTemporaryFile", call=12),
    "plan file": Place(flows.applying, "write_plan"),
    "backup": Place(crm.file, "back_up"),
    "new CRM file": Place(crm.swap, "_write_through"),
    "report": Place(flows.night, "write_report"),
    "snapshot": Place(warehouse.snapshot, "_wide"),
}


def kill_myself() -> None:
    """The end no program can answer."""
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


def disk_full() -> None:
    """What the system says when nothing fits any more."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def wait_for_go() -> None:
    """Says where it stands, and goes on when it is told (or after a minute)."""
    Path("waiting").touch()
    ends = time.monotonic() + 60
    while not Path("go").exists() and time.monotonic() < ends:
        time.sleep(0.02)


def arm(place: Place, act: Callable[[], None]) -> None:
    """Makes the program do something at a place."""
    real, calls = getattr(place.owner, place.name), 0

    def trapped(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        now = calls == place.call
        if now and not place.after:
            act()
        result = real(*given, **named)
        if now and place.after:
            act()
        return result

    setattr(place.owner, place.name, trapped)


ACTS: dict[str, Callable[[], None]] = {"die": kill_myself, "full": disk_full, "wait": wait_for_go}
