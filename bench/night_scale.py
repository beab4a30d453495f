"""Cost of nights against the number of accounts and of changes on the demo world, whose pages are dressed to 30 to 70 KB:
the first night, our own writes coming back, a night after which nothing changed, one after which 1 % did. CPU seconds by stage, peak of memory.

Pages come over HTTP from a server on loopback, a process of its own; manners are not measured: `PER_SECOND` says how often a host
is asked. `python -m bench.night_scale ACCOUNTS FOLDER [--processes N] [--bare] [--replay]` measures one size alone; nothing is
extrapolated but the figure that says so.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.figure import Figure

SIZES = (1000, 3000)
_FIRST, _BACK, _QUIET, _FEW = "the first", "our own writes back", "nothing changed", "1 % changed"
_NIGHTS = (_FIRST, _BACK, _QUIET, _FEW)
_CONFIG = """\
[crm]
kind = "file"
path = "accounts.csv"
[web]
contact = "ops@evergreen.example"
requests_per_second = {per_second}
connections_per_host = 8
{gateway}
[run]
processes = {processes}
threads = {threads}
[sources.dns]
enabled = false
[sources.industry_feeds]
feeds = ["https://trade-herald.example/feed.xml", "https://hangye-bao.example/rss.xml"]
"""
#: Requests a second and host; the demo world does not mind.
PER_SECOND = 500


def measure(folder: Path) -> list[Figure]:
    figures: list[Figure] = []
    for accounts in SIZES:
        command = [sys.executable, "-m", "bench.night_scale", str(accounts), str(folder / str(accounts))]
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        first = told["nights"][0]["cpu"]
        for night in told["nights"]:
            share = night["cpu"] / first
            stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in night["stages"].items())
            limit = round(first * 0.1, 1) if night["name"] == _FEW else None
            figures.append(
                Figure(
                    f"{accounts:,} accounts, {night['name']}", round(night["cpu"], 1), "CPU s", limit,
                    f"{share:.0%} of the first; CPU: {stages}",
                )
            )  # fmt: skip
        figures.append(Figure(f"{accounts:,} accounts, peak memory", told["peak"], "MB", 4096))
        bare = told["bare"]
        note = f"{bare['cpu'] / first:.0%} of the first; {bare['requests']:,} requests for the pages kept and robots.txt, nothing decided"
        figures.append(
            Figure(f"{accounts:,} accounts, a bare loop of requests", bare["cpu"], "CPU s", None, note)
        )
    per_account = told["nights"][0]["cpu"] / SIZES[-1]
    note = f"extrapolated in proportion from {SIZES[-1]:,} accounts, not measured; two cores share it"
    figures.append(
        Figure("100,000 accounts, first night", round(per_account * 100_000 / 60), "CPU min", None, note)
    )
    return figures


@dataclass
class _Stages:
    """CPU seconds by stage, heard as a night's progress."""

    spent: dict[str, float] = field(default_factory=dict)
    memory: dict[str, int] = field(default_factory=dict)
    _now: str = "open"
    _since: float = 0.0

    def __post_init__(self) -> None:
        self._since = _cpu()

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        if stage != self._now:
            self.end()
            self._now = stage

    def end(self) -> None:
        now = _cpu()
        self.spent[self._now] = round(self.spent.get(self._now, 0.0) + now - self._since, 2)
        self.memory[self._now] = _resident()
        self._since = now


def _nights(asked: argparse.Namespace) -> None:
    folder: Path = asked.folder
    folder.mkdir(parents=True)
    with _Demo(asked.accounts, not asked.bare, asked.patience) as demo:
        demo.ask(f"export {folder / 'accounts.csv'}")
        config = folder / "evergreen.toml"
        gateway = "" if asked.replay else f'gateway = "{demo.address}"'
        config.write_text(
            _CONFIG.format(
                gateway=gateway, processes=asked.processes, threads=asked.threads, per_second=PER_SECOND
            ),
            encoding="utf-8",
        )
        nights: list[dict[str, Any]] = []
        replay = Path(demo.ask(f"replay {folder / 'web'}")) if asked.replay else None
        for day, name in enumerate(_NIGHTS if asked.nights is None else asked.nights.split(",")):
            if name == _FEW:
                demo.ask("change 0.01")
                if asked.replay:
                    replay = Path(demo.ask(f"replay {folder / 'web'}"))
            at = datetime.fromisoformat(demo.ask("now")) + timedelta(days=day)
            nights.append(_night(name, config, at, replay) | {"server_cpu": float(demo.ask("cpu"))})
            print(json.dumps(nights[-1]), file=sys.stderr, flush=True)
        bare = None if asked.replay else _bare(folder, demo.address)
    told = {
        "accounts": asked.accounts,
        "processes": asked.processes,
        "nights": nights,
        "peak": max(night["peak"] for night in nights),
        "bare": bare,
    }
    print(json.dumps(told))


def _night(name: str, config: Path, at: datetime, replay: Path | None) -> dict[str, Any]:
    from flows.night import NightOptions, run_night  # noqa: PLC0415
    from flows.services import open_services  # noqa: PLC0415

    before, began, stages = _cpu(), time.monotonic(), _Stages()
    with _watched() as peak, open_services(config, as_of=at.isoformat(), replay=replay) as services:
        report = run_night(services, NightOptions(apply=True), progress=stages)
        evidence = sum(
            p.stat().st_size for p in (services.config.home / "responses").rglob("*") if p.is_file()
        )
    stages.end()
    return {
        "name": name, "cpu": round(_cpu() - before, 1), "wall": round(time.monotonic() - began, 1),
        "stages": stages.spent, "memory": stages.memory, "wall_stages": dict(report.seconds), "looked_at": report.looked_at,
        "requests": report.counts()["requests"], "failed": report.counts()["failed_calls"],
        "written": sum(report.outcomes.values()), "peak": peak[0], "evidence_mb": evidence // 1_000_000,
    }  # fmt: skip


def _bare(folder: Path, address: str) -> dict[str, float]:
    """What asking for the same pages costs in a process that does nothing else (`bench.bare_requests`)."""
    index = folder / ".evergreen" / "responses" / "index.sqlite"
    command = [sys.executable, "-m", "bench.bare_requests", str(index), address]
    told: dict[str, float] = json.loads(
        subprocess.run(command, check=True, capture_output=True, text=True).stdout
    )
    return told


class _Demo:
    """The world in a process of its own, served on loopback; `ask` gives it an order (`bench.demo_server`)."""

    def __init__(self, accounts: int, dressed: bool, patience: float) -> None:
        command = [sys.executable, "-m", "bench.demo_server", str(accounts), str(int(dressed)), str(patience)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.address = self._said()

    def __enter__(self) -> _Demo:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def ask(self, line: str) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._said()

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def _resident(process: int | str = "self") -> int:
    """What a process holds now, in MB; nothing where it has ended."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize() // 1_000_000


@contextmanager
def _watched() -> Iterator[list[int]]:
    """The peak in MB of what this process and its workers hold together, looked at twice a second; the demo world is none of them."""
    peak, ended = [0], threading.Event()

    def look() -> None:
        while not ended.wait(0.5):
            peak[0] = max(peak[0], sum(map(_resident, [os.getpid(), *_workers()])))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        ended.set()
        watcher.join()


def _workers() -> list[int]:
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(child) for child in children if b"demo_server" not in _command(int(child))]


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def _cpu() -> float:
    """CPU seconds of this process and of those that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


if __name__ == "__main__":
    given = argparse.ArgumentParser(prog="python -m bench.night_scale")
    given.add_argument("accounts", type=int)
    given.add_argument("folder", type=Path)
    given.add_argument("--processes", type=int, default=1)
    given.add_argument("--threads", type=int, default=16)
    given.add_argument(
        "--nights",
        help=f"which nights to run, with commas between; all four, if not said: {', '.join(_NIGHTS)}",
    )
    given.add_argument("--patience", type=float, default=0.05, help="how much of their time slow hosts take")
    given.add_argument("--bare", action="store_true", help="pages of a kilobyte, as the demo has them")
    given.add_argument("--replay", action="store_true", help="saved answers instead of HTTP")
    _nights(given.parse_args())
