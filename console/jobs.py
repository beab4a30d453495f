"""Work that needs the writer, done as processes of our own command line, one after another.

A job never takes the warehouse from a run that holds it: it says so, waits, and tries again. What a job is, says and
comes to lies in `console/jobs/ID/` under the warehouse's folder, so that it outlives the console.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from accounts.clock import SystemClock

#: Seconds between two tries while another run holds the warehouse, and how often it is tried.
PATIENCE, TRIES = 20.0, 360
#: How the command line says that another process holds the warehouse (`warehouse.store`).
_BUSY = "Another process has the warehouse"
#: Verbs that read the world, and so take `--replay` and `--as-of`.
_READS = frozenset({"nightly", "backfill", "refresh"})


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work. `state`: queued, running, waiting (another run holds the warehouse), done, failed, stopped.

    `told` is what the command said on stderr last; `result` the object it printed. Times are ISO 8601, UTC.
    """

    id: str
    kind: str
    arguments: tuple[str, ...]
    by: str
    asked_at: str
    state: str = "queued"
    told: str = ""
    exit_code: int | None = None
    ended_at: str | None = None
    result: Any = None

    @property
    def is_over(self) -> bool:
        """True when nothing more happens by itself."""
        return self.state in ("done", "failed", "stopped")


class Jobs:
    """The jobs of one warehouse; at most one runs at a time."""

    def __init__(
        self, home: Path, config_path: Path, *, patience: float = PATIENCE, world: Sequence[str] = ()
    ) -> None:
        self._folder = home / "console" / "jobs"
        self._config = config_path
        self._patience = patience
        self._world = tuple(world)
        self._turn = threading.Lock()
        self._stopping: dict[str, threading.Event] = {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, kind: str, arguments: Sequence[str], by: str) -> Job:
        """Queues `evergreen KIND ARGUMENTS --json` and returns at once."""
        now = SystemClock().now()
        job = Job(f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}", kind, tuple(arguments), by, now.isoformat())
        self._keep(job)
        self._stopping[job.id] = threading.Event()
        threading.Thread(target=self._work, args=(job,), name=f"job-{job.id}", daemon=True).start()
        return job

    def stop(self, job_id: str) -> None:
        """Asks a job to end; a run under way is interrupted, and the next run goes on from where it was."""
        if event := self._stopping.get(job_id):
            event.set()
        if process := self._processes.get(job_id):
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)

    def find(self, job_id: str) -> Job | None:
        """A job, or None."""
        path = self._folder / job_id / "job.json"
        if not job_id.replace("-", "").isalnum() or not path.is_file():
            return None
        told = json.loads(path.read_text(encoding="utf-8"))
        job = Job(**{**told, "arguments": tuple(told["arguments"])})
        if not job.is_over and job.id not in self._stopping:
            return replace(
                job, state="failed", told="The console ended while it ran; the next run takes over."
            )
        return job

    def newest(self, limit: int = 50) -> list[Job]:
        """The newest jobs, newest first."""
        names = sorted((p.name for p in self._folder.glob("*") if p.is_dir()), reverse=True)
        return [job for name in names[:limit] if (job := self.find(name))]

    def progress(self, job_id: str) -> dict[str, Any]:
        """How far a running job is: `stage`, `done`, `total`; empty where it has not said."""
        try:
            told: dict[str, Any] = json.loads((self._folder / job_id / "progress.json").read_text("utf-8"))
            return told
        except (OSError, ValueError):
            return {}

    def _work(self, job: Job) -> None:
        stopping = self._stopping[job.id]
        with self._turn:
            for _ in range(TRIES):
                if stopping.is_set():
                    job = self._end(job, "stopped")
                    break
                job = self._once(replace(job, state="running"))
                if job.state != "waiting":
                    break
                self._keep(job)
                stopping.wait(self._patience)
            else:
                job = self._end(job, "failed")
        self._stopping.pop(job.id, None)

    def _once(self, job: Job) -> Job:
        self._keep(job)
        folder = self._folder / job.id
        out, err = folder / "out.json", folder / "err.txt"
        given = ["--config", str(self._config), "--json", *(self._world if job.kind in _READS else ())]
        command = [*_program(), job.kind, *given, *job.arguments]
        environment = {**os.environ, "EVERGREEN_PROGRESS": str(folder / "progress.json"), "NO_COLOR": "1"}
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = subprocess.Popen(  # noqa: S603 - our own program, arguments as a list
                command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, env=environment,
                cwd=self._config.parent,
            )  # fmt: skip
            self._processes[job.id] = process
            code = process.wait()
            del self._processes[job.id]
        told = err.read_text(encoding="utf-8", errors="replace")[-4000:].strip()
        if code == 3 and _BUSY in told:
            return replace(job, state="waiting", told=told)
        stopped = self._stopping[job.id].is_set()
        state = "stopped" if stopped and code else "done" if code in (0, 1) else "failed"
        return self._end(replace(job, told=told, exit_code=code, result=_printed(out)), state)

    def _end(self, job: Job, state: str) -> Job:
        ended = replace(job, state=state, ended_at=SystemClock().now().isoformat())
        self._keep(ended)
        return ended

    def _keep(self, job: Job) -> None:
        folder = self._folder / job.id
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / ".job.part"
        partial.write_text(json.dumps(asdict(job), ensure_ascii=False), encoding="utf-8")
        partial.replace(folder / "job.json")


def _program() -> list[str]:
    beside = Path(sys.executable).with_name("evergreen")
    return [str(beside)] if beside.exists() else [sys.executable, "-c", "from cli.main import main; main()"]


def _printed(path: Path) -> Any:
    """The object a command printed, without the long lists a report page shows better."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def when(text: str | None) -> datetime | None:
    """The moment a job's time tells."""
    return datetime.fromisoformat(text) if text else None
