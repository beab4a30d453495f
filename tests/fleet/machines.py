"""Machines on this machine: network namespaces behind a bridge, each with a disk of its own; processes where those are refused."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Machine:
    """One of them; `namespace` is empty where it is but a process."""

    name: str
    disk: Path
    namespace: str = ""
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        """Starts a command there, with its own disk as home and place for what is temporary."""
        own = {"HOME": str(self.disk), "TMPDIR": str(self.disk), "PREFECT_HOME": str(self.disk / "prefect")}
        before: list[str] = []
        if self.namespace:
            mounted = 'mount -t tmpfs -o mode=700 tmpfs "$0" && cd "$0" && exec "$@"'
            before = ["ip", "netns", "exec", self.namespace, "sh", "-c", mounted, str(self.disk)]
        with log.open("wb") as out:
            self.started.append(
                subprocess.Popen(
                    [*before, *command], env={**os.environ, **environment, **own}, stdout=out, stderr=out,
                    cwd=self.disk,
                )
            )  # fmt: skip

    def pids(self) -> set[int]:
        """All processes of the machine."""
        if self.namespace:
            told = subprocess.run(
                ["ip", "netns", "pids", self.namespace], check=True, capture_output=True, text=True
            )
            return {int(pid) for pid in told.stdout.split()}
        found, parents = {process.pid for process in self.started}, _parents()
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return {pid for pid in found if pid in parents}

    def lose_power(self) -> None:
        """Ends all of it at once, without a word."""
        for _ in range(3):
            for pid in self.pids():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        for process in self.started:
            process.wait()


@contextmanager
def machines(folder: Path, count: int) -> Iterator[tuple[str, list[Machine]]]:
    """So many machines, and the address at which they reach this one."""
    mark = f"{os.getpid() % 10000}"
    net = f"10.{200 + os.getpid() % 50}.{os.getpid() // 50 % 250}"
    bridge, made = f"egb{mark}", [Machine(f"worker-{n}", folder / f"disk-{n}") for n in range(count)]
    for machine in made:
        machine.disk.mkdir(parents=True)
    host = "127.0.0.1"
    if _bridged(bridge, f"{net}.1"):
        host = f"{net}.1"
        for number, machine in enumerate(made):
            machine.namespace = f"egn{mark}-{number}"
            _connect(machine.namespace, bridge, f"{net}.{number + 2}", f"egv{mark}-{number}")
    try:
        yield host, made
    finally:
        for machine in made:
            machine.lose_power()
            if machine.namespace:
                _ip("netns", "del", machine.namespace)
        if host != "127.0.0.1":
            _ip("link", "del", bridge)


def _bridged(bridge: str, address: str) -> bool:
    """Makes the bridge; False where the system does not let us."""
    if shutil.which("ip") is None or os.getuid() != 0:
        return False
    try:
        _ip("netns", "add", f"{bridge}-try")
        _ip("netns", "del", f"{bridge}-try")
        _ip("link", "add", bridge, "type", "bridge")
    except subprocess.CalledProcessError:
        return False
    _ip("address", "add", f"{address}/24", "dev", bridge)
    _ip("link", "set", bridge, "up")
    return True


def _connect(namespace: str, bridge: str, address: str, cable: str) -> None:
    _ip("netns", "add", namespace)
    _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", namespace)
    _ip("link", "set", cable, "master", bridge)
    _ip("link", "set", cable, "up")
    for words in (
        ("address", "add", f"{address}/24", "dev", "eth0"),
        ("link", "set", "eth0", "up"),
        ("link", "set", "lo", "up"),
    ):
        _ip("-n", namespace, *words)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def _parents() -> dict[int, int]:
    """The parent of every process there is."""
    found = {}
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            found[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    return found
