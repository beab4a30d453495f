"""A warm process that runs `evergreen` in forked children, each a real process that can really be killed.

Importing everything takes longer than a night over the sample, so one night is run before the first fork. Speaks JSON,
a line each way: `start` forks and answers with the process's id, `wait` answers how it ended, killing it at a moment if
told to.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
import time
import traceback
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cli.main import evergreen
from cli.main import main as command_line
from tests.faults.boundaries import ACTS, PLACES, arm

SAMPLE = Path(__file__).resolve().parents[2] / "demo" / "sample"


def child(folder: str, words: list[str], at: str | None, act: str, fsize: int | None) -> None:
    """Becomes `evergreen words…` in a folder; never returns."""
    code = 70
    try:
        os.chdir(folder)
        for number, name in ((1, "stdout"), (2, "stderr")):
            handle = os.open(f"{name}.{os.getpid()}", os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            os.dup2(handle, number)
        if at is not None:
            arm(PLACES[at], ACTS[act])
        if fsize is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (fsize, fsize))
        sys.argv = ["evergreen", *words]
        command_line()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def wait(pid: int, began: float, kill_after: float | None, kill_worker: int | None) -> dict[str, Any]:
    """How a child ended: its exit code (the signal's number, negative, where it was killed) and seconds.

    With `kill_worker`, the worker of that number among its own is killed in its place, where it has one by then.
    """
    killed = 0
    if kill_after is not None:
        time.sleep(max(0.0, began + kill_after - time.monotonic()))
        victims = [pid] if kill_worker is None else workers_of(pid)[kill_worker:][:1]
        for victim in victims:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)  # a zombie takes it too
                killed += 1
    _, status, usage = os.wait4(pid, 0)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "seconds": time.monotonic() - began,
        "killed": killed,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss * 1024,
    }


def workers_of(pid: int) -> list[int]:
    """The processes a process has started to enrich shards, oldest first."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == pid and b"spawn_main" in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
    return sorted(found)


def warm_up(folder: Path) -> None:
    """One night in this process: what it imports and caches need not be made again in every child.

    It has closed its database and ended its threads when it returns: forking is safe then.
    """
    shutil.copyfile(SAMPLE / "accounts.csv", folder / "accounts.csv")
    config = folder / "evergreen.toml"
    config.write_text('[crm]\nkind = "file"\npath = "accounts.csv"\n', encoding="utf-8")
    night = [
        "nightly",
        "--no-prefect",
        "--replay",
        str(SAMPLE / "web.jsonl"),
        "--as-of",
        "2026-11-22",
        "--json",
    ]
    with redirect_stdout(StringIO()):
        evergreen.main([*night, "--config", str(config)], standalone_mode=False)


def main() -> None:
    """Serves requests until its input ends."""
    with TemporaryDirectory() as folder:
        warm_up(Path(folder))
    began: dict[int, float] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if asked.pop("do") == "start":
            Path(asked["folder"]).mkdir(exist_ok=True)
            pid = os.fork()
            if pid == 0:
                child(**asked)
            began[pid] = time.monotonic()
            answer: dict[str, Any] = {"pid": pid}
        else:
            answer = wait(asked["pid"], began.pop(asked["pid"]), asked["kill_after"], asked["kill_worker"])
        print(json.dumps(answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
