"""Who reads the shards of a fleet, where Prefect does not hand them out: workers started by a command of one's own.

A worker reads orders on its standard input, one JSON object a line, and answers each on its standard output when it is done:
`evergreen work` here, `ssh reader-1 evergreen work …` elsewhere, whatever brings the two streams together.
"""

from __future__ import annotations

import json
import logging
import queue
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Protocol

from accounts.errors import ConfigError, WarehouseError
from flows.fleet_worker import Attempt

log = logging.getLogger("evergreen")

#: Seconds that a worker has to end by itself once there is nothing more to do.
_PATIENCE = 10.0


class HandLost(Exception):
    """An attempt ended without a word: its worker died, or was out of reach."""


class Hands(Protocol):
    """Readers of shards; used by several threads at once."""

    at_once: int

    def do(self, order: Attempt) -> None:
        """Has one attempt made. Raises HandLost where nobody knows what became of it, our own errors for what it met."""
        ...

    def close(self) -> None:
        """Lets the readers go."""
        ...


class CommandHands:
    """Workers behind commands; one that died is started again when it is next wanted, and given up when it does not come."""

    def __init__(self, commands: Sequence[Sequence[str]], seconds: float) -> None:
        self.at_once = len(commands)
        self._seconds = seconds
        self._idle: queue.Queue[_Worker] = queue.Queue()
        self._lock = threading.Lock()
        self._alive = [_Worker(list(command)) for command in commands]
        for worker in self._alive:
            self._idle.put(worker)

    def do(self, order: Attempt) -> None:
        """Gives the order to the next worker that is free."""
        worker = self._next()
        try:
            answer = worker.do(order, self._seconds)
        except HandLost:
            log.warning("worker %s is lost over shard %d", worker.name, order.number)
            worker.kill()
            self._idle.put(worker)
            raise
        self._idle.put(worker)
        if "error" in answer:
            kind = ConfigError if answer.get("exit_code") == ConfigError.exit_code else WarehouseError
            raise kind(f"{worker.name}: {answer['error']}", remedy=answer.get("remedy", ""))

    def close(self) -> None:
        """Closes the workers' input, at which they end."""
        for worker in self._alive:
            worker.end()

    def _next(self) -> _Worker:
        """A worker that is up. Raises WarehouseError where none is left."""
        while True:
            with self._lock:
                if not self._alive:
                    raise WarehouseError(
                        "No worker of the fleet is left.",
                        remedy="See [fleet] workers: each command must start `evergreen work`. Finished shards are kept.",
                    )
            try:
                worker = self._idle.get(timeout=1.0)
            except queue.Empty:
                continue
            if worker.is_up():
                return worker
            log.warning("worker %s cannot be started and is given up", worker.name)
            with self._lock:
                self._alive.remove(worker)


class _Worker:
    """One command, and the process it is now."""

    def __init__(self, command: list[str]) -> None:
        self.name = " ".join(command[:3])
        self._command = command
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int | None:
        """The process, where there is one."""
        return self._process.pid if self._process is not None else None

    def is_up(self) -> bool:
        """True once the worker has said that it is ready; starts it where it is not running."""
        if self._process is not None and self._process.poll() is None:
            return True
        self.kill()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the operator's own command
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
        except OSError as error:
            log.warning("%s: %s", self.name, error)
            return False
        return bool(self._line(60.0).get("ready"))

    def do(self, order: Attempt, seconds: float) -> dict[str, Any]:
        """Sends an order and waits for its answer. Raises HandLost."""
        assert self._process is not None and self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(asdict(order)) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise HandLost from error
        answer = self._line(seconds)
        if not answer:
            raise HandLost
        return answer

    def _line(self, seconds: float) -> dict[str, Any]:
        """The next line the worker says; nothing where it ended, or took longer than that."""
        process = self._process
        assert process is not None and process.stdout is not None
        late = threading.Timer(seconds, process.kill)
        late.daemon = True
        late.start()
        try:
            told = json.loads(process.stdout.readline() or "{}")
        except ValueError:
            return {}
        finally:
            late.cancel()
        return told if isinstance(told, dict) else {}

    def end(self) -> None:
        """Lets the worker end by itself, for a while."""
        if self._process is None or self._process.stdin is None:
            return
        with suppress(OSError):
            self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)
        self.kill()

    def kill(self) -> None:
        """Ends the worker now."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        self._process = None
